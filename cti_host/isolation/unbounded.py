"""Calls without a deadline: they run where they are called, and it is known when they hang."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import NamedTuple, Protocol, TypeVar

_T = TypeVar("_T")


class Hanging(Protocol):
    """A call that should have ended by now: whose it is, which hook, since when it runs."""

    @property
    def owner(self) -> str: ...

    @property
    def hook(self) -> str: ...

    @property
    def started(self) -> float: ...


class _Call(NamedTuple):
    owner: str
    hook: str
    started: float
    expected: float


class Unbounded:
    """The calls that run now. An import makes a million of them: one costs next to nothing."""

    def __init__(self) -> None:
        self._calls: dict[int, _Call] = {}
        self._numbers = count()

    def __bool__(self) -> bool:
        """Whether any runs."""
        return bool(self._calls)

    def run(self, owner: str, hook: str, function: Callable[[], _T], seconds: float) -> _T:
        """Call a function in this thread; after so many seconds it counts as late."""
        now, number = time.monotonic(), next(self._numbers)
        self._calls[number] = _Call(owner, hook, now, now + seconds)
        try:
            return function()
        finally:
            del self._calls[number]

    def late(self) -> list[_Call]:
        """The calls that should have ended by now."""
        now = time.monotonic()
        return [call for call in tuple(self._calls.values()) if call.expected < now]
