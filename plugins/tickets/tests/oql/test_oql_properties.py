"""What holds for every text, every value and every tree."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from cti_oql import Oql, OqlError, OqlSyntaxError
from cti_oql.functions.fold import fold, fold_like
from cti_oql.functions.patterns import folded_pattern as pattern
from cti_oql.syntax import tree
from cti_oql.syntax.parse import MAX_DEPTH, MAX_HEIGHT, MAX_LENGTH, parse
from cti_oql.syntax.printing import to_text
from cti_oql.syntax.words import LEVELS
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host import Number

ONCE = settings(deadline=None, max_examples=200)
FEW = settings(ONCE, max_examples=60)

HALF = MAX_DEPTH // 2

WORDS = (
    *("SELECT", "FROM", "AS", "WHERE", "JOIN", "ON", "UNION", "AND", "OR", "IN", "NOT IN", "NOT"),
    *("LIKE", "NOT LIKE", "NULL", "Person", "Ticket", "Organization", "p", "o", "p.org_id"),
    *("o.id", "p.id", "name", "id", "org_name", "=", "!=", "<", "(", ")", ",", "'x'", "'%a_'"),
    *("5", "0", "-", "+", ":a", ":b->c", "0x1F", "'", "`", "NOW()", "phone", "start_date", "*"),
)
QUERY_LIKE = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
CONDITION_LIKE = st.lists(st.sampled_from(WORDS[12:]), max_size=12).map(
    lambda words: f"SELECT Person AS p WHERE {' '.join(words)}"
)
NASTY = st.text(alphabet=st.sampled_from("%_\\'\"aAàß œŒ％\0:`;-\n\ud800"), max_size=8)
ANY_TEXT = st.one_of(NASTY, st.text(max_size=20))
NUMBERS = st.builds(Number, raw=st.just("x"), e164=st.sampled_from(["+33123456789", "+331"]))
SCALARS = st.one_of(ANY_TEXT, st.integers(), st.none(), NUMBERS, st.integers().map(str))
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=6))


@ONCE
@given(st.one_of(st.text(max_size=60), QUERY_LIKE, CONDITION_LIKE))
def test_any_text_is_a_query_or_an_oql_error(oql: Oql, text: str) -> None:
    told: OqlError | None = None
    try:
        query = oql.resolve(text)
        for postgresql in (False, True):
            values = dict.fromkeys(query.parameters, "x")
            oql.statement(text, values, postgresql=postgresql)
    except OqlError as error:
        told = error
    if told is not None:
        assert str(told)
        assert told.position is None or 0 <= told.position <= len(text)


@ONCE
@given(text=CONDITION_LIKE, first=VALUES, second=VALUES)
def test_what_is_accepted_runs_with_any_values(
    oql: Oql, database: Any, text: str, first: Any, second: Any
) -> None:
    # Nothing but an error of the language may come out, from the database least of all.
    with suppress(OqlError):
        oql.ids(database, text, {"a": first, "b->c": second})


CONDITIONS = (
    *("{f} = :v", "{f} != :v", "{f} < :v", "{f} >= :v", "{f} LIKE :v", "{f} NOT LIKE :v"),
    *("{f} IN (:v)", "{f} NOT IN (:v)", "{f} IN (:v, 'x', 0, NULL)", ":v = {f}"),
)
FIELDS = (
    *("id", "ref", "caller_id", "org_name", "caller_id_friendlyname", "status", "start_date"),
    *("due", "finalclass", "caller_phone", "friendlyname", "title", "description"),
)


@FEW
@given(st.sampled_from(CONDITIONS), st.sampled_from(FIELDS), VALUES)
def test_every_kind_of_field_compares_with_every_kind_of_value(
    oql: Oql, database: Any, condition: str, field: str, value: Any
) -> None:
    text = f"SELECT UserRequest WHERE {condition.format(f=field)}"
    if isinstance(value, list) and " IN " not in text:
        with pytest.raises(OqlError, match="is a list"):
            oql.ids(database, text, {"v": value})
        return
    found = oql.ids(database, text, {"v": value})
    assert len(found) == oql.count(database, text, {"v": value})


@ONCE
@given(stored=ANY_TEXT, value=ANY_TEXT, operator=st.sampled_from(["=", "LIKE", "IN"]))
def test_a_value_only_matches_itself(
    oql: Oql, database: Any, stored: str, value: str, operator: str
) -> None:
    stored = stored.replace("\0", "").encode(errors="ignore").decode()
    mark = "%s" if type(database).__name__.startswith("Postgre") else "?"
    condition = "name IN (:v)" if operator == "IN" else f"name {operator} :v"
    with database.atomic() as transaction:
        database.execute_sql(
            f"UPDATE contact SET name = {mark}, phone = {mark} WHERE id = 5",  # noqa: S608
            (stored, stored),
        )
        text = f"SELECT Person WHERE id = 5 AND {condition}"
        by_name = bool(oql.ids(database, text, {"v": value}))
        by_phone = bool(oql.ids(database, text.replace("name", "phone"), {"v": value}))
        transaction.rollback()
    same = fold(stored) == fold(value)
    if operator == "LIKE":
        same = same and fold_like(stored) == fold_like(value)
    assert by_name == by_phone == (_storable(value) and same)


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


@ONCE
@given(st.text())
def test_both_databases_fold_as_python_does(sqlite: Any, postgresql: Any, text: str) -> None:
    text = "".join(c for c in text if _storable(c))
    for name, function in (("cti_fold", fold), ("cti_like", fold_like), ("cti_pattern", pattern)):
        on_sqlite = sqlite.execute_sql(f"SELECT {name}(?)", (text,)).fetchone()[0]
        on_postgresql = postgresql.execute_sql(f"SELECT {name}(%s)", (text,)).fetchone()[0]
        assert on_sqlite == function(text) == on_postgresql


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("MONET", "mönét", True),
        ("Straße", "STRASSE", True),
        ("Œuvre", "oeuvre", True),
        ("Monet  ", "monet", True),
        (" Monet", "monet", False),
        ("Æ", "ae", False),
        ("ø", "o", False),
        ("ł", "l", False),
        ("ΣΊΣΥΦΟΣ", "σισυφος", True),
    ],
)
def test_case_accents_and_trailing_blanks_do_not_count(one: str, other: str, same: bool) -> None:
    assert (fold(one) == fold(other)) is same


NAMES = st.one_of(
    st.sampled_from(["Person", "select", "SELECT", "DATE", "a b", "é", "_x1"]),
    st.text(st.characters(codec="utf-8", exclude_characters="`"), min_size=1, max_size=6),
).map(tree.Name)
PATHS = st.builds(tree.Path, NAMES, st.none() | NAMES)
LEAVES = st.one_of(
    PATHS,
    st.builds(tree.Text, st.text(max_size=8)),
    st.builds(tree.Integer, st.integers(-(2**63) + 1, 2**63 - 1)),
    st.builds(tree.Integer, st.integers(0, 2**63 - 1), st.just(True)),
    st.just(tree.Null()),
    st.builds(tree.Parameter, st.sampled_from(["a", "this->org_id", "SELECT"])),
)


def _above(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    operators = st.sampled_from([o for o in LEVELS if o not in ("AND", "OR", "MATCHES")])
    intervals = st.builds(tree.Interval, children, st.sampled_from(["DAY", "HOUR"]))
    arguments = st.lists(children | intervals, max_size=3).map(tuple)
    selects = st.builds(tree.Select, NAMES, where=st.none() | children)
    queries = st.lists(selects, min_size=1, max_size=2).map(lambda s: tree.Query(tuple(s)))
    return st.one_of(
        st.builds(tree.Binary, operators, children, children),
        st.builds(tree.Binary, st.just("MATCHES"), children, st.builds(tree.Text, st.text())),
        st.builds(
            tree.Logical,
            st.sampled_from(["AND", "OR"]),
            st.lists(children, min_size=2, max_size=4).map(tuple),
        ),
        st.builds(
            tree.In, children, st.lists(children, min_size=1, max_size=3).map(tuple), st.booleans()
        ),
        st.builds(tree.InQuery, children, queries, st.booleans()),
        st.builds(tree.Call, st.sampled_from(["NOW", "DATE_ADD", "YEAR"]), arguments),
    )


EXPRESSIONS = st.recursive(LEAVES, _above, max_leaves=12)
JOIN_OPERATORS = st.sampled_from(["=", "BELOW", "NOT ABOVE STRICT", "BELOW STRICT"])
JOINS = st.builds(tree.Join, NAMES, st.none() | NAMES, PATHS, JOIN_OPERATORS, PATHS)
SELECTS = st.builds(
    tree.Select,
    NAMES,
    st.none() | NAMES,
    st.lists(JOINS, max_size=2).map(tuple),
    st.none() | EXPRESSIONS,
    st.lists(NAMES, max_size=2).map(tuple),
)
QUERIES = st.lists(SELECTS, min_size=1, max_size=2).map(lambda s: tree.Query(tuple(s)))


@ONCE
@given(QUERIES)
def test_a_printed_tree_is_parsed_to_the_same_tree(query: tree.Query) -> None:
    assert parse(to_text(query)) == query


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 40_000,
        "1 = (" * MAX_DEPTH + "1" + ")" * MAX_DEPTH,
        "(" * MAX_DEPTH + "id = 1" + " OR id = 2) AND id = 1" * MAX_DEPTH,
        " OR ".join(["id = 1"] * (MAX_HEIGHT + 1)),
        " = ".join(["1"] * (MAX_DEPTH + 1)),
        "id" + " IN (1)" * MAX_DEPTH,
        f"name = '{'x' * MAX_LENGTH}'",
    ],
)
def test_what_is_too_long_or_too_deep_is_told_so(oql: Oql, condition: str) -> None:
    with pytest.raises(OqlSyntaxError, match=r"too deeply|too long|ends too early"):
        oql.resolve(f"SELECT Person WHERE {condition}")


# What stands before and behind the innermost, once for each level.
NESTED = (
    ("CONCAT('a', ", ")"),
    ("IF(id = 1, 'a', ", ")"),
    ("IF(", ", 1, 2)"),
    ("COALESCE(NULL, ", ")"),
    ("ISNULL(", ")"),
    ("ELT(1, ", ")"),
    ("TRIM(", ")"),
    ("SUBSTR(", ", 1)"),
    ("DATE(", ")"),
    ("TIME(", ")"),
    ("YEAR(", ")"),
    ("TO_DAYS(", ")"),
    ("FROM_DAYS(", ")"),
    ("DATE_FORMAT(", ", '%d')"),
    ("DATE_ADD(", ", INTERVAL 1 DAY)"),
    ("DATE_SUB(NOW(), INTERVAL ", " DAY)"),
    ("ROUND(", ", 1)"),
    ("FLOOR(", ")"),
    ("INET_NTOA(INET_ATON(", "))"),
    ("1 + (", ")"),
    ("7 / (", ")"),
    ("7 & (", ")"),
    ("('a' LIKE ", ")"),
    ("('a' LIKE CONCAT(name, ", "))"),
    ("(name REGEXP ", ")"),
    ("(name IN ('a', ", "))"),
    ("(start_date > ", ")"),
)


def nested(before: str, behind: str) -> str:
    """As many levels of something as the language allows."""
    for levels in range(MAX_DEPTH, 0, -1):
        text = before * levels + "name" + behind * levels
        try:
            parse(f"SELECT Person WHERE {text}")
        except OqlSyntaxError:
            continue
        return text.replace("start_date", "friendlyname")
    raise AssertionError(before)


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "1 = (" * (MAX_DEPTH - 1) + "1" + ")" * (MAX_DEPTH - 1),
        "1 IN (2, " * (HALF - 1) + "1" + ")" * (HALF - 1),
        "(id = 1) IN (2, " * (HALF - 1) + "1" + ")" * (HALF - 1),
        "id" + " IN (1)" * (HALF - 1),
        " = ".join(["1"] * MAX_DEPTH),
        " OR ".join(f"id = {n}" for n in range(2, MAX_HEIGHT + 1)),
        "(" * (HALF - 2) + "id = 1" + " OR id = 2) AND id = 1" * (HALF - 2),
        "(id = 1 AND " * (HALF - 2) + "(id = 1 OR " * 9 + "1" + ")" * (HALF + 7),
        f"name = '{'x' * 90_000}'",
        f"name NOT IN ({', '.join(map(str, range(10_000)))})",
        *(nested(*call) for call in NESTED),
    ],
)
def test_what_is_within_the_limits_runs(oql: Oql, database: Any, condition: str) -> None:
    oql.ids(database, f"SELECT Person WHERE {condition}", {})


def test_a_pattern_longer_than_the_databases_take_is_told_so(oql: Oql, database: Any) -> None:
    with pytest.raises(OqlError, match="pattern is too long"):
        oql.ids(database, f"SELECT Person WHERE name LIKE '{'x' * 60_000}%'", {})
