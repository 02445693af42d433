"""Deleting: what goes along, what stays without a link, what prevents it; on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from cti_tickets.model.classes.registry import LogEntry
from cti_tickets.model.data_model import model_of, schema
from cti_tickets.store import objects
from cti_tickets.store.deletion import DeletionRefused, PlanChanged, delete, plan_deletion
from cti_tickets.store.history import Operation, changes_of
from flask import Flask

from cti_host import Agent, database


def add(class_name: str, /, **values: Any) -> int:
    return int(objects.create(class_name, values, author=Agent("setup")).id)


def ids(class_name: str) -> set[int]:
    model: Any = model_of(class_name)
    query = model.select()
    if schema()[class_name].polymorphic:
        query = query.where(model.finalclass.in_(schema().concrete(class_name)))
    return {row.id for row in query}


def dangling() -> list[tuple[str, str, int]]:
    """The keys in the database that lead to nothing, or to an object of another class."""
    found = []
    for cls in schema():
        if cls.abstract:
            continue
        for attribute in cls.attributes.values():
            if not attribute.target or not attribute.stored:
                continue
            there = ids(attribute.target)
            model: Any = model_of(cls.name)
            for id_ in ids(cls.name):
                value = getattr(model.get_by_id(id_), attribute.code)
                if value is not None and value not in there:
                    found.append((cls.name, attribute.code, id_))
    return found + [("LogEntry", "ticket_id", e.id) for e in LogEntry.select()
                    if e.ticket_id not in ids("Ticket")]  # fmt: skip


@pytest.fixture
def world(db_app: Flask) -> dict[str, int]:
    """A small site, one object of each class at least; their ids by a name for each."""
    made: dict[str, int] = {}
    made["model"] = add("DeliveryModel", name="Gold")
    made["org"] = add("Organization", name="Analytical", deliverymodel_id=made["model"])
    made["child"] = add("Organization", name="Branch", parent_id=made["org"])
    made["place"] = add("Location", name="Paris", org_id=made["org"])
    person = {"org_id": made["org"], "location_id": made["place"]}
    made["boss"] = add("Person", first_name="Ada", name="Lovelace", **person)
    made["ada"] = add("Person", first_name="Ann", name="Byron", manager_id=made["boss"], **person)
    made["agent"] = add("Person", first_name="Sam", name="Support", **person)
    made["team"] = add("Team", name="Desk", org_id=made["org"])
    made["type"] = add("ContactType", name="Lead")
    made["member"] = add("lnkPersonToTeam", team_id=made["team"], person_id=made["agent"],
                         role_id=made["type"])  # fmt: skip
    made["family"] = add("ServiceFamily", name="Office")
    made["service"] = add("Service", name="Mail", org_id=made["org"],
                          servicefamily_id=made["family"])  # fmt: skip
    made["sub"] = add("ServiceSubcategory", name="Box", service_id=made["service"])
    ticket = {"title": "T", "description": "D", "org_id": made["org"], "caller_id": made["ada"]}
    made["change"] = add("RoutineChange", private_log="Hello", **ticket)
    made["part"] = add("RoutineChange", parent_id=made["change"], **ticket)
    made["problem"] = add("Problem", related_change_id=made["change"], **ticket)
    made["request"] = add(
        "UserRequest", service_id=made["service"], public_log="One", private_log="Two",
        servicesubcategory_id=made["sub"], parent_change_id=made["change"], **ticket,
    )  # fmt: skip
    made["follow-up"] = add("UserRequest", parent_request_id=made["request"], **ticket)
    made["contact"] = add("lnkContactToTicket", ticket_id=made["request"], contact_id=made["team"])
    made["call"] = add("PhoneCall", ticket_id=made["request"], agent_id=made["agent"],
                       contact_id=made["ada"], flow="inbound")  # fmt: skip
    assert dangling() == []
    return made


def test_what_needs_a_ticket_goes_with_it_and_the_rest_loses_its_link(
    world: dict[str, int],
) -> None:
    plan = plan_deletion({"UserRequest": [world["request"]]})
    assert plan.along == {"PhoneCall": [world["call"]], "lnkContactToTicket": [world["contact"]]}
    assert [(e.class_name, e.attribute.code, e.ids) for e in plan.emptied] == [
        ("UserRequest", "parent_request_id", [world["follow-up"]])
    ]
    assert plan.blocked == []
    assert plan.log_entries == 2
    done = delete({"UserRequest": [world["request"]]}, author=None, agreed=plan.fingerprint)
    assert done.fingerprint == plan.fingerprint
    assert ids("PhoneCall") == ids("lnkContactToTicket") == set()
    assert objects.load("UserRequest", world["follow-up"]).parent_request_id is None
    assert objects.load("RoutineChange", world["change"])
    assert LogEntry.select().where(LogEntry.ticket == world["request"]).count() == 0
    assert dangling() == []


def test_an_agent_of_phone_calls_is_not_deleted(world: dict[str, int]) -> None:
    with pytest.raises(DeletionRefused) as refused:
        delete({"Person": [world["agent"]]}, author=None)
    (blocked,) = refused.value.plan.blocked
    assert (blocked.class_name, blocked.attribute and blocked.attribute.code) == (
        "PhoneCall",
        "agent_id",
    )
    assert (blocked.ids, blocked.needed) == ([world["call"]], world["agent"])
    assert objects.load("PhoneCall", world["call"]).agent_id == world["agent"]
    assert ids("lnkPersonToTeam") == {world["member"]}
    # With the call, the person may go.
    delete({"PhoneCall": [world["call"]], "Person": [world["agent"]]}, author=None)
    assert dangling() == []


def test_a_person_who_calls_may_go_and_the_tickets_stay(world: dict[str, int]) -> None:
    plan = delete({"Person": [world["ada"]]}, author=None)
    emptied = {(e.class_name, e.attribute.code) for e in plan.emptied}
    assert emptied == {
        ("PhoneCall", "contact_id"),
        *((name, "caller_id") for name in ("RoutineChange", "Problem", "UserRequest")),
    }
    assert objects.load("UserRequest", world["request"]).caller_id is None
    assert objects.load("PhoneCall", world["call"]).contact_id is None
    assert dangling() == []


def test_an_organization_with_people_stays_and_an_empty_one_goes(world: dict[str, int]) -> None:
    with pytest.raises(DeletionRefused) as refused:
        delete({"Organization": [world["org"]]}, author=None)
    needing = {blocked.class_name for blocked in refused.value.plan.blocked}
    assert needing == {"Location", "Person", "Team", "Service"}
    # The tickets of an organization go along with it: that is told, though nothing is done.
    assert {"UserRequest", "Problem", "RoutineChange"} <= {*refused.value.plan.along}
    assert len(ids("Ticket")) == 5
    delete({"Organization": [world["child"]]}, author=None)
    assert dangling() == []


def test_everything_of_an_organization_goes_together(world: dict[str, int]) -> None:
    everything = {
        name: sorted(ids(name))
        for name in ("Person", "Team", "Location", "Service", "ServiceSubcategory")
    }
    delete({"Organization": [world["org"]], **everything}, author=None)
    for name in ("Ticket", "Contact", "PhoneCall", "lnkContactToTicket", "lnkPersonToTeam"):
        assert ids(name) == set(), name
    assert ids("Organization") == {world["child"]}
    assert objects.load("Organization", world["child"]).parent_id is None
    assert dangling() == []


def test_no_deletion_leaves_a_dangling_link(world: dict[str, int]) -> None:
    refused = set()
    for cls in (cls for cls in schema() if not cls.abstract):
        for id_ in sorted(ids(cls.name)):
            with database.atomic() as transaction:
                plan = plan_deletion({cls.name: [id_]})
                if plan.blocked:
                    refused.add(cls.name)
                    continue
                delete({cls.name: [id_]}, author=None)
                assert id_ not in ids(cls.name)
                assert dangling() == []
                transaction.rollback()
    # All others could be deleted, one object of them at least.
    assert refused == {"Organization", "Location", "Person", "Service"} - {"Location"}


def test_what_was_not_agreed_to_is_not_deleted(world: dict[str, int]) -> None:
    seen = plan_deletion({"UserRequest": [world["request"]]})
    add("PhoneCall", ticket_id=world["request"], agent_id=world["agent"], flow="outbound")
    with pytest.raises(PlanChanged) as changed:
        delete({"UserRequest": [world["request"]]}, author=None, agreed=seen.fingerprint)
    assert len(changed.value.plan.along["PhoneCall"]) == 2
    assert world["request"] in ids("UserRequest")
    assert len(ids("PhoneCall")) == 2


def test_a_table_that_the_data_model_does_not_know_prevents_a_deletion(
    world: dict[str, int],
) -> None:
    database.execute_sql("CREATE TABLE elsewhere (person INTEGER NOT NULL REFERENCES contact (id))")
    database.execute_sql(f"INSERT INTO elsewhere VALUES ({world['boss']})")  # noqa: S608
    try:
        with pytest.raises(DeletionRefused):
            delete({"Person": [world["boss"]]}, author=None)
        assert world["boss"] in ids("Person")
        assert objects.load("Person", world["ada"]).manager_id == world["boss"]
    finally:
        database.execute_sql("DROP TABLE elsewhere")


def test_more_objects_than_a_statement_takes_are_deleted(world: dict[str, int]) -> None:
    row = {"ticket": world["request"], "agent": world["agent"], "flow": "inbound"}
    model: Any = model_of("PhoneCall")
    for start in range(0, 2500, 500):
        model.insert_many([{**row, "note": str(start + n)} for n in range(500)]).execute()
    delete({"UserRequest": [world["request"]]}, author=None)
    assert ids("PhoneCall") == set()


def test_a_deletion_is_part_of_the_history(world: dict[str, int], agent: Agent) -> None:
    delete({"UserRequest": [world["request"]]}, author=agent)
    (gone, *_rest) = changes_of("UserRequest", world["request"])
    assert (gone.operation, gone.author) == (Operation.DELETE, "Sam Support")
    assert changes_of("PhoneCall", world["call"])[0].operation is Operation.DELETE
    (emptied, *_rest) = changes_of("UserRequest", world["follow-up"])
    assert emptied.changes == {"parent_request_id": (world["request"], None)}
