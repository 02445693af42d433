"""Who gets a thread next."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import own_loop
import pytest

from cti_host.server.lanes import Lane, TooMuchWaits


def in_a_loop(test: Callable[[], None]) -> Callable[[], None]:
    """Run a test inside an event loop."""

    @wraps(test)
    def run() -> None:
        async def call() -> None:
            test()

        own_loop.run(call())

    return run


@in_a_loop
def test_those_who_wait_get_their_place_in_order_and_may_give_it_up() -> None:
    lane = Lane(1, waiting=3)
    first = lane.take()
    assert first is not None
    assert lane.take() is None
    turns = [lane.wait() for _ in range(3)]
    with pytest.raises(TooMuchWaits):
        lane.wait()
    lane.give_up(turns[1])
    first.leave()
    assert [turn.done() for turn in turns] == [True, False, False]
    # A second time it changes nothing.
    first.leave()
    assert not turns[2].done()
    turns[0].result().leave()
    assert turns[2].done()


@in_a_loop
def test_a_call_gets_the_next_place_of_either_lane() -> None:
    general = Lane(1, waiting=3)
    reserved = Lane(1, waiting=3, overflow=general)
    own, other = reserved.take(), reserved.take()
    assert own is not None
    assert other is not None
    page, call, later = general.wait(), reserved.wait(), reserved.wait()
    other.leave()
    assert (page.done(), call.done()) == (False, True)
    own.leave()
    assert later.done()
    # Its own place is in use again, but nobody else waits for a call.
    call.result().leave()
    assert page.done()


@in_a_loop
def test_a_request_that_steps_aside_lets_the_next_one_begin_and_as_many_as_places_may() -> None:
    lane = Lane(1, waiting=3)
    first = lane.take()
    assert first is not None
    one, two = lane.wait(), lane.wait()
    first.step_aside()
    first.step_aside()
    assert (one.done(), two.done(), lane.running) == (True, False, 1)
    # There is one place, so one may be aside: the next one that waits keeps its place.
    one.result().step_aside()
    assert not two.done()
    # When it ends it leaves no place a second time, but another one may step aside.
    first.leave()
    assert not two.done()
    one.result().step_aside()
    assert two.done()
    one.result().leave()
    two.result().leave()
    assert lane.running == 0
    assert lane.take() is not None


@in_a_loop
def test_calls_leave_some_places_of_the_other_lane_to_its_own_requests() -> None:
    general = Lane(3, waiting=5)
    reserved = Lane(1, waiting=5, overflow=general)
    assert reserved.take() is not None
    guest = reserved.take()
    assert guest is not None
    assert reserved.take() is None
    calls = [reserved.wait(), reserved.wait()]
    own = general.take()
    assert own is not None
    page = general.wait()
    own.leave()
    assert page.done()
    guest.leave()
    assert [call.done() for call in calls] == [True, False]


@in_a_loop
def test_a_call_that_waits_gets_a_place_of_the_other_lane_once_all_of_its_own_are_taken() -> None:
    general = Lane(3, waiting=5)
    reserved = Lane(3, waiting=5, overflow=general)
    computing, _too = reserved.take(), reserved.take()
    assert computing is not None
    calls = [reserved.wait() for _ in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        # From now on all of them wait for something: nobody looks again, and nobody leaves.
        patch.setattr("cti_host.server.lanes.COMPUTING_SECONDS", -1)
        computing.step_aside()
    assert [call.done() for call in calls] == [True, True, True]
    assert (reserved.running, general.running) == (3, 1)
