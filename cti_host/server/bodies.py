"""Requests are handed on once their body is here as a whole.

So a client that sends slowly, or never ends, costs memory and a place on the disk, but no thread.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO

from cti_host.server.protocol import Application, Headers, Receive, Scope, Send
from cti_host.server.refusals import BROKEN, BUSY, TOO_SLOW, refuse
from cti_host.web.large_forms import FORM_WITH_FILES, START_BYTES

# A larger body goes to a temporary file.
IN_MEMORY_BYTES = 64 * 1024
# So much of each body has room in any case, or a few large ones that never end would keep phone
# systems from sending theirs. What that comes to is bounded, since connections are.
FREE_BYTES = 64 * 1024
# Of a body that is too large so much is read and thrown away, so that the client, who may still be
# sending a film, gets to see the response.
DISCARDED_BODIES = 256
# Where the next layer finds the body, in the scope: a file to read from.
BODY = "cti_host.body"
_LENGTH, _CODING = b"content-length", b"transfer-encoding"
_TYPE, _FORM = b"content-type", FORM_WITH_FILES.encode()
_CLOSE = (b"connection", b"close")
RETRY_SECONDS = 5


class _Gone(Exception):
    """The client went away before its body was complete, or sent what is none."""


class _Full(Exception):
    """The bodies of all requests together would take more than they may."""


class Budget:
    """What the bodies of all requests together may take, in memory and on the disk.

    :param most: bytes, without the first `FREE_BYTES` of each
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.taken = 0

    def take(self, size: int) -> None:
        """Take room for some bytes; `give_back` ends that.

        :raises _Full: there is not enough
        """
        if self.taken + size > self._most:
            raise _Full
        self.taken += size

    def give_back(self, size: int) -> None:
        """They are needed no more."""
        self.taken -= size


class _Body:
    """A body on its way in, and the room that it takes of the budget."""

    def __init__(self, file: IO[bytes], budget: Budget) -> None:
        self._file, self._budget = file, budget
        self._free = FREE_BYTES
        self.taken = 0

    def write(self, chunk: bytes) -> None:
        """Add to it.

        :raises _Full: there is no room
        """
        counted = max(0, len(chunk) - self._free)
        self._budget.take(counted)
        self.taken += counted
        self._free -= len(chunk) - counted
        self._file.write(chunk)


class Bodies:
    """Reads the body of each request before the next layer is called.

    That layer finds it in the scope under `BODY`, with the right `Content-Length` among the
    headers, however it was sent. The body of a request that is too large is not read on: the next
    layer sees an empty one with a `Content-Length` above the limit, and says so. Of a form with
    files it sees the start: what was typed stands before them, and can be given back.

    :param next_: the next layer
    :param limit: the most bytes of a body; `None`: any number
    :param seconds: how long a body may take; then the response is 408
    :param budget: what all bodies together may take until they are worked on; then it is 503
    """

    def __init__(
        self, next_: Application, limit: int | None, seconds: float, budget: Budget
    ) -> None:
        self._next = next_
        self._limit = limit
        self._seconds = seconds
        self._budget = budget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI 3."""
        if scope["type"] != "http":
            return await self._next(scope, receive, send)
        announced = _announced(scope["headers"])
        if announced == 0:
            return await self._next(scope, receive, send)
        limit = self._limit
        too_large = announced is not None and limit is not None and announced > limit
        if too_large and not _is_form(scope["headers"]):
            return await self._refuse_large(scope, receive, send, announced or 0)
        with SpooledTemporaryFile(IN_MEMORY_BYTES) as file:
            body = _Body(file, self._budget)
            try:
                if too_large:
                    await self._read_start(receive, body)
                    file.seek(0)
                    scope[BODY] = file
                    return await self._refuse_large(scope, receive, send, announced or 0)
                return await self._receive(scope, receive, send, file, body)
            finally:
                self._budget.give_back(body.taken)

    async def _receive(
        self, scope: Scope, receive: Receive, send: Send, file: IO[bytes], body: _Body
    ) -> None:
        """Read a body, and hand the request on."""
        try:
            async with asyncio.timeout(self._seconds):
                size = await _read(receive, body, self._limit)
        except _Gone:
            # Or it is still there, and what it sends is no body: it learns so, if it listens.
            return await refuse(scope, send, HTTPStatus.BAD_REQUEST, BROKEN, _CLOSE)
        except TimeoutError:
            return await refuse(scope, send, HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW, _CLOSE)
        except _Full:
            retry = (b"retry-after", b"%d" % RETRY_SECONDS)
            return await refuse(scope, send, HTTPStatus.SERVICE_UNAVAILABLE, BUSY, retry, _CLOSE)
        file.seek(0)
        scope[BODY] = file
        if self._limit is not None and size > self._limit:
            return await self._refuse_large(scope, receive, send, size)
        scope["headers"] = _with_length(scope["headers"], size)
        return await self._next(scope, receive, send)

    async def _read_start(self, receive: Receive, body: _Body) -> None:
        """Read the start of a form that is too large, or what of it comes in time."""
        left = START_BYTES
        try:
            async with asyncio.timeout(self._seconds):
                while left > 0:
                    message = await receive()
                    chunk = message.get("body", b"")[:left]
                    body.write(chunk)
                    left -= len(chunk)
                    if not message.get("more_body", False):
                        break
        except (TimeoutError, _Full):
            pass

    async def _refuse_large(self, scope: Scope, receive: Receive, send: Send, size: int) -> None:
        """Let the next layer say that a body is too large, then read a part of it."""
        scope["headers"] = _with_length(scope["headers"], size)

        async def receive_nothing() -> dict[str, object]:
            # The next layer waits for the end of the client, which is seen below only.
            await asyncio.get_running_loop().create_future()
            return {"type": "http.disconnect"}

        await self._next(scope, receive_nothing, send)
        left = DISCARDED_BODIES * (self._limit or 0)
        try:
            async with asyncio.timeout(self._seconds):
                while left > 0:
                    message = await receive()
                    if not message.get("more_body"):
                        break
                    left -= len(message["body"])
        except TimeoutError:
            pass


async def _read(receive: Receive, body: _Body, limit: int | None) -> int:
    """Read a body to its end, or beyond its limit.

    :return: how many bytes were read
    :raises _Gone: the client went away
    :raises _Full: there is no room for more
    """
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if limit is not None and size > limit:
            return size
        body.write(chunk)
        if not message.get("more_body", False):
            return size


def _announced(headers: Headers) -> int | None:
    """The length of a body, as the headers have it: 0 is none, `None` is not known yet."""
    length = 0
    for name, value in headers:
        if name == _CODING:
            return None
        if name == _LENGTH:
            length = int(value)
    return length


def _is_form(headers: Headers) -> bool:
    """Whether a body is a form that may have files."""
    return any(name == _TYPE and value.strip().startswith(_FORM) for name, value in headers)


def _with_length(headers: Headers, size: int) -> Headers:
    kept = [(name, value) for name, value in headers if name not in (_LENGTH, _CODING)]
    return [*kept, (_LENGTH, b"%d" % size)]
