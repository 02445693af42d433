"""The lists of a panel as its page shows them: the callers' own first, no ticket twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cti_host.model import Ticket, TicketList


@dataclass(frozen=True)
class ShownList:
    """A list on the page.

    :param of: the list as its plugin gave it
    :param tickets: those of its page that are shown
    :param repeated: how many of its page are left out, because they stand in a list above
    """

    of: TicketList
    tickets: Sequence[Ticket]
    repeated: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it is not folded: a folded one is open at a later page, which was asked for."""
        return not self.of.folded or self.of.page > 1 or bool(self.of.problem)


def shown_lists(lists: Sequence[TicketList]) -> list[ShownList]:
    """The lists in the order of the page: folded ones last, without what stands above them."""
    own = [ShownList(one, one.tickets) for one in lists if not one.folded]
    if len(own) == len(lists):
        return own
    above = {ticket.key for one in own for ticket in one.tickets}
    wider = []
    for one in lists:
        if one.folded:
            kept = [ticket for ticket in one.tickets if ticket.key not in above]
            wider.append(ShownList(one, kept, len(one.tickets) - len(kept)))
            above.update([ticket.key for ticket in kept])
    return [*own, *wider]
