"""One connection in one process: it runs where the lease is, or waits beside it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from cti_calls.connections.database import ConnectionDatabase
from cti_calls.model.connections import PhoneConnection
from cti_calls.model.facts import PhoneEvent, Taken
from cti_calls.model.problems import Problem, stored_problem
from cti_calls.store.devices import STANDBY
from cti_calls.store.rows.moments import now_ms
from cti_host import Lease

_log = logging.getLogger("cti_host.plugin.calls")
# So many events are stored in one transaction.
_AT_ONCE = 200


@dataclass(frozen=True)
class Rhythm:
    """How often things are done, in seconds.

    :param lease: how long a lease lasts
    :param renew: between two renewals
    :param look: between two looks of those who don't have it
    :param keep: how long a standby keeps events
    :param ageing: between two looks for calls whose end nobody told, and for what is too old
    :param expiring: after what is too old was deleted, until that is done again
    """

    lease: float = 6.0
    renew: float = 2.0
    look: float = 0.5
    keep: float = 30.0
    ageing: float = 60.0
    expiring: float = 86_400.0


class LeasedConnection:
    """Runs a connection while this process holds its lease.

    The standby is connected as well, and keeps what it hears; once it holds the lease, it stores
    that. Facts may come twice, so nothing is lost and nothing counts double. There is one standby:
    it has a lease of its own.

    It is also what the connection gets as its context.
    """

    def __init__(
        self, connection: PhoneConnection, database: ConnectionDatabase, rhythm: Rhythm
    ) -> None:
        self._connection, self._database, self._rhythm = connection, database, rhythm
        self._source = connection.source
        self._place_name = f"{connection.source}{STANDBY}"
        self._lease: Lease | None = None
        self._place: Lease | None = None  # of the standby
        self._holds = False
        self._running: asyncio.Task[None] | None = None
        self._kept: deque[tuple[float, PhoneEvent]] = deque()
        self._storing = asyncio.Lock()
        self._emptying = asyncio.Lock()
        self._state: dict[str, object] = {}

    async def keep(self) -> None:
        """Look after the lease and the connection until it is cancelled; then let both go."""
        try:
            while True:
                try:
                    await self._look()
                except Exception:
                    # The database may be away for a while; the lease runs out by itself.
                    _log.exception("looking after the connection to %s failed", self._source)
                held = self._holds or (self._place is not None and self._place.is_held)
                await asyncio.sleep(self._rhythm.renew if held else self._rhythm.look)
        finally:
            await self._let_go()

    async def _look(self) -> None:
        if self._lease is None:
            self._lease = await self._database.lease(self._source, self._rhythm.lease)
        lease = self._lease
        if self._holds:
            self._holds = await self._database.do(lambda: lease.renew(**self._state))
            if not self._holds:
                _log.warning("another process holds the connection to %s now", self._source)
        else:
            self._holds = await self._database.do(lease.take)
            if self._holds:
                _log.info("this process holds the connection to %s", self._source)
                await self._leave_place()
                await self._database.do(lambda: lease.renew(**self._state))
        if self._holds or await self._is_standby(lease):
            self._run()
        else:
            await self._end()
        if self._holds:
            await self._store_kept()

    async def _is_standby(self, lease: Lease) -> bool:
        """Whether this is the process that waits beside the one that holds the lease."""
        if not self._connection.standby:
            return False
        if self._place is None:
            self._place = await self._database.lease(self._place_name, self._rhythm.lease)
        place = self._place

        def take() -> bool:
            if place.is_held:
                return place.renew(**self._state)
            # A process on another computer goes first: it helps also when this one goes down.
            return place.take(self._rhythm.lease if lease.is_here else 0)

        return await self._database.do(take)

    async def _leave_place(self) -> None:
        place, self._place = self._place, None
        if place is not None and place.is_held:
            await self._database.leave(self._place_name, place)

    def _run(self) -> None:
        if self._running is not None and self._running.done():
            error = None if self._running.cancelled() else self._running.exception()
            _log.error("the connection to %s ended by itself", self._source, exc_info=error)
            self._running = None
        if self._running is None:
            self._running = asyncio.ensure_future(self._connection.run(self))

    async def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _let_go(self) -> None:
        await self._end()
        with suppress(Exception):
            await self._leave_place()
            if self._lease is not None and self._lease.is_held:
                await self._database.give_back(self._lease)

    async def take(self, events: Sequence[PhoneEvent]) -> Taken | None:
        """See `ConnectionContext.take`."""
        self._state["last_event_at"] = now_ms()
        if self._holds and not self._kept:
            return await self._store(events)
        # What was kept while this was the standby comes first, or a call would be told to have
        # ended before it is known who it was.
        self._kept.extend((time.monotonic(), event) for event in events)
        self._forget_old()
        if self._holds:
            await self._store_kept()
        return Taken()

    async def seen_open(self, calls: Collection[str], at: datetime) -> None:
        """See `ConnectionContext.seen_open`."""
        if self._may_write:
            await self._database.seen_open(self._source, calls, at)

    async def report(self, state: str, problem: Problem | str = "") -> None:
        """See `ConnectionContext.report`."""
        _log.info("%s: %s %s", self._source, state, problem)
        told = stored_problem(problem)
        self._state |= {"state": state, "problem": told, "changed_at": now_ms()}
        lease = self._lease if self._holds else self._place
        if lease is not None and lease.is_held:
            await self._database.do(lambda: lease.renew(**self._state))

    @property
    def _may_write(self) -> bool:
        """Whether the lease is held for sure: it may have run out while the database was away."""
        return self._holds and self._lease is not None and self._lease.is_held

    async def _store(self, events: Sequence[PhoneEvent]) -> Taken | None:
        async with self._storing:
            return await self._database.take(self._source, events) if self._may_write else None

    async def _store_kept(self) -> None:
        """Store what was kept, all of it, some at a time: a transaction must not take long."""
        self._forget_old()
        async with self._emptying:
            lease = self._lease
            while some := [event for _at, event in islice(self._kept, _AT_ONCE)]:
                if lease is None or await self._store(some) is None:
                    return  # the next look tries again
                for _number in some:
                    self._kept.popleft()
                if self._kept:
                    self._holds = await self._database.do(lambda: lease.renew(**self._state))

    def _forget_old(self) -> None:
        while self._kept and time.monotonic() - self._kept[0][0] > self._rhythm.keep:
            self._kept.popleft()
