"""Sees the calls that were placed, and says so on the page of their ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cti_host import Agent, Caller, OutboundAction, PhoneCall, Ticket, hookimpl


class Plugin:
    """A fourth plugin, which only listens."""

    def __init__(self) -> None:
        self.placed: list[tuple[Ticket, Caller | None, OutboundAction, Agent]] = []

    @hookimpl(strangers=True)
    def call_placed(
        self, ticket: Ticket, caller: Caller | None, action: OutboundAction, agent: Agent
    ) -> None:
        """Remember the call, for as long as this process runs."""
        self.placed.append((ticket, caller, action, agent))

    @hookimpl(strangers=True)
    def phone_calls(self, ticket: Ticket) -> Sequence[PhoneCall]:
        """The calls about this ticket that were seen."""
        return [
            PhoneCall("outbound", datetime.now(UTC), caller.headline if caller else "", str(agent))
            for about, caller, _action, agent in reversed(self.placed)
            if about.key == ticket.key
        ]
