"""`cti-host oql --explain`: how a query is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cti_oql.syntax.parse import parse
from cti_oql.tools.explain import laid_out
from cti_oql.tools.outline import outline

BY_PHONE = "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone"


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    site = make_site(database=database_url)
    site.add("Organization", name="Analytical Ltd")
    for name, phone in (("Zoé", "0987654321"), ("Ada", "+33 9 87 65 43 21"), ("Bea", "321")):
        site.add("Person", first_name=name, name="Byron", org_id=1, phone=phone)
    return site


def test_every_step_to_the_answer_is_shown(site: Any) -> None:
    result = site.command("oql", BY_PHONE, "--param", "phone=0987654321", "--explain")
    assert result.exit_code == 0, result.output
    parts = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert parts[:5] == ["Query", "Tree", "SQL", "Values", "Plan"]
    assert parts[5].startswith("2 found: parse ")
    assert (
        "\n      OR\n        phone LIKE :phone\n        mobile_phone LIKE :phone\n" in result.stdout
    )
    assert '\n  FROM "contact" AS "t0"\n' in result.stdout
    assert "\n  1  '+33987654321'\n" in result.stdout
    assert "contact" in result.stdout[result.stdout.index("\nPlan\n") :]


def test_programs_get_the_same_as_json(site: Any) -> None:
    query = "SELECT Person WHERE id IN (1, 3)"
    result = site.command("oql", query, "--explain", "--json")
    explained = json.loads(result.stdout)
    assert explained["query"] == query
    assert explained["tree"]["label"] == "SELECT Person"
    assert [n["label"] for n in explained["tree"]["children"][0]["children"]] == ["id IN (1, 3)"]
    assert explained["sql"].startswith("SELECT ")
    assert explained["values"] == [1, 3]
    assert all(isinstance(line, str) for line in explained["plan"])
    assert explained["plan"]
    assert explained["rows"] == 2
    assert list(explained["milliseconds"]) == ["parse", "check", "compile", "execute"]
    assert all(milliseconds >= 0 for milliseconds in explained["milliseconds"].values())


def test_a_long_list_of_values_is_cut(site: Any) -> None:
    ids = json.dumps({"ids": list(range(1, 65))})
    result = site.command(
        "oql", "SELECT Person WHERE id IN (:ids)", "--params-json", ids, "--explain"
    )
    assert "\n  20  20\n  … and 44 more\nPlan\n" in result.stdout


def test_a_query_without_values_says_so(site: Any) -> None:
    result = site.command("oql", "SELECT Team", "--explain")
    assert "\nValues\n  none\n" in result.stdout
    assert "\n0 found: " in result.stdout


def test_a_query_that_fails_is_told_instead(site: Any) -> None:
    result = site.command("oql", "SELECT Person WHERE id = :x", "--explain")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the parameter x is missing" in result.stderr


def test_an_outline_shows_what_belongs_together() -> None:
    text = "SELECT Person WHERE id = 7 - 1 AND ISNULL(name) OR IF(id IN (1), 0x1F, NULL)"
    assert list(outline(parse(text)).lines()) == [
        "SELECT Person",
        "  WHERE",
        "    OR",
        "      AND",
        "        -",
        "          id = 7",
        "          1",
        "        ISNULL(name)",
        "      IF()",
        "        id IN (1)",
        "        0x1f",
        "        NULL",
    ]


def test_an_outline_has_every_branch_join_and_sub_query() -> None:
    text = (
        "SELECT a, b FROM Ticket AS a JOIN Person AS b ON a.caller_id = b.id "
        "WHERE a.start_date > DATE_SUB(NOW(), INTERVAL :n DAY) "
        "UNION SELECT Ticket AS `AS` WHERE id NOT IN (SELECT Team WHERE name = 'x' UNION SELECT X)"
    )
    assert list(outline(parse(text)).lines()) == [
        "UNION",
        "  SELECT a, b FROM Ticket AS a",
        "    JOIN Person AS b ON a.caller_id = b.id",
        "    WHERE",
        "      >",
        "        a.start_date",
        "        DATE_SUB()",
        "          NOW()",
        "          INTERVAL :n DAY",
        "  SELECT Ticket AS `AS`",
        "    WHERE",
        "      NOT IN",
        "        id",
        "        UNION",
        "          SELECT Team",
        "            WHERE",
        "              name = 'x'",
        "          SELECT X",
    ]


def test_a_statement_has_a_line_for_each_clause_of_its_own() -> None:
    sql = (
        """SELECT "a FROM b" FROM t JOIN (SELECT 1 FROM u WHERE 1) WHERE x = ' WHERE ' ORDER BY y"""
    )
    assert laid_out(sql) == [
        'SELECT "a FROM b"',
        "FROM t",
        "JOIN (SELECT 1 FROM u WHERE 1)",
        "WHERE x = ' WHERE '",
        "ORDER BY y",
    ]
