"""Counts what became of the calls of plugins, in this process."""

from __future__ import annotations

import heapq
import threading
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from cti_host.isolation.failures import LATE
from cti_host.isolation.unbounded import Hanging

MAX_SLOWEST = 5
# Seconds: how long calls took is counted up to each of these, and above all of them.
BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(order=True)
class SlowCall:
    """One of the slowest calls of a plugin; `at` is in UTC, as ISO 8601."""

    seconds: float
    hook: str
    at: str


@dataclass
class HookHealth:
    """What became of the calls of one hook; `last_failure` is its kind ("LookupError") and when.

    `buckets` has how many calls took so long, by `BUCKETS`, and last those that took longer.
    """

    calls: int = 0
    failures: int = 0
    time_outs: int = 0
    seconds: float = 0.0
    last_failure: str = ""
    last_failure_at: str = ""
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))


@dataclass
class PluginHealth:
    """How a plugin fares: by hook, its slowest calls, and its calls that hang now, by hook.

    It holds names of hooks and of kinds of failures, numbers and times: never what a plugin was
    given or what it said.
    """

    hooks: dict[str, HookHealth] = field(default_factory=dict)
    slowest: list[SlowCall] = field(default_factory=list)
    hanging: dict[str, int] = field(default_factory=dict)


class Counters:
    """The health of all plugins; calls are counted from several threads.

    :param hanging: gives the calls that hang now
    """

    def __init__(self, hanging: Callable[[], list[Hanging]] = list) -> None:
        self._hanging = hanging
        self._lock = threading.Lock()
        self._plugins: dict[str, PluginHealth] = {}
        self._changes = 0

    def count(self, plugin: str, hook: str, seconds: float, failure: str = "") -> None:
        """Count a call.

        :param failure: the kind of failure; empty: none
        """
        with self._lock:
            self._changes += 1
            health = self._plugins.get(plugin)
            if health is None:
                health = self._plugins[plugin] = PluginHealth()
            counted = health.hooks.get(hook)
            if counted is None:
                counted = health.hooks[hook] = HookHealth()
            counted.calls += 1
            counted.seconds += seconds
            counted.buckets[bisect_left(BUCKETS, seconds)] += 1
            if failure:
                counted.failures += 1
                counted.time_outs += failure == LATE
                counted.last_failure, counted.last_failure_at = failure, _now()
            slowest = health.slowest
            if len(slowest) < MAX_SLOWEST:
                heapq.heappush(slowest, SlowCall(seconds, hook, _now()))
            elif seconds > slowest[0].seconds:
                heapq.heapreplace(slowest, SlowCall(seconds, hook, _now()))

    def version(self) -> tuple[Any, ...]:
        """Something that changes whenever the health does."""
        return self._changes, tuple(id(job) for job in self._hanging())

    def snapshot(self) -> dict[str, PluginHealth]:
        """The health of each plugin, now; the slowest call of each comes first."""
        with self._lock:
            plugins = {
                name: PluginHealth(
                    {
                        hook: replace(counted, buckets=[*counted.buckets])
                        for hook, counted in health.hooks.items()
                    },
                    sorted(health.slowest, reverse=True),
                )
                for name, health in self._plugins.items()
            }
        for job in self._hanging():
            hanging = plugins.setdefault(job.owner, PluginHealth()).hanging
            hanging[job.hook] = hanging.get(job.hook, 0) + 1
        return plugins


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
