"""What connections do with the database, each time in a thread, a context and a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask

from cti_calls.model.facts import PhoneEvent, Taken
from cti_calls.model.tables import ConnectionState
from cti_calls.store.calls import Calls
from cti_host import Host, Lease

_T = TypeVar("_T")


class ConnectionDatabase:
    """Takes what connections bring, for one application."""

    def __init__(self, app: Flask, host: Host, calls: Calls) -> None:
        self._app, self._host, self._calls = app, host, calls

    async def do(self, work: Callable[[], _T]) -> _T:
        """Do something with the database, beside the loop."""

        def connected() -> _T:
            with self._open():
                return work()

        return await asyncio.to_thread(connected)

    async def take(self, source: str, events: Sequence[PhoneEvent]) -> Taken | None:
        """Have events stored; `None`: they were not."""

        def ask() -> Taken | None:
            with self._open():
                return self._host.hooks.first(
                    "take_phone_events", Taken, source=source, events=events
                )

        return await asyncio.to_thread(ask)

    async def seen_open(self, source: str, calls: Collection[str], at: datetime) -> None:
        """End the open calls of a source that its phone system has no more."""
        await self.do(lambda: self._calls.seen_open(source, calls, at))

    async def end_lost(self) -> None:
        """End the calls whose end nobody told."""
        await self.do(self._calls.end_lost)

    async def expire(self, seconds: float) -> None:
        """Delete what is too old, unless a process has done so of late."""
        await self.do(lambda: self._calls.expire_daily(seconds))

    async def lease(self, source: str, seconds: float) -> Lease:
        """The lease of a connection; its row is made."""

        def make() -> Lease:
            insert: Any = ConnectionState.insert(source=source)
            insert.on_conflict_ignore().execute()
            return Lease(ConnectionState, ConnectionState.source == source, seconds)

        return await self.do(make)

    async def give_back(self, lease: Lease) -> None:
        """Give the lease of a connection back: nobody is connected until somebody takes it."""

        def release() -> None:
            lease.renew(state="")
            lease.release()

        await self.do(release)

    async def leave(self, source: str, lease: Lease) -> None:
        """Give the lease of a standby back: without one, pages show none."""

        def remove() -> None:
            lease.release()
            row: Any = ConnectionState.delete()
            row.where(ConnectionState.source == source, ConnectionState.owner == "").execute()

        await self.do(remove)

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._app.app_context(), self._host.database.connection_context():
            yield
