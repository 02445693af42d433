"""A host behind a real proxy, both servers on this machine."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from werkzeug.serving import make_server

from cti_host.testing import MakeHost, RunningHost

WHO = '''
"""Says who is signed in."""

from flask import Blueprint, request

from cti_host import current_agent, hookimpl


class Plugin:
    """A page that says who is signed in."""

    @hookimpl
    def blueprints(self):
        pages = Blueprint("who", __name__)

        @pages.get("/who")
        def who():
            agent = current_agent()
            return {
                "name": agent.name,
                "display": agent.display,
                "email": agent.email,
                "profiles": sorted(agent.profiles),
                "organizations": sorted(agent.organizations),
                "client": request.remote_addr,
            }

        return [pages]
'''
SETTINGS = """
    [plugin.proxy_auth]
    addresses = ["127.0.0.1"]
    display_header = "RemoteName"
    email_header = "RemoteEmail"
    groups_header = "RemoteGroups"
    profiles = { "cti-agents" = ["Support Agent"], "cti-admins" = ["Administrator"] }
"""


@contextmanager
def _serving(app: Any, address: str) -> Iterator[str]:
    server = make_server(address, 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{address}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Client:
    """Sends requests with exactly these headers, from an address of this machine."""

    def __init__(self, host: str, source: str = "127.0.0.1") -> None:
        self._host, self._source = host, source

    def get(self, path: str, *headers: tuple[str, str]) -> tuple[int, str]:
        """The status and the text."""
        connection = http.client.HTTPConnection(self._host, source_address=(self._source, 0))
        connection.putrequest("GET", path)
        for name, value in headers:
            connection.putheader(name, value.encode())
        connection.endheaders()
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text if answer.status != 302 else answer.headers["Location"]


Start = Callable[..., Client]


@pytest.fixture
def start(make_host: MakeHost) -> Iterator[Start]:
    """`start(toml, source="127.0.0.2")`: a host with these settings, and who asks it."""
    with ExitStack() as stack:

        def start_(toml: str = SETTINGS, source: str = "127.0.0.1", **arguments: Any) -> Client:
            arguments = {"plugins": ["proxy_auth", "who"], **arguments}
            running: RunningHost = make_host(toml, sources={"who": WHO}, sign_in=False, **arguments)
            return Client(stack.enter_context(_serving(running.app, "127.0.0.1")), source)

        yield start_


@pytest.fixture
def settings() -> str:
    """The usual settings."""
    return SETTINGS
