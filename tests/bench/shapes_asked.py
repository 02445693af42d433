"""The shapes of a call: who it is, and the lists below; each with SQL by hand for the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import peewee
from cti_oql.functions.fold import fold
from flask import g

from cti_host import Agent, Call, current_host, is_postgresql
from cti_host.pop.search import search
from tests.bench.oql import driver_of

SHARED_NUMBER = "+33199999999"
TEXT = "reception desk"
_OPEN = "u.finalclass = 'UserRequest' AND u.status <> 'closed'"
_UP = """WITH RECURSIVE tree(id) AS (SELECT org_id FROM contact WHERE id = ? UNION
 SELECT o.parent_id FROM organization o JOIN tree ON o.id = tree.id WHERE o.parent_id > 0)"""
_DOWN = """WITH RECURSIVE tree(id) AS (SELECT org_id FROM contact WHERE id = ? UNION
 SELECT o.id FROM organization o JOIN tree ON o.parent_id = tree.id)"""
_TREE = (
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id"
    " JOIN Organization AS mine ON {} JOIN Person AS p ON p.org_id = mine.id"
    " WHERE p.id IN (:callers_list) AND u.status != 'closed'"
)
_OF_THE_CALLER = (
    "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'"
)
_OF_THE_ORGANIZATION = (
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Person AS p"
    " ON p.org_id = o.id WHERE p.id IN (:callers_list) AND u.status != 'closed'"
)


@dataclass(frozen=True)
class Shape:
    """What the host does, and the SQL that gets the same: each call takes the next object."""

    name: str
    run: Callable[[], Any]
    by_hand: Callable[[], Any]


def marked(database: peewee.Database, sql: str) -> str:
    """A statement with the marks of a database in place of question marks."""
    return sql.replace("?", "%s") if is_postgresql(database) else sql


def asked(database: peewee.Database, people: Sequence[int] = ()) -> Iterator[Shape]:
    """The shapes, each with people of many organizations in turn.

    :param people: the ids of persons with a number; without any, some are looked for
    """
    execute = driver_of(database)
    many = (
        "SELECT id FROM contact WHERE finalclass = 'Person' AND id > 500 AND phone <> '' LIMIT 300"
    )
    people = people or [row[0] for row in execute(many).fetchall()]
    yield _list(database, "list: of the caller", _OF_THE_CALLER, "", "u.caller_id = ?", people)
    own = "u.org_id = (SELECT org_id FROM contact WHERE id = ?)"
    yield _list(database, "list: of the organization", _OF_THE_ORGANIZATION, "", own, people)
    tree = "u.org_id IN (SELECT id FROM tree)"
    up = _TREE.format("mine.parent_id BELOW o.id")
    yield _list(database, "list: of those above the caller's", up, _UP, tree, people)
    down = _TREE.format("o.parent_id BELOW mine.id")
    yield _list(database, "list: of those below the caller's", down, _DOWN, tree, people)
    # Agents work for the organization at the top of a fifth of the tree.
    yield _list(database, "list: of a fifth of all organizations", down, _DOWN, tree, [1])
    yield from _lookups(database, people)


def _list(
    database: peewee.Database, name: str, query: str, before: str, where: str, people: Sequence[int]
) -> Shape:
    """The first page of a list and how many there are."""
    host, execute = current_host(), driver_of(database)
    plugin: Any = next(one.instance for one in host.plugins if one.name == "tickets")
    rest = f"FROM ticket u WHERE {_OPEN} AND {where}"
    if before:  # what is found is worked out once, for the page and for how many there are
        sql = (
            f"{before}, found AS MATERIALIZED (SELECT u.id, u.ref {rest})"  # noqa: S608 -- of this file
            " SELECT id, (SELECT count(*) FROM found) FROM found ORDER BY ref DESC, id LIMIT 10"
        )
    else:
        sql = f"SELECT u.id, (SELECT count(*) {rest}) {rest} ORDER BY u.ref DESC, u.id LIMIT 10"
    marks = sql.count("?")
    sql = marked(database, sql)
    ours, theirs = cycle(people), cycle(people)

    def run() -> list[int]:
        parameters = {"callers_list": [next(ours)], "selected_caller": None}
        page = plugin.oql.page(database, query, parameters, limit=10, offset=0)
        return [id_ for _class, id_ in page.keys]

    def by_hand() -> list[int]:
        return [row[0] for row in execute(sql, [next(theirs)] * marks).fetchall()]

    for _person in people[:5]:
        assert run() == by_hand(), name
    return Shape(name, run, by_hand)


def _lookups(database: peewee.Database, people: Sequence[int]) -> Iterator[Shape]:
    """Who calls: a number of one, a number of five hundred, and a text that is no number."""
    execute = driver_of(database)
    listed = ", ".join(str(id_) for id_ in people)
    numbers = f"SELECT phone_e164 FROM contact WHERE id IN ({listed}) AND phone_e164 <> ?"  # noqa: S608
    known = [row[0] for row in execute(marked(database, numbers), [SHARED_NUMBER]).fetchall()]
    by_number = "c.phone_e164 = ? OR c.mobile_phone_e164 = ?"
    collation = ' COLLATE "C"' if is_postgresql(database) else ""
    by_text = " OR ".join(
        f"(c.{column} <> '' AND cti_fold(c.{column}){collation} = ?)"
        for column in ("phone", "mobile_phone")
    )
    yield _lookup(database, "caller: a number", by_number, known, 1)
    yield _lookup(database, "caller: a number of 500 people", by_number, [SHARED_NUMBER], 100)
    yield _lookup(database, "caller: a text that is no number", by_text, [TEXT], 1)


def _lookup(
    database: peewee.Database, name: str, where: str, texts: Sequence[str], found: int
) -> Shape:
    host, execute = current_host(), driver_of(database)
    collation = ' COLLATE "C"' if is_postgresql(database) else ""
    rest = (
        "FROM contact c JOIN organization o ON o.id = c.org_id"
        f" WHERE c.finalclass = 'Person' AND ({where})"
    )
    sql = marked(
        database,
        "SELECT c.id, c.first_name, c.name, c.email, c.phone, c.mobile_phone, o.id, o.name,"
        f" (SELECT count(*) {rest}) {rest}"
        f" ORDER BY cti_fold(c.first_name || ' ' || c.name){collation}, c.id LIMIT 100",
    )
    ours, theirs = cycle(texts), cycle(texts)

    def run() -> Any:
        received = {"phone": next(ours)}
        _as_an_agent()
        matches = search(host, Call(received, received, received)).matches
        assert len(matches) == found, (name, len(matches))
        return matches

    def by_hand() -> Any:
        text = next(theirs)
        rows = execute(sql, [fold(text) if text == TEXT else text] * 4).fetchall()
        assert len(rows) == found, (name, len(rows))
        return rows

    return Shape(name, run, by_hand)


def _as_an_agent() -> None:
    """As in a new request: nothing is known any more."""
    for name in list(g):
        g.pop(name)
    g.cti_agent = Agent("bench", profiles=frozenset({"Administrator"}), contact_source="tickets")
