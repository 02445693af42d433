"""A desk on each database; its calls are forgotten before each test."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from calls_kit import Desk

from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def both_desks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A desk on SQLite, then one on PostgreSQL."""
    url = "sqlite:///cti.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS calls")
            connection.execute("CREATE DATABASE calls")
        url = urlunsplit(urlsplit(server)._replace(path="/calls"))
    desk = Desk(tmp_path_factory.mktemp("desk"), url)
    yield desk
    desk.close()


@pytest.fixture
def desk(both_desks: Desk) -> Desk:
    """A desk without calls, on each database."""
    both_desks.begin_anew()
    return both_desks


@pytest.fixture(scope="session")
def sqlite_desk_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk for what doesn't depend on the database."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    yield desk
    desk.close()


@pytest.fixture
def sqlite_desk(sqlite_desk_: Desk) -> Desk:
    """The same, without calls."""
    sqlite_desk_.begin_anew()
    return sqlite_desk_
