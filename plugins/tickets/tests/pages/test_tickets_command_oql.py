"""`cti-host oql`: what a query finds."""

from __future__ import annotations

import json
from typing import Any

import pytest

QUERY = "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone"


def fill(site: Any) -> Any:
    site.add("Organization", name="Analytical Ltd")
    for name, phone in (("Zoé", "0987654321"), ("Ada", "+33 9 87 65 43 21"), ("Bea", "321")):
        site.add("Person", first_name=name, name="Byron", org_id=1, phone=phone)
    site.add("UserRequest", title="T", description="D", org_id=1, caller_id=1)
    site.add("Incident", title="T", description="D", org_id=1, caller_id=2)
    return site


@pytest.fixture
def site(make_site: Any) -> Any:
    return fill(make_site())


def test_the_databases_answer_the_same(make_site: Any, database_url: str) -> None:
    site = fill(make_site(database=database_url))
    result = site.command("oql", QUERY, "--param", "phone=0033987654321", "--json")
    assert result.exit_code == 0
    assert result.stdout == '{"keys": ["Person::2", "Person::1"]}\n'


def test_objects_are_listed_by_class_id_and_name(site: Any) -> None:
    result = site.command("oql", "SELECT Person")
    assert result.exit_code == 0
    assert result.stdout == "Person::2\tAda Byron\nPerson::3\tBea Byron\nPerson::1\tZoé Byron\n"
    assert result.stderr == "3 found\n"


def test_a_parent_class_gives_each_object_its_own_class(site: Any) -> None:
    result = site.command("oql", "SELECT Ticket AS t WHERE t.caller_id IN (:callers_list)",
                          "--params-json", '{"callers_list": [1, 2]}', "--json")  # fmt: skip
    assert sorted(json.loads(result.stdout)["keys"]) == ["Incident::2", "UserRequest::1"]


def test_nothing_found_is_no_mistake(site: Any) -> None:
    result = site.command("oql", "SELECT Team", "--json")
    assert (result.exit_code, result.stdout) == (0, '{"keys": []}\n')


@pytest.mark.parametrize(
    ("query", "param", "keys"),
    [
        (QUERY, "phone=+33987654321", ["Person::2", "Person::1"]),
        (QUERY, "phone=321", ["Person::3"]),
        ("SELECT Person WHERE phone = :p", "p=0987654321", ["Person::2", "Person::1"]),
        ("SELECT Person WHERE id = :selected_caller", "selected_caller=2", ["Person::2"]),
        ("SELECT Person WHERE name = :n", "n=a=b", []),
        ("SELECT Person WHERE name LIKE :n", "n=%", []),
        ("SELECT Person WHERE first_name = :n", "n=zoe", ["Person::1"]),
    ],
)
def test_a_parameter_is_compared_as_in_a_call(
    site: Any, query: str, param: str, keys: list[str]
) -> None:
    result = site.command("oql", query, "--param", param, "--json")
    assert json.loads(result.stdout) == {"keys": keys}


def test_an_id_that_looks_like_an_extension_is_an_id(site: Any) -> None:
    for number in range(120):
        site.add("Person", first_name=f"P{number}", name="X", org_id=1)
    query = "SELECT Person WHERE id = :selected_caller"
    result = site.command("oql", query, "--param", "selected_caller=100", "--json")
    assert json.loads(result.stdout) == {"keys": ["Person::100"]}


def test_more_objects_than_one_statement_takes_are_listed(site: Any) -> None:
    rows = [{"class": "Team", "id": 1000 + n, "fields": {"name": f"T{n}", "org_id": 1}}
            for n in range(2500)]  # fmt: skip
    file = site.running.config_file.parent / "teams.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    assert site.command("data", "import", str(file)).exit_code == 0
    result = site.command("oql", "SELECT Team")
    assert len(result.stdout.splitlines()) == 2500


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["SELECT"], "line 1, column"),
        (["SELECT Persn"], "did you mean Person?"),
        (["SELECT Person WHERE fone = 1"], "did you mean phone?"),
        (["SELECT Person WHERE phone = :phone"], "the parameter phone is missing"),
        (["SELECT Person WHERE id = :x", "--params-json", '{"x": [1]}'], "write IN (:x)"),
        (["SELECT Person WHERE id = :x", "--params-json", '{"x": 1.5}'], "is a float"),
        (["SELECT Person WHERE id = :x", "--params-json", '{"x": {}}'], "is a dict"),
        (["SELECT Person", "--params-json", '{"x": '], "not JSON"),
        (["SELECT Person", "--params-json", "[1]"], "not a JSON object"),
        (["SELECT Person", "--param", "phone"], "'phone' is not NAME=VALUE"),
        ([], "Missing argument 'QUERY'"),
    ],
)
def test_a_mistake_is_told_and_the_command_fails(site: Any, words: list[str], message: str) -> None:
    result = site.command("oql", *words)
    assert result.exit_code != 0
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output
