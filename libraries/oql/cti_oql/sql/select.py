"""The branches of a query, compiled, and what they find together."""

from __future__ import annotations

from dataclasses import dataclass

from cti_oql.sql.fragments import Sql, compose, joined

Keys = list[tuple[str, str]]


@dataclass(frozen=True)
class Select:
    """One branch compiled: what is after SELECT is still open.

    `keys` are finalclass and id of each class selected, `classes` the classes that the first of
    them may be, and `sort` what to sort by. `body` is FROM and all that follows. `repeats` tells
    that an object may come several times.
    """

    keys: Keys
    classes: frozenset[str]
    sort: str
    body: Sql
    repeats: bool


@dataclass(frozen=True)
class Together:
    """All objects found, each once: the query of a table with the columns `keys` and `sort`."""

    keys: Keys
    sort: str
    query: Sql


def together(selects: list[Select]) -> Together:
    """What some branches find, which each select as many classes."""
    names = [(f'"class{n}"', f'"id{n}"') for n in range(len(selects[0].keys))]
    pieces = []
    for select in selects:
        columns = [
            f"{value} AS {name}"
            for key, named in zip(select.keys, names, strict=True)
            for value, name in zip(key, named, strict=True)
        ]
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
