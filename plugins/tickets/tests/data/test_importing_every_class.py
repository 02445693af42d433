"""An object of every class comes through an import as it was, whatever it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cti_oql.schema import Kind
from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store import logs, objects
from cti_tickets.store.records import Records
from cti_tickets.transfer.importing import import_files
from flask import Flask

from cti_host import current_host

CONCRETE = [cls for cls in schema() if not cls.abstract]
HTML = '<p>Jams <b>often</b>.<br>"Tray 2" &amp; 3</p>'
LOG = {
    "entries": [
        {
            "date": "2026-01-02 03:04:05",
            "user_login": "Ada Lovelace",
            "user_id": "3",
            "message": "Looked into it\nand found it.",
            "message_html": "<p>Looked into it<br>and found it.</p>",
        },
        {"date": "2026-01-03 03:04:05", "user_login": "", "user_id": "0", "message": "Done."},
    ]
}
SAMPLES: dict[Kind, Any] = {
    Kind.STRING: "É “x” 100 % _",
    Kind.TEXT: "one\ntwo",
    Kind.HTML: HTML,
    Kind.EMAIL: "ada@example.org",
    Kind.PHONE: "+33 9 87 65 43 21",
    Kind.DATE: "2026-01-31",
    Kind.DATETIME: "2026-01-31 14:30:05",
    Kind.INTEGER: 12,
    Kind.DURATION: 3660,
    Kind.BOOLEAN: True,
    Kind.LOG: LOG,
}


def id_of(name: str) -> int:
    """The id of the object of a class, or of one below it."""
    concrete = schema().concrete(name)[0]
    return 700 + [cls.name for cls in CONCRETE].index(concrete)


def sample(cls: ClassDef, attribute: Attribute) -> Any:
    """A value that isn't the default."""
    if attribute.kind is Kind.KEY:
        # No object is its own parent, nor below itself.
        target = id_of(attribute.target)
        return None if target == id_of(cls.name) else str(target)
    if attribute.kind is Kind.ENUM:
        others = [code for code in attribute.values if code != attribute.default]
        return (others or [*attribute.values])[-1]
    return SAMPLES[attribute.kind]


def fields(cls: ClassDef) -> dict[str, Any]:
    """A value for everything that can be imported."""
    found = {
        a.code: value
        for a in cls.attributes.values()
        if (a.stored or a.kind is Kind.LOG) and (value := sample(cls, a)) is not None
    }
    if "ref" in found:
        letter = {"UserRequest": "R", "Incident": "I", "Problem": "P"}.get(cls.name, "C")
        found["ref"] = f"{letter}-{id_of(cls.name):06d}"
        # What follows from other values.
        found["operational_status"] = "closed"
    if "priority" in found:
        found |= {"impact": "2", "urgency": "3", "priority": "3"}
    return found


@pytest.fixture
def imported(db_app: Flask, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """One object of every class, imported from a file; the values that were in it."""
    given = {cls.name: fields(cls) for cls in CONCRETE}
    lines = [
        json.dumps({"class": name, "id": id_of(name), "fields": values})
        for name, values in reversed(given.items())
    ]
    file = tmp_path / "all.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert import_files([file]).created == dict.fromkeys(given, 1)
    return given


def test_everything_of_every_class_comes_back(
    imported: dict[str, dict[str, Any]], make_records: Callable[[], Records]
) -> None:
    records = make_records()
    for cls in CONCRETE:
        given = imported[cls.name]
        codes = [a.code for a in cls.attributes.values() if a.stored and a.code in given]
        opened = current_host().database
        (record,) = records.load(opened, cls.name, [id_of(cls.name)], codes)
        assert record.class_name == cls.name
        for code in codes:
            expected = given[code]
            expected = int(expected) if isinstance(expected, bool) else expected
            assert (cls.name, code, record.text(code)[:19]) == (cls.name, code, str(expected)[:19])
        obj = objects.load(cls.name, id_of(cls.name))
        for code in codes:
            if cls.attributes[code].kind is Kind.HTML:
                assert getattr(obj, code) == HTML


def test_names_and_external_fields_are_read_through_imported_keys(
    imported: dict[str, dict[str, Any]], make_records: Callable[[], Records]
) -> None:
    records = make_records()
    for cls in CONCRETE:
        external = [a.code for a in cls.attributes.values() if a.kind is Kind.EXTERNAL]
        filled = [code for code in external if cls.attributes[code].via in imported[cls.name]]
        opened = current_host().database
        (record,) = records.load(opened, cls.name, [id_of(cls.name)], [*filled, "friendlyname"])
        for code in (*filled, "friendlyname"):
            assert record.text(code), (cls.name, code)


@pytest.mark.parametrize("class_name", schema().concrete("Ticket"))
def test_logs_in_the_form_of_rest_come_back(
    imported: dict[str, dict[str, Any]], class_name: str
) -> None:
    codes = [a.code for a in schema()[class_name].attributes.values() if a.kind is Kind.LOG]
    assert codes
    for code in codes:
        newest, oldest = logs.entries(id_of(class_name), code)
        assert (oldest.text, oldest.author) == ("Looked into it\nand found it.", "Ada Lovelace")
        assert (newest.text, newest.author) == ("Done.", "")
        assert str(oldest.created) == "2026-01-02 03:04:05"


def test_a_log_entry_that_has_only_html_is_read_as_text(db_app: Flask, tmp_path: Path) -> None:
    entry = {"date": "2026-01-02 03:04:05", "message_html": "<p>a &lt; b<br>c</p>\n<p>d</p>"}
    lines = [
        {"class": "Organization", "id": 1, "fields": {"name": "Acme"}},
        {
            "class": "Problem",
            "id": 1,
            "fields": {
                "org_id": 1,
                "title": "T",
                "description": "D",
                "private_log": {"entries": [entry]},
            },
        },
    ]
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    import_files([file])
    assert [e.text for e in logs.entries(1, "private_log")] == ["a < b\nc\nd"]


def test_what_a_life_cycle_forbids_an_import_may_do(db_app: Flask, tmp_path: Path) -> None:
    lines = [
        {"class": "Organization", "id": 1, "fields": {"name": "Acme", "status": "inactive"}},
        {
            "class": "UserRequest",
            "id": 1,
            "fields": {
                "org_id": 1,
                "title": "T",
                "description": "D",
                "status": "closed",
                "time_spent": "90",
                "sla_ttr_passed": "1",
            },
        },
    ]
    file = tmp_path / "closed.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    import_files([file])
    ticket = objects.load("UserRequest", 1)
    assert (ticket.status, ticket.agent_id, ticket.time_spent) == ("closed", None, 90)
    assert (ticket.ttr_100_passed, ticket.close_date) == (1, None)
    # Since when something is obsolete, only the file can say.
    assert objects.load("Organization", 1).obsolescence_date is None


@pytest.mark.parametrize("value", [True, False])
def test_true_and_false_are_for_booleans_only(db_app: Flask, tmp_path: Path, value: bool) -> None:
    from cti_tickets.transfer.importing import ImportRefused

    line = {"class": "Organization", "id": 1, "fields": {"name": value}}
    file = tmp_path / "bad.jsonl"
    file.write_text(json.dumps(line), encoding="utf-8")
    with pytest.raises(ImportRefused, match="name: must be a text, a whole number or null"):
        import_files([file])
