"""Events of phone systems become calls."""

from __future__ import annotations

from calls_kit import ADA, BOB, KEY, NUMBER, Desk
from cti_calls.api_for_plugins import (
    CallState,
    Change,
    Direction,
    FactKind,
    LegOutcome,
    Outcome,
    Party,
)


def test_a_ring_group_is_one_call_that_one_agent_takes(desk: Desk) -> None:
    desk.take(desk.started(dialled="0199000210"))
    desk.take(
        desk.fact(FactKind.RINGING, at=1, leg="a", device=ADA),
        desk.fact(FactKind.RINGING, at=1, leg="b", device=BOB),
    )
    desk.take(desk.fact(FactKind.ANSWERED, at=4, leg="b", device=BOB))
    desk.take(desk.fact(FactKind.LEG_ENDED, at=4, leg="a", outcome=LegOutcome.CANCELLED))
    assert desk.only_call().state is CallState.TALKING
    desk.take(desk.fact(FactKind.HUNG_UP, at=60, by=Party.REMOTE, cause="16"))

    call = desk.only_call()
    assert (call.state, call.outcome, call.cause) == (CallState.ENDED, Outcome.ANSWERED, "16")
    assert (call.remote, call.remote_key, call.dialled) == (NUMBER, KEY, "0199000210")
    assert (call.started_at, call.answered_at) == (desk.at(0), desk.at(4))
    assert (call.ended_at, call.answered_by) == (desk.at(60), ("bob",))
    (ada, bob) = call.legs
    assert (ada.agents, ada.outcome, ada.ended_at) == (("ada",), LegOutcome.ELSEWHERE, desk.at(4))
    assert (bob.agents, bob.outcome, bob.ended_at) == (("bob",), None, desk.at(60))


def test_facts_take_what_they_do_not_say_from_the_call(desk: Desk) -> None:
    desk.take(desk.started(direction=Direction.OUT))
    desk.take(desk.fact(FactKind.ANSWERED, at=1))
    assert (desk.only_call().direction, desk.only_call().remote) == (Direction.OUT, NUMBER)


def test_the_end_of_a_call_that_is_unknown_makes_one_that_ended(desk: Desk) -> None:
    desk.take(desk.fact(FactKind.HUNG_UP, call="gone", at=3, cause="normalClearing"))
    call = desk.only_call()
    assert (call.state, call.outcome) == (CallState.ENDED, Outcome.UNKNOWN)
    assert (call.ended_at, call.cause) == (desk.at(3), "normalClearing")


def test_an_answer_after_the_end_is_kept_and_does_not_open_the_call_again(desk: Desk) -> None:
    desk.take(desk.started())
    desk.take(desk.fact(FactKind.HUNG_UP, at=9))
    desk.take(desk.fact(FactKind.ANSWERED, at=5, leg="a", device=ADA))
    call = desk.only_call()
    assert (call.state, call.outcome) == (CallState.ENDED, Outcome.ANSWERED)
    assert (call.answered_at, call.ended_at) == (desk.at(5), desk.at(9))


def test_a_beginning_under_the_key_of_a_call_that_has_ended_is_another_call(desk: Desk) -> None:
    desk.take(desk.started(NUMBER, 0))
    desk.take(desk.started(NUMBER, 2))  # said again while the call is open
    desk.take(desk.fact(FactKind.HUNG_UP, NUMBER, 10))
    desk.take(desk.started(NUMBER, 20))
    first, second = desk.all_calls()
    assert (first.started_at, first.state) == (desk.at(0), CallState.ENDED)
    assert (second.started_at, second.state) == (desk.at(20), CallState.RINGING)
    desk.take(desk.fact(FactKind.HUNG_UP, NUMBER, 30))
    assert [call.ended_at for call in desk.all_calls()] == [desk.at(10), desk.at(30)]


def test_a_beginning_that_was_overtaken_is_that_of_the_call(desk: Desk) -> None:
    """Phone systems without a clock of their own: the moments are those of the arrivals."""
    desk.take(desk.fact(FactKind.ANSWERED, at=1, device=ADA))
    desk.take(desk.fact(FactKind.HUNG_UP, at=2))
    desk.take(desk.started(at=3))
    assert desk.only_call().remote == NUMBER
    desk.take(desk.started(at=4))
    assert len(desk.all_calls()) == 2


def test_an_event_that_comes_again_is_taken_once(desk: Desk) -> None:
    event = desk.event(desk.started(NUMBER), dedup="event 1")
    ended = desk.event(desk.fact(FactKind.HUNG_UP, NUMBER, 10))
    assert desk.take_events([event, ended]).repeated == 0
    assert desk.take_events([event]).repeated == 1
    assert desk.take_events([ended, ended]).repeated == 2
    assert len(desk.all_calls()) == 1
    assert len(desk.journal()) == 2


def test_two_keys_of_one_call_make_one_record_of_two(desk: Desk) -> None:
    desk.take(desk.started("first"), desk.fact(FactKind.ANSWERED, "first", 1, leg="a", device=ADA))
    second = desk.started("second", 5, direction=Direction.INTERNAL, remote="202")
    desk.take(second, desk.fact(FactKind.ANSWERED, "second", 7, leg="b", device=BOB))
    desk.take(desk.fact(FactKind.JOINED, "first", 9, other="second"))
    desk.take(desk.fact(FactKind.ENDED, "second", 10))
    assert desk.only_call().state is CallState.TALKING
    desk.take(desk.fact(FactKind.ENDED, "first", 20))
    call = desk.only_call()
    assert (call.direction, call.remote, call.ended_at) == (Direction.IN, NUMBER, desk.at(20))
    assert call.answered_by == ("ada", "bob")


def test_plugins_are_told_of_each_change_once(desk: Desk) -> None:
    ringing = desk.fact(FactKind.RINGING, at=1, leg="a", device=ADA)
    desk.take(desk.started(), ringing)
    desk.take(ringing)
    desk.take(desk.fact(FactKind.ANSWERED, at=2, leg="a", device=ADA))
    desk.take(desk.fact(FactKind.ANSWERED, at=9, leg="b", device=BOB))
    desk.take(desk.fact(FactKind.HUNG_UP, at=20))
    desk.take(desk.started("c2", 30), desk.fact(FactKind.HUNG_UP, "c2", 40, by=Party.REMOTE))
    told: dict[int, list[Change]] = {}
    for record, change in desk.changes:
        told.setdefault(record.id, []).append(change)
    assert [*told.values()] == [
        [Change.RINGING, Change.ANSWERED, Change.TRANSFERRED, Change.ENDED],
        [Change.ENDED, Change.MISSED],
    ]
    (missed,) = [record for record, change in desk.changes if change is Change.MISSED]
    assert missed.outcome is Outcome.GAVE_UP
