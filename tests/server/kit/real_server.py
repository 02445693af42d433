"""A real server with pages that wait for a test, and raw connections to it."""

from __future__ import annotations

import errno
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from cti_host.testing import write_config

# As long as a busy machine may take; nothing waits for it when all is well.
PATIENCE_SECONDS = 120
PAGES = '''
import hashlib
import os
from pathlib import Path

from flask import Blueprint, Response, jsonify, request

from cti_host import hookimpl, large_form, reserved_thread

folder = Path(__file__).parent
blueprint = Blueprint("pages", __name__)


@blueprint.get("/quick")
def quick():
    return f"of process {os.getpid()}"


@blueprint.get("/wait/<name>")
def wait(name):
    """Wait until the test lets go: it holds the other end of a pipe."""
    (folder / name).open().read()
    return name


@blueprint.get("/ring/<name>")
@reserved_thread
def ring(name):
    return name


@blueprint.post("/body")
def body():
    data = request.get_data()
    return jsonify(size=len(data), sha=hashlib.sha256(data).hexdigest())


@blueprint.post("/typed")
def typed():
    """What was typed into a form, of one that is too large, too."""
    large = large_form()
    fields = request.form.to_dict()
    return jsonify(large=large is not None, fields=fields, files=[*request.files])


@blueprint.get("/headers")
def headers():
    return jsonify(dict(request.headers))


@blueprint.get("/export/<int:pieces>")
def export(pieces):
    """Made while it is sent; -1 is an export that never ends."""

    def made():
        try:
            piece = 0
            while piece != pieces:
                yield b"%07d\\n" % piece * 8192
                piece += 1
        finally:
            (folder / "ended").touch()

    return Response(made(), content_type="text/csv")


@blueprint.get("/export/endless")
def endless():
    return export(-1)


@blueprint.get("/export/broken")
def broken():
    def made():
        yield b"a line\\n"
        raise LookupError("no more")

    return Response(made(), content_type="text/csv")


class Plugin:
    """Pages for everybody."""

    @hookimpl
    def register(self, host):
        names = "quick wait ring body typed headers export endless broken"
        host.public_endpoints.update(f"pages.{name}" for name in names.split())
        host.own_csrf_endpoints.update(("pages.body", "pages.typed"))

    @hookimpl
    def blueprints(self):
        return [blueprint]
'''


def until(condition: Callable[[], bool]) -> bool:
    """Wait for something that another process does."""
    pause = Event()
    return any(condition() or pause.wait(0.02) for _try in range(50 * PATIENCE_SECONDS))


@dataclass
class Serving:
    """`cti-host serve`, and the connections of a test to it."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]
    _open: list[socket.socket] = field(default_factory=list)

    def connect(self, sent: bytes = b"", buffer: int = 0) -> socket.socket:
        """A new connection, on which something is sent.

        :param buffer: so many bytes may wait here that nobody has read; 0: the usual
        """
        connection = socket.socket()
        self._open.append(connection)
        connection.settimeout(PATIENCE_SECONDS)
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.connect(("127.0.0.1", self.port))
        connection.sendall(sent)
        return connection

    def get(self, path: str, *headers: str) -> socket.socket:
        """A new connection, on which a page is asked for."""
        return self.connect(request("GET", path, *headers))

    def page(self, path: str, *headers: str) -> Response:
        """What a page returns."""
        return response(self.get(path, *headers))

    @contextmanager
    def busy(self, *names: str) -> Iterator[dict[str, socket.socket]]:
        """Each name is a request that has a thread and waits; at the end all of them go on."""
        pipes: list[int] = []
        waiting: dict[str, socket.socket] = {}
        try:
            for name in names:
                pipe = self.folder / "plugins.d" / name
                os.mkfifo(pipe)
                waiting[name] = self.get(f"/wait/{name}")
                assert until(lambda pipe=pipe: _opened(pipe, pipes))  # type: ignore[misc]
            yield waiting
        finally:
            for opened in pipes:
                os.close(opened)
            for name, connection in waiting.items():
                # Their threads are free again: a test that comes next finds the server as it was.
                has_come(connection)
                (self.folder / "plugins.d" / name).unlink()

    def listens(self) -> bool:
        """Whether new connections are taken."""
        try:
            self.connect().close()
        except ConnectionRefusedError:
            return False
        return True

    def close(self) -> None:
        """Close all connections."""
        while self._open:
            self._open.pop().close()


@dataclass(frozen=True)
class Response:
    """What came back on a connection."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def request(method: str, path: str, *headers: str) -> bytes:
    """The head of a request, with further header lines."""
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", "Host: cti.example", *headers, "", ""]
    ).encode()


def response(connection: socket.socket, method: str = "GET") -> Response:
    """Read a whole response; the connection may be used further."""
    read = http.client.HTTPResponse(connection, method=method)
    read.begin()
    return Response(read.status, read.headers, read.read())


def has_come(connection: socket.socket, seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether something can be read from a connection, at the latest after some seconds."""
    return bool(select.select([connection], [], [], seconds)[0])


@contextmanager
def serving(folder: Path, toml: str, *options: str) -> Iterator[Serving]:
    """A server with the pages above and a `[server]` table."""
    config = write_config(
        folder, f"[server]\n{toml}", plugins=["pages"], sources={"pages": PAGES}, sign_in=False
    )
    with serving_site(config, *options) as running:
        yield running


@contextmanager
def serving_site(
    config: Path, *options: str, port: int = 0, log: str = "server.log"
) -> Iterator[Serving]:
    """A server for the settings of a site; its log is beside them.

    :param port: where it listens; 0: where nobody does
    :param log: the name of its log, which begins anew
    """
    folder = config.parent
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "cti_host", "--config", str(config), "serve"]
    with (folder / log).open("wb") as opened:
        process = subprocess.Popen(  # noqa: S603 -- our own command
            [*command, f"--port={port}", *options],
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=opened,
            start_new_session=True,
        )
    running = Serving(port, folder, process)
    try:
        assert until(lambda: process.poll() is not None or running.listens())
        assert process.poll() is None, (folder / log).read_text()
        yield running
    finally:
        running.close()
        process.terminate()
        try:
            process.wait(timeout=PATIENCE_SECONDS)
        finally:
            _end_all(process.pid)


def _opened(pipe: Path, opened: list[int]) -> bool:
    """Open a pipe for writing, once a page has opened the other end: it waits from then on."""
    try:
        opened.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return False
    return True


def _end_all(group: int) -> None:
    """End what a server has left behind: its workers are in the process group that it leads."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
