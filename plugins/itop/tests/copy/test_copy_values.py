"""Values on their way: whatever iTop gives becomes a line that can be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cti_itop.export.classes import STANDARD, chosen
from cti_itop.export.lines import codes_to_copy, line
from cti_itop.rest.client import ItopObject
from hypothesis import given
from hypothesis import strategies as st

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
ENTRY = {"date": "2026-01-31 09:00:00", "user_login": "Sam", "user_id": "3", "message": "Called."}


def value(raw: Any, timezone: str = "UTC") -> Any:
    """What becomes of a value of iTop."""
    return json.loads(line("C", ["code"], ItopObject("C", 1, {"code": raw}), timezone))["fields"][
        "code"
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Two\r\nlines", "Two\nlines"),
        ("pasted\x0btext", "pastedtext"),
        (None, None),
        (7, 7),
        (True, 1),
        (1.5, "1.5"),
        ("0", "0"),
        ({"entries": [ENTRY]}, {"entries": [{k: ENTRY[k] for k in ENTRY if k != "user_id"}]}),
        ({"entries": [{"date": "", "message": "when?"}]}, {"entries": []}),
        ({"entries": [{**ENTRY, "message": " \n"}]}, {"entries": []}),
        ({"entries": None}, {"entries": []}),
    ],
)
def test_a_value_of_itop_becomes_one_of_a_line(raw: Any, expected: Any) -> None:
    assert value(raw) == expected


def test_the_entries_of_a_log_come_oldest_first() -> None:
    newer = {**ENTRY, "message": "Again."}
    entries = value({"entries": [newer, ENTRY]})["entries"]
    assert [entry["message"] for entry in entries] == ["Called.", "Again."]


@given(raw=ANYTHING)
def test_whatever_itop_gives_can_be_written_and_read(raw: Any) -> None:
    read = value(raw)
    assert read is None or isinstance(read, (str, int, dict))
    assert value(read) == read


def test_a_line_names_its_class_its_id_and_the_zone_of_its_moments() -> None:
    one = ItopObject("VipPerson", 7, {"name": "Lovelace"})
    assert json.loads(line("Person", ["name"], one, "Europe/Paris")) == {
        "class": "Person",
        "id": 7,
        "timezone": "Europe/Paris",
        "fields": {"name": "Lovelace"},
    }


def test_what_says_nothing_of_its_own_is_not_copied() -> None:
    fields = {
        "id": "7",
        "name": "Lovelace",
        "friendlyname": "Ada Lovelace",
        "finalclass": "Person",
        "org_id": "1",
        "org_name": "Acme",
        "org_id_friendlyname": "Acme",
        "org_id_obsolescence_flag": "",
        "contact_id_finalclass_recall": "Person",
        "obsolescence_flag": "",
        "picture": {"mimetype": "image/png", "data": "", "filename": ""},
        "team_list": [],
        "tickets_list": [{"ref": "R-000001"}],
        "public_log": {"entries": []},
    }
    assert codes_to_copy(fields) == ["name", "org_id", "org_name", "public_log"]


def test_classes_come_before_those_that_lead_to_them_and_a_family_stands_for_its_members() -> None:
    assert chosen([]) == list(STANDARD)
    assert chosen(["Person", "Organization"]) == ["Organization", "Person"]
    assert chosen(["Ticket", "Contact", "Server"]) == [
        "Team",
        "Person",
        "EmergencyChange",
        "NormalChange",
        "RoutineChange",
        "Problem",
        "Incident",
        "UserRequest",
        "Server",
    ]
