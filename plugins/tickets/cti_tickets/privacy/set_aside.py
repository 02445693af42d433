"""Columns that no attribute has: what is left of a plugin's attribute, on any table.

A migration sets one aside where an attribute of its name came with this plugin, and a plugin that
is taken out leaves its own behind. Nobody sees them on a page any more; what they hold is still
about somebody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import peewee
from cti_oql.running import mark, rows

from cti_host import current_host
from cti_tickets.model.data_model import current

_TEXTS = ("TEXT", "VARCHAR", "CHAR")
# What a column holds that may hold neither nothing nor a text, by the beginning of its type.
_MOMENTS = {"DATE": "'1970-01-01'", "TIMESTAMP": "'1970-01-01'", "TIME": "'00:00'"}


def columns_set_aside(table: str) -> list[peewee.ColumnMetadata]:
    """The columns of a table that no attribute of a class has."""
    model = current()
    known = {
        column for cls in model.schema if cls.table == table for column in model.columns[cls.name]
    }
    for one in model.models:
        meta: Any = one
        if meta._meta.table_name == table:
            known |= {field.column_name for field in meta._meta.sorted_fields}
    there: Any = current_host().database
    return [column for column in there.get_columns(table) if column.name not in known]


def texts_set_aside(table: str) -> Iterator[str]:
    """The names of those that hold texts."""
    for column in columns_set_aside(table):
        if _is_text(column):
            yield column.name


def values_set_aside(table: str, id_: int) -> Mapping[str, str]:
    """What they hold for an object, by column; what is empty is left out."""
    columns = [column.name for column in columns_set_aside(table)]
    if not columns:
        return {}
    database = current_host().database
    names = ", ".join(f'"{name}"' for name in columns)
    sql = f'SELECT {names} FROM "{table}" WHERE id = {mark(database)}'  # noqa: S608 -- the table's own names
    found = rows(database, sql, [id_])
    values = zip(columns, found[0], strict=True) if found else ()
    return {name: str(value) for name, value in values if value not in (None, "")}


def empty_set_aside(table: str, id_: int) -> None:
    """Empty them for an object, in the current transaction."""
    database: Any = current_host().database
    keys = {key.column for key in database.get_foreign_keys(table)}
    sets = [
        f'"{column.name}" = {nothing}'
        for column in columns_set_aside(table)
        if (nothing := _nothing(column, is_key=column.name in keys)) is not None
    ]
    if sets:
        sql = f'UPDATE "{table}" SET {", ".join(sets)} WHERE id = {mark(database)}'  # noqa: S608
        database.execute_sql(sql, [id_])


def _nothing(column: peewee.ColumnMetadata, *, is_key: bool) -> str | None:
    """What stands for nothing in a column, as SQL; `None`: it must lead to something."""
    if column.null:
        return "NULL"
    if column.default is not None:
        return str(column.default)
    if is_key:
        return None
    if _is_text(column):
        return "''"
    kind = _kind(column)
    if kind.startswith("BOOL"):
        return "FALSE"
    return next((text for name, text in _MOMENTS.items() if kind.startswith(name)), "0")


def _is_text(column: peewee.ColumnMetadata) -> bool:
    return _kind(column).startswith((*_TEXTS, "CHARACTER"))


def _kind(column: peewee.ColumnMetadata) -> str:
    return str(column.data_type).upper()
