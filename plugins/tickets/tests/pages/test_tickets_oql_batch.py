"""`cti-host oql --batch`: JSON lines in, an answer for each line, in order."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cti_oql import Oql

from cti_host.command_line.cli import cli

BY_PHONE = "SELECT Person WHERE phone LIKE :phone"


def fill(site: Any) -> Any:
    site.add("Organization", name="Analytical Ltd")
    for name, phone in (("Zoé", "0987654321"), ("Ada", "+33 9 87 65 43 21"), ("Bea", "321")):
        site.add("Person", first_name=name, name="Byron", org_id=1, phone=phone)
    return site


@pytest.fixture
def site(make_site: Any) -> Any:
    return fill(make_site())


def run(site: Any, given: bytes | str) -> Result:
    words = ["--config", str(site.running.config_file), "oql", "--batch", "-"]
    return CliRunner().invoke(cli, words, input=given)


def ask(site: Any, *lines: Any) -> list[Any]:
    """The answers to some lines; each is a line of JSON unless it is a text."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    result = run(site, "".join(f"{text}\n" for text in texts))
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_databases_answer_the_same_in_the_order_of_the_lines(
    make_site: Any, database_url: str
) -> None:
    site = fill(make_site(database=database_url))
    assert ask(
        site,
        {"query": BY_PHONE, "params": {"phone": "0033987654321"}},
        {"query": "SELECT Person WHERE id IN (:ids)", "params": {"ids": [1, "3"]}},
        {"query": "SELECT Team"},
        {"query": "SELECT Person WHERE ISNULL(:x) AND id = 2", "params": {"x": None}},
    ) == [
        {"keys": ["Person::2", "Person::1"]},
        {"keys": ["Person::3", "Person::1"]},
        {"keys": []},
        {"keys": ["Person::2"]},
    ]


def test_lines_can_be_in_a_file(site: Any) -> None:
    file = site.running.config_file.parent / "queries.jsonl"
    file.write_text('{"query": "SELECT Organization"}\n{"query": "SELECT Team"}', "utf-8")
    result = site.command("oql", "--batch", str(file))
    assert result.exit_code == 0
    assert result.stdout == '{"keys": ["Organization::1"]}\n{"keys": []}\n'


def test_no_lines_have_no_answers(site: Any) -> None:
    result = run(site, "")
    assert (result.exit_code, result.stdout) == (0, "")


def test_an_object_brings_its_attributes(site: Any) -> None:
    query = "SELECT Person WHERE org_id = :this->org_id AND id = :me->id"
    line = {"query": query, "params": {"this": {"org_id": 1}, "me->id": 3}}
    assert ask(site, line) == [{"keys": ["Person::3"]}]


def test_of_several_classes_the_objects_of_the_first_are_answered(site: Any) -> None:
    query = "SELECT o, p FROM Organization AS o JOIN Person AS p ON p.org_id = o.id"
    assert ask(site, {"query": query}) == [{"keys": ["Organization::1"]}]


def test_only_what_a_call_brings_is_a_phone_number(site: Any) -> None:
    assert ask(
        site,
        {"query": BY_PHONE, "params": {"phone": "321"}},
        {"query": BY_PHONE, "params": {"phone": "09 87 65 43 21"}},
        {"query": "SELECT Person WHERE phone = :p", "params": {"p": "09 87 65 43 21"}},
        {"query": "SELECT Person WHERE phone = :p", "params": {"p": "0987654321"}},
        {"query": BY_PHONE, "params": {"phone": "%"}},
    ) == [
        {"keys": ["Person::3"]},
        {"keys": ["Person::2", "Person::1"]},
        {"keys": []},
        {"keys": ["Person::1"]},
        {"keys": []},
    ]


def test_what_a_call_brings_and_is_empty_finds_nobody(site: Any) -> None:
    site.add("Person", first_name="No", name="Phone", org_id=1)
    assert ask(
        site,
        {"query": BY_PHONE, "params": {"phone": ""}},
        {"query": "SELECT Person WHERE phone = :p", "params": {"p": ""}},
    ) == [{"keys": []}, {"keys": ["Person::4"]}]


@pytest.mark.parametrize(
    ("line", "kind", "message", "place"),
    [
        ({"query": "SELECT"}, "syntax error", "", (1, 7)),
        ({"query": ""}, "syntax error", "empty", (1, 1)),
        ({"query": "SELECT Persn"}, "unknown class", "did you mean Person?", (1, 8)),
        (
            {"query": "SELECT Person\nWHERE mobile_fone = 1"},
            "normalization error",
            "there is no attribute mobile_fone on Person; did you mean mobile_phone?",
            (2, 7),
        ),
        (
            {"query": "SELECT Person WHERE id = :x"},
            "run-time error",
            "the parameter x is missing",
            (None, None),
        ),
        (
            {"query": "SELECT Person WHERE id = :x", "params": {"x": {"id": 1}}},
            "run-time error",
            "",
            (None, None),
        ),
        (
            {"query": "SELECT Person WHERE id = :x", "params": {"x": 1.5}},
            "run-time error",
            "is a float",
            (None, None),
        ),
    ],
)
def test_a_query_that_fails_is_answered_with_its_error(
    site: Any, line: Any, kind: str, message: str, place: tuple[int | None, int | None]
) -> None:
    result = run(site, json.dumps(line) + "\n")
    (error,) = [json.loads(answer)["error"] for answer in result.stdout.splitlines()]
    assert list(error) == ["kind", "message", "line", "column"]
    assert error["kind"] == kind
    assert message in error["message"]
    assert (error["line"], error["column"]) == place
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"", "not JSON"),
        (b"SELECT Person", "not JSON"),
        (b'{"query": "SELECT Person"', "not JSON"),
        (b'{"query": "SELECT Person", "params": {"x": NaN}}', "NaN is no JSON number"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'["SELECT Person"]', "not a JSON object"),
        (b"{}", 'no "query"'),
        (b'{"query": 1}', '"query" must be a text'),
        (b'{"query": "SELECT Person", "params": [1]}', '"params" must be an object'),
    ],
)
def test_a_line_that_is_no_question_is_told_and_the_next_one_is_answered(
    site: Any, line: bytes, message: str
) -> None:
    result = run(site, line + b'\n{"query": "SELECT Organization"}\n')
    bad, good = (json.loads(answer) for answer in result.stdout.splitlines())
    assert bad["error"]["kind"] == "bad line"
    assert message in bad["error"]["message"]
    assert (bad["error"]["line"], bad["error"]["column"]) == (None, None)
    assert good == {"keys": ["Organization::1"]}
    assert result.exit_code == 1


def test_what_else_is_in_a_line_is_left_alone(site: Any) -> None:
    line = {"query": "SELECT Team", "params": None, "expected": ["Team::1"]}
    assert ask(site, line) == [{"keys": []}]


def test_texts_that_no_database_holds_are_answered(site: Any) -> None:
    query = "SELECT Person WHERE name = :n"
    lines = [{"query": query, "params": {"n": text}} for text in ("\0", "\ud800")]
    *found, refused = ask(site, *lines, {"query": "SELECT \ud800"})
    assert found == [{"keys": []}] * 2
    assert refused["error"]["kind"] == "syntax error"


def test_an_answer_that_crashes_is_told_and_the_next_one_comes(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = Oql.ids

    def crash(self: Oql, database: Any, text: str, *rest: Any, **more: Any) -> Any:
        if "Team" in text:
            raise ZeroDivisionError("by zero")
        return ids(self, database, text, *rest, **more)

    monkeypatch.setattr(Oql, "ids", crash)
    result = run(site, '{"query": "SELECT Team"}\n{"query": "SELECT Organization"}\n')
    crashed, answered = (json.loads(answer) for answer in result.stdout.splitlines())
    assert crashed["error"] == {
        "kind": "internal error",
        "message": "ZeroDivisionError: by zero",
        "line": None,
        "column": None,
    }
    assert answered == {"keys": ["Organization::1"]}
    assert result.exit_code == 1


def test_each_line_is_answered_before_the_next_one_is_written(site: Any) -> None:
    words = [sys.executable, "-m", "cti_host", "--config", str(site.running.config_file)]
    with subprocess.Popen(  # noqa: S603 -- this interpreter
        [*words, "oql", "--batch", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for class_name, answer in (("Organization", b"Organization::1"), ("Team", b"[]")):
            process.stdin.write(b'{"query": "SELECT %s"}\n' % class_name.encode())
            process.stdin.flush()
            assert answer in process.stdout.readline()
        process.stdin.close()
    assert process.returncode == 0


def test_a_batch_has_its_queries_and_parameters_in_its_file_only(site: Any) -> None:
    for words in (["SELECT Team"], ["--param", "x=1"], ["--params-json", "{}"]):
        result = site.command("oql", "--batch", "-", *words)
        assert result.exit_code == 2
        assert "from its file only" in result.stderr


def test_a_file_that_is_not_there_is_told(site: Any) -> None:
    result = site.command("oql", "--batch", "nowhere.jsonl")
    assert result.exit_code == 2
    assert "nowhere.jsonl" in result.stderr
