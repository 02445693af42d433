"""What is asked and told of tickets, and of calls about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cti_host.dispatch import Dispatcher
from cti_host.model import (
    Agent,
    Caller,
    OutboundAction,
    PhoneCall,
    Ticket,
    TicketDetails,
    TicketKey,
)


class TicketCalls(Dispatcher):
    """Calls the hooks of tickets and of calls about them."""

    def outbound_actions(self, ticket: Ticket, caller: Caller | None) -> list[OutboundAction]:
        """See `HookSpecs.outbound_actions`."""
        return self.collect("outbound_actions", OutboundAction, ticket=ticket, caller=caller)

    def read_ticket(self, key: TicketKey) -> TicketDetails | None:
        """See `HookSpecs.read_ticket`; whoever read it, the ticket stays that of its plugin."""
        details = self.first("read_ticket", TicketDetails, key=key)
        if details is None or details.ticket.source == key.source:
            return details
        return replace(details, ticket=replace(details.ticket, source=key.source))

    def phone_calls(self, ticket: Ticket) -> list[PhoneCall] | None:
        """See `HookSpecs.phone_calls`; the newest first. `None`: nobody could say."""
        spans = list(self.spans("phone_calls", ticket=ticket))
        if all(span.problem for span in spans):
            return None
        calls: list[PhoneCall] = [call for span in spans for call in span.result or ()]
        return sorted(calls, key=lambda call: str(call.when or ""), reverse=True)

    def find_tickets(self, texts: Sequence[str]) -> list[Ticket]:
        """See `HookSpecs.find_tickets`."""
        return self.collect("find_tickets", Ticket, texts=texts) if texts else []

    def claim_call(self, ticket: Ticket, action: OutboundAction, agent: Agent) -> bool:
        """See `HookSpecs.claim_call`; true, unless a plugin says that it is a second click."""
        return (
            self.first("claim_call", bool, ticket=ticket, action=action, agent=agent) is not False
        )

    def call_placed(
        self, ticket: Ticket, caller: Caller | None, action: OutboundAction, agent: Agent
    ) -> list[str]:
        """See `HookSpecs.call_placed`; returns what the agent should read of failures."""
        return self.event("call_placed", ticket=ticket, caller=caller, action=action, agent=agent)

    def ticket_created(
        self, ticket: Ticket, caller: Caller | None, agent: Agent, record: int | None = None
    ) -> None:
        """See `HookSpecs.ticket_created`."""
        self.event("ticket_created", ticket=ticket, caller=caller, agent=agent, record=record)

    def call_recorded(
        self,
        ticket: TicketKey,
        call: PhoneCall,
        record: int,
        agent: Agent | None,
        former: Sequence[int] = (),
    ) -> list[str]:
        """See `HookSpecs.call_recorded`; returns what the agent should read of failures."""
        return self.event(
            "call_recorded", ticket=ticket, call=call, record=record, agent=agent, former=former
        )

    def call_unlinked(
        self, ticket: TicketKey, record: int, agent: Agent, former: Sequence[int] = ()
    ) -> list[str]:
        """See `HookSpecs.call_unlinked`; returns what the agent should read of failures."""
        return self.event("call_unlinked", ticket=ticket, record=record, agent=agent, former=former)
