"""Queries with limits find what they would find if nothing outside existed.

The measure is a second database, from which everything outside was deleted, and in which keys to
it are unset: there, queries without limits must find the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import peewee
import pytest
from cti_oql import Allowed, Oql, OqlError, OqlRunError, register_functions
from cti_oql.schema import Kind
from cti_tickets.model.schema import Schema
from cti_tickets.rights.organizations import limits_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

MANY = settings(deadline=None, max_examples=250)
ALLOWED = [{2}, {3}, {1}, {2, 3}, {1, 2}, set[int](), {1, 2, 3}, {2, *range(100, 105)}]
MANY_IDS = {2, *range(1000, 1100)}
TABLES = ("organization", "location", "contact", "ticket", "lnk_person_to_team", "log_entry")
# Column of a key, and the table that it leads to.
KEYS = {
    "organization": [("parent_id", "organization")],
    "contact": [("location_id", "location"), ("manager_id", "contact")],
    "ticket": [("caller_id", "contact"), ("agent_id", "contact"), ("related_change_id", "ticket")],
}
PARAMETERS: dict[str, Any] = {
    "text": "1%_x",
    "number": 3,
    "zero": 0,
    "nothing": None,
    "some": [1, 2, 5],
    "none": [],
    "with_zero": [0, 2],
}

Trimmed = Callable[[set[int]], Any]


@pytest.fixture(scope="session")
def trimmed(sqlite: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trimmed]:
    """`trimmed(ids)`: the database that has nothing but these organizations and what is theirs."""
    made: dict[frozenset[int], Any] = {}

    def make(ids: set[int]) -> Any:
        key = frozenset(ids)
        if key not in made:
            path = tmp_path_factory.mktemp("trimmed") / "oql.db"
            sqlite.execute_sql(f"VACUUM INTO '{path}'")
            made[key] = _trim(path, ids)
        return made[key]

    yield make
    for database in made.values():
        database.close()


def open_sqlite(path: Path) -> Any:
    """A file with the functions of queries."""
    database: Any = peewee.SqliteDatabase(str(path))
    register_functions(database)
    return database


def _trim(path: Path, ids: set[int]) -> Any:
    database = open_sqlite(path)
    listed = ", ".join(map(str, ids)) or "0"
    run = database.execute_sql
    run(f"DELETE FROM organization WHERE id NOT IN ({listed})")  # noqa: S608
    for table in ("location", "contact", "ticket"):
        run(f"DELETE FROM {table} WHERE org_id NOT IN ({listed})")  # noqa: S608
    for table, keys in KEYS.items():
        for column, target in keys:
            known = f"SELECT id FROM {target}"  # noqa: S608
            run(f"UPDATE {table} SET {column} = NULL WHERE {column} NOT IN ({known})")  # noqa: S608
    run(
        "DELETE FROM lnk_person_to_team WHERE person_id NOT IN (SELECT id FROM contact)"
        " OR team_id NOT IN (SELECT id FROM contact)"
    )
    run("DELETE FROM log_entry WHERE ticket_id NOT IN (SELECT id FROM ticket)")
    return database


@pytest.fixture(scope="session")
def limited(schema: Schema) -> Callable[[set[int]], Oql]:
    """`limited(ids)`: an engine for somebody who may see these organizations only."""
    return lambda ids: Oql(schema, limits=limits_of(schema), allowed=lambda: Allowed(ids))


def answer(oql: Oql, database: Any, text: str) -> Any:
    """The objects found, or why there is no answer."""
    with database.atomic() as transaction:
        try:
            keys = oql.ids(database, text, PARAMETERS)
            page = oql.page(database, text, PARAMETERS, limit=2, offset=1)
            assert oql.count(database, text, PARAMETERS) == len(set(keys))
            assert page.total == len(set(keys)) or not page.keys
        except OqlRunError as error:
            transaction.rollback()
            return str(error) if "database" not in str(error) else "can't calculate"
    return keys


def test_what_belongs_to_which_organization_follows_from_the_data_model(schema: Schema) -> None:
    limits = limits_of(schema)
    assert limits.root == "Organization"
    assert limits.keys["NormalChange"] == ("org_id",)
    assert limits.keys["lnkPersonToTeam"] == ("person_id", "team_id")


BELOW = "SELECT Organization AS o JOIN Organization AS t ON o.parent_id BELOW t.id"

# Each has a way to tell of an object that somebody must not see.
QUERIES = [
    # The class itself, all of it and parts of it
    "SELECT Organization",
    "SELECT Organization WHERE id = 1",
    "SELECT Contact",
    "SELECT Person",
    "SELECT Person WHERE org_id = 1",
    "SELECT Person WHERE org_id != 2",
    "SELECT Person WHERE org_id NOT IN (1, 3)",
    "SELECT Person WHERE phone = '01 23 45 67 89' OR mobile_phone LIKE '%34%'",
    "SELECT Person WHERE 1 OR org_id = 1",
    "SELECT Person WHERE id = 1 OR id = 3 OR name LIKE '%'",
    "SELECT Ticket",
    "SELECT UserRequest WHERE status != 'closed'",
    "SELECT Problem WHERE private_log LIKE '%'",
    "SELECT lnkPersonToTeam",
    "SELECT lnkPersonToTeam WHERE team_name = 'Desk'",
    # Keys, and what is behind them
    "SELECT UserRequest WHERE caller_id = 1",
    "SELECT UserRequest WHERE agent_id = 2",
    "SELECT UserRequest WHERE agent_id != 2",
    "SELECT UserRequest WHERE agent_id = 0",
    "SELECT UserRequest WHERE agent_id != 0",
    "SELECT UserRequest WHERE agent_id > 0",
    "SELECT UserRequest WHERE (agent_id = 2) = 0",
    "SELECT UserRequest WHERE ISNULL(agent_id = 2)",
    "SELECT UserRequest WHERE agent_id IN (:some)",
    "SELECT UserRequest WHERE agent_id NOT IN (:some)",
    "SELECT UserRequest WHERE agent_id IN (:none)",
    "SELECT UserRequest WHERE agent_id IN (:with_zero)",
    "SELECT UserRequest WHERE agent_id NOT IN (:with_zero)",
    "SELECT UserRequest WHERE agent_id = :zero",
    "SELECT UserRequest WHERE agent_id LIKE '2'",
    "SELECT UserRequest WHERE agent_id IN (1 + 1)",
    "SELECT UserRequest WHERE 2 = agent_id",
    "SELECT UserRequest WHERE agent_id IN (2) OR caller_id IN (2)",
    "SELECT UserRequest WHERE agent_id_friendlyname LIKE '%Z%'",
    "SELECT UserRequest WHERE agent_id_friendlyname = ''",
    "SELECT UserRequest WHERE caller_name IN ('Doe', 'Mönét')",
    "SELECT UserRequest WHERE caller_phone LIKE '%'",
    "SELECT UserRequest WHERE ISNULL(caller_phone)",
    "SELECT UserRequest WHERE CONCAT(caller_name, '') = ''",
    "SELECT UserRequest WHERE caller_id_obsolescence_flag = 1",
    "SELECT UserRequest WHERE caller_id_obsolescence_flag = 0",
    "SELECT Problem WHERE related_change_id_finalclass_recall = 'NormalChange'",
    "SELECT Person WHERE manager_id_friendlyname = 'Jane Doe'",
    "SELECT Person WHERE location_name = 'Lyon'",
    "SELECT Person WHERE location_id IN (SELECT Location WHERE city = 'Lyon')",
    "SELECT Organization WHERE parent_id = 1",
    "SELECT Organization WHERE parent_id = 0",
    "SELECT Organization WHERE parent_id_friendlyname = 'Holding'",
    # Joins
    "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id",
    "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id WHERE p.name = 'Doe'",
    "SELECT UserRequest AS u JOIN Person AS p ON u.agent_id = p.id WHERE p.id = 2",
    "SELECT UserRequest AS u JOIN Person AS p ON u.agent_id = p.id WHERE ISNULL(p.id)",
    "SELECT p FROM UserRequest AS u JOIN Person AS p ON u.agent_id = p.id",
    "SELECT u, p FROM UserRequest AS u JOIN Person AS p ON u.agent_id = p.id",
    "SELECT Person AS p JOIN UserRequest AS u ON u.agent_id = p.id",
    "SELECT Person AS p JOIN UserRequest AS u ON u.agent_id = p.id WHERE u.status = 'new'",
    "SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id WHERE p.id = 1",
    "SELECT Organization AS o JOIN UserRequest AS u ON u.org_id = o.id",
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Person AS p"
    " ON p.org_id = o.id WHERE p.id IN (:some)",
    "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id JOIN Location AS l"
    " ON p.location_id = l.id WHERE l.city = 'Lyon'",
    "SELECT Person AS p JOIN Person AS m ON p.manager_id = m.id JOIN Organization AS o"
    " ON m.org_id = o.id WHERE o.code = 'HQ'",
    "SELECT Person AS p JOIN lnkPersonToTeam AS l ON l.person_id = p.id JOIN Team AS t"
    " ON l.team_id = t.id WHERE t.name = 'Desk'",
    "SELECT Person AS p JOIN Person AS m ON p.manager_id = m.id WHERE m.id = p.manager_id",
    "SELECT Person AS p JOIN Organization AS o ON p.org_id = o.id WHERE p.manager_id = o.id",
    # Sub-queries
    "SELECT UserRequest WHERE caller_id IN (SELECT Person WHERE Person.org_id = 1)",
    "SELECT UserRequest WHERE agent_id NOT IN (SELECT Person WHERE Person.org_id = 2)",
    "SELECT UserRequest WHERE agent_id IN (SELECT Person)",
    "SELECT UserRequest WHERE agent_id IN (SELECT Organization)",
    "SELECT UserRequest WHERE agent_id IN (SELECT Contact)",
    "SELECT UserRequest WHERE id IN (SELECT Person WHERE Person.org_id = 1)",
    "SELECT Person WHERE id IN"
    " (SELECT p FROM UserRequest AS u JOIN Person AS p ON u.agent_id = p.id)",
    "SELECT UserRequest AS u WHERE u.org_id IN (SELECT Organization AS o WHERE o.id = u.org_id)",
    "SELECT Organization WHERE id NOT IN"
    " (SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id)",
    "SELECT Person AS p WHERE p.id IN (SELECT Person AS q WHERE q.manager_id = p.manager_id)",
    # Unions
    "SELECT UserRequest UNION SELECT Incident",
    "SELECT UserRequest WHERE caller_id = 2 UNION SELECT Incident WHERE caller_id = 2",
    "SELECT UserRequest WHERE agent_id IN (:some) UNION SELECT Problem WHERE agent_id IN (:some)",
    "SELECT Person WHERE org_id = 1 UNION SELECT Team",
    # Hierarchies
    f"{BELOW} WHERE t.id = 1",
    f"{BELOW} WHERE t.name = 'Holding'",
    f"{BELOW.replace('BELOW', 'BELOW STRICT')} WHERE t.id = 1",
    f"{BELOW.replace('BELOW', 'NOT BELOW')} WHERE t.id = 1",
    f"{BELOW.replace('BELOW', 'ABOVE')} WHERE t.id = 2",
    "SELECT Organization AS t JOIN Organization AS o ON o.parent_id BELOW t.id WHERE o.id = 2",
    f"{BELOW} WHERE t.parent_id = 0",
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Organization AS t"
    " ON o.parent_id BELOW t.id WHERE t.id = 1",
    "SELECT t FROM Organization AS o JOIN Organization AS t ON o.parent_id BELOW t.id",
]


@pytest.mark.parametrize("text", QUERIES)
def test_no_construct_tells_of_what_is_outside(
    oql: Oql, limited: Callable[[set[int]], Oql], database: Any, trimmed: Trimmed, text: str
) -> None:
    for ids in [*ALLOWED, MANY_IDS]:
        assert answer(limited(ids), database, text) == answer(oql, trimmed(ids), text), ids


def test_without_limits_everything_is_there(schema: Schema, oql: Oql, database: Any) -> None:
    unlimited = Oql(schema, limits=limits_of(schema), allowed=lambda: None)
    for text in QUERIES:
        assert answer(unlimited, database, text) == answer(oql, database, text)


FIELDS = st.sampled_from(
    [
        *("u.id", "u.org_id", "u.caller_id", "u.agent_id", "u.caller_name", "u.caller_phone"),
        *("u.agent_id_friendlyname", "u.org_name", "u.title", "p.id", "p.name", "p.org_id"),
        *("p.manager_id", "p.location_name", "p.manager_id_friendlyname", "p.friendlyname"),
        *("p.obsolescence_flag", "p.org_name", "u.caller_id_obsolescence_flag"),
    ]
)
VALUES = st.sampled_from(["0", "1", "2", "3", "''", "'Doe'", "'%e%'", "NULL", ":zero", ":number"])
LISTS = st.sampled_from(
    ["1, 2", "0", "0, 2", ":some", ":none", ":with_zero", "'Doe', 3", "NULL, 1"]
)
INSIDE = st.sampled_from(
    [
        "SELECT Person",
        "SELECT Person WHERE name LIKE '%o%'",
        "SELECT Organization",
        "SELECT Person WHERE id = u.caller_id",
        "SELECT q FROM Incident AS i JOIN Person AS q ON i.caller_id = q.id",
        "SELECT Person WHERE manager_id = 1 UNION SELECT Team",
    ]
)
ATOMS = st.one_of(
    st.tuples(FIELDS, st.sampled_from(["=", "!=", "<", ">=", "LIKE", "NOT LIKE"]), VALUES | FIELDS),
    st.tuples(FIELDS, st.sampled_from(["IN", "NOT IN"]), LISTS.map(lambda text: f"({text})")),
    st.tuples(FIELDS, st.sampled_from(["IN", "NOT IN"]), INSIDE.map(lambda text: f"({text})")),
).map(" ".join)
CONDITIONS = st.recursive(
    ATOMS.map(lambda text: f"({text})"),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda text: f"({text} = 0)"),
        inner.map(lambda text: f"ISNULL({text})"),
        st.tuples(inner, inner).map(lambda t: f"IF({t[0]}, {t[1]}, 1)"),
    ),
    max_leaves=5,
)
SHAPES = st.sampled_from(
    [
        "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id WHERE {}",
        "SELECT u FROM Person AS p JOIN Ticket AS u ON u.agent_id = p.id WHERE {}",
        "SELECT p FROM Ticket AS u JOIN Person AS p ON u.agent_id = p.id WHERE {}",
        "SELECT u, p FROM Ticket AS u JOIN Person AS p ON u.caller_id = p.id WHERE {}",
        "SELECT u FROM Ticket AS u JOIN Organization AS o ON u.org_id = o.id"
        " JOIN Person AS p ON p.org_id = o.id WHERE {}",
        "SELECT u FROM Ticket AS u JOIN Organization AS o ON u.org_id = o.id JOIN Organization AS t"
        " ON o.parent_id BELOW t.id JOIN Person AS p ON p.org_id = t.id WHERE {}",
    ]
)


@MANY
@given(shape=SHAPES, condition=CONDITIONS, ids=st.sampled_from(ALLOWED))
@example(
    "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id WHERE {}", "(u.id = 1)", {1}
)
def test_whatever_is_asked_nothing_tells_of_what_is_outside(
    oql: Oql,
    limited: Callable[[set[int]], Oql],
    database: Any,
    trimmed: Trimmed,
    shape: str,
    condition: str,
    ids: set[int],
) -> None:
    text = shape.format(condition)
    try:
        oql.resolve(text)
    except OqlError:
        return
    assert answer(limited(ids), database, text) == answer(oql, trimmed(ids), text)


# No mandatory key leads to them: in the measure, such a key would have to be unset.
HIDDEN = [
    {"Team", "lnkPersonToTeam"},
    {"Person", "lnkPersonToTeam"},
    {"Person", "Team", "lnkPersonToTeam"},
    {"Location"},
    {"lnkPersonToTeam"},
    {"UserRequest", "NormalChange"},
]


@pytest.fixture(scope="session")
def without(
    schema: Schema, sqlite: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[set[str], set[int] | None], Any]]:
    """`without({"Team"}, ids)`: the database that has no teams, and nothing outside `ids`."""
    made: dict[tuple[frozenset[str], frozenset[int] | None], Any] = {}

    def make(hidden: set[str], ids: set[int] | None) -> Any:
        key = frozenset(hidden), None if ids is None else frozenset(ids)
        if key not in made:
            path = tmp_path_factory.mktemp("without") / "oql.db"
            sqlite.execute_sql(f"VACUUM INTO '{path}'")
            made[key] = open_sqlite(path) if ids is None else _trim(path, ids)
            _remove(made[key], schema, hidden)
        return made[key]

    yield make
    for database in made.values():
        database.close()


def _remove(database: Any, schema: Schema, hidden: set[str]) -> None:
    for name in hidden:
        cls = schema[name]
        kind = f" WHERE finalclass = '{name}'" if cls.polymorphic else ""
        database.execute_sql(f"DELETE FROM {cls.table}{kind}")  # noqa: S608
    for cls in schema:
        for key in cls.attributes.values():
            if key.kind is Kind.KEY:
                known = f"SELECT id FROM {schema[key.target].table}"  # noqa: S608
                database.execute_sql(
                    f"UPDATE {cls.table} SET {key.column} = NULL"  # noqa: S608
                    f" WHERE {key.column} NOT IN ({known})"
                )


@pytest.mark.parametrize("text", QUERIES)
def test_nothing_tells_of_classes_that_may_not_be_read(
    schema: Schema,
    oql: Oql,
    database: Any,
    without: Callable[[set[str], set[int] | None], Any],
    text: str,
) -> None:
    for hidden in HIDDEN:
        for ids in (None, {1, 2}):
            mine = seeing(schema, hidden, ids)
            assert answer(mine, database, text) == answer(oql, without(hidden, ids), text), hidden


def seeing(schema: Schema, hidden: set[str], ids: set[int] | None) -> Oql:
    """An engine for somebody who may see none of some classes, and these organizations only."""
    allowed = None if ids is None else Allowed(ids)
    return Oql(
        schema,
        limits=limits_of(schema),
        allowed=lambda: allowed,
        hidden=lambda: frozenset(hidden),
    )


def test_an_object_is_there_though_its_organization_may_not_be_read(
    schema: Schema, oql: Oql, database: Any
) -> None:
    mine = seeing(schema, {"Organization"}, None)

    everybody = answer(oql, database, "SELECT Person")
    assert answer(mine, database, "SELECT Person") == everybody
    assert answer(mine, database, "SELECT Person WHERE org_id = 0") == everybody
    assert answer(mine, database, "SELECT Person WHERE org_id = 1") == []
    joined = "SELECT Person AS p JOIN Organization AS o ON p.org_id = o.id"
    assert answer(mine, database, joined) == []
