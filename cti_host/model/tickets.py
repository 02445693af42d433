"""Tickets as lists and menus need them, and what else a panel shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cti_host.isolation.read_only import make_read_only
from cti_host.model.fields import Address, Count, Position


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
    :param priority: how urgent it is, as a number from "1", the most urgent; empty: unknown
    :param priority_label: the name of its priority ("High"); empty: `priority` is shown
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
    priority: str = ""
    priority_label: str = ""

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
    :param folded: whether it is wider than the callers chosen, as that of their organization: the
        panel shows it last and folded, without the tickets that stand in another list already
    """

    id: str
    label: str
    total: Count
    tickets: tuple[Ticket, ...] = ()
    page: Position = 1
    page_size: Position = 10
    problem: str = ""
    source: str = ""
    folded: bool = False

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
    :param url: the address of the phone system to open ("tel:+33987654321", "https://…"); empty:
        `post` places the call
    :param icon: the name of a Bootstrap icon
    :param number: the number that it will dial, as it is shown
    :param source: the name of the plugin that returned it, put there by the dispatcher
    :param post: a path on this host that places the call by itself, on the agent's own phone, when
        the click is sent on to it with `POST`; then every entry of the menu that dials the same
        number goes this way. Empty: `url` is opened
    :param via: the phone that `post` dials from ("Desk"), where there are several to choose from:
        one action for each; empty: there is no choice
    """

    name: str
    label: str
    url: Address
    icon: str = "telephone"
    number: str = ""
    source: str = ""
    post: Address = ""
    via: str = ""

    @property
    def key(self) -> str:
        """Which action of which plugin it is: two plugins may each have one of the same name."""
        return f"{self.source}:{self.name}"


class SectionPlace(StrEnum):
    """Where a section stands: on a narrow page all stand below each other, in this order.

    :param PERSON: first, on the left: who it is; on the start page, below the box for a number
    :param BELOW: in the middle, after the lists of tickets
    :param BESIDE: on the left, below the person: what one glances at, such as the last calls
    """

    PERSON = "person"
    BELOW = "below"
    BESIDE = "beside"


@dataclass(frozen=True)
class PanelSection:
    """Anything else that a plugin shows on the panel, or on the start page.

    :param title: its heading, in the agent's language
    :param html: markup whose values were escaped (`markupsafe.Markup`, a rendered template)
    :param source: the name of the plugin that returned it, put there by the dispatcher
    :param place: where it stands
    """

    title: str
    html: str
    source: str = ""
    place: SectionPlace = SectionPlace.BELOW
