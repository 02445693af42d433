"""The groups of tickets on the panel: the enabled lists of `display_tickets`, fetched at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask_babel import gettext as _

from cti_host import Call, Caller, Host, TicketList
from cti_itop.hook_values import make_ticket
from cti_itop.queries.agent_parameters import Agents
from cti_itop.queries.asker import Asker
from cti_itop.queries.query import Param, Query
from cti_itop.rest.classes import common_class, ticket_codes
from cti_itop.rest.client import Found
from cti_itop.rest.errors import ItopProblem
from cti_itop.rest.links import Links
from cti_itop.rest.reader import Reader, is_unknown_class

log = logging.getLogger("cti_host.plugin.itop")

PAGE_SIZE = 10


@dataclass(frozen=True)
class _Answer:
    """A page of a list, and which page it is."""

    found: Found
    page: int


class Lists:
    """Runs the queries of the lists side by side, so that all take as long as the slowest."""

    def __init__(
        self, host: Host, asker: Asker, agents: Agents, reader: Reader, links: Links
    ) -> None:
        self._asker, self._agents = asker, agents
        self._reader, self._links = reader, links
        self._lists = {
            position: (settings, Query(settings.query))
            for position, settings in enumerate(host.settings.display_tickets.lists)
            if settings.enabled
        }

    def find(self, call: Call, callers: Sequence[Caller]) -> list[TicketList]:
        """One page of each list, for these callers; a list that fails says so in its place.

        :raises ItopProblem: none of the lists could be read
        """
        parameters: dict[str, Param] = {
            **call.parameters,
            "callers_list": [caller.id for caller in callers],
            # Of several callers none is selected: such a list is empty then.
            "selected_caller": callers[0].id if len(callers) == 1 else None,
        }
        wanted = {name for _settings, query in self._lists.values() for name in query.parameters}
        parameters |= self._agents.parameters(wanted)
        tasks: list[Callable[[], _Answer]] = [
            partial(self._page, query, parameters, call.pages.get(str(position), 1))
            for position, (_settings, query) in self._lists.items()
        ]
        outcomes = dict(zip(self._lists, self._reader.side_by_side(tasks), strict=True))
        # A list of a class that this iTop does not have is not shown, as in iTop's extension.
        shown = {
            position: outcome
            for position, outcome in outcomes.items()
            if not (isinstance(outcome, ItopProblem) and is_unknown_class(outcome))
        }
        problems = [one for one in shown.values() if isinstance(one, ItopProblem)]
        if problems and len(problems) == len(shown):
            raise problems[0]
        return [self._list(position, outcome) for position, outcome in shown.items()]

    def _list(self, position: int, outcome: _Answer | ItopProblem) -> TicketList:
        settings, query = self._lists[position]
        id_, label = str(position), str(settings.label)
        folded = settings.folded
        if folded is None:
            folded = not query.is_pinned("caller_id", {"callers_list", "selected_caller"})
        if isinstance(outcome, ItopProblem):
            log.error("display_tickets.lists[%s]: %s", position, outcome)
            line = _("This list is not available right now.")
            problem = f"{line} {outcome.reason}".strip()
            return TicketList(id_, label, 0, problem=problem, folded=folded)
        tickets = tuple(
            make_ticket(one, self._reader, self._links) for one in outcome.found.objects
        )
        return TicketList(
            id_, label, outcome.found.total, tickets, outcome.page, PAGE_SIZE, folded=folded
        )

    def _page(self, query: Query, parameters: Mapping[str, Param], number: int) -> _Answer:
        """A page of a list; runs in a thread of its own, so it only asks iTop."""
        codes = ticket_codes(common_class(query.branches))
        ask = partial(self._asker.ask, query, parameters, codes, limit=PAGE_SIZE)
        found = ask(page=number)
        if found.total and not found.objects:
            # Tickets went away meanwhile: the last page that there still is.
            number = -(-found.total // PAGE_SIZE)
            found = ask(page=number)
        return _Answer(found, number)
