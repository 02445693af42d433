"""A database in a file: SQLite, with deadlines for statements, and an eye on its file."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playhouse.pool import PooledSqliteDatabase, SqliteDatabase

from cti_host import private_files
from cti_host.database_troubles import FileGone
from cti_host.databases.limits import Limits
from cti_host.isolation.jobs import NEVER, current_job

# SQLite looks at the clock once in so many of its steps: some milliseconds.
STEPS = 50_000
# Of the milliseconds that it waits for somebody's lock, 0 is "not at all", and this is the most.
_FOR_EVER = 2**31 - 1


class _PrivateFile(SqliteDatabase):  # type: ignore[misc]  # peewee's are untyped
    """Sees to it that a file which a connection would make is its owner's alone.

    It is asked when a connection is opened, not when one is taken from the pool.
    """

    def _connect(self) -> Any:
        # SQLite gives the files beside it the mode and the owner of the file itself.
        private_files.make_file(Path(self.database))
        return super()._connect()


class SqliteFile(PooledSqliteDatabase, _PrivateFile):  # type: ignore[misc]  # see above
    """A pool of connections to one file, which only its owner may read.

    A statement ends at the deadline of the plugin's call that it is part of, or after
    `limits.statement` seconds. Once the file is deleted or replaced, nothing is read and nothing
    is saved any more: what is still open would be a file that nobody finds again.

    :param path: the file
    :param limits: how long statements may take, and wait for others
    :param connections: how many there may be
    """

    database: str

    def __init__(self, path: Path, limits: Limits, connections: int) -> None:
        milliseconds = int(limits.lock * 1000) if limits.lock else _FOR_EVER
        super().__init__(
            str(path),
            max_connections=connections,
            # How long to wait for a connection of the pool.
            timeout=limits.lock,
            # The pool hands a connection from one thread to the next, never to two at once.
            check_same_thread=False,
            pragmas={
                "journal_mode": "wal",
                "foreign_keys": 1,
                "synchronous": "normal",
                "busy_timeout": milliseconds,
                "cache_size": -16 * 1024,
            },
        )
        self._statement_seconds = limits.statement or NEVER
        self._statements = threading.local()
        self._opened: tuple[int, int] | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.database)

    @contextmanager
    def at(self, path: Path) -> Iterator[None]:
        """Let this database, with the functions that plugins gave it, be another file for a while.

        All its connections are closed before and after. For commands: no other thread may use it.
        """
        own = self.database
        self._move(path)
        try:
            yield
        finally:
            self._move(own)

    def _move(self, path: Path | str) -> None:
        self.close_all()
        self.database, self._opened = str(path), None

    def require_file(self) -> None:
        """See that the file is the one that this process opened.

        :raises FileGone: it was deleted or replaced
        """
        if self._opened is not None and _identity(self.database) != self._opened:
            raise FileGone("the file of the database was deleted or replaced")

    def connect(self, reuse_if_open: bool = False) -> bool:
        """Take a connection; see peewee.

        :raises FileGone: the file was deleted or replaced
        """
        self.require_file()
        taken: bool = super().connect(reuse_if_open)
        if self._opened is None:
            self._opened = _identity(self.database)
        return taken

    def cursor(self, named_cursor: Any = None) -> Any:
        """What the next statement runs with; its time begins now."""
        self._statements.until = time.monotonic() + self._statement_seconds
        return super().cursor(named_cursor)

    def begin(self, lock_type: str | None = None) -> None:
        """Begin a transaction; see peewee.

        :raises FileGone: the file was deleted or replaced
        """
        self.require_file()
        super().begin(lock_type)

    def commit(self) -> None:
        """Commit; what was written into a file that is gone is not acknowledged.

        :raises FileGone: the file was deleted or replaced
        """
        super().commit()
        self.require_file()

    def rollback(self) -> None:
        """Roll back, unless SQLite did so itself when the disk was full or a statement ended."""
        if self._is_in_transaction():
            super().rollback()

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """Execute a statement; see peewee."""
        # The savepoint is gone with its transaction; the error that took it is the one to tell.
        if sql.startswith("ROLLBACK TO") and not self._is_in_transaction():
            return None
        return super().execute_sql(sql, params)

    def _is_in_transaction(self) -> bool:
        return not self.is_closed() and bool(self.connection().in_transaction)

    def _add_conn_hooks(self, conn: sqlite3.Connection) -> None:
        super()._add_conn_hooks(conn)
        conn.set_progress_handler(self._is_over, STEPS)

    def _is_over(self) -> bool:
        """Whether the statement of this thread has to end; SQLite asks while it runs."""
        now = time.monotonic()
        job = current_job()
        if job is not None and now > job.deadline:
            return True
        return now > getattr(self._statements, "until", NEVER)


def _identity(path: str) -> tuple[int, int] | None:
    """Which file a path leads to; `None`: to none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
