"""Lists of calls: newest first, by agent, queue, number, person, outcome and day; paged by key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from calls_kit import ADA, BOB, KEY, Desk
from cti_calls.api_for_plugins import FactKind, LegOutcome, Outcome, Party
from cti_calls.model.tables import StoredCall
from cti_calls.store.agents.queues import queues_of
from cti_calls.store.lists import CallFilter, calls_page


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Four calls: one of ada's, one of both, one missed, one that still rings."""
    desk.take(desk.started("c1", 0, queue="support"))
    desk.take(desk.fact(FactKind.ANSWERED, "c1", 2, device=ADA), desk.fact(FactKind.ENDED, "c1", 9))
    desk.take(
        desk.started("c2", 20, remote="0123456789"),
        desk.fact(FactKind.RINGING, "c2", 21, leg="first", device=ADA),
        desk.fact(FactKind.LEG_ENDED, "c2", 22, leg="first", outcome=LegOutcome.BUSY),
        desk.fact(FactKind.RINGING, "c2", 23, leg="again", device=ADA),
        desk.fact(FactKind.ANSWERED, "c2", 24, leg="b", device=BOB),
        desk.fact(FactKind.ENDED, "c2", 29),
    )
    desk.take(
        desk.started("c3", 40, queue="desk"), desk.fact(FactKind.HUNG_UP, "c3", 45, by=Party.REMOTE)
    )
    desk.take(
        desk.started("c4", 60, queue="support"), desk.fact(FactKind.RINGING, "c4", 61, device=BOB)
    )
    return desk


def keys(desk: Desk, wanted: CallFilter, limit: int = 50) -> list[str]:
    """The calls of a list, by the second in which they began."""
    with desk.open():
        records = calls_page(desk.calls.reader, wanted, limit).records
    return [f"c{int((one.started_at - desk.begin).total_seconds()) // 20 + 1}" for one in records]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (CallFilter(), ["c4", "c3", "c2", "c1"]),
        (CallFilter(open=True), ["c4"]),
        (CallFilter(agent="ada"), ["c2", "c1"]),
        (CallFilter(agent="bob", open=True), ["c4"]),
        (CallFilter(agent="ada", outcome=Outcome.ANSWERED), ["c2", "c1"]),
        (CallFilter(agent="ada", queues=["support"]), ["c1"]),
        (CallFilter(agent="nobody"), []),
        (CallFilter(queues=["support", "desk"]), ["c4", "c3", "c1"]),
        (CallFilter(queues=[]), []),
        (CallFilter(remote_keys=[KEY]), ["c4", "c3", "c1"]),
        (CallFilter(remote_keys=[KEY, "+33123456789"]), ["c4", "c3", "c2", "c1"]),
        (CallFilter(remote_keys=[KEY], queues=["desk"]), ["c3"]),
        (CallFilter(remote_keys=[]), []),
        (CallFilter(outcome=Outcome.GAVE_UP), ["c3"]),
        (CallFilter(source="other"), []),
    ],
)
def test_what_is_wanted(desk: Desk, wanted: CallFilter, expected: list[str]) -> None:
    assert keys(desk, wanted) == expected


def test_by_day_person_and_ticket(desk: Desk) -> None:
    since, until = desk.at(20), desk.at(60)
    assert keys(desk, CallFilter(since=since, until=until)) == ["c3", "c2"]
    assert keys(desk, CallFilter(agent="bob", since=since, until=until)) == ["c2"]
    with desk.open():
        first = StoredCall.select().order_by(StoredCall.id).first()
        changed = StoredCall.update(caller="tickets:Person:7", ticket="tickets:UserRequest:3")
        changed.where(StoredCall.id == first.id).execute()
    assert keys(desk, CallFilter(callers=["tickets:Person:7"])) == ["c1"]
    assert keys(desk, CallFilter(ticket="tickets:UserRequest:3")) == ["c1"]


@pytest.mark.parametrize(
    "wanted", [CallFilter(), CallFilter(agent="ada"), CallFilter(queues=["support", "desk", "x"])]
)
def test_page_by_page_every_call_comes_once(desk: Desk, wanted: CallFilter) -> None:
    with desk.open():
        every = [one.id for one in calls_page(desk.calls.reader, wanted, 50).records]
        found, after = [], ""
        while True:
            page = calls_page(desk.calls.reader, wanted, 1, after)
            found += [one.id for one in page.records]
            after = page.next
            if not after:
                break
    assert found == every


def test_the_queues_of_an_agent_are_those_whose_calls_rang_on_their_phones(desk: Desk) -> None:
    with desk.open():
        assert (queues_of("ada"), queues_of("bob")) == (["support"], ["support"])
        assert queues_of("nobody") == []


def test_a_call_that_rang_for_too_long_is_not_open(desk: Desk) -> None:
    desk.take(desk.started("old", -600))
    assert keys(desk, CallFilter(open=True)) == ["c4"]
    with desk.open():
        (old,) = calls_page(
            desk.calls.reader, CallFilter(until=desk.begin - timedelta(minutes=1)), 9
        ).records
    assert old.outcome is Outcome.UNKNOWN
