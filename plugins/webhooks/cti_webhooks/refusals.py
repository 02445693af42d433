"""Refused requests in the journal: counted for each source, minute and reason.

Whoever sends them may be anybody, so nothing of a request is kept, and no row is written for each:
the first of a source and reason is noted at once, those that follow are counted in this process,
and written at most every ten seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from cti_calls.api_for_plugins import UNKNOWN_SOURCE, PhoneEvent, Problem, Taken

KIND = "refused"
SECONDS_BETWEEN = 10.0
_Store = Callable[[str, PhoneEvent], Taken | None]


@dataclass
class _Counted:
    problem: Problem
    count: int = 0
    written_at: float = -SECONDS_BETWEEN


class Refusals:
    """Counts refused requests, and has them noted.

    :param store: hands an event over: the source, and the event
    :param clock: the time in seconds, from any beginning
    """

    def __init__(self, store: _Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, int, str], _Counted] = {}

    def note(self, source: str | None, status: int, problem: Problem) -> None:
        """Note that a request was refused.

        :param source: whose it said it is, a name of the settings; `None`: of none
        :param status: of the response
        """
        key = (source or UNKNOWN_SOURCE, status, problem.text)
        now = self._clock()
        with self._lock:
            counted = self._counted.setdefault(key, _Counted(problem))
            counted.problem = problem
            counted.count += 1
            if now - counted.written_at < SECONDS_BETWEEN:
                return
            counted.written_at = now
        self.flush()

    def flush(self) -> None:
        """Have noted what was counted since the last time."""
        with self._lock:
            due = {key: (one.problem, one.count) for key, one in self._counted.items() if one.count}
            for key in due:
                self._counted[key].count = 0
        for key, (problem, count) in due.items():
            source, status, text = key
            now = datetime.now(UTC)
            event = PhoneEvent(
                KIND,
                received_at=now,
                dedup=f"refused {status} {text} {now:%Y-%m-%dT%H:%M}",
                problem=problem,
                answer=f"{status}, application/json",
                refused=count,
            )
            if self._store(source, event) is None:  # the database is busy: next time, then
                with self._lock:
                    self._counted[key].count += count
