"""Databases of PostgreSQL that begin as copies of one another, on a server of the tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any, LiteralString

import peewee
import psycopg
from psycopg import sql

_COPY: LiteralString = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
_DROP: LiteralString = "DROP DATABASE {} WITH (FORCE)"

# The servers' own URLs, by the names of the empty databases that tests got there.
_servers: dict[str, str] = {}
_templates: set[tuple[str, str]] = set()
# What makes and drops databases, kept open: one for each server, by its URL.
_connections: dict[str, psycopg.Connection[tuple[Any, ...]]] = {}
# Empty databases that gave way to a copy, for the next tests: making one takes as long as a copy.
_spare: defaultdict[str, list[str]] = defaultdict(list)
_spare_numbers = count(1)


def make_empty(name: str, server: str) -> None:
    """Make an empty database for a test, which may be made anew as a copy."""
    if _spare[server]:
        _execute(server, "ALTER DATABASE {} RENAME TO {}", _spare[server].pop(), name)
    else:
        _execute(server, "CREATE DATABASE {} STRATEGY FILE_COPY", name)
    _servers[name] = server


def drop(name: str) -> None:
    """Drop a database of a test, whoever is still connected to it."""
    _execute(_servers.pop(name), _DROP, name)


def forget(server: str) -> None:
    """Let go of a server that ends."""
    if connection := _connections.pop(server, None):
        connection.close()
    _spare.pop(server, None)
    _templates.difference_update([known for known in _templates if known[0] == server])


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
    name, template = str(database.database), f"template_{kind}"
    if known:
        _make_way(name, server)
        _execute(server, _COPY, name, template)
        return
    with suppress(psycopg.errors.ObjectInUse):  # somebody else looks at it: not this time
        _execute(server, _COPY, template, name)
        _templates.add((server, kind))


def _make_way(name: str, server: str) -> None:
    """Put an empty database away, or drop it where somebody is connected."""
    spare = f"spare_{next(_spare_numbers)}"
    try:
        _execute(server, "ALTER DATABASE {} RENAME TO {}", name, spare)
    except psycopg.errors.ObjectInUse:
        _execute(server, _DROP, name)
    else:
        _execute(server, "ALTER DATABASE {} RESET ALL", spare)
        _spare[server].append(spare)


def _execute(server: str, statement: LiteralString, *names: str) -> None:
    """Execute a statement with these names; anew if the server has closed the connection."""
    connection = _connected(server)
    complete = sql.SQL(statement).format(*map(sql.Identifier, names))
    try:
        connection.execute(complete)
    except psycopg.OperationalError:
        if not connection.closed:
            raise
        _connected(server).execute(complete)


def _connected(server: str) -> psycopg.Connection[tuple[Any, ...]]:
    connection = _connections.get(server)
    if connection is None or connection.closed:
        connection = _connections[server] = psycopg.connect(server, autocommit=True)
    return connection
