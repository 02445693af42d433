"""Every change of an object is recorded, and nobody overwrites what they have not seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from cti_tickets.model.classes.registry import (
    CreationKey,
    ObjectChange,
    Organization,
    PhoneCall,
    UserRequest,
)
from cti_tickets.model.data_model import schema
from cti_tickets.store import history
from cti_tickets.store.calls import record_outbound_call
from cti_tickets.store.concurrency import creation_keys
from cti_tickets.store.concurrency.creation_keys import AlreadyCreated
from cti_tickets.store.concurrency.versions import Outdated, last_seen_change, version_of_object
from cti_tickets.store.history.change import plain
from cti_tickets.store.objects import create, load, update
from cti_tickets.store.transitions import apply_stimulus
from cti_tickets.store.values import InvalidValues
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host import Agent, current_host

NOON = datetime(2026, 3, 1, 12, 0, 0)
ADA = Agent("ada", "Ada Agent", "ada@desk.example", profiles=frozenset({"Support Agent"}))
BOB = Agent("bob", "Bob Agent", "bob@desk.example", profiles=frozenset({"Support Agent"}))


def organization(name: str = "Acme") -> Any:
    return create("Organization", {"name": name}, author=ADA, now=NOON)


def person(**values: Any) -> Any:
    names = {"name": "Lovelace", "first_name": "Ada", "org_id": organization().id}
    return create("Person", {**names, **values}, author=ADA, now=NOON)


def ticket(class_name: str = "UserRequest", **values: Any) -> Any:
    caller = person()
    given = {"org_id": caller.org_id, "caller_id": caller.id, "title": "Printer",
             "description": "It's on fire."}  # fmt: skip
    return create(class_name, {**given, **values}, author=ADA, now=NOON)


def agents_are_persons() -> None:
    """Let the agents be persons: only then are phone calls recorded."""
    for agent in (ADA, BOB):
        person(first_name="Agent", email=agent.email)


def of(obj: Any) -> list[history.Change]:
    """The history of an object, oldest first."""
    return history.changes_of(type(obj).__name__, obj.id)[::-1]


# What is recorded


def test_a_new_object_has_its_values_and_its_author(db_app: Flask) -> None:
    (change,) = of(person(phone="0987654321"))
    assert (change.operation, change.account, change.author) == ("create", "ada", "Ada Agent")
    assert (change.moment, change.through) == (NOON, "command")
    assert change.changes["phone"] == (None, "0987654321")
    assert change.changes["status"] == (None, "active")
    assert "email" not in change.changes
    assert "phone_e164" not in change.changes


def test_a_change_has_what_was_and_what_is(db_app: Flask) -> None:
    stored = person(function="Mathematician")
    update("Person", stored.id, {"function": "", "phone": "1234"}, author=BOB, now=NOON)
    change = of(stored)[-1]
    assert (change.operation, change.account) == ("modify", "bob")
    assert change.changes == {"function": ("Mathematician", ""), "phone": ("", "1234")}


def test_a_save_that_changes_nothing_leaves_no_trace(db_app: Flask) -> None:
    stored = person()
    update("Person", stored.id, {"name": "Lovelace"}, author=BOB)
    assert len(of(stored)) == 1


def test_what_is_refused_leaves_no_trace(db_app: Flask) -> None:
    stored = person()
    with pytest.raises(InvalidValues):
        update("Person", stored.id, {"name": "", "function": "x"}, author=BOB)
    assert len(of(stored)) == 1


def test_a_day_and_a_key_are_recorded_as_they_are_stored(db_app: Flask) -> None:
    stored = person()
    update("Person", stored.id, {"status": "inactive"}, author=BOB, now=NOON)
    assert of(stored)[-1].changes == {
        "status": ("active", "inactive"),
        "obsolescence_date": (None, "2026-03-01"),
    }
    assert of(stored)[0].changes["org_id"] == (None, stored.org_id)


def test_a_transition_says_what_caused_it(db_app: Flask) -> None:
    stored = ticket()
    team = create("Team", {"name": "Support", "org_id": stored.org_id}, author=None)
    create("lnkPersonToTeam", {"team_id": team.id, "person_id": stored.caller_id}, author=None)
    given = {"team_id": team.id, "agent_id": stored.caller_id}
    apply_stimulus("UserRequest", stored.id, "ev_assign", given, author=BOB)
    change = of(stored)[-1]
    assert (change.operation, change.stimulus) == ("transition", "ev_assign")
    assert change.changes["status"] == ("new", "assigned")
    assert change.changes["team_id"] == (None, team.id)


def test_what_a_cascade_resolves_has_a_history_too(db_app: Flask) -> None:
    parent = ticket()
    child = ticket(parent_request_id=str(parent.id))
    team = create("Team", {"name": "Support", "org_id": parent.org_id}, author=None)
    given = {"team_id": team.id, "agent_id": parent.caller_id}
    for id_ in (parent.id, child.id):
        apply_stimulus("UserRequest", id_, "ev_assign", given, author=ADA)
    solved = {"solution": "Off and on", "resolution_code": "other"}
    apply_stimulus("UserRequest", parent.id, "ev_resolve", solved, author=BOB)
    change = of(child)[-1]
    assert (change.operation, change.stimulus, change.account) == (
        "transition",
        "ev_autoresolve",
        "bob",
    )


def test_an_entry_of_a_log_is_a_change_but_not_its_text(db_app: Flask) -> None:
    stored = ticket()
    update("UserRequest", stored.id, {"public_log": "Called back"}, author=BOB, now=NOON)
    change = of(stored)[-1]
    assert change.account == "bob"
    assert "public_log" not in change.changes


def test_a_phone_call_came_by_phone(db_app: Flask) -> None:
    agents_are_persons()
    call = record_outbound_call(ticket(), None, ADA)
    (change,) = of(call)
    assert (change.operation, change.through, change.account) == ("create", "phone", "ada")
    assert change.changes["flow"] == (None, "outbound")


def test_a_ticket_that_came_by_phone_gets_its_call_by_phone(db_app: Flask) -> None:
    agents_are_persons()
    stored = ticket(origin="phone")
    call: Any = PhoneCall.get(PhoneCall.ticket == stored.id)
    assert [c.through for c in of(call)] == ["phone"]
    assert [c.through for c in of(stored)] == ["command"]


def test_the_way_can_be_said(db_app: Flask) -> None:
    with history.acting_through(history.Way.API):
        stored = organization()
    assert of(stored)[0].through == "api"


def test_a_command_has_no_account(db_app: Flask) -> None:
    stored = create("Organization", {"name": "Acme"}, author=None)
    assert of(stored)[0].account == ""


def test_objects_of_different_tables_with_one_id_have_histories_of_their_own(
    db_app: Flask,
) -> None:
    org = organization()
    someone = person()
    assert org.id == someone.id
    assert len(of(org)) == len(of(someone)) == 1


# Deleting


def test_what_was_deleted_keeps_its_name_and_its_values(db_app: Flask) -> None:
    stored = person(function="Mathematician")
    history.deleted({"Person": [stored.id]}, author=BOB, now=NOON)
    change = of(stored)[-1]
    assert (change.operation, change.name, change.account) == ("delete", "Ada Lovelace", "bob")
    assert change.changes["function"] == ("Mathematician", None)
    assert history.names_of_deleted("Contact", [stored.id, 99]) == {stored.id: "Ada Lovelace"}


def test_a_key_that_is_emptied_is_a_change(db_app: Flask) -> None:
    stored = ticket()
    history.emptied("UserRequest", "caller_id", [stored.id], author=BOB, now=NOON)
    assert of(stored)[-1].changes == {"caller_id": (stored.caller_id, None)}


def test_a_deletion_of_many_is_recorded(db_app: Flask) -> None:
    ids = [organization(f"Acme {n}").id for n in range(3)]
    history.deleted({"Organization": ids}, author=None, now=NOON)
    assert set(history.names_of_deleted("Organization", ids).values()) == {
        "Acme 0",
        "Acme 1",
        "Acme 2",
    }


# Reading


def test_the_history_is_read_page_by_page(db_app: Flask) -> None:
    stored = person()
    for number in range(5):
        update("Person", stored.id, {"function": str(number)}, author=ADA)
    first = history.changes_of("Person", stored.id, limit=4)
    second = history.changes_of("Contact", stored.id, before=first[-1].id, limit=4)
    assert [c.changes.get("function", ("", None))[1] for c in (*first, *second)] == [
        "4",
        "3",
        "2",
        "1",
        "0",
        None,
    ]
    assert last_seen_change(version_of_object(stored)) == first[0].id


def test_the_changes_of_all_objects_are_filtered(db_app: Flask) -> None:
    stored = person()
    update("Person", stored.id, {"function": "x"}, author=BOB, now=NOON + timedelta(days=1))

    def found(**wanted: Any) -> int:
        return len(history.all_changes(history.ChangeFilter(**wanted)))

    assert found() == 3
    assert found(class_name="Person") == found(class_name="Contact") == 2
    assert found(account="bob") == found(operation=history.Operation.MODIFY) == 1
    assert found(since=NOON + timedelta(hours=1)) == 1
    assert found(until=NOON + timedelta(hours=1)) == 2
    assert found(class_name="Organization", object_id=stored.org_id) == 1


def test_the_history_of_an_object_is_erased_and_that_of_old_days_expires(db_app: Flask) -> None:
    stored = person()
    assert history.expire(NOON, dry_run=True) == 0
    assert history.erase("Person", stored.id) == 1
    assert of(stored) == []
    assert history.expire(NOON + timedelta(days=1), dry_run=True) == 1
    assert history.expire(NOON + timedelta(days=1)) == 1
    assert ObjectChange.select().count() == 0


VALUES = {
    "function": st.sampled_from(["", "Mathematician", "Countess"]),
    "phone": st.sampled_from(["", "0987654321", "1234"]),
    "status": st.sampled_from(["active", "inactive"]),
    "notify": st.sampled_from(["yes", "no"]),
    "employee_number": st.text(st.characters(codec="ascii", categories=["Lu"]), max_size=3),
}


@settings(
    max_examples=25,
    deadline=None,
)
@given(changes=st.lists(st.fixed_dictionaries({}, optional=VALUES), max_size=6))
def test_replaying_the_history_of_an_object_gives_its_present_state(
    db_app: Flask, changes: list[dict[str, str]]
) -> None:
    stored = person()
    for day, values in enumerate(changes):
        update("Person", stored.id, values, author=BOB, now=NOON + timedelta(days=day))
    assert history.replayed(of(stored)) == state(load("Person", stored.id)) | emptied(of(stored))
    # And backwards, from what is stored, to what there was at first.
    made, *later = of(stored)
    unwound = history.unwound(state(load("Person", stored.id)), later)
    assert {k: v for k, v in unwound.items() if v not in ("", None)} == history.replayed([made])


STIMULI = st.lists(
    st.sampled_from(["ev_assign", "ev_reassign", "ev_pending", "ev_resolve", "ev_reopen"]),
    max_size=6,
)


@settings(
    max_examples=15,
    deadline=None,
)
@given(stimuli=STIMULI)
def test_replaying_the_history_of_a_ticket_gives_its_present_state(
    db_app: Flask, stimuli: list[str]
) -> None:
    stored = ticket()
    team = create("Team", {"name": "Support", "org_id": stored.org_id}, author=None)
    given = {"team_id": team.id, "agent_id": stored.caller_id, "pending_reason": "Parts",
             "solution": "Off and on", "resolution_code": "other"}  # fmt: skip
    people, solved = ["team_id", "agent_id"], ["solution", "resolution_code"]
    asked = {"ev_assign": people, "ev_reassign": people, "ev_pending": ["pending_reason"],
             "ev_resolve": solved}  # fmt: skip
    for hour, stimulus in enumerate(stimuli):
        values = {code: given[code] for code in asked.get(stimulus, [])}
        now = NOON + timedelta(hours=hour)
        try:
            apply_stimulus("UserRequest", stored.id, stimulus, values, author=BOB, now=now)
        except (ValueError, KeyError):
            continue  # not from this state
    present = load("UserRequest", stored.id)
    assert history.replayed(of(stored)) == state(present) | emptied(of(stored))


def state(obj: Any) -> dict[str, Any]:
    """What is stored of an object, as far as there is anything."""
    codes = [a.code for a in schema()[type(obj).__name__].attributes.values() if a.stored]
    values = {code: plain(getattr(obj, code)) for code in codes}
    return {code: value for code, value in values.items() if value not in ("", None)}


def emptied(changes: list[history.Change]) -> dict[str, Any]:
    """What the last change of an attribute has emptied."""
    return {code: v for code, v in history.replayed(changes).items() if v in ("", None)}


# Versions


def test_a_version_changes_with_every_change(db_app: Flask) -> None:
    stored = ticket()
    versions = [version_of_object(load("UserRequest", stored.id))]
    for values in ({"title": "Scanner"}, {"public_log": "One"}, {"private_log": "Two"}):
        update("UserRequest", stored.id, values, author=ADA, now=NOON)
        versions.append(version_of_object(load("UserRequest", stored.id)))
    assert len(set(versions)) == 4
    assert versions[-1] == version_of_object(load("UserRequest", stored.id))


def test_an_outdated_version_is_refused_and_nothing_is_stored(db_app: Flask) -> None:
    stored = person()
    version = version_of_object(stored)
    update("Person", stored.id, {"function": "Countess"}, author=ADA, version=version)
    with pytest.raises(Outdated) as refused:
        update("Person", stored.id, {"function": "Queen"}, author=BOB, version=version)
    present = load("Person", stored.id)
    assert present.function == "Countess"
    assert refused.value.current == version_of_object(present)
    assert [c.account for c in of(stored)] == ["ada", "ada"]
    seen = last_seen_change(version)
    assert seen is not None
    (missed,) = history.changes_since("Person", stored.id, seen)
    assert missed.changes == {"function": ("", "Countess")}


@pytest.mark.parametrize("version", ["", "x", "v0123456789abcdef", "v0123456789abcdef-7"])
def test_a_version_that_never_was_is_refused(db_app: Flask, version: str) -> None:
    with pytest.raises(Outdated):
        update("Person", person().id, {"function": "x"}, author=ADA, version=version)


def test_a_history_that_is_no_longer_kept_makes_no_version_outdated(db_app: Flask) -> None:
    stored = person()
    version = version_of_object(stored)
    history.erase("Person", stored.id)
    update("Person", stored.id, {"function": "Countess"}, author=ADA, version=version)


def test_a_transition_of_an_outdated_version_is_refused(db_app: Flask) -> None:
    stored = ticket()
    version = version_of_object(load("UserRequest", stored.id))
    update("UserRequest", stored.id, {"title": "Scanner"}, author=ADA)
    with pytest.raises(Outdated):
        apply_stimulus("UserRequest", stored.id, "ev_assign", {}, author=BOB, version=version)


@pytest.mark.parametrize("attempt", range(5))
def test_of_two_saves_at_the_same_moment_one_wins_and_the_other_is_told(
    db_app: Flask, attempt: int
) -> None:
    stored = ticket()
    version = version_of_object(load("UserRequest", stored.id))
    together = Barrier(2)

    def save(agent: Agent) -> bool:
        with db_app.app_context(), current_host().database.connection_context():
            together.wait()
            try:
                values = {"title": agent.name}
                update("UserRequest", stored.id, values, author=agent, version=version)
            except Outdated:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(save, (ADA, BOB)))
    assert sorted(won) == [False, True]
    assert load("UserRequest", stored.id).title == ("ada" if won[0] else "bob")


# Forms that are sent twice


def test_a_form_that_is_sent_again_makes_nothing_new(db_app: Flask) -> None:
    key = creation_keys.new_key()
    first = create("Organization", {"name": "Acme"}, author=ADA, key=key)
    with pytest.raises(AlreadyCreated) as again:
        create("Organization", {"name": "Acme"}, author=ADA, key=key)
    assert (again.value.class_name, again.value.object_id) == ("Organization", first.id)
    assert Organization.select().count() == 1


def test_the_same_form_with_other_values_or_of_another_agent_makes_another_object(
    db_app: Flask,
) -> None:
    key = creation_keys.new_key()
    for name, author in (("Acme", ADA), ("Other", ADA), ("Acme", BOB)):
        create("Organization", {"name": name}, author=author, key=key)
    create("Organization", {"name": "Acme"}, author=ADA, key=creation_keys.new_key())
    assert Organization.select().count() == 4


def test_a_form_that_was_refused_can_be_sent_again(db_app: Flask) -> None:
    key = creation_keys.new_key()
    with pytest.raises(InvalidValues):
        create("Person", {"name": ""}, author=ADA, key=key)
    assert CreationKey.select().count() == 0


def test_an_employee_number_that_only_the_first_form_has_taken_is_no_mistake(
    db_app: Flask,
) -> None:
    key, org = creation_keys.new_key(), organization()
    values = {"name": "L", "first_name": "A", "org_id": org.id, "employee_number": "7"}
    create("Person", values, author=ADA, key=key)
    with pytest.raises(AlreadyCreated):
        create("Person", values, author=ADA, key=key)


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_equal_forms_at_the_same_moment_one_makes_a_ticket_and_its_call(
    db_app: Flask, attempt: int
) -> None:
    agents_are_persons()
    caller, key, together = person(), creation_keys.new_key(), Barrier(3)
    values = {"org_id": caller.org_id, "caller_id": caller.id, "title": "Printer",
              "description": "On fire", "origin": "phone"}  # fmt: skip

    def send(_number: int) -> tuple[bool, int]:
        with db_app.app_context(), current_host().database.connection_context():
            together.wait()
            try:
                return True, create("UserRequest", values, author=ADA, key=key).id
            except AlreadyCreated as again:
                return False, again.object_id

    with ThreadPoolExecutor(3) as pool:
        sent = list(pool.map(send, range(3)))
    assert sorted(new for new, _id in sent) == [False, False, True]
    assert len({id_ for _new, id_ in sent}) == 1
    assert UserRequest.select().where(UserRequest.finalclass == "UserRequest").count() == 1
    assert PhoneCall.select().count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_a_double_click_on_a_number_is_one_call(db_app: Flask, attempt: int) -> None:
    agents_are_persons()
    stored, together = ticket(), Barrier(2)

    def click(_number: int) -> int:
        with db_app.app_context(), current_host().database.connection_context():
            together.wait()
            note = "Mobile: 0987654321"
            call: Any = record_outbound_call(stored, stored.caller_id, ADA, note, now=NOON)
            return int(call.id)

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(click, range(2)))) == 1
    assert PhoneCall.select().where(PhoneCall.flow == "outbound").count() == 1


def test_another_number_another_agent_or_another_time_is_another_call(db_app: Flask) -> None:
    agents_are_persons()
    stored = ticket()
    calls = [
        (ADA, "Mobile: 1", 0),
        (ADA, "Phone: 2", 0),
        (BOB, "Mobile: 1", 0),
        (ADA, "Mobile: 1", 9),
    ]
    for agent, note, seconds in calls:
        now = NOON + timedelta(seconds=seconds)
        record_outbound_call(stored, stored.caller_id, agent, note, now=now)
    assert PhoneCall.select().where(PhoneCall.flow == "outbound").count() == 4


def test_old_keys_are_deleted(db_app: Flask) -> None:
    create("Organization", {"name": "Acme"}, author=ADA, key="a key", now=NOON)
    creation_keys.sweep(NOON + creation_keys.KEPT)
    assert CreationKey.select().count() == 1
    creation_keys.sweep(NOON + creation_keys.KEPT + timedelta(seconds=1))
    assert CreationKey.select().count() == 0
