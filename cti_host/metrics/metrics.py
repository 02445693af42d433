"""What this process counts and measures, by the library of Prometheus."""

from __future__ import annotations

from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram

# Seconds: a panel takes some milliseconds, an import minutes.
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# Others are counted together: a client may make up as many as it likes.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"

_Metric = TypeVar("_Metric", Counter, Histogram)


class Metrics:
    """The counters of one process, which `/metrics` adds up with those of the others.

    A plugin adds its own to `registry`, by the same library: `Counter("cti_acme_orders", "Orders
    that were placed.", registry=host.metrics.registry)`. Their labels have few values, and never
    anything of a person. Gauges of all processes are added up, too.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # Changes whenever something was counted that others should see soon.
        self.changes = 0
        self._requests = Histogram(
            "cti_host_request_seconds",
            "Time from the arrival of a request until its response is made.",
            ("route", "method", "status"),
            registry=self.registry,
            buckets=REQUEST_BUCKETS,
        )
        self._refused = Counter(
            "cti_host_refused_requests",
            "Requests that the server refused by itself, before they got a thread or a stream.",
            ("status",),
            registry=self.registry,
        )
        self.pops = Counter(
            "cti_host_pops",
            "Panels of calls that came in, by what the lookup said.",
            ("result",),
            registry=self.registry,
        )
        self.lookups = Counter(
            "cti_host_lookups",
            "Lookups of callers, by plugin and by whether somebody matched.",
            ("plugin", "result"),
            registry=self.registry,
        )
        self._of_labels: dict[tuple[Any, tuple[str, ...]], Any] = {}

    def count_pop(self, result: str) -> None:
        """Count a panel that was shown, or refused.

        :param result: what the lookup said
        """
        self._kept(self.pops, result).inc()

    def count_lookup(self, plugin: str, result: str) -> None:
        """Count a lookup of callers.

        :param result: whether somebody matched
        """
        self._kept(self.lookups, plugin, result).inc()

    def _kept(self, metric: _Metric, *labels: str) -> _Metric:
        """What measures something with these labels, of which there are few; it is found once."""
        found: _Metric | None = self._of_labels.get((metric, labels))
        if found is None:
            found = self._of_labels[metric, labels] = metric.labels(*labels)
        return found

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that was answered.

        :param route: the rule of its address, never the address itself; empty: there is none
        :param seconds: how long it took
        """
        method = method if method in _METHODS else OTHER
        labels = (route or "(none)", method, f"{status // 100}xx")
        self._kept(self._requests, *labels).observe(seconds)
        self.changes += 1

    def count_refused(self, status: int) -> None:
        """Count a request that the server refused before it got a thread.

        :param status: the status that it got
        """
        self._refused.labels(str(status)).inc()
        self.changes += 1
