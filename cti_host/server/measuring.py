"""Queues and open streams of a process of the server, as metrics."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from prometheus_client import Gauge

from cti_host.live.hub import Hub
from cti_host.metrics.metrics import Metrics
from cti_host.server.lanes import Lane
from cti_host.server.protocol import Application, Receive, Scope, Send
from cti_host.server.refusals import REFUSED


def measure(metrics: Metrics, lanes: Mapping[str, Lane]) -> None:
    """Add what waits and what runs.

    :param lanes: by what their threads are for
    """
    labels = ("lane",)
    waiting = Gauge(
        "cti_host_requests_waiting",
        "Requests that wait for a thread.",
        labels,
        registry=metrics.registry,
    )
    busy = Gauge(
        "cti_host_threads_busy", "Threads that make a page.", labels, registry=metrics.registry
    )
    most = Gauge(
        "cti_host_threads", "Threads that may make pages.", labels, registry=metrics.registry
    )
    for name, lane in lanes.items():
        waiting.labels(name).set_function(partial(getattr, lane, "waiting"))
        busy.labels(name).set_function(partial(getattr, lane, "running"))
        most.labels(name).set_function(partial(getattr, lane, "places"))
    processes = Gauge("cti_host_processes", "Processes of the server.", registry=metrics.registry)
    processes.set(1)


def measure_streams(metrics: Metrics, hub: Hub) -> None:
    """Add what is kept open."""
    streams = Gauge(
        "cti_host_streams_open",
        "Pages that are kept up to date by a stream.",
        registry=metrics.registry,
    )
    streams.set_function(lambda: len(hub))


class CountRefusals:
    """Has the requests counted that the layers below refuse by themselves.

    :param next_: the next layer
    """

    def __init__(self, next_: Application, metrics: Metrics) -> None:
        self._next = next_
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI 3."""
        scope[REFUSED] = self._metrics.count_refused
        await self._next(scope, receive, send)
