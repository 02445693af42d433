"""Many objects are changed alike: all of them or none, each by the rules of its state."""

from __future__ import annotations

from typing import Any

import pytest
from cti_tickets.model.data_model import schema
from cti_tickets.store import logs, objects
from cti_tickets.store.listing.changes import NotAll, change_all, fingerprint, preview
from cti_tickets.store.transitions import apply_stimulus
from flask import Flask

from cti_host import Agent

REQUEST, TICKET, CALL, PERSON = (
    schema()[name] for name in ("UserRequest", "Ticket", "PhoneCall", "Person")
)


def add(class_name: str, /, **values: Any) -> int:
    return int(objects.create(class_name, values, author=None).id)


@pytest.fixture
def tickets(db_app: Flask) -> list[int]:
    """Three user requests, the second of them closed, and an incident."""
    org = add("Organization", name="Analytical")
    person = add("Person", first_name="Ada", name="Lovelace", org_id=org)
    team = add("Team", name="Desk", org_id=org)
    values = {"title": "T", "description": "D", "org_id": org, "caller_id": person}
    made = [add("UserRequest", **values) for _number in range(3)]
    made.append(add("Incident", **values))
    steps: list[tuple[str, dict[str, Any]]] = [
        ("ev_assign", {"team_id": team, "agent_id": person}),
        ("ev_resolve", {"solution": "Done.", "service_id": ""}),
        ("ev_close", {}),
    ]
    for stimulus, given in steps:
        apply_stimulus("UserRequest", made[1], stimulus, given, author=None)
    return made


def test_all_are_changed_and_each_says_what_changed(tickets: list[int], agent: Agent) -> None:
    open_ = [tickets[0], tickets[2]]
    objects.update("UserRequest", tickets[2], {"urgency": "1"}, author=None)
    given = {"urgency": "1", "private_log": "Together."}
    seen = preview(REQUEST, open_, given, author=agent)
    assert [objects.load("UserRequest", id_).urgency for id_ in open_] == ["4", "1"]
    assert [dict(change.after) for change in seen] == [
        {"urgency": "1", "private_log": "Together."},
        {"private_log": "Together."},
    ]
    done = change_all(REQUEST, open_, given, author=agent, agreed=fingerprint(seen))
    assert [change.after for change in done] == [change.after for change in seen]
    for id_ in open_:
        stored = objects.load("UserRequest", id_)
        # What follows from it follows.
        assert (stored.urgency, stored.priority) == ("1", "1")
        (entry,) = logs.entries(id_, "private_log")
        assert (entry.text, entry.author) == ("Together.", "Sam Support")


def test_one_that_its_state_keeps_from_changing_stops_all(tickets: list[int], agent: Agent) -> None:
    seen = preview(REQUEST, tickets[:3], {"title": "New"}, author=agent)
    assert [bool(change.errors) for change in seen] == [False, True, False]
    assert "title" in seen[1].errors
    with pytest.raises(NotAll) as refused:
        change_all(REQUEST, tickets[:3], {"title": "New"}, author=agent)
    assert [change.id for change in refused.value.changes if change.errors] == [tickets[1]]
    assert {objects.load("UserRequest", id_).title for id_ in tickets[:3]} == {"T"}


def test_tickets_of_several_classes_change_together(tickets: list[int], agent: Agent) -> None:
    ids = [tickets[0], tickets[3]]
    change_all(TICKET, ids, {"title": "Both"}, author=agent)
    assert {objects.load("Ticket", id_).title for id_ in ids} == {"Both"}


def test_a_value_that_only_one_may_have_stops_all(tickets: list[int], agent: Agent) -> None:
    org = objects.load("UserRequest", tickets[0]).org_id
    people = [add("Person", first_name="A", name=str(n), org_id=org) for n in range(2)]
    seen = preview(PERSON, people, {"employee_number": "7"}, author=agent)
    assert [bool(change.errors) for change in seen] == [False, True]
    with pytest.raises(NotAll):
        change_all(PERSON, people, {"employee_number": "7"}, author=agent)
    assert objects.load("Person", people[0]).employee_number == ""


def test_what_became_another_since_the_preview_is_not_changed(
    tickets: list[int], agent: Agent
) -> None:
    seen = fingerprint(preview(REQUEST, tickets[:1], {"title": "New"}, author=agent))
    objects.update("UserRequest", tickets[0], {"title": "Meanwhile"}, author=None)
    with pytest.raises(NotAll) as refused:
        change_all(REQUEST, tickets[:1], {"title": "New"}, author=agent, agreed=seen)
    assert not refused.value.changes[0].errors
    assert objects.load("UserRequest", tickets[0]).title == "Meanwhile"


def test_one_that_is_gone_is_named(tickets: list[int], agent: Agent) -> None:
    seen = preview(REQUEST, [tickets[0], 999], {"title": "New"}, author=agent)
    assert [bool(change.errors) for change in seen] == [False, True]


def test_a_mandatory_attribute_is_not_emptied(tickets: list[int], agent: Agent) -> None:
    person = objects.load("UserRequest", tickets[0]).caller_id
    call = add("PhoneCall", ticket_id=tickets[0], agent_id=person, flow="inbound")
    seen = preview(CALL, [call], {"agent_id": "", "flow": "sideways"}, author=agent)
    assert {*seen[0].errors} == {"agent_id", "flow"}
