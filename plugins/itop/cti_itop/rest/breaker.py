"""Leave iTop alone for a while after it failed several times, and try again by itself."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from flask import g, has_request_context

from cti_itop.rest.errors import ItopProblem

FAILURES = 3
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0
# For so long after the last failure it is known that iTop fails; later, nobody has tried.
KNOWN_SECONDS = 300.0
# So many calls are remembered of which something failed.
_REMEMBERED = 64


def current_call() -> object:
    """What stands for the call that is answered now: all that is asked for one page is one call.

    Outside of pages, each request is a call of its own.
    """
    return g.setdefault("cti_itop_call", object()) if has_request_context() else object()


class Breaker:
    """Counts the calls in a row that failed; from the third one on, requests are refused.

    A call asks iTop several things, some of them at once: what fails of them counts once. After a
    pause one call is let through to try, with all that it asks; when it fails too, the next pause
    is twice as long, up to a minute. Safe to share between threads.

    :param clock: seconds that only grow
    :param call: says which call a request is for: the same object for the same call
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        call: Callable[[], object] = current_call,
    ) -> None:
        self._clock, self._call = clock, call
        self._lock = threading.Lock()
        self._failures = 0
        self._pause = FIRST_PAUSE_SECONDS
        self._open_until = 0.0
        self._failed_at = 0.0
        self._trying: object | None = None
        self._failed: deque[object] = deque(maxlen=_REMEMBERED)
        self._last: ItopProblem | None = None

    @property
    def is_open(self) -> bool:
        """Whether iTop is left alone, or tried again for the first time after that."""
        with self._lock:
            passed = self._clock() - self._failed_at
            return self._failures >= FAILURES and passed < KNOWN_SECONDS

    def check(self) -> object:
        """Let a request through.

        :return: the call it is for
        :raises ItopProblem: like the last failure, because iTop is left alone now
        """
        call = self._call()
        with self._lock:
            if self._last is None or self._failures < FAILURES or self._trying is call:
                return call
            left = self._open_until - self._clock()
            if left > 0:
                raise type(self._last)(f"{self._last} (iTop is not asked for {left:.0f} s)")
            # This call tries; until one of its requests has ended, other calls are refused.
            self._trying = call
            self._open_until = self._clock() + self._pause
            return call

    def succeeded(self) -> None:
        """iTop answered: nothing is counted any more."""
        with self._lock:
            self._failures, self._pause = 0, FIRST_PAUSE_SECONDS
            self._trying, self._last = None, None

    def failed(self, problem: ItopProblem, call: object) -> None:
        """iTop as a whole failed; `call` is what `check` returned."""
        with self._lock:
            self._last, self._failed_at = problem, self._clock()
            if any(call is one for one in self._failed):
                return
            self._failed.append(call)
            self._failures += 1
            if self._trying is call:
                self._trying = None
                self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            if self._failures >= FAILURES:
                self._open_until = self._clock() + self._pause
