"""What refers to objects: the columns with keys to them, from the models, and the rows there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import peewee
from cti_oql.running import is_postgresql, marks, rows

from cti_host import database
from cti_tickets.model.data_model import current, schema
from cti_tickets.model.schema import Attribute
from cti_tickets.store.referring.visible import chunks
from cti_tickets.store.transactions import will_write


@dataclass(frozen=True)
class Reference:
    """A column with keys to the objects of a table; of a class whose objects have it."""

    table: str
    target_table: str
    attribute: Attribute
    polymorphic: bool
    class_name: str


def references(table: str) -> Iterator[Reference]:
    """The columns of attributes with keys to the objects of a table, each once."""
    seen: set[tuple[str, str]] = set()
    for cls in schema():
        for attribute in cls.attributes.values():
            if not attribute.target or not attribute.stored:
                continue
            column = (cls.table, attribute.column)
            if column not in seen and schema()[attribute.target].table == table:
                seen.add(column)
                yield Reference(cls.table, table, attribute, cls.polymorphic, cls.name)


def columns_without_attribute(table: str) -> Iterator[tuple[str, str]]:
    """The other columns with keys to the objects of a table: of rows that are no objects."""
    seen = {(one.table, one.attribute.column) for one in references(table)}
    for model in current().models:
        meta: Any = model._meta  # peewee's types leave it out
        for field in meta.sorted_fields:
            if not isinstance(field, peewee.ForeignKeyField):
                continue
            column = (meta.table_name, field.column_name)
            if column not in seen and field.rel_model._meta.table_name == table:
                seen.add(column)
                yield column


def referring(reference: Reference, ids: Sequence[int]) -> Iterator[tuple[int, str, int]]:
    """The objects with a key to some: their ids, their classes, and what the key leads to."""
    column = f'"{reference.attribute.column}"'
    kind = "finalclass" if reference.polymorphic else "NULL"
    for some in chunks(ids):
        # Names are the schema's, never a user's; the values are bound.
        sql = (
            f'SELECT id, {kind}, {column} FROM "{reference.table}"'  # noqa: S608
            f" WHERE {column} IN ({marks(database.obj, len(some))}) ORDER BY id"
        )
        for id_, class_name, target in rows(database.obj, sql, some):
            yield id_, class_name or reference.class_name, target


def lock_rows(table: str, ids: Sequence[int]) -> None:
    """Let nobody else change rows of a table, or refer to them, until the transaction ends."""
    if is_postgresql(database.obj):
        will_write(table)
        for some in chunks(sorted(ids)):
            places = marks(database.obj, len(some))
            sql = f'SELECT id FROM "{table}" WHERE id IN ({places}) ORDER BY id FOR UPDATE'  # noqa: S608
            rows(database.obj, sql, some)
