"""Several processes take facts of one call at the same time."""

from __future__ import annotations

import logging
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from calls_kit import ADA, BOB, PATIENCE_SECONDS, Desk, take_in_process
from cti_calls.api_for_plugins import (
    CallState,
    Fact,
    FactKind,
    LegOutcome,
    Outcome,
    Party,
)
from cti_calls.store.taking.notifying import ChangeNotifier


def at_once(*functions: Callable[[], object]) -> None:
    """Run functions in threads, all of which begin together."""
    together = threading.Barrier(len(functions), timeout=PATIENCE_SECONDS)

    def run(function: Callable[[], object]) -> None:
        together.wait()
        function()

    with ThreadPoolExecutor(len(functions)) as pool:
        list(pool.map(run, functions))


def test_the_same_and_other_facts_of_a_call_at_once(desk: Desk) -> None:
    begun = desk.event(desk.started(), dedup="begun")
    facts = [
        desk.fact(FactKind.RINGING, at=1, leg="a", device=ADA),
        desk.fact(FactKind.RINGING, at=1, leg="b", device=BOB),
        desk.fact(FactKind.ANSWERED, at=2, leg="a", device=ADA),
        desk.fact(FactKind.LEG_ENDED, at=2, leg="b", outcome=LegOutcome.CANCELLED),
        desk.fact(FactKind.HUNG_UP, at=9, by=Party.REMOTE),
    ]

    def tell(order: Sequence[Fact]) -> Callable[[], object]:
        def run() -> None:
            desk.take_events([begun])
            for fact in order:
                desk.take(fact)

        return run

    at_once(tell(facts), tell(facts[::-1]), tell(facts[2:] + facts[:2]))
    call = desk.only_call()
    assert (call.state, call.outcome) == (CallState.ENDED, Outcome.ANSWERED)
    assert call.answered_by == ("ada",)
    assert [leg.outcome for leg in call.legs] == [None, LegOutcome.ELSEWHERE]
    assert sum(entry.kind == "test" for entry in desk.journal()) == 1 + 3 * len(facts)


def test_two_calls_are_joined_while_both_are_told_of(desk: Desk) -> None:
    desk.take(desk.started("one"))
    desk.take(desk.started("two", 1))
    at_once(
        lambda: desk.take(desk.fact(FactKind.JOINED, "one", 5, other="two")),
        lambda: desk.take(desk.fact(FactKind.JOINED, "two", 5, other="one")),
        lambda: desk.take(desk.fact(FactKind.ANSWERED, "one", 2, leg="a", device=ADA)),
        lambda: desk.take(desk.fact(FactKind.ANSWERED, "two", 3, leg="b", device=BOB)),
    )
    assert desk.only_call().answered_by == ("ada", "bob")


def test_calls_without_keys_that_ring_two_phones_at_once_are_one(desk: Desk) -> None:
    at_once(
        *(
            lambda device=device: desk.take(
                desk.fact(FactKind.RINGING, "", 1, device=device, remote="0987654321")
            )
            for device in (ADA, BOB)
        )
    )
    assert {leg.device for leg in desk.only_call().legs} == {ADA, BOB}


def test_a_caller_who_is_missed_twice_at_once_waits_once(desk: Desk) -> None:
    at_once(
        *(
            lambda key=key: desk.take(
                desk.started(key), desk.fact(FactKind.HUNG_UP, key, 5, by=Party.REMOTE)
            )
            for key in ("one", "two", "three")
        )
    )
    (waiting,) = desk.call_backs()
    assert waiting.count == 3


def test_two_processes_take_the_same_calls(desk: Desk) -> None:
    facts = [
        fact
        for key in ("one", "two", "three")
        for fact in (
            desk.started(key),
            desk.fact(FactKind.RINGING, key, 1, leg=f"{key} a", device=ADA),
            desk.fact(FactKind.ANSWERED, key, 2, leg=f"{key} a", device=ADA),
            desk.fact(FactKind.ENDED, key, 9),
        )
    ]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([take_in_process.__module__])
    barrier = context.Barrier(2)
    others = [
        context.Process(target=take_in_process, args=(desk.config, order, barrier))
        for order in (facts, facts[::-1])
    ]
    for other in others:
        other.start()
    for other in others:
        other.join(2 * PATIENCE_SECONDS)
        other.kill()
    assert [other.exitcode for other in others] == [0, 0]
    assert [call.outcome for call in desk.all_calls()] == [Outcome.ANSWERED] * 3
    assert len(desk.journal()) == len(facts)


def test_an_event_waits_for_the_database_a_few_times(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = 0
    for name in ("fetchone", "fetchall"):
        read = getattr(psycopg.Cursor, name)

        def fetch(cursor: Any, read: Callable[[Any], Any] = read) -> Any:
            nonlocal waits
            waits += 1
            return read(cursor)

        monkeypatch.setattr(psycopg.Cursor, name, fetch)
    caplog.set_level(logging.DEBUG, "peewee")
    # Their statements are counted, and not those of others who are told of the call.
    monkeypatch.setattr(ChangeNotifier, "tell", lambda *_arguments: None)
    now = (datetime.now(UTC) - desk.begin).total_seconds()  # what is told late takes one more
    for facts in (
        [desk.started(at=now), desk.fact(FactKind.RINGING, at=now + 1, leg="a", device=ADA)],
        [desk.fact(FactKind.ANSWERED, at=now + 2, leg="a", device=ADA)],
        [desk.fact(FactKind.HUNG_UP, at=now + 9, by=Party.REMOTE)],
    ):
        caplog.clear()
        waits = 0
        desk.take(*facts)
        statements = [one.getMessage() for one in caplog.records if one.name == "peewee"]
        assert len(statements) <= 14
        # As many as what is asked for depends on what was asked before; writing waits once.
        assert waits <= 8
