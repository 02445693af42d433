"""The database named in the settings: opened by the host, lent to plugins that have models."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

import peewee
from flask import current_app
from playhouse.db_url import connect

# A request waits this long for another one's write before it fails.
SQLITE_BUSY_SECONDS = 10
POOL_SIZE = 64


class BadDatabaseUrl(ValueError):
    """The `database` setting is not one that can be opened; the message says what to write."""


def open_database(url: str, folder: Any) -> peewee.Database:
    """A pooled database for a URL; nothing is connected yet.

    :param url: "sqlite:///path" (relative to `folder`) or "postgresql://user:password@host/name"
    :raises BadDatabaseUrl: another scheme, or no name
    """
    database: peewee.Database
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        name = url.removeprefix("sqlite:///")
        if not name or name == url:
            raise BadDatabaseUrl('write "sqlite:///folder/file.db"')
        path = (folder / name).resolve()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadDatabaseUrl(f"{path.parent} can't be made: {error.strerror}") from None
        database = connect(
            f"sqlite+pool:///{path}",
            max_connections=POOL_SIZE,
            timeout=SQLITE_BUSY_SECONDS,
            # The pool hands a connection from one thread to the next, never to two at once.
            check_same_thread=False,
            pragmas={
                "journal_mode": "wal",
                "foreign_keys": 1,
                "synchronous": "normal",
                "busy_timeout": SQLITE_BUSY_SECONDS * 1000,
                "cache_size": -16 * 1024,
            },
        )
        return database
    if parts.scheme in ("postgresql", "postgres"):
        if not parts.path.strip("/"):
            raise BadDatabaseUrl('write "postgresql://user:password@host/name"')
        _refuse_bad_port(parts)
        database = connect(
            url.replace(parts.scheme, "postgresql+pool", 1),
            # A password may hold characters that a URL writes as %40.
            unquote_user=True,
            unquote_password=True,
            max_connections=POOL_SIZE,
            stale_timeout=300,
        )
        return database
    raise BadDatabaseUrl('write "sqlite:///…" or "postgresql://…"')


def _refuse_bad_port(parts: SplitResult) -> None:
    try:
        _ = parts.port
    except ValueError:
        raise BadDatabaseUrl("the port is a number from 0 to 65535") from None


def is_postgresql(database: peewee.Database) -> bool:
    """Whether the database is PostgreSQL, else SQLite."""
    return isinstance(database, peewee.PostgresqlDatabase)


class _CurrentDatabase(peewee.DatabaseProxy):
    """The database of the current application.

    Models are classes and exist once; applications don't. So a model names this proxy, and two
    applications with different databases live in one process.
    """

    @property
    def obj(self) -> peewee.Database:
        opened: peewee.Database = current_app.extensions["cti_host"].database
        return opened

    @obj.setter
    def obj(self, value: object) -> None:
        """peewee's proxies start out empty; there is nothing to keep here."""


database = _CurrentDatabase()
