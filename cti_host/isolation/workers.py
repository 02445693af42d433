"""Run a plugin's code with a deadline.

A running call can't be killed, so it gets a daemon thread of its own: the caller goes on at the
deadline, and a thread that hangs never keeps the process from stopping.
"""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

log = logging.getLogger("cti_host.workers")

MAX_OVERDUE = 8


class Overdue(Exception):
    """The call didn't end within its time, or its plugin has too many such calls already.

    `inside` names the hook that the call was waiting for, if it had called another plugin in place.
    """

    def __init__(self, message: str, inside: tuple[str, str] | None = None) -> None:
        super().__init__(message)
        self.inside = inside


class Spent(Overdue):
    """The plugin wasn't called: what it may take for this hook in this request, it took before."""


class Ended(Exception):
    """The call raised what is meant to end a thread or a process, such as `SystemExit`."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(eq=False)
class Job:
    """A call that runs in a thread: whose it is, which hook, until when, and what came of it.

    Of `inside`, the last is the hook of another plugin that it is calling in place right now.
    """

    owner: str
    hook: str
    function: Callable[[], Any]
    context: contextvars.Context
    started: float
    deadline: float
    done: threading.Lock = field(default_factory=threading.Lock)
    inside: list[tuple[str, str]] = field(default_factory=list)
    ended: bool = False
    overdue: bool = False
    value: Any = None
    error: BaseException | None = None


_current: contextvars.ContextVar[Job | None] = contextvars.ContextVar("cti_host_job", default=None)


def current_job() -> Job | None:
    """The call that this code runs in; `None` outside of calls with a deadline."""
    return _current.get()


@contextmanager
def inside(job: Job, owner: str, hook: str) -> Iterator[None]:
    """Calls another plugin's hook in place, in a job whose deadline it shares."""
    job.inside.append((owner, hook))
    try:
        yield
    finally:
        job.inside.pop()


class Workers:
    """Threads that are reused, one call at a time each.

    `after` runs in the thread after each call; the host uses it to give back the database
    connection that the call may have opened.
    """

    def __init__(self, after: Callable[[], None] = lambda: None) -> None:
        self._after = after
        self._idle: list[SimpleQueue[Job]] = []
        self._lock = threading.Lock()
        self._hanging: set[Job] = set()

    def run(self, owner: str, hook: str, function: Callable[[], Any], seconds: float) -> Any:
        """Call a function and return its result.

        :param owner: the plugin; it may have `MAX_OVERDUE` calls hanging, further ones are refused
        :param hook: what is called, to name it while it hangs
        :param seconds: the deadline. A call within another call gets at most half of what is left
            to that one, which can then still do without.
        :raises Overdue: there was no result in time; one that comes later is thrown away
        :raises Ended: the function wanted to end the process
        """
        if self._hanging and self._too_many(owner):
            raise Overdue(f"{MAX_OVERDUE} earlier calls have not ended yet")
        started = time.monotonic()
        outer = _current.get()
        if outer is not None:
            seconds = min(seconds, (outer.deadline - started) / 2)
        if seconds <= 0:
            raise Overdue("no time is left for it")
        context = contextvars.copy_context()
        job = Job(owner, hook, function, context, started, started + seconds)
        context.run(_current.set, job)
        job.done.acquire()
        self._take().put(job)
        # A bare lock is the cheapest thing to wait on; the panel waits for several a request.
        if not job.done.acquire(timeout=seconds) and self._give_up(job):
            waits_for = job.inside[-1] if job.inside else None
            raise Overdue(f"no answer within {seconds:g} s", waits_for)
        if job.error is None:
            return job.value
        if isinstance(job.error, Exception):
            raise job.error
        raise Ended(job.error)

    def hanging(self) -> list[Job]:
        """The calls that are past their deadline and have not ended, oldest first."""
        with self._lock:
            return sorted(self._hanging, key=lambda job: job.started)

    def _too_many(self, owner: str) -> bool:
        with self._lock:
            return sum(job.owner == owner for job in self._hanging) >= MAX_OVERDUE

    def _give_up(self, job: Job) -> bool:
        """Let a call hang, unless it has ended at the last moment."""
        with self._lock:
            if not job.ended:
                job.overdue = True
                self._hanging.add(job)
            return job.overdue

    def _take(self) -> SimpleQueue[Job]:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        queue: SimpleQueue[Job] = SimpleQueue()
        threading.Thread(
            target=self._work, args=(queue,), name="cti-host-plugin", daemon=True
        ).start()
        return queue

    def _work(self, queue: SimpleQueue[Job]) -> None:
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
                    job.ended = True
                    self._hanging.discard(job)
                    self._idle.append(queue)
                job.done.release()
