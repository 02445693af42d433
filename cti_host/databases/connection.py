"""The database named in the settings: opened by the host, lent to plugins that have models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

import peewee
from flask import current_app
from playhouse.db_url import connect, register_database

from cti_host import private_files
from cti_host.databases.limits import FOR_COMMANDS, Limits
from cti_host.databases.postgresql import PostgresqlServer
from cti_host.databases.sqlite import SqliteFile

SCHEME = "cti-host-postgresql"
register_database(PostgresqlServer, SCHEME)

# A request may need two: its own, and one for what a plugin does with a deadline.
POOL_SIZE = 128


class BadDatabaseUrl(ValueError):
    """The `database` setting is not one that can be opened; the message says what to write."""


def open_database(url: str, folder: Any, limits: Limits = FOR_COMMANDS) -> peewee.Database:
    """A pooled database for a URL; nothing is connected yet.

    :param url: "sqlite:///path" (relative to `folder`) or "postgresql://user:password@host/name"
    :param limits: how long it may take
    :raises BadDatabaseUrl: another scheme, or no name
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        name = url.removeprefix("sqlite:///")
        if not name or name == url:
            raise BadDatabaseUrl('write "sqlite:///folder/file.db"')
        path = (folder / name).resolve()
        try:
            private_files.make_folder(path.parent)
        except OSError as error:
            raise BadDatabaseUrl(f"{path.parent} can't be made: {error.strerror}") from None
        return SqliteFile(path, limits, POOL_SIZE)
    if parts.scheme in ("postgresql", "postgres"):
        if not parts.path.strip("/"):
            raise BadDatabaseUrl('write "postgresql://user:password@host/name"')
        _refuse_bad_port(parts)
        database: PostgresqlServer = connect(
            url.replace(parts.scheme, SCHEME, 1),
            # A password may hold characters that a URL writes as %40.
            unquote_user=True,
            unquote_password=True,
            max_connections=POOL_SIZE,
            stale_timeout=300,
            timeout=limits.lock,
        )
        database.limits = limits
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


def lend_connection(database: peewee.Database) -> None:
    """Let others have this thread's connection for now: the next statement opens another one.

    Of connections to PostgreSQL there are few, and what was read is here as a whole. SQLite reads
    on while its rows are used, so it keeps its own; so does a transaction.
    """
    if is_postgresql(database) and not (database.is_closed() or database.in_transaction()):
        database.close()


class _CurrentDatabase(peewee.DatabaseProxy):
    """The database of the current application.

    Models are classes and exist once; applications don't. So a model names this proxy, and two
    applications with different databases live in one process.
    """

    @property
    def obj(self) -> peewee.Database:
        # Not by the proxy, whose attributes take calls of their own.
        app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
        opened: peewee.Database = app.extensions["cti_host"].database
        return opened

    @obj.setter
    def obj(self, value: object) -> None:
        """peewee's proxies start out empty; there is nothing to keep here."""

    def savepoint(self) -> peewee._savepoint:
        """A part of a transaction: that of the database, which may be its own kind."""
        return self.obj.savepoint()


database = _CurrentDatabase()


def execute_many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement for many rows, at the speed of the driver.

    :param statement: its values are marked as the driver of the database does: "?" or "%s"
    :raises peewee.PeeweeException: as for a statement that peewee runs; the driver's own exceptions
        would pass whoever handles what the database refuses
    """
    opened: Any = database.obj
    with peewee.__exception_wrapper__:  # type: ignore[attr-defined]  # it ships no types
        opened.cursor().executemany(statement, rows)
