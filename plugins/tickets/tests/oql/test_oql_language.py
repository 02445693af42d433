"""What each part of the language finds: the same objects in the same order on both databases."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cti_oql import Oql, OqlRunError, Param

PAGE = Path(__file__).with_name("language.txt").read_text(encoding="utf-8")
CASES = re.findall(r"^(SELECT .*)\n    (.*)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("text", "found"), CASES)
def test_a_query_finds_its_objects_in_order(
    oql_in_paris: Oql, database: Any, text: str, found: str
) -> None:
    ids = [] if found == "nothing" else [int(one) for one in found.split(", ")]
    assert [identifier for _, identifier in oql_in_paris.ids(database, text, {})] == ids
    assert oql_in_paris.count(database, text, {}) == len(ids)


def test_the_page_of_queries_is_read() -> None:
    assert len(CASES) > 150


@pytest.mark.parametrize(
    ("text", "classes", "found"),
    [
        (
            "SELECT p, l FROM Person AS p JOIN Location AS l ON p.location_id = l.id",
            ("Person", "Location"),
            [3, 1, 5, 2],
        ),
        (
            "SELECT o, p FROM Organization AS o JOIN Person AS p ON p.org_id = o.id WHERE o.id = 2",
            ("Organization", "Person"),
            [2],
        ),
    ],
)
def test_of_several_classes_the_objects_of_the_first_are_found(
    oql: Oql, database: Any, text: str, classes: tuple[str, ...], found: list[int]
) -> None:
    assert oql.resolve(text).class_names == classes
    assert oql.ids(database, text, {}) == [(classes[0], identifier) for identifier in found]


@pytest.mark.parametrize(
    ("text", "class_name"),
    [
        ("SELECT Incident UNION SELECT UserRequest", "Ticket"),
        ("SELECT Person UNION SELECT Team", "Contact"),
        ("SELECT NormalChange UNION SELECT EmergencyChange", "Change"),
        ("SELECT Person AS a UNION SELECT Person AS b", "Person"),
        ("SELECT l FROM Person AS p JOIN Location AS l ON p.location_id = l.id", "Location"),
    ],
)
def test_branches_have_their_nearest_common_class(oql: Oql, text: str, class_name: str) -> None:
    assert oql.resolve(text).class_name == class_name


PARAMETERS: list[tuple[str, dict[str, Param], list[int]]] = [
    ("SELECT Person WHERE name LIKE CONCAT(:x, '%')", {"x": "d"}, [1]),
    ("SELECT Person WHERE name LIKE CONCAT('%', :x, '%')", {"x": "%"}, [5]),
    ("SELECT Person WHERE name LIKE CONCAT('%', :x)", {"x": "_b"}, [5]),
    ("SELECT Person WHERE name LIKE CONCAT(:x, '%')", {"x": None}, []),
    ("SELECT Person WHERE name LIKE CONCAT(TRIM(:x), '%')", {"x": " %"}, []),
    ("SELECT Person WHERE name LIKE CONCAT(TRIM(:x), '%')", {"x": " d"}, [1]),
    ("SELECT Person WHERE name LIKE IF(:x = '1', 'd%', '%t')", {"x": "1"}, [1]),
    ("SELECT Person WHERE name LIKE IF(:x = '1', 'd%', '%t')", {"x": "2"}, [2]),
    ("SELECT Person WHERE id = (:x + 1)", {"x": "2"}, [3]),
    ("SELECT Person WHERE CONCAT(:x, :y) = 'ab' AND id = 1", {"x": "A", "y": "b"}, [1]),
    ("SELECT Person WHERE org_id = :this->org_id", {"this": {"org_id": 1}}, [1]),
    ("SELECT Person WHERE org_id = :this->org_id", {"this->org_id": "1"}, [1]),
    (
        "SELECT Ticket WHERE start_date < DATE_ADD(:d, INTERVAL 1 DAY)",
        {"d": "2031-05-01"},
        [1],
    ),
    (
        "SELECT Ticket WHERE start_date > DATE_SUB('2031-06-02', INTERVAL :n DAY)",
        {"n": 5},
        [2],
    ),
    ("SELECT Person WHERE name REGEXP :x", {"x": "^d"}, [1]),
    ("SELECT Person WHERE name REGEXP :x", {"x": None}, []),
    ("SELECT Person WHERE CONCAT('é', id) REGEXP :x", {"x": r"^\w1$"}, [1]),
    ("SELECT Person WHERE CONCAT('é', id) REGEXP :x", {"x": r"^[\w]2$"}, [2]),
    ("SELECT Person WHERE CONCAT('-', id) REGEXP :x", {"x": r"^\W[]3]$"}, [3]),
    # An engine that tries out every way would not be back within a lifetime.
    (
        "SELECT Person WHERE CONCAT(:text, id) REGEXP :x",
        {"text": "abcdefgh" * 500, "x": "^([a-z]+ ?)+$"},
        [],
    ),
    (
        "SELECT Contact AS c WHERE c.id IN (SELECT Team AS t WHERE t.id IN (:l))",
        {"l": [1, 4]},
        [4],
    ),
]


@pytest.mark.parametrize(("text", "parameters", "found"), PARAMETERS)
def test_parameters_are_values_wherever_they_stand(
    oql: Oql, database: Any, text: str, parameters: dict[str, Param], found: list[int]
) -> None:
    assert [identifier for _, identifier in oql.ids(database, text, parameters)] == found


def test_what_the_agent_is_can_not_be_said_by_somebody_else(database: Any, oql: Oql) -> None:
    def magic(name: str) -> dict[str, Param]:
        return {name: 2} if name == "current_contact_id" else {}

    mine = Oql(oql.schema, magic=magic)
    text = "SELECT Person WHERE id = :current_contact_id"
    assert mine.ids(database, text, {"current_contact_id": 1}) == [("Person", 2)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT Person WHERE SUBSTR(name) = 'x'", "SUBSTR takes 2 or 3 arguments, not 1"),
        ("SELECT Person WHERE NOW(1)", "NOW takes 0 arguments, not 1"),
        ("SELECT Person WHERE IF(1, 2)", "IF takes 3 arguments, not 2"),
        ("SELECT Person WHERE CONCAT()", "CONCAT takes 1 or more arguments, not 0"),
        ("SELECT Person WHERE DATE_ADD(NOW(), 1)", "DATE_ADD takes a date and an INTERVAL"),
        ("SELECT Person WHERE TRIM(INTERVAL 1 DAY)", "TRIM takes no INTERVAL"),
        ("SELECT Team WHERE name MATCHES 'desk'", "MATCHES"),
        ("SELECT Person WHERE name REGEXP '('", "not a regular expression"),
        ("SELECT Person WHERE name REGEXP '(?<=a)b'", "line 1, column 26: '(?<' in a regular"),
        ("SELECT Person WHERE name REGEXP 'a(?=b)'", "'(?=' in a regular expression is not supp"),
        (r"SELECT Person WHERE name REGEXP '(a)\\1'", r"'\\1' in a regular expression is not supp"),
        (r"SELECT Person WHERE name REGEXP '[\\W]'", r"\W within brackets is not supported"),
        ("SELECT Person WHERE name REGEXP 'a{1001}'", "invalid repetition size"),
        (r"SELECT Person WHERE name REGEXP '\\w{200}'", "pattern too large"),
        ("SELECT Person WHERE name REGEXP CONCAT('(', 'a')", "can't"),
        (
            "SELECT Person AS p WHERE p.id IN (SELECT q, o FROM Person AS q JOIN Organization AS o"
            " ON q.org_id = o.id)",
            "can select one class only",
        ),
    ],
)
def test_what_can_not_be_calculated_is_told_when_it_runs(
    oql: Oql, database: Any, text: str, message: str
) -> None:
    assert oql.resolve(text).class_name
    with database.atomic() as transaction:
        with pytest.raises(OqlRunError) as caught:
            oql.ids(database, text, {})
        transaction.rollback()
    assert message in str(caught.value)
