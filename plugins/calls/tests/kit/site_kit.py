"""A host with calls, whose agents say who they are by a header, and their browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cti_calls.model.facts import Direction, Fact, FactKind, Party, PhoneEvent
from cti_calls.model.recent_click import RecentClick
from cti_calls.model.tables import AgentQueue, CallBack, JournalEntry, StoredCall
from cti_calls.store.devices import add_device
from cti_tickets.store import objects
from cti_tickets.store.calls import calls_about
from flask.testing import FlaskClient

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import PATIENCE_SECONDS, RunningHost, write_config

ADA, BOB, NOBODY = "+33987654321", "0612345678", "0536490042"
# As pages show them.
BOB_SHOWN, NOBODY_SHOWN = "+33612345678", "+33536490042"
PLUGINS = ["accounts", "phone_reformat", "tickets", "ecall", "calls", "switch", "who"]
# Who is at the keyboard is said by a header.
WHO = '''
from cti_host import Agent, hookimpl


class Plugin:
    """Everybody is who they say they are."""

    @hookimpl
    def identify_agent(self, request):
        name = request.headers.get("Agent", "sam")
        profiles = request.headers.get("Profiles", "Support Agent")
        limits = frozenset(map(int, request.headers.get("Organizations", "").split()))
        return Agent(
            name, profiles=frozenset(profiles.split(",")), contact_id=2, organizations=limits
        )

    @hookimpl
    def known_agent(self, name):
        return Agent(name, {"sam": "Sam Smith", "kim": "Kim Lee"}.get(name, name))
'''
# A phone system that places calls from the phones of one source.
SWITCH = '''
from cti_calls.api_for_plugins import Originated
from cti_host import hookimpl


class Plugin:
    """Places calls, and notes them."""

    def __init__(self):
        self.placed = []
        self.refuses = ""
        self.is_away = False
        self.on_dial = None

    def _look(self):
        if self.is_away:
            raise RuntimeError

    @hookimpl
    def find_callers(self, texts):
        self._look()

    @hookimpl
    def find_tickets(self, texts):
        self._look()

    @hookimpl(of="calls")
    def can_originate(self, device):
        return True if device.source == "main" else None

    @hookimpl(of="calls")
    def originate(self, agent, device, number, ticket):
        if device.source != "main":
            return None
        if self.refuses:
            return Originated(problem=self.refuses)
        self.placed.append((agent.name, device.name, number, str(ticket or "")))
        if self.on_dial:
            self.on_dial()
        return Originated(f"token-{len(self.placed)}")
'''
TOML = """
timezone = "Europe/Paris"
[ecall_parameters]
url = "tel:{telephone}"
[ecall_parameters.url_parameters.phone]
attributes = { telephone = "phone" }
[plugin.calls]
agents_add_devices = true
[privacy]
mask_on_screen = ["Document author"]
"""


class Site:
    """A host with calls, and the browsers of its agents."""

    def __init__(self, running: RunningHost) -> None:
        self.running = running
        self.now = datetime.now(UTC)

    def browser(self, agent: str = "sam", profiles: str = "Support Agent") -> FlaskClient:
        return self.running.client(Agent=agent, Profiles=profiles)

    def inside(self) -> Any:
        return self.running.app.app_context()

    def take(self, *facts: Fact, source: str = "main") -> int:
        """Have a phone system say something; returns the call."""
        with self.inside(), self.running.host.database.connection_context():
            calls = self.running.plugin("calls").calls
            event = PhoneEvent("test", payload=repr(facts), facts=facts)
            (id_, *_) = calls.take(source, [event]).calls
            calls.flush()
        return int(id_)

    def call(
        self, key: str, remote: str = ADA, *, seconds_ago: int = 60, devices: str = "201",
        queue: str = "", withheld: bool = False,
    ) -> int:  # fmt: skip
        """A call comes in, and rings on some phones."""
        at = self.now - timedelta(seconds=seconds_ago)
        facts = [Fact(FactKind.STARTED, key, at=at, direction=Direction.IN, remote=remote,
                      withheld=withheld)]  # fmt: skip
        if queue:
            facts.append(Fact(FactKind.QUEUED, key, at=at, queue=queue))
        facts += [
            Fact(FactKind.RINGING, key, at=at + timedelta(seconds=2), leg=f"{key}/{one}",
                 device=one)
            for one in devices.split()
        ]  # fmt: skip
        return self.take(*facts)

    def answer(self, key: str, device: str = "201", *, seconds_ago: int = 50) -> int:
        at = self.now - timedelta(seconds=seconds_ago)
        return self.take(Fact(FactKind.ANSWERED, key, at=at, leg=f"{key}/{device}", device=device))

    def hang_up(self, key: str, *, seconds_ago: int = 10) -> int:
        at = self.now - timedelta(seconds=seconds_ago)
        return self.take(Fact(FactKind.HUNG_UP, key, at=at, by=Party.REMOTE))

    def miss(self, key: str, remote: str = ADA, **more: Any) -> int:
        self.call(key, remote, **more)
        return self.hang_up(key)

    def entries(self) -> dict[str, int]:
        """Those who wait to be called back: their entries by their numbers."""
        with self.inside(), self.running.host.database.connection_context():
            waiting = CallBack.select().where(CallBack.done_at.is_null())
            return {one.remote: one.id for one in waiting}

    def phones_about(self, ticket: int) -> list[tuple[str, str]]:
        """The phone calls of a ticket: direction and note."""
        with self.inside(), self.running.host.database.connection_context():
            return [(one.flow, one.note) for one in calls_about(ticket)]


def build(folder: Path, toml: str = "", more: dict[str, str] | None = None) -> RunningHost:
    """A host with three people, a ticket, and two agents with phones.

    :param more: further plugins: what stands in their files, by their names
    """
    sources = {**(more or {}), "switch": SWITCH, "who": WHO}
    config = write_config(folder, TOML + toml, plugins=PLUGINS[:-2], sources=sources, sign_in=False)
    names = "".join(f', "{name}"' for name in sources)
    config.write_text(config.read_text().replace('"calls"]', f'"calls"{names}]'))
    running = RunningHost(create_app(config, timeout=PATIENCE_SECONDS), config)
    running.app.testing = False
    with running.app.app_context(), running.host.database.connection_context():
        migrate.upgrade(running.host)
        for org in ("Analytical Ltd",):
            objects.create("Organization", {"name": org}, author=None)
        for first, name, phone in (("Ada", "Lovelace", ADA), ("Sam", "Smith", ""),
                                   ("Bob", "Byron", "")):  # fmt: skip
            person = {"first_name": first, "name": name, "org_id": "1", "phone": phone}
            objects.create("Person", person, author=None)
        ticket = {"title": "Printer", "description": "D", "org_id": "1", "caller_id": "1"}
        objects.create("UserRequest", ticket, author=None)
        add_device("main", "201", ["sam"], "Desk")
        add_device("main", "202", ["kim"])
    return running


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """Such a host; tests add calls."""
    running = build(tmp_path_factory.mktemp("calls"))
    yield running
    running.host.close()


@pytest.fixture
def site(built: RunningHost) -> Site:
    """The host without the calls of other tests."""
    forget_calls(built)
    return Site(built)


def forget_calls(running: RunningHost) -> None:
    """Delete what other tests have left."""
    with running.app.app_context(), running.host.database.connection_context():
        for model in (CallBack, JournalEntry, StoredCall, AgentQueue, RecentClick):
            model.delete().execute()
    switch = running.plugin("switch")
    switch.placed.clear()
    switch.refuses = ""


def token(client: FlaskClient) -> str:
    """The token of the forms of an agent."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
    assert found
    return found[1]


def send(client: FlaskClient, url: str, **data: Any) -> Any:
    """Send a form."""
    return client.post(url, data={"csrf_token": token(client), **data})


def texts(page: str) -> str:
    """What is seen of a page."""
    main = page.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def numbers(client: FlaskClient, url: str) -> list[str]:
    """The calls of a list, as a program reads them: their numbers."""
    answer = client.get(url, headers={"Accept": "application/json"}).get_json()
    return [call["number"] for call in answer["calls"]]
