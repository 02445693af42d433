"""All connections of one process, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import Sequence
from contextlib import suppress

from cti_calls.connections.database import ConnectionDatabase
from cti_calls.connections.leased import LeasedConnection, Rhythm
from cti_calls.model.connections import PhoneConnection
from cti_host import Host

_log = logging.getLogger("cti_host.plugin.calls")
# Longer than an event takes to be stored.
_STOP_SECONDS = 10


def connections_of(host: Host) -> Sequence[PhoneConnection]:
    """The connections that plugins bring; of those with one source, the first.

    A plugin that fails brings none.
    """
    found: dict[str, PhoneConnection] = {}
    owners = host.hooks.owners("phone_connections")
    for owner in owners:
        others = [plugin for plugin in owners if plugin != owner]
        try:
            brought = dict(host.hooks.results("phone_connections", others)).get(owner, ())
        except Exception:
            _log.exception("%s brings no connections to phone systems", owner)
            continue
        for connection in brought:
            if connection.source in found:
                _log.error(
                    "there are two connections named %s: that of %s is left out",
                    connection.source,
                    owner,
                )
            found.setdefault(connection.source, connection)
    return list(found.values())


class Runner:
    """Runs the connections of one process, and ends the calls whose end nobody told.

    :param connections: what plugins brought
    """

    def __init__(
        self,
        connections: Sequence[PhoneConnection],
        database: ConnectionDatabase,
        rhythm: Rhythm | None = None,
    ) -> None:
        self._connections, self._database = connections, database
        self._rhythm = rhythm or Rhythm()
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._main: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; it ends with the process, or with `stop`."""
        self._main = main = self._loop.create_task(self._run())
        self._thread = threading.Thread(
            target=self._work, args=(main,), name="cti-calls", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Let connections and leases go, so that another process takes over at once."""
        if self._thread is None or self._main is None or not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join(_STOP_SECONDS)

    def _work(self, main: asyncio.Task[None]) -> None:
        try:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(main)
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for connection in self._connections:
                group.create_task(LeasedConnection(connection, self._database, self._rhythm).keep())
            group.create_task(self._age())

    async def _age(self) -> None:
        """End calls by their age, delete old ones: each process looks, whoever is first does it."""
        while True:
            # Processes that started together don't look together.
            await asyncio.sleep(self._rhythm.ageing * random.uniform(0.8, 1.2))  # noqa: S311
            try:
                await self._database.end_lost()
            except Exception:
                _log.exception("looking for calls whose end nobody told failed")
            try:
                await self._database.expire(self._rhythm.expiring)
            except Exception:
                _log.exception("deleting what is too old failed")
