"""The health of plugins in all processes of a server, added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from cti_host.isolation.counters import MAX_SLOWEST, HookHealth, PluginHealth, SlowCall
from cti_host.metrics.samples import Families


@dataclass(frozen=True)
class StreamsHealth:
    """The streams to open pages.

    :param open: how many there are
    :param refused: how many there was no room for
    """

    open: int = 0
    refused: int = 0


@dataclass(frozen=True)
class ProcessHealth:
    """What one process counted, since it started (UTC, ISO 8601).

    `run` is the same for all processes of one start of the server.
    """

    started: str
    plugins: Mapping[str, PluginHealth]
    streams: StreamsHealth = StreamsHealth()
    run: str = ""
    metrics: Families = field(default_factory=Families)

    def as_json(self) -> dict[str, Any]:
        """The same for a file."""
        return {
            "started": self.started,
            "streams": asdict(self.streams),
            "plugins": {name: asdict(health) for name, health in self.plugins.items()},
            "run": self.run,
            "metrics": self.metrics.as_json(),
        }

    @classmethod
    def from_json(cls, data: Any) -> ProcessHealth:
        """Read what `as_json` wrote.

        :raises TypeError, KeyError, AttributeError, ValueError: it is something else
        """
        return cls(
            data["started"],
            {
                name: PluginHealth(
                    {hook: HookHealth(**counted) for hook, counted in health["hooks"].items()},
                    [SlowCall(**call) for call in health["slowest"]],
                    dict(health["hanging"]),
                )
                for name, health in data["plugins"].items()
            },
            StreamsHealth(**data["streams"]),
            str(data["run"]),
            Families(data["metrics"]),
        )


@dataclass(frozen=True)
class PluginReport:
    """How a plugin fares in all processes together."""

    name: str
    health: PluginHealth

    @property
    def calls(self) -> int:
        """How often it was called."""
        return sum(hook.calls for hook in self.health.hooks.values())

    @property
    def failures(self) -> int:
        """How many of these calls failed, those that were too late among them."""
        return sum(hook.failures for hook in self.health.hooks.values())

    @property
    def time_outs(self) -> int:
        """How many of these calls were too late."""
        return sum(hook.time_outs for hook in self.health.hooks.values())

    @property
    def hanging(self) -> int:
        """How many of these calls have not ended yet."""
        return sum(self.health.hanging.values())

    @property
    def failing(self) -> dict[str, HookHealth]:
        """The hooks with failures, by name."""
        return {name: hook for name, hook in self.health.hooks.items() if hook.failures}

    def as_json(self) -> dict[str, Any]:
        """What `cti-host plugins --health --json` prints of it."""
        return {
            "name": self.name,
            "calls": self.calls,
            "failures": self.failures,
            "time_outs": self.time_outs,
            **asdict(self.health),
        }


@dataclass(frozen=True)
class Report:
    """How all plugins fare: in how many processes, and since when (UTC, ISO 8601)."""

    processes: int = 0
    since: str = ""
    plugins: Sequence[PluginReport] = field(default_factory=tuple)
    streams: StreamsHealth = StreamsHealth()

    def as_json(self) -> dict[str, Any]:
        """What `cti-host plugins --health --json` prints."""
        return {
            "processes": self.processes,
            "since": self.since,
            "streams": asdict(self.streams),
            "plugins": [plugin.as_json() for plugin in self.plugins],
        }


def report_of(processes: Sequence[ProcessHealth], enabled: Iterable[str]) -> Report:
    """Add up what some processes counted.

    :param enabled: the plugins of the settings, in order; others that processes know come after
    """
    names = dict.fromkeys([*enabled, *(name for one in processes for name in one.plugins)])
    return Report(
        len(processes),
        min((one.started for one in processes), default=""),
        [
            PluginReport(
                name, _sum([one.plugins[name] for one in processes if name in one.plugins])
            )
            for name in names
        ],
        StreamsHealth(
            sum(one.streams.open for one in processes),
            sum(one.streams.refused for one in processes),
        ),
    )


def _sum(healths: Sequence[PluginHealth]) -> PluginHealth:
    total = PluginHealth()
    for health in healths:
        for hook, counted in health.hooks.items():
            summed = total.hooks.setdefault(hook, HookHealth())
            summed.calls += counted.calls
            summed.failures += counted.failures
            summed.time_outs += counted.time_outs
            summed.seconds += counted.seconds
            summed.buckets = [a + b for a, b in zip(summed.buckets, counted.buckets, strict=True)]
            if counted.last_failure_at > summed.last_failure_at:
                summed.last_failure = counted.last_failure
                summed.last_failure_at = counted.last_failure_at
        for hook, count in health.hanging.items():
            total.hanging[hook] = total.hanging.get(hook, 0) + count
        total.slowest += health.slowest
    total.slowest = sorted(total.slowest, reverse=True)[:MAX_SLOWEST]
    return total
