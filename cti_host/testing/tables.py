"""The tables of a host that a test built: migrated once, and copied from then on."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import peewee

from cti_host.databases import migrate
from cti_host.databases.sqlite import SqliteFile
from cti_host.host import Host
from cti_host.private_files import make_file
from cti_host.testing import copies

# Files of SQLite to which migrations were applied, by what the migrations are.
_files: dict[str, bytes] = {}


def make_tables(host: Host) -> None:
    """Bring the database of a host up to date, inside the context of its application.

    A new one begins as a copy of one to which the same migrations were applied before.
    """
    migrate_or_copy(
        host.database, migrate.migration_files(host), lambda: migrate.apply_migrations(host)
    )
    with host.database.connection_context():
        migrate.upgrade(host)


def migrate_or_copy(
    database: peewee.Database, files: Sequence[tuple[str, Path]], apply: Callable[[], object]
) -> None:
    """Apply migrations to a database that is new, or make it a copy of one that they made.

    To one that has tables already nothing is done.

    :param database: no connection of it is open in this thread
    :param files: the migrations, each with its plugin: others make another database
    :param apply: applies them; it is called with an open connection
    """
    if not files:
        return
    if isinstance(database, SqliteFile):
        if not database.path.exists():
            _make_file(database, _kind(files), apply)
    elif server := copies.server_of(database):
        copies.make(database, server, _kind(files), apply)


def _make_file(database: SqliteFile, kind: str, apply: Callable[[], object]) -> None:
    if kind in _files:
        make_file(database.path)
        database.path.write_bytes(_files[kind])
        return
    with database.connection_context():
        apply()
    with closing(sqlite3.connect(database.path)) as connection:
        _files[kind] = connection.serialize()


def _kind(files: Sequence[tuple[str, Path]]) -> str:
    """What a database looks like after these migrations, as far as they say."""
    digest = hashlib.sha256()
    for plugin, file in files:
        digest.update(f"{plugin}/{file.name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:32]
