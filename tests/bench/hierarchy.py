"""Trees of organizations: the recursive query that OQL becomes, against a closure table.

The closure table holds a row for each pair of an upper and a lower organization, each with itself
included. Both are asked on one connection, in turn; what they find is compared first.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peewee
from cti_oql import Oql

from cti_host import is_postgresql
from tests.bench.oql import driver_of, opened, seconds_of
from tests.bench.oql_data import insert

LEVELS = 12
TICKETS_PER_ORGANIZATION = 30
BELOW = "SELECT Organization AS o JOIN Organization AS top ON o.parent_id BELOW top.id"
OUTSIDE = BELOW.replace("BELOW", "NOT BELOW")
TICKETS = (
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id"
    " JOIN Organization AS top ON o.parent_id BELOW top.id WHERE top.id = :id"
)
ABOVE = "SELECT Organization AS top JOIN Organization AS o ON o.parent_id BELOW top.id"
NAMED = (
    "SELECT 'Organization', o.id FROM organization o WHERE o.id {}"
    " ORDER BY cti_fold(o.name){}, o.id"
)
LOWER = "IN (SELECT lower FROM closure WHERE upper = {})"
UPPER = "IN (SELECT upper FROM closure WHERE lower = {})"


def main() -> None:
    """Build the tree and its closure table, run the rounds, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organizations", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    levels = _levels(options.organizations)
    with (
        tempfile.TemporaryDirectory() as name,
        opened(Path(name), options.database, lambda database: _fill(database, levels)) as both,
    ):
        _compare(*both, levels, options.rounds)


def _levels(organizations: int) -> list[range]:
    """The ids of each level; every level is larger than the one above by the same factor."""
    factor = 1.0
    while sum(factor**level for level in range(LEVELS)) < organizations:
        factor += 0.001
    levels, first = [], 1
    for level in range(LEVELS):
        last = organizations if level == LEVELS - 1 else first + max(1, round(factor**level)) - 1
        levels.append(range(first, last + 1))
        first = last + 1
    return levels


def _parent(levels: list[range], level: int, organization: int) -> int | None:
    if not level:
        return None
    above, own = levels[level - 1], levels[level]
    return above[(organization - own.start) * len(above) // len(own)]


def _fill(database: peewee.Database, levels: list[range]) -> None:
    execute = driver_of(database)
    rows = [
        (i, f"Organization {i}", "active", _parent(levels, level, i))
        for level, ids in enumerate(levels)
        for i in ids
    ]
    tickets = [
        (i, "UserRequest", f"R-{i:06d}", 1 + (i * 7919) % len(rows), "A title", "new")
        for i in range(1, len(rows) * TICKETS_PER_ORGANIZATION + 1)
    ]
    insert(database, "organization", "id name status parent_id", rows)
    insert(database, "ticket", "id finalclass ref org_id title status", tickets)
    execute("CREATE TABLE closure (upper INTEGER, lower INTEGER, PRIMARY KEY (upper, lower))")
    execute(
        "INSERT INTO closure WITH RECURSIVE walked(upper, lower) AS"
        " (SELECT id, id FROM organization UNION"
        " SELECT walked.upper, o.id FROM walked JOIN organization o ON o.parent_id = walked.lower)"
        " SELECT upper, lower FROM walked"
    )
    execute("CREATE INDEX closure_lower ON closure (lower)")
    execute("ANALYZE")


def _compare(database: peewee.Database, engine: Oql, levels: list[range], rounds: int) -> None:
    execute = driver_of(database)
    postgresql = is_postgresql(database)
    collation = ' COLLATE "C"' if postgresql else ""
    top, middle, leaf = 1, levels[LEVELS // 2][0], levels[-1][-1]
    tickets = "SELECT finalclass, id FROM ticket WHERE finalclass = 'UserRequest' AND org_id {}"
    cases = [
        ("below the top", f"{BELOW} WHERE top.id = :id", top, NAMED, LOWER),
        ("below a middle one", f"{BELOW} WHERE top.id = :id", middle, NAMED, LOWER),
        ("above a leaf", f"{ABOVE} WHERE o.id = :id", leaf, NAMED, UPPER),
        ("tickets below a middle one", TICKETS, middle, tickets + " ORDER BY ref DESC, id", LOWER),
        ("not below a middle one", f"{OUTSIDE} WHERE top.id = :id", middle, NAMED, "NOT " + LOWER),
    ]
    print(f"{'PostgreSQL' if postgresql else 'SQLite'}: {levels[-1][-1]:,} organizations on"
          f" {LEVELS} levels, {rounds} rounds")  # fmt: skip
    print(f"{'':28}{'found':>8}{'recursive':>13}{'closure':>13}")
    for name, text, start, sql, ids in cases:
        statement = engine.statement(text, {"id": start}, postgresql=postgresql)
        by_table = sql.format(ids.format(start), collation)
        runs: list[Callable[[], Any]] = [
            lambda s=statement: execute(s.sql, s.values).fetchall(),  # type: ignore[misc]
            lambda s=by_table: execute(s).fetchall(),  # type: ignore[misc]
        ]
        found = [[tuple(row) for row in run()] for run in runs]
        assert found[0] == found[1], name
        times = [statistics.median(each) * 1000 for each in seconds_of(runs, rounds)]
        print(f"{name:28}{len(found[0]):8,}" + "".join(f"{ms:10.2f} ms" for ms in times))
    _writing(database, levels, rounds)


def _writing(database: peewee.Database, levels: list[range], rounds: int) -> None:
    """What it costs to move a part of the tree, with and without the table; and its size."""
    execute = driver_of(database)
    (pairs,) = execute("SELECT COUNT(*) FROM closure").fetchone()
    part, places = levels[LEVELS // 2][0], levels[LEVELS // 2 - 1][:2]
    moves = 0

    def move() -> None:
        nonlocal moves
        moves += 1
        execute(f"UPDATE organization SET parent_id = {places[moves % 2]} WHERE id = {part}")  # noqa: S608 -- numbers

    def move_with_table() -> None:
        with database.atomic():
            move()
            below = f"SELECT lower FROM closure WHERE upper = {part}"  # noqa: S608 -- a number
            execute(f"DELETE FROM closure WHERE lower IN ({below}) AND upper NOT IN ({below})")  # noqa: S608 -- as above
            execute(
                "INSERT INTO closure SELECT a.upper, b.lower FROM closure a, closure b"  # noqa: S608 -- numbers
                f" WHERE a.lower = {places[moves % 2]} AND b.upper = {part}"
            )

    (below,) = execute(f"SELECT COUNT(*) FROM closure WHERE upper = {part}").fetchone()  # noqa: S608 -- a number
    plain, kept = (
        statistics.median(each) * 1000 for each in seconds_of([move, move_with_table], rounds)
    )
    print(f"the closure table: {pairs:,} rows; to move an organization with {below:,} below it:"
          f" {plain:.2f} ms without the table, {kept:.2f} ms with it")  # fmt: skip


if __name__ == "__main__":
    main()
