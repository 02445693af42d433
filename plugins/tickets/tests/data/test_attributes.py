"""What attributes of each kind take, and how their values read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from cti_oql.schema import Kind
from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute
from cti_tickets.store import objects
from cti_tickets.store.records import Records, shown
from cti_tickets.store.values import BadValue, InvalidValues, parse
from cti_tickets.transfer.importing import import_records
from cti_tickets.transfer.reading.records import Record
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from cti_host import Agent, Localised, current_host

NOW = datetime(2026, 3, 2, 9, 30)


def attribute(kind: Kind) -> Attribute:
    return Attribute("x", kind, label=Localised.of("X"))


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (Kind.INTEGER, " 12 ", 12),
        (Kind.INTEGER, "-3", -3),
        (Kind.INTEGER, "", None),
        (Kind.DURATION, "3600", 3600),
        (Kind.DURATION, "", None),
        (Kind.BOOLEAN, "", 0),
        (Kind.BOOLEAN, "0", 0),
        (Kind.BOOLEAN, 1, 1),
        (Kind.BOOLEAN, "yes", 1),
        (Kind.HTML, "<p>one</p>\r\n", "<p>one</p>"),
    ],
)
def test_a_value_is_stored_as_its_kind_says(kind: Kind, typed: Any, stored: Any) -> None:
    assert parse(attribute(kind), typed) == stored


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Kind.INTEGER, "1.5"),
        (Kind.INTEGER, "٣"),
        (Kind.INTEGER, "2147483648"),
        (Kind.DURATION, "-1"),
        (Kind.DURATION, "1 h"),
        (Kind.BOOLEAN, "maybe"),
    ],
)
def test_what_an_attribute_cannot_hold_is_refused(db_app: Flask, kind: Kind, typed: str) -> None:
    with pytest.raises(BadValue, match="must be"):
        parse(attribute(kind), typed)


@given(st.integers(min_value=-(2**31) + 1, max_value=2**31 - 1))
def test_every_number_that_a_column_holds_is_taken(value: int) -> None:
    assert parse(attribute(Kind.INTEGER), str(value)) == value


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_900, "1 h 5 min"), (180_000, "2 d 2 h")],
)
def test_a_duration_reads_as_people_say_it(db_app: Flask, seconds: int, text: str) -> None:
    assert shown(attribute(Kind.DURATION), seconds) == text


def test_a_boolean_reads_as_yes_or_no(db_app: Flask) -> None:
    assert [shown(attribute(Kind.BOOLEAN), value) for value in (0, 1)] == ["No", "Yes"]


def test_images_and_sets_cannot_be_given(db_app: Flask, agent: Agent) -> None:
    person: dict[str, Any] = {"first_name": "A", "name": "B", "org_id": 1}
    values = {**person, "picture": "x", "team_list": "y"}
    with pytest.raises(InvalidValues) as refused:
        objects.create("Person", values, author=agent)
    assert {"picture", "team_list"} <= set(refused.value.errors)


def test_an_object_that_becomes_inactive_has_the_day_until_it_is_active_again(
    db_app: Flask, agent: Agent
) -> None:
    org = objects.create("Organization", {"name": "Acme"}, author=agent, now=NOW)
    assert org.obsolescence_date is None

    def day(status: str, moment: datetime) -> date | None:
        objects.update("Organization", org.id, {"status": status}, author=agent, now=moment)
        found: date | None = objects.load("Organization", org.id).obsolescence_date
        return found

    assert day("inactive", NOW) == date(2026, 3, 2)
    assert day("inactive", datetime(2026, 4, 1)) == date(2026, 3, 2)
    assert day("active", datetime(2026, 4, 2)) is None
    gone = objects.create(
        "Team", {"name": "T", "org_id": org.id, "status": "inactive"}, author=None
    )
    assert gone.obsolescence_date is not None


def test_a_name_is_made_by_the_rule_of_each_objects_own_class(
    db_app: Flask, agent: Agent, make_records: Callable[[], Records]
) -> None:
    org = objects.create("Organization", {"name": "Acme"}, author=agent)
    person = {"first_name": "Ada", "name": "Lovelace", "org_id": org.id}
    ada = objects.create("Person", person, author=agent)
    team = objects.create("Team", {"name": "Desk", "org_id": org.id}, author=agent)
    fields: dict[str, Any] = {
        "org_id": org.id,
        "title": "T",
        "description": "D",
        "caller_id": ada.id,
    }
    ticket = objects.create("Incident", fields, author=agent)
    links = [
        objects.create(
            "lnkContactToTicket", {"ticket_id": ticket.id, "contact_id": c.id}, author=agent
        )
        for c in (ada, team)
    ]
    member = objects.create(
        "lnkPersonToTeam", {"team_id": team.id, "person_id": ada.id}, author=agent
    )
    records, opened = make_records(), current_host().database
    assert records.names(opened, "Contact", [ada.id, team.id]) == {
        ada.id: "Ada Lovelace",
        team.id: "Desk",
    }
    codes = ["friendlyname", "contact_id_friendlyname"]
    found = records.load(opened, "lnkContactToTicket", [link.id for link in links], codes)
    assert [tuple(record.values.values()) for record in found] == [
        (f"Lovelace / {ticket.ref}", "Ada Lovelace"),
        (f"Desk / {ticket.ref}", "Desk"),
    ]
    assert records.names(opened, "lnkPersonToTeam", [member.id]) == {
        member.id: "Ada Lovelace / Desk"
    }
    with pytest.raises(InvalidValues, match="another object has this already"):
        objects.create(
            "lnkContactToTicket", {"ticket_id": ticket.id, "contact_id": ada.id}, author=agent
        )


def test_an_external_field_may_lead_over_several_keys(
    db_app: Flask, agent: Agent, make_records: Callable[[], Records]
) -> None:
    org = objects.create("Organization", {"name": "Acme"}, author=agent)
    service = objects.create("Service", {"name": "Mail", "org_id": org.id}, author=agent)
    part = objects.create(
        "ServiceSubcategory", {"name": "New box", "service_id": service.id}, author=agent
    )
    codes = ["service_provider", "service_org_id", "request_type", "status"]
    (record,) = make_records().load(current_host().database, "ServiceSubcategory", [part.id], codes)
    assert record.values == {
        "service_provider": "Acme",
        "service_org_id": org.id,
        "request_type": "incident",
        "status": "",
    }


def test_a_second_code_of_a_value_shows_the_same(
    db_app: Flask, make_records: Callable[[], Records]
) -> None:
    fields: dict[str, Any] = {"title": "T", "description": "D", "org_id": 1, "sla_tto_passed": True}
    watches = {"tto_escalation_deadline": "2026-01-31 14:30:00", "sla_tto_over": 90, "tto": "600"}
    import_records(
        [
            Record("", 1, "Organization", 1, {"name": "Acme"}),
            Record("", 2, "Incident", 1, {**fields, **watches}),
        ]
    )
    codes = ["tto_100_passed", "sla_tto_passed", "tto_100_overrun", "tto", "sla_ttr_passed"]
    (record,) = make_records().load(current_host().database, "Incident", [1], codes)
    assert list(record.values.values()) == [1, 1, 90, 600, 0]
    ticket = objects.load("Incident", 1)
    assert str(ticket.tto_100_deadline) == "2026-01-31 14:30:00"


def test_every_key_says_what_deleting_its_target_does() -> None:
    told = {
        (cls.name, a.code): a.on_delete
        for cls in schema()
        for a in cls.attributes.values()
        if a.kind is Kind.KEY
    }
    assert None not in told.values()
    assert told["Ticket", "org_id"] == "auto"
    assert told["Person", "org_id"] == "manual"
    assert told["Person", "location_id"] == "reset"
    assert told["lnkContactToTicket", "contact_id"] == "auto"
    assert told["ServiceSubcategory", "service_id"] == "manual"
