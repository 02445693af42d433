"""What agents, persons and tickets are called that calls only have the keys of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import url_for

from cti_calls.model.records import CallRecord
from cti_host import CALLER_KEY, Agent, Caller, Host, Ticket

# Agents whose names are remembered; they hardly ever change, and a stale one does no harm.
_MOST_KEPT = 10_000


class AgentNames:
    """What agents are called, by the names that they sign in with; each is asked for once."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The name to show; of somebody whom nobody knows, such as a phone, the name itself."""
        shown = self._known.get(name)
        if shown is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            agent = self._host.hooks.known_agent(name)
            shown = self._known[name] = str(agent) if agent else name
        return shown


@dataclass(frozen=True)
class Named:
    """The persons and tickets of some calls, as far as the agent may see them."""

    callers: Mapping[str, Caller] = field(default_factory=dict)
    tickets: Mapping[str, Ticket] = field(default_factory=dict)

    def caller(self, record: CallRecord) -> Caller | None:
        """Who it is, if exactly one person was found, whom the agent may see."""
        return self.callers.get(record.caller)

    def ticket(self, record: CallRecord) -> Ticket | None:
        """The ticket that a call is about."""
        return self.tickets.get(record.ticket)


def names_of(host: Host, records: Iterable[CallRecord], agent: Agent) -> Named:
    """The persons and tickets of some calls, by two questions to the plugins that have them.

    What belongs to a plugin that can't be asked is named by what the record itself says, unless the
    agent is limited to some organizations.
    """
    every = list(records)
    callers = {one.caller: _caller(one) for one in every if one.caller}
    tickets = {one.ticket: _ticket(one) for one in every if one.ticket}
    found = {one.key: one for one in host.hooks.find_callers(sorted(callers))}
    named = {one.key: one for one in host.hooks.find_tickets(sorted(tickets))}
    if not agent.organizations:
        asked = host.hooks.owners("find_callers")
        found |= {k: c for k, c in callers.items() if c is not None and c.source not in asked}
        asked = host.hooks.owners("find_tickets")
        named |= {k: t for k, t in tickets.items() if t is not None and t.source not in asked}
    return Named(found, named)


def _caller(record: CallRecord) -> Caller | None:
    key = CALLER_KEY.fullmatch(record.caller)
    if key is None or not key["source"]:
        return None
    return Caller(key["cls"], int(key["id"]), record.caller_display, source=key["source"])


def _ticket(record: CallRecord) -> Ticket | None:
    key = CALLER_KEY.fullmatch(record.ticket)  # written the same way
    if key is None or not key["source"]:
        return None
    return Ticket(key["cls"], int(key["id"]), f"{key['cls']} {key['id']}", "", source=key["source"])


def ticket_url(ticket: Ticket) -> str:
    """The page of a ticket: its plugin's own, or the host's."""
    return ticket.url or url_for(
        "cti_host.ticket", source=ticket.source, class_name=ticket.class_name, id_=ticket.id
    )
