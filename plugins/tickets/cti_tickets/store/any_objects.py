"""Any objects of a class, in no order: which is quick, however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def any_ids_statement(schema: Schema, class_name: str, limit: int) -> tuple[str, Sequence[Any]]:
    """What `any_ids` asks the database."""
    sql, limits = ids_statement(schema, class_name)
    return f"{sql} LIMIT {int(limit)}", limits


def ids_statement(schema: Schema, class_name: str) -> tuple[str, Sequence[Any]]:
    """What finds the ids of all objects of a class: whoever uses it asks for few of them."""
    cls, kinds = schema[class_name], kinds_of(schema, schema[class_name])
    condition = of_kinds(kinds, cls)
    most = _MOST_ARE.get(cls.table)
    if most is not None and most not in kinds:
        # SQLite uses the index of the others if it is told that none of the most is looked for.
        condition += f" AND finalclass <> '{most}'"
    # Names are the schema's, never a user's; the values are bound.
    table, limits = organizations.table(class_name, few=False)
    return f"SELECT id FROM {table} AS named WHERE {condition}", limits  # noqa: S608


def those_with_many(
    database: peewee.Database, statements: Mapping[str, tuple[str, Sequence[Any]]], most: int
) -> frozenset[str]:
    """The classes, of some, that have more objects than `most`, in one statement.

    :param statements: what finds their objects, see `ids_statement`, by their names
    """
    if not statements:
        return frozenset()
    parts: list[str] = []
    values: list[Any] = []
    for place, (sql, limits) in enumerate(statements.values()):
        further = f"{sql} LIMIT 1 OFFSET {int(most)}"
        parts.append(f"SELECT {place} FROM ({further}) AS more")  # noqa: S608
        values += limits
    names = [*statements]
    return frozenset(names[row[0]] for row in rows(database, " UNION ALL ".join(parts), values))
