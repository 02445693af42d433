"""Sites of growing sizes, each as it is after `data import`: words kept, statistics taken."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import peewee
from cti_tickets.model.data_model import schema
from cti_tickets.store.words.kept import install

from cti_host import is_postgresql
from tests.bench.data import cti_host
from tests.bench.oql import driver_of, opened
from tests.bench.oql_data import AGENTS, fill
from tests.bench.search import word_triggers
from tests.bench.shapes import PERSONS_PER_ORGANIZATION, last_people, make_special

TICKETS_PER_PERSON, MOST_TICKETS = 3, 3_000_000
MOST_CALLERS = 50
_STATISTICS = "an import of ten, with statistics"
_TOOK = "took.json"


def tickets_of(persons: int) -> int:
    """How many tickets a site with so many persons has."""
    return min(MOST_TICKETS, persons * TICKETS_PER_PERSON)


@contextmanager
def site(folder: Path, kind: str, persons: int) -> Iterator[peewee.Database]:
    """The database of a site in a folder, built if it is not there.

    :param kind: "sqlite" or "postgresql"
    """
    took: dict[str, float] = {}

    def build(database: peewee.Database) -> None:
        _build(database, persons, took)

    with opened(folder, kind, build) as both:
        if took:
            with _timed(took, _STATISTICS):
                # It begins with nothing known of the tables, and has all of them counted.
                file = last_people(folder, persons)
                cti_host(folder / "cti.toml", "data", "import", str(file))
            (folder / _TOOK).write_text(json.dumps(took))
        yield both[0]


def building(folder: Path) -> dict[str, float]:
    """How many seconds the parts of building a site took."""
    took: dict[str, float] = json.loads((folder / _TOOK).read_text())
    return took


def size(database: peewee.Database) -> int:
    """How many bytes a database takes."""
    sql = (
        "SELECT pg_database_size(current_database())"
        if is_postgresql(database)
        else "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    )
    ((count,),) = driver_of(database)(sql).fetchall()
    return int(count)


def callers(database: peewee.Database) -> list[int]:
    """Persons with a number and two open requests: so that all sizes have as much to show."""
    sql = (
        "SELECT caller_id FROM ticket WHERE finalclass = 'UserRequest' AND status <> 'closed'"  # noqa: S608
        f" AND caller_id > {AGENTS} GROUP BY caller_id HAVING count(*) = 2 ORDER BY caller_id"
    )
    found = [id_ for (id_,) in driver_of(database)(sql).fetchall() if id_ % 5]  # see `oql_data`
    chance = random.Random(4)  # noqa: S311 -- the same callers each time
    return chance.sample(found, min(MOST_CALLERS, len(found)))


def _build(database: peewee.Database, persons: int, took: dict[str, float]) -> None:
    """Write the rows, then their words: a trigger for each row takes several times as long."""
    execute: Any = database.execute_sql
    if is_postgresql(database):  # for this connection alone, which is quicker so
        execute("SET maintenance_work_mem = '1GB'")
        execute("SET work_mem = '512MB'")
        execute("SET session_replication_role = 'replica'")  # no key is checked
    for table in ("organization", "location", "service", "contact", "ticket"):
        for statement in word_triggers(database, table, is_postgresql(database)):
            execute(statement)
    organizations = persons // PERSONS_PER_ORGANIZATION
    with _timed(took, "rows"):
        fill(database, organizations, persons, tickets_of(persons), statistics=False)
        make_special(database, persons)
    with _timed(took, "words"):
        install(database, schema())


@contextmanager
def _timed(took: dict[str, float], what: str) -> Iterator[None]:
    began = perf_counter()
    yield
    took[what] = perf_counter() - began
    print(f"{what}: {took[what]:.0f} s", flush=True)
