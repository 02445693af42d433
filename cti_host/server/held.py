"""The ASGI layer that keeps a response open when the view that made it says so."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from cti_host.live.hub import Hub
from cti_host.live.responses import is_of_the_hold, wish_of
from cti_host.live.stream import Stream, Wish
from cti_host.server.protocol import Application, Message, Receive, Scope, Send, until_gone
from cti_host.server.refusals import TOO_MANY, refuse

# A process that has just started waits so long for its first messages before it says where it is.
BEGIN_SECONDS = 5
RETRY_SECONDS = 15


class Held:
    """An ASGI application around another: responses with `Grip-Hold: stream` become streams.

    The view has ended by then, and its thread is free: an open stream costs memory only.

    :param app: what makes the responses
    :param hub: delivers the messages
    """

    def __init__(self, app: Application, hub: Hub) -> None:
        self._app = app
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        wish: Wish | None = None

        async def watch(message: Message) -> None:
            nonlocal start, wish
            if message["type"] == "http.response.start" and message["status"] == 200:
                wish = wish_of(
                    (n.decode("latin-1").lower(), v.decode("latin-1"))
                    for n, v in message.get("headers", ())
                    if n[:5].lower() == b"grip-"
                )
                start = message
            if wish is None:
                await send(message)

        await self._app(scope, receive, watch)
        if start is not None and wish is not None:
            if not self._hub.has_room():
                retry = (b"retry-after", b"%d" % RETRY_SECONDS)
                await refuse(scope, send, HTTPStatus.SERVICE_UNAVAILABLE, TOO_MANY, retry)
                return
            await self._hub.began(BEGIN_SECONDS)
            await self._stream(start, wish, receive, send)

    async def _stream(self, start: Message, wish: Wish, receive: Receive, send: Send) -> None:
        """Stream until the client has gone, or the stream has ended."""
        headers = [(n, v) for n, v in start["headers"] if not is_of_the_hold(n.decode().lower())]
        start["headers"] = [*headers, (b"x-accel-buffering", b"no")]
        # Tasks of their own: those of a server needn't be ones that can be cancelled.
        gone = asyncio.ensure_future(until_gone(receive))
        stream = self._hub.open(wish, abort=lambda: writing.cancel())
        writing = asyncio.ensure_future(_write(stream, start, send))
        try:
            await asyncio.wait({gone, writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(stream)
            gone.cancel()
            writing.cancel()
            # What they raised, such as that the client has gone, is of no interest.
            await asyncio.wait({gone, writing})
            _ = [one.cancelled() or one.exception() for one in (gone, writing)]


async def _write(stream: Stream, start: Message, send: Send) -> None:
    await send(start)
    while lines := await stream.next():
        await send({"type": "http.response.body", "body": lines, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
