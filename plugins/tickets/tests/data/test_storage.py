"""Creating, changing and reading objects."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import peewee
import pytest
from cti_tickets.model.classes.registry import LogEntry, Organization, Person, PhoneCall, Ticket
from cti_tickets.store import logs
from cti_tickets.store.agents import contact_of
from cti_tickets.store.calls import calls_about, record_outbound_call
from cti_tickets.store.objects import NotFound, create, load, update
from cti_tickets.store.records import Records
from cti_tickets.store.values import InvalidValues
from cti_tickets.transfer.renumber import count, renumber
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host import Agent, current_host, database

NOON = datetime(2026, 3, 1, 12, 0, 0)


def organization(name: str = "Acme", **values: Any) -> Any:
    return create("Organization", {"name": name, **values}, author=None)


def person(org: Any = None, **values: Any) -> Any:
    org = org or organization()
    names = {"name": "Lovelace", "first_name": "Ada", "org_id": org.id}
    return create("Person", {**names, **values}, author=None)


def request_values(caller: Any, **values: Any) -> dict[str, Any]:
    return {
        "org_id": caller.org_id,
        "caller_id": caller.id,
        "title": "Printer",
        "description": "It's on fire.",
        **values,
    }


def errors_of(class_name: str, values: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidValues) as refused:
        create(class_name, values, author=None)
    return refused.value.errors


# Creating


def test_an_object_is_stored_with_its_defaults(db_app: Flask) -> None:
    stored = load("Person", person().id)
    assert (stored.first_name, stored.name, stored.status) == ("Ada", "Lovelace", "active")
    assert (stored.email, stored.location_id, stored.notify) == ("", None, "yes")


def test_a_number_is_stored_as_typed_and_as_what_it_means(db_app: Flask) -> None:
    stored = person(phone="09 87 65 43 21", mobile_phone="123")
    assert (stored.phone, stored.phone_e164) == ("09 87 65 43 21", "+33987654321")
    assert stored.mobile_phone_e164 == "ext:123"
    update("Person", stored.id, {"phone": ""}, author=None)
    assert not load("Person", stored.id).phone_e164


@pytest.mark.parametrize(
    "typed", ["+33 (1) 23-45.67", "09/87/65/43/21", "+33 9 87 65 43 21 ext 12"]
)
def test_any_usual_writing_of_a_number_is_accepted(db_app: Flask, typed: str) -> None:
    assert person(phone=typed).phone == typed


def test_every_mistake_is_reported_at_once_and_nothing_is_stored(db_app: Flask) -> None:
    org = organization()
    values = {
        "org_id": org.id,
        "name": "x" * 256,
        "status": "asleep",
        "email": "ada at example.org",
        "phone": "1" * 300,
        "location_id": "77",
        "manager_id": "Ada",
        "nickname": "A",
        "org_name": "Other",
        "function": "two\nlines",
        "employee_number": "a\x00b",
    }
    assert set(errors_of("Person", values)) == {
        "name",
        "first_name",
        "status",
        "email",
        "phone",
        "location_id",
        "manager_id",
        "nickname",
        "org_name",
        "function",
        "employee_number",
    }
    assert Person.select().count() == 0


def test_messages_are_in_the_language_of_the_agent(db_app: Flask) -> None:
    assert errors_of("Organization", {"name": ""}) == {"name": "is required"}


def test_a_key_points_to_an_object_of_its_class_only(db_app: Flask) -> None:
    org = organization()
    team = create("Team", {"name": "Support", "org_id": org.id}, author=None)
    errors = errors_of(
        "Person", {"name": "L", "first_name": "A", "org_id": org.id, "manager_id": team.id}
    )
    assert errors == {"manager_id": f"there is no Person with the id {team.id}"}


def test_a_key_of_zero_or_nothing_means_no_object(db_app: Flask) -> None:
    assert person(manager_id="0", location_id="").manager_id is None
    assert set(errors_of("Team", {"name": "T", "org_id": "0"})) == {"org_id"}
    assert set(errors_of("Team", {"name": "T", "org_id": "99999999999"})) == {"org_id"}


def test_an_employee_number_is_unique_within_an_organization(db_app: Flask) -> None:
    ada = person(employee_number="7")
    person(organization("Other"), employee_number="7")
    values = {"name": "B", "first_name": "C", "org_id": ada.org_id, "employee_number": "7"}
    assert set(errors_of("Person", values)) == {"employee_number"}


def test_an_abstract_class_has_no_objects(db_app: Flask) -> None:
    assert set(errors_of("Change", {})) == {"finalclass"}


def test_a_ticket_gets_its_reference_dates_and_priority(db_app: Flask) -> None:
    values = request_values(person(), impact="2", urgency="2")
    ticket = create("UserRequest", values, author=None, now=NOON.replace(tzinfo=UTC))
    stored = load("UserRequest", ticket.id)
    assert (stored.ref, stored.status, stored.priority) == ("R-000001", "new", "2")
    assert (stored.start_date, stored.last_update) == (NOON, NOON)
    assert (stored.operational_status, stored.finalclass) == ("ongoing", "UserRequest")


def test_all_classes_of_tickets_share_one_counter(db_app: Flask) -> None:
    values = request_values(person())
    made = [
        create(name, values, author=None).ref
        for name in ("UserRequest", "Incident", "Problem", "NormalChange", "RoutineChange")
    ]
    assert made == ["R-000001", "I-000002", "P-000003", "C-000004", "C-000005"]


def test_a_change_has_a_creation_date_instead_of_a_start(db_app: Flask) -> None:
    change = create("EmergencyChange", request_values(person()), author=None, now=NOON)
    assert (change.creation_date, change.start_date) == (NOON, None)


def test_what_the_system_works_out_cannot_be_given(db_app: Flask) -> None:
    values = request_values(person(), ref="R-000777", priority="1", operational_status="closed")
    assert set(errors_of("UserRequest", values)) == {"ref", "priority", "operational_status"}


def test_references_never_repeat_with_many_writers(
    database_url: str, make_database: Callable[..., Flask]
) -> None:
    app = make_database(database_url)
    host = app.extensions["cti_host"]
    with app.app_context(), host.database.connection_context():
        values = request_values(person())

    def write(_: int) -> list[str]:
        with app.app_context(), host.database.connection_context():
            return [create("Incident", values, author=None).ref for _ in range(10)]

    with ThreadPoolExecutor(6) as pool:
        refs = [ref for made in pool.map(write, range(6)) for ref in made]
    assert sorted(refs) == [f"I-{number:06d}" for number in range(1, 61)]


# Logs and phone calls


def test_the_text_of_a_log_becomes_an_entry(db_app: Flask, agent: Agent) -> None:
    caller = person()
    known = replace(agent, contact_id=person(organization("Us")).id)
    values = request_values(caller, public_log="First\r\nline", private_log="  ")
    ticket = create("Incident", values, author=known, now=NOON)
    update("Incident", ticket.id, {"public_log": "Second"}, author=agent)
    second, first = logs.entries(ticket.id, "public_log")
    assert (first.text, first.author, first.created) == ("First\nline", "Sam Support", NOON)
    assert (first.author_contact_id, second.author_contact_id) == (known.contact_id, None)
    assert second.text == "Second"
    assert logs.entries(ticket.id, "private_log") == []


def test_a_ticket_from_the_phone_gets_an_inbound_call(db_app: Flask, agent: Agent) -> None:
    caller = person()
    known = replace(agent, contact_id=person(organization("Us")).id)
    ticket = create("UserRequest", request_values(caller, origin="phone"), author=known, now=NOON)
    (call,) = calls_about(ticket.id)
    assert (call.contact_id, call.agent_id) == (caller.id, known.contact_id)
    assert (call.flow, call.date, call.created) == ("inbound", date(2026, 3, 1), NOON)
    assert call.note == "The ticket was created during this call."


def test_a_phone_call_is_never_without_its_agent(db_app: Flask, agent: Agent) -> None:
    gone = replace(agent, contact_id=4711)
    ticket = create("UserRequest", request_values(person()), author=gone, call_note="Urgent!")
    assert calls_about(ticket.id) == []
    assert record_outbound_call(ticket, None, gone) is None
    assert calls_about(ticket.id) == []


@pytest.mark.parametrize(
    ("origin", "profile"), [("mail", "Support Agent"), ("phone", "Problem Manager")]
)
def test_other_origins_and_profiles_make_no_call(
    db_app: Flask, agent: Agent, origin: str, profile: str
) -> None:
    other = replace(agent, profiles=frozenset({profile}))
    ticket = create("UserRequest", request_values(person(), origin=origin), author=other)
    assert calls_about(ticket.id) == []


def test_an_outbound_call_is_recorded(db_app: Flask, agent: Agent) -> None:
    caller = person()
    ticket = create("Problem", request_values(caller), author=None)
    known = replace(agent, contact_id=caller.id)
    call = record_outbound_call(ticket, caller.id, known, "+33987654321", now=NOON)
    assert call is not None
    assert call.agent_id == caller.id
    assert (call.flow, call.contact_id, call.ticket_id) == ("outbound", caller.id, ticket.id)
    assert calls_about(ticket.id) == [call]


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("Europe/Paris", datetime(2026, 2, 28, 23, 30), date(2026, 3, 1)),
        ("America/New_York", datetime(2026, 3, 1, 3, 0), date(2026, 2, 28)),
    ],
)
def test_a_day_is_that_of_the_site_not_of_utc(
    make_database: Any, database_url: str, agent: Agent, zone: str, now: datetime, day: date
) -> None:
    app = make_database(database_url, f'timezone = "{zone}"\n')
    with app.app_context(), database.connection_context():
        caller = person()
        known = replace(agent, contact_id=caller.id)
        values = request_values(caller, origin="phone")
        ticket = create("UserRequest", values, author=known, now=now)
        record_outbound_call(ticket, caller.id, known, now=now)
        assert [str(call.date) for call in calls_about(ticket.id)] == [str(day)] * 2
        update("Person", caller.id, {"status": "inactive"}, author=None, now=now)
        assert str(load("Person", caller.id).obsolescence_date) == str(day)


def test_if_the_call_can_not_be_stored_the_ticket_is_not_either(
    db_app: Flask, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = person()
    values = request_values(caller)
    known = replace(agent, contact_id=caller.id)
    database.execute_sql("DROP TABLE recorded_call")
    database.execute_sql("DROP TABLE phone_call")
    with pytest.raises(peewee.DatabaseError):
        create("UserRequest", values, author=known)
    assert Ticket.select().count() == 0


# Changing


def test_a_change_touches_what_is_given_and_nothing_else(db_app: Flask) -> None:
    ticket = create("Incident", request_values(person()), author=None, now=NOON)
    later = NOON.replace(hour=13)
    update("Ticket", ticket.id, {"urgency": "1", "title": "Fire"}, author=None, now=later)
    stored = load("Incident", ticket.id)
    assert (stored.title, stored.priority, stored.description) == ("Fire", "1", "It's on fire.")
    assert (stored.start_date, stored.last_update) == (NOON, later)


def test_a_status_brings_its_date(db_app: Flask) -> None:
    ticket = create("Incident", request_values(person()), author=None, now=NOON)
    for status, column in (("assigned", "assignment_date"), ("closed", "close_date")):
        update("Incident", ticket.id, {"status": status}, author=None, now=NOON)
        assert getattr(load("Incident", ticket.id), column) == NOON
    assert load("Incident", ticket.id).operational_status == "closed"


def test_saving_what_is_there_already_changes_nothing(db_app: Flask) -> None:
    ticket = create("Incident", request_values(person()), author=None, now=NOON)
    update("Incident", ticket.id, {"title": "Printer", "public_log": ""}, author=None)
    assert load("Incident", ticket.id).last_update == NOON


def test_a_wrong_change_stores_nothing(db_app: Flask) -> None:
    ticket = create("Incident", request_values(person()), author=None)
    values = {"title": "", "caller_id": "0", "public_log": "lost?"}
    with pytest.raises(InvalidValues) as refused:
        update("Incident", ticket.id, values, author=None)
    assert refused.value.errors == {"title": "is required"}
    assert load("Incident", ticket.id).caller_id is not None
    assert LogEntry.select().count() == 0


def test_an_organization_is_never_below_itself(db_app: Flask) -> None:
    top = organization("Top")
    middle = organization("Middle", parent_id=top.id)
    bottom = organization("Bottom", parent_id=middle.id)
    for parent in (top, middle, bottom):
        with pytest.raises(InvalidValues):
            update("Organization", top.id, {"parent_id": parent.id}, author=None)
    update("Organization", bottom.id, {"parent_id": top.id}, author=None)
    assert load("Organization", bottom.id).parent_id == top.id


def test_an_object_is_found_by_its_class_and_those_above_only(db_app: Flask) -> None:
    ada = person()
    assert isinstance(load("Contact", ada.id), Person)
    for class_name, object_id in (("Team", ada.id), ("Person", 0), ("Person", 10**12)):
        with pytest.raises(NotFound):
            load(class_name, object_id)
    with pytest.raises(NotFound):
        update("Team", ada.id, {"name": "x"}, author=None)


# Reading


def test_attributes_are_read_with_the_names_of_what_they_lead_to(
    db_app: Flask, make_records: Callable[[], Records]
) -> None:
    boss = person(name="Babbage", first_name="Charles", email="cb@example.org")
    ada = person(load("Organization", boss.org_id), manager_id=boss.id)
    codes = ["friendlyname", "manager_id_friendlyname", "manager_name", "org_name"]
    records, opened = make_records(), current_host().database
    (record,) = records.load(opened, "Person", [ada.id], [*codes, "location_name", "status"])
    assert [record.text(code) for code in codes] == [
        "Ada Lovelace",
        "Charles Babbage",
        "Babbage",
        "Acme",
    ]
    assert (record.text("location_name"), record.text("status")) == ("", "active")
    assert records.names(opened, "Person", [ada.id, boss.id, 99]) == {
        ada.id: "Ada Lovelace",
        boss.id: "Charles Babbage",
    }


def test_what_a_form_shows_can_be_saved_again(db_app: Flask) -> None:
    ticket = create(
        "Incident", request_values(person(), start_date="2026-01-31T14:30"), author=None
    )
    assert str(ticket.start_date) == "2026-01-31 14:30:00"
    update("Incident", ticket.id, {"start_date": "2026-01-31 14:30:00"}, author=None)


# Deleting, by whatever means


def test_a_deleted_person_leaves_the_tickets(db_app: Flask, agent: Agent) -> None:
    caller = person()
    known = replace(agent, contact_id=person(organization("Us"), name="Hill").id)
    ticket = create("UserRequest", request_values(caller), author=known)
    Person.delete().where(Person.name == "Lovelace").execute()
    assert load("UserRequest", ticket.id).caller_id is None
    assert calls_about(ticket.id)[0].contact_id is None


def test_an_organization_with_people_is_not_deleted(db_app: Flask) -> None:
    person()
    with pytest.raises(peewee.IntegrityError):
        Organization.delete().execute()


def test_a_deleted_ticket_takes_its_logs_and_calls_along(db_app: Flask, agent: Agent) -> None:
    create("UserRequest", request_values(person(), public_log="Hello"), author=agent)
    Ticket.delete().execute()
    assert (LogEntry.select().count(), PhoneCall.select().count()) == (0, 0)


# Renumbering


def test_renumbering_repairs_the_number_columns_that_differ(db_app: Flask) -> None:
    ada, _ = person(phone="0987654321"), person(organization("Other"), phone="123")
    Person.update(phone_e164="+1", mobile_phone_e164="+2").where(Person.id == ada.id).execute()
    done: list[int] = []
    assert renumber(done.append) == (2, 1)
    assert (sum(done), count()) == (2, 2)
    assert load("Person", ada.id).phone_e164 == "+33987654321"
    assert not load("Person", ada.id).mobile_phone_e164


# Anything that may come


@settings(
    max_examples=60,
    deadline=None,
)
@given(
    values=st.dictionaries(
        st.sampled_from(["name", "first_name", "org_id", "email", "phone", "status", "manager_id"]),
        st.text(max_size=300) | st.sampled_from(["1", "Ada", "active", "0987654321"]),
    )
)
def test_any_input_is_stored_or_refused_attribute_by_attribute(
    db_app: Flask, values: dict[str, str]
) -> None:
    if not Organization.select().exists():
        organization()
    before = Person.select().count()
    errors: dict[str, str] = {}
    try:
        stored = create("Person", values, author=None)
        assert load("Person", stored.id).first_name == values["first_name"].strip()
    except InvalidValues as refused:
        errors = refused.errors
    assert errors.keys() <= {*values, "name", "first_name", "org_id"}
    assert Person.select().count() == before + (not errors)


def test_an_agent_is_the_only_person_with_their_address(db_app: Flask) -> None:
    acme = create("Organization", {"name": "Acme"}, author=None)
    ada = create(
        "Person",
        {"name": "L", "first_name": "A", "org_id": acme.id, "email": "Ada@Acme.example"},
        author=None,
    )
    assert contact_of(Agent("ada", email="ada@acme.example")) == ada.id
    assert contact_of(Agent("bo", email="bo@acme.example")) is None
    assert contact_of(Agent("ada")) is None
    create(
        "Person",
        {"name": "M", "first_name": "B", "org_id": acme.id, "email": "ada@acme.example"},
        author=None,
    )
    assert contact_of(Agent("ada", email="ada@acme.example")) is None
