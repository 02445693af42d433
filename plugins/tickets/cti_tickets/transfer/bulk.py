"""Many rows at once, past peewee's objects: what an import and an export need of the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import peewee
import psycopg

from cti_host import database, is_postgresql
from cti_tickets.model.data_model import current, schema
from cti_tickets.model.schema import ClassDef

LOG_TABLE = "log_entry"
LOG_COLUMNS = ("ticket_id", "attribute", "created", "author", "author_contact_id", "text")
INTEGRITY_ERRORS = (peewee.IntegrityError, sqlite3.IntegrityError, psycopg.IntegrityError)

# Names in the SQL below come from the models, never from a file: hence the noqa's.


def existing_ids(table: str) -> dict[int, str]:
    """The ids in a table, with the classes of their objects."""
    definition = next(d for d in schema() if d.table == table)
    if definition.polymorphic:
        return dict(database.execute_sql(f'SELECT id, finalclass FROM "{table}"'))  # noqa: S608
    ids = database.execute_sql(f'SELECT id FROM "{table}"')  # noqa: S608
    return dict.fromkeys((row[0] for row in ids), definition.name)


def existing_values(
    table: str, names: Sequence[str], class_name: str = ""
) -> Iterator[tuple[Any, ...]]:
    """The values of some columns of all rows of a table, in no order.

    :param class_name: only objects of this class, in a table of several
    """
    where = f" WHERE finalclass = {_mark()}" if class_name else ""
    values = (class_name,) if class_name else ()
    yield from _execute(f'SELECT {_quoted(names)} FROM "{table}"{where}', values)  # noqa: S608


def page(
    definition: ClassDef, names: Sequence[str], after: int, limit: int
) -> list[tuple[Any, ...]]:
    """The values of some columns of the next objects of one class above an id, by id."""
    own = " AND finalclass = " + _mark() if definition.polymorphic else ""
    values = (after, definition.name) if definition.polymorphic else (after,)
    statement = (
        f'SELECT {_quoted(names)} FROM "{definition.table}"'  # noqa: S608
        f" WHERE id > {_mark()}{own} ORDER BY id LIMIT {limit}"
    )
    return list(_execute(statement, values))


def some(definition: ClassDef, names: Sequence[str], ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """The values of some columns of the objects with these ids, by id."""
    marks = ", ".join([_mark()] * len(ids))
    statement = (
        f'SELECT {_quoted(names)} FROM "{definition.table}"'  # noqa: S608
        f" WHERE id IN ({marks}) ORDER BY id"
    )
    return list(_execute(statement, tuple(ids)))


def count(definition: ClassDef) -> int:
    """How many objects of one class there are."""
    where = f" WHERE finalclass = {_mark()}" if definition.polymorphic else ""
    values = (definition.name,) if definition.polymorphic else ()
    return int(_execute(f'SELECT count(*) FROM "{definition.table}"{where}', values).fetchone()[0])  # noqa: S608


def insert(table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows at the speed of the driver; its own exceptions come through."""
    if not rows:
        return
    opened: Any = database.obj
    if not is_postgresql(opened):
        rows = [tuple(map(_for_sqlite, row)) for row in rows]
    marks = ", ".join([_mark()] * len(names))
    statement = f'INSERT INTO "{table}" ({_quoted(names)}) VALUES ({marks})'  # noqa: S608
    opened.cursor().executemany(statement, rows)


def update(table: str, object_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of one row."""
    assignments = ", ".join(f'"{name}" = {_mark()}' for name in values)
    statement = f'UPDATE "{table}" SET {assignments} WHERE id = {_mark()}'  # noqa: S608
    given = values.values() if is_postgresql(database.obj) else map(_for_sqlite, values.values())
    _execute(statement, (*given, object_id))


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


def _execute(statement: str, values: Sequence[Any]) -> Any:
    execute: Any = database.execute_sql  # peewee's types leave it out
    return execute(statement, tuple(values))


def _mark() -> str:
    return "%s" if is_postgresql(database.obj) else "?"


def _for_sqlite(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
