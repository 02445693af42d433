"""Following the table on SQLite: the file says whether anything was written."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from cti_host import Deliver
from cti_live.outbox import FIRST, PORTION, READ, published

# How often the file is looked at while a page is open, and while none is.
WATCHED_SECONDS = 0.02
UNWATCHED_SECONDS = 1.0
# After something was published in this process: it is committed any moment.
EAGER_SECONDS, EAGER_LOOKS = 0.002, 50
# A look waits no longer for another process, since everything else waits for it.
BUSY_SECONDS = 0.05

_READ = READ.format("?")


class Wake:
    """Wakes the follower of this process, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def up(self) -> None:
        """Say that a message is about to be committed."""
        with self._lock:
            if self._waiting is not None:
                loop, event = self._waiting
                with suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(event.set)

    def event(self) -> asyncio.Event:
        """What is set from now on, in the loop that this is called in."""
        event = asyncio.Event()
        with self._lock:
            self._waiting = asyncio.get_running_loop(), event
        return event


async def follow(path: Path, deliver: Deliver, wake: Wake) -> None:
    """Deliver the rows, as they are committed.

    :param path: the file of the database
    :param wake: says that this process has written
    :raises sqlite3.Error: the file can't be read
    """
    written = wake.event()
    address = f"file:{quote(str(path))}?mode=ro"
    with closing(
        sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    ) as connection:
        ((first,),) = connection.execute(FIRST).fetchall()
        position = int(first or 1) - 1
        deliver.begin(position)
        version, eager = -1, 0
        while True:
            with suppress(sqlite3.OperationalError):  # it is locked: the next look is soon
                ((now,),) = connection.execute("PRAGMA data_version").fetchall()
                if now != version:
                    position = _read(connection, deliver, position)
                    version = now
            if written.is_set():
                written.clear()
                eager = EAGER_LOOKS
            if eager:
                eager -= 1
                await asyncio.sleep(EAGER_SECONDS)
            elif deliver.is_watched:
                await _either(written, WATCHED_SECONDS)
            else:
                await deliver.watched(UNWATCHED_SECONDS)


def _read(connection: sqlite3.Connection, deliver: Deliver, position: int) -> int:
    """Deliver what came after a message; returns the id of the last."""
    while True:
        rows = connection.execute(_READ, (position,)).fetchall()
        if rows:
            deliver([published(row) for row in rows])
            position = rows[-1][0]
        if len(rows) < PORTION:
            return position


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, at most so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
