"""What became of the calls of plugins, as metrics."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from prometheus_client import Metric
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.registry import Collector

from cti_host.isolation.counters import BUCKETS, Counters

_LABELS = ("plugin", "hook")
_BOUNDS = [*map(str, BUCKETS), "+Inf"]


class HookMetrics(Collector):
    """Calls of each hook of each plugin: how long they took, what failed, what hangs.

    :param counters: those of this process
    """

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def collect(self) -> Iterable[Metric]:
        """See the class above it."""
        seconds = HistogramMetricFamily(
            "cti_host_hook_seconds", "Time that calls of plugins took.", labels=_LABELS
        )
        failures = CounterMetricFamily(
            "cti_host_hook_failures",
            "Calls of plugins that failed, time-outs among them.",
            labels=_LABELS,
        )
        late = CounterMetricFamily(
            "cti_host_hook_timeouts", "Calls of plugins that were too late.", labels=_LABELS
        )
        hanging = GaugeMetricFamily(
            "cti_host_hooks_hanging", "Calls of plugins that hang now.", labels=_LABELS
        )
        for plugin, health in self._counters.snapshot().items():
            for hook, counted in health.hooks.items():
                buckets = zip(_BOUNDS, map(float, accumulate(counted.buckets)), strict=True)
                seconds.add_metric((plugin, hook), [*buckets], counted.seconds)
                failures.add_metric((plugin, hook), counted.failures)
                late.add_metric((plugin, hook), counted.time_outs)
            for hook, count in health.hanging.items():
                hanging.add_metric((plugin, hook), count)
        return (seconds, failures, late, hanging)
