"""Importing objects: all of them, or none and a list of every bad line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_tickets.commands.data import data
from cti_tickets.model.classes.registry import (
    Contact,
    Location,
    LogEntry,
    Organization,
    Person,
    Ticket,
)
from cti_tickets.store import logs, objects
from cti_tickets.store.calls import calls_about
from cti_tickets.transfer.importing import ImportRefused, import_files
from cti_tickets.transfer.reading.plain import Wish
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host import Agent


def line(class_name: str, object_id: Any = None, **fields: Any) -> str:
    return json.dumps({"class": class_name, "id": object_id, "fields": fields})


def written(folder: Path, *lines: str | bytes, name: str = "data.jsonl") -> Path:
    path = folder / name
    raw = [text if isinstance(text, bytes) else text.encode() for text in lines]
    path.write_bytes(b"\n".join(raw) + b"\n")
    return path


def problems_of(*paths: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(ImportRefused) as refused:
        import_files(paths)
    return [(p.file, p.line, p.message) for p in refused.value.problems]


ACME = line("Organization", 7, name="Acme")
ADA = line("Person", 70, name="Lovelace", first_name="Ada", org_id=7, phone="0987654321")
TICKET: dict[str, Any] = {"org_id": 7, "caller_id": 70, "title": "T", "description": "D"}


def stored() -> int:
    return sum(int(m.select().count()) for m in (Organization, Location, Contact, Ticket, LogEntry))


# What is imported


def test_ids_are_kept_and_references_may_point_forward(db_app: Flask, tmp_path: Path) -> None:
    lines = [
        line("UserRequest", 9, **TICKET, ref="R-000123", parent_change_id="11"),
        line("NormalChange", 11, **TICKET, ref="C-000200"),
        ADA,
        line("Organization", 8, name="Part", parent_id=7),
        ACME,
    ]
    assert import_files([written(tmp_path, *lines)]).created == {
        "UserRequest": 1,
        "NormalChange": 1,
        "Person": 1,
        "Organization": 2,
    }
    ticket = objects.load("UserRequest", 9)
    assert (ticket.ref, ticket.caller_id, ticket.parent_change_id) == ("R-000123", 70, 11)
    assert objects.load("Person", 70).phone_e164 == "+33987654321"
    assert objects.load("Organization", 8).parent_id == 7


def test_what_comes_after_an_import_gets_new_ids_and_references(
    db_app: Flask, tmp_path: Path, agent: Agent
) -> None:
    import_files([written(tmp_path, ACME, ADA, line("Incident", 90, **TICKET, ref="I-000500"))])
    ticket = objects.create("Problem", TICKET, author=agent)
    assert (ticket.id > 90, ticket.ref) == (True, "P-000501")
    person = objects.create("Person", {"name": "B", "first_name": "C", "org_id": 7}, author=agent)
    assert person.id > 70


def test_a_ticket_without_a_reference_gets_one_above_those_that_come(
    db_app: Flask, tmp_path: Path
) -> None:
    tickets = [line("Incident", 1, **TICKET), line("Incident", 2, **TICKET, ref="I-000009")]
    import_files([written(tmp_path, ACME, ADA, *tickets)])
    assert objects.load("Incident", 1).ref == "I-000010"


def test_objects_without_an_id_get_one(db_app: Flask, tmp_path: Path) -> None:
    import_files([written(tmp_path, line("Organization", None, name="New"), ACME)])
    assert [(o.id, o.name) for o in Organization.select().order_by(Organization.id)] == [
        (7, "Acme"),
        (8, "New"),
    ]


def test_dates_of_imported_tickets_stay_what_they_were(db_app: Flask, tmp_path: Path) -> None:
    dates = {"start_date": "2020-01-02 03:04:05", "last_update": "2020-02-03 04:05:06"}
    closed = line("Incident", 1, **TICKET, **dates, status="closed", impact="1", urgency="1")
    import_files([written(tmp_path, ACME, ADA, closed)])
    ticket = objects.load("Incident", 1)
    assert str(ticket.start_date) == dates["start_date"]
    assert str(ticket.last_update) == dates["last_update"]
    assert (ticket.close_date, ticket.operational_status, ticket.priority) == (None, "closed", "1")


def test_logs_come_as_a_text_or_as_entries(db_app: Flask, tmp_path: Path) -> None:
    entry = {"date": "2020-01-02 03:04:05", "user_login": "Ada", "message": "Old", "user_id": "3"}
    ticket = line("Incident", 1, **TICKET, public_log="One", private_log={"entries": [entry]})
    import_files([written(tmp_path, ACME, ADA, ticket)])
    assert [e.text for e in logs.entries(1, "public_log")] == ["One"]
    (old,) = logs.entries(1, "private_log")
    assert (old.text, old.author, str(old.created)) == ("Old", "Ada", "2020-01-02 03:04:05")


def test_phone_calls_and_memberships_can_be_imported(db_app: Flask, tmp_path: Path) -> None:
    lines = [
        ACME,
        ADA,
        line("Team", 71, name="Support", org_id=7),
        line("lnkPersonToTeam", 1, team_id=71, person_id=70),
        line("Incident", 1, **TICKET),
        line("PhoneCall", 1, ticket_id=1, agent_id=70, flow="inbound", date="2020-01-02"),
    ]
    import_files([written(tmp_path, *lines)])
    (call,) = calls_about(1)
    assert str(call.created) == "2020-01-02 00:00:00"
    member = objects.load("lnkPersonToTeam", 1)
    assert (member.team_id, member.person_id) == (71, 70)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_names_its_class_by_the_file(db_app: Flask, tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["id", "name", "first_name", "org_id", "phone"],
        ["70", "Lovelace", '"Ada ""the first"""', "7", "09 87 65 43 21"],
        ["71", "O'Brien", "Zoë", "7", ""],
    ]
    people = written(tmp_path, *(delimiter.join(row) for row in rows), name="Person.csv")
    organizations = written(tmp_path, ACME)
    assert import_files([people, organizations]).created == {"Person": 2, "Organization": 1}
    assert objects.load("Person", 70).first_name == 'Ada "the first"'
    assert objects.load("Person", 71).first_name == "Zoë"


def test_a_csv_cell_may_hold_line_breaks_and_the_file_a_byte_order_mark(
    db_app: Flask, tmp_path: Path
) -> None:
    text = '\ufeffname,org_id,address\n\nHQ,7,"1, rue X\nParis"\n'
    path = written(tmp_path, text, name="places.csv")
    import_files([written(tmp_path, ACME), path], Wish("Location"))
    assert Location.get().address == "1, rue X\nParis"


# What is refused


def test_every_bad_line_is_reported_and_nothing_is_stored(db_app: Flask, tmp_path: Path) -> None:
    lines: list[str | bytes] = [
        ACME,
        "{",
        "[]",
        line("Person", 70, name="Lovelace", org_id=7, nickname="A", status="asleep"),
        line("Alien", 1, name="x"),
        line("Ticket", 1, title="x"),
        line("Organization", 7, name="Again"),
        line("Organization", -1, name="x"),
        line("Organization", 9, name=["x"]),
        line("Team", 72, name="T", org_id=12),
        line("Person", 73, name="N", first_name="F", org_id=7, manager_id=7),
        b'{"class": "Organization", "id": 4, "fields": {"name": "\xff"}}',
        '{"class": "Organization", "id": 5, "field": {}}',
        "",
        line("Organization", 6, name="a\x00b"),
    ]
    problems = problems_of(written(tmp_path, *lines))
    assert [number for _, number, _ in problems] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15]
    messages = {number: message for _, number, message in problems}
    assert "nickname: there is no such attribute" in messages[4]
    assert "first_name: is required" in messages[4]
    assert "status: must be one of: active, inactive" in messages[4]
    assert messages[7] == "the id 7 is taken already"
    assert messages[10] == "org_id: there is no Organization with the id 12"
    assert messages[11] == "manager_id: there is no Person with the id 7"
    assert stored() == 0


def test_ids_and_values_that_are_stored_already_are_refused(db_app: Flask, tmp_path: Path) -> None:
    numbered = {"name": "N", "first_name": "F", "org_id": 7, "employee_number": "1"}
    first = [ACME, ADA, line("Person", 71, **numbered), line("Incident", 1, **TICKET, ref="I-1")]
    import_files([written(tmp_path, *first)])
    again = [
        ADA,
        line("Person", 72, **numbered),
        line("Incident", 2, **TICKET, ref="I-1"),
        line("Team", 71, name="T", org_id=7),
    ]
    before = stored()
    assert problems_of(written(tmp_path, *again)) == [
        ("data.jsonl", 1, "the id 70 is taken already"),
        ("data.jsonl", 2, "employee_number: another object has this already"),
        ("data.jsonl", 3, "ref: another object has this already"),
        ("data.jsonl", 4, "the id 71 is taken already"),
    ]
    assert stored() == before


def test_a_circle_of_organizations_is_refused(db_app: Flask, tmp_path: Path) -> None:
    parents = {1: 2, 2: 3, 3: 1, 4: 1, 5: 5}
    lines = [line("Organization", i, name="O", parent_id=p) for i, p in parents.items()]
    numbers = {number for _, number, _ in problems_of(written(tmp_path, *lines))}
    assert numbers & {1, 2, 3}
    assert 5 in numbers
    assert stored() == 0


@pytest.mark.parametrize(
    ("text", "number", "message"),
    [
        ("name,name\nA,B", 1, "a column is named twice: name"),
        ("name,code\nA,B,C", 2, "has 3 cells, the header has 2"),
        ('name\n"A', 2, "a quotation mark is not closed"),
        ("id,name\nx,A", 2, "the id must be a whole number from 1 to 2147483647"),
        ("name,colour\nA,red", 2, "colour: there is no such attribute"),
    ],
)
def test_a_bad_csv_file_is_refused_with_the_line(
    db_app: Flask, tmp_path: Path, text: str, number: int, message: str
) -> None:
    path = written(tmp_path, text, name="Organization.csv")
    assert problems_of(path) == [("Organization.csv", number, message)]
    assert stored() == 0


GOOD = st.builds(
    lambda number, name, parent: line("Organization", number, name=name, parent_id=parent),
    st.integers(1, 6),
    st.text("ab", min_size=1, max_size=3),
    st.none() | st.integers(1, 6),
)
VALUES = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.none(), max_size=1)
ODD = st.builds(
    lambda name, number, fields: json.dumps({"class": name, "id": number, "fields": fields}),
    st.sampled_from(["Organization", "Person", "Location", "Incident", "Contact", "", "x"]),
    VALUES,
    st.dictionaries(
        st.sampled_from(["name", "first_name", "org_id", "phone", "ref", "private_log", "id", "x"]),
        VALUES | st.floats(),
    ),
)


@settings(max_examples=80, deadline=None)
@given(
    lines=st.lists(GOOD | GOOD | ODD | st.text(max_size=20) | st.binary(max_size=20), max_size=6)
)
def test_random_lines_are_imported_completely_or_not_at_all(
    db_app: Flask, tmp_path: Path, lines: list[str | bytes]
) -> None:
    path = written(tmp_path, *lines)
    added, problems = 0, []
    try:
        created = import_files([path]).created
        added = sum(created.values()) + LogEntry.select().count()
    except ImportRefused as refused:
        problems = refused.problems
    assert stored() == added
    assert all(1 <= p.line <= path.read_bytes().count(b"\n") for p in problems)
    for model in (LogEntry, Ticket, Contact, Location):
        model.delete().execute()
    Organization.update(parent=None).execute()
    Organization.delete().execute()


# The commands


def test_the_command_reports_counts_and_bad_lines(db_app: Flask, tmp_path: Path) -> None:
    runner = CliRunner()
    good, bad = written(tmp_path, ACME, ADA), written(tmp_path, "{", name="bad.jsonl")
    result = runner.invoke(data, ["import", str(good), "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (
        0,
        {"imported": {"Organization": 1, "Person": 1}, "problems": []},
    )
    result = runner.invoke(data, ["import", str(bad)])
    assert result.exit_code == 1
    assert "bad.jsonl:1: is not JSON" in result.stderr
    assert "Nothing was imported: 1 problems." in result.stderr
    result = runner.invoke(data, ["import", str(bad), "--json"])
    assert json.loads(result.stdout)["problems"] == [
        {"file": "bad.jsonl", "line": 1, "message": "is not JSON"}
    ]
    assert runner.invoke(data, ["import", str(good), "--class", "x"]).exit_code == 2
    assert runner.invoke(data, ["import", str(tmp_path / "none")]).exit_code == 2


def test_the_command_renumbers(db_app: Flask, tmp_path: Path) -> None:
    import_files([written(tmp_path, ACME, ADA)])
    Person.update(phone_e164="").execute()
    result = CliRunner().invoke(data, ["renumber", "--json"])
    assert json.loads(result.stdout) == {"objects": 1, "changed": 1}
