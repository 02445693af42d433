"""The branches of a query, compiled, and what they find together."""

from __future__ import annotations

from dataclasses import dataclass

from cti_oql.fragments import Sql, compose, joined


@dataclass(frozen=True)
class Select:
    """One branch compiled: what is after SELECT is still open.

    `key` is finalclass and id of the class selected, `classes` are the classes that an object may
    be of, and `sort` is what to sort by. `body` is FROM and all that follows. `repeats` tells that
    an object may come several times.
    """

    key: tuple[str, str]
    classes: frozenset[str]
    sort: str
    body: Sql
    repeats: bool


@dataclass(frozen=True)
class Together:
    """All objects found, each once: the query of a table with the columns `key` and `sort`."""

    key: tuple[str, str]
    sort: str
    query: Sql


def together(selects: list[Select]) -> Together:
    """What some branches find."""
    names = ('"class0"', '"id0"')
    pieces = []
    for select in selects:
        columns = [f"{value} AS {name}" for value, name in zip(select.key, names, strict=True)]
        if select.sort:
            columns.append(f'{select.sort} AS "sort"')
        word = "DISTINCT " if select.repeats and len(selects) == 1 else ""
        pieces.append(compose(f"SELECT {word}{', '.join(columns)} {{}}", select.body))
    word = " UNION ALL " if _all_different(selects) else " UNION "
    return Together(names, '"sort"', joined(word, pieces))


def _all_different(selects: list[Select]) -> bool:
    """Whether no object comes twice: each from one branch at most, since they differ in class."""
    classes = [name for select in selects for name in select.classes]
    return len(classes) == len(set(classes)) and not any(select.repeats for select in selects)
