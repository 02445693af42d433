"""Requests to iTop, as metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, Histogram

from cti_itop.rest.breaker import Breaker

# Seconds: what only reads by id takes some milliseconds, the largest list as long as is waited.
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class RequestMetrics:
    """How long requests took, and what became of them.

    :param registry: the host's
    :param breaker: says whether iTop is left alone
    """

    def __init__(self, registry: CollectorRegistry, breaker: Breaker) -> None:
        self._seconds = Histogram(
            "cti_itop_request_seconds",
            "Time that requests to iTop took, by what became of them.",
            ("result",),
            registry=registry,
            buckets=_BUCKETS,
        )
        self._left_alone = Gauge(
            "cti_itop_left_alone",
            "Processes that leave iTop alone for a while, since it failed several times in a row.",
            registry=registry,
        )
        self._left_alone.set_function(lambda: float(breaker.is_open))

    def count(self, result: str, seconds: float) -> None:
        """Count a request: "good", or the `result` of a problem."""
        self._seconds.labels(result).observe(seconds)
