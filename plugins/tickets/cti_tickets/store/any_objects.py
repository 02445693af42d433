"""Any objects of a class, in no order: which is quick, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import peewee
from cti_oql.running import rows

from cti_tickets.model.schema import Schema
from cti_tickets.rights import organizations
from cti_tickets.store.classes import kinds_of, of_kinds

# The class of nearly all objects of a table; the others have an index (migration 0016).
_MOST_ARE = {"contact": "Person"}


def any_ids(database: peewee.Database, schema: Schema, class_name: str, limit: int) -> list[int]:
    """The ids of any objects of a class, at most `limit`: without an order this is quick."""
    statement, values = any_ids_statement(schema, class_name, limit)
    return [row[0] for row in rows(database, statement, values)]


def any_ids_statement(
    schema: Schema, class_name: str, limit: int, *, after: int = 0
) -> tuple[str, Sequence[Any]]:
    """What `any_ids` asks the database.

    :param after: how many others are left out
    """
    cls, kinds = schema[class_name], kinds_of(schema, schema[class_name])
    condition = of_kinds(kinds, cls)
    most = _MOST_ARE.get(cls.table)
    if most is not None and most not in kinds:
        # SQLite uses the index of the others if it is told that none of the most is looked for.
        condition += f" AND finalclass <> '{most}'"
    # Names are the schema's, never a user's; the values are bound.
    table, limits = organizations.table(class_name, few=False)
    sql = f"SELECT id FROM {table} AS named WHERE {condition} LIMIT {int(limit)}"  # noqa: S608
    return (f"{sql} OFFSET {int(after)}" if after else sql), limits


def those_with_many(
    database: peewee.Database, schema: Schema, class_names: Collection[str], most: int
) -> frozenset[str]:
    """The classes, of some, that have more objects than `most`, in one statement."""
    names = [*class_names]
    if not names:
        return frozenset()
    parts: list[str] = []
    values: list[Any] = []
    for place, class_name in enumerate(names):
        statement, limits = any_ids_statement(schema, class_name, 1, after=most)
        parts.append(f"SELECT {place} FROM ({statement}) AS more")  # noqa: S608
        values += limits
    return frozenset(names[row[0]] for row in rows(database, " UNION ALL ".join(parts), values))
