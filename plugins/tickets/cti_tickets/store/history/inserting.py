"""Rows of a model, inserted at the speed of the driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import peewee

from cti_host import database, execute_many, is_postgresql, postponed

# Objects of a class are mostly made of the same fields.
_MOST_KEPT = 512


def insert_rows(model: type[peewee.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in the current transaction; their ids are not told.

    :param rows: the values by the names of the model's fields; defaults are filled in
    """
    if rows:
        statement, fields = _statement(model, is_postgresql(database.obj))
        execute_many(statement, [_values(fields, row) for row in rows])


def insert_later(model: type[peewee.Model], row: Mapping[str, Any]) -> None:
    """Insert a row at the latest with the next statement, see `cti_host.postponed`."""
    statement, fields = _statement(model, is_postgresql(database.obj))
    postponed(statement, _values(fields, row))


def insert_unless_there(model: type[peewee.Model], row: Mapping[str, Any]) -> bool:
    """Insert a row in the current transaction, unless one has its key.

    Where another transaction inserts the same, this waits until that has ended.

    :return: whether it was inserted
    """
    statement, fields = _statement(model, is_postgresql(database.obj))
    execute: Any = database.execute_sql  # peewee's types leave it out
    inserted = execute(f"{statement} ON CONFLICT DO NOTHING", _values(fields, row))
    return bool(inserted.rowcount)


def insert_object(obj: Any) -> None:
    """Insert an instance of a model in the current transaction; it gets its id.

    As `save` does, but for the tree that peewee makes of the statement anew each time.
    """
    postgresql = is_postgresql(database.obj)
    model: Any = type(obj)
    statement, fields = _insert_of(model, tuple(obj.__data__), postgresql)
    values = [field.db_value(obj.__data__[field.name]) for field in fields]
    execute: Any = database.execute_sql  # peewee's types leave it out
    if postgresql:
        ((obj.id,),) = execute(f"{statement} RETURNING id", values).fetchall()
    else:
        obj.id = execute(statement, values).lastrowid
    obj._dirty.clear()


@cache
def _statement(model: Any, postgresql: bool) -> tuple[str, list[Any]]:
    meta = model._meta
    fields = [field for field in meta.sorted_fields if not isinstance(field, peewee.AutoField)]
    return _insert(model, fields, postgresql), fields


@lru_cache(_MOST_KEPT)
def _insert_of(model: Any, names: tuple[str, ...], postgresql: bool) -> tuple[str, list[Any]]:
    """What inserts a row with some fields, but not its id."""
    fields = [model._meta.fields[name] for name in names if name != "id"]
    return _insert(model, fields, postgresql), fields


def _insert(model: Any, fields: Sequence[Any], postgresql: bool) -> str:
    # Names are the model's; the values are bound.
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    marks = ", ".join(["%s" if postgresql else "?"] * len(fields))
    return f'INSERT INTO "{model._meta.table_name}" ({names}) VALUES ({marks})'  # noqa: S608


def _values(fields: Sequence[Any], row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(
        field.db_value(row[field.name] if field.name in row else _default(field))
        for field in fields
    )


def _default(field: Any) -> Any:
    return field.default() if callable(field.default) else field.default
