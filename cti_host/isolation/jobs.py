"""A call of a plugin that runs in a thread: until when it may take, and what came of it."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cti_host.isolation.ended import Ended

NEVER = float("inf")

_T = TypeVar("_T")


class Overdue(Exception):
    """The call didn't end within its time, or its plugin has too many such calls already.

    `inside` names the hook that the call was waiting for, if it had called another plugin in place.
    """

    def __init__(self, message: str, inside: tuple[str, str] | None = None) -> None:
        super().__init__(message)
        self.inside = inside


class Spent(Overdue):
    """The plugin wasn't called: what it may take for this hook in this request, it took before."""


class _Outcome:
    """What came of a call: a value, or what it raised."""

    value: Any = None
    error: BaseException | None = None

    def result(self) -> Any:
        """What the call returned.

        :raises Exception: what it raised; `Overdue`: there was no result in time
        :raises Ended: the function wanted to end the process
        """
        if self.error is None:
            return self.value
        if isinstance(self.error, Exception):
            raise self.error
        raise Ended(self.error)


@dataclass(eq=False)
class Step(_Outcome):
    """A call of a flow: whose it is, which hook, how long it may take; then what came of it."""

    owner: str
    hook: str
    function: Callable[[], Any]
    seconds: float


# Yields each step before its result is needed; it may go on in another thread after any of them.
Flow = Generator[Step, None, _T]


@dataclass(eq=False)
class Job(_Outcome):
    """A call that runs in a thread: whose it is, which hook, until when, and what came of it.

    Of `inside`, the last is the hook of another plugin that it is calling in place right now. The
    job of a flow is at one `step` after the other; between them, its deadline is none.
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
    step: Step | None = None

    @property
    def left(self) -> float:
        """The seconds until its deadline; less than none: it is late."""
        return self.deadline - time.monotonic()


CURRENT: contextvars.ContextVar[Job | None] = contextvars.ContextVar("cti_host_job", default=None)


def current_job() -> Job | None:
    """The call that this code runs in; `None` outside of calls with a deadline."""
    return CURRENT.get()


def in_place(job: Job, owner: str, hook: str, function: Callable[[], _T]) -> _T:
    """Call another plugin's hook in place, in a job whose deadline it shares."""
    job.inside.append((owner, hook))
    try:
        return function()
    finally:
        job.inside.pop()
