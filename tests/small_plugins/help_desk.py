"""The second of three small plugins that make a complete product: the callers' tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cti_host import Call, Caller, Ticket, TicketList, hookimpl

PAGE_SIZE = 10
TITLES = ["The <engine> stands still", *(f"Card {number} is torn" for number in range(2, 13))]


class Plugin:
    """Twelve tickets for whoever calls, without a page of their own."""

    @hookimpl(strangers=True)
    def ticket_lists(self, call: Call, callers: Sequence[Caller]) -> Sequence[TicketList]:
        """The open tickets of these people, ten a page."""
        tickets = [
            Ticket(
                "Case",
                100 * caller.id + number,
                f"C-{100 * caller.id + number}",
                title,
                status="new",
                status_label="New",
                class_label="Case",
                caller=caller.display,
                caller_key=caller.key,
                started=datetime(2026, 3, 2, 9, 30),
            )
            for caller in callers
            for number, title in enumerate(TITLES, start=1)
        ]
        page = call.pages.get("open", 1)
        shown = tuple(tickets[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
        return [TicketList("open", "Open cases", len(tickets), shown, page, PAGE_SIZE)]
