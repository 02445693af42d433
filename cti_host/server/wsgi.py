"""A WSGI application as one of ASGI: each request gets a thread while the application computes.

Why not the library a2wsgi: it hands each piece of a response from the thread to the event loop and
waits for it, which costs a panel a third of its requests per second; and a thread whose client has
gone away may wait for good.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from cti_host.server.connections import cut
from cti_host.server.downloads import Download
from cti_host.server.environ import environ_of
from cti_host.server.lanes import Lane, Place, Threads, TooMuchWaits
from cti_host.server.protocol import Headers, Receive, Scope, Send, until_gone
from cti_host.server.refusals import BUSY, refuse
from cti_host.web.giving_way import STEP_ASIDE
from cti_host.web.watching import ARRIVED

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

log = logging.getLogger("cti_host.server")

# A response up to this length is taken from the application as a whole, so that a client that reads
# slowly keeps no thread; a longer one is sent while it is made.
WHOLE_BYTES = 2 * 1024 * 1024
# Downloads that leave the places for requests to others while they are sent.
DOWNLOADS = 8
RETRY_SECONDS = 2
SHORT_WAIT_SECONDS = 0.1
_WITHOUT_BODY = ("1", "204", "304")


class WsgiApplication:
    """Runs a WSGI application in threads; the body of a request must be here as a whole.

    :param app: the application
    :param lane_of: the lane for the path of a request
    :param send_seconds: how long a client may take for the next piece of a download
    """

    def __init__(
        self, app: WSGIApplication, lane_of: Callable[[str], Lane], send_seconds: float
    ) -> None:
        self._app = app
        self._lane_of = lane_of
        self._send_seconds = send_seconds
        self._threads = Threads()
        self._downloads = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI 3."""
        if scope["type"] != "http":
            raise RuntimeError(f"there is nothing but HTTP here, not {scope['type']}")
        arrived = time.perf_counter()
        lane = self._lane_of(scope["path"])
        place = lane.take()
        if place is None:
            try:
                place = await _wait(lane, receive)
            except TooMuchWaits:
                retry = (b"retry-after", b"%d" % RETRY_SECONDS)
                await refuse(scope, send, HTTPStatus.SERVICE_UNAVAILABLE, BUSY, retry)
                return
            if place is None:
                return
        try:
            await self._run(scope, arrived, place, receive, send)
        finally:
            place.leave()

    async def _run(
        self, scope: Scope, arrived: float, place: Place, receive: Receive, send: Send
    ) -> None:
        environ = environ_of(scope)
        environ[ARRIVED] = arrived
        loop = asyncio.get_running_loop()
        environ[STEP_ASIDE] = lambda: loop.call_soon_threadsafe(place.step_aside)
        answered: asyncio.Future[_Response] = loop.create_future()
        response = _Response(loop, answered, self._send_seconds)
        self._threads.run(lambda: response.make(self._app, environ))
        await answered
        download = response.download
        if download is None:
            place.leave()
            await send(response.start())
            await send({"type": "http.response.body", "body": response.body})
            return
        # The thread is busy with this for as long as the client takes; others get its place.
        leaves = self._downloads < DOWNLOADS
        if leaves:
            place.leave()
            self._downloads += 1
        try:
            await send(response.start())
            if not await download.send_to(receive, send):
                await cut(scope)
                await until_gone(receive)
        finally:
            self._downloads -= leaves


async def _wait(lane: Lane, receive: Receive) -> Place | None:
    """A place once there is one; `None`: the client has gone away meanwhile."""
    turn = lane.wait()
    gone: asyncio.Future[None] | None = None
    try:
        # Most wait for a moment only, in which nobody goes away.
        await asyncio.wait((turn,), timeout=SHORT_WAIT_SECONDS)
        if not turn.done():
            gone = asyncio.ensure_future(until_gone(receive))
            await asyncio.wait((turn, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        if gone is not None:
            gone.cancel()
        if not turn.done():
            lane.give_up(turn)
    return turn.result() if turn.done() else None


class _Response:
    """What an application returns for one request: made in a thread, sent by the event loop.

    :param answered: set in the event loop as soon as there is something to send
    :param send_seconds: how long a client may take for the next piece of a download
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        answered: asyncio.Future[_Response],
        send_seconds: float,
    ) -> None:
        self._loop = loop
        self._answered = answered
        self._send_seconds = send_seconds
        self._status = "500 Internal Server Error"
        self._headers: list[tuple[str, str]] = []
        self._written: list[bytes] = []
        self.body = b""
        self.download: Download | None = None

    def start(self) -> dict[str, Any]:
        """The first message of the response."""
        headers: Headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in self._headers
        ]
        return {"type": "http.response.start", "status": int(self._status[:3]), "headers": headers}

    def make(self, app: WSGIApplication, environ: WSGIEnvironment) -> Callable[[], object]:
        """Call the application and take what it returns; runs in a thread.

        :return: what tells the event loop that all is made
        """
        try:
            chunks = app(environ, self._start_response)
            try:
                if self._is_whole(environ["REQUEST_METHOD"]):
                    self.body = b"".join((*self._written, *chunks))
                else:
                    self._send_while_made(chunks)
            finally:
                close = getattr(chunks, "close", None)
                if close is not None:
                    close()
        except BaseException as error:
            # What it says may hold what nobody should read in a log.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("the application failed: %s at\n%s", type(error).__name__, where)
            if self.download is not None:
                return self.download.fail
            self._status, self._headers, self.body = "500 Internal Server Error", [], b""
        return self._answer if self.download is None else self.download.end

    def _send_while_made(self, chunks: Iterable[bytes]) -> None:
        self.download = Download(self._loop, self._send_seconds)
        self._answer()
        for chunk in (*self._written, *chunks) if self._written else chunks:
            if not self.download.put(chunk):
                break

    def _answer(self) -> None:
        self._loop.call_soon_threadsafe(self._answered.set_result, self)

    def _is_whole(self, method: str) -> bool:
        if method == "HEAD" or self._status.startswith(_WITHOUT_BODY):
            return True
        length = next((v for name, v in self._headers if name.lower() == "content-length"), None)
        return length is not None and int(length) <= WHOLE_BYTES

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        """See PEP 3333."""
        self._status, self._headers = status, headers
        return self._written.append
