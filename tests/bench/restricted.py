"""An agent who is limited to 1 of 1,000 organizations, against one who sees all.

Both ask for the same callers and lists, in turn, as the panel and the pages do: the lookup with its
reasons, the lists of the panel, names while typing, the page of an object. The two take turns call
by call; the median of each is shown, and their ratio.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

import peewee
from cti_oql.schema import Kind
from cti_tickets.model.list_plan import columns_of, default_sort
from cti_tickets.pages.lists.selection import MOST_SELECTED
from cti_tickets.store import objects
from cti_tickets.store.listing.query import ListQuery
from cti_tickets.store.name_search import ids_by_name
from cti_tickets.store.records import Records
from flask import current_app, g

from cti_host import Agent, Call, Host, current_host
from cti_host.pop.search import search
from tests.bench.oql import driver_of, opened
from tests.bench.oql_data import fill, insert

AIM = 1.5
ORGANIZATIONS = 1000
Run = Callable[[], Any]


def main() -> None:
    """Build the data, run the rounds, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=5, help="how long each case takes")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--folder", type=Path, help="keep the data there, or find them there")
    options = parser.parse_args()
    sizes = (ORGANIZATIONS, options.persons, options.tickets)
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        with opened(folder, options.database, lambda database: _fill(database, sizes)):
            host = current_host()
            print(f"{options.database}: {options.persons:,} persons, {options.tickets:,} tickets,"
                  f" {ORGANIZATIONS:,} organizations")  # fmt: skip
            app: Any = current_app
            # The host closes the connection of a request at its end.
            with patch.object(host.database, "close"), app.test_request_context("/"):
                _compare(host, options.seconds)


def _fill(database: peewee.Database, sizes: tuple[int, int, int]) -> None:
    """The service desk of the other benchmarks, with a phone call about every fourth ticket."""
    fill(database, *sizes)
    add_calls(database, sizes[2])


def add_calls(database: peewee.Database, tickets: int) -> None:
    """A phone call about every fourth ticket."""
    rows = (
        (i, 4 * i, "inbound", "A call", "2026-01-15 10:00:00") for i in range(1, tickets // 4 + 1)
    )
    insert(database, "phone_call", "id ticket_id flow note created", rows)
    driver_of(database)("ANALYZE")


def _compare(host: Host, seconds: int) -> None:
    # The last organization of the tree has none below it.
    organization = ORGANIZATIONS
    print(f"{'':44}{'all':>10}{'limited':>13}  ratio")
    ratios = []
    for name, prepare in _cases(host, organization).items():
        free, limited = (_as(limits, prepare()) for limits in ((), (organization,)))
        medians = [seconds * 1000 for seconds in _medians([free, limited], seconds)]
        ratio = medians[1] / medians[0]
        ratios.append(ratio)
        print(f"{name:44}{medians[0]:8.3f} ms{medians[1]:10.3f} ms  {ratio:.2f}", flush=True)
    within = sum(ratio <= AIM for ratio in ratios)
    print(f"{within} of {len(ratios)} within {AIM}, worst {max(ratios):.2f}")


def _medians(runs: list[Run], seconds: int) -> list[float]:
    """The median time of one call of each: they take turns call by call, whatever else runs."""
    found: list[list[float]] = [[] for _run in runs]
    started = perf_counter()
    while len(found[0]) < 5 or perf_counter() - started < seconds:
        for run, times in zip(runs, found, strict=True):
            before = perf_counter()
            run()
            times.append(perf_counter() - before)
    return [statistics.median(times) for times in found]


def _as(organizations: tuple[int, ...], run: Run) -> Run:
    """What a request of an agent with these organizations does: nothing is kept from the last."""
    agent = Agent("bench", profiles=frozenset({"Administrator"}), contact_source="tickets",
                  organizations=frozenset(organizations))  # fmt: skip

    def once() -> Any:
        # As in a new request: nothing is known any more.
        for name in list(g):
            g.pop(name)
        g.cti_agent = agent
        return run()

    return once


def _cases(host: Host, organization: int) -> dict[str, Callable[[], Run]]:
    """What is compared, by name: each makes a run of its own that goes through several persons."""
    execute: Any = host.database.execute_sql
    people = "SELECT id, phone_e164 FROM contact WHERE org_id = {} AND phone_e164 <> '' LIMIT 200"
    known = execute(people.format(organization)).fetchall()
    persons, phones = [row[0] for row in known], [row[1] for row in known]
    asking = (
        "SELECT DISTINCT c.id, c.phone_e164 FROM ticket t JOIN contact c ON c.id = t.caller_id"
        " WHERE t.org_id = {0} AND c.org_id = {0} AND t.finalclass = 'UserRequest'"
        " AND t.status <> 'closed' AND c.phone_e164 <> '' LIMIT 200"
    )
    callers = execute(asking.format(organization)).fetchall()
    plugin: Any = next(one.instance for one in host.plugins if one.name == "tickets")
    records = Records(plugin.schema)

    def find(number: str) -> Any:
        received = {"phone": number}
        found = search(host, Call(received, received, received))
        assert found.matches
        return found.matches

    def lookup() -> Run:
        numbers = cycle(phones)
        return lambda: find(next(numbers))

    def panel() -> Run:
        known = cycle(callers)
        codes = ("ref", "title", "caller_id_friendlyname", "agent_id_friendlyname", "status")

        def run() -> Any:
            id_, number = next(known)
            parameters = {"callers_list": [id_], "selected_caller": None}
            shown = find(number)
            for settings in host.settings.display_tickets.lists:
                page = plugin.oql.page(
                    host.database, settings.query, parameters, limit=10, offset=0
                )
                found = [id_ for _class, id_ in page.keys]
                assert found
                shown = records.load(host.database, "UserRequest", found, codes)
            return shown

        return run

    def every(query: str) -> Callable[[], Run]:
        return lambda: lambda: plugin.oql.page(host.database, query, {}, limit=10, offset=0)

    def listed(class_name: str) -> Callable[[], Run]:
        cls = plugin.schema[class_name]
        sort = default_sort(plugin.schema, cls)
        codes = [code for code in columns_of(plugin.schema, cls) if code in cls.attributes]
        codes += [f"{code}_friendlyname" for code in codes if cls.attributes[code].kind is Kind.KEY]

        def make() -> Run:
            def run() -> Any:
                query = ListQuery(host.database, plugin.schema, cls, (), sort)
                found = query.page(50).objects
                assert found
                query.count(MOST_SELECTED + 1)
                ids = [one.id for one in found]
                return records.load(host.database, class_name, ids, codes)

            return run

        return make

    def typed() -> Run:
        return lambda: ids_by_name(host.database, plugin.schema, "Person", "Ma", 20)

    def shown() -> Run:
        ids = cycle(persons)
        codes = ["friendlyname", "org_id_friendlyname", "location_id", "manager_id", "phone"]

        def run() -> Any:
            id_ = next(ids)
            objects.load("Person", id_)
            return records.load(host.database, "Person", [id_], codes)

        return run

    return {
        "caller lookup, with the reason": lookup,
        "a panel: the lookup, two lists, their rows": panel,
        "the page of a person": shown,
        "persons by name, while typing": typed,
        "all open requests, a page and how many": every(
            "SELECT UserRequest WHERE status != 'closed'"
        ),
        "all persons, a page and how many": every("SELECT Person"),
        "phone calls, a page and how many": every("SELECT PhoneCall"),
        "the list of requests, a page with its rows": listed("UserRequest"),
        "the list of persons, a page with its rows": listed("Person"),
        "the list of phone calls, a page with rows": listed("PhoneCall"),
    }


if __name__ == "__main__":
    main()
