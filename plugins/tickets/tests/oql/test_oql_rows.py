"""What queries find: the same objects in the same order on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from cti_oql import Oql, Page, Param
from cti_tickets.hook_values import query_parameters

from cti_host import Number, Reason, Unsearchable

JANE, ZOE, ADA, DESK, MAX = 1, 2, 3, 4, 5
SWITCHBOARD = Number("0123456789", "+33123456789", text="+33 1 23 45 67 89")
MOBILE = Number("0612345678", "+33612345678")
EXTENSION = Number("123", extension="123")
UNKNOWN = Number("0199999999", "+33199999999")
WITHHELD = query_parameters({"n": Unsearchable("anonymous", Reason.WITHHELD)})["n"]

LOOKUP = "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone"
OF_CALLER = "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'"
OF_ORGANIZATION = (
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id"
    " JOIN Person AS p ON p.org_id = o.id"
    " WHERE p.id IN (:callers_list) AND u.status != 'closed'"
)
ORGANIZATION_OF = (
    "SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id WHERE p.id = :selected_caller"
)
SITE = "SELECT Person AS who JOIN Location AS site ON who.location_id = site.id"

Case = tuple[str, dict[str, Param], list[int]]

OF_THE_SETTINGS: list[Case] = [
    (LOOKUP, {"phone": SWITCHBOARD}, [ADA, JANE]),
    (LOOKUP, {"phone": MOBILE}, [ZOE]),
    (LOOKUP, {"phone": EXTENSION}, [ZOE]),
    (LOOKUP, {"phone": UNKNOWN}, []),
    (LOOKUP, {"phone": "01 23 45 67 89"}, [JANE]),
    (LOOKUP, {"phone": "%"}, []),
    (LOOKUP, {"phone": WITHHELD}, []),
    (LOOKUP, {"phone": None}, []),
    (OF_CALLER, {"callers_list": [1, 2]}, [1]),
    (OF_CALLER, {"callers_list": ["1", "2"]}, [1]),
    (OF_CALLER, {"callers_list": []}, []),
    (OF_CALLER.replace("UserRequest", "Problem"), {"callers_list": [1]}, [5]),
    (OF_CALLER.replace("UserRequest", "Incident"), {"callers_list": [3]}, [4]),
    (OF_ORGANIZATION, {"callers_list": [2, 3]}, [3]),
    (OF_ORGANIZATION, {"callers_list": [1, 2, 3]}, [3, 1]),
    (OF_ORGANIZATION, {"callers_list": []}, []),
    (ORGANIZATION_OF, {"selected_caller": 3}, [2]),
    (ORGANIZATION_OF, {"selected_caller": "3"}, [2]),
]

NUMBERS: list[Case] = [
    ("SELECT Person WHERE phone = :n", {"n": SWITCHBOARD}, [ADA, JANE]),
    ("SELECT Person WHERE phone != :n", {"n": SWITCHBOARD}, [MAX, ZOE]),
    ("SELECT Person WHERE phone NOT LIKE :n", {"n": SWITCHBOARD}, [MAX, ZOE]),
    ("SELECT Person WHERE phone IN (:n)", {"n": [SWITCHBOARD, EXTENSION]}, [ADA, JANE, ZOE]),
    ("SELECT Person WHERE phone IN (:n, '123')", {"n": SWITCHBOARD}, [ADA, JANE, ZOE]),
    ("SELECT Person WHERE phone NOT IN (:n)", {"n": [SWITCHBOARD, EXTENSION]}, [MAX]),
    ("SELECT Person WHERE phone NOT IN (:n)", {"n": [SWITCHBOARD, WITHHELD]}, []),
    ("SELECT Person WHERE phone != :n", {"n": WITHHELD}, []),
    ("SELECT Person WHERE name = :n", {"n": SWITCHBOARD}, []),
    ("SELECT UserRequest WHERE caller_phone = :n", {"n": SWITCHBOARD}, [1]),
    ("SELECT UserRequest WHERE caller_phone != :n", {"n": SWITCHBOARD}, [2]),
    ("SELECT Person WHERE phone LIKE '01%'", {}, [ADA, JANE]),
    ("SELECT Person WHERE id = :n", {"n": SWITCHBOARD}, []),
]

TEXTS: list[Case] = [
    ("SELECT Person WHERE name = 'MONET'", {}, [ZOE]),
    ("SELECT Person WHERE name = 'monet  '", {}, [ZOE]),
    ("SELECT Person WHERE name = ' monet'", {}, []),
    ("SELECT Person WHERE name LIKE 'mon%'", {}, [ZOE]),
    ("SELECT Person WHERE name LIKE '%N_T'", {}, [ZOE]),
    ("SELECT Person WHERE name LIKE '_oe'", {}, [JANE]),
    ("SELECT Person WHERE name LIKE 'Doe %'", {}, []),
    ("SELECT Person WHERE name NOT LIKE '%o%'", {}, [MAX]),
    ("SELECT Person WHERE name LIKE :x", {"x": "%"}, []),
    ("SELECT Person WHERE name LIKE :x", {"x": "100% A_B"}, [MAX]),
    (r"SELECT Person WHERE name LIKE '100\\% a\\_b'", {}, [MAX]),
    (r"SELECT Person WHERE name LIKE '%\\%%'", {}, [MAX]),
    ("SELECT Person WHERE name LIKE '\uff05'", {}, []),
    ("SELECT Person WHERE name = :x", {"x": "o'neil"}, [ADA]),
    ("SELECT Person WHERE name < 'n'", {}, [JANE, MAX, ZOE]),
    ("SELECT Person WHERE 'n' > name", {}, [JANE, MAX, ZOE]),
    ("SELECT Organization WHERE name = 'STRASSE & SOHNE'", {}, [3]),
    ("SELECT Incident WHERE title = 'oeuvre'", {}, [4]),
    ("SELECT Person WHERE email = 'JANE.doe@example.ORG'", {}, [JANE]),
    ("SELECT Person WHERE email IN (:e)", {"e": ["ZOE@EXAMPLE.COM", "x"]}, [ZOE]),
    ("SELECT Contact WHERE email LIKE '%@example.org'", {}, [DESK, JANE]),
    ("SELECT Person WHERE name = 5", {}, []),
    ("SELECT Person WHERE name = NULL", {}, []),
    ("SELECT Person WHERE name != NULL", {}, []),
    ("SELECT Person WHERE name IN ('doe', NULL)", {}, [JANE]),
    ("SELECT Person WHERE name NOT IN ('doe', NULL)", {}, []),
    ("SELECT Person WHERE name = first_name", {}, []),
    ("SELECT Person WHERE id LIKE '%2%'", {}, [ZOE]),
]

KEYS: list[Case] = [
    ("SELECT UserRequest WHERE caller_id = 0", {}, [3]),
    ("SELECT UserRequest WHERE caller_id = ''", {}, [3]),
    ("SELECT UserRequest WHERE caller_id = :x", {"x": "0"}, [3]),
    ("SELECT UserRequest WHERE caller_id != 0", {}, [2, 1]),
    ("SELECT UserRequest WHERE caller_id != 1", {}, [3, 2]),
    ("SELECT UserRequest WHERE caller_id IN (0, 2)", {}, [3, 2]),
    ("SELECT UserRequest WHERE caller_id IN (:l, 2)", {"l": [0]}, [3, 2]),
    ("SELECT UserRequest WHERE caller_id NOT IN (0, 2)", {}, [1]),
    ("SELECT UserRequest WHERE caller_id NOT IN (2)", {}, [3, 1]),
    ("SELECT UserRequest WHERE caller_id NOT IN (:l)", {"l": []}, [3, 2, 1]),
    ("SELECT UserRequest WHERE caller_id NOT IN (2, NULL)", {}, []),
    ("SELECT UserRequest WHERE caller_id < 2", {}, [3, 1]),
    ("SELECT UserRequest WHERE caller_id > :x", {"x": 10**30}, []),
    ("SELECT UserRequest WHERE caller_id = :x", {"x": "abc"}, []),
    ("SELECT UserRequest WHERE caller_id != :x", {"x": "abc"}, []),
    ("SELECT UserRequest WHERE caller_id = '1abc'", {}, [1]),
    ("SELECT UserRequest WHERE agent_id = caller_id", {}, [3]),
    ("SELECT UserRequest WHERE agent_id != caller_id", {}, [2, 1]),
    ("SELECT UserRequest WHERE id IN (agent_id, 3, caller_id)", {}, [3, 2, 1]),
    ("SELECT UserRequest WHERE caller_name = 'Doe'", {}, [1]),
    ("SELECT UserRequest WHERE caller_name != 'Doe'", {}, [2]),
    ("SELECT UserRequest WHERE caller_name NOT LIKE 'D%'", {}, [2]),
    ("SELECT UserRequest WHERE caller_id_friendlyname = ''", {}, [3]),
    ("SELECT UserRequest WHERE caller_id_friendlyname = 'jane doe'", {}, [1]),
    (f"{SITE} WHERE site.org_id = 0", {}, []),
    (f"{SITE} WHERE site.org_id != 1", {}, [ADA]),
    (f"{SITE} WHERE site.id > 0", {}, [ADA, JANE]),
]

CLASSES: list[Case] = [
    ("SELECT Ticket", {}, [7, 8, 4, 5, 6, 9, 1, 2, 3]),
    ("SELECT Ticket WHERE finalclass IN ('incident', 'Change', 'NormalChange')", {}, [7, 4]),
    ("SELECT Change", {}, [8, 7]),
    ("SELECT Contact", {}, [ADA, DESK, JANE, MAX, ZOE]),
    ("SELECT Contact WHERE friendlyname LIKE 'Ada%' OR friendlyname = 'desk'", {}, [ADA, DESK]),
    ("SELECT Ticket WHERE org_name LIKE 'societe%'", {}, [4, 2, 3]),
    ("SELECT Problem WHERE related_change_id_finalclass_recall = 'NormalChange'", {}, [5]),
    ("SELECT UserRequest WHERE status = 'Pending'", {}, [3]),
    ("SELECT UserRequest WHERE status = 'unheard-of'", {}, []),
    ("SELECT UserRequest WHERE priority < 3", {}, [3, 1]),
]

JOINS: list[Case] = [
    (SITE, {}, [ADA, JANE, MAX, ZOE]),
    (f"{SITE} WHERE site.name = 'Lyon'", {}, [JANE]),
    ("SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id", {}, [1, 2, 3]),
    ("SELECT Person AS p JOIN Ticket AS t ON t.caller_id = p.id", {}, [ADA, JANE, ZOE]),
    (
        "SELECT Problem AS p JOIN NormalChange AS c ON p.related_change_id = c.id",
        {},
        [9, 6, 5],
    ),
    (
        "SELECT Problem AS p JOIN NormalChange AS c ON p.related_change_id = c.id"
        " WHERE c.outage = 'yes'",
        {},
        [5],
    ),
    (
        "SELECT Person AS p JOIN Person AS m ON p.manager_id = m.id"
        " JOIN Person AS mm ON m.manager_id = mm.id WHERE mm.name = 'Doe'",
        {},
        [ADA],
    ),
]

DATES: list[Case] = [
    ("SELECT UserRequest WHERE start_date >= '2031-05-01'", {}, [2, 1]),
    ("SELECT UserRequest WHERE start_date = '2031-06-01'", {}, [2]),
    ("SELECT UserRequest WHERE start_date < '2031/05/01T12:00'", {}, [1]),
    ("SELECT UserRequest WHERE start_date < 20310601", {}, [1]),
    ("SELECT UserRequest WHERE start_date > 'tomorrow'", {}, [2, 1]),
    ("SELECT UserRequest WHERE start_date = '2031-02-31'", {}, []),
    ("SELECT UserRequest WHERE start_date LIKE '2031-05-%'", {}, [1]),
    ("SELECT UserRequest WHERE due = '2031-05-02'", {}, [1]),
    ("SELECT UserRequest WHERE due < :d", {"d": "2031-05-02 10:00:00"}, [1]),
]

LOGIC: list[Case] = [
    ("SELECT Person WHERE id = 1 OR id = 2 AND name = 'x'", {}, [JANE]),
    ("SELECT Person WHERE (id = 1 OR id = 2) AND name = 'x'", {}, []),
    ("SELECT Person WHERE 3 < id < 9", {}, [ADA, JANE, MAX, ZOE]),
    ("SELECT Person WHERE (name = 'doe') = 0", {}, [ADA, MAX, ZOE]),
    ("SELECT Person WHERE id IN (1) IN (1)", {}, [JANE]),
    ("SELECT Person WHERE 1", {}, [ADA, JANE, MAX, ZOE]),
    ("SELECT Person WHERE 0 OR 'x'", {}, []),
    ("SELECT Person WHERE manager_id", {}, [ADA, ZOE]),
    ("SELECT Person WHERE :x = 'A' AND id = 1", {"x": "à"}, [JANE]),
    ("SELECT Person WHERE :x = 7 AND id = 1", {"x": "7"}, [JANE]),
    ("SELECT Person WHERE :x LIKE 'a%' AND id = 1", {"x": "àb"}, [JANE]),
    ("SELECT Person WHERE :x IN ('a', name) AND id = 1", {"x": "doe"}, [JANE]),
    ("SELECT Person WHERE id = :this->id", {"this->id": 1}, [JANE]),
    ("SELECT Person WHERE name LIKE first_name OR id = 1", {}, [JANE]),
]


@pytest.mark.parametrize(
    ("text", "parameters", "found"),
    [*OF_THE_SETTINGS, *NUMBERS, *TEXTS, *KEYS, *CLASSES, *JOINS, *DATES, *LOGIC],
)
def test_a_query_finds_its_objects_in_order(
    oql: Oql, database: Any, text: str, parameters: dict[str, Param], found: list[int]
) -> None:
    assert [identifier for _, identifier in oql.ids(database, text, parameters)] == found
    assert oql.count(database, text, parameters) == len(found)


def test_each_object_comes_with_its_real_class(oql: Oql, database: Any) -> None:
    assert oql.ids(database, "SELECT Contact WHERE id IN (1, 4)", {}) == [
        ("Team", 4),
        ("Person", 1),
    ]
    assert oql.ids(database, "SELECT Organization WHERE id = 1", {}) == [("Organization", 1)]


@pytest.mark.parametrize(
    "text", ["SELECT Person", "SELECT Person AS p JOIN Person AS o ON p.manager_id = o.id"]
)
def test_a_page_knows_how_many_there_are(oql: Oql, database: Any, text: str) -> None:
    first = oql.page(database, text, {}, limit=3, offset=0)
    assert first == Page([("Person", ADA), ("Person", JANE), ("Person", MAX)], 4)
    assert oql.page(database, text, {}, limit=3, offset=3) == Page([("Person", ZOE)], 4)
    assert oql.page(database, text, {}, limit=3, offset=90) == Page([], 4)
    assert oql.page(database, f"{text} WHERE 0", {}, limit=3, offset=3) == Page([], 0)
    assert oql.ids(database, text, {}, offset=3) == [("Person", ZOE)]


def test_a_page_counts_an_object_once_however_often_it_is_joined(oql: Oql, database: Any) -> None:
    text = "SELECT Organization AS o JOIN Contact AS c ON c.org_id = o.id"
    page = oql.page(database, text, {}, limit=2, offset=0)
    assert page == Page([("Organization", 1), ("Organization", 2)], 3)


def test_a_list_may_be_long(oql: Oql, database: Any) -> None:
    text = "SELECT Person WHERE id IN (:ids)"
    assert oql.ids(database, text, {"ids": list(range(2, 10_000))})[0] == ("Person", ADA)


@pytest.mark.parametrize("text", ["CONCAT({}, 'x')", "TRIM({})", "SUBSTR({}, 1)", "{} LIKE '0%'"])
def test_the_text_of_no_number_is_none(oql: Oql, database: Any, text: str) -> None:
    nothing = text.format("1 / (id - id)")
    assert oql.count(database, f"SELECT Person WHERE ISNULL({nothing})", {}) == 4
