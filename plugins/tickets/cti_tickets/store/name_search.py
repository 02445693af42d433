"""Find objects by name, for the fields of forms that hold a key."""

from __future__ import annotations

from typing import Any

import peewee
from cti_oql.functions.fold import fold_all
from cti_oql.running import mark, marks, rows

from cti_tickets.model.schema import ClassDef, Schema

MOST_SUGGESTIONS = 20
# A name has a few words; whoever sends a thousand looks for nothing.
_MOST_WORDS = 12


def any_ids(database: peewee.Database, schema: Schema, class_name: str, limit: int) -> list[int]:
    """The ids of any objects of a class, at most `limit`: without an order this is quick."""
    cls = schema[class_name]
    condition, values = _of_class(database, schema, cls)
    # Names are the schema's, never a user's; the values are bound.
    sql = f'SELECT id FROM "{cls.table}" WHERE {condition} LIMIT {int(limit)}'  # noqa: S608
    return [row[0] for row in rows(database, sql, values)]


def ids_by_name(
    database: peewee.Database, schema: Schema, class_name: str, text: str, limit: int
) -> list[int]:
    """The ids of the objects of a class whose name has every word of a text at a word's start.

    Neither case nor accents count.

    :param text: what was typed; empty finds any object
    :param limit: the most ids to answer
    """
    cls = schema[class_name]
    words = text.split()
    if "\0" in text or len(words) > _MOST_WORDS:
        return []
    condition, values = _of_class(database, schema, cls)
    columns = _name_columns(schema, cls)
    # One call for each object and word: the function is what takes the time.
    name = f"cti_fold({_joined(columns)})"
    for word in words:
        condition += f" AND {name} LIKE {mark(database)}"
        # What is folded holds no wildcards.
        values.append(f"%{fold_all(f' {word}')}%")
    order = ", ".join([*reversed(columns), "id"]) if words else "id"
    # Names are the schema's, never a user's; the values are bound.
    sql = f'SELECT id FROM "{cls.table}" WHERE {condition} ORDER BY {order} LIMIT {int(limit)}'  # noqa: S608
    return [row[0] for row in rows(database, sql, values)]


def _of_class(database: peewee.Database, schema: Schema, cls: ClassDef) -> tuple[str, list[Any]]:
    """The condition that an object is of a class, and the values bound in it."""
    if not cls.polymorphic:
        return "1 = 1", []
    kinds = schema.concrete(cls.name)
    return f"finalclass IN ({marks(database, len(kinds))})", list(kinds)


def _name_columns(schema: Schema, cls: ClassDef) -> list[str]:
    """The columns with the names of a class's objects, of whichever class they really are."""
    kinds = [schema[name] for name in schema.concrete(cls.name)] or [cls]
    named = [kind.attributes.get(code) for kind in kinds for code in kind.friendlyname]
    # What is called after two others (a membership) has no name of its own to look for.
    return list(dict.fromkeys(f'"{a.column}"' for a in named if a and a.column)) or ["''"]


def _joined(columns: list[str]) -> str:
    return "' ' || " + " || ' ' || ".join(columns)
