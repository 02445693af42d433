"""What the page of one ticket shows, as the hooks give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from cti_host.isolation.read_only import make_read_only
from cti_host.model.agents import NavigationItem
from cti_host.model.calls import Caller
from cti_host.model.fields import Address
from cti_host.model.tickets import Ticket

_NO_FACTS: Mapping[str, str] = MappingProxyType({})
_NO_LOGS: Mapping[str, Sequence[TicketLogEntry]] = MappingProxyType({})


@dataclass(frozen=True)
class TicketKey:
    """Which ticket is meant; as a text "tickets:UserRequest:7".

    :param source: the plugin that has it
    :param class_name: its class in the plugin's data ("UserRequest")
    :param id: its id there
    """

    source: str
    class_name: str
    id: int

    def __str__(self) -> str:
        return f"{self.source}:{self.class_name}:{self.id}"


@dataclass(frozen=True)
class TicketLogEntry:
    """An entry of a ticket's log.

    :param text: plain text, or a `markupsafe.Markup` that is safe to show
    :param author: the name of who wrote it
    :param written: when, in UTC; `None`: unknown
    """

    text: str
    author: str = ""
    written: datetime | None = None


@dataclass(frozen=True)
class PhoneCall:
    """A phone call about a ticket, as it was recorded.

    :param flow: "inbound" or "outbound"
    :param when: a moment in UTC, or only a day where no more is known; `None`: unknown
    :param contact: the name of who was on the phone
    :param agent: the name of the agent
    :param note: what is noted of it
    :param url: a page about the call; empty: there is none
    """

    flow: str
    when: datetime | date | None = None
    contact: str = ""
    agent: str = ""
    note: str = ""
    url: Address = ""


@dataclass(frozen=True)
class TicketDetails:
    """A ticket with what its page shows, in the agent's language.

    Texts are plain, or `markupsafe.Markup` that is safe to show.

    :param ticket: the ticket
    :param caller: whom it is for, with all their attributes: the phone menu calls them
    :param facts: labels to values, in the order to show them; an empty value is left out
    :param description: what it is about, in full
    :param logs: the label of each log to its entries, newest first
    :param links: stand beside the phone menu: an address of another system opens in a tab of its
        own, one with `post` is a button, whose form says in the field `next` which page it stands
        on. Empty: the ticket's `url` and `modify_url`
    :param problems: lines for the agent that say what is missing
    """

    ticket: Ticket
    caller: Caller | None = None
    facts: Mapping[str, str] = field(default_factory=lambda: _NO_FACTS)
    description: str = ""
    logs: Mapping[str, Sequence[TicketLogEntry]] = field(default_factory=lambda: _NO_LOGS)
    links: Sequence[NavigationItem] = ()
    problems: Sequence[str] = ()

    def __post_init__(self) -> None:
        make_read_only(self, "facts", "logs", "links", "problems")
