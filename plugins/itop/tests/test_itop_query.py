"""Values in queries: they stay inside their literals, and mean what they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cti_itop.queries.literals import LONGEST_LITERAL, NoLiteral, literal
from cti_itop.queries.query import MissingParameter, NothingToAsk, Param, Query
from cti_oql import OqlRunError, OqlSyntaxError, parse, tree
from hypothesis import given
from hypothesis import strategies as st

from cti_host import Number, Reason, Unsearchable

NUMBER = Number("0987654321", "+33987654321")
# What a URL may bring, and more: everything that a string of iTop can hold.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\r\n"), max_size=300
)
NASTY = st.text(st.sampled_from("'\"\\`%_:->()=,. \nxORSELECT"), max_size=30)
QUERIES = [
    "SELECT Person WHERE phone LIKE :x OR mobile_phone LIKE :x",
    "SELECT Person WHERE email = :x AND name != 'D\\'Arc :x' AND `first name` = \":x\\\"\"",
    "SELECT Person AS p WHERE p.email IN ('a',:x,'b')",
    "SELECT Person WHERE name LIKE CONCAT('%',:x,'%')",
    "SELECT Person WHERE name REGEXP:x",
    "SELECT Team WHERE id IN (SELECT Team AS t WHERE t.name=:x->name)",
]


def parts(node: tree.Query | tree.Expression) -> list[object]:
    """All that a query consists of, in order: each operand after what it belongs to."""
    if isinstance(node, tree.Query):
        heads = [replace(select, where=None) for select in node.branches]
        wheres = [select.where for select in node.branches if select.where is not None]
        return [*heads, *(part for where in wheres for part in parts(where))]
    alone = tree.with_children(node, lambda child: tree.Null())
    inside = [part for child in tree.children(node) for part in parts(child)]
    if isinstance(alone, tree.InQuery):
        return [replace(alone, query=tree.Query(())), *inside, *parts(alone.query)]
    return [alone, *inside]


@pytest.mark.parametrize("query", QUERIES)
@given(value=TEXTS | NASTY)
def test_no_value_can_leave_its_literal(query: str, value: str) -> None:
    before = parts(parse(query))
    parameters: dict[str, Param] = {"x": value, "x->name": value}
    after = parts(parse(Query(query).inlined(parameters)))
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        if isinstance(old, tree.Parameter):
            assert isinstance(new, tree.Text)
        else:
            assert new == old


def value_in(query: str) -> str:
    """The text that a query compares with."""
    (text,) = [part.value for part in parts(parse(query)) if isinstance(part, tree.Text)]
    return text


@given(TEXTS | NASTY)
def test_a_text_means_the_value(value: str) -> None:
    assert value_in(Query("SELECT Team WHERE name = :x").inlined({"x": value})) == value


def matches(pattern: str, text: str) -> bool:
    """Whether LIKE's pattern matches a text, as MariaDB reads it: a backslash escapes."""
    if not pattern:
        return not text
    if pattern[0] == "\\" and len(pattern) > 1:
        return text[:1] == pattern[1] and matches(pattern[2:], text[1:])
    if pattern[0] == "%":
        return any(matches(pattern[1:], text[i:]) for i in range(len(text) + 1))
    if pattern[0] == "_":
        return bool(text) and matches(pattern[1:], text[1:])
    return text[:1] == pattern[0] and matches(pattern[1:], text[1:])


LIKE_TEXTS = st.text(st.sampled_from("%_\\'a"), max_size=6)


@given(LIKE_TEXTS, LIKE_TEXTS)
def test_a_value_is_no_pattern(value: str, other: str) -> None:
    pattern = value_in(Query("SELECT Team WHERE name LIKE :x").inlined({"x": value}))
    assert matches(pattern, value)
    assert matches(pattern, other) == (value == other)


def test_a_value_is_no_regular_expression() -> None:
    asked = Query("SELECT Team WHERE name REGEXP :x").inlined({"x": "+33 (0)9.*"})
    assert value_in(asked) == r"\+33 \(0\)9\.\*"


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        ("name NOT LIKE :x", r"name NOT LIKE '50\\%'"),
        ("name LIKE CONCAT(name, :x, '%')", r"name LIKE CONCAT(name, '50\\%', '%')"),
        (
            "name LIKE IF(code = :x, COALESCE(:x, '%'), '_')",
            r"name LIKE IF(code = '50%', COALESCE('50\\%', '%'), '_')",
        ),
        ("(name LIKE '%') = :x", "name LIKE '%' = '50%'"),
    ],
)
def test_a_value_in_a_pattern_is_ordinary_characters(condition: str, asked: str) -> None:
    query = f"SELECT Team WHERE {condition}"
    assert Query(query).inlined({"x": "50%"}) == f"SELECT Team WHERE {asked}"


@pytest.mark.parametrize("value", ["\0", "a\x1bb", "\ud800", "x" * (LONGEST_LITERAL + 1)])
def test_what_no_string_can_hold_matches_nobody(value: str) -> None:
    with pytest.raises(NoLiteral):
        literal(value)
    query = Query("SELECT Person WHERE email = :email")
    assert query.inlined({"email": value}) == "SELECT Person WHERE email = NULL"


@pytest.mark.parametrize(
    "text",
    ["'50\\%'", '"it\\\'s"', "'open", "a ~ b", "``", "a\u00a0b", ": a", "a; b", "'a\\nb"],
)
def test_what_is_not_a_query_is_refused(text: str) -> None:
    for query in (text, f"SELECT Person WHERE name = {text}"):
        with pytest.raises(OqlSyntaxError):
            Query(query)


def test_a_parameter_in_a_string_is_text() -> None:
    query = Query("SELECT Person WHERE name = ':a' AND `b` = :c")
    assert query.parameters == ["c"]


def test_lists_expand_and_an_empty_one_asks_nothing() -> None:
    query = Query("SELECT UserRequest WHERE caller_id IN (:callers_list) AND status != 'closed'")
    expected = "SELECT UserRequest WHERE caller_id IN (1, 22, 333) AND status != 'closed'"
    assert query.inlined({"callers_list": [1, 22, 333]}) == expected
    with pytest.raises(NothingToAsk):
        query.inlined({"callers_list": []})


def test_a_list_only_goes_into_in() -> None:
    with pytest.raises(OqlRunError, match=r"write IN \(:x\)"):
        Query("SELECT Person WHERE id = :x").inlined({"x": [1]})


@pytest.mark.parametrize("value", [None, Unsearchable("anonymous", Reason.WITHHELD)])
def test_no_value_never_matches(value: Param) -> None:
    query = Query("SELECT Person WHERE phone LIKE :phone OR id = :phone")
    assert query.inlined({"phone": value}) == ("SELECT Person WHERE phone LIKE NULL OR id = NULL")


def test_a_parameter_without_a_value_is_named() -> None:
    with pytest.raises(MissingParameter, match="nobody"):
        Query("SELECT Person WHERE id = :nobody").inlined({})


def test_a_number_looks_for_its_digits_in_any_writing() -> None:
    query = Query("SELECT Person WHERE phone LIKE :phone OR mobile_phone = :phone")
    assert query.inlined({"phone": NUMBER}) == (
        "SELECT Person WHERE phone LIKE '%7%6%5%4%3%2%1%' OR mobile_phone LIKE '%7%6%5%4%3%2%1%'"
    )


def test_an_extension_looks_for_all_of_its_digits() -> None:
    query = Query("SELECT Person WHERE phone = :phone")
    extension = Number("101", extension="101")
    assert query.inlined({"phone": extension}) == "SELECT Person WHERE phone LIKE '%1%0%1%'"


def test_a_number_whose_writings_are_known_looks_for_them() -> None:
    query = Query("SELECT Person WHERE phone IN (:phone) OR mobile_phone LIKE :phone")
    phone, mobile = query.comparisons
    text = query.inlined({"phone": NUMBER}, {phone: ["0987654321", "+33 9 87 65 43 21"]})
    assert text == (
        "SELECT Person WHERE phone IN ('0987654321', '+33 9 87 65 43 21') "
        "OR mobile_phone IN ('(nobody)')"
    )
    assert (mobile.class_name, mobile.attribute) == ("Person", "mobile_phone")


def test_a_number_elsewhere_is_its_text() -> None:
    query = Query("SELECT Person WHERE CONCAT(phone, '') = :phone AND phone != :phone")
    assert query.inlined({"phone": NUMBER}) == (
        "SELECT Person WHERE CONCAT(phone, '') = '+33987654321' AND phone != '+33987654321'"
    )


@pytest.mark.parametrize(
    ("text", "branches", "compared"),
    [
        ("SELECT Person WHERE phone = :p", ["Person"], ["Person.phone"]),
        ("SELECT Person AS a WHERE a.phone = :p", ["Person"], ["Person.phone"]),
        ("SELECT p FROM Person AS p WHERE p.phone LIKE :p", ["Person"], ["Person.phone"]),
        (
            "SELECT o FROM Person AS p JOIN Organization AS o ON p.org_id = o.id "
            "WHERE p.phone IN (:p)",
            ["Organization"],
            ["Person.phone"],
        ),
        (
            "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id WHERE p.phone = :p",
            ["UserRequest"],
            ["Person.phone"],
        ),
        (
            "SELECT Incident WHERE a = :p UNION SELECT UserRequest WHERE b = :p",
            ["Incident", "UserRequest"],
            ["Incident.a", "UserRequest.b"],
        ),
        (
            "SELECT Ticket WHERE caller_id IN (SELECT Person AS q WHERE q.phone = :p)",
            ["Ticket"],
            ["Person.phone"],
        ),
        ("SELECT Person WHERE phone NOT LIKE :p AND id IN (1,:p)", ["Person"], []),
        ("SELECT Person WHERE org_id + phone = :p", ["Person"], []),
    ],
)
def test_a_query_is_understood(text: str, branches: list[str], compared: list[str]) -> None:
    query = Query(text)
    assert query.branches == branches
    assert [f"{c.class_name}.{c.attribute}" for c in query.comparisons] == compared


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT Person WHERE phone LIKE :p OR mobile_phone LIKE :p", True),
        ("SELECT Person AS a WHERE a.phone = :p OR a.email = :e", True),
        ("SELECT Person WHERE phone = :p AND status = 'active'", False),
        ("SELECT Person WHERE (phone = :p)", True),
        ("SELECT Person WHERE phone = :p OR phone = :p AND email = :e", False),
        ("SELECT Person WHERE phone = :p OR status = 'active'", False),
        ("SELECT Person WHERE phone = :p OR obsolescence_flag", False),
        ("SELECT Person", False),
        ("SELECT Person WHERE phone = :p UNION SELECT Person WHERE phone = :p", False),
    ],
)
def test_what_can_be_checked_without_asking_again(text: str, expected: bool) -> None:
    assert Query(text).only_compares is expected
