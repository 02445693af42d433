"""Many rows at once, past peewee's objects: what an import needs of the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

import peewee
import psycopg

from cti_host import database, is_postgresql
from cti_tickets.model.data_model import current, schema

LOG_TABLE = "log_entry"
LOG_COLUMNS = ("ticket_id", "attribute", "created", "author", "text")
INTEGRITY_ERRORS = (peewee.IntegrityError, sqlite3.IntegrityError, psycopg.IntegrityError)

# Names in the SQL below come from the models, never from a file: hence the noqa's.


def existing_ids(table: str) -> dict[int, str]:
    """The ids in a table, with the classes of their objects."""
    definition = next(d for d in schema() if d.table == table)
    if definition.polymorphic:
        found = database.execute_sql(f'SELECT id, finalclass FROM "{table}"')  # noqa: S608
        return dict(found.fetchall())
    found = database.execute_sql(f'SELECT id FROM "{table}"')  # noqa: S608
    return {row[0]: definition.name for row in found.fetchall()}


def existing_values(table: str, *names: str) -> set[Any]:
    """The values of some columns in a table, as tuples."""
    found = database.execute_sql(f'SELECT {_quoted(names)} FROM "{table}"')  # noqa: S608
    return set(found.fetchall())


def insert(table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows at the speed of the driver; its own exceptions come through."""
    if not rows:
        return
    opened: Any = database.obj
    mark = "%s"
    if not is_postgresql(opened):
        mark = "?"
        rows = [tuple(str(v) if isinstance(v, date) else v for v in row) for row in rows]
    marks = ", ".join([mark] * len(names))
    statement = f'INSERT INTO "{table}" ({_quoted(names)}) VALUES ({marks})'  # noqa: S608
    opened.cursor().executemany(statement, rows)


def keep_others_out() -> None:
    """Let nobody else write until this transaction ends, so that ids and values stay free.

    SQLite has only one writer anyway.
    """
    if is_postgresql(database.obj):
        locked = _quoted(current().tables)
        database.execute_sql(f"LOCK TABLE {locked} IN SHARE ROW EXCLUSIVE MODE")


def reset_sequences() -> None:
    """Go on above the ids that are there: PostgreSQL counts apart from the table."""
    if is_postgresql(database.obj):
        for table in (*current().tables, LOG_TABLE):
            database.execute_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id))"  # noqa: S608
                f' FROM "{table}" HAVING max(id) IS NOT NULL'
            )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
