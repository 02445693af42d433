"""A host with this plugin's tables, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cti_tickets
import pytest
from cti_tickets.model.data_model import schema
from cti_tickets.store import deferred, objects
from cti_tickets.store.records import Records
from flask import Flask
from playhouse.migrations import Runner

from cti_host import Agent, Host
from cti_host.app import create_app
from cti_host.testing import PATIENCE_SECONDS, write_config
from cti_host.testing.postgresql import postgres_server, postgres_url
from cti_host.testing.tables import migrate_or_copy

__all__ = ["postgres_server", "postgres_url"]

MIGRATIONS = Path(cti_tickets.__file__).parent / "migrations"

# This plugin works with whatever understands numbers; here, a site's own few lines do.
NUMBERS = '''
import phonenumbers

from cti_host import Number, hookimpl


class Plugin:
    """French numbers, and extensions of three digits."""

    @hookimpl
    def parse_number(self, text):
        if text.isascii() and text.isdigit() and len(text) == 3:
            return Number(text, extension=text)
        try:
            number = phonenumbers.parse(text, "FR")
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_possible_number(number):
            return None
        return Number(text, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
'''


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads waits for rows that are written later, also on a busy machine."""
    monkeypatch.setattr(deferred, "FLUSH_SECONDS", PATIENCE_SECONDS)


MakeDatabase = Callable[[str], Flask]


@pytest.fixture
def make_database(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Build an application around a database URL, with this plugin's tables in it."""
    built: list[Host] = []

    def make(url: str = "sqlite:///cti.db", toml: str = "") -> Flask:
        folder = tmp_path / f"data{len(built)}"
        folder.mkdir()
        sources = {"numbers": NUMBERS}
        config = write_config(folder, toml, plugins=["numbers"], sources=sources, database=url)
        app = create_app(config, timeout=PATIENCE_SECONDS)
        database = app.extensions["cti_host"].database
        built.append(app.extensions["cti_host"])
        objects.prepare(database)
        with app.app_context():
            migrate_or_copy(
                database,
                [("tickets", file) for file in sorted(MIGRATIONS.glob("[0-9]*.py"))],
                Runner(database, str(MIGRATIONS), "tickets_migration").up,
            )
        return app

    yield make
    for host in built:
        host.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return "sqlite:///cti.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def db_app(database_url: str, make_database: Callable[..., Flask]) -> Iterator[Flask]:
    """An application with empty tables, on each kind of database; its context is pushed."""
    app = make_database(database_url)
    with app.app_context(), app.extensions["cti_host"].database.connection_context():
        yield app


@pytest.fixture
def agent() -> Agent:
    """A support agent who is no person in the data."""
    return Agent("sam", "Sam Support", profiles=frozenset({"Support Agent"}))


@pytest.fixture
def make_records() -> Callable[[], Records]:
    """Make a reader of objects of the current application's classes."""
    return lambda: Records(schema())
