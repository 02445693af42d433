"""What the page of one ticket shows, as the hooks give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from cti_host.model import Caller, NavigationItem, Ticket

_NO_FACTS: Mapping[str, str] = MappingProxyType({})
_NO_LOGS: Mapping[str, Sequence[TicketLogEntry]] = MappingProxyType({})


@dataclass(frozen=True)
class TicketKey:
    """Which ticket is meant: the plugin that has it, its class, and its id there."""

    source: str
    class_name: str
    id: int

    def __str__(self) -> str:
        return f"{self.source}:{self.class_name}:{self.id}"


@dataclass(frozen=True)
class TicketLogEntry:
    """An entry of a ticket's log.

    `text` is plain text, or a `markupsafe.Markup` that is safe to show; `written` is UTC.
    """

    text: str
    author: str = ""
    written: datetime | None = None


@dataclass(frozen=True)
class PhoneCall:
    """A phone call about a ticket, as it was recorded.

    `flow` is "inbound" or "outbound", `contact` and `agent` are names to show. `when` is a moment
    in UTC, or only a day where no more is known. `url` is a page of this host about the call.
    """

    flow: str
    when: datetime | date | None = None
    contact: str = ""
    agent: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class TicketDetails:
    """A ticket with what its page shows, in the agent's language.

    `caller` is whom the ticket is for, with all their attributes: the phone menu calls them.
    `facts` maps labels to values, in the order to show them; `description` and the logs follow,
    each log a label and its entries, newest first. Values are plain texts, or
    `markupsafe.Markup` that is safe to show.

    `links` stand beside the phone menu: an address of another system opens in a tab of its own, one
    with `post` is a button, whose form says in the field `next` which page it stands on. Without
    any, the page links to the ticket's `url` and `modify_url`. `problems` are lines for the agent
    that say what is missing.
    """

    ticket: Ticket
    caller: Caller | None = None
    facts: Mapping[str, str] = field(default_factory=lambda: _NO_FACTS)
    description: str = ""
    logs: Mapping[str, Sequence[TicketLogEntry]] = field(default_factory=lambda: _NO_LOGS)
    links: Sequence[NavigationItem] = ()
    problems: Sequence[str] = ()
