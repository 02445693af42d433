"""Shapes that were slow once, each against SQL by hand: a site as it is after `data import`.

The rows are written straight into the tables, for speed; then `cti-host data import` brings the
last few people. So the database knows of its tables what it knows of a site's, and the benchmark
has no ANALYZE of its own. There are ten persons to an organization, in a tree.

Each shape and its SQL take turns, call by call, on one connection of one process; the medians are
shown, and whether the shape keeps within twice the SQL and 3 ms of Python. The time that statements
take to run is shown apart: a page has to be written as well. SQLite looks for further rows when
they are fetched, which is not in it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

import peewee
from flask import current_app

from cti_host import current_host, is_postgresql
from tests.bench.data import cti_host
from tests.bench.oql import driver_of, opened
from tests.bench.oql_data import fill
from tests.bench.shapes_asked import SHARED_NUMBER, TEXT, Shape, asked
from tests.bench.shapes_pages import pages

SIZES = (100_000, 1_000_000)
PERSONS_PER_ORGANIZATION = 10
TICKETS_PER_PERSON = 3
MOST_RATIO, MOST_SECONDS = 2, 0.003


def main() -> None:
    """Build the data of each size, run the shapes, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, nargs="*", default=SIZES)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seconds", type=float, default=5, help="how long each shape takes")
    parser.add_argument("--only", default="", help="run only shapes with this in their name")
    parser.add_argument("--folder", type=Path, help="keep the data there, or find them there")
    options = parser.parse_args()
    for persons in options.persons:
        with tempfile.TemporaryDirectory() as name:
            folder = (options.folder or Path(name)) / f"{options.database}-{persons}"
            _measure(folder, persons, options)


def _measure(folder: Path, persons: int, options: argparse.Namespace) -> None:
    organizations, tickets = persons // PERSONS_PER_ORGANIZATION, persons * TICKETS_PER_PERSON

    def build(database: peewee.Database) -> None:
        fill(database, organizations, persons, tickets, statistics=False)
        make_special(database, persons)

    is_new = not (folder / "cti.toml").exists()
    with opened(folder, options.database, build):
        database = current_host().database
        if is_new:
            # Nobody reads while somebody imports: this is what leaves the statistics as they are.
            cti_host(folder / "cti.toml", "data", "import", str(last_people(folder, persons)))
        print(f"{options.database}: {persons:,} persons, {tickets:,} tickets,"
              f" {organizations:,} organizations")  # fmt: skip
        print(f"{'':46}{'shape':>11}{'statements':>12}{'by hand':>11}  ratio  more by  limit")
        app: Any = current_app
        # The host closes the connection of a request at its end.
        with patch.object(database, "close"), app.test_request_context("/"):
            for shape in chain(asked(database), pages(folder, database)):
                if options.only in shape.name:
                    _compare(database, shape, options.seconds)


def make_special(database: peewee.Database, persons: int) -> None:
    """Five hundred people with one number, one whose number is a text, and references counted."""
    execute = driver_of(database)
    execute("UPDATE ticket_counter SET value = (SELECT max(id) FROM ticket)")
    numbers = f"phone = '01 99 99 99 99', phone_e164 = '{SHARED_NUMBER}'"
    if is_postgresql(database):  # what wrote the rows gave them ids without asking for one
        last = "SELECT max(id) FROM ticket"
        execute(f"SELECT setval(pg_get_serial_sequence('ticket', 'id'), ({last}))")
    step = persons // 500
    execute(f"UPDATE contact SET {numbers} WHERE id % {step} = {step - 1} AND id <= {persons}")  # noqa: S608
    execute(f"UPDATE contact SET phone = '{TEXT}', phone_e164 = NULL WHERE id = 11")  # noqa: S608


def last_people(folder: Path, persons: int) -> Path:
    """A file with ten more people to import."""
    file = folder / "last.jsonl"
    fields = {"name": "Last", "first_name": "Person", "org_id": 1}
    lines = (
        json.dumps({"class": "Person", "id": 2 * persons + number, "fields": fields})
        for number in range(10)
    )
    file.write_text("\n".join(lines) + "\n")
    return file


def _compare(database: peewee.Database, shape: Shape, seconds: float) -> None:
    whole: list[float] = []
    hand: list[float] = []
    within: list[float] = []
    shape.run(), shape.by_hand()
    started = perf_counter()
    while len(whole) < 5 or perf_counter() - started < seconds:
        with _counted(database) as spent:
            whole.append(_seconds(shape.run))
        within.append(sum(spent))
        hand.append(_seconds(shape.by_hand))
    ours, theirs = statistics.median(whole), statistics.median(hand)
    is_met = ours <= MOST_RATIO * theirs + MOST_SECONDS
    print(
        f"{shape.name:46}{ours * 1000:8.2f} ms{statistics.median(within) * 1000:9.2f} ms"
        f"{theirs * 1000:8.2f} ms  {ours / theirs:5.1f}  {(ours - theirs) * 1000:7.2f}"
        f"  {'met' if is_met else 'MISSED'}",
        flush=True,
    )


@contextmanager
def _counted(database: peewee.Database) -> Iterator[list[float]]:
    """How long each statement takes that the host runs meanwhile."""
    spent: list[float] = []
    execute: Any = database.execute_sql

    def timed(*arguments: Any, **more: Any) -> Any:
        began = perf_counter()
        try:
            return execute(*arguments, **more)
        finally:
            spent.append(perf_counter() - began)

    with patch.object(database, "execute_sql", timed):
        yield spent


def _seconds(run: Callable[[], Any]) -> float:
    began = perf_counter()
    run()
    return perf_counter() - began


if __name__ == "__main__":
    main()
