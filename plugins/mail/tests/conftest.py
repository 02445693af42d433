"""A mail server on this machine, and a host whose ticket 1 has a caller with an address."""

from __future__ import annotations

import asyncio
import queue
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from click.testing import CliRunner
from cti_tickets.store import objects

from cti_host.testing import MakeHost, RunningHost
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

PATIENCE_SECONDS = 60
PASSWORD = "the password"
# A program of an agent, who is the token.
ASKING = """
from cti_host import Agent, hookimpl

class Plugin:
    @hookimpl
    def identify_agent(self, request):
        asked = request.authorization
        profiles = frozenset({"Support Agent"})
        return asked and Agent(asked.token, "Camille Moreau", profiles=profiles)
"""


@dataclass
class MailServer:
    """Takes mails; `refusal` is what it says instead, as long as it is set."""

    port: int = 0
    refusal: str = ""
    taken: queue.Queue[tuple[Envelope, EmailMessage]] = field(default_factory=queue.Queue)

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take a recipient, or refuse it."""
        if self.refusal:
            return f"{self.refusal} <{address}>"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take the mail itself."""
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.put((envelope, message))
        return "250 OK"

    def next(self) -> EmailMessage:
        """The next mail, whenever it comes."""
        return self.taken.get(timeout=PATIENCE_SECONDS)[1]


def _authenticated(
    _server: Any, _session: Any, _envelope: Any, _how: str, given: Any
) -> AuthResult:
    assert isinstance(given, LoginPassword)
    # What is not handled here, the server refuses in its own words.
    return AuthResult(success=given.password == PASSWORD.encode(), handled=False)


StartServer = Callable[..., MailServer]


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    """`start_server()`; `start_server(tls=context)`: one that wants TLS and a password."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers: list[asyncio.Server] = []

    def start(tls: ssl.SSLContext | None = None) -> MailServer:
        mail_server = MailServer()
        secured: dict[str, Any] = {}
        if tls is not None:
            secured = {"tls_context": tls, "require_starttls": True, "auth_required": True,
                       "authenticator": _authenticated}  # fmt: skip

        async def listen() -> asyncio.Server:
            return await loop.create_server(
                lambda: SMTP(mail_server, hostname="localhost", **secured), "127.0.0.1", 0
            )

        server = asyncio.run_coroutine_threadsafe(listen(), loop).result(PATIENCE_SECONDS)
        servers.append(server)
        mail_server.port = server.sockets[0].getsockname()[1]
        return mail_server

    yield start

    async def end() -> None:
        for server in servers:
            server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    asyncio.run_coroutine_threadsafe(end(), loop).result(PATIENCE_SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE_SECONDS)
    loop.close()


@pytest.fixture
def mail_server(start_server: StartServer) -> MailServer:
    """A server that takes mails from everybody."""
    return start_server()


SETTINGS = """
[plugin.mail]
sender = "Support <support@cti.example>"
{more}

[plugin.mail.smtp]
host = "127.0.0.1"
port = {port}
security = "{security}"
{smtp}
"""


def settings(port: int, more: str = "", smtp: str = "", security: str = "none") -> str:
    """The settings of a site with that server."""
    return SETTINGS.format(port=port, more=more, smtp=smtp, security=security)


@dataclass
class Site:
    """A host with a ticket, and an agent who writes into its logs."""

    running: RunningHost

    def write(self, **fields: str) -> None:
        """Change ticket 1, logs among it, as a program of the agent does."""
        headers = {"Authorization": "Bearer camille", "If-Match": "*"}
        response = self.running.app.test_client().patch(
            "/api/v1/objects/UserRequest/1", json={"fields": fields}, headers=headers
        )
        assert response.status_code == 200, response.get_json()

    def serve(self) -> None:
        """Begin what a process of the server does beside requests."""
        with self.running.app.app_context():
            self.running.host.hooks.server_started()

    def command(self, *arguments: str) -> Any:
        """`cti-host mail …`."""
        (command,) = self.running.plugin("mail").commands()
        with self.running.app.app_context():
            return CliRunner().invoke(command, [*arguments])

    def store(self, class_name: str, values: dict[str, Any]) -> int:
        """Store an object, as an import does."""
        with self.running.app.app_context(), self.running.host.database.connection_context():
            return int(objects.create(class_name, values, author=None).id)


def filled(running: RunningHost) -> Site:
    """A site with the ticket "Printer" of Ada Lovelace."""
    site = Site(running)
    org = site.store("Organization", {"name": "Fluvia"})
    person = {"name": "Lovelace", "first_name": "Ada", "org_id": org,
              "email": "ada@fluvia.example"}  # fmt: skip
    ticket = {"title": "Printer", "description": "x", "org_id": org,
              "caller_id": site.store("Person", person)}  # fmt: skip
    assert site.store("UserRequest", ticket) == 1
    return site


MakeSite = Callable[..., Site]


@pytest.fixture
def make_site(make_host: MakeHost) -> MakeSite:
    """`make_site(port)`: a site whose mails go there."""

    def make(
        port: int,
        *,
        more: str = "",
        smtp: str = "",
        security: str = "none",
        database: str = "sqlite:///cti.db",
    ) -> Site:
        running = make_host(
            settings(port, more, smtp, security),
            plugins=["tickets", "mail", "asking"],
            sources={"asking": ASKING},
            sign_in=False,
            database=database,
        )
        return filled(running)

    return make
