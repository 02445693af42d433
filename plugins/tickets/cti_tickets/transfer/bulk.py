"""Many rows at once, past peewee's objects: what an import and an export need of the database."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import peewee
import psycopg

from cti_host import database, execute_many, is_postgresql
from cti_tickets.model.classes.registry import TicketCounter
from cti_tickets.model.data_model import current, schema
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights import organizations

LOG_TABLE = "log_entry"
LOG_COLUMNS = ("ticket_id", "attribute", "created", "author", "author_contact_id", "text")
HISTORY_TABLE = "object_change"
HISTORY_COLUMNS = (
    "object_id",
    "changes",
    "root",
    "class_name",
    "moment",
    "operation",
    "through",
    "account",
    "author",
)
# Between two attempts to get all locks.
_PAUSE_SECONDS = 0.02
# What a database says of a row that it can't take, whoever else writes.
REFUSALS = (peewee.IntegrityError, peewee.DataError)

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
    columns, hidden = organizations.columns(definition.name, names, "own")
    table, limits = organizations.table(definition.name, few=False)
    values: tuple[Any, ...] = (*hidden, *limits, after)
    if definition.polymorphic:
        values = (*values, definition.name)
    statement = (
        f"SELECT {columns} FROM {table} AS own"  # noqa: S608
        f" WHERE own.id > {_mark()}{own} ORDER BY own.id LIMIT {limit}"
    )
    return list(_execute(statement, values))


def some(definition: ClassDef, names: Sequence[str], ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """The values of some columns of the objects with these ids, by id."""
    marks = ", ".join([_mark()] * len(ids))
    columns, hidden = organizations.columns(definition.name, names, "own")
    table, limits = organizations.table(definition.name)
    statement = (
        f"SELECT {columns} FROM {table} AS own"  # noqa: S608
        f" WHERE own.id IN ({marks}) ORDER BY own.id"
    )
    return list(_execute(statement, (*hidden, *limits, *ids)))


def count(definition: ClassDef) -> int:
    """How many objects of one class there are."""
    where = f" WHERE finalclass = {_mark()}" if definition.polymorphic else ""
    table, limits = organizations.table(definition.name, few=False)
    values = (*limits, definition.name) if definition.polymorphic else limits
    return int(_execute(f"SELECT count(*) FROM {table} AS own{where}", values).fetchone()[0])  # noqa: S608


def insert(table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows at the speed of the driver.

    :param rows: moments and days are texts in them
    """
    if not rows:
        return
    marks = ", ".join([_mark()] * len(names))
    statement = f'INSERT INTO "{table}" ({_quoted(names)}) VALUES ({marks})'  # noqa: S608
    execute_many(statement, rows)


def update(table: str, object_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of one row; moments and days are texts."""
    assignments = ", ".join(f'"{name}" = {_mark()}' for name in values)
    statement = f'UPDATE "{table}" SET {assignments} WHERE id = {_mark()}'  # noqa: S608
    _execute(statement, (*values.values(), object_id))


def keep_others_out() -> None:
    """Let nobody else write until this transaction ends, so that ids and values stay free.

    SQLite has only one writer anyway. On PostgreSQL all tables are locked, or none: whoever had
    some and waited for others would wait for a save that may wait for one of those.

    :raises peewee.OperationalError: somebody writes for longer than a statement waits for a lock
    """
    if not is_postgresql(database.obj):
        return
    tables = _quoted([*current().tables, TicketCounter._meta.table_name])
    milliseconds = _execute("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'", ())
    patience = int(milliseconds.fetchone()[0]) / 1000 or math.inf
    ends = time.monotonic() + patience
    while not _locked_at_once(tables, is_last=time.monotonic() > ends):
        time.sleep(_PAUSE_SECONDS)


def _locked_at_once(tables: str, *, is_last: bool) -> bool:
    try:
        with database.atomic():
            database.execute_sql(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE NOWAIT")
    except peewee.OperationalError as error:
        if is_last or not isinstance(getattr(error, "orig", None), psycopg.errors.LockNotAvailable):
            raise
        return False
    return True


def reserve_ids(table: str, newest: int, wanted: int) -> int:
    """Keep ids for an import: nobody else gets them from now on. Call `keep_others_out` before.

    :param newest: the highest id that the objects bring themselves; 0 for none
    :param wanted: how many need one
    :return: the first of those
    """
    if not is_postgresql(database.obj):
        (stored,) = _execute(
            f'SELECT max((SELECT coalesce(max(id), 0) FROM "{table}"),'  # noqa: S608
            " (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?))",
            (table,),
        ).fetchone()
        first = max(stored, newest) + 1
        values = (first + wanted - 1, table)
        if not _execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", values).rowcount:
            _execute("INSERT INTO sqlite_sequence (seq, name) VALUES (?, ?)", values)
        return int(first)
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    (stored, counted) = database.execute_sql(
        f'SELECT coalesce(max(id), 0), nextval({sequence}) FROM "{table}"'  # noqa: S608
    ).fetchone()
    first = max(stored + 1, counted, newest + 1)
    database.execute_sql(f"SELECT setval({sequence}, {first + wanted}, false)")
    return int(first)


def _execute(statement: str, values: Sequence[Any]) -> Any:
    execute: Any = database.execute_sql  # peewee's types leave it out
    return execute(statement, tuple(values))


def _mark() -> str:
    return "%s" if is_postgresql(database.obj) else "?"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
