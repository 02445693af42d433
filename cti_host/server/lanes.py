"""Threads for requests, and who gets one next.

Everything here but the threads themselves happens in the event loop, so nothing needs a lock.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

# So many requests of a lane compute at a time: with more, Python's threads get in each other's way,
# and all of them together get less done.
AT_ONCE = 2
# A request that takes longer waits for something, a database or another system, and leaves the
# processor to others.
COMPUTING_SECONDS = 0.1
# What a thread does; it returns what is to be called once the thread is free. Neither raises.
Job = Callable[[], Callable[[], object]]


class TooMuchWaits(Exception):
    """No thread is free, and as many requests as allowed wait for one already."""


class Threads:
    """Threads that are made when they are needed, and used again."""

    def __init__(self) -> None:
        self._idle: list[SimpleQueue[Job]] = []

    def run(self, job: Job) -> None:
        """Run something in a thread: the one that was used last, which has the most at hand."""
        try:
            jobs = self._idle.pop()
        except IndexError:
            jobs = SimpleQueue()
            # A request that hangs must not keep the process from ending.
            threading.Thread(
                target=self._work, args=(jobs,), name="cti-host-request", daemon=True
            ).start()
        jobs.put(job)

    def _work(self, jobs: SimpleQueue[Job]) -> None:
        while True:
            done = jobs.get()()
            # The thread is free before anybody hears of it, and can be used for what comes next.
            self._idle.append(jobs)
            done()
            del done  # what a request held is not held until the next one


class Lane:
    """Places for requests of one kind: each of them may use a thread.

    A request that waits for a plugin steps aside: it keeps its thread, and others get its place. So
    many may have stepped aside as there are places.

    :param places: how many requests may run
    :param waiting: how many more may wait
    :param overflow: the lane whose places are taken, before its own requests get them, when those
        of this one are all in use; but for the last few, so that its own requests do get some
    """

    def __init__(self, places: int, waiting: int, overflow: Lane | None = None) -> None:
        self._places = places
        self._most_waiting = waiting
        self._overflow = overflow
        self._guests: list[Lane] = []
        if overflow is not None:
            overflow._guests.append(self)
        self._most_of_guests = max(1, places - AT_ONCE)
        self._of_guests = 0
        self._aside = 0
        self._started: dict[Place, float] = {}
        self._waiting: deque[asyncio.Future[Place]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def take(self) -> Place | None:
        """A place, if one is free; `leave()` gives it back."""
        if not self._waiting and self._may_start():
            return self._start()
        if self._overflow is not None and self._is_full():
            return self._overflow._take_as_guest()
        return None

    def _take_as_guest(self) -> Place | None:
        if not self._waiting and self._has_room_for_guests() and self._may_start():
            return self._start(guest=True)
        return None

    def wait(self) -> asyncio.Future[Place]:
        """A place as soon as it is this request's turn; one that goes away gives its turn up.

        :raises TooMuchWaits: there is no turn for it
        """
        if len(self._waiting) >= self._most_waiting:
            raise TooMuchWaits
        turn: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._look_again()
        if self._overflow is not None:
            self._overflow._look_again()
        return turn

    def give_up(self, turn: asyncio.Future[Place]) -> None:
        """A request waits no longer for its turn."""
        self._waiting.remove(turn)

    def left(self, place: Place) -> None:
        """A request has ended, or needs none of the places any more."""
        self._of_guests -= place.guest
        del self._started[place]
        self._next_ones()

    def stepped_aside(self, place: Place) -> bool:
        """Give the place of a request that waits to others, unless too many have done so."""
        if self._aside >= self._places:
            return False
        self._aside += 1
        self.left(place)
        return True

    def left_from_aside(self) -> None:
        """A request that had stepped aside has ended."""
        self._aside -= 1

    @property
    def running(self) -> int:
        """How many requests have a place."""
        return len(self._started)

    @property
    def waiting(self) -> int:
        """How many requests wait for a place."""
        return len(self._waiting)

    @property
    def places(self) -> int:
        """How many requests may have a place."""
        return self._places

    def _start(self, *, guest: bool = False) -> Place:
        place = Place(self, guest=guest)
        self._of_guests += guest
        self._started[place] = time.monotonic()
        return place

    def _has_room_for_guests(self) -> bool:
        return self._of_guests < self._most_of_guests

    def _is_full(self) -> bool:
        return len(self._started) >= self._places

    def _may_start(self) -> bool:
        if len(self._started) < AT_ONCE:
            return not self._is_full()
        return not self._is_full() and self._computing() < AT_ONCE

    def _computing(self) -> int:
        since = time.monotonic() - COMPUTING_SECONDS
        return sum(started > since for started in self._started.values())

    def _next_ones(self) -> None:
        while (queue := self._next_queue()) and self._may_start():
            queue.popleft().set_result(self._start(guest=queue is not self._waiting))
        if queue:
            self._look_again()
        if self._overflow is not None and self._waiting and self._is_full():
            # From now on they may have places there, where perhaps nobody leaves one for long.
            self._overflow._next_ones()

    def _next_queue(self) -> deque[asyncio.Future[Place]] | None:
        """Those who wait and are next to get a place of this lane, if anybody waits."""
        guests = (lane._waiting for lane in self._guests if lane._is_full())
        queues = (*guests, self._waiting) if self._has_room_for_guests() else (self._waiting,)
        return next((queue for queue in queues if queue), None)

    def _look_again(self) -> None:
        """Look once more when those that compute now may have begun to wait for something."""
        if self._timer is None and not self._is_full():
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(COMPUTING_SECONDS, self._time_passed)

    def _time_passed(self) -> None:
        self._timer = None
        self._next_ones()


class Place:
    """What a request has while it may use a thread.

    :param guest: whether it is a request of another lane
    """

    def __init__(self, lane: Lane, *, guest: bool = False) -> None:
        self._lane: Lane | None = lane
        self._is_aside = False
        self.guest = guest

    def step_aside(self) -> None:
        """Let others have the place, for the request waits for something."""
        if self._lane is not None and not self._is_aside:
            self._is_aside = self._lane.stepped_aside(self)

    def leave(self) -> None:
        """Give the place back; a second time nothing happens."""
        lane, self._lane = self._lane, None
        if lane is None:
            return
        if self._is_aside:
            lane.left_from_aside()
        else:
            lane.left(self)
