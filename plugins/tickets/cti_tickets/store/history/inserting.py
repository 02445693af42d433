"""Rows of a model, inserted at the speed of the driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import peewee

from cti_host import database, execute_many, is_postgresql


def insert_rows(model: type[peewee.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in the current transaction; their ids are not told.

    :param rows: the values by the names of the model's fields; defaults are filled in
    """
    if rows:
        statement, fields = _statement(model, is_postgresql(database.obj))
        execute_many(statement, [_values(fields, row) for row in rows])


@cache
def _statement(model: Any, postgresql: bool) -> tuple[str, list[Any]]:
    meta = model._meta
    fields = [field for field in meta.sorted_fields if not isinstance(field, peewee.AutoField)]
    # Names are the model's; the values are bound.
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    marks = ", ".join(["%s" if postgresql else "?"] * len(fields))
    return f'INSERT INTO "{meta.table_name}" ({names}) VALUES ({marks})', fields  # noqa: S608


def _values(fields: Sequence[Any], row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(
        field.db_value(row[field.name] if field.name in row else _default(field))
        for field in fields
    )


def _default(field: Any) -> Any:
    return field.default() if callable(field.default) else field.default
