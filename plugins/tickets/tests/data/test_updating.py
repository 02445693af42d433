"""Imports that change what is stored: `cti-host data import --match …`."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_tickets.commands.data import data
from cti_tickets.model.classes.registry import LogEntry, Organization, Person
from cti_tickets.store import history, logs, objects
from cti_tickets.transfer.importing import ImportRefused, import_files
from cti_tickets.transfer.matching import BadMatch, match_by
from cti_tickets.transfer.outcome import Action
from cti_tickets.transfer.run import Options
from flask import Flask
from transfer_kit import done, everything, imported, line, problems, written

ACME = line("Organization", 1, name="Acme")
TICKET: dict[str, Any] = {"org_id": 1, "title": "Printer", "description": "Stands still."}


def ada(id_: int | None = 7, **more: Any) -> str:
    values = {"name": "Lovelace", "first_name": "Ada", "org_id": 1}
    return line("Person", id_, **{**values, **more})


def request(id_: int = 3, **more: Any) -> str:
    return line("UserRequest", id_, **{**TICKET, "ref": f"R-{id_:06}", **more})


def manager_of(id_: int) -> Any:
    return objects.load("Person", id_).manager_id


@pytest.fixture
def file(db_app: Flask, tmp_path: Path) -> Any:
    """Write lines into a file, behind those of an organization that is stored already."""
    imported(written(tmp_path, ACME, name="acme.jsonl"))
    return lambda *lines, **how: written(tmp_path, *lines, **how)


# By id


def test_what_is_new_is_created_what_differs_is_changed_and_the_rest_is_skipped(file: Any) -> None:
    assert done(imported(file(ada(7), ada(8)), "id")) == (2, 0, 0)
    lines = file(ada(7), ada(8, name="Byron", phone="0987654321"), ada(9))
    assert done(imported(lines, "id")) == (1, 1, 1)
    assert Person.get_by_id(8).name == "Byron"
    assert Person.get_by_id(8).phone_e164 == "+33987654321"
    assert done(imported(lines, "id")) == (0, 0, 3)


def test_attributes_that_are_not_given_stay(file: Any) -> None:
    imported(file(ada(function="Countess")), "id")
    imported(file(ada(email="ada@example.org")), "id")
    stored = Person.get_by_id(7)
    assert (stored.function, stored.email) == ("Countess", "ada@example.org")


def test_an_empty_value_empties_an_attribute(file: Any) -> None:
    imported(file(ada(function="Countess", email="ada@example.org", phone="0987654321")), "id")
    imported(file("id,function,phone,email", '7,,,""', name="Person.csv"), "id")
    stored = Person.get_by_id(7)
    assert (stored.function, stored.email, stored.phone, stored.phone_e164) == ("", "", "", None)


def test_an_object_without_an_id_is_new(file: Any) -> None:
    imported(file(ada(7)), "id")
    assert done(imported(file("id,name,first_name,org_id", ",New,One,1", name="Person.csv"), "id"))
    assert [person.id for person in Person.select().order_by(Person.id)] == [7, 8]


def test_new_objects_may_lead_to_each_other_and_to_what_is_changed(file: Any) -> None:
    imported(file(ada(7)), "id")
    lines = file(ada(7, manager_id=9), ada(8, manager_id=7), ada(9, manager_id=8))
    assert done(imported(lines, "id")) == (2, 1, 0)
    assert [manager_of(id_) for id_ in (7, 8, 9)] == [9, 7, 8]


def test_an_id_that_another_class_has_is_refused(file: Any) -> None:
    imported(file(line("Team", 7, name="Desk", org_id=1)))
    assert problems(file(ada(7)), "id") == ["1: the id is taken by an object of the class Team"]


def test_the_same_object_twice_is_refused(file: Any) -> None:
    imported(file(ada(7)))
    twice = "the files have this object twice"
    assert problems(file(ada(7), ada(7), ada(8), ada(8)), "id") == [f"2: {twice}", f"4: {twice}"]


def test_a_refused_change_leaves_everything_as_it_was(file: Any) -> None:
    imported(file(ada(7), ada(8)))
    before = everything()
    assert problems(file(ada(7, name="Byron"), ada(8, name="")), "id") == ["2: name: is required"]
    assert everything() == before


def test_only_what_changes_is_checked(file: Any) -> None:
    imported(file(ada(7)))
    Person.update(first_name="").execute()
    assert done(imported(file(line("Person", 7, name="Byron")), "id")) == (0, 1, 0)


def test_a_circle_that_closes_over_what_is_stored_is_refused(file: Any) -> None:
    imported(file(line("Organization", 2, name="Part", parent_id=1)))
    assert problems(file(line("Organization", 1, parent_id=2)), "id") == [
        "1: parent_id: this one is below the object itself"
    ]


def test_a_value_that_becomes_free_can_be_taken(file: Any) -> None:
    imported(file(ada(7, employee_number="1"), ada(8)))
    taken = file(ada(8, employee_number="1"), ada(7, employee_number="2"))
    assert problems(taken, "id") == ["1: employee_number: another object has this already"]
    imported(file(ada(7, employee_number="2"), ada(8, employee_number="1")), "id")
    assert [p.employee_number for p in Person.select().order_by(Person.id)] == ["2", "1"]


# Tickets


def test_what_follows_from_a_change_is_worked_out_unless_the_file_says_it(file: Any) -> None:
    old = {"last_update": "2020-01-02 03:04:05", "impact": "1", "urgency": "1"}
    imported(file(request(3, **old), request(4, **old)))
    lines = file(
        line("UserRequest", 3, impact="3", urgency="4"),
        line("UserRequest", 4, status="closed", last_update="2020-02-02 03:04:05", priority="2"),
    )
    imported(lines, "id")
    worked_out, said = objects.load("UserRequest", 3), objects.load("UserRequest", 4)
    assert worked_out.priority == "4"
    assert worked_out.last_update.year > 2020
    assert (said.priority, said.operational_status) == ("2", "closed")
    assert str(said.last_update) == "2020-02-02 03:04:05"
    assert said.close_date is None


def test_the_entries_of_a_log_are_only_added_to(file: Any) -> None:
    first = {"date": "2026-01-01 12:00:00", "user_login": "Sam", "message": "Called."}
    lines = file(request(public_log={"entries": [first]}))
    imported(lines)
    entry = LogEntry.get()
    assert done(imported(lines, "id")) == (0, 0, 1)
    assert LogEntry.get().id == entry.id
    later = {"date": "2026-01-02 12:00:00", "user_login": "Ada", "message": "Thanks."}
    assert done(imported(file(request(public_log={"entries": [first, later]})), "id")) == (0, 1, 0)
    assert [e.text for e in logs.entries(3, "public_log")] == ["Thanks.", "Called."]
    # A file that says something else of what is stored changes nothing of it.
    other = {**first, "message": "Never called."}
    outcome = imported(file(request(public_log={"entries": [other]})), "id")
    assert done(outcome) == (0, 1, 0)
    assert [e.text for e in logs.entries(3, "public_log")] == [
        "Thanks.",
        "Never called.",
        "Called.",
    ]
    (note,) = [n for n in outcome.notes if n["attribute"] == "public_log"]
    assert note["message"] == "entries that are not in the file: 2, kept"
    assert done(imported(file(request(public_log={"entries": []})), "id")) == (0, 0, 1)
    assert LogEntry.get_by_id(entry.id).text == "Called."


def test_an_entry_without_a_moment_is_not_added_twice(file: Any) -> None:
    lines = file(request(public_log={"entries": [{"message": "Called."}, {"message": "Called."}]}))
    imported(lines)
    assert done(imported(lines, "id")) == (0, 0, 1)
    assert len(logs.entries(3, "public_log")) == 2


def test_an_import_leaves_a_history(file: Any) -> None:
    imported(file(ada(7, email="ada@example.org")))
    imported(file(ada(7, email="countess@example.org", mobile_phone="0987654321")), "id")
    imported(file(ada(7, email="countess@example.org")), "id")
    change, creation = history.changes_of("Person", 7)
    assert (creation.operation, creation.through, creation.changes) == ("create", "import", {})
    assert (change.operation, change.through, change.account) == ("modify", "import", "")
    assert change.changes == {
        "email": ("ada@example.org", "countess@example.org"),
        "mobile_phone": ("", "0987654321"),
    }
    assert len(history.changes_of("Organization", 1)) == 1


def test_an_import_of_the_log_alone_is_a_change(file: Any) -> None:
    imported(file(request()))
    imported(file(request(public_log="Called.")), "id")
    newest = history.changes_of("UserRequest", 3)[0]
    assert (newest.operation, newest.through) == ("modify", "import")


def test_a_text_is_one_more_entry_and_only_once(file: Any) -> None:
    imported(file(request(public_log="One")))
    lines = file(request(public_log="Two"))
    assert done(imported(lines, "id")) == (0, 1, 0)
    assert done(imported(lines, "id")) == (0, 0, 1)
    assert {e.text for e in logs.entries(3, "public_log")} == {"One", "Two"}


# By other attributes


def test_an_object_is_found_by_what_identifies_it(file: Any) -> None:
    imported(file(ada(7, email="Ada@Example.org", phone="09 87 65 43 21")))
    rows = ("name,first_name,org_id,email", "Lovelace,Ada,1,ada@example.ORG", "N,F,1,n@example.org")
    assert done(imported(file(*rows, name="Person.csv"), "email")) == (1, 1, 0)
    assert Person.get_by_id(7).email == "ada@example.ORG"
    numbered = ("phone,function", "+33 9 87 65 43 21,Countess")
    assert done(imported(file(*numbered, name="Person.csv"), "phone")) == (0, 1, 0)
    assert Person.get_by_id(7).function == "Countess"
    imported(file(request(3)))
    assert done(imported(file(line("UserRequest", ref="R-000003", title="T")), "ref")) == (0, 1, 0)


def test_several_attributes_identify_together(file: Any) -> None:
    imported(file(ada(7), ada(8, first_name="Grace")))
    rows = ("name,first_name,function", "lovelace,GRACE,Admiral")
    assert done(imported(file(*rows, name="Person.csv"), "name,first_name")) == (0, 1, 0)
    assert Person.get_by_id(8).function == "Admiral"


def test_each_class_may_have_its_own(file: Any) -> None:
    imported(file(ada(7, email="ada@example.org")))
    by = match_by(["email", "Organization:name"])
    assert by is not None
    lines = file(line("Organization", name="ACME", code="A"), ada(None, email="ada@example.org"))
    assert done(import_files([lines], options=Options(match_by=by))) == (0, 1, 1)
    imported(file(line("Organization", name="acme")))
    with pytest.raises(ImportRefused, match="several are meant: ACME"):
        import_files([lines], options=Options(match_by=by))


def test_if_several_are_meant_the_candidates_are_named(file: Any) -> None:
    imported(file(ada(7), ada(8, first_name="Grace")))
    rows = file("name,function", "Lovelace,Countess", name="Person.csv")
    assert problems(rows, "name") == [
        "2: several are meant: Ada Lovelace (id 7), Grace Lovelace (id 8)"
    ]


def test_the_same_new_object_twice_is_refused(file: Any) -> None:
    lines = file(ada(None, email="a@example.org"), ada(None, email="A@example.org"))
    assert problems(lines, "email") == ["2: the files have this object twice"]


def test_without_a_value_to_match_by_nothing_is_created(file: Any) -> None:
    assert problems(file(ada(None)), "email") == ["1: there is nothing to match by: email is empty"]


def test_an_id_in_the_file_that_is_not_the_object_s_is_refused(file: Any) -> None:
    imported(file(ada(7, email="ada@example.org")))
    (problem,) = problems(file(ada(70, email="ada@example.org")), "email")
    assert problem.startswith("1: Ada Lovelace (id 7) is meant, but the file says id 70")


def test_a_class_without_the_attribute_says_which_it_has(file: Any) -> None:
    (problem,) = problems(file(ACME), "email")
    assert problem == (
        "1: Organization has none of the attributes to match by (email): say which identify it, "
        "--match Organization:name,code"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour", "no class has an attribute colour to match by"),
        ("Person:ref", "Person has no attribute ref to match by"),
        ("public_log", "no class has an attribute public_log to match by"),
        ("Server:name", "there is no class Server"),
        ("id,name", "name the attributes that identify an object, or id alone"),
        ("Person:", "name the attributes that identify an object, or id alone"),
    ],
)
def test_what_can_t_identify_anything_is_refused_at_once(
    db_app: Flask, text: str, message: str
) -> None:
    with pytest.raises(BadMatch) as refused:
        match_by([text])
    assert str(refused.value) == message


# Dry runs


def test_a_dry_run_gives_the_three_lists_and_changes_nothing(file: Any) -> None:
    imported(file(ada(7), ada(8)))
    before = everything()
    outcome = imported(file(ada(7), ada(8, name="Byron"), ada(None)), "id", dry_run=True)
    where = {"class": "Person", "file": "data.jsonl"}
    assert list(outcome.lists[Action.SKIP]) == [{**where, "id": 7, "line": 1}]
    assert list(outcome.lists[Action.CHANGE]) == [
        {**where, "id": 8, "line": 2, "attributes": ["name"]}
    ]
    assert list(outcome.lists[Action.CREATE]) == [{**where, "id": None, "line": 3}]
    assert everything() == before


def test_the_command_shows_the_lists(file: Any) -> None:
    imported(file(ada(7), ada(8)))
    lines = file(ada(7), ada(8, name="Byron", function="Poet"), ada(9))
    result = CliRunner().invoke(data, ["import", "--match", "id", "--dry-run", str(lines)])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "To create: 1",
        "  Person 9 (data.jsonl:3)",
        "To change: 1",
        "  Person 8 (data.jsonl:2): function, name",
        "To skip: 1",
        "  Person 7 (data.jsonl:1)",
        "Nothing was imported: this was a dry run.",
    ]
    result = CliRunner().invoke(data, ["import", "--match", "id", str(lines)])
    assert result.stdout.splitlines() == [
        "Person: 1 created, 1 changed, 1 as before",
        "Imported: 1 created, 1 changed, 1 as before.",
    ]
    result = CliRunner().invoke(data, ["import", "--match", "colour", str(lines)])
    assert (result.exit_code, "no class has an attribute colour" in result.stderr) == (2, True)


# Leaving bad lines out


def test_bad_lines_are_left_out_and_can_be_corrected_and_imported_again(
    file: Any, tmp_path: Path
) -> None:
    lines = file(ada(7), "{", ada(8, name=""), ada(9, manager_id=8), ada(10))
    outcome = imported(lines, skip_bad=True)
    assert sorted(p.id for p in Person.select()) == [7, 10]
    assert [(p.line, p.message) for p in outcome.skipped] == [
        (2, "is not JSON"),
        (3, "name: is required"),
        (4, "manager_id: there is no Person with the id 8"),
    ]
    (bad,) = outcome.bad_files
    assert bad == tmp_path / "data.bad.jsonl"
    text = bad.read_text()
    assert text.splitlines() == [
        "# data.jsonl:2: is not JSON",
        "{",
        "# data.jsonl:3: name: is required",
        ada(8, name=""),
        "# data.jsonl:4: manager_id: there is no Person with the id 8",
        ada(9, manager_id=8),
    ]
    bad.write_text(text.replace("\n{\n", "\n").replace('"name": ""', '"name": "Byron"'))
    assert done(imported(bad)) == (2, 0, 0)


def test_of_a_table_the_bad_rows_come_with_their_header_and_a_column_of_reasons(
    file: Any, tmp_path: Path
) -> None:
    rows = (
        "id;name;first_name;org_id;function",
        "7;Lovelace;Ada;1;Countess",
        '8;;Grace;1;"Two\nlines"',
        "9;too;many;1;cells;here",
    )
    outcome = imported(file(*rows, name="Person.csv"), skip_bad=True)
    assert [p.id for p in Person.select()] == [7]
    (bad,) = outcome.bad_files
    assert bad == tmp_path / "Person.bad.csv"
    with bad.open(newline="") as opened:
        assert list(csv.reader(opened, delimiter=";")) == [
            ["# problem", "id", "name", "first_name", "org_id", "function"],
            ["name: is required", "8", "", "Grace", "1", "Two\nlines"],
            ["has 6 cells, the header has 5", "9", "too", "many", "1", "cells", "here"],
        ]
    corrected = bad.read_text().replace(";8;;", ";8;Hopper;")
    bad.write_text(corrected)
    outcome = imported(bad, skip_bad=True)
    assert sorted(p.id for p in Person.select()) == [7, 8]
    (again,) = outcome.bad_files
    assert again == tmp_path / "Person.bad-2.csv"
    assert again.read_text().splitlines()[0] == "# problem;id;name;first_name;org_id;function"


def test_what_leads_to_a_line_that_is_left_out_is_left_out_too_however_far(file: Any) -> None:
    chain = [ada(id_, manager_id=id_ + 1) for id_ in range(10, 15)]
    outcome = imported(file(*chain, ada(15, manager_id=99), ada(16)), skip_bad=True)
    assert [p.id for p in Person.select()] == [16]
    assert [p.line for p in outcome.skipped] == [1, 2, 3, 4, 5, 6]


def test_a_file_whose_header_can_t_be_read_is_refused_all_the_same(file: Any) -> None:
    table = file("name,name", "A,B", name="Person.csv")
    assert problems(table, skip_bad=True) == ["1: a column is named twice: name"]


def test_the_command_says_what_it_left_out_and_its_status_is_3(file: Any, tmp_path: Path) -> None:
    lines = file(ada(7), ada(8, name=""))
    result = CliRunner().invoke(data, ["import", "--skip-bad", str(lines)])
    assert result.exit_code == 3
    assert result.stderr.splitlines()[-1] == "data.jsonl:2: name: is required"
    assert result.stdout.splitlines() == [
        "Person: 1",
        f"To be corrected: {tmp_path / 'data.bad.jsonl'}",
        "Imported 1 objects, left out 1 lines.",
    ]


# Data of other systems


def test_what_only_has_an_unusual_form_is_kept_and_listed(file: Any) -> None:
    outcome = imported(file(ada(7, phone="on request", email="ada at example", function="a\nb")))
    stored = Person.get_by_id(7)
    assert (stored.phone, stored.email) == ("on request", "ada at example")
    assert (stored.function, stored.phone_e164) == ("a\nb", None)
    assert {(n["attribute"], n["message"]) for n in outcome.notes} == {
        ("phone", "is not a phone number: kept as it is"),
        ("email", "is not an e-mail address: kept as it is"),
        ("function", "must be one line: kept as it is"),
    }


def test_a_number_with_a_blank_that_no_keyboard_has_is_kept(file: Any) -> None:
    imported(file(ada(7, mobile_phone="0\xa00")))
    assert Person.get_by_id(7).mobile_phone == "0\xa00"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"org_id": 99}, "org_id: there is no Organization with the id 99"),
        ({"name": ""}, "name: is required"),
        ({"status": "lost"}, "status: must be one of: active, inactive"),
        ({"phone": "0" * 256}, "phone: is too long: at most 255 characters"),
        ({"function": "\x00"}, "function: holds characters that are not text"),
    ],
)
def test_what_can_t_be_kept_is_refused(file: Any, more: dict[str, Any], reason: str) -> None:
    assert problems(file(ada(8, **more))) == [f"1: {reason}"]


def test_what_follows_from_other_values_is_left_out_and_said_once(file: Any) -> None:
    lines = file(
        ada(7, org_name="Other", friendlyname="X", org_id_friendlyname="Y", finalclass="Person"),
        ada(8, org_name="Other"),
    )
    assert imported(lines).ignored == {
        "Person.org_name": 2,
        "Person.friendlyname": 1,
        "Person.org_id_friendlyname": 1,
        "Person.finalclass": 1,
    }


def test_what_this_host_does_not_know_is_refused_unless_it_is_to_be_left_out(file: Any) -> None:
    lines = file(line("Server", 1, name="x"), ada(7, shoe_size=[41]))
    assert problems(lines) == [
        "1: there is no class Server",
        "2: shoe_size: there is no such attribute",
    ]
    outcome = imported(lines, ignore_unknown=True)
    assert (done(outcome), dict(outcome.ignored)) == (
        (1, 0, 0),
        {"Server": 1, "Person.shoe_size": 1},
    )


def test_a_key_that_leads_to_nothing_is_left_empty_where_it_may_be_and_noted(file: Any) -> None:
    lines = file(ada(7, manager_id=99), ada(8, org_id=98), ada(9, manager_id=8))
    assert problems(lines, empty_missing=True) == [
        "2: org_id: there is no Organization with the id 98"
    ]
    outcome = imported(lines, empty_missing=True, skip_bad=True)
    assert [(p.id, manager_of(p.id)) for p in Person.select().order_by(Person.id)] == [
        (7, None),
        (9, None),
    ]
    assert [(n["line"], n["message"]) for n in outcome.notes] == [
        (1, "there is no Person with the id 99: left empty"),
        (3, "there is no Person with the id 8: left empty"),
    ]


def test_moments_are_in_the_zone_that_the_line_names(file: Any, tmp_path: Path) -> None:
    entry = {"date": "2026-07-01 12:00:00", "message": "Hot."}
    values = {"start_date": "2026-01-31 09:00:00", "close_date": "0000-00-00 00:00:00"}
    data = json.loads(request(3, **values, public_log={"entries": [entry]}))
    paris = json.dumps({**data, "timezone": "Europe/Paris"})
    imported(file(paris))
    ticket = objects.load("UserRequest", 3)
    assert (str(ticket.start_date), ticket.close_date) == ("2026-01-31 08:00:00", None)
    assert str(logs.entries(3, "public_log")[0].created) == "2026-07-01 10:00:00"
    nowhere = json.dumps({**data, "timezone": "Paris"})
    assert problems(file(nowhere)) == ["1: there is no time zone Paris"]


def test_an_import_reads_standard_input(
    file: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"{ada(7)}\n{ada(8, name='')}\n"
    result = CliRunner().invoke(data, ["import", "--skip-bad", "-"], input=text)
    assert (result.exit_code, [p.id for p in Person.select()]) == (3, [7])
    assert "stdin:2: name: is required" in result.stderr
    assert Path("stdin.bad.jsonl").exists()
    rows = "name,first_name,org_id\nHopper,Grace,1\n"
    result = CliRunner().invoke(data, ["import", "--class", "Person", "-"], input=rows)
    assert (result.exit_code, Person.select().count()) == (0, 2)


def test_many_objects_without_ids_wait_outside_of_memory(file: Any) -> None:
    lines = [line("Organization", name=f"Org {number}") for number in range(2500)]
    assert done(imported(file(*lines))) == (2500, 0, 0)
    names = [org.name for org in Organization.select().order_by(Organization.id)]
    assert names == ["Acme", *(f"Org {number}" for number in range(2500))]
