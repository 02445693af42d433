"""The demonstration: believable, whole, and loaded once."""

from __future__ import annotations

from datetime import datetime

from cti_tickets.demo import load
from cti_tickets.demo.stories import STORIES
from cti_tickets.model.classes.registry import LogEntry, Organization, Person, PhoneCall, Ticket
from cti_tickets.model.data_model import schema
from cti_tickets.store import history, objects
from cti_tickets.store.records import Records
from flask import Flask

from cti_host import current_host

NOW = datetime(2026, 3, 1, 12, 0, 0)


def known_to(text: str) -> list[str]:
    number = current_host().hooks.parse_number(text)
    assert number is not None
    persons = Person.select().where(
        (Person.phone_e164 == number.key) | (Person.mobile_phone_e164 == number.key)
    )
    return sorted(names(*(person.id for person in persons)))


def names(*ids: int) -> list[str]:
    return list(Records(schema()).names(current_host().database, "Person", ids).values())


def test_the_three_numbers_to_try_have_one_several_and_no_owner(db_app: Flask) -> None:
    assert load.load_demo(NOW)
    assert known_to(load.DEMO_KNOWN) == ["Marguerite Delaunay"]
    assert known_to(load.DEMO_SHARED) == ["François d'Estaing", "Hélène Lefèvre", "Noël Garçon"]
    assert known_to(load.DEMO_UNKNOWN) == []


def test_there_are_tickets_of_every_class_with_logs_and_calls(db_app: Flask) -> None:
    load.load_demo(NOW)
    classes = {ticket.finalclass for ticket in Ticket.select()}
    assert classes == set(schema().concrete("Ticket"))
    assert Ticket.select().count() == len(STORIES)
    assert LogEntry.select().count() > 40
    assert {call.flow for call in PhoneCall.select()} == {"inbound", "outbound"}
    assert names(load.DEMO_AGENT_CONTACT_ID) == ["Camille Moreau"]


def test_nothing_in_it_lies_in_the_future(db_app: Flask) -> None:
    load.load_demo(NOW)
    assert Ticket.select().where(Ticket.last_update > NOW).count() == 0
    assert LogEntry.select().where(LogEntry.created > NOW).count() == 0
    assert PhoneCall.select().where(PhoneCall.created > NOW).count() == 0


def test_the_history_says_when_tickets_and_calls_came(db_app: Flask) -> None:
    load.load_demo(NOW)
    for ticket in Ticket.select():
        (entry,) = history.changes_of(ticket.finalclass, ticket.id)
        own = objects.load(ticket.finalclass, ticket.id)
        began = getattr(own, "creation_date", None) or own.start_date
        assert (entry.operation, entry.moment) == (history.Operation.CREATE, began)
        assert began < NOW
    for call in PhoneCall.select():
        assert history.changes_of("PhoneCall", call.id)[0].moment == call.created
    # A person is as old as the data.
    assert history.changes_of("Person", 20)[0].moment > NOW


def test_it_is_loaded_once_and_never_over_other_data(db_app: Flask) -> None:
    objects.create("Organization", {"name": "Ours"}, author=None)
    assert not load.load_demo(NOW)
    assert Organization.select().count() == 1
    Organization.delete().execute()
    assert load.load_demo(NOW)
    assert not load.load_demo(NOW)


def test_some_people_are_vips_and_some_have_notes(db_app: Flask) -> None:
    load.load_demo(NOW)
    vips = [person.id for person in Person.select().where(Person.vip == 1)]
    assert "Hélène Lefèvre" in names(*vips)
    noted = [person.id for person in Person.select().where(Person.notes != "")]
    assert "Marguerite Delaunay" in names(*noted)
