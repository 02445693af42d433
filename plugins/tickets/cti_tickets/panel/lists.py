"""The groups of tickets on the panel: the enabled lists of `display_tickets`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cti_oql import Oql, OqlRunError, Param, is_pinned, parse

from cti_host import Call, Caller, Host, Ticket, TicketList
from cti_tickets.hook_values import query_parameters, tickets_found
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ
from cti_tickets.store.records import Records

PAGE_SIZE = 10
# What a query of the callers' own tickets compares, and with what.
_CALLER = "caller_id"
_CALLERS = frozenset({"callers_list", "selected_caller"})


class _ListPage(NamedTuple):
    """A page of a list: its tickets, how many the list has in all, the number of the page."""

    tickets: tuple[Ticket, ...]
    total: int
    number: int


class Lists:
    """Runs the queries of the lists whose class exists.

    :param usable: the positions in `display_tickets.lists` of those that are enabled and whose
        query was found right
    """

    def __init__(self, host: Host, oql: Oql, records: Records, usable: Sequence[int]) -> None:
        self._host, self._oql, self._records = host, oql, records
        self._settings = {
            position: host.settings.display_tickets.lists[position] for position in usable
        }
        self._classes = {
            position: oql.resolve(settings.query).class_name
            for position, settings in self._settings.items()
        }
        queries = [settings.query for settings in self._settings.values()]
        self._folded = {
            position: settings.folded
            if settings.folded is not None
            else not is_pinned(parse(settings.query), _CALLER, _CALLERS)
            for position, settings in self._settings.items()
        }
        self._used = {name for query in queries for name in oql.resolve(query).parameters}

    def find(self, call: Call, callers: Sequence[Caller]) -> list[TicketList]:
        """One page of each list whose tickets the agent may see, for these callers."""
        # Most lists ask for the callers alone: what a call brings need not be looked at for them.
        brought = {n: v for n, v in call.parameters.items() if n in self._used}
        parameters: dict[str, Param] = {
            **query_parameters(brought),
            "callers_list": [caller.id for caller in callers],
        }
        # Of several callers none is selected: such a list is empty then.
        parameters["selected_caller"] = callers[0].id if len(callers) == 1 else None
        access = current_access()
        shown = {p: c for p, c in self._classes.items() if access.may(BULK_READ, c)}
        pages: dict[int, _ListPage] = {}
        for class_name in dict.fromkeys(shown.values()):
            numbers = {
                position: call.pages.get(str(position), 1)
                for position, of_class in shown.items()
                if of_class == class_name
            }
            pages |= self._pages(class_name, numbers, parameters)
        return [
            TicketList(
                str(position),
                str(self._settings[position].label),
                pages[position].total,
                pages[position].tickets,
                pages[position].number,
                PAGE_SIZE,
                folded=self._folded[position],
            )
            for position in shown
        ]

    def _pages(
        self, class_name: str, numbers: Mapping[int, int], parameters: Mapping[str, Param]
    ) -> dict[int, _ListPage]:
        """The pages of lists of one class that the agent looks at, or the last ones there are.

        :param numbers: those of the pages, by the positions of the lists
        """
        pages = self._read(class_name, numbers, parameters)
        past_the_end = [p for p, page in pages.items() if page.number > 1 and not page.tickets]
        for position in past_the_end:  # tickets went away meanwhile
            query = self._settings[position].query
            total = self._oql.count(self._host.database, query, parameters)
            if total:
                pages |= self._read(class_name, {position: -(-total // PAGE_SIZE)}, parameters)
        return pages

    def _read(
        self, class_name: str, numbers: Mapping[int, int], parameters: Mapping[str, Param]
    ) -> dict[int, _ListPage]:
        """The pages of lists of one class with their tickets, in one statement if that can be."""
        try:
            pages = self._together(class_name, numbers, parameters)
        except OqlRunError:
            if len(numbers) == 1:
                raise
            # Too much for one statement may be right for each.
            pages = [
                page
                for one in numbers.items()
                for page in self._together(class_name, dict([one]), parameters)
            ]
        return {
            position: _ListPage(found, total, number)
            for (position, number), (found, total) in zip(numbers.items(), pages, strict=True)
        }

    def _together(
        self, class_name: str, numbers: Mapping[int, int], parameters: Mapping[str, Param]
    ) -> list[tuple[tuple[Ticket, ...], int]]:
        database = self._host.database
        queries = [
            (self._settings[position].query, (number - 1) * PAGE_SIZE)
            for position, number in numbers.items()
        ]
        begin = self._oql.found(database, queries, parameters, limit=PAGE_SIZE)
        return tickets_found(self._records, self._oql, database, class_name, begin)
