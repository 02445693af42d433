"""Phone systems without keys of calls: what they say finds its call by number, device and time."""

from __future__ import annotations

import pytest
from calls_kit import ADA, BOB, NUMBER, Desk
from cti_calls.api_for_plugins import (
    CallState,
    Direction,
    Fact,
    FactKind,
    LegOutcome,
    Outcome,
    Party,
)

OTHER = "0123456789"


@pytest.fixture
def desk(sqlite_desk: Desk) -> Desk:
    return sqlite_desk


def rings(desk: Desk, at: float, device: str = ADA, remote: str | None = NUMBER) -> Fact:
    return desk.fact(FactKind.RINGING, "", at, device=device, remote=remote, direction=Direction.IN)


def test_the_phones_of_a_ring_group_ring_for_one_call(desk: Desk) -> None:
    desk.take(rings(desk, 0))
    desk.take(rings(desk, 1, BOB, "+33 9 87 65 43 21"))
    desk.take(desk.fact(FactKind.ANSWERED, "", 5, device=BOB, remote=NUMBER))
    # A phone that only rang says "missed": that does not end the call of the other one.
    desk.take(desk.fact(FactKind.LEG_ENDED, "", 5, device=ADA, outcome=LegOutcome.UNANSWERED))
    assert desk.only_call().state is CallState.TALKING
    desk.take(desk.fact(FactKind.HUNG_UP, "", 600, device=BOB))
    call = desk.only_call()
    assert (call.outcome, call.answered_by) == (Outcome.ANSWERED, ("bob",))
    assert [leg.outcome for leg in call.legs] == [LegOutcome.ELSEWHERE, None]


@pytest.mark.parametrize(
    ("at", "device", "remote"),
    [(70, ADA, NUMBER), (5, ADA, OTHER), (5, BOB, OTHER), (5, BOB, None)],
    ids=["later", "another number", "another number and phone", "nobody knows who"],
)
def test_another_call_begins(desk: Desk, at: float, device: str, remote: str | None) -> None:
    desk.take(rings(desk, 0))
    desk.take(rings(desk, at, device, remote))
    assert len(desk.all_calls()) == 2


def test_who_calls_while_talking_to_somebody_else_begins_another_call(desk: Desk) -> None:
    desk.take(rings(desk, 0))
    desk.take(desk.fact(FactKind.ANSWERED, "", 5, device=ADA))
    desk.take(rings(desk, 9, BOB))
    assert len(desk.all_calls()) == 2


def test_a_withheld_call_is_known_by_its_phone(desk: Desk) -> None:
    desk.take(rings(desk, 0, remote="anonymous"))
    desk.take(desk.fact(FactKind.HUNG_UP, "", 9, device=ADA, by=Party.REMOTE))
    call = desk.only_call()
    assert (call.withheld, call.outcome) == (True, Outcome.GAVE_UP)


def test_a_lookup_and_the_report_after_the_call_are_one_call(desk: Desk) -> None:
    """A server looks a number up when it rings, and reports hours later who talked."""
    desk.take(desk.started("", 0))
    desk.take(
        desk.started("", 3, device=""),
        desk.fact(FactKind.ANSWERED, "", 3, device=ADA, remote=NUMBER),
        desk.fact(FactKind.ENDED, "", 90, device=ADA, remote=NUMBER),
    )
    assert desk.only_call().outcome is Outcome.ANSWERED


def test_the_end_of_a_call_that_nobody_knows_is_kept(desk: Desk) -> None:
    desk.take(desk.fact(FactKind.ENDED, "", 5, device=ADA, remote=NUMBER))
    assert desk.only_call().outcome is Outcome.UNKNOWN


def test_another_source_has_calls_of_its_own(desk: Desk) -> None:
    desk.take(rings(desk, 0))
    desk.take(rings(desk, 1), source="other")
    assert {call.source for call in desk.all_calls()} == {"main", "other"}
