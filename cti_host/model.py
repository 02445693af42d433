"""The values that cross hooks: frozen, typed, and free of any database or phone vendor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Self
from urllib.parse import urlsplit

from cti_host.isolation.checks import Must
from cti_host.isolation.read_only import make_read_only

_EMPTY: Mapping[str, str] = MappingProxyType({})
CALLER_KEY = re.compile(r"(?:(?P<source>[^\s:]+):(?P<cls>[^\s:]+):)?(?P<id>[0-9]{1,18})", re.ASCII)
_SCRIPTS = frozenset({"javascript", "vbscript", "data"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def is_safe_address(url: str) -> bool:
    """Whether an address can be opened and runs no script: phone systems have many schemes."""
    if _CONTROL.search(url):  # no header may hold it, and browsers skip it
        return False
    if url[:1] == "/" != url[1:2]:
        return True
    try:
        parts = urlsplit(url.strip())
        _port = parts.port  # asking for it finds one that is no number
    except ValueError:
        return False
    return parts.scheme not in _SCRIPTS


ADMINISTRATOR = "Administrator"
Address = Annotated[str, Must("an address that is safe to open", is_safe_address)]
Count = Annotated[int, Must("0 or more", lambda number: number >= 0)]
Position = Annotated[int, Must("1 or more", lambda number: number >= 1)]


class Given(StrEnum):
    """The form in which a number was written down.

    :cvar INTERNATIONAL: with its country code ("+33 9 87 65 43 21", "0033…")
    :cvar NATIONAL: as it is dialled inside its country ("09 87 65 43 21")
    :cvar EXTENSION: as it is dialled inside the company ("123")
    """

    INTERNATIONAL = "international"
    NATIONAL = "national"
    EXTENSION = "extension"


@dataclass(frozen=True)
class Number:
    """A phone number that was understood.

    Exactly one of these identifies it: `e164`, or, for a number inside the company, `extension`
    alone. A number that has both is an outside number with a direct extension behind it.

    :param raw: the text it came from
    :param e164: the outside number in E.164 ("+33987654321"); `None`: it is an extension
    :param extension: the number inside the company ("123"); `None`: it has none
    :param text: the form that forms and labels show; empty: the E.164 number or the extension
    :param region: the ISO 3166 code of its country ("FR"); `None`: unknown
    :param given: how it was written
    """

    raw: str
    e164: str | None = None
    extension: str | None = None
    text: str = ""
    region: str | None = None
    given: Given = Given.INTERNATIONAL

    def __post_init__(self) -> None:
        if not self.e164 and not self.extension:
            raise ValueError("a Number needs an E.164 number or an extension")

    @property
    def key(self) -> str:
        """What two writings of one number have in common: "+33987654321", or "ext:123".

        This is what the data layer stores in its indexed column. An extension never equals an
        outside number.
        """
        return self.e164 or f"ext:{self.extension}"

    def __str__(self) -> str:
        return self.text or self.e164 or self.extension or self.raw


class Reason(StrEnum):
    """Why a value can't be used to search for anybody.

    :cvar WITHHELD: the caller hides their number ("anonymous")
    :cvar PLACEHOLDER: the phone system didn't fill its URL in ("%CallerNumber%")
    :cvar WILDCARD: it would match everybody ("%")
    :cvar TOO_SHORT: it would match too many ("12")
    :cvar EMPTY: it holds nothing to search for ("", "()")
    """

    WITHHELD = "withheld"
    PLACEHOLDER = "placeholder"
    WILDCARD = "wildcard"
    TOO_SHORT = "too_short"
    EMPTY = "empty"


@dataclass(frozen=True)
class Unsearchable:
    """A value that was understood and must match nobody.

    :param raw: the text it came from
    :param reason: why nobody is searched for; the panel says it
    """

    raw: str
    reason: Reason

    def __str__(self) -> str:
        return self.raw


Value = str | Number | Unsearchable


@dataclass(frozen=True)
class Call:
    """One inbound call, as the URL of the phone system told it.

    :param received: attribute ("phone") to the text that came for it
    :param parameters: the same attributes to what the preprocessing plugins made of these texts
    :param query: URL parameter to the text that came; links back to this call carry it
    :param pages: id of a ticket list to the page of it that the agent looks at, from 1
    :param received_at: when the URL was opened, in UTC
    :param filter: words that the agent typed to find somebody among many callers
    :param wanted: who was chosen: the key of a caller, to a plugin only one of its own; "all" or
        "unknown"; empty when the phone system opens the panel
    """

    received: Mapping[str, str]
    parameters: Mapping[str, Value]
    query: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    filter: str = ""
    wanted: str = ""

    def __post_init__(self) -> None:
        make_read_only(self, "received", "parameters", "query", "pages")

    def with_parameter(self, attribute: str, value: Value) -> Call:
        """This call with another value for one attribute; the received text stays."""
        return replace(self, parameters={**self.parameters, attribute: value})

    @property
    def number(self) -> Number | None:
        """The first parameter that was recognised as a phone number, if any."""
        return next((v for v in self.parameters.values() if isinstance(v, Number)), None)

    @property
    def searchable(self) -> bool:
        """Whether at least one parameter may be used to look somebody up."""
        return any(not isinstance(v, Unsearchable) for v in self.parameters.values())

    def wanted_from(self, source: str) -> int | None:
        """The id of the caller who was chosen, if they may be one of this plugin's own.

        An old link holds an id alone, which may be anybody's.
        """
        named = CALLER_KEY.fullmatch(self.wanted)
        return int(named["id"]) if named and named["source"] in (None, source) else None

    def wants(self, caller: Caller) -> bool:
        """Whether it is this caller who was chosen, as far as the link tells.

        A plugin may ask it of its own callers before they have a source.
        """
        named = CALLER_KEY.fullmatch(self.wanted)
        if named is None or int(named["id"]) != caller.id:
            return False
        source, cls = named["source"], named["cls"]
        return source in (None, caller.source or source) and cls in (None, caller.class_name)


@dataclass(frozen=True)
class Caller:
    """A person who may be calling: class and id in the data of a plugin, and what to show.

    Two plugins may each have a person 20, who are not the same: `source`, `class_name` and `id`
    together say who it is.

    :param class_name: the class in the plugin's data ("Person"), without blanks and colons
    :param id: the id in the plugin's data
    :param display: the text that names the person (the attributes of `display_name`, joined by
        ", ")
    :param attributes: attribute codes to texts ("email" to "ada@example.org")
    :param name: the part of `display` that stands largest on the panel; empty: all of it
    :param source: the name of the plugin that returned them, put there by the dispatcher
    """

    class_name: str
    id: int
    display: str
    attributes: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    name: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        make_read_only(self, "attributes")

    @property
    def key(self) -> str:
        """Who they are, in links and programs: "tickets:Person:20"."""
        return f"{self.source}:{self.class_name}:{self.id}"

    @property
    def headline(self) -> str:
        """What stands largest on the panel."""
        return self.name or self.display

    @property
    def details(self) -> str:
        """What `display` says beyond the headline."""
        return self.display.removeprefix(self.headline).removeprefix(", ")


class Unavailable(Exception):
    """A plugin raises it from a hook when what it stands on gives no answer.

    `str()` of it is the cause, and goes to the log: it must not hold a person's number or a
    secret. `reason` is one sentence for the agent, added to the line that says what is missing
    ("Tickets from itop are not available right now. iTop is in maintenance."); it is asked for
    while the page is made, so that it comes in the agent's language. Empty: nothing is added.
    """

    @property
    def reason(self) -> str:
        """One sentence that an agent understands."""
        return ""


@dataclass(frozen=True)
class Match:
    """A caller that was found.

    :param caller: the person
    :param why: why they match, in the agent's language ("Phone, stored in national form")
    """

    caller: Caller
    why: str = ""


class Matches(tuple[Match, ...]):
    """Some of the people who were found, best first, and how many there are in all.

    A plugin that does not want to read hundreds of people for one number returns it from
    `lookup_callers` instead of a list: at most `MOST_CALLERS` of those whom `Call.filter` leaves,
    and whoever `Call.wanted` names. `narrow` chooses them. `total` is the number without a filter.
    """

    total: int

    def __new__(cls, matches: Iterable[Match], total: int) -> Self:
        found = super().__new__(cls, matches)
        if total < len(found):
            raise ValueError(f"{len(found)} people were found, of {total} in all")
        found.total = total
        return found


@dataclass(frozen=True)
class Ticket:
    """A ticket as lists and menus need it; texts are in the agent's language.

    Its pages may be those of another system; they open in a tab of their own. Without a page on
    this host, the ticket is shown on one of the host's, in brief, with its phone menu.

    :param class_name: the class in the plugin's data ("UserRequest"), without blanks and colons
    :param id: the id in the plugin's data
    :param ref: the reference that people say ("R-000007")
    :param title: what it is about
    :param status: the code of its status ("assigned")
    :param status_label: the name of its status ("Assigned"); empty: the code is shown
    :param class_label: the name of its class ("User Request")
    :param caller: the name of its caller
    :param agent: the name of the agent who has it
    :param started: when it began, in UTC; `None`: unknown
    :param updated: when it was changed last, in UTC; `None`: unknown
    :param url: the page that shows it; empty: there is none
    :param modify_url: the page that changes it; empty: there is none
    :param caller_key: the `Caller.key` of its caller, whom the phone menu of the host's page calls;
        empty: of the callers chosen, the one who has the name in `caller`
    :param source: the name of the plugin that returned it, put there by the dispatcher
    """

    class_name: str
    id: int
    ref: str
    title: str
    status: str = ""
    status_label: str = ""
    class_label: str = ""
    caller: str = ""
    agent: str = ""
    started: datetime | None = None
    updated: datetime | None = None
    url: Address = ""
    modify_url: Address = ""
    caller_key: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        """Which ticket it is, in links and programs: "tickets:UserRequest:7"."""
        return f"{self.source}:{self.class_name}:{self.id}"


@dataclass(frozen=True)
class TicketList:
    """A group of tickets on the panel: one page of them.

    :param id: names the list in `Call.pages`; it must not change while the configuration doesn't
    :param label: its heading, in the agent's language
    :param total: how many tickets there are on all pages
    :param tickets: those of this page
    :param page: which page it is, from 1
    :param page_size: how many tickets a full page has
    :param problem: one line for the agent that says why this one list has no tickets to show
    :param source: the name of the plugin that returned it, put there by the dispatcher
    """

    id: str
    label: str
    total: Count
    tickets: tuple[Ticket, ...] = ()
    page: Position = 1
    page_size: Position = 10
    problem: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        make_read_only(self, "tickets")

    @property
    def key(self) -> str:
        """Which list of which plugin it is, in links: "tickets.0"."""
        return f"{self.source}.{self.id}"

    @property
    def page_count(self) -> int:
        """How many pages there are (at least 1)."""
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True)
class OutboundAction:
    """An entry of a ticket's phone menu.

    :param name: its name, unique in its plugin ("telephony_integration_ecall_phone"); the setting
        `shortcut_actions` names it to make a button of it
    :param label: what the entry says, in the agent's language
    :param url: the address of the phone system to open ("tel:+33987654321", "https://…")
    :param icon: the name of a Bootstrap icon
    :param number: the number that it will dial, as it is shown
    :param source: the name of the plugin that returned it, put there by the dispatcher
    """

    name: str
    label: str
    url: Address
    icon: str = "telephone"
    number: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        """Which action of which plugin it is: two plugins may each have one of the same name."""
        return f"{self.source}:{self.name}"


@dataclass(frozen=True)
class PanelSection:
    """Anything else that a plugin shows on the panel.

    :param title: its heading, in the agent's language
    :param html: markup whose values were escaped (`markupsafe.Markup`, a rendered template)
    :param source: the name of the plugin that returned it, put there by the dispatcher
    """

    title: str
    html: str
    source: str = ""


@dataclass(frozen=True)
class Agent:
    """Who is at the keyboard.

    :param name: the name that they sign in with
    :param display: the name that is shown; empty: `name`
    :param email: their e-mail address
    :param profiles: their profiles of rights ("Support Agent")
    :param contact_id: the id of the person in the data who is this agent; `None`: unknown
    :param contact_source: the plugin that has this person; empty: the first that has ticket lists
    """

    name: str
    display: str = ""
    email: str = ""
    profiles: frozenset[str] = frozenset()
    contact_id: int | None = None
    contact_source: str = ""

    def __post_init__(self) -> None:
        make_read_only(self, "profiles")

    @property
    def is_administrator(self) -> bool:
        """Whether they may see how the host itself fares."""
        return ADMINISTRATOR in self.profiles

    def contact_in(self, source: str) -> int | None:
        """The id of the agent's person, if it is a person of this plugin."""
        return self.contact_id if self.contact_source in ("", source) else None

    def __str__(self) -> str:
        return self.display or self.name


class Level(StrEnum):
    """How good it is, what an online check found.

    :cvar GOOD: it works
    :cvar WARNING: it works, but not as well as it could
    :cvar BAD: it doesn't work; the check ends with code 1
    """

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What `cti-host check --online` found out about one thing that a plugin stands on.

    None of its texts may hold a secret.

    :param what: what was tried ("reading Person")
    :param level: how good it is
    :param detail: how it is, in a few words
    :param remedy: what an admin can do
    """

    what: str
    level: Level
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the menu.

    :param label: what it says, in the agent's language
    :param url: the page that it opens
    :param icon: the name of a Bootstrap icon
    :param post: whether it is a button that changes something (sign out), sent with a CSRF token
    """

    label: str
    url: Address
    icon: str = ""
    post: bool = False


@dataclass(frozen=True)
class KnownNames:
    """What a plugin calls its data, so that misspelt names in the settings are found.

    :param classes: the classes of its objects ("UserRequest")
    :param more_classes: whether there may be classes that are not among these
    :param caller_attributes: the attributes that its callers carry ("phone"), in a lookup or as the
        caller of a ticket
    """

    classes: tuple[str, ...] = ()
    more_classes: bool = False
    caller_attributes: tuple[str, ...] = ()
