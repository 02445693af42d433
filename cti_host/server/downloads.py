"""A response that is sent while the application makes it."""

from __future__ import annotations

import asyncio
import threading

from cti_host.server.protocol import Receive, Send, until_gone

# The application waits while so much is made and not sent yet.
AHEAD_BYTES = 256 * 1024


class Download:
    """Pieces of a response on their way from a thread to the client.

    :param loop: the event loop that sends
    :param seconds: how long the client may take for the next piece
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._seconds = seconds
        self._pieces: list[bytes] = []
        self._size = 0
        self._ended = False
        self._stopped = False
        self._taken = threading.Condition()
        self._made, self._failed = asyncio.Event(), asyncio.Event()

    def put(self, piece: bytes) -> bool:
        """Add a piece, in the thread; waits while the client is behind.

        :return: whether the client wants more
        """
        with self._taken:
            if not self._taken.wait_for(self._may_go_on, self._seconds):
                self.fail()  # the client takes too long
                return False
            if self._stopped:
                return False
            self._pieces.append(piece)
            self._size += len(piece)
            if len(self._pieces) == 1:  # else the event loop knows already
                self._loop.call_soon_threadsafe(self._made.set)
        return True

    def end(self) -> None:
        """There are no more pieces; called in the thread."""
        self._ended = True
        self._loop.call_soon_threadsafe(self._made.set)

    def fail(self) -> None:
        """There are more pieces, but none will come; called in the thread."""
        self._loop.call_soon_threadsafe(self._failed.set)

    async def send_to(self, receive: Receive, send: Send) -> bool:
        """Send all pieces, until there are no more or the client goes away.

        :return: whether that came to pass; else the client has got a part
        """
        sending = asyncio.ensure_future(self._send(send))
        gone = asyncio.ensure_future(until_gone(receive))
        failed = asyncio.ensure_future(self._failed.wait())
        ways = (sending, gone, failed)
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
            return sending.done() or gone.done()
        finally:
            for way in ways:
                way.cancel()
            with self._taken:
                self._stopped = True
                self._taken.notify()

    async def _send(self, send: Send) -> None:
        while True:
            await self._made.wait()
            self._made.clear()
            ended = self._ended
            with self._taken:
                pieces, self._pieces, self._size = self._pieces, [], 0
                self._taken.notify()
            if pieces:
                body = b"".join(pieces)
                await send({"type": "http.response.body", "body": body, "more_body": True})
            if ended:
                return await send({"type": "http.response.body", "body": b""})

    def _may_go_on(self) -> bool:
        return self._stopped or self._size < AHEAD_BYTES
