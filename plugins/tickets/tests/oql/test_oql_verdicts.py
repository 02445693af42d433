"""Which queries are accepted, and what is said of the others."""

from __future__ import annotations

import re

import pytest
from cti_oql import (
    Oql,
    OqlError,
    OqlModelError,
    OqlRunError,
    OqlSyntaxError,
    UnknownClassError,
)
from cti_tickets.model.schema import Schema

OK = None
SYNTAX, MODEL, CLASS = OqlSyntaxError, OqlModelError, UnknownClassError
INCIDENT_JOIN = "SELECT Incident AS i JOIN Person AS p ON i.caller_id = p.id"

VERDICTS: list[tuple[str, type[OqlError] | None]] = [
    ("SELECT Person WHERE mobile_phone LIKE '+41%'", OK),
    ("SELECT Person AS caller WHERE caller.phone != '' AND caller.status = \"active\"", OK),
    (r"SELECT Organization WHERE code = 'ACME\'s'", OK),
    ("SELECT Organization WHERE code = 'ACME''s'", SYNTAX),
    ("SELECT Person WHERE function <> 'CEO'", SYNTAX),
    ("SELECT Team WHERE email IS NULL", SYNTAX),
    ("SELECT Person WHERE NOT (notify = 'no')", SYNTAX),
    ("SELECT Location WHERE city = 'Lyon' or city = 'Nice'", SYNTAX),
    ("SELECT Location WHERE city IN ('Lyon', 'Nice', 'Annecy')", OK),
    ("SELECT Location WHERE city NOT  IN ('Lyon')", SYNTAX),
    ("SELECT Location AS l WHERE Location.city = 'Lyon'", MODEL),
    ("SELECT Locations WHERE city = 'Lyon'", CLASS),
    ("SELECT location WHERE city = 'Lyon'", CLASS),
    ("SELECT Location WHERE City = 'Lyon'", MODEL),
    ("SELECT Location WHERE town = 'Lyon'", MODEL),
    ("SELECT Location WHERE person_list != ''", MODEL),
    ("SELECT Contact WHERE mobile_phone = '0600000000'", MODEL),
    ("SELECT Contact WHERE finalclass = 'Person' AND email LIKE '%@example.org'", OK),
    ("SELECT Ticket WHERE status IN ('new', 'assigned')", MODEL),
    (
        "SELECT Ticket WHERE operational_status != 'closed'"
        " AND caller_id_friendlyname LIKE 'Jane%'",
        OK,
    ),
    ("SELECT UserRequest WHERE obsolescence_flag = 1", MODEL),
    ("SELECT Team WHERE obsolescence_flag = 0", OK),
    ("SELECT Incident WHERE caller_email = 'x@example.org'", MODEL),
    ("SELECT Incident WHERE caller_id->email = 'x@example.org'", SYNTAX),
    ("SELECT Incident WHERE caller_id.email = 'x@example.org'", MODEL),
    (f"{INCIDENT_JOIN} WHERE p.email = 'x@example.org'", OK),
    ("SELECT Incident AS i JOIN Person AS p ON p.id = i.caller_id", MODEL),
    ("SELECT Person AS p JOIN Incident AS i ON i.caller_id = p.id WHERE i.status = 'new'", OK),
    ("SELECT Incident AS i JOIN Team AS t ON i.agent_id = t.id", MODEL),
    ("SELECT Incident AS i JOIN Contact AS c ON i.agent_id = c.id", OK),
    (
        "SELECT Problem AS p JOIN EmergencyChange AS c ON p.related_change_id = c.id"
        " WHERE c.outage = 'yes'",
        OK,
    ),
    ("SELECT Incident AS i JOIN Person AS p ON i.title = p.id", MODEL),
    ("SELECT Incident AS i JOIN Person AS p ON i.caller_name = p.id", MODEL),
    (f"{INCIDENT_JOIN} AND p.status = 'active'", SYNTAX),
    ("SELECT Incident AS i LEFT JOIN Person AS p ON i.caller_id = p.id", SYNTAX),
    ("SELECT Incident JOIN Person ON caller_id = Person.id", MODEL),
    ("SELECT Incident AS i JOIN Person AS i ON i.caller_id = i.id", MODEL),
    ("SELECT Incident AS i JOIN Persona AS p ON i.caller_id = p.id", CLASS),
    (f"{INCIDENT_JOIN} WHERE status = 'pending'", MODEL),
    (f"{INCIDENT_JOIN} WHERE ref = 'I-000777'", OK),
    ("SELECT Organization AS s JOIN Organization AS t ON s.parent_id BELOW t.id", OK),
    ("SELECT Organization AS s JOIN Organization AS t ON s.parent_id NOT BELOW STRICT t.id", OK),
    ("SELECT Location AS l JOIN Organization AS o ON l.org_id BELOW o.id", MODEL),
    ("SELECT Organization WHERE parent_id BELOW 12", SYNTAX),
    ("SELECT p, o FROM Person AS p JOIN Organization AS o ON p.org_id = o.id", OK),
    ("SELECT p FROM Person AS p WHERE p.notify = 'no'", OK),
    ("SELECT Person FROM Person WHERE notify = 'no'", OK),
    ("SELECT Person FROM Person AS p WHERE p.notify = 'no'", MODEL),
    ("SELECT p.name FROM Person AS p", SYNTAX),
    ("SELECT * FROM Team", SYNTAX),
    ("SELECT Person AS p WHERE p.location_id IN (SELECT Location AS l)", OK),
    ("SELECT Person AS p WHERE p.location_id = (SELECT Location AS l WHERE l.id = 4)", SYNTAX),
    ("SELECT Team WHERE id NOT IN ()", SYNTAX),
    ("SELECT Team WHERE id IN (1,)", SYNTAX),
    ("SELECT Team WHERE id IN :ids", SYNTAX),
    ("SELECT Incident WHERE status = 'new' UNION SELECT UserRequest", OK),
    ("SELECT Incident WHERE start_date < DATE_SUB(NOW(), INTERVAL 2 MONTH)", OK),
    ("SELECT Incident WHERE start_date < DATE_SUB(NOW(), INTERVAL 2 WEEK)", SYNTAX),
    ("SELECT Incident WHERE start_date < NOW() - INTERVAL 2 DAY", SYNTAX),
    ("SELECT Incident WHERE HOUR(start_date) >= 18", SYNTAX),
    ("SELECT Change WHERE UPPER(title) LIKE 'ROUTER%'", SYNTAX),
    ("SELECT Change WHERE YEAR(start_date) = 2031 AND outage = 'yes'", OK),
    ("SELECT Change WHERE acceptance_date > '2031-01-01'", MODEL),
    ("SELECT UserRequest WHERE priority < 3 AND agent_id = 0", OK),
    ("SELECT UserRequest WHERE priority = 2.5", SYNTAX),
    ("SELECT UserRequest WHERE ref LIKE 'R-0001__' ORDER BY ref", SYNTAX),
    ("SELECT UserRequest WHERE title REGEXP '^(VPN|Wifi)'", OK),
    ("SELECT UserRequest WHERE caller_id = :current_contact_id", OK),
    ("SELECT UserRequest WHERE org_id = :this->org_id", OK),
    ("SELECT UserRequest WHERE title = Router", MODEL),
    ("SELECT UserRequest WHERE title LIKE 'a' AND", SYNTAX),
    ("SELECT Location WHERE id = 7 - 1", OK),
    ("SELECT Team WHERE name MATCHES 'desk'", OK),
    (r"SELECT Team WHERE name LIKE '50\%'", SYNTAX),
    (r"SELECT Team WHERE name LIKE '50\\%'", OK),
    ("SELECT Team AS t WHERE t.name = 'Desk';", SYNTAX),
    ("SELECT Organization AS top JOIN Location AS l ON top.id = l.org_id", MODEL),
    ("(SELECT Team) UNION (SELECT Person)", SYNTAX),
    ("Team WHERE status = 'active'", SYNTAX),
    ("id = 1", SYNTAX),
    ("", SYNTAX),
    ("SELECT Team WHERE id=1AND(name LIKE'x')", OK),
    ("SELECT Team WHERE id\u00a0= 1", SYNTAX),
    ("SELECT Team WHERE id = 0X1F", SYNTAX),
    ("SELECT Team WHERE id IN (007, - 3, 0x1f, 99999999999999999999)", OK),
    ("SELECT Team AS `select x` WHERE `select x`.id = 1", OK),
    ("SELECT Team WHERE private_log = 'x'", MODEL),
    ("SELECT Ticket WHERE private_log = 'x'", OK),
    ("SELECT Organization WHERE finalclass = 'Organization'", MODEL),
    (f"{INCIDENT_JOIN} JOIN Person AS q ON i.agent_id = p.id", MODEL),
    (f"{INCIDENT_JOIN} JOIN Person AS q ON r.agent_id = q.id", MODEL),
    # Names inside of a query in IN.
    ("SELECT Person AS p WHERE p.org_id IN (SELECT Organization AS p WHERE p.code = 'HQ')", OK),
    ("SELECT Person WHERE id IN (SELECT Person WHERE org_id = 1)", OK),
    ("SELECT Person AS p WHERE p.id IN (SELECT Team WHERE id = 4)", MODEL),
    ("SELECT Person AS p WHERE p.id IN (SELECT Team AS t WHERE t.id = p.team)", MODEL),
    (
        "SELECT Person AS p WHERE p.id IN"
        " (SELECT Incident AS i JOIN Person AS p ON i.caller_id = p.id)",
        MODEL,
    ),
    (
        "SELECT Person AS p WHERE p.id IN"
        " (SELECT Incident AS i JOIN Location AS l ON p.location_id = l.id)",
        MODEL,
    ),
    ("SELECT Person WHERE foo = 1 AND id IN (SELECT Place)", CLASS),
    ("SELECT Person WHERE id IN (SELECT Place) AND", SYNTAX),
    ("SELECT Person WHERE id IN (SELECT Team UNION SELECT Organization)", MODEL),
    ("SELECT Person WHERE id IN (1, SELECT Team)", SYNTAX),
    ("SELECT Person WHERE id IN ((SELECT Team))", SYNTAX),
    ("SELECT p FROM Person AS p WHERE id IN (SELECT q FROM Person AS q)", OK),
    # What is selected, and unions.
    ("SELECT p, p FROM Person AS p", OK),
    ("SELECT q FROM Person AS p", MODEL),
    (
        "SELECT Person AS p UNION SELECT p, o FROM Person AS p"
        " JOIN Organization AS o ON p.org_id = o.id",
        MODEL,
    ),
    ("SELECT Incident UNION SELECT Person", MODEL),
    ("SELECT Incident UNION SELECT Nothing", CLASS),
    ("SELECT Incident UNION ALL SELECT UserRequest", SYNTAX),
    # Codes that only some classes have.
    ("SELECT UserRequest WHERE caller_id_finalclass_recall = 'Person'", MODEL),
    ("SELECT Problem WHERE related_change_id_finalclass_recall = 'NormalChange'", OK),
    ("SELECT UserRequest WHERE org_id_obsolescence_flag = 0", OK),
    ("SELECT Problem WHERE related_change_id_obsolescence_flag = 0", MODEL),
    ("SELECT Ticket WHERE contacts_list = 1", MODEL),
    ("SELECT lnkPersonToTeam WHERE obsolescence_flag = 0", MODEL),
    # Functions: their number of arguments is found out when they run.
    ("SELECT Person WHERE SUBSTR(name)", OK),
    ("SELECT Person WHERE CONCAT(, name)", OK),
    ("SELECT Person WHERE NOW", SYNTAX),
    ("SELECT Person WHERE NOW ( ) = 1", OK),
    ("SELECT Person WHERE YEAR = 1", SYNTAX),
    ("SELECT Person WHERE id + INTERVAL 1 DAY", SYNTAX),
    ("SELECT Person WHERE DATE_ADD(NOW(), (INTERVAL 1 DAY))", SYNTAX),
    ("SELECT Person WHERE DATE_ADD(NOW(), INTERVAL name DAY) = 1", OK),
    ("SELECT Person WHERE DATE_ADD(NOW(), INTERVAL nam DAY) = 1", MODEL),
    ("SELECT Person WHERE DATE_ADD(NOW(), INTERVAL 1 DAYS) = 1", SYNTAX),
    # MATCHES takes an attribute, and a text or a parameter.
    ("SELECT Team WHERE name MATCHES :x", OK),
    ("SELECT Team WHERE name MATCHES name", SYNTAX),
    ("SELECT Team WHERE 'a' MATCHES 'desk'", MODEL),
    # Words.
    ("SELECT Person AS date WHERE date.id = 1", OK),
    ("SELECT Person AS On WHERE On.id = 1", OK),
    ("SELECT Person AS DATE", SYNTAX),
    ("SELECT Person WHERE name NOT\nLIKE 'x'", SYNTAX),
    ("SELECT Person\tWHERE\r\nname LIKE 'x'", OK),
    ("SELECT Person WHERE name = 'it\\'s' AND name != \"a\\\"b\"", OK),
    (r"SELECT Person WHERE name = 'a\nb'", SYNTAX),
    (r'SELECT Person WHERE name = "it\'s"', SYNTAX),
    ("SELECT Person WHERE name = ''", OK),
    ("SELECT Person WHERE id = - 7 AND id != -7", OK),
    ("SELECT Person WHERE id = -0x1f", SYNTAX),
    ("SELECT Person WHERE id = +7", SYNTAX),
    ("SELECT Person WHERE id = --7", SYNTAX),
    ("SELECT Person WHERE id = 1.5", SYNTAX),
    ("SELECT Person WHERE id = 1e3", SYNTAX),
    ("SELECT Person WHERE id == 1", SYNTAX),
    ("SELECT Person WHERE id = 7 % 2", SYNTAX),
    ("SELECT Person WHERE id = :`a`", SYNTAX),
    ("SELECT Person WHERE id = :a->b->c", SYNTAX),
    ("SELECT Person AS p WHERE p . id = 1", OK),
    ("SELECT Person WHERE NOT = 1", MODEL),
    # A syntax error wins over any other, wherever it is.
    ("SELECT Locations WHERE (", SYNTAX),
]


@pytest.mark.parametrize(("text", "expected"), VERDICTS)
def test_a_query_gets_its_verdict(oql: Oql, text: str, expected: type[OqlError] | None) -> None:
    if expected is None:
        assert oql.resolve(text).class_name
        return
    with pytest.raises(OqlError) as caught:
        oql.resolve(text)
    assert type(caught.value) is expected, str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "column", "word", "suggestion"),
    [
        ("SELECT Person\nWHERE mobile_fone = '1'", 2, 7, "mobile_fone", "mobile_phone"),
        ("SELECT Persn", 1, 8, "Persn", "Person"),
        ("SELECT Person AS p WHERE q.id = 1", 1, 26, "q", ""),
        ("SELECT Person AS p JOIN Location AS l ON p.location = l.id", 1, 44, "location", None),
        ("SELECT Person WHERE id = 1 and id = 2", 1, 28, "and", "AND"),
        ("SELECT Person WHERE DATES(id)", 1, 21, "DATES", "DATE"),
        ("SELECT Person WHERE id = ", 1, 26, "", ""),
        ("SELECT Person WHERE name = 'x", 1, 28, "'", ""),
    ],
)
def test_an_error_points_at_the_place_and_offers_the_nearest_word(
    oql: Oql, text: str, line: int, column: int, word: str, suggestion: str | None
) -> None:
    with pytest.raises(OqlError) as caught:
        oql.resolve(text)
    error = caught.value
    assert (error.line, error.column, error.word) == (line, column, word)
    assert error.suggestion == ("location_id" if suggestion is None else suggestion)


def test_a_missing_parameter_is_named_when_the_query_runs(oql: Oql, schema: Schema) -> None:
    text = "SELECT UserRequest WHERE caller_id = :caller"
    assert oql.resolve(text).parameters == ("caller",)
    with pytest.raises(OqlRunError, match=re.escape("the parameter caller is missing")) as caught:
        oql.statement(text, {"callers": 1}, postgresql=False)
    assert caught.value.suggestion == "callers"


def test_a_list_only_goes_into_in(oql: Oql) -> None:
    with pytest.raises(OqlRunError, match=r"write IN \(:x\)"):
        oql.statement("SELECT Team WHERE id = :x", {"x": [1, 2]}, postgresql=False)


def test_a_value_of_another_type_is_refused(oql: Oql) -> None:
    wrong: dict[str, object] = {"x": 1.5}
    with pytest.raises(OqlRunError, match="float"):
        oql.statement("SELECT Team WHERE id = :x", wrong, postgresql=False)  # type: ignore[arg-type]
