"""Following the table on PostgreSQL: a connection that is told of new rows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
from psycopg import pq, sql

from cti_host import Deliver
from cti_live.outbox import CHANNEL, FIRST, PORTION, READ, published

log = logging.getLogger("cti_host.plugin.live")

# A look at the table although nobody said that there is something: a connection may be dead, or go
# through a pooler that loses notifications.
LOOK_SECONDS = 2.0
POLL_SECONDS = 0.1
# After rows came, so long passes before the next look: what is written meanwhile comes together. A
# look costs some of the processor's time, in each process of each host.
TOGETHER_SECONDS = 0.02
# How long the server may take for a look.
PATIENCE_SECONDS = 10.0

_READ = READ.format("$1").encode()


async def follow(url: str, deliver: Deliver) -> None:
    """Deliver the rows, as they are committed.

    :param url: the server; not a pooler that gives each transaction another connection
    :raises psycopg.Error: the server can't be reached
    """
    async with await asyncio.wait_for(_connect(url), PATIENCE_SECONDS) as connection:
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        first = await (await connection.execute(FIRST)).fetchone()
        position = int(first[0] or 1) - 1 if first else 0
        deliver.begin(position)
        with closing(_Listener(connection.pgconn)) as listener:
            await _follow(listener, deliver, position)


async def _follow(listener: _Listener, deliver: Deliver, position: int) -> None:
    listening, doubtful, notified = True, False, True
    while True:
        before = position
        async with asyncio.timeout(PATIENCE_SECONDS):
            position = await _read(listener, deliver, position)
        if position > before and not notified:
            # The word of it may be on its way. If it doesn't come, none ever does.
            if doubtful:
                listening = False
                log.warning(
                    "notifications of PostgreSQL don't arrive: looking each %g s; "
                    "name a direct connection in listen_url",
                    POLL_SECONDS,
                )
            doubtful = True
        if not listening:
            await asyncio.sleep(POLL_SECONDS)
            notified = True
            continue
        if position > before:
            await asyncio.sleep(TOGETHER_SECONDS)
        wait = POLL_SECONDS if doubtful else LOOK_SECONDS
        notified = await listener.notified(wait)
        doubtful = doubtful and not notified


async def _connect(url: str) -> psycopg.AsyncConnection[Any]:
    # Statements are not prepared: a pooler would not know them.
    return await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=None)


async def _read(listener: _Listener, deliver: Deliver, position: int) -> int:
    """Deliver what came after a message; returns the id of the last."""
    while True:
        rows = await listener.rows(_READ, str(position).encode())
        if rows:
            deliver([published(row) for row in rows])
            position = int(rows[-1][0])
        if len(rows) < PORTION:
            return position


class _Listener:
    """Asks and listens on a connection, with as little of the processor's time as it takes.

    psycopg's own cursors wait for the connection anew each time, with a timer and a task each; half
    of what a look cost was that. Here the loop says once and for all when something has come.

    :param connection: nobody else uses it
    """

    def __init__(self, connection: pq.abc.PGconn) -> None:
        self._connection = connection
        self._came = asyncio.Event()
        self._notified = False
        self._lost: psycopg.Error | None = None
        self._loop = asyncio.get_running_loop()
        self._file = connection.socket
        self._loop.add_reader(self._file, self._read)

    def close(self) -> None:
        """Stop listening."""
        self._loop.remove_reader(self._file)

    def _read(self) -> None:
        """Read what has come, or the loop would say so again and again."""
        try:
            self._connection.consume_input()
        except psycopg.Error as error:
            self._lost = error
            self.close()
        while self._connection.notifies() is not None:
            self._notified = True
        self._came.set()

    async def rows(self, query: bytes, value: bytes) -> list[tuple[str, ...]]:
        """The rows of a query, as texts.

        :raises psycopg.Error: it failed, or the connection is lost
        """
        self._connection.send_query_params(query, [value])
        while self._connection.flush():  # the system has no room for it yet
            await asyncio.sleep(0)
        found: list[tuple[str, ...]] = []
        while True:
            while not self._connection.is_busy():
                result = self._connection.get_result()
                if result is None:
                    return found
                if result.status != pq.ExecStatus.TUPLES_OK:
                    raise psycopg.OperationalError("the messages can't be read")
                found += _texts(result)
            await self._wait()

    async def notified(self, seconds: float) -> bool:
        """Wait for a notification, at most so long; whether one came."""
        try:
            async with asyncio.timeout(seconds):
                while not self._notified:
                    await self._wait()
        except TimeoutError:
            return False
        self._notified = False
        return True

    async def _wait(self) -> None:
        """Wait until something has come."""
        await self._came.wait()
        self._came.clear()
        if self._lost is not None:
            raise self._lost


def _texts(result: pq.abc.PGresult) -> Iterator[tuple[str, ...]]:
    columns = range(result.nfields)
    for row in range(result.ntuples):
        yield tuple((result.get_value(row, column) or b"").decode() for column in columns)
