"""Leave iTop alone for a while after it failed several times, and try again by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cti_itop.rest.errors import ItopProblem

FAILURES = 3
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0


class Breaker:
    """Counts failures in a row; from the third one on, requests are refused for a while.

    After the pause one request is let through to try; when it fails too, the next pause is twice
    as long, up to a minute. Safe to share between threads.

    :param clock: seconds that only grow
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._pause = FIRST_PAUSE_SECONDS
        self._open_until = 0.0
        self._trying = False
        self._last: ItopProblem | None = None

    def check(self) -> None:
        """Let a request through.

        :raises ItopProblem: like the last failure, because iTop is left alone now
        """
        with self._lock:
            if self._last is None or self._failures < FAILURES:
                return
            left = self._open_until - self._clock()
            if left > 0:
                raise type(self._last)(f"{self._last} (iTop is not asked for {left:.0f} s)")
            # This request tries; until it has ended, the others are refused.
            self._trying = True
            self._open_until = self._clock() + self._pause

    def succeeded(self) -> None:
        """iTop answered: nothing is counted any more."""
        with self._lock:
            self._failures, self._pause = 0, FIRST_PAUSE_SECONDS
            self._trying, self._last = False, None

    def failed(self, problem: ItopProblem) -> None:
        """iTop as a whole failed."""
        with self._lock:
            self._failures += 1
            self._last = problem
            if self._trying:
                self._trying = False
                self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            if self._failures >= FAILURES:
                self._open_until = self._clock() + self._pause
