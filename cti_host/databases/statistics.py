"""What the database knows of its tables, so that it begins a query at the end that finds few rows.

PostgreSQL keeps count by itself (autovacuum), a minute after a change. SQLite knows of no table how
large it is until it is told to look, and then keeps what it saw until it is told again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

import peewee

from cti_host.databases.connection import is_postgresql
from cti_host.databases.sqlite import SqliteFile

# A table that has grown or shrunk by more than a tenth, and by so many rows, is counted again.
_FEW_ROWS = 100
_TENTH = 10
# Whoever waits for SQLite looks ten times a second whether it is their turn.
_LONGEST_PAUSE = 0.2


def update_statistics(
    database: peewee.Database,
    tables: Collection[str] | None = None,
    pause: Callable[[float], object] = time.sleep,
) -> None:
    """Have the database look at its tables; outside of a transaction.

    SQLite reads each index of them, and lets nobody else write meanwhile: so each index is a
    transaction of its own, with a pause behind it in which whoever waits gets to write.

    :param tables: which tables, if not all
    :param pause: waits so many seconds
    """
    execute: Any = database.execute_sql
    if is_postgresql(database):
        for table in _tables(database, tables):
            execute(f'ANALYZE "{table}"')
        return
    names = _tables(database, tables)
    for name in names:
        for statement in _statements(execute, name):
            began = time.monotonic()
            execute(statement)
            pause(min(time.monotonic() - began, _LONGEST_PAUSE))
    if names:
        _tell_others(database)


def outdated(database: peewee.Database) -> list[str]:
    """The tables of SQLite that have other numbers of rows by now than it believes."""
    if not isinstance(database, SqliteFile):
        return []
    execute: Any = database.execute_sql
    known: dict[str, int] = {}
    if "sqlite_stat1" in database.get_tables():
        for table, stat in execute("SELECT tbl, stat FROM sqlite_stat1").fetchall():
            # An index that leaves rows out knows of fewer.
            known[table] = max(known.get(table, 0), int(stat.split()[0]))
    found = []
    for table in _tables(database, None):
        ((rows,),) = execute(f'SELECT count(*) FROM "{table}"').fetchall()  # noqa: S608 -- a table's name
        believed = known.get(table, 0)
        if abs(rows - believed) > max(_FEW_ROWS, believed // _TENTH):
            found.append(table)
    return found


def _tables(database: peewee.Database, wanted: Collection[str] | None) -> list[str]:
    tables: list[str] = database.get_tables()
    return [
        name
        for name in tables
        if not name.startswith("sqlite_") and (wanted is None or name in wanted)
    ]


def _statements(execute: Any, table: str) -> list[str]:
    """The statements that look at a table of SQLite, each as short as can be."""
    indexes = execute(f'PRAGMA index_list("{table}")').fetchall()
    # Only a whole index tells how many rows there are.
    is_counted = any(not partial for *_rest, partial in indexes)
    # A table that is its own key (WITHOUT ROWID) would keep what it knew beside what it finds.
    is_key = any(origin == "pk" for *_rest, origin, _partial in indexes)
    if is_key or not is_counted:
        return [f'ANALYZE "{table}"']
    return [f'ANALYZE "{name}"' for _number, name, *_rest in indexes]


def _tell_others(database: peewee.Database) -> None:
    """Let every connection, of other processes too, read the statistics anew.

    SQLite reads them with the tables and indexes, and those again whenever one of them changed.
    """
    execute: Any = database.execute_sql
    with database.atomic("immediate"):
        execute("CREATE TABLE cti_counted (id INTEGER)")
        execute("DROP TABLE cti_counted")
