"""An error names its place, what could stand there, and the nearest word that would be right."""

from __future__ import annotations

import pytest
from cti_oql import Oql, OqlError
from cti_oql.errors import OqlModelError, OqlSyntaxError

VALUES = ("an attribute", "a text", "a number", "a parameter", "a function", '"("')


def error_of(oql: Oql, text: str) -> OqlError:
    with pytest.raises(OqlError) as caught:
        oql.resolve(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT", ("a class",)),
        ("x", ("SELECT",)),
        ("SELECT a,", ("an alias",)),
        ("SELECT a, b", ("FROM", "a comma")),
        ("SELECT Person AS", ("an alias",)),
        ("SELECT Person p", ("AS", "FROM", "JOIN", "WHERE", "UNION", "a comma")),
        ("SELECT Person AS p JOIN", ("a class",)),
        ("SELECT Person AS p JOIN Team ON", ("alias.key",)),
        ("SELECT Person AS p JOIN Team ON x.y", ("=", "BELOW", "ABOVE")),
        ("SELECT Person AS p JOIN Team ON x.y =", ("alias.id",)),
        ("SELECT Person WHERE", VALUES),
        ("SELECT Person WHERE p.", ("an attribute",)),
        ("SELECT Person WHERE name = 'a' 'b'",
         ("an operator", "AND", "OR", "UNION", "the end of the query")),
        ("SELECT Person WHERE (id = 1", ("OR", '")"')),
        ("SELECT Person WHERE id = -", ("a number",)),
        ("SELECT Person WHERE id IN :ids", ('"("',)),
        ("SELECT Person WHERE id IN (", ("SELECT", *VALUES[:5])),
        ("SELECT Person WHERE id IN (1", ("OR", "a comma", '")"')),
        ("SELECT Person WHERE DATE_ADD(NOW(), INTERVAL 1 WEEK)",
         ("an operator", "a unit (DAY, HOUR, …)", "AND", "OR")),
        ("SELECT Person UNION", ("SELECT",)),
    ],
)  # fmt: skip
def test_a_text_that_is_no_query_is_told_what_was_expected(
    oql: Oql, text: str, words: tuple[str, ...]
) -> None:
    error = error_of(oql, text)
    assert isinstance(error, OqlSyntaxError)
    assert error.expected == words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT", "line 1, column 7: the query ends too early; expected a class"),
        (
            "SELECT Person\nWHERE id = 1 id",
            "line 2, column 14: id is not expected here; "
            "expected an operator, AND, OR, UNION or the end of the query",
        ),
        (
            "SELECT Person WERE id = 1",
            "line 1, column 15: WERE is not expected here; did you mean WHERE?",
        ),
        (
            "SELECT Person WHERE mobile_fone = 1",
            "line 1, column 21: there is no attribute mobile_fone on Person; "
            "did you mean mobile_phone?",
        ),
    ],
)
def test_an_error_fits_on_one_line(oql: Oql, text: str, told: str) -> None:
    error = error_of(oql, text)
    assert str(error) == told
    assert told.endswith(error.advice)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT Team WHERE email IS NULL", "write ISNULL("),
        ("SELECT Team WHERE email is NULL", "write ISNULL("),
        ("SELECT Team WHERE id BETWEEN 1 AND 2", "there is no BETWEEN"),
        ("SELECT Team WHERE id <> 1", "there is no <>; write !="),
        ("SELECT Team WHERE id == 1", "there is no ==; write ="),
        ("SELECT Team ORDER BY name", "there is no ORDER BY"),
        ("SELECT Team LIMIT 1", "there is no LIMIT"),
        ("SELECT Ticket AS t LEFT JOIN Person", "there is only JOIN"),
        ("SELECT Ticket WHERE caller_id->email = ''", "JOIN the class behind the key"),
        ("SELECT Ticket WHERE due < NOW() - INTERVAL 1 DAY", "as in DATE_ADD"),
        ("SELECT Ticket WHERE org_id = (SELECT Organization)", "behind IN or NOT IN"),
        ("SELECT Ticket WHERE NOT (id = 1)", "there is no NOT; compare the condition with 0"),
    ],
)
def test_habits_from_other_languages_are_told_how_to_write_it(
    oql: Oql, text: str, message: str
) -> None:
    error = error_of(oql, text)
    assert isinstance(error, OqlSyntaxError)
    assert message in str(error)


def test_keywords_in_lower_case_are_told(oql: Oql) -> None:
    assert error_of(oql, "select Person").suggestion == "SELECT"
    assert error_of(oql, "SELECT Person where id = 1").suggestion == "WHERE"
    assert error_of(oql, "SELECT Person WHERE id = 1 or id = 2").suggestion == "OR"


def test_a_name_that_is_wrong_says_nothing_of_the_grammar(oql: Oql) -> None:
    error = error_of(oql, "SELECT Person WHERE nothing_like_it = 1")
    assert isinstance(error, OqlModelError)
    assert (error.suggestion, error.expected) == ("", ())
    assert error.advice == "there is no attribute nothing_like_it on Person"
