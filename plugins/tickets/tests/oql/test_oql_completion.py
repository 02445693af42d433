"""What can be typed next in a query."""

from __future__ import annotations

import pytest
from cti_oql.tools.completion import Completer, Completion
from cti_tickets.model.schema import Schema
from hypothesis import example, given
from hypothesis import strategies as st

CURSOR = "|"


@pytest.fixture(scope="session")
def completer(schema: Schema) -> Completer:
    return Completer(schema, ["phone", "selected_caller"])


def offered(completer: Completer, marked: str) -> list[str]:
    """The words offered where a text has `|`."""
    before, _cursor, after = marked.partition(CURSOR)
    return [found.text for found in completer.complete(before + after, len(before))]


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("|", ["SELECT"]),
        ("sel|", ["SELECT"]),
        ("SELECT pe|", ["Person"]),
        ("SELECT Contact UNION SELECT t|", ["Team", "Ticket"]),
        ("SELECT Person W|", ["WHERE"]),
        ("SELECT Person AS |", []),
        ("SELECT x FROM org|", ["Organization"]),
        ("SELECT Ticket AS t JOIN per|", ["Person"]),
        ("SELECT Ticket AS t JOIN Person AS p O|", ["ON"]),
        ("SELECT Ticket AS t JOIN Person AS p ON |", ["p", "t"]),
        ("SELECT Ticket AS t JOIN Person AS p ON t.|", ["org_id", "caller_id", "agent_id"]),
        ("SELECT Ticket AS t JOIN Person AS p ON t.caller_id = p.|", ["id"]),
        ("SELECT Organization AS a JOIN Organization AS b ON a.parent_id NOT BELOW STRICT b.|",
         ["id"]),
        ("SELECT Person WHERE mob|", ["mobile_phone"]),
        ("SELECT Person WHERE Person.mob|", ["mobile_phone"]),
        ("SELECT Person AS p WHERE p . mob|", ["mobile_phone"]),
        ("SELECT Person AS p WHERE p.name = 'x' AND p.mob|", ["mobile_phone"]),
        ("SELECT Person AS p WHERE q.mob|", []),
        ("SELECT Person AS `the caller` WHERE `the caller`.mob|", ["mobile_phone"]),
        ("SELECT Person WHERE DATE_F|", ["DATE_FORMAT"]),
        ("SELECT Person WHERE name NOT L|", ["NOT LIKE"]),
        ("SELECT Person WHERE name LI|", ["LIKE"]),
        ("SELECT Organization AS a JOIN Organization AS b ON a.parent_id BELOW S|",
         ["BELOW STRICT"]),
        ("SELECT Ticket WHERE NOW() > DATE_ADD(NOW(), INTERVAL 3 m|", ["MINUTE", "MONTH"]),
        ("SELECT Person WHERE name m|", []),
        ("SELECT Person WHERE id = :sel|", [":selected_caller"]),
        ("SELECT Person WHERE id = :|", [":phone", ":selected_caller"]),
        ("SELECT Person WHERE name = 'SEL|", []),
        ("SELECT Person WHERE name = `SEL|", []),
        ("SELECT Person WHERE id = 1a|", []),
        ("nothing of a query s|", []),
    ],
)  # fmt: skip
def test_what_fits_is_offered(completer: Completer, marked: str, words: list[str]) -> None:
    assert sorted(offered(completer, marked)) == sorted(words)


def test_after_a_class_the_parts_of_a_query_are_offered(completer: Completer) -> None:
    assert offered(completer, "SELECT Person |") == ["AS", "FROM", "JOIN", "UNION", "WHERE"]


def test_aliases_are_known_before_they_are_declared(completer: Completer) -> None:
    assert "mobile_phone" in offered(completer, "SELECT p FROM Person AS p WHERE p.|")
    assert "caller" in offered(completer, "SELECT ca| FROM Person AS caller")
    assert "caller" not in offered(completer, "SELECT Person AS caller WHERE id = 1 UNION SELECT |")


def test_an_attribute_of_several_classes_is_offered_with_its_alias_only(
    completer: Completer,
) -> None:
    words = offered(completer, "SELECT Ticket AS t JOIN Person AS p ON t.caller_id = p.id WHERE |")
    assert words[:2] == ["p", "t"] or words[:2] == ["t", "p"]
    assert "mobile_phone" in words
    assert "org_id" not in words


def test_a_sub_query_sees_its_own_aliases_and_those_around_it(completer: Completer) -> None:
    text = "SELECT Person AS p WHERE p.org_id IN (SELECT Organization AS o WHERE {}) AND {}"
    assert offered(completer, text.format("o.co|", "1")) == ["code"]
    assert offered(completer, text.format("p.mob|", "1")) == ["mobile_phone"]
    assert offered(completer, text.format("1", "o.co|")) == []
    assert offered(completer, text.format("1", "p.mob|")) == ["mobile_phone"]


def test_an_alias_inside_hides_the_same_one_outside(completer: Completer) -> None:
    text = "SELECT Person AS x WHERE x.org_id IN (SELECT Organization AS x WHERE x.|)"
    assert "code" in offered(completer, text)
    assert "mobile_phone" not in offered(completer, text)


def test_each_branch_of_a_union_has_its_own_classes(completer: Completer) -> None:
    text = "SELECT Person AS x WHERE x.{} UNION SELECT Team AS x WHERE x.{}"
    assert offered(completer, text.format("mob|", "id")) == ["mobile_phone"]
    assert offered(completer, text.format("id", "mob|")) == []


def test_it_is_told_what_a_word_is(completer: Completer) -> None:
    (found,) = completer.complete("SELECT Ticket AS t JOIN Person AS p ON t.cal", 44)
    assert found == Completion("caller_id", 41, "key to Person")


PIECES = st.sampled_from(
    [
        *("SELECT", "FROM", "JOIN", "ON", "WHERE", "UNION", "AS", "NOT", "NOT IN", "BELOW", "AND"),
        *("Person", "Ticket", "p", "t", ".", ",", "(", ")", "=", "'", '"', "`", ":", "->", "name"),
        *("caller_id", "id", "1", "0x", "DATE_SUB", "INTERVAL", "DAY", "é", "\n", " "),
    ]
)


@given(
    pieces=st.lists(PIECES | st.text(max_size=3), max_size=25),
    blank=st.sampled_from(["", " "]),
    place=st.floats(0, 1),
)
@example(pieces=[")", ")", "SELECT", "x"], blank=" ", place=1.0)
def test_any_text_can_be_completed(
    completer: Completer, pieces: list[str], blank: str, place: float
) -> None:
    text = blank.join(pieces)
    cursor = round(len(text) * place)
    for found in completer.complete(text, cursor):
        assert 0 <= found.start <= cursor
        assert found.text.lower().startswith(text[found.start : cursor].lower())
