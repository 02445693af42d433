"""Real databases: an SQLite file, or a PostgreSQL that can be stopped and started."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from cti_host.testing import copies
from cti_host.testing.postgresql import _start, empty_database

KINDS = ("sqlite", "postgresql")
FILE = "cti.db"


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty database for the setting `database`, for as long as the block runs.

    :param kind: "sqlite": a file beside the settings; "postgresql": of a server that all faults of
        this process share
    """
    if kind == "sqlite":
        yield f"sqlite:///{FILE}"
        return
    with empty_database(_shared_server().get_uri()) as url:
        yield url


def copy_database(source: str, target: str) -> bool:
    """Put a copy of one PostgreSQL database in the place of another one.

    :return: whether both are of the server that faults share; otherwise nothing was done
    """
    source_parts, target_parts = urlsplit(source), urlsplit(target)
    if source_parts._replace(path="") != target_parts._replace(path=""):
        return False
    names = [sql.Identifier(parts.path.strip("/")) for parts in (target_parts, source_parts)]
    with psycopg.connect(_shared_server().get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(names[0]))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    return True


@cache
def _shared_server() -> Any:
    """Ends with this process, or by `end_shared_server`."""
    return _start()


def end_shared_server() -> None:
    """End the server that faults share, if one of them has started it.

    A process of tests that xdist ends never comes to what it has left for its exit.
    """
    if _shared_server.cache_info().currsize:
        copies.forget(_shared_server().get_uri())
        _shared_server().cleanup()
        _shared_server.cache_clear()


class OwnPostgresql:
    """A PostgreSQL server of one fault, which may stop it; on a socket, without a port."""

    def __init__(self) -> None:
        self._server = _start()
        self._uri: str = self._server.get_uri()
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute("CREATE DATABASE cti")

    @property
    def url(self) -> str:
        """The URL of its database."""
        return urlunsplit(urlsplit(self._uri)._replace(path="/cti"))

    def stop(self) -> None:
        """End it at once, as `pg_ctl stop -m fast` does: connections are closed."""
        self._server.stop()

    def start(self) -> None:
        """Start it again, on the same socket."""
        self._server.ensure_postgres_running()

    def remove(self) -> None:
        """End it, and remove its files."""
        self._server.cleanup()


@contextmanager
def own_postgresql() -> Iterator[OwnPostgresql]:
    """A PostgreSQL server with an empty database, for as long as the block runs."""
    server = OwnPostgresql()
    try:
        yield server
    finally:
        server.remove()


def rows(url: str, folder: Path, statement: str) -> list[tuple[Any, ...]]:
    """What a statement reads, on a connection of its own, beside the host.

    :param url: the setting `database`
    :param folder: where the settings are
    """
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(folder / FILE, timeout=60)) as file:
            return file.execute(statement).fetchall()
    with psycopg.connect(url) as connection:
        return connection.execute(statement.encode()).fetchall()
