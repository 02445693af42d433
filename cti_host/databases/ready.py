"""Whether a command or the server can begin to use the database; a new one is made here."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cti_host.databases import migrate
from cti_host.databases.sqlite import SqliteFile
from cti_host.host import Host


class NotUpToDate(Exception):
    """The database has tables, and not those of this version; `waiting` is what they lack."""

    def __init__(self, waiting: list[str]) -> None:
        super().__init__(f"the database is not up to date ({', '.join(waiting)})")
        self.waiting = waiting


def is_fresh(host: Host) -> bool:
    """Whether the database has no tables yet; nothing is made by asking."""
    database = host.database
    if isinstance(database, SqliteFile) and not database.path.exists():
        return True
    return not database.get_tables()


def make_ready(host: Host) -> bool:
    """Make the tables of a new SQLite database, and refuse any other that is not up to date.

    Of several processes that begin together one makes them, and the others wait. A PostgreSQL
    database is made by `cti-host db upgrade` alone, once for all hosts.

    :return: whether a database was made
    :raises NotUpToDate: with what is missing
    """
    if not migrate.pending(host):
        return False
    if not isinstance(host.database, SqliteFile):
        raise NotUpToDate(migrate.pending(host))
    with _alone(host.database.path.parent):
        fresh = is_fresh(host)
        if fresh:
            migrate.upgrade(host)
        elif waiting := migrate.pending(host):
            raise NotUpToDate(waiting)
        return fresh


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time make a database in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
