"""Joins that only filter are run in other ways than they are written, and find the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cti_oql import Oql
from cti_oql.schema import Kind
from cti_tickets.model.schema import Schema
from hypothesis import example, given, settings
from hypothesis import strategies as st

MANY = settings(deadline=None, max_examples=300)
CLASSES = (
    *("Person", "Team", "Contact", "lnkPersonToTeam", "Organization", "Location"),
    *("UserRequest", "Incident", "Ticket", "Problem", "Change", "NormalChange"),
)
TREES = ("BELOW", "BELOW STRICT", "NOT BELOW", "ABOVE", "NOT ABOVE STRICT")
# Conditions on an alias, by the class that has the attributes.
OF_ALL = ["{}.id = 1", "{}.id = 2", "{}.id IN (1, 2, 4)", "{}.id != 2", "{}.friendlyname != ''"]
OF_CONTACTS = [
    *("{}.name = 'doe'", "{}.name LIKE 'd%'", "{}.name LIKE '%e%'", "{}.status = 'active'"),
    *("{}.email = 'zoe@example.com'", "{}.org_id = 2", "{}.org_name LIKE 's%'", "ISNULL({}.name)"),
    "{}.org_id IN (SELECT Organization AS i WHERE i.parent_id = 1)",
]
CONDITIONS = {
    "Contact": OF_CONTACTS,
    "Team": OF_CONTACTS,
    "Person": [
        *OF_CONTACTS,
        *("{}.location_name = 'Lyon'", "{}.location_name != 'Lyon'", "{}.location_id = 0"),
        *("{}.location_name LIKE 'n%'", "{}.location_name IN ('lyon', 'nice')"),
        *("ISNULL({}.location_name)", "{}.manager_id != 1", "{}.manager_id = 0"),
        *("{}.location_name NOT LIKE 'l%'", "{}.location_name NOT IN ('lyon')"),
        *("{}.location_id_friendlyname != 'x'", "{}.location_id_obsolescence_flag = 0"),
    ],
    "Organization": ["{}.name LIKE '%é%'", "{}.parent_id = 1", "{}.status != 'active'"],
    "Location": [
        "{}.name = 'lyon'",
        "{}.city LIKE 'N%'",
        "{}.org_id = 1",
        *("ISNULL({}.name)", "{}.friendlyname = ''"),
    ],
    "lnkPersonToTeam": ["{}.person_id = 1", "{}.team_id = 4", "{}.team_name = 'desk'"],
    "Ticket": ["{}.caller_id = 1", "{}.org_id IN (1, 2)", "{}.ref LIKE 'R%'", "{}.agent_id = 0"],
}
for name in ("Problem", "Change", "NormalChange"):
    CONDITIONS[name] = CONDITIONS["Ticket"]
CONDITIONS["UserRequest"] = CONDITIONS["Incident"] = [
    *CONDITIONS["Ticket"],
    *("{}.status != 'closed'", "{}.status NOT IN ('new', 'closed')", "{}.caller_name LIKE 'd%'"),
]


def select(what: str, rest: str) -> str:
    return f"SELECT {what} FROM {rest}"  # noqa: S608 -- a query of OQL


def links(schema: Schema) -> list[tuple[str, str, str, bool]]:
    """The class that has a key, the key, a class it leads to, and whether it makes a tree."""
    return [
        (owner, attribute.code, target, attribute.hierarchical)
        for owner in CLASSES
        for attribute in schema[owner].attributes.values()
        if attribute.kind is Kind.KEY
        for target in CLASSES
        if schema.is_a(target, attribute.target) or schema.is_a(attribute.target, target)
    ]


@st.composite
def joined(draw: st.DrawFn, schema: Schema) -> tuple[list[str], str]:
    """The aliases of a query, and what follows FROM."""
    classes = [draw(st.sampled_from(CLASSES))]
    text = f"{classes[0]} AS a0"
    for number in range(1, draw(st.integers(1, 4)) + 1):
        near = [
            (other, link, pointing)
            for other, name in enumerate(classes)
            for link in links(schema)
            for pointing in (True, False)
            if name == (link[0] if pointing else link[2])
        ]
        other, (owner, key, target, tree), pointing = draw(st.sampled_from(near))
        left, right = (other, number) if pointing else (number, other)
        operator = draw(st.sampled_from(("=", *TREES))) if tree else "="
        classes.append(target if pointing else owner)
        text += f" JOIN {classes[-1]} AS a{number} ON a{left}.{key} {operator} a{right}.id"
    aliases = [f"a{number}" for number in range(len(classes))]
    conditions = []
    for _each in range(draw(st.integers(0, 3))):
        several = []
        for _other in range(draw(st.sampled_from([1, 1, 1, 2]))):
            number = draw(st.integers(0, len(classes) - 1))
            known = [*OF_ALL, *CONDITIONS[classes[number]]]
            several.append(draw(st.sampled_from(known)).format(aliases[number]))
        conditions.append(f"({' OR '.join(several)})")
    return aliases, text + (f" WHERE {' AND '.join(conditions)}" if conditions else "")


@pytest.fixture(scope="session")
def literal(schema: Schema) -> Oql:
    """An engine that takes no class for one of few objects."""
    return Oql(Schema({each.name: replace(each, few=False) for each in schema}))


@MANY
@given(data=st.data())
def test_selecting_one_class_finds_what_selecting_all_of_them_finds(
    oql: Oql, literal: Oql, database: Any, schema: Schema, data: st.DataObject
) -> None:
    aliases, rest = data.draw(joined(schema))
    alias = data.draw(st.sampled_from(aliases))
    # With all of them selected, every join is made.
    every = [alias, *(other for other in aliases if other != alias)]
    wanted = set(literal.ids(database, select(", ".join(every), rest), {}))
    text = select(alias, rest)
    found = oql.ids(database, text, {})
    assert len(found) == len(wanted)
    assert set(found) == wanted
    assert oql.count(database, text, {}) == len(found)
    page = oql.page(database, text, {}, limit=2, offset=1)
    assert page.keys == found[1:3]
    assert page.total == len(found)


@MANY
@given(data=st.data())
def test_a_query_in_a_query_finds_what_it_finds_alone(
    oql: Oql, literal: Oql, database: Any, schema: Schema, data: st.DataObject
) -> None:
    aliases, rest = data.draw(joined(schema))
    alias = data.draw(st.sampled_from(aliases))
    inner = select(alias, rest)
    ids = sorted({identifier for _class, identifier in literal.ids(database, inner, {})})
    for word in ("IN", "NOT IN"):
        outer = f"SELECT Organization AS o WHERE o.id {word} "
        wanted = oql.ids(database, outer + "(:ids)", {"ids": ids})
        assert oql.ids(database, f"{outer}({inner})", {}) == wanted


@MANY
@given(
    classes=st.lists(st.sampled_from(("UserRequest", "Incident", "Problem", "Ticket", "Change")),
                     min_size=2, max_size=3),
    shared=st.sampled_from(["caller_id = 1", "org_id IN (1, 2)", "id = 4", "ref LIKE 'R%'"]),
    own=st.lists(
        st.sampled_from(
            ["", " AND title != ''", " AND ref LIKE '%4'", " AND operational_status = 'ongoing'",
             " AND caller_name = 'Doe'", " AND friendlyname != 'R-000001'"]
        ),
        min_size=3, max_size=3,
    ),
)  # fmt: skip
@example(["UserRequest", "Incident"], "org_id IN (1, 2)", ["", "", ""])
def test_a_union_finds_what_its_branches_find(
    oql: Oql, database: Any, classes: list[str], shared: str, own: list[str]
) -> None:
    branches = [
        f"SELECT {name} WHERE {shared}{more}" for name, more in zip(classes, own, strict=False)
    ]
    wanted = {key for branch in branches for key in oql.ids(database, branch, {})}
    found = oql.ids(database, " UNION ".join(branches), {})
    assert len(found) == len(wanted)
    assert set(found) == wanted


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("ISNULL(l.name)", [2, 5]),
        ("l.friendlyname = ''", [2, 5]),
        ("l.name != 'nice'", [1]),
        ("l.city = 'nice' OR p.name = 'doe'", [1, 3]),
    ],
)
def test_what_an_optional_key_leads_to_may_be_missing(
    oql: Oql, database: Any, condition: str, found: list[int]
) -> None:
    text = "SELECT Person AS p JOIN Location AS l ON p.location_id = l.id WHERE " + condition
    assert sorted(identifier for _class, identifier in oql.ids(database, text, {})) == found


def test_branches_of_different_classes_may_each_find_an_object_several_times(
    oql: Oql, database: Any
) -> None:
    text = " UNION ".join(
        f"SELECT {name} AS t JOIN Organization AS o ON t.org_id = o.id"
        " JOIN Person AS p ON p.org_id = o.id WHERE o.name != ''"
        for name in ("UserRequest", "Incident")
    )
    assert oql.ids(database, text, {}) == [
        *(("Incident", 4), ("UserRequest", 1), ("UserRequest", 2), ("UserRequest", 3)),
    ]


@MANY
@given(
    pattern=st.text(st.sampled_from("DdOoEeMmöÖß%_\\ 10'.é"), max_size=4),
    value=st.text(st.sampled_from("DdOoEe%_ 1ö"), max_size=3),
)
@example("d%", "Do")
@example("Mön%", "d")
@example("D%1%", "D")
@example("D_%", "D")
@example("100\\%%", "100% a_")
def test_the_index_of_a_text_changes_nothing_about_like(
    oql: Oql, database: Any, pattern: str, value: str
) -> None:
    escaped = pattern.replace("\\", "\\\\").replace("'", "\\'")
    for right in (f"'{escaped}'", f"CONCAT(:value, '{escaped}')", "CONCAT(:value, '%')"):
        # Nothing has an index of this.
        wanted = oql.ids(database, f"SELECT Person WHERE TRIM(name) LIKE {right}", {"value": value})
        text = f"SELECT Person WHERE name LIKE {right}"
        assert oql.ids(database, text, {"value": value}) == wanted


def steps(database: Any, oql: Oql, text: str) -> str:
    """How SQLite answers a query."""
    statement = oql.statement(text, {}, postgresql=False)
    rows = database.execute_sql(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values).fetchall()
    return "\n".join(row[3] for row in rows)


def test_a_join_back_that_says_more_is_looked_up_first_and_repeats_nothing(
    oql: Oql, sqlite: Any
) -> None:
    text = (
        "SELECT Person AS p JOIN lnkPersonToTeam AS l ON l.person_id = p.id"
        " JOIN Team AS t ON l.team_id = t.id WHERE t.name = 'desk'"
    )
    assert "DISTINCT" not in oql.statement(text, {}, postgresql=False).sql
    assert "LIST SUBQUERY" in steps(sqlite, oql, text)
    assert "SEARCH t0 USING INTEGER PRIMARY KEY" in steps(sqlite, oql, text)


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        (
            "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id"
            " JOIN Person AS p ON p.org_id = o.id WHERE p.id = 1 AND u.id = 1",
            2,
        ),
        (
            "SELECT Incident AS i WHERE i.agent_id IN (SELECT Person AS p JOIN lnkPersonToTeam AS l"
            " ON l.person_id = p.id WHERE l.team_id = 4)",
            2,
        ),
        # Of these more is needed than the id, or than that the key leads there.
        ("SELECT Person AS p JOIN Location AS l ON p.location_id = l.id WHERE l.city = 'x'", 2),
        ("SELECT l FROM Person AS p JOIN Location AS l ON p.location_id = l.id", 2),
        ("SELECT Problem AS p JOIN NormalChange AS c ON p.related_change_id = c.id", 2),
    ],
)
def test_a_class_of_which_only_the_id_is_needed_is_not_read(
    oql: Oql, text: str, tables: int
) -> None:
    assert oql.statement(text, {}, postgresql=False).sql.count('" AS "t') == tables


def test_tickets_of_several_classes_are_looked_up_once(oql: Oql, sqlite: Any) -> None:
    text = (
        "SELECT Incident WHERE caller_id = 3 AND status != 'closed' UNION"
        " SELECT UserRequest WHERE caller_id = 3 AND status NOT IN ('closed', 'pending')"
    )
    assert steps(sqlite, oql, text).count("caller_id=?") == 1
    assert (
        "UNION"
        in oql.statement(text.replace("caller_id = 3", "title != ''"), {}, postgresql=False).sql
    )
