"""A mirror on each kind of database, in front of a fake iTop with persons in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cti_itop
import pytest
from fake_itop import FakeItop, running
from mirror_kit import Nearby, mirroring
from plain_model import PlainModel, people
from playhouse.migrations import Runner

from cti_host.app import create_app
from cti_host.testing import PATIENCE_SECONDS, write_config
from cti_host.testing.postgresql import postgres_server, postgres_url
from cti_host.testing.tables import migrate_or_copy

__all__ = ["postgres_server", "postgres_url"]

MIGRATIONS = Path(cti_itop.__file__).parent / "migrations"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return "sqlite:///cti.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def model() -> PlainModel:
    """Twenty-five persons, with the ids 3, 6, 9 …"""
    return people(25)


@pytest.fixture
def fake(model: PlainModel) -> Iterator[FakeItop]:
    """A fake iTop with them."""
    with running(FakeItop(model)) as fake:
        yield fake


@pytest.fixture
def make_nearby(
    tmp_path: Path, database_url: str, fake: FakeItop
) -> Iterator[Callable[..., Nearby]]:
    """Build a host with an empty mirror; its context is pushed. Takes more of the settings."""
    built: list[Any] = []

    def make(toml: str = "") -> Nearby:
        app = create_app(
            write_config(tmp_path, toml, plugins=["phone_reformat"], database=database_url),
            timeout=PATIENCE_SECONDS,
        )
        context = app.app_context()
        context.push()
        database = app.extensions["cti_host"].database
        files = [("itop", file) for file in sorted(MIGRATIONS.glob("[0-9]*.py"))]
        migrate_or_copy(database, files, Runner(database, str(MIGRATIONS), "itop_migration").up)
        database.connect()
        built.append((context, app.extensions["cti_host"]))
        return Nearby(app, mirroring(app, fake), fake)

    yield make
    for context, host in built:
        host.close()
        context.pop()


@pytest.fixture
def nearby(make_nearby: Callable[..., Nearby]) -> Nearby:
    """A host with an empty mirror; its context is pushed."""
    return make_nearby()
