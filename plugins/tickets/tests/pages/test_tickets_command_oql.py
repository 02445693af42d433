"""`cti-host oql`: what a query finds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from cti_host.command_line.cli import cli

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
        (["SELECT"], "line 1, column 7: the query ends too early; expected a class"),
        (["SELECT Persn"], "did you mean Person?"),
        (["SELECT Person WHERE fone = 1"], "did you mean phone?"),
        (["SELECT Person WHERE phone = :phone"], "the parameter phone is missing"),
        (["SELECT Person WHERE id = :x", "--params-json", '{"x": [1]}'], "write IN (:x)"),
        (["SELECT Person WHERE id = :x", "--params-json", '{"x": 1.5}'], "is a float"),
        (["SELECT Person WHERE id = :x", "--params-json", '{"x": {}}'], "is a dict"),
        (["SELECT Person", "--params-json", '{"x": '], "not JSON"),
        (["SELECT Person", "--params-json", "[1]"], "not a JSON object"),
        (["SELECT Person", "--param", "phone"], "'phone' is not NAME=VALUE"),
        ([], "no query"),
    ],
)
def test_a_mistake_is_told_and_the_command_fails(site: Any, words: list[str], message: str) -> None:
    result = site.command("oql", *words)
    assert result.exit_code != 0
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (
            "SELECT Person WHERE mobile_fone = '1'",
            """\
Error: line 1, column 21: there is no attribute mobile_fone on Person; did you mean mobile_phone?

  SELECT Person WHERE mobile_fone = '1'
                      ^^^^^^^^^^^
""",
        ),
        (
            "SELECT Person\n\tWHERE name = 'Zoé' id = 2\nAND org_id = 1",
            """\
Error: line 2, column 21: id is not expected here; expected an operator, AND, OR, UNION or the \
end of the query

   WHERE name = 'Zoé' id = 2
                      ^^
""",
        ),
        (
            "SELECT Person WHERE",
            """\
Error: line 1, column 20: the query ends too early; expected an attribute, a text, a number, \
a parameter, a function or "("

  SELECT Person WHERE
                     ^
""",
        ),
    ],
)
def test_an_error_marks_its_place(site: Any, query: str, shown: str) -> None:
    result = site.command("oql", query)
    assert (result.exit_code, result.stderr) == (1, shown)


def test_of_a_long_line_the_words_around_the_place_are_shown(site: Any) -> None:
    many = " OR ".join(f"name = '名{n}'" for n in range(40))
    result = site.command("oql", f"SELECT Person WHERE {many} OR nam = 'x' OR {many}")
    _error, _blank, line, marks = result.stderr.splitlines()
    assert line.startswith("  …")
    assert line.endswith("…")
    assert " OR nam = 'x' OR " in line
    before = line[: line.index("nam =")]
    # On a terminal these characters are twice as wide.
    assert marks == " " * (len(before) + before.count("名")) + "^^^"


def test_a_mistake_is_json_too(site: Any) -> None:
    result = site.command("oql", "SELECT Persn", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "error": {
            "kind": "unknown class",
            "message": "there is no class Persn; did you mean Person?",
            "line": 1,
            "column": 8,
        }
    }


def test_a_query_is_read_from_the_input(site: Any) -> None:
    words = ["--config", str(site.running.config_file), "oql", "--json"]
    result = CliRunner().invoke(cli, words, input="SELECT Person\nWHERE first_name = 'zoe'\n")
    assert (result.exit_code, result.stdout) == (0, '{"keys": ["Person::1"]}\n')


def test_an_input_that_is_no_text_is_told(site: Any) -> None:
    words = ["--config", str(site.running.config_file), "oql"]
    result = CliRunner().invoke(cli, words, input=b"SELECT \xff")
    assert result.exit_code == 1
    assert "not UTF-8" in result.stderr


def test_what_a_call_brings_and_is_no_number_finds_nobody(site: Any) -> None:
    site.add("Person", first_name="No", name="Phone", org_id=1)
    for value in ("", "%", "anonymous", "%CallerNumber%"):
        result = site.command("oql", QUERY, "--param", f"phone={value}", "--json")
        assert json.loads(result.stdout) == {"keys": []}
