"""Run a plugin's code with a deadline.

A running call can't be killed, so it gets a daemon thread of its own: the caller goes on at the
deadline, and a thread that hangs never keeps the process from stopping.
"""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from cti_host.isolation.jobs import CURRENT, NEVER, Flow, Job, Overdue
from cti_host.isolation.unbounded import Hanging, Unbounded

log = logging.getLogger("cti_host.workers")

MAX_OVERDUE = 8
# Threads without work that are kept for the next calls.
MOST_IDLE = 32
# A call that takes longer waits for something, as long as it may.
WAITING_SECONDS = 0.05

_T = TypeVar("_T")


class Workers:
    """Threads that are reused, one call at a time each.

    `after` runs in the thread after each call; the host uses it to give back the database
    connection that the call may have opened. `late` is told of each call that is left behind, in
    the thread that waited for it, and must not wait itself; the host ends its statement. In the
    same thread `meanwhile` runs for a call that does not end at once; there the host lets others
    work.
    """

    def __init__(
        self,
        after: Callable[[], None] = lambda: None,
        late: Callable[[Job], None] = lambda _job: None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self._after, self._late, self._meanwhile = after, late, meanwhile
        self._idle: list[SimpleQueue[Job | None]] = []
        self._closed = False
        self._lock = threading.Lock()
        self._hanging: set[Job] = set()
        self._unbounded = Unbounded()

    def in_place(self, owner: str, hook: str, function: Callable[[], _T], seconds: float) -> _T:
        """Call a function without a deadline, in this thread: what it holds, nobody can take back.

        :param owner: the plugin; with `MAX_OVERDUE` calls hanging, further ones are refused
        :param seconds: after these it counts as hanging, until it ends
        :raises Overdue: it was not called
        """
        if self._anything_late() and self._too_many(owner):
            raise _refused()
        return self._unbounded.run(owner, hook, function, seconds)

    def run(self, owner: str, hook: str, function: Callable[[], Any], seconds: float) -> Any:
        """Call a function and return its result.

        :param owner: the plugin; it may have `MAX_OVERDUE` calls hanging, further ones are refused
        :param hook: what is called, to name it while it hangs
        :param seconds: the deadline. A call within another call gets at most half of what is left
            to that one, which can then still do without.
        :raises Overdue: there was no result in time; one that comes later is thrown away
        :raises Ended: the function wanted to end the process
        """
        if self._anything_late() and self._too_many(owner):
            raise _refused()
        started = time.monotonic()
        outer = CURRENT.get()
        if outer is not None:
            seconds = min(seconds, (outer.deadline - started) / 2)
        if seconds <= 0:
            raise Overdue("no time is left for it")
        context = contextvars.copy_context()
        job = Job(owner, hook, function, context, started, started + seconds)
        context.run(CURRENT.set, job)
        job.done.acquire()
        self._take().put(job)
        # A bare lock is the cheapest thing to wait on; the panel waits for several a request.
        ended = self._ends_soon(job, seconds) or job.done.acquire(timeout=max(0, job.left))
        if not ended and self._give_up(job):
            raise _overdue(job, seconds)
        return job.result()

    def follow(self, flow: Flow[_T], shortest: float) -> _T:
        """Run a flow, and each call that it yields, in one thread: one hand-over for all of them.

        A call that is late stays behind in its thread, and the flow goes on in another.

        :param shortest: the least that a step of it may take, in seconds
        :return: what the flow returns
        """
        if CURRENT.get() is not None:  # within another call, whose time counts
            return self._follow_in_place(flow)
        while True:
            job = self._hand_over(flow)
            ended = self._ends_soon(job, shortest)
            while not (ended or job.done.acquire(timeout=max(0, min(job.left, shortest)))):
                with self._lock:
                    if job.ended or job.left > 0:
                        continue
                    job.overdue = True
                    self._hanging.add(job)
                self._late(job)
                break
            else:
                result: _T = job.result()
                return result
            assert job.step is not None  # noqa: S101 -- only a step has a deadline
            job.step.error = _overdue(job, job.step.seconds)

    def _follow_in_place(self, flow: Flow[_T]) -> _T:
        while True:
            try:
                step = next(flow)
            except StopIteration as end:
                result: _T = end.value
                return result
            try:
                step.value = self.run(step.owner, step.hook, step.function, step.seconds)
            except Exception as error:
                step.error = error

    def _hand_over(self, flow: Flow[Any]) -> Job:
        context = contextvars.copy_context()
        job = Job("", "", lambda: self._drive(job, flow), context, 0, NEVER)
        job.done.acquire()
        self._take().put(job)
        return job

    def _drive(self, job: Job, flow: Flow[Any]) -> Any:
        """Run a flow to its end, or until one of its calls comes back too late."""
        while True:
            try:
                step = next(flow)
            except StopIteration as end:
                return end.value
            if self._anything_late() and self._too_many(step.owner):
                step.error = _refused()
                continue
            started = time.monotonic()
            with self._lock:
                job.owner, job.hook, job.step = step.owner, step.hook, step
                job.started, job.deadline = started, started + step.seconds
            value, error = None, None
            token = CURRENT.set(job)
            try:
                value = step.function()
            except BaseException as raised:
                error = raised
            finally:
                CURRENT.reset(token)
            with self._lock:
                if job.overdue:  # the flow has gone on without this one
                    return None
                job.deadline = NEVER
            step.value, step.error = value, error

    def _ends_soon(self, job: Job, seconds: float) -> bool:
        """Whether a job ends at once; else those who wait for it let others work meanwhile."""
        ended = job.done.acquire(timeout=min(seconds, WAITING_SECONDS))
        if not ended:
            self._meanwhile()
        return ended

    def hanging(self) -> list[Hanging]:
        """The calls that should have ended and have not, oldest first."""
        late = self._unbounded.late()
        with self._lock:
            return sorted([*self._hanging, *late], key=lambda call: call.started)

    def close(self) -> None:
        """End the threads without work, and each of the others once its call has ended."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for queue in idle:
            queue.put(None)

    def _anything_late(self) -> bool:
        """Whether it is worth to look: nearly always, no call is late."""
        return bool(self._hanging or self._unbounded)

    def _too_many(self, owner: str) -> bool:
        return sum(call.owner == owner for call in self.hanging()) >= MAX_OVERDUE

    def _give_up(self, job: Job) -> bool:
        """Let a call hang, unless it has ended at the last moment."""
        with self._lock:
            if not job.ended:
                job.overdue = True
                self._hanging.add(job)
        if job.overdue:
            self._late(job)
        return job.overdue

    def _take(self) -> SimpleQueue[Job | None]:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        queue: SimpleQueue[Job | None] = SimpleQueue()
        threading.Thread(
            target=self._work, args=(queue,), name="cti-host-plugin", daemon=True
        ).start()
        return queue

    def _work(self, queue: SimpleQueue[Job | None]) -> None:
        while (job := queue.get()) is not None:
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
                    ends = self._closed or len(self._idle) >= MOST_IDLE
                    if not ends:
                        self._idle.append(queue)
                # Both lead back to the job, and it to all of a page, which would be kept until
                # Python looks for cycles.
                del job.function, job.context
                job.done.release()
            if ends:
                return
            del job  # and with it the request that it was part of


def _overdue(job: Job, seconds: float) -> Overdue:
    waits_for = job.inside[-1] if job.inside else None
    return Overdue(f"no answer within {seconds:g} s", waits_for)


def _refused() -> Overdue:
    return Overdue(f"{MAX_OVERDUE} earlier calls have not ended yet")
