"""A host with people and tickets, and programs that ask it with any profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cti_tickets.store import objects
from werkzeug.test import TestResponse

from cti_host.testing import MakeHost, RunningHost
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

# Who asks says so in a header, as with a token: no form, no cookie.
ASKING = '''
"""Whoever asks has the profile and the organizations that they say."""

from cti_host import Agent, hookimpl


class Plugin:
    """Believes everything."""

    @hookimpl
    def identify_agent(self, request):
        if request.authorization is None:
            return None
        profile, _, only = request.authorization.token.partition("/")
        profiles = frozenset(profile.replace("-", " ").split("+"))
        organizations = frozenset(int(one) for one in only.split(",") if one)
        name, email = request.headers.get("X-Agent", "ada"), request.headers.get("X-Email", "")
        return Agent(
            name, name.title(), email=email, profiles=profiles, organizations=organizations
        )
'''
# Classes of another plugin, one beside those that are there and two below them.
FLEET = """
from cti_host import Localised, hookimpl
from cti_tickets.api_for_plugins import DataAttribute as A, DataClass, DataKind as K

L = Localised.of


class Plugin:
    @hookimpl(of="tickets")
    def data_classes(self):
        owner = A("org_id", K.KEY, L("Owner"), target="Organization")
        return [
            DataClass("Vehicle", L("Vehicle"), [A("name", K.STRING, L("Plate")), owner]),
            DataClass("Engineer", L("Engineer"), [A("licence", K.STRING, L("Licence"))],
                      parent="Person", friendlyname=["first_name", "name"]),
            DataClass("RepairOrder", L("Repair"), [A("phone", K.PHONE, L("Car phone"))],
                      parent="Ticket", friendlyname=["ref"]),
        ]
"""


@dataclass
class Program:
    """A program with a profile's rights."""

    running: RunningHost
    token: str

    def __call__(
        self, method: str, path: str, fields: Any = None, *, match: str = "", **options: Any
    ) -> TestResponse:
        """Send a request; the path is that behind /api/v1."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        if match:
            headers["If-Match"] = match
        if fields is not None:
            options["json"] = {"fields": fields}
        client = self.running.app.test_client()
        return client.open(f"/api/v1{path}", method=method, headers=headers, **options)


MakeProgram = Callable[..., Program]


def _fill(running: RunningHost) -> None:
    with running.app.app_context(), running.host.database.connection_context():
        org = objects.create("Organization", {"name": "Fluvia"}, author=None)
        other = objects.create("Organization", {"name": "Northwind"}, author=None)
        for name, first, phone, of in (
            ("Hopper", "Grace", "0987654321", org),
            ("d'Estaing", "François", "0199001200", org),
            ("Ørsted", "Ada", "", org),
            ("Delaunay", "Marguerite", "0261918800", other),
        ):
            objects.create(
                "Person",
                {"name": name, "first_name": first, "org_id": of.id, "phone": phone},
                author=None,
            )
        for number in range(5):
            objects.create(
                "UserRequest",
                {
                    "title": f"Printer {number}",
                    "description": "x",
                    "org_id": org.id,
                    "caller_id": 1 + number % 2,
                },
                author=None,
            )


MakeRunning = Callable[[str], RunningHost]


@pytest.fixture
def start(request: pytest.FixtureRequest, make_host: MakeHost) -> MakeRunning:
    """`start("postgresql")`: a host with Fluvia, its persons 1 to 3 and five requests; and with
    Northwind and its person 4.
    """

    def start_(kind: str) -> RunningHost:
        url = "sqlite:///cti.db"
        if kind == "postgresql":
            url = request.getfixturevalue("postgres_url")
        running = make_host(
            "[plugin.tickets]\napi_requests_per_minute = 0\n",
            plugins=["tickets", "asking"],
            sources={"asking": ASKING},
            sign_in=False,
            database=url,
        )
        _fill(running)
        return running

    return start_


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, start: MakeRunning) -> RunningHost:
    """The host, once on each database."""
    return start(request.param)


@pytest.fixture
def program(running: RunningHost) -> Program:
    """A program of a support agent."""
    return Program(running, "Support-Agent")


@pytest.fixture
def as_profile(running: RunningHost) -> MakeProgram:
    """`as_profile("Portal user")`, `as_profile("Support Agent", "2")`: only organization 2."""

    def make(profile: str, only: str = "") -> Program:
        return Program(running, f"{profile.replace(' ', '-')}/{only}")

    return make


@pytest.fixture
def ask() -> MakeProgram:
    """`ask(running, "Support Agent", "2")`: a program that asks a host."""

    def make(running: RunningHost, profile: str, only: str = "") -> Program:
        return Program(running, f"{profile.replace(' ', '-')}/{only}")

    return make


@pytest.fixture
def fleet(make_host: MakeHost, database_url: str) -> RunningHost:
    """A host with classes of a plugin and nothing in it."""
    return make_host(
        '[plugin.phone_reformat]\nregion = "FR"\n[plugin.tickets]\napi_requests_per_minute = 0\n',
        plugins=["phone_reformat", "tickets", "fleet", "asking"],
        sources={"fleet": FLEET, "asking": ASKING},
        sign_in=False,
        database=database_url,
    )
