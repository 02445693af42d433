"""The values that cross hooks: frozen, typed, and free of any database or phone vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

_EMPTY: Mapping[str, str] = MappingProxyType({})


class Given(StrEnum):
    """The form in which a number was written down."""

    INTERNATIONAL = "international"
    NATIONAL = "national"
    EXTENSION = "extension"


@dataclass(frozen=True)
class Number:
    """A phone number that was understood.

    `raw` is the text it came from. Exactly one of these identifies it: `e164` ("+33987654321"),
    or, for a number inside the company, `extension` alone ("123"). A number that has both is an
    outside number with a direct extension behind it. `text` is the form that forms and labels
    show, `region` the ISO 3166 code of its country if known, `given` how it was written.
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
    """Why a value can't be used to search for anybody."""

    WITHHELD = "withheld"
    PLACEHOLDER = "placeholder"
    WILDCARD = "wildcard"
    TOO_SHORT = "too_short"
    EMPTY = "empty"


@dataclass(frozen=True)
class Unsearchable:
    """A value that was understood and must match nobody; `raw` is the text, `reason` says why."""

    raw: str
    reason: Reason

    def __str__(self) -> str:
        return self.raw


Value = str | Number | Unsearchable


@dataclass(frozen=True)
class Call:
    """One inbound call, as the URL of the phone system told it.

    `received` maps an attribute ("phone") to the text that came; `parameters` maps the same
    attributes to what the preprocessing plugins made of it. `query` maps URL parameters to the
    text that came: links that come back to this call carry it. `pages` says which page of which
    ticket list the agent looks at (list id to page, from 1): for a plugin only of its own lists.
    """

    received: Mapping[str, str]
    parameters: Mapping[str, Value]
    query: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))

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


@dataclass(frozen=True)
class Caller:
    """A person who may be calling: class and id in the data of a plugin, and what to show.

    `source` is the name of the plugin that returned them, put there by the dispatcher: two plugins
    may each have a person 20, who are not the same. `display` is the text that names the person
    (the attributes of `display_name`, joined by ", "), `attributes` maps attribute codes to texts
    ("email" to "ada@example.org"). `name` is the part of `display` that stands largest on the
    panel; empty: all of it.
    """

    class_name: str
    id: int
    display: str
    attributes: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    name: str = ""
    source: str = ""

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
    """A caller that was found, and `why`, in the agent's language."""

    caller: Caller
    why: str = ""


@dataclass(frozen=True)
class Ticket:
    """A ticket as lists and menus need it; dates are UTC, texts in the agent's language.

    `source` is the name of the plugin that returned it, put there by the dispatcher. `url` shows
    the ticket and `modify_url` changes it; they may be pages of another system, which open in a tab
    of their own. If those pages have no phone menu, `call_url` is a page of this host that has it.
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
    url: str = ""
    modify_url: str = ""
    call_url: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        """Which ticket it is, in links and programs: "tickets:UserRequest:7"."""
        return f"{self.source}:{self.class_name}:{self.id}"


@dataclass(frozen=True)
class TicketList:
    """A group of tickets on the panel: one page of `tickets` out of `total`.

    `id` is stable for the configuration and names the list in `Call.pages`; `source` is the name of
    the plugin that returned it, put there by the dispatcher. `problem` is empty, or
    one line for the agent that says why this one list has no tickets to show.
    """

    id: str
    label: str
    total: int
    tickets: tuple[Ticket, ...] = ()
    page: int = 1
    page_size: int = 10
    problem: str = ""
    source: str = ""

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

    `name` is unique in its plugin ("telephony_integration_ecall_phone"), whose name `source` is,
    put there by the dispatcher; `url` is the address of the phone system to open, `number` the
    number it will dial, as shown, `icon` a Bootstrap icon name.
    """

    name: str
    label: str
    url: str
    icon: str = "telephone"
    number: str = ""
    source: str = ""


@dataclass(frozen=True)
class PanelSection:
    """Anything else a plugin shows on the panel: a title and HTML that is already safe.

    `html` must be markup whose values were escaped (`markupsafe.Markup`, a rendered template).
    `source` is the name of the plugin that returned it, put there by the dispatcher.
    """

    title: str
    html: str
    source: str = ""


@dataclass(frozen=True)
class Agent:
    """Who is at the keyboard.

    `name` signs in, `display` is shown, `profiles` are the profiles of rights, `contact_id` is
    the id of the person in the data who is this agent, if known.
    """

    name: str
    display: str = ""
    email: str = ""
    profiles: frozenset[str] = frozenset()
    contact_id: int | None = None

    def __str__(self) -> str:
        return self.display or self.name


class Level(StrEnum):
    """How good it is, what an online check found."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What `cti-host check --online` found out about one thing that a plugin stands on.

    `what` names it ("reading Person"), `detail` says how it is, `remedy` what an admin can do.
    None of them holds a secret.
    """

    what: str
    level: Level
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the menu: label, address, and a Bootstrap icon name.

    With `post` it is a button that changes something (sign out), sent with a CSRF token.
    """

    label: str
    url: str
    icon: str = ""
    post: bool = False
