"""What queries find, named within a larger statement: keys and rows are read at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

# The statements of a site's lists and lookups; their values are bound.
_KEPT = 256


class Found(NamedTuple):
    """The beginning of a statement, which names what some queries find "found".

    Its columns are "query", the position of a query among them, "place", where in what that query
    finds an object stands (the order of rows is nobody's promise), "class" and "id", and "total",
    which is how many objects the query finds in all.

    :param values: to bind in it, before those of what follows
    :param queries: the texts, to say what couldn't be run
    """

    sql: str
    values: tuple[object, ...]
    queries: tuple[str, ...]


def found(statements: Sequence[Found]) -> Found:
    """The beginning of a statement about the objects that some statements find.

    :param statements: each finds a page of one query
    """
    return Found(
        _beginning(tuple([each.sql for each in statements])),
        tuple([value for each in statements for value in each.values]),
        tuple([query for each in statements for query in each.queries]),
    )


@lru_cache(_KEPT)
def _beginning(statements: tuple[str, ...]) -> str:
    columns = '"class", "id", "total"'
    # Not in FROM: there SQLite has no names for the columns of a query.
    named = [f'"found {number}"({columns}) AS ({each})' for number, each in enumerate(statements)]
    # A window without an order numbers the rows as they come.
    parts = [
        f'SELECT {number} AS "query", ROW_NUMBER() OVER () AS "place", {columns} '  # noqa: S608 -- names of this file
        f'FROM "found {number}"'
        for number in range(len(statements))
    ]
    return f'WITH {", ".join(named)}, "found" AS ({" UNION ALL ".join(parts)})'
