"""The groups of tickets on the panel: the enabled lists of `display_tickets`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cti_oql import Oql, Page, Param

from cti_host import Call, Caller, Host, TicketList
from cti_tickets.hook_values import query_parameters, tickets
from cti_tickets.store.records import Records

PAGE_SIZE = 10


class Lists:
    """Runs the queries of the lists whose class exists.

    :param usable: the positions in `display_tickets.lists` of those that are enabled and whose
        query was found right
    """

    def __init__(self, host: Host, oql: Oql, records: Records, usable: Sequence[int]) -> None:
        self._host, self._oql, self._records = host, oql, records
        self._usable = usable
        queries = [host.settings.display_tickets.lists[position].query for position in usable]
        self._used = {name for query in queries for name in oql.resolve(query).parameters}

    def find(self, call: Call, callers: Sequence[Caller]) -> list[TicketList]:
        """One page of each list, for these callers."""
        # Most lists ask for the callers alone: what a call brings need not be looked at for them.
        brought = {n: v for n, v in call.parameters.items() if n in self._used}
        parameters: dict[str, Param] = {
            **query_parameters(brought),
            "callers_list": [caller.id for caller in callers],
        }
        # Of several callers none is selected: such a list is empty then.
        parameters["selected_caller"] = callers[0].id if len(callers) == 1 else None
        found = []
        for position in self._usable:
            settings = self._host.settings.display_tickets.lists[position]
            page_number = call.pages.get(str(position), 1)
            page = self._page(settings.query, parameters, page_number)
            if page.total and not page.keys:
                # Tickets went away meanwhile: the last page that there still is.
                page_number = -(-page.total // PAGE_SIZE)
                page = self._page(settings.query, parameters, page_number)
            class_name = self._oql.resolve(settings.query).class_name
            rows = tickets(
                self._records, self._host.database, class_name, [id_ for _class, id_ in page.keys]
            )
            found.append(
                TicketList(
                    str(position), str(settings.label), page.total, rows, page_number, PAGE_SIZE
                )
            )
        return found

    def _page(self, query: str, parameters: Mapping[str, Param], number: int) -> Page:
        return self._oql.page(
            self._host.database,
            query,
            parameters,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
