"""Exports: an import of them into an empty database gives the same objects."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_tickets.commands.data import data
from cti_tickets.demo.load import load_demo
from cti_tickets.model.data_model import schema
from cti_tickets.store import objects
from cti_tickets.store.transactions import reading
from cti_tickets.transfer.export import Format, JsonLines, Selection, Table, count, export
from cti_tickets.transfer.outcome import Action
from cti_tickets.transfer.reading.cells import cell_of, cell_text
from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transfer_kit import done, empty, everything, imported, line, written

EVERYTHING: Selection = {cls.name: None for cls in schema() if not cls.abstract}


def exported(folder: Path, what: Selection, form: Format, name: str = "all.jsonl") -> Path:
    path = folder / name
    with path.open("wb") as file, reading():
        export(what, form, file)
    return path


def tables(folder: Path) -> list[Path]:
    """A table for each class that has objects."""
    with reading():
        names = [name for name in EVERYTHING if count({name: None})]
    return [
        exported(folder, {name: None}, Table([schema()[name]]), f"{name}.csv") for name in names
    ]


def json_lines(folder: Path) -> list[Path]:
    return [exported(folder, EVERYTHING, JsonLines())]


FORMATS = pytest.mark.parametrize("as_files", [json_lines, tables])


@FORMATS
def test_the_demonstration_comes_back(db_app: Flask, tmp_path: Path, as_files: Any) -> None:
    load_demo(datetime(2026, 3, 1, 12))
    before = everything()
    files = as_files(tmp_path)
    empty()
    assert not any(everything()[table] for table in ("contact", "ticket", "log_entry"))
    outcome = imported(files)
    assert everything() == before
    assert not outcome.ignored
    assert not outcome.notes.count
    assert done(imported(files, "id", dry_run=True))[:2] == (0, 0)


# Whatever can be stored: what forms take, and what other systems have.
ALPHABET = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t='+-@\"; ,")
TEXTS = st.text(ALPHABET, max_size=12)
LINES = TEXTS.map(lambda text: text.replace("\n", " "))
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(
    lambda moment: str(moment.replace(microsecond=0))
)
NUMBERS = st.integers(0, 2**31 - 1)
ENTRIES = st.fixed_dictionaries(
    {"date": MOMENTS, "user_login": LINES, "message": TEXTS.map(lambda text: f"x{text}")},
    optional={"contact_id": st.just(7)},
)
PERSON = st.fixed_dictionaries(
    {
        "name": LINES.map(lambda text: f"{text}x"),
        "first_name": st.sampled_from(["Ada", "=Ada", "'Ada'", "' Ada '"]),
        "function": TEXTS,
        "email": LINES,
        "phone": LINES | st.sampled_from(["0987654321", "+33 9 87 65 43 21", "0\xa00"]),
        "notify": st.sampled_from(["yes", "no", "", None]),
        "manager_id": st.sampled_from([None, 7]),
    }
)
REQUEST = st.fixed_dictionaries(
    {
        "title": LINES.map(lambda text: f"x{text}"),
        "description": TEXTS.map(lambda text: f"x{text}"),
        "solution": TEXTS,
        "origin": st.sampled_from(["phone", "mail", ""]),
        "start_date": st.none() | MOMENTS,
        "tto_laststart": st.none() | MOMENTS,
        "tto": st.none() | NUMBERS,
        "tto_100_passed": st.booleans(),
        "caller_id": st.sampled_from([None, 7]),
        "public_log": st.fixed_dictionaries({"entries": st.lists(ENTRIES, max_size=3)}),
    }
)


@FORMATS
@settings(max_examples=25, deadline=None)
@given(person=PERSON, request=REQUEST, status=st.sampled_from(["active", "inactive", ""]))
def test_whatever_is_stored_comes_back(
    db_app: Flask,
    tmp_path: Path,
    as_files: Any,
    person: dict[str, Any],
    request: dict[str, Any],
    status: str,
) -> None:
    empty()
    lines = [
        line("Organization", 1, name="Acme", status=status, parent_id=2),
        line("Organization", 2, name="Holding"),
        line("Person", 7, **person, org_id=1),
        line("UserRequest", 3, **request, org_id=1, ref="R-000003"),
    ]
    imported(written(tmp_path, *lines, name="given.jsonl"))
    before = everything()
    files = as_files(tmp_path)
    empty()
    imported(files)
    assert everything() == before
    again = imported(files, "id", dry_run=True)
    assert done(again)[:2] == (0, 0), list(again.lists[Action.CHANGE])


@given(text=st.text(st.sampled_from("'= a-\t")) | st.text())
@example(text="=x ")
@example(text="''")
@example(text="'' ''")
def test_a_cell_holds_every_text_and_none_is_a_formula(text: str) -> None:
    cell = cell_of(text)
    assert (cell_text(cell) or "") == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  Ada ", "Ada"),
        ("'t Hooft", "'t Hooft"),
        ("'quoted'", "'quoted'"),
        ("=SUM(A1)", "=SUM(A1)"),
        ("'=SUM(A1)", "=SUM(A1)"),
        ("'+33 9 87 65 43 21", "+33 9 87 65 43 21"),
        ("+33 9 87 65 43 21", "+33 9 87 65 43 21"),
        ("' a '", " a "),
        ("''", ""),
        ("  ", None),
        ("'", "'"),
    ],
)
def test_a_cell_that_somebody_typed_is_what_it_says(cell: str, text: str | None) -> None:
    assert cell_text(cell) == text


def test_a_table_of_several_classes_says_which_each_row_is(db_app: Flask, tmp_path: Path) -> None:
    load_demo(datetime(2026, 3, 1, 12))
    before = everything()
    names = schema().concrete("Contact")
    contacts = exported(
        tmp_path, dict.fromkeys(names), Table([schema()[n] for n in names]), "Contact.csv"
    )
    with contacts.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["finalclass"] for row in rows} == {"Person", "Team"}
    assert all(row["first_name"] == "" for row in rows if row["finalclass"] == "Team")
    others = exported(
        tmp_path, {name: None for name in EVERYTHING if name not in names}, JsonLines()
    )
    empty()
    imported([contacts, others])
    assert everything() == before


# The command


def run(*words: str) -> Any:
    return CliRunner().invoke(data, ["export", *words])


@pytest.fixture
def people(db_app: Flask, tmp_path: Path) -> None:
    """An organization, two persons, and a team."""
    lines = [
        line("Organization", 1, name="Acme"),
        line("Person", 7, name="Lovelace", first_name="=Ada", org_id=1),
        line("Person", 8, name="Hopper", first_name="Grace", org_id=1),
        line("Team", 9, name="Desk", org_id=1),
    ]
    imported(written(tmp_path, *lines, name="people.jsonl"))


def test_it_writes_everything_as_json_lines(people: None) -> None:
    result = run()
    objects_ = [json.loads(text) for text in result.stdout.splitlines()]
    assert [(one["class"], one["id"]) for one in objects_] == [
        ("Organization", 1),
        ("Person", 7),
        ("Person", 8),
        ("Team", 9),
    ]
    assert objects_[1]["fields"]["first_name"] == "=Ada"
    assert result.stderr.splitlines()[-1] == "Exported 4 objects."


def test_it_writes_a_class_as_a_table(people: None, tmp_path: Path) -> None:
    path = tmp_path / "Person.csv"
    assert run("Person", "-o", str(path)).exit_code == 0
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["id"], row["first_name"]) for row in rows] == [("7", "'=Ada"), ("8", "Grace")]
    assert run("Contact", "--format", "csv").stdout.splitlines()[0].startswith("id,finalclass,")


def test_it_writes_what_a_query_finds(people: None) -> None:
    result = run("SELECT Contact WHERE name LIKE '%e%'")
    found = [json.loads(text) for text in result.stdout.splitlines()]
    assert [(one["class"], one["id"]) for one in found] == [
        ("Person", 7),
        ("Person", 8),
        ("Team", 9),
    ]
    refused = run("SELECT Persn")
    assert refused.exit_code == 1
    assert "Write a class, such as Person, or a query" in refused.stderr


def test_it_writes_everything_as_tables_into_a_folder(people: None, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert run("--format", "csv", "-o", str(folder)).exit_code == 0
    assert sorted(p.name for p in folder.iterdir()) == [
        "Organization.csv",
        "Person.csv",
        "Team.csv",
    ]
    refused = run("--format", "csv")
    assert (refused.exit_code, "name the class, or a folder" in refused.stderr) == (2, True)


def test_equal_objects_have_equal_checksums(people: None) -> None:
    def told() -> Any:
        result = CliRunner().invoke(data, ["export", "--json"])
        return json.loads(result.stderr.splitlines()[-1])["exported"]

    before = told()
    assert before["Person"]["objects"] == 2
    objects.update("Person", 7, {"name": "Byron"}, author=None)
    changed = told()
    assert changed["Person"]["checksum"] != before["Person"]["checksum"]
    assert changed["Team"] == before["Team"]
    objects.update("Person", 7, {"name": "Lovelace"}, author=None)
    assert told() == before


def test_a_file_that_can_t_be_written_is_named(people: None, tmp_path: Path) -> None:
    result = run("Person", "-o", str(tmp_path / "nowhere" / "x.csv"))
    assert result.exit_code == 1
    assert result.stderr.endswith("x.csv: No such file or directory\n")
