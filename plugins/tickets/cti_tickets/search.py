"""Find objects by name, for the fields of forms that hold a key."""

from __future__ import annotations

from typing import Any

import peewee

from cti_tickets.schema import Schema
from cti_tickets.sql import mark, marks, rows

MOST_SUGGESTIONS = 20


def ids_by_name(
    database: peewee.Database, schema: Schema, class_name: str, text: str, limit: int
) -> list[int]:
    """The ids of the objects of a class whose name has every word of a text at a word's start.

    :param text: what was typed; empty finds any object
    :param limit: the most ids to answer
    """
    cls = schema[class_name]
    columns = [cls.attributes[code].column for code in cls.friendlyname]
    values: list[Any] = []
    conditions = []
    place = mark(database)
    if cls.polymorphic:
        kinds = schema.concrete(class_name)
        conditions.append(f"finalclass IN ({marks(database, len(kinds))})")
        values += kinds
    for word in text.lower().split():
        likes = [f"lower(\"{c}\") LIKE {place} ESCAPE '!'" for c in columns for _ in range(2)]
        conditions.append(f"({' OR '.join(likes)})")
        literal = word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        values += [f"{literal}%", f"% {literal}%"] * len(columns)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    order = ", ".join(f'"{column}"' for column in reversed(columns))
    # Names are the schema's, never a user's; the values are bound.
    sql = f'SELECT id FROM "{cls.table}"{where} ORDER BY {order}, id LIMIT {int(limit)}'  # noqa: S608
    return [row[0] for row in rows(database, sql, values)]
