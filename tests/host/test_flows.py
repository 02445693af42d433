"""A flow of calls runs in one thread, each call with a deadline of its own."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cti_host.isolation.ended import Ended
from cti_host.isolation.jobs import Flow, Overdue, Step
from cti_host.isolation.workers import MAX_OVERDUE, Workers

SOON = 0.02
LATER = 30


def step(function: Callable[[], Any], seconds: float = LATER, owner: str = "plugin") -> Step:
    return Step(owner, "hook", function, seconds)


def threads(*steps: Step) -> Flow[list[Any]]:
    """The results of some steps; of one that failed, what it failed with."""
    results: list[Any] = []
    for one in steps:
        yield one
        try:
            results.append(one.result())
        except Exception as error:
            results.append(error)
    return results


def test_the_calls_of_a_flow_share_a_thread() -> None:
    here = threading.current_thread()
    first, second = Workers().follow(
        threads(step(threading.current_thread), step(threading.current_thread)), LATER
    )
    assert first is second
    assert first is not here


def test_a_call_that_is_late_stays_behind_and_the_flow_goes_on() -> None:
    workers, release = Workers(), threading.Event()
    late, thread = workers.follow(
        threads(step(release.wait, SOON, "slow"), step(threading.current_thread)), SOON
    )
    assert isinstance(late, Overdue)
    assert str(late) == f"no answer within {SOON:g} s"
    assert isinstance(thread, threading.Thread)
    (hanging,) = workers.hanging()
    assert (hanging.owner, hanging.hook) == ("slow", "hook")
    release.set()


def test_what_comes_too_late_is_thrown_away() -> None:
    release, came = threading.Event(), threading.Event()

    def slow() -> str:
        release.wait()
        came.set()
        return "too late"

    asked = step(slow, SOON)

    def wait_for_it() -> bool:
        release.set()
        return came.wait(LATER)

    results = Workers().follow(threads(asked, step(wait_for_it)), SOON)
    assert results[1] is True
    assert asked.value is None
    assert isinstance(asked.error, Overdue)


def test_a_plugin_with_many_hanging_calls_is_not_called_in_a_flow_either() -> None:
    workers, release = Workers(), threading.Event()
    for _ in range(MAX_OVERDUE):
        with pytest.raises(Overdue):
            workers.run("slow", "hook", release.wait, SOON)
    called: list[str] = []
    refused, other = workers.follow(
        threads(step(lambda: called.append("slow"), owner="slow"), step(lambda: "other")), LATER
    )
    release.set()
    assert isinstance(refused, Overdue)
    assert (called, other) == ([], "other")


def test_whoever_waits_for_a_call_lets_others_work_meanwhile() -> None:
    others_work = threading.Event()
    workers = Workers(meanwhile=others_work.set)

    def wait() -> bool:
        return others_work.wait(LATER)

    assert workers.run("slow", "hook", wait, LATER)
    others_work.clear()
    assert workers.follow(threads(step(wait)), LATER) == [True]


def test_what_a_call_raises_is_for_the_flow_to_see() -> None:
    def fail() -> None:
        raise LookupError("nobody")

    def stop() -> None:
        raise SystemExit(3)

    failed, stopped = Workers().follow(threads(step(fail), step(stop)), LATER)
    assert isinstance(failed, LookupError)
    assert isinstance(stopped, Ended)


def test_what_the_flow_itself_raises_reaches_whoever_follows_it() -> None:
    def broken() -> Flow[None]:
        yield step(lambda: None)
        raise KeyError("bug")

    with pytest.raises(KeyError, match="bug"):
        Workers().follow(broken(), LATER)


def test_a_flow_within_a_call_has_half_of_the_time_that_is_left() -> None:
    workers, release = Workers(), threading.Event()

    def outer() -> list[Any]:
        return workers.follow(threads(step(release.wait), step(lambda: "done")), LATER)

    late, done = workers.run("outer", "hook", outer, 1)
    release.set()
    assert isinstance(late, Overdue)
    assert done == "done"


def test_connections_are_given_back_once_a_flow_ends() -> None:
    given_back: list[threading.Thread] = []
    workers = Workers(after=lambda: given_back.append(threading.current_thread()))
    first, second = workers.follow(
        threads(step(threading.current_thread), step(threading.current_thread)), LATER
    )
    assert given_back == [first]
    assert first is second


class Page:
    """What a request holds, until nobody needs it."""


@pytest.fixture
def no_cycles_are_found() -> Iterator[None]:
    """Python does not look for objects that hold each other."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_cycles_are_found")
def test_what_a_call_returned_is_kept_by_nobody_but_whoever_called() -> None:
    def page() -> Flow[Page]:
        yield step(int)
        return Page()

    workers = Workers()
    called = weakref.ref(workers.run("plugin", "hook", Page, LATER))
    followed = weakref.ref(workers.follow(page(), LATER))
    workers.run("plugin", "hook", int, LATER)  # the thread is done with what it did before
    assert called() is None
    assert followed() is None
