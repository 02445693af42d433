"""A host where only `accounts` signs anybody in, with the agent Ada; on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from argon2 import PasswordHasher
from cti_accounts import add_agent, hashing
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cti_host.testing import MakeHost, RunningHost
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

PASSWORD = "wonderful-1815"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
QUICK_NOBODY = QUICK.hash("whoever this is")


@pytest.fixture(autouse=True)
def _quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes are argon2's and cost nearly nothing, but where a test asks for `costly_hashes`."""
    if "costly_hashes" not in request.fixturenames:
        monkeypatch.setattr(hashing, "_hasher", QUICK)
        monkeypatch.setattr(hashing, "NOBODYS_HASH", QUICK_NOBODY)


@pytest.fixture
def costly_hashes() -> None:
    """Hashes cost what they cost a site: a tenth of a second of all cores."""


@contextmanager
def _inside(running: RunningHost) -> Iterator[None]:
    with running.app.app_context(), running.host.database.connection_context():
        yield


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


def _sign_in(client: FlaskClient, url: str = "/sign-in", **typed: str) -> TestResponse:
    page = client.get(url, follow_redirects=True).text.partition("<main")[2]
    form = {
        "csrf_token": _hidden(page, "csrf_token"),
        "next": _hidden(page, "next"),
        "name": "ada",
        "password": PASSWORD,
    }
    return client.post("/sign-in", data={**form, **typed})


@pytest.fixture
def inside() -> Callable[..., object]:
    """`with inside(running):` is the application's context, with an open database."""
    return _inside


@pytest.fixture
def hidden() -> Callable[[str, str], str]:
    """`hidden(page, name)`: the value of a page's first hidden field of that name."""
    return _hidden


@pytest.fixture
def sign_in() -> Callable[..., TestResponse]:
    """`sign_in(client, url, name=…, password=…)`: open the form and send it, as a browser does."""
    return _sign_in


def _with_ada(make_host: MakeHost, toml: str = "", **arguments: str) -> RunningHost:
    running = make_host(toml, plugins=["accounts"], sign_in=False, **arguments)
    with _inside(running):
        add_agent("Ada", PASSWORD, ["Support Agent"], "Ada Lovelace", "ada@example.org", 7)
    return running


@pytest.fixture
def running(make_host: MakeHost) -> RunningHost:
    """A host with the agent Ada."""
    return _with_ada(make_host)


@pytest.fixture
def host_with(make_host: MakeHost) -> Callable[[str], RunningHost]:
    """`host_with(toml)`: a host with the agent Ada and these settings."""
    return lambda toml: _with_ada(make_host, toml)


@pytest.fixture(params=["sqlite", "postgresql"])
def on_both(request: pytest.FixtureRequest, make_host: MakeHost) -> RunningHost:
    """The same, once on each kind of database."""
    url = "sqlite:///cti.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    return _with_ada(make_host, database=url)
