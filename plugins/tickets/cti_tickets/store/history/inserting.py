"""Rows of a model, inserted at the speed of the driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
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
    statement, values = _with_values(obj, postgresql)
    execute: Any = database.execute_sql  # peewee's types leave it out
    if postgresql:
        ((obj.id,),) = execute(f"{statement} RETURNING id", values).fetchall()
    else:
        obj.id = execute(statement, values).lastrowid
    obj._dirty.clear()


def insert_worked_out(obj: Any, name: str, expression: str, source: str) -> None:
    """Insert an instance as `insert_object` does, on PostgreSQL; one value the database works out.

    :param name: of the field that gets the value, and has it afterwards
    :param expression: what that is, in SQL
    :param source: a statement that is run with it, what WITH calls `source`; it has no values
    """
    obj.__data__.pop(name, None)
    worked_out = f"(SELECT {expression} FROM source)"  # noqa: S608 -- of whoever calls
    statement, values = _with_values(obj, True, name, worked_out)
    execute: Any = database.execute_sql  # peewee's types leave it out
    column = type(obj)._meta.fields[name].column_name
    sql = f'WITH source AS ({source}) {statement} RETURNING id, "{column}"'
    ((obj.id, obj.__data__[name]),) = execute(sql, values).fetchall()
    obj._dirty.clear()


def _with_values(
    obj: Any, postgresql: bool, more: str = "", expression: str = ""
) -> tuple[str, list[Any]]:
    """What inserts an instance, and the values to be bound."""
    data = obj.__data__
    model: Any = type(obj)
    names = tuple(data)
    # psycopg takes a statement apart each time if it has more than fifty places.
    empty = frozenset(name for name in names if data[name] is None) if postgresql else frozenset()
    statement, fields = _insert_of(model, names, postgresql, empty, more, expression)
    return statement, [field.db_value(data[field.name]) for field in fields]


@cache
def _statement(model: Any, postgresql: bool) -> tuple[str, list[Any]]:
    meta = model._meta
    fields = [field for field in meta.sorted_fields if not isinstance(field, peewee.AutoField)]
    return _insert(model, fields, postgresql), fields


@lru_cache(_MOST_KEPT)
def _insert_of(
    model: Any,
    names: tuple[str, ...],
    postgresql: bool,
    empty: Set[str],
    more: str,
    expression: str,
) -> tuple[str, list[Any]]:
    """What inserts a row with some fields, but not its id; and the fields whose values are bound.

    :param empty: those of the fields that get NULL
    :param more: one field more, if any, that gets the value of an SQL expression
    """
    fields = [model._meta.fields[name] for name in names if name != "id"]
    told = {model._meta.fields[name]: "NULL" for name in empty if name != "id"}
    if more:
        fields.append(model._meta.fields[more])
        told[fields[-1]] = expression
    sql = _insert(model, fields, postgresql, told)
    return sql, [field for field in fields if field not in told]


def _insert(
    model: Any, fields: Sequence[Any], postgresql: bool, told: Mapping[Any, str] | None = None
) -> str:
    # Names are the model's; the values are bound, but for those that stand in the statement.
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    place, told = "%s" if postgresql else "?", told or {}
    values = ", ".join(told.get(field, place) for field in fields)
    return f'INSERT INTO "{model._meta.table_name}" ({names}) VALUES ({values})'  # noqa: S608


def _values(fields: Sequence[Any], row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(
        field.db_value(row[field.name] if field.name in row else _default(field))
        for field in fields
    )


def _default(field: Any) -> Any:
    return field.default() if callable(field.default) else field.default
