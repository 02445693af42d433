"""Connections to the database, as metrics."""

from __future__ import annotations

from typing import Any

import peewee
from prometheus_client import CollectorRegistry, Gauge


def measure_database(database: peewee.Database, registry: CollectorRegistry) -> None:
    """Add the connections of the pool: those in use, those that are open and wait for somebody."""
    pool: Any = database
    if not hasattr(pool, "_in_use"):  # the one in memory, after a mistake in the settings
        return
    connections = Gauge(
        "cti_host_database_connections",
        "Open connections to the database.",
        ("state",),
        registry=registry,
    )
    connections.labels("in_use").set_function(lambda: len(pool._in_use))
    connections.labels("idle").set_function(lambda: len(pool._connections))
    most = Gauge(
        "cti_host_database_connections_max",
        "So many connections to the database may be open.",
        registry=registry,
    )
    most.set_function(lambda: pool._max_connections)
