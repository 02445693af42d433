"""The life cycles as data: every name in them exists, and the ways are those of iTop."""

from __future__ import annotations

import pytest
from cti_tickets.model.data_model import schema
from cti_tickets.model.lifecycles.lifecycle import Flag, LifeCycle, flags
from cti_tickets.model.schema import ClassDef

LIVING = [cls for cls in schema() if cls.lifecycle]


def life(cls: ClassDef) -> LifeCycle:
    assert cls.lifecycle is not None
    return cls.lifecycle


def ways(name: str, *, internal: bool = True) -> set[tuple[str, str, str]]:
    found = life(schema()[name])
    return {
        (way.source, way.stimulus, way.target)
        for way in found.transitions
        if internal or not found.stimuli[way.stimulus].internal
    }


def test_every_concrete_ticket_has_a_life_cycle() -> None:
    assert [cls.name for cls in LIVING] == schema().concrete("Ticket")


@pytest.mark.parametrize("cls", LIVING, ids=lambda cls: cls.name)
def test_states_attributes_and_stimuli_exist(cls: ClassDef) -> None:
    found = life(cls)
    assert set(found.states) == set(cls.attributes[found.attribute].values)
    assert found.initial == cls.attributes[found.attribute].default
    for state in found.states.values():
        assert set(state) <= set(cls.attributes)
    for way in found.transitions:
        assert {way.source, way.target} <= set(found.states)
        assert way.stimulus in found.stimuli
        used = {*way.flags, *way.dates, *way.resets, *filter(None, [way.elapsed])}
        assert used <= set(cls.attributes)
    for stimulus in found.stimuli.values():
        assert stimulus.label.in_language("en")
        assert stimulus.label.in_language("fr")
    assert found.optional_if_none <= set(cls.attributes)
    for watch, running in found.watches.items():
        assert {watch, f"{watch}_started", f"{watch}_laststart", f"{watch}_stopped"} <= set(
            cls.attributes
        )
        assert running & set(found.states)


@pytest.mark.parametrize("cls", LIVING, ids=lambda cls: cls.name)
def test_a_stimulus_leads_one_way_from_a_state(cls: ClassDef) -> None:
    starts = [(way.source, way.stimulus) for way in life(cls).transitions]
    assert len(starts) == len(set(starts))


@pytest.mark.parametrize("cls", LIVING, ids=lambda cls: cls.name)
def test_what_must_be_prompted_can_be_seen_and_given(cls: ClassDef) -> None:
    found = life(cls)
    for way in found.transitions:
        for code, flag in found.asked(way).items():
            if flag & (Flag.MUST_PROMPT | Flag.MUST_CHANGE):
                assert not cls.attributes[code].read_only
                assert cls.attributes[code].storable


@pytest.mark.parametrize("cls", LIVING, ids=lambda cls: cls.name)
def test_nothing_leads_out_of_closed_and_it_is_read_only(cls: ClassDef) -> None:
    found = life(cls)
    assert not [way for way in found.transitions if way.source == "closed"]
    editable = {
        a.code
        for a in cls.attributes.values()
        if a.storable and not a.read_only and found.flag("closed", a.code).editable
    }
    assert editable == ({"parent_incident_id"} if cls.name == "UserRequest" else set())


def test_the_ways_of_a_user_request() -> None:
    assert ways("UserRequest", internal=False) == {
        ("new", "ev_assign", "assigned"),
        ("new", "ev_wait_for_approval", "waiting_for_approval"),
        ("waiting_for_approval", "ev_approve", "approved"),
        ("waiting_for_approval", "ev_reject", "rejected"),
        ("approved", "ev_assign", "assigned"),
        ("rejected", "ev_reopen", "new"),
        ("escalated_tto", "ev_assign", "assigned"),
        ("assigned", "ev_pending", "pending"),
        ("assigned", "ev_resolve", "resolved"),
        ("assigned", "ev_reassign", "assigned"),
        ("escalated_ttr", "ev_pending", "pending"),
        ("escalated_ttr", "ev_resolve", "resolved"),
        ("escalated_ttr", "ev_reassign", "assigned"),
        ("pending", "ev_assign", "assigned"),
        ("resolved", "ev_close", "closed"),
        ("resolved", "ev_reopen", "assigned"),
    }
    assert ways("UserRequest") - ways("UserRequest", internal=False) == {
        ("new", "ev_timeout", "escalated_tto"),
        ("approved", "ev_timeout", "escalated_tto"),
        ("assigned", "ev_timeout", "escalated_ttr"),
        *(
            (source, "ev_autoresolve", "resolved")
            for source in (
                "new",
                "approved",
                "assigned",
                "escalated_ttr",
                "pending",
                "resolved",
            )
        ),
    }


def test_an_incident_goes_the_ways_of_a_request_without_the_approval() -> None:
    approval = {"waiting_for_approval", "approved", "rejected"}
    assert ways("Incident") == {
        way for way in ways("UserRequest") if not approval & {way[0], way[2]}
    }


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("RoutineChange", "ev_assign ev_plan ev_implement ev_monitor ev_finish"),
        ("RoutineChange", "ev_assign ev_plan ev_implement ev_finish"),
        ("EmergencyChange", "ev_assign ev_plan ev_approve ev_implement ev_monitor ev_finish"),
        ("NormalChange", "ev_validate ev_assign ev_plan ev_approve ev_implement ev_finish"),
        (
            "NormalChange",
            "ev_reject ev_reopen ev_validate ev_assign ev_plan ev_notapprove ev_replan ev_approve"
            " ev_implement ev_monitor ev_finish",
        ),
        ("Problem", "ev_assign ev_reassign ev_resolve ev_reassign ev_resolve ev_close"),
    ],
)
def test_a_path_leads_to_the_end(name: str, path: str) -> None:
    found = life(schema()[name])
    state = found.initial
    for stimulus in path.split():
        way = found.transition(state, stimulus)
        assert way is not None, (state, stimulus)
        state = way.target
    assert state == "closed"


def test_a_routine_change_needs_no_approval() -> None:
    assert "ev_approve" not in life(schema()["RoutineChange"]).stimuli


@pytest.mark.parametrize("letters", ["-", "H", "R", "M", "RMP", "MCP", "RP"])
def test_letters_stand_for_flags_and_back(letters: str) -> None:
    assert flags(letters).letters == letters.strip("-")
