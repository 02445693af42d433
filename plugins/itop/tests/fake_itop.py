"""A small HTTP server that speaks as iTop's REST services do, and fails on demand.

It answers what was recorded from a real iTop, request for request, and everything else from a
model of the data (`itop_model.py`). It listens on loopback only.
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote_plus

RECORDED = Path(__file__).parent / "recorded.json"
USER, PASSWORD, TOKEN = "rest-account", "s3cret-of-cti", "t0ken-of-cti"
# Recorded, but about the account; here the account decides.
_ABOUT_ACCOUNTS = ("check_credentials_ok", "check_credentials_bad", "bad_login")
LOGIN_PAGE = "<!DOCTYPE html><html><head><title>iTop login</title></head><body>…</body></html>"


class Model(Protocol):
    """What answers a request that was not recorded."""

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to the operation, as iTop gives it."""
        ...


@cache
def recordings() -> list[dict[str, Any]]:
    """Every recorded request and its reply."""
    found: list[dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


@dataclass
class FakeItop:
    """A running server; `url` is what a site writes into its settings.

    `fails` is how it fails now, empty for not at all: one of the methods of `_Handler` whose name
    begins with `fail_`. `fails_once` does so for the next request only, `fails_at` breaks the
    connection of one operation. `delay` is how many seconds a request takes. `requests` are the
    operations that were asked for, in order.
    """

    model: Model | None = None
    fails: str = ""
    fails_once: str = ""
    fails_at: str = ""
    delay: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def queries(self, class_name: str = "") -> list[str]:
        """The keys of every `core/get`, in order, or of those for one class."""
        return [
            str(request["key"])
            for request in self.requests
            if request["operation"] == "core/get" and class_name in ("", request["class"])
        ]

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        """What iTop answers to an operation."""
        for recorded in recordings():
            if recorded["name"] not in _ABOUT_ACCOUNTS and recorded["request"] == request:
                reply: dict[str, Any] = recorded["reply"]
                return reply
        if self.model is None:
            return {"code": 100, "message": f"Error: nothing was recorded for {request}"}
        return self.model.answer(request)


class _Server(ThreadingHTTPServer):
    """A server to which it is nothing new that somebody does not wait for the answer."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Be silent of a broken connection; print everything else, as servers do."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


@contextmanager
def running(fake: FakeItop, tls: ssl.SSLContext | None = None) -> Iterator[FakeItop]:
    """Serve on a free port of loopback until the block ends; with `tls`, by https."""
    server = _Server(("127.0.0.1", 0), _handler(fake))
    server.daemon_threads = True
    if tls is not None:
        # A client that says nothing is waited for in its own thread, not by the whole server.
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    scheme = "https" if tls else "http"
    fake.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/itop"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        fake.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(fake: FakeItop) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"fake": fake})


class _Handler(BaseHTTPRequestHandler):
    """One connection, of any number of requests."""

    fake: FakeItop
    protocol_version = "HTTP/1.1"
    # An answer goes out at once, in one packet: else each takes 40 ms more.
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.fake.connections += 1

    def log_message(self, *args: Any) -> None:
        """A test's output needs no lines of this server."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        form = {k: v[0] for k, v in parse_qs(body.decode(), keep_blank_values=True).items()}
        self.fake.forms.append(form)
        fails, self.fake.fails_once = self.fake.fails_once or self.fake.fails, ""
        if self.fake.delay:
            self.fake.stopping.wait(self.fake.delay)
        if fails:
            fail: Callable[[], None] = getattr(self, f"fail_{fails}")
            fail()
            return
        if self.path != "/itop/webservices/rest.php":
            self.send("<html><body>Not Found</body></html>", "text/html", 404)
            return
        if not self._signed_in(form):
            self.send_reply({"code": 1, "message": "Error: Invalid login"})
            return
        request = json.loads(form["json_data"])
        self.fake.requests.append(request)
        if request["operation"] == self.fake.fails_at:
            self.fail_down()
            return
        self.send_reply(self.fake.reply(request))

    def do_GET(self) -> None:
        """A page of iTop's console: it says which, and no more."""
        title = escape(unquote_plus(self.path.partition("?")[2]))
        page = "<!DOCTYPE html><html lang='en'><title>iTop</title><link rel='icon' href='data:,'>"
        self.send(f"{page}<h1>iTop</h1><p>{title}</p></html>", "text/html")

    def _signed_in(self, form: Mapping[str, str]) -> bool:
        if self.headers.get("Auth-Token") == TOKEN:
            return True
        return (form.get("auth_user"), form.get("auth_pwd")) == (USER, PASSWORD)

    def send_reply(self, reply: Mapping[str, Any]) -> None:
        self.send(json.dumps(reply), "application/json")

    def send(self, text: str, content_type: str, status: int = 200, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    # How it can fail.

    def fail_down(self) -> None:
        """The connection breaks before an answer."""
        self.close_connection = True

    def fail_slow(self) -> None:
        """No answer for as long as the test lasts."""
        self.fake.stopping.wait()
        self.close_connection = True

    def fail_trickling(self) -> None:
        """An answer that goes on and on, a byte at a time."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while not self.fake.stopping.wait(0.005):
                self.wfile.write(b"1\r\n \r\n")
                self.wfile.flush()
        except OSError:
            pass  # the client went away, as it should
        self.close_connection = True

    def fail_stalling(self) -> None:
        """An answer that begins, and says nothing more for as long as the test lasts."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"code": 0, ')
        self.wfile.flush()
        self.fail_slow()

    def fail_maintenance(self) -> None:
        """What iTop answers while it is being updated."""
        text = "iTop is currently in maintenance mode."
        self.send(json.dumps({"code": 100, "message": text}), "application/json", 503)

    def fail_gateway(self) -> None:
        """A proxy before iTop that does not reach it."""
        self.send("<html><body>Bad Gateway</body></html>", "text/html", 502)

    def fail_html(self) -> None:
        """A page, with HTTP 200: a login page, a warning of PHP."""
        self.send(LOGIN_PAGE, "text/html")

    def fail_crash(self) -> None:
        """An error inside iTop."""
        self.send("", "text/html", 500)

    def fail_redirect(self) -> None:
        """Another address."""
        self.send("", "text/html", 302, Location="https://sso.example.org/login?next=/itop")

    def fail_truncated(self) -> None:
        """Half of a JSON text, which ends as it was announced."""
        self.send('{"code": 0, "message": "Found: 1", "objects": {"Pers', "application/json")

    def fail_cut(self) -> None:
        """The connection ends in the middle of an answer."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"code": 0,')
        self.close_connection = True

    def fail_huge(self) -> None:
        """Two megabytes."""
        self.send(
            json.dumps({"code": 0, "objects": None, "x": "y" * 2_000_000}), "application/json"
        )

    def fail_foreign(self) -> None:
        """JSON of something else."""
        self.send('["not iTop"]', "application/json")

    def fail_password(self) -> None:
        """The account is not known."""
        self.send_reply({"code": 1, "message": "Error: Invalid login"})

    def fail_forbidden(self) -> None:
        """The account lacks a right."""
        text = "The current user does not have enough permissions for exporting data"
        self.send_reply({"code": 1, "message": text, "objects": None})

    def fail_code100(self) -> None:
        """iTop can't do it."""
        self.send_reply({"code": 100, "message": "Error: something about 0987654321"})
