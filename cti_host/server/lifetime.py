"""How a process of the server begins and ends."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from cti_host.server.draining import take_no_more
from cti_host.server.protocol import Application, Receive, Scope, Send
from cti_host.server.protocol import Message as Event

log = logging.getLogger("cti_host.server")

# When the server is told to stop, what was begun may go on for so long.
GRACE_SECONDS = 5
# Before that, what clients have sent already, or are about to send on a new connection, is read.
DRAIN_SECONDS = 0.5
# Where layers find an `asyncio.Event` in the state of a request; it is set when the server is told
# to stop. What has no end of its own, such as a stream that is kept open, ends then.
CLOSING = "cti_host.closing"

# What runs beside the requests until the event is set.
Beside = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


async def _nothing(_closing: asyncio.Event) -> None:
    """There is nothing to do beside the requests."""


class Lifetime:
    """The outermost layer: it tells the others when the server is about to stop.

    :param next_: the next layer
    :param beside: runs from the start beside the requests, until the event says that it must end
    """

    def __init__(self, next_: Application, beside: Beside = _nothing) -> None:
        self._next = next_
        self._beside = beside
        self._running = 0
        self._closing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI 3."""
        if scope["type"] == "lifespan":
            return await self._live(scope, receive, send)
        self._running += 1
        try:
            return await self._next(scope, receive, self._telling(send))
        finally:
            self._running -= 1

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        loop = asyncio.get_running_loop()
        closing = scope["state"][CLOSING] = asyncio.Event()
        beside = asyncio.ensure_future(self._beside(closing))

        def begin_to_close() -> None:
            if not closing.is_set():
                closing.set()
                self._closing = True
                take_no_more()
                loop.call_later(DRAIN_SECONDS, _stop)
                loop.call_later(GRACE_SECONDS, self._end)

        # This takes the place of granian's own handler, which stops listening at once, and closes
        # connections on which nothing has been read yet.
        loop.add_signal_handler(signal.SIGTERM, begin_to_close)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        begin_to_close()
        await asyncio.wait({beside}, timeout=GRACE_SECONDS)
        await send({"type": "lifespan.shutdown.complete"})

    def _telling(self, send: Send) -> Send:
        """Tell clients in the responses that are sent from now on that their connections end."""

        async def tell(event: Event) -> None:
            if self._closing and event["type"] == "http.response.start":
                event = {**event, "headers": [*event["headers"], (b"connection", b"close")]}
            await send(event)

        return tell

    def _end(self) -> None:
        if self._running:
            log.warning("stopped before %d requests had ended", self._running)
        sys.exit(0)


def _stop() -> None:
    """Let granian stop: it waits for what is running."""
    # Its handler of the other signal is still there; this process blocks that one.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.raise_signal(signal.SIGINT)


def end_with_parent() -> None:
    """End this process when the one that started it is gone, however that ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="cti-host-parent", daemon=True).start()
