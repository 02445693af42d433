"""Databases of PostgreSQL that begin as copies of one another, on a server of the tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import peewee
import psycopg
from psycopg import sql

# The servers' own URLs, by the names of the empty databases that tests got there.
_servers: dict[str, str] = {}
_templates: set[tuple[str, str]] = set()


def made(name: str, server: str) -> None:
    """Note that a database is a test's own and may be made anew."""
    _servers[name] = server


def dropped(name: str) -> None:
    """Forget a database."""
    _servers.pop(name, None)


def server_of(database: peewee.Database) -> str | None:
    """The URL of the server where a test's own database lies; `None`: it is somebody else's."""
    return _servers.get(str(database.database))


def make(database: Any, server: str, kind: str, apply: Callable[[], object]) -> None:
    """Fill a database without tables: by `apply`, or as a copy of the first of that kind.

    :param kind: what `apply` makes: letters and digits
    """
    with database.connection_context():
        if database.get_tables():
            return
        known = (server, kind) in _templates
        if not known:
            apply()
    database.close_all()
    name, template = sql.Identifier(database.database), sql.Identifier(f"template_{kind}")
    copy = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
    with psycopg.connect(server, autocommit=True) as connection:
        if known:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL(copy).format(name, template))
            return
        with suppress(psycopg.errors.ObjectInUse):  # somebody else looks at it: not this time
            connection.execute(sql.SQL(copy).format(template, name))
            _templates.add((server, kind))
