"""Calls whose end nobody told."""

from __future__ import annotations

import pytest
from calls_kit import ADA, Desk
from cti_calls.api_for_plugins import CallState, Change, Fact, FactKind, Outcome, Party


def test_a_call_that_rings_for_too_long_has_ended_when_it_is_read_and_then_in_the_file(
    desk: Desk,
) -> None:
    desk.take(desk.started("c1", -3600))
    call = desk.only_call()
    assert (call.state, call.outcome) == (CallState.ENDED, Outcome.UNKNOWN)
    assert desk.changes == []
    with desk.open():
        assert (desk.calls.end_lost(), desk.calls.end_lost()) == (1, 0)
    assert desk.only_call() == call
    assert [change for _record, change in desk.changes] == [Change.ENDED]
    assert desk.call_backs() == []


@pytest.mark.parametrize(
    ("kind", "minutes_it_lasts"), [(FactKind.QUEUED, 60), (FactKind.ANSWERED, 240)]
)
def test_who_waits_or_talks_may_do_so_for_longer(
    desk: Desk, kind: FactKind, minutes_it_lasts: int
) -> None:
    ages = (minutes_it_lasts - 5, minutes_it_lasts + 5)
    for key, age in zip(("young", "old"), ages, strict=True):
        desk.take(desk.started(key, -60 * age), desk.fact(kind, key, -60 * age, device=ADA))
    with desk.open():
        assert desk.calls.end_lost() == 1
    young, old = desk.all_calls()
    assert young.state is not CallState.ENDED
    assert old.outcome is Outcome.UNKNOWN


def test_what_is_told_later_opens_it_again_and_its_end_has_its_outcome(desk: Desk) -> None:
    desk.take(desk.started("c1", -3600))
    with desk.open():
        desk.calls.end_lost()
    # An older fact says nothing new.
    desk.take(desk.fact(FactKind.RINGING, "c1", -3600, device=ADA))
    assert desk.only_call().state is CallState.ENDED
    desk.take(desk.fact(FactKind.ANSWERED, "c1", 0, device=ADA))
    assert desk.only_call().state is CallState.TALKING
    desk.take(desk.fact(FactKind.HUNG_UP, "c1", 60, by=Party.REMOTE))
    assert desk.only_call().outcome is Outcome.ANSWERED


def test_a_beginning_under_the_key_of_a_lost_call_is_another_call(desk: Desk) -> None:
    desk.take(desk.started("c1", -3600))
    desk.take(desk.started("c1", 0))
    lost, now = desk.all_calls()
    assert (lost.outcome, now.state) == (Outcome.UNKNOWN, CallState.RINGING)


def test_open_calls_that_the_phone_system_has_no_more_have_ended(desk: Desk) -> None:
    def begun(key: str, at: float) -> tuple[Fact, ...]:
        return desk.started(key, at), desk.fact(FactKind.ANSWERED, key, at + 1, device=ADA)

    desk.take(*begun("there", 0))
    desk.take(*begun("gone", 0))
    desk.take(*begun("since", 20))
    desk.take(*begun("elsewhere", 0), source="other")
    with desk.open():
        assert desk.calls.seen_open("main", ["there", "unknown"], desk.at(10)) == 1
        assert desk.calls.seen_open("main", ["there", "unknown"], desk.at(10)) == 0
    outcomes = [(call.outcome, call.ended_at) for call in desk.all_calls()]
    assert outcomes == [(None, None), (Outcome.UNKNOWN, desk.at(10)), (None, None), (None, None)]
    with desk.open():
        assert desk.calls.seen_open("main", [], desk.at(60)) == 2
