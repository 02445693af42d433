"""Hosts with a store, on each kind of database, in front of fake iTops."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from copy_kit import Copying
from fake_itop import PASSWORD, USER, FakeItop, running
from plain_model import PlainModel

from cti_host.testing import MakeHost
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

PLUGINS = ["phone_reformat", "itop", "tickets"]
SETTINGS = f'[plugin.itop]\nurl = "URL"\nuser = "{USER}"\npassword = "{PASSWORD}"\n'


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return "sqlite:///cti.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def model() -> PlainModel:
    """Acme, two of its persons, a request of one of them."""
    model = PlainModel()
    model.add_organization()
    model.add_person(3, "06 12 34 56 78")
    model.add_person(6)
    model.add_request(9, caller_id="3", agent_id="6")
    return model


@pytest.fixture
def fake(model: PlainModel) -> Iterator[FakeItop]:
    """A fake iTop with them."""
    with running(FakeItop(model)) as fake:
        yield fake


@pytest.fixture
def make_copying(make_host: MakeHost, database_url: str) -> Iterator[Callable[[FakeItop], Copying]]:
    """Build a host with an empty store in front of a fake iTop."""
    opened = []

    def make(fake: FakeItop) -> Copying:
        host = make_host(SETTINGS.replace("URL", fake.url), plugins=PLUGINS, database=database_url)
        context = host.app.app_context()
        context.push()
        host.host.database.connect(reuse_if_open=True)
        opened.append((context, host.host.database))
        return Copying(host, fake)

    yield make
    for context, database in opened:
        database.close()
        context.pop()


@pytest.fixture
def copying(make_copying: Callable[[FakeItop], Copying], fake: FakeItop) -> Copying:
    """A host with an empty store in front of the fake iTop."""
    return make_copying(fake)
