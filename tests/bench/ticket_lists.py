"""Lists of 3,000,000 tickets by priority, and of open ones: pages, and how many there are.

The statements of a list alone, as the pages and the API ask them, of the service desk of the other
benchmarks: most tickets are closed, 200 teams, 500 agents. The figures are medians of so many
rounds, in milliseconds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import peewee
from cti_tickets.model.data_model import schema
from cti_tickets.store.listing.conditions import Condition, any_of, equal
from cti_tickets.store.listing.query import ListQuery

from tests.bench.oql import opened
from tests.bench.oql_data import fill

ORGANIZATIONS, PERSONS = 1_000, 100_000
PAGE, FAR, MOST = 50, 40, 1001
_Ids = Sequence[int] | None
# A name, the class, the order, the operational status, and keys with the ids that they lead to.
LISTS: list[tuple[str, str, str, str, dict[str, _Ids]]] = [
    ("all, by priority", "Ticket", "priority", "", {}),
    ("all, the least urgent first", "Ticket", "-priority", "", {}),
    ("requests, by priority", "UserRequest", "priority", "", {}),
    ("open, by priority", "Ticket", "priority", "ongoing", {}),
    ("open, latest change first", "Ticket", "-last_update", "ongoing", {}),
    ("open problems, by reference", "Problem", "-friendlyname", "ongoing", {}),
    ("open requests, by start", "UserRequest", "start_date", "ongoing", {}),
    ("resolved, by priority", "Ticket", "priority", "resolved", {}),
    ("closed, latest change first", "Ticket", "-last_update", "closed", {}),
    ("open of a team, by priority", "Ticket", "priority", "ongoing", {"team_id": (7,)}),
    ("open of three teams, by priority", "Ticket", "priority", "ongoing", {"team_id": (7, 8, 9)}),
    ("open of an agent, by priority", "Ticket", "priority", "ongoing", {"agent_id": (7,)}),
    ("open, of nobody, by priority", "Ticket", "priority", "ongoing", {"agent_id": None}),
    ("open of a customer, by priority", "Ticket", "priority", "ongoing", {"org_id": (7,)}),
]


def main() -> None:
    """Build the data, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--folder", type=Path, help="keep the data there, or find them there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        sizes = (ORGANIZATIONS, PERSONS, options.tickets)
        with opened(folder, options.database, lambda database: fill(database, *sizes)) as made:
            print(f"{options.database}: {options.tickets:,} tickets; {options.rounds} rounds")
            print(f"{'':34}{'page':>10}{f'page {FAR}':>10}{'count':>10}")
            for listed in LISTS:
                _measure(made[0], *listed, rounds=options.rounds)


def _measure(
    database: peewee.Database,
    name: str,
    class_name: str,
    sort: str,
    status: str,
    keys: dict[str, _Ids],
    *,
    rounds: int,
) -> None:
    cls = schema()[class_name]
    conditions: list[Condition] = []
    for code, ids in keys.items():
        attribute = cls.attributes[code]
        # Teams come after all persons.
        these = [PERSONS + id_ if code == "team_id" else id_ for id_ in ids or ()]
        conditions.append(
            any_of(database, schema(), cls, attribute, these)
            if ids
            else equal(database, schema(), cls, attribute, None)
        )
    if status:
        attribute = cls.attributes["operational_status"]
        conditions.append(equal(database, schema(), cls, attribute, status))
    query = ListQuery(database, schema(), cls, conditions, sort)
    place = None
    for _page in range(FAR):
        page = query.page(PAGE, after=place)
        if not page.more_after:
            break
        place = page.objects[-1].place
    print(
        f"{name:34}{_median(lambda: query.page(PAGE), rounds):10.2f}"
        f"{_median(lambda: query.page(PAGE, after=place), rounds):10.2f}"
        f"{_median(lambda: query.count(MOST), rounds):10.2f}",
        flush=True,
    )


def _median(run: Callable[[], Any], rounds: int) -> float:
    times = []
    for _round in range(rounds + 1):
        begin = perf_counter()
        run()
        times.append(perf_counter() - begin)
    # The first one only warms up.
    return statistics.median(times[1:]) * 1000


if __name__ == "__main__":
    main()
