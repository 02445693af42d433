"""Objects move from state to state: what is asked for, what is set, and who comes along."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from cti_tickets.store import objects
from cti_tickets.store.transitions import NotPossible, apply_stimulus
from cti_tickets.store.values import InvalidValues
from flask import Flask

from cti_host import Agent

NOW = datetime(2026, 3, 2, 9, 30)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def desk(db_app: Flask, agent: Agent) -> dict[str, Any]:
    """An organization, a caller, and a team with an agent."""
    org = objects.create("Organization", {"name": "Acme"}, author=agent).id
    ada, bob = (
        objects.create("Person", {"name": n, "first_name": "X", "org_id": org}, author=agent).id
        for n in ("Ada", "Bob")
    )
    team = objects.create("Team", {"name": "Desk", "org_id": org}, author=agent).id
    return {"org_id": org, "caller_id": ada, "team_id": team, "agent_id": bob}


def ticket(desk: dict[str, Any], agent: Agent, class_name: str = "UserRequest", **more: Any) -> Any:
    fields = {"title": "T", "description": "D", "org_id": desk["org_id"], **more}
    return objects.create(
        class_name, {"caller_id": desk["caller_id"], **fields}, author=agent, now=NOW
    )


def go(obj: Any, agent: Agent, stimulus: str, *, now: Any = LATER, **values: Any) -> Any:
    name = objects.definition_of(obj).name
    return apply_stimulus(name, obj.id, stimulus, values, author=agent, now=now)


def assigned(
    desk: dict[str, Any], agent: Agent, class_name: str = "UserRequest", **more: Any
) -> Any:
    obj = ticket(desk, agent, class_name, **more)
    return go(obj, agent, "ev_assign", team_id=desk["team_id"], agent_id=desk["agent_id"])


def test_a_request_goes_its_way_and_the_dates_are_set(desk: Any, agent: Agent) -> None:
    obj = assigned(desk, agent)
    assert (obj.status, obj.assignment_date) == ("assigned", LATER)
    obj = go(obj, agent, "ev_pending", pending_reason="A part is missing.", now=LATER)
    assert (obj.status, obj.last_pending_date) == ("pending", LATER)
    again = NOW + timedelta(hours=3)
    obj = go(obj, agent, "ev_assign", now=again)
    # Only the first assignment counts.
    assert (obj.status, obj.assignment_date) == ("assigned", LATER)
    obj = go(obj, agent, "ev_resolve", solution="Done.", now=again)
    assert (obj.status, obj.operational_status) == ("resolved", "resolved")
    assert (obj.resolution_date, obj.time_spent) == (again, 3 * 3600)
    obj = go(obj, agent, "ev_reopen", now=again)
    assert (obj.status, obj.solution, obj.resolution_date) == ("assigned", "Done.", again)
    last = again + timedelta(minutes=1)
    obj = go(go(obj, agent, "ev_resolve", now=last), agent, "ev_close", now=last)
    assert (obj.status, obj.operational_status, obj.close_date) == ("closed", "closed", last)
    assert (obj.resolution_date, obj.time_spent) == (last, 3 * 3600 + 60)


@pytest.mark.parametrize(
    ("stimulus", "values", "missing"),
    [
        ("ev_assign", {}, {"team_id", "agent_id"}),
        ("ev_assign", {"team_id": ""}, {"team_id", "agent_id"}),
        ("ev_wait_for_approval", {"approver_id": "99"}, {"approver_id"}),
    ],
)
def test_what_the_next_state_demands_is_demanded(
    desk: Any, agent: Agent, stimulus: str, values: dict[str, str], missing: set[str]
) -> None:
    obj = ticket(desk, agent)
    with pytest.raises(InvalidValues) as refused:
        go(obj, agent, stimulus, **values)
    assert set(refused.value.errors) == missing
    stored = objects.load("UserRequest", obj.id)
    assert (stored.status, stored.last_update) == ("new", NOW)


def test_a_solution_is_demanded_and_a_service_where_there_are_any(desk: Any, agent: Agent) -> None:
    obj = assigned(desk, agent)
    with pytest.raises(InvalidValues) as refused:
        go(obj, agent, "ev_resolve")
    assert set(refused.value.errors) == {"solution"}
    service = objects.create("Service", {"name": "Mail", "org_id": desk["org_id"]}, author=agent)
    with pytest.raises(InvalidValues) as refused:
        go(obj, agent, "ev_resolve", solution="Done.")
    assert set(refused.value.errors) == {"service_id"}
    done = go(obj, agent, "ev_resolve", solution="Done.", service_id=service.id)
    assert (done.status, done.service_id) == ("resolved", service.id)


def test_another_agent_is_demanded_for_a_reassignment(desk: Any, agent: Agent) -> None:
    obj = assigned(desk, agent)
    with pytest.raises(InvalidValues, match="must be changed"):
        go(obj, agent, "ev_reassign", agent_id=desk["agent_id"])
    moved = go(obj, agent, "ev_reassign", agent_id=desk["caller_id"])
    assert (moved.agent_id, moved.team_id) == (desk["caller_id"], desk["team_id"])


@pytest.mark.parametrize("stimulus", ["ev_close", "ev_reopen", "ev_timeout", "ev_nonsense"])
def test_only_ways_that_exist_and_are_no_internal_ones_can_be_gone(
    desk: Any, agent: Agent, stimulus: str
) -> None:
    obj = ticket(desk, agent)
    with pytest.raises(NotPossible):
        go(obj, agent, stimulus)
    with pytest.raises(NotPossible):
        apply_stimulus("Organization", desk["org_id"], stimulus, {}, author=agent)


def test_resolving_a_parent_resolves_its_children(desk: Any, agent: Agent) -> None:
    service = objects.create("Service", {"name": "Mail", "org_id": desk["org_id"]}, author=agent)
    parent = assigned(desk, agent, "Incident", service_id=service.id)
    incident = ticket(desk, agent, "Incident", parent_incident_id=parent.id)
    grandchild = ticket(desk, agent, "UserRequest", parent_incident_id=incident.id)
    below = ticket(desk, agent, "UserRequest", parent_request_id=grandchild.id)
    waiting = go(
        ticket(desk, agent, "UserRequest", parent_incident_id=parent.id),
        agent,
        "ev_wait_for_approval",
    )
    done = assigned(desk, agent, "Incident", parent_incident_id=parent.id, service_id=service.id)
    done = go(done, agent, "ev_resolve", solution="Own.", now=NOW)
    go(parent, agent, "ev_resolve", solution="Restarted.")
    for class_name, child in (
        ("Incident", incident),
        ("UserRequest", grandchild),
        ("UserRequest", below),
    ):
        stored = objects.load(class_name, child.id)
        assert (stored.status, stored.resolution_date) == ("resolved", LATER)
        assert stored.solution.startswith("Resolved together with ")
        assert (stored.team_id, stored.agent_id) == (desk["team_id"], desk["agent_id"])
        assert (stored.service_id, stored.time_spent) == (service.id, 7200)
    assert objects.load("UserRequest", waiting.id).status == "waiting_for_approval"
    assert objects.load("Incident", done.id).solution == "Own."


def test_parents_in_a_circle_do_not_turn_for_ever(desk: Any, agent: Agent) -> None:
    one = assigned(desk, agent, "Incident")
    two = ticket(desk, agent, "Incident", parent_incident_id=one.id)
    objects.update("Incident", one.id, {"parent_incident_id": two.id}, author=agent)
    go(one, agent, "ev_resolve", solution="Done.")
    assert objects.load("Incident", two.id).status == "resolved"
    assert objects.load("Incident", one.id).solution == "Done."


def test_stop_watches_run_in_their_states(desk: Any, agent: Agent) -> None:
    obj = ticket(desk, agent)
    assert (obj.tto_started, obj.tto_laststart, obj.tto, obj.ttr_started) == (NOW, NOW, 0, NOW)
    assert (obj.cumulatedpending, obj.cumulatedpending_started) == (None, None)

    def after(minutes: int) -> datetime:
        return NOW + timedelta(minutes=minutes)

    team = {"team_id": desk["team_id"], "agent_id": desk["agent_id"]}
    obj = go(obj, agent, "ev_assign", now=after(10), **team)
    assert (obj.tto, obj.tto_laststart, obj.tto_stopped) == (600, None, after(10))
    assert (obj.ttr, obj.ttr_laststart, obj.ttr_stopped) == (0, NOW, None)
    obj = go(obj, agent, "ev_pending", now=after(20), pending_reason="A part is missing.")
    assert (obj.ttr, obj.ttr_stopped) == (1200, after(20))
    obj = go(obj, agent, "ev_assign", now=after(50))
    assert (obj.cumulatedpending, obj.cumulatedpending_stopped) == (1800, after(50))
    assert (obj.ttr_started, obj.ttr_laststart) == (NOW, after(50))
    obj = go(obj, agent, "ev_resolve", now=after(60), solution="Done.")
    assert (obj.tto, obj.ttr, obj.cumulatedpending) == (600, 1800, 1800)
    assert obj.time_spent == 3600


def test_a_change_forgets_why_it_was_rejected_when_it_is_validated(desk: Any, agent: Agent) -> None:
    obj = go(ticket(desk, agent, "NormalChange"), agent, "ev_reject", reason="Too early.")
    assert (obj.status, obj.operational_status) == ("rejected", "closed")
    obj = go(obj, agent, "ev_reopen")
    teams = dict.fromkeys(["team_id", "supervisor_group_id", "manager_group_id"], desk["team_id"])
    accepted = {"acceptance_date": "2026-03-02 10:00:00", "acceptance_comment": "Yes."}
    obj = go(obj, agent, "ev_validate", **teams, **accepted)
    assert (obj.status, obj.reason) == ("validated", "")


def test_a_stored_date_is_kept_where_one_was_given(desk: Any, agent: Agent) -> None:
    given = "2026-03-01 08:00:00"
    storage_only = {"status": "assigned", "assignment_date": given}
    obj = ticket(desk, agent)
    stored = objects.update("UserRequest", obj.id, storage_only, author=agent, now=LATER)
    assert str(stored.assignment_date) == given
