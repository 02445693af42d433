"""That the queries of a call use indexes, and are compiled once."""

from __future__ import annotations

from typing import Any

import pytest
from cti_oql import Oql, OqlRunError, Page, Param
from cti_oql.functions.fold import fold
from cti_oql.parameters import EMPTY, TEXT, letter

from cti_host import Number

CALLERS: dict[str, Param] = {"callers_list": [1, 2, 3]}
PHONE = Number("0123456789", "+33123456789")


def plan(database: Any, oql: Oql, text: str, parameters: dict[str, Param]) -> list[str]:
    """The steps that SQLite takes for a query."""
    statement = oql.statement(text, parameters, postgresql=False)
    rows = database.execute_sql(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values)
    return [row[3] for row in rows.fetchall()]


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("SELECT Person WHERE phone LIKE :p OR mobile_phone LIKE :p", {"p": PHONE}),
        ("SELECT Person WHERE phone LIKE :p OR mobile_phone LIKE :p", {"p": "0123"}),
        ("SELECT Person WHERE phone = :p OR mobile_phone IN (:p)", {"p": PHONE}),
        ("SELECT Person WHERE email = :p", {"p": "a@example.org"}),
        (
            "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'",
            CALLERS,
        ),
        (
            "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Person AS p"
            " ON p.org_id = o.id WHERE p.id IN (:callers_list) AND u.status != 'closed'",
            CALLERS,
        ),
        ("SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id WHERE p.id = :c", {"c": 3}),
    ],
)
def test_a_query_of_a_call_scans_no_table(
    oql: Oql, sqlite: Any, text: str, parameters: dict[str, Param]
) -> None:
    steps = plan(sqlite, oql, text, parameters)
    # q is the result itself, made distinct.
    tables = [step for step in steps if step.startswith("SCAN") and step != "SCAN q"]
    assert not tables, steps


def test_two_phone_attributes_use_both_indexes(oql: Oql, sqlite: Any) -> None:
    text = "SELECT Person WHERE phone LIKE :p OR mobile_phone LIKE :p"
    steps = " ".join(plan(sqlite, oql, text, {"p": PHONE}))
    assert "phone_e164=?" in steps
    assert "mobile_phone_e164=?" in steps


def test_values_are_bound_and_never_part_of_the_statement(oql: Oql) -> None:
    text = "SELECT Person WHERE name = 'o\\'neil' OR name LIKE '%x%' OR phone = :p"
    for postgresql in (False, True):
        statement = oql.statement(text, {"p": "'; DROP TABLE x"}, postgresql=postgresql)
        assert "neil" not in statement.sql
        assert "DROP" not in statement.sql
        assert len(statement.values) == 3


def test_a_code_of_a_class_stands_in_the_statement_whatever_it_is(oql: Oql, database: Any) -> None:
    text = "SELECT Team WHERE notify != '{50%}' AND notify IN ('{50%}', 'yes') AND name != '{x}'"
    for postgresql in (False, True):
        statement = oql.statement(text, {}, postgresql=postgresql)
        assert "'yes'" in statement.sql
        assert len(statement.values) == 1
    assert oql.ids(database, text, {}) == [("Team", 4)]


def test_queries_with_values_alike_share_a_statement(oql: Oql) -> None:
    text = "SELECT Person WHERE id IN (:ids) AND name = :name"
    first = oql.statement(text, {"ids": [1, 2, 3], "name": "a"}, postgresql=False)
    second = oql.statement(text, {"ids": [4, 5, 6, 7], "name": "b"}, postgresql=False)
    assert first.sql is second.sql
    assert oql.resolve(text) is oql.resolve(text)


def test_only_a_join_that_can_repeat_an_object_makes_rows_distinct(oql: Oql) -> None:
    pointing = "SELECT Person AS p JOIN Organization AS o ON p.org_id = o.id"
    assert "DISTINCT" not in oql.statement(pointing, {}, postgresql=False).sql
    back = "SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id"
    assert "DISTINCT" not in oql.statement(back, {}, postgresql=False).sql
    # The join stays where the other class is what to begin at.
    of_one = back + " WHERE o.id = 1"
    assert "DISTINCT" in oql.statement(of_one, {}, postgresql=False).sql


def test_more_values_than_a_statement_takes_are_refused(oql: Oql) -> None:
    text = "SELECT Person WHERE id IN (:ids) OR id IN (:ids) OR id IN (:ids)"
    with pytest.raises(OqlRunError, match="values"):
        oql.statement(text, {"ids": list(range(1, 16_000))}, postgresql=False)
    with pytest.raises(OqlRunError, match="the list ids"):
        oql.statement(text, {"ids": list(range(20_000))}, postgresql=False)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT UserRequest WHERE caller_name = 'Doe'",
        "SELECT UserRequest WHERE caller_name LIKE 'Do%' AND status != 'closed'",
        "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id WHERE p.email = 'a@b.fr'",
        "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id WHERE p.email IN (:p)",
        "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id"
        " WHERE p.email = 'a@b.fr' OR p.name = 'Doe'",
    ],
)
def test_a_condition_on_an_optional_object_lets_the_search_begin_there(
    oql: Oql, sqlite: Any, text: str
) -> None:
    steps = plan(sqlite, oql, text, {"p": ["a@b.fr", "c@d.fr"]})
    assert not [step for step in steps if step.startswith("SCAN")], steps


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        # Nobody called about the request 3.
        ("u.id = 3 OR p.name = 'Doe'", [3, 1]),
        ("ISNULL(p.name)", [3]),
        ("p.obsolescence_flag = 0", [3, 1]),
        ("p.friendlyname = ''", [3]),
        ("p.name NOT IN (:nothing)", [3, 2, 1]),
        ("p.name != 'Doe'", [2]),
        ("p.location_name = 'Lyon'", [1]),
        ("p.location_name != 'Nice' AND p.name LIKE 'd%'", [1]),
    ],
)
def test_a_condition_that_holds_without_the_optional_object_finds_it_still(
    oql: Oql, database: Any, condition: str, found: list[int]
) -> None:
    text = f"SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id WHERE {condition}"
    keys = oql.ids(database, text, {"nothing": []})
    assert [identifier for _class, identifier in keys] == found


def test_a_place_in_a_tree_that_only_filters_joins_no_row_twice(oql: Oql, sqlite: Any) -> None:
    text = (
        "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id"
        " JOIN Organization AS top ON o.parent_id BELOW{} top.id WHERE top.id = 1 AND u.id < 3"
    )
    for strict, found in (("", [2, 1]), (" STRICT", [2])):
        statement = oql.statement(text.format(strict), {}, postgresql=False)
        assert "DISTINCT" not in statement.sql
        rows = sqlite.execute_sql(statement.sql, statement.values).fetchall()
        assert [identifier for _class, identifier in rows] == found


def test_the_first_page_of_a_whole_class_counts_it_apart(oql: Oql, database: Any) -> None:
    page = oql.page(database, "SELECT UserRequest", {}, limit=2, offset=0)
    assert page == Page([("UserRequest", 3), ("UserRequest", 2)], 3)
    last = oql.page(database, "SELECT UserRequest", {}, limit=2, offset=2)
    assert last == Page([("UserRequest", 1)], 3)


UP = (
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id"
    " JOIN Organization AS mine ON mine.parent_id BELOW o.id JOIN Person AS p ON p.org_id = mine.id"
)
DOWN = (
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id"
    " JOIN Organization AS top ON o.parent_id BELOW top.id JOIN Person AS p ON p.org_id = top.id"
)
THEIRS = (
    "SELECT Person AS p JOIN Organization AS o ON p.org_id = o.id"
    " JOIN Organization AS top ON o.parent_id BELOW top.id"
)


@pytest.mark.parametrize(
    "text",
    [
        f"{UP} WHERE p.id IN (:callers_list)",
        f"{UP} WHERE p.id IN (:callers_list) AND u.status != 'closed'",
        f"{UP} WHERE p.id IN (:callers_list) AND u.agent_id = 3",
        f"{DOWN} WHERE p.id IN (:callers_list) AND u.status != 'closed'",
        f"{DOWN} WHERE p.id IN (:callers_list) AND u.agent_id = 3",
        f"{DOWN} WHERE p.email = 'a@b.fr'",
        f"{THEIRS} WHERE p.id IN (:callers_list)",
        f"{THEIRS} WHERE p.id IN (:callers_list) AND top.status = 'active'",
        THEIRS.replace("BELOW", "NOT BELOW") + " WHERE p.id IN (:callers_list)",
        "SELECT Organization AS top JOIN Organization AS o ON o.parent_id BELOW STRICT top.id"
        " JOIN Person AS p ON p.org_id = o.id WHERE p.id = 3",
        "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id JOIN Organization AS o"
        " ON p.org_id = o.id JOIN Organization AS top ON o.parent_id BELOW top.id"
        " WHERE p.name = 'Doe' AND u.agent_id = 3",
    ],
)
def test_a_walk_begins_at_what_the_rest_of_the_query_finds(
    oql: Oql, sqlite: Any, text: str
) -> None:
    for postgresql in (False, True):
        statement = oql.statement(text, CALLERS, postgresql=postgresql).sql
        begin = statement.split("WITH RECURSIVE", 1)[1].split(" UNION ", 1)[0]
        assert " WHERE " in begin, begin
    steps = plan(sqlite, oql, text, CALLERS)
    walk = steps[steps.index("SETUP") : steps.index("RECURSIVE STEP")]
    assert not [step for step in walk if step.startswith("SCAN")], steps


@pytest.mark.parametrize(
    "text",
    [
        "SELECT Person WHERE phone LIKE :p OR mobile_phone LIKE :p",
        "SELECT Person WHERE phone = :p",
        "SELECT Person WHERE phone IN ('', :p)",
        "SELECT Person WHERE email LIKE 'a%'",
        "SELECT Person WHERE email LIKE CONCAT(:p, '%')",
    ],
)
def test_texts_are_looked_up_among_those_that_are_not_empty(
    oql: Oql, sqlite: Any, text: str
) -> None:
    statement = oql.statement(text, {"p": "a"}, postgresql=False)
    assert " <> ''" in statement.sql
    empty = oql.statement(text, {"p": "-"}, postgresql=False)
    assert ":p" not in text or statement.sql != empty.sql


@pytest.mark.parametrize("text", ["", " ", "\u0301", "\u00ad", "-"])
def test_what_may_compare_as_empty_is_looked_up_among_all(
    oql: Oql, database: Any, text: str
) -> None:
    every = "SELECT Person WHERE phone = '' OR name = 'nobody'"
    given = oql.ids(database, "SELECT Person WHERE phone = :p", {"p": text})
    assert given == (oql.ids(database, every, {}) if text not in ("\u00ad", "-") else [])
    assert oql.ids(database, "SELECT Person WHERE phone IN (:p)", {"p": [text, "x"]}) == given


def test_a_text_that_may_compare_as_empty_has_a_shape_of_its_own() -> None:
    empty = {chr(code) for code in range(0x110000) if not fold(chr(code))}
    assert {letter(text) for text in {"", *empty}} == {EMPTY}
    assert [letter(text) for text in ("é", "Zoë", "+33 (0)", "中", "-", "\ufdf2")] == [
        *(TEXT, TEXT, TEXT, TEXT, EMPTY, EMPTY)
    ]
