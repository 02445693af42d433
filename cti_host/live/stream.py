"""One open stream: what waits to be sent to it, and when it ends."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cti_host.live.lines import position_lines

# A client that doesn't read is dropped when so many events wait for it: it comes back and catches
# up, which costs less than what waits for thousands of clients.
MOST_PENDING = 100
# Clients of a server that ended don't all come back at once: the more there are, the more slowly.
SHORTEST_RETRY_MS, LONGEST_RETRY_MS = 1_000, 10_000
RETRY_AFTER_END_MS = 50


@dataclass(frozen=True)
class Times:
    """When what happens to a stream, in seconds.

    :param look: how often the streams are looked at
    :param beat: how often each shows that it is alive
    :param shortest: how long a stream lasts at least; then it ends at random
    :param longest: at most; whoever signed out or lost a right isn't let in again after that
    """

    look: float = 1
    beat: float = 25
    shortest: float = 300
    longest: float = 600


@dataclass(frozen=True)
class Wish:
    """What a stream is to be, as the response that opened it says.

    :param topics: what it follows
    :param after: the client has everything up to this message; `None`: it is new here
    :param known: whether `after` is what the client said; else it said what nobody can read
    :param masks: what the agent sees masked: "numbers", "emails"
    """

    topics: Sequence[str]
    after: int | None = None
    known: bool = True
    masks: frozenset[str] = frozenset()


class Stream:
    """A stream, in the event loop of the server.

    :param times: when it shows that it is alive, and when it ends
    :param now: the time, in seconds of the loop
    :param abort: called when the client doesn't read: what waits is given up
    """

    __slots__ = (
        "_abort",
        "_pending",
        "_times",
        "_waiter",
        "beat_at",
        "dropped",
        "ended",
        "ends_at",
        "floor",
        "wish",
    )

    def __init__(self, wish: Wish, times: Times, now: float, abort: Callable[[], object]) -> None:
        self.wish = wish
        # Messages up to this one are not sent: the client had them from another process.
        self.floor = 0
        self.beat_at = now + times.beat
        self.ends_at = now + random.uniform(times.shortest, times.longest)  # noqa: S311
        self.ended = self.dropped = False
        self._times = times
        self._abort = abort
        self._pending: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def push(self, *events: bytes) -> None:
        """Send events, after those that wait; a client that has not read so many is dropped."""
        if self.ended:
            return
        # However many come at once: of a client that reads, none wait.
        if self._pending and len(self._pending) + len(events) > MOST_PENDING:
            self.dropped = True
            self._pending.clear()
            self.end()
            self._abort()
            return
        self._pending.extend(events)
        self._wake()

    def beat(self, position: int, now: float) -> None:
        """Show that the stream is alive."""
        self.beat_at = now + self._times.beat
        self.push(position_lines(max(position, self.floor)))

    def end(self) -> None:
        """End the stream, once what waits is sent."""
        self.ended = True
        self._wake()

    async def next(self) -> bytes:
        """What is to be sent now; waits for it. Empty: the stream has ended."""
        while not self._pending and not self.ended:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        lines = b"".join(self._pending)
        self._pending.clear()
        return lines

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def retry_ms(streams: int) -> int:
    """How long a client waits before it comes back after its server ended; at random.

    :param streams: how many there are in this process
    """
    most = min(LONGEST_RETRY_MS, SHORTEST_RETRY_MS + streams)
    return random.randint(SHORTEST_RETRY_MS, most)  # noqa: S311 -- spreads load, keeps no secret
