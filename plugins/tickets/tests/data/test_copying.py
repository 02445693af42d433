"""Objects of another system: stored with their ids, and given back as they came."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from cti_tickets.model.registry import LogEntry, Person
from cti_tickets.store import objects as storage
from cti_tickets.transfer import copying
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cti_host import LogLine, StoredObject, Storing, ValueKind

FAR = 2**31 - 1
# Everything but control characters and halves of characters: also no-break and zero-width spaces.
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40).map(str.strip)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
LINES = st.builds(LogLine, MOMENTS, WORDS, WORDS.filter(bool))


def acme(**more: Any) -> StoredObject:
    return StoredObject("Organization", 1, {"name": "Acme", "status": "active", **more})


def ada(id_: int = 7, **more: Any) -> StoredObject:
    values: dict[str, Any] = {
        "name": "Lovelace",
        "first_name": "Ada",
        "status": "active",
        "org_id": 1,
    }
    return StoredObject("Person", id_, {**values, **more})


def store(*objects: StoredObject) -> Storing:
    storing = copying.store_objects(objects[0].class_name, objects)
    assert storing is not None
    return storing


def read(class_name: str, after: int = 0, upto: int = FAR, limit: int = 100) -> list[StoredObject]:
    found = copying.read_objects(class_name, after, upto, limit)
    assert found is not None
    return list(found)


@pytest.fixture
def app(db_app: Flask) -> Flask:
    """Empty tables, but for one organization."""
    assert store(acme()).new == 1
    return db_app


def test_an_object_keeps_its_id_and_its_number_is_understood(app: Flask) -> None:
    assert store(ada(phone="09 87 65 43 21")) == Storing(new=1, not_stored=[])
    assert Person.get_by_id(7).phone_e164 == "+33987654321"
    (one,) = read("Person")
    assert (one.id, one.values["phone"], one.values["org_id"]) == (7, "09 87 65 43 21", 1)


def test_the_same_object_again_is_not_written_and_a_changed_one_is(app: Flask) -> None:
    store(ada(), ada(8))
    assert store(ada(), ada(8, name="Byron", phone="0987654321")) == Storing(
        changed=1, same=1, not_stored=[]
    )
    assert Person.get_by_id(8).phone_e164 == "+33987654321"


def test_attributes_that_are_not_given_stay(app: Flask) -> None:
    store(ada(function="Countess"))
    store(ada(email="ada@example.org"))
    (one,) = read("Person")
    assert (one.values["function"], one.values["email"]) == ("Countess", "ada@example.org")


def test_what_agents_make_afterwards_takes_ids_and_references_above(app: Flask) -> None:
    ticket: dict[str, Any] = {
        "ref": "R-004711",
        "org_id": 1,
        "title": "Printer",
        "description": "Stands still.",
    }
    store(StoredObject("UserRequest", 900, ticket))
    values: dict[str, str | int | None] = {"org_id": 1, "title": "x", "description": "y"}
    made = storage.create("UserRequest", values, author=None)
    assert (made.id, made.ref) == (901, "R-004712")


def test_a_page_may_lead_to_itself_and_what_it_leads_to_later_is_reported(app: Flask) -> None:
    storing = store(ada(7, manager_id=9), ada(8, manager_id=7), ada(9, manager_id=9))
    (problem,) = storing.not_stored
    assert (storing.new, problem.id, problem.attribute, problem.target_id) == (
        3,
        7,
        "manager_id",
        9,
    )
    assert store(ada(7, manager_id=9)) == Storing(changed=1, not_stored=[])
    assert [one.values["manager_id"] for one in read("Person")] == [9, 7, 9]


def test_a_key_leads_only_to_an_object_of_its_class(app: Flask) -> None:
    team: dict[str, Any] = {"name": "Helpdesk", "status": "active", "org_id": 1}
    store(StoredObject("Team", 5, team))
    storing = store(ada(manager_id=5))
    assert [p.reason for p in storing.not_stored] == ["there is no Person with the id 5"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"org_id": 99}, "org_id: there is no Organization with the id 99"),
        ({"name": ""}, "name: is required"),
        ({"status": "lost"}, "status: must be one of: active, inactive"),
        ({"function": "x" * 256}, "function: is too long: at most 255 characters"),
        ({"function": "\x00"}, "function: holds characters that are not text"),
    ],
)
def test_an_object_that_can_t_be_kept_costs_only_itself(
    app: Flask, more: dict[str, Any], reason: str
) -> None:
    storing = store(ada(7), ada(8, **more), ada(9))
    assert [(p.id, p.reason) for p in storing.not_stored] == [(8, reason)]
    assert [one.id for one in read("Person")] == [7, 9]


def test_a_refused_change_leaves_the_object_as_it_was(app: Flask) -> None:
    store(ada(function="Countess"))
    assert store(ada(function="x" * 256, name="Byron")).changed == 0
    (one,) = read("Person")
    assert (one.values["function"], one.values["name"]) == ("Countess", "Lovelace")


def test_two_with_one_employee_number_cost_one_of_them(app: Flask) -> None:
    storing = store(ada(7, employee_number="1"), ada(8, employee_number="1"), ada(9))
    assert (storing.new, [p.id for p in storing.not_stored]) == (2, [8])
    assert [one.id for one in read("Person")] == [7, 9]


def test_a_log_that_is_the_same_keeps_its_entries(app: Flask) -> None:
    line = LogLine(datetime(2026, 1, 1, 12, tzinfo=UTC), "Sam", "Called.")
    ticket: dict[str, Any] = {
        "ref": "R-000001",
        "org_id": 1,
        "title": "Printer",
        "description": "Stands still.",
    }
    one = StoredObject("UserRequest", 3, {**ticket, "public_log": (line,)})
    store(one)
    entry = LogEntry.get()
    assert store(one).same == 1
    assert LogEntry.get().id == entry.id
    later = LogLine(datetime(2026, 1, 2, 12, tzinfo=UTC), "Ada", "Thanks.")
    changed = StoredObject("UserRequest", 3, {**ticket, "public_log": (line, later)})
    assert store(changed).changed == 1
    assert read("UserRequest")[0].values["public_log"] == (line, later)


def test_objects_are_given_back_by_id_in_a_range(app: Flask) -> None:
    store(*(ada(id_) for id_ in (9, 3, 7, 5)))
    assert [one.id for one in read("Person", after=3, upto=8)] == [5, 7]
    assert [one.id for one in read("Person", limit=3)] == [3, 5, 7]


@pytest.mark.parametrize("class_name", ["Server", "Ticket", "Contact"])
def test_a_class_that_objects_can_t_have_is_not_this_plugin_s(app: Flask, class_name: str) -> None:
    assert copying.store_objects(class_name, [StoredObject(class_name, 1, {})]) is None
    assert copying.read_objects(class_name, 0, FAR, 10) is None
    assert class_name not in [cls.name for cls in copying.stored_classes()]


def values_of(kind: ValueKind) -> st.SearchStrategy[Any]:
    """Values that any attribute of a kind can hold."""
    strategies: dict[ValueKind, st.SearchStrategy[Any]] = {
        ValueKind.TEXT: WORDS,
        ValueKind.MARKUP: WORDS,
        ValueKind.NUMBER: st.none() | st.integers(0, FAR),
        ValueKind.FLAG: st.booleans(),
        ValueKind.DATE: st.none() | st.dates(date(1970, 1, 1), date(2100, 1, 1)),
        ValueKind.MOMENT: st.none() | MOMENTS,
        ValueKind.LOG: st.lists(LINES, max_size=3, unique_by=lambda line: line.created).map(
            lambda lines: tuple(sorted(lines, key=lambda line: line.created))
        ),
    }
    return strategies[kind]


FREE = {
    "Person": ("function", "email", "phone", "mobile_phone"),
    "UserRequest": ("title", "start_date", "close_date", "solution", "public_log", "private_log"),
}
CLASSES = {cls.name: {a.code: a.kind for a in cls.attributes} for cls in copying.stored_classes()}
OBJECTS = st.sampled_from(sorted(FREE)).flatmap(
    lambda name: st.fixed_dictionaries(
        {code: values_of(CLASSES[name][code]) for code in FREE[name]}
    ).map(lambda values: StoredObject(name, 70, values))
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given_object=OBJECTS)
# No-break and zero-width spaces in what is neither a phone number nor an e-mail address.
@example(
    given_object=StoredObject(
        "Person",
        70,
        {"function": "a\xa0b", "email": "a\u200bb", "phone": "\xad1", "mobile_phone": "0\xa00"},
    )
)
def test_whatever_was_stored_is_given_back(app: Flask, given_object: StoredObject) -> None:
    needed: dict[str, dict[str, Any]] = {
        "Person": dict(ada().values),
        "UserRequest": {"ref": "R-000070", "org_id": 1, "description": "Stands still."},
    }
    name = given_object.class_name
    values = {**needed[name], **given_object.values}
    values["title"] = values.get("title") or "Printer"
    values = {code: value for code, value in values.items() if code in CLASSES[name]}
    storing = store(StoredObject(name, 70, values))
    assert not storing.not_stored
    (back,) = [one for one in read(name) if one.id == 70]
    assert {code: back.values[code] for code in values} == values
    assert store(StoredObject(name, 70, values)).same == 1
