"""Run a plugin's code with a deadline.

A running call can't be killed, so it gets a daemon thread of its own: the caller goes on at the
deadline, and a thread that hangs never keeps the process from stopping.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

log = logging.getLogger("cti_host.workers")

MAX_OVERDUE = 8


class Overdue(Exception):
    """The call didn't answer within its time, or its plugin has too many such calls already."""


@dataclass
class _Job:
    function: Callable[[], Any]
    context: contextvars.Context
    done: threading.Lock = field(default_factory=threading.Lock)
    value: Any = None
    error: BaseException | None = None


class Workers:
    """Threads that are reused, one call at a time each.

    `after` runs in the thread after each call; the host uses it to give back the database
    connection that the call may have opened.
    """

    def __init__(self, after: Callable[[], None] = lambda: None) -> None:
        self._after = after
        self._idle: list[SimpleQueue[_Job]] = []
        self._lock = threading.Lock()
        self._overdue: dict[str, int] = {}

    def run(self, owner: str, function: Callable[[], Any], seconds: float) -> Any:
        """Call `function` and answer its result.

        :param owner: the plugin; it may have `MAX_OVERDUE` calls hanging, further ones are refused
        :param seconds: the deadline
        :raises Overdue: no answer in time; what it answers later is thrown away
        """
        if self._overdue.get(owner, 0) >= MAX_OVERDUE:
            raise Overdue(f"{MAX_OVERDUE} earlier calls have not answered yet")
        job = _Job(function, contextvars.copy_context())
        job.done.acquire()
        queue = self._take()
        queue.put(job)
        # A bare lock is the cheapest thing to wait on; the panel waits for several a request.
        if not job.done.acquire(timeout=seconds):
            self._count(owner, 1)
            threading.Thread(target=self._settle, args=(owner, job), daemon=True).start()
            raise Overdue(f"no answer within {seconds:g} s")
        if job.error is not None:
            raise job.error
        return job.value

    def _settle(self, owner: str, job: _Job) -> None:
        job.done.acquire()
        self._count(owner, -1)

    def _count(self, owner: str, change: int) -> None:
        with self._lock:
            self._overdue[owner] = self._overdue.get(owner, 0) + change

    def _take(self) -> SimpleQueue[_Job]:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        queue: SimpleQueue[_Job] = SimpleQueue()
        threading.Thread(
            target=self._work, args=(queue,), name="cti-host-plugin", daemon=True
        ).start()
        return queue

    def _work(self, queue: SimpleQueue[_Job]) -> None:
        while True:
            job = queue.get()
            try:
                job.value = job.context.run(job.function)
            except BaseException as error:
                job.error = error
            try:
                self._after()
            except Exception:
                # The thread goes back to the idle ones: it must not end here.
                log.exception("cleaning up after a call of a plugin failed")
            finally:
                with self._lock:
                    self._idle.append(queue)
                job.done.release()
