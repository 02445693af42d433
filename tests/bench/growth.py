"""What a site of 10,000 to 10,000,000 persons takes: pages, lookups, lists, searches, and to start.

Each size is built as a site is after `data import` (see `growth_data`) and measured on one
connection of one process: the median by the clock and, after a stroke, the lower quartile of the
processor's time of this process, which is SQLite's too; that of PostgreSQL is added, as the mean of
all rounds. Callers have two open requests at every size. Then a host is started for it, and asked
for panels: how long that took, and how much of the processor.

The table has a column for each size, and how many times the smallest the largest takes, by the
processor's time where that is known.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, cycle
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch
from urllib.parse import quote
from urllib.request import Request, urlopen

import peewee
import psutil  # type: ignore[import-untyped]  # it ships no types
from cti_oql.functions.fold import fold
from cti_tickets.store.listing.places import text_of
from cti_tickets.store.listing.query import Place
from flask import current_app

from cti_host import is_postgresql
from tests.bench.data import cti_host
from tests.bench.growth_data import building, callers, site, size, tickets_of
from tests.bench.oql import driver_of
from tests.bench.oql_data import number_of
from tests.bench.panel import cpu_seconds, serving
from tests.bench.shapes_asked import asked
from tests.bench.shapes_pages import pages, requested, sign_in

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
PANELS, STARTS, LEAST = 200, 5, 7
# Of the shapes: all others are in a table of their own.
SHAPES = (
    "caller: a number",
    "list: of the caller",
    "list: of the organization",
    "suggestions: a name",
    "suggestions: two short words",
    "page: a ticket",
    "page: the form of a new ticket",
    "page: a form, and its ticket",
)
# A row of the table: a text, and a number to divide by that of another size.
_Row = tuple[str, float]


def main() -> None:
    """Build the data of each size, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="persons")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seconds", type=float, default=3, help="how long each row takes")
    parser.add_argument("--only", default="", help="measure only what has this in its name")
    parser.add_argument("--folder", type=Path, help="keep the data there, or find them there")
    options = parser.parse_args()
    columns: dict[int, dict[str, _Row]] = {}
    for persons in options.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = (options.folder or Path(name)) / f"{options.database}-{persons}"
            with site(folder, options.database, persons) as database:
                columns[persons] = dict(_measured(folder, database, persons, options))
    _print(columns, options.database)


def _measured(
    folder: Path, database: peewee.Database, persons: int, options: argparse.Namespace
) -> Iterator[tuple[str, _Row]]:
    app: Any = current_app
    people = callers(database)
    # The host closes the connection of a request at its end.
    with patch.object(database, "close"), app.test_request_context("/"):
        shapes = chain(asked(database, people), pages(folder, database))
        named = {shape.name: shape.run for shape in shapes if shape.name in SHAPES}
        for name, run in {**dict(_pages(folder, database, people)), **named}.items():
            if options.only in name:
                print(f"{persons:,}: {name}", flush=True)
                yield name, _milliseconds(run, options.seconds, database)
    if not options.only:
        for what, seconds in building(folder).items():
            yield f"to build: {what}", (f"{seconds:.0f} s", seconds)
        bytes_ = size(database)
        yield "the database", (f"{bytes_ / 2**30:.2f} GiB", bytes_)
        yield from _host(folder / "cti.toml", people)


def _pages(
    folder: Path, database: peewee.Database, people: Sequence[int]
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Pages that a browser asks for that has signed in."""
    app: Any = current_app
    client = app.test_client()
    sign_in(folder / "cti.toml", client)

    def get(*paths: str) -> Callable[[], Any]:
        turn = cycle(paths)

        def once() -> None:
            page = requested(client.get, next(turn))
            assert page.status_code == 200, page.status

        return once

    yield "panel: a known caller", get(*_panels(people))
    ((tickets, persons),) = driver_of(database)(
        "SELECT (SELECT max(id) FROM ticket), (SELECT max(id) FROM contact)"
    ).fetchall()
    refs = f"SELECT ref FROM ticket WHERE id IN ({tickets // 3}, {tickets // 2})"  # noqa: S608
    references = [row[0] for row in driver_of(database)(refs).fetchall()]
    for what, texts in (
        ("a name", ["helene fontaine", "lefevre", "marie bonnetsky"]),
        ("a reference", references),
        ("half a word", ["imprim", "gauth"]),
    ):
        yield f"search: {what}", get(*(f"/search/tickets?q={quote(text)}" for text in texts))
    for what, list_, value, id_ in (
        ("tickets by priority", "Ticket?sort=priority", "3", tickets // 2),
        ("tickets by priority, backwards", "Ticket?sort=-priority", "2", tickets // 2),
        ("persons", "Person?", fold("Marie Moreau"), persons // 2),
        ("persons by name", "Person?sort=name", fold("Martin"), persons // 2),
    ):
        yield f"list: {what}", get(f"/objects/{list_}")
        yield f"list: {what}, deep", get(f"/objects/{list_}&after={text_of(Place(value, id_))}")


def _panels(people: Sequence[int]) -> list[str]:
    return [f"/pop?phone=%2B{number_of(person)[1:]}" for person in people]


def _host(config: Path, people: Sequence[int]) -> Iterator[tuple[str, _Row]]:
    """A host: to say its version, to start until its first panel, its memory after some."""
    times = []
    for _start in range(STARTS):
        began, computed = perf_counter(), _of_children()
        command = [sys.executable, "-m", "cti_host", "--config", str(config), "--version"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- our own command
        times.append((perf_counter() - began, _of_children() - computed))
    yield "cti-host --version", _seconds(*map(min, zip(*times, strict=True)))
    token = cti_host(config, "agent", "token", "sam")
    began = perf_counter()
    with serving(config) as server:
        for number, path in zip(range(PANELS), cycle(_panels(people)), strict=False):
            headers = {"Authorization": f"Bearer {token}"}
            with urlopen(Request(server.address + path, headers=headers)) as page:  # noqa: S310 -- our own server
                page.read()
            if number == 0:
                yield (
                    "serve, to the first panel",
                    _seconds(perf_counter() - began, cpu_seconds(server.pid)),
                )
        most = max(one.memory_info().rss for one in psutil.Process(server.pid).children(True))
    yield f"most memory of a process, {PANELS} panels", (f"{most / 2**20:.0f} MiB", most)


def _milliseconds(run: Callable[[], Any], seconds: float, database: peewee.Database) -> _Row:
    wall: list[float] = []
    used: list[float] = []
    with suppress(AssertionError):  # on a busy machine, the first one may not be in time
        run()
    served = _of_server(database)
    started = perf_counter()
    while len(wall) < LEAST or perf_counter() - started < seconds:
        began, computed = perf_counter(), process_time()
        run()
        used.append(process_time() - computed)
        wall.append(perf_counter() - began)
    beside = (_of_server(database) - served) / len(wall)
    clock = statistics.median(wall) * 1000
    processor = (statistics.quantiles(used, n=4)[0] + beside) * 1000
    return f"{clock:.2f} / {processor:.2f} ms", processor


def _of_server(database: peewee.Database) -> float:
    """The processor's seconds of PostgreSQL's processes that work for clients."""
    if not is_postgresql(database):
        return 0
    sql = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
    pids = [pid for (pid,) in driver_of(database)(sql).fetchall()]
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return float(sum(time.user + time.system for time in times))


def _of_children() -> float:
    """The processor's seconds of the commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _seconds(clock: float, processor: float) -> _Row:
    return f"{clock:.2f} / {processor:.2f} s", processor


def _print(columns: dict[int, dict[str, _Row]], database: str) -> None:
    sizes = list(columns)
    print(f"\n{database}{'':36}" + "".join(f"{persons:>20,}" for persons in sizes) + "   ratio")
    tickets = "".join(f"{tickets_of(persons):>20,}" for persons in sizes)
    print(f"{'tickets':46}{tickets}")
    for name in columns[sizes[0]]:
        cells = [columns[persons][name] for persons in sizes]
        ratio = cells[-1][1] / cells[0][1]
        print(f"{name:46}" + "".join(f"{text:>20}" for text, _number in cells) + f"{ratio:8.1f}")


if __name__ == "__main__":
    main()
