"""Statements that are written out: an event of a phone system has no time for a query builder.

Each is written with "?" for its values, for both databases; its tables and columns are the models'.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import peewee

from cti_host import database, is_postgresql, postponed


def execute(sql: str, values: Sequence[Any] = ()) -> Any:
    """Run a statement; returns its cursor."""
    opened: Any = database.obj
    return opened.execute_sql(_written(sql, is_postgresql(opened)), tuple(values))


def write(sql: str, values: Sequence[Any] = ()) -> None:
    """Write something with the next statement, see `postponed`: it must not touch a row that the
    statement before it touches."""
    opened: Any = database.obj
    postponed(_written(sql, is_postgresql(opened)), values)


def marks(values: Collection[Any]) -> str:
    """The places of values in a list: "?, ?, ?"."""
    return ", ".join("?" * len(values))


def select(model: type[peewee.Model], rest: str, values: Sequence[Any] = ()) -> list[Any]:
    """Whole rows of a table, as objects with the columns as attributes.

    :param rest: what follows the table: "WHERE id = ?"
    """
    (found,) = select_each([(model, rest)], values)
    return found


def select_each(
    queries: Iterable[tuple[type[peewee.Model], str]], values: Sequence[Any]
) -> list[list[Any]]:
    """Whole rows of several tables, by queries with the same values: all are asked, then read.

    :param queries: each with what follows the table
    """
    asked = []
    for model, rest in queries:
        names, sql, truths = _selection(model)
        asked.append((names, truths, execute(f"{sql} {rest}", values)))
    return [_rows(names, truths, cursor) for names, truths, cursor in asked]


def _rows(names: Sequence[str], truths: Sequence[str], cursor: Any) -> list[Any]:
    found = []
    for row in cursor.fetchall():
        one = SimpleNamespace(**dict(zip(names, row, strict=True)))
        for name in truths:  # SQLite knows no truth values
            setattr(one, name, bool(getattr(one, name)))
        found.append(one)
    return found


def locked(sql: str) -> str:
    """A query whose rows nobody else changes before this transaction ends."""
    return f"{sql} FOR UPDATE" if is_postgresql(database.obj) else sql


def new_row(model: type[peewee.Model], **values: Any) -> Any:
    """An object as `select` returns it, with what columns hold by default; its id is `None`."""
    fields: Mapping[str, Any] = model._meta.columns
    return SimpleNamespace(**{name: one.default for name, one in fields.items()} | values)


def insert(model: type[peewee.Model], values: Mapping[str, Any]) -> int:
    """Add a row; returns its id."""
    columns = ", ".join(f'"{name}"' for name in values)
    table = _table(model)
    sql = f'INSERT INTO "{table}" ({columns}) VALUES ({marks(values)})'  # noqa: S608 -- names of ours
    if is_postgresql(database.obj):
        return int(execute(f"{sql} RETURNING id", [*values.values()]).fetchone()[0])
    return int(execute(sql, [*values.values()]).lastrowid)


def insert_many(model: type[peewee.Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows that have the same columns; it is done with the next statement."""
    every = list(rows)
    if not every:
        return
    columns = ", ".join(f'"{name}"' for name in every[0])
    places = ", ".join(f"({marks(one)})" for one in every)
    sql = f'INSERT INTO "{_table(model)}" ({columns}) VALUES {places}'  # noqa: S608 -- names of ours
    write(sql, [value for one in every for value in one.values()])


def update(model: type[peewee.Model], id_: int, values: Mapping[str, Any]) -> None:
    """Change columns of a row."""
    if values:
        execute(*_update(model, id_, values))


def write_update(model: type[peewee.Model], id_: int, values: Mapping[str, Any]) -> None:
    """The same, but done with the next statement, see `write`."""
    if values:
        write(*_update(model, id_, values))


def _update(
    model: type[peewee.Model], id_: int, values: Mapping[str, Any]
) -> tuple[str, list[Any]]:
    changed = ", ".join(f'"{name}" = ?' for name in values)
    sql = f'UPDATE "{_table(model)}" SET {changed} WHERE id = ?'  # noqa: S608 -- names of ours
    return sql, [*values.values(), id_]


def _table(model: type[peewee.Model]) -> str:
    return str(model._meta.table_name)


@lru_cache(256)  # lists of values have many lengths
def _written(sql: str, postgresql: bool) -> str:
    return sql.replace("%", "%%").replace("?", "%s") if postgresql else sql


@cache
def _selection(model: type[peewee.Model]) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """The columns of a table, the beginning of a query for them, those that hold truth values."""
    fields: Mapping[str, Any] = model._meta.columns
    listed = ", ".join(f'"{name}"' for name in fields)
    truths = [name for name, one in fields.items() if isinstance(one, peewee.BooleanField)]
    return tuple(fields), f'SELECT {listed} FROM "{_table(model)}"', tuple(truths)  # noqa: S608
