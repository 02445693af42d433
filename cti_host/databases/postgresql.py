"""A PostgreSQL server, told how long statements, locks and idle transactions may last."""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import peewee
import psycopg
from playhouse.pool import PooledPostgresqlDatabase

from cti_host.databases.limits import Limits
from cti_host.isolation.jobs import Job, current_job

log = logging.getLogger("cti_host.database")

# The server is asked to end a statement; whether it does so takes no longer.
CANCEL_SECONDS = 10.0
CANCELS = 3
# The server is asked whether a connection lives that nobody has used for so long: what is between
# here and there may have forgotten it.
RESTS_SECONDS = 5.0
# Errors of psycopg become those of peewee.
_as_peewees: Any = peewee.__exception_wrapper__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class _Statement:
    """A statement to be run with the commit; several of the same text and values become one."""

    sql: str
    values: tuple[Any, ...]
    row: tuple[Any, ...]


class _OfThread(threading.local):
    """What is to be run with the commit of a thread's transaction, and its pipeline, if any."""

    def __init__(self) -> None:
        self.statements: list[_Statement] = []
        self.postponed: list[tuple[str, tuple[Any, ...]]] = []
        self.pipeline: psycopg.Pipeline | None = None
        # Whether a transaction has begun of which the server has not been told yet.
        self.begins = False


class _Savepoint(peewee._savepoint):
    """A part of a transaction; when it is rolled back, so is what was to be run with the commit."""

    db: PostgresqlServer

    def __enter__(self) -> Any:
        self._before = len(self.db._own.statements)
        return super().__enter__()

    def rollback(self, begin: bool = True) -> None:
        """See peewee."""
        del self.db._own.statements[self._before :]
        self.db._own.postponed = []  # what came before this part was sent when it began
        super().rollback(begin)


class PostgresqlServer(PooledPostgresqlDatabase):  # type: ignore[misc]  # peewee's are untyped
    """A pool of connections; each is told the limits before its first statement.

    The deadline of a plugin's call is told to no statement, which would be a question more on each
    panel: whoever waited for the call has its statement ended, by `end_statement`.
    """

    limits = Limits()

    def init(self, database: str, **options: Any) -> None:
        """See peewee."""
        self._told: WeakSet[Any] = WeakSet()
        # The connections of calls that run, and those that the server was asked to interrupt.
        self._of_calls: dict[Job, Any] = {}
        self._interrupted: WeakSet[Any] = WeakSet()
        self._calls_lock = threading.Lock()
        self._given_back: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        self._own = _OfThread()
        super().init(database, **options)

    def with_commit(self, sql: str, values: Sequence[Any], *, row: Sequence[Any]) -> None:
        """Have a statement run at the end of the current transaction, see `with_commit`."""
        self._own.statements.append(_Statement(sql, tuple(values), tuple(row)))

    def postpone(self, sql: str, values: Sequence[Any]) -> None:
        """Have something written with the next statement, or the commit, see `postponed`."""
        self._own.postponed.append((sql, tuple(values)))

    def _write_postponed(self) -> None:
        postponed, self._own.postponed = self._own.postponed, []
        if postponed:
            sql = _as_one(tuple(sql for sql, _values in postponed))
            self.execute_sql(sql, tuple(chain(*(values for _sql, values in postponed))))

    @contextmanager
    def pipelined(self) -> Iterator[None]:
        """Inside, statements are sent without waiting for the one before, see `pipelined`."""
        before = self._own.pipeline
        try:
            with self.connection().pipeline() as self._own.pipeline:
                yield
        except psycopg.Error:
            with _as_peewees:
                raise
        finally:
            self._own.pipeline = before

    def begin(self, isolation_level: Any = None) -> None:
        """Begin a transaction: the server is told with the first statement, in one exchange."""
        if isolation_level is None and self._isolation_level is None and not self._own.pipeline:
            self.connection()  # one that is opened only now would know of no transaction
            self._own.begins = True
        else:
            super().begin(isolation_level)

    def execute_sql(self, sql: str, params: Any = None, *more: Any) -> Any:
        """Run a statement; see peewee."""
        # What has no values may be several statements, which are not sent in a pipeline.
        if not self._own.begins or not params:
            return super().execute_sql(sql, params, *more)
        with self.pipelined():
            return super().execute_sql(sql, params, *more)

    def commit(self) -> None:
        """Commit, after what was to be run with it; see peewee."""
        pipeline = self._own.pipeline
        if pipeline is not None:
            with _as_peewees:
                self._commit_after_all()
                pipeline.sync()
        elif self._own.statements or self._own.postponed:
            with self.pipelined():
                self._commit_after_all()
        elif self._own.begins:  # nothing was run in it
            self._own.begins = False
        else:
            super().commit()

    def _commit_after_all(self) -> None:
        self._write_postponed()
        statements, self._own.statements = self._own.statements, []
        self._commit_after(statements)

    def _commit_after(self, statements: Iterable[_Statement]) -> None:
        together: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
        for number, one in enumerate(statements):
            # One that has no row is run as often as it was asked for.
            together.setdefault((one.sql, one.values, None if one.row else number), []).append(
                one.row
            )
        for (sql, values, _number), rows in together.items():
            self.cursor().execute(with_rows(sql, rows), (*values, *chain(*rows)))
        super().commit()

    def rollback(self) -> None:
        """Roll back; what was to be run with the commit is forgotten. See peewee."""
        begins, self._own.begins = self._own.begins, False
        self._own.statements, self._own.postponed = [], []
        if begins:
            return
        if self._own.pipeline is not None:
            # Until then the server skips whatever was sent after an error.
            with suppress(psycopg.Error):
                self._own.pipeline.sync()
        super().rollback()

    def savepoint(self) -> peewee._savepoint:
        """A part of a transaction; see peewee."""
        return _Savepoint(self)

    def end_statement(self, job: Job) -> None:
        """End what the database does for a call that is left behind, without waiting for that."""
        with self._calls_lock:
            connection = self._of_calls.get(job)
            if connection is None:
                return
            # From now on it may be interrupted at any moment, so nobody else gets it.
            self._interrupted.add(connection)
        threading.Thread(
            target=self._interrupt, args=(job, connection), name="cti-host-cancel", daemon=True
        ).start()

    def _interrupt(self, job: Job, connection: psycopg.Connection[Any]) -> None:
        # Again: a statement may begin just when the server is asked, see `cursor`.
        for _attempt in range(CANCELS):
            if self._of_calls.get(job) is not connection:
                return
            try:
                connection.cancel_safe(timeout=CANCEL_SECONDS)
            except psycopg.Error as error:
                log.warning("a statement could not be ended: %s", type(error).__name__)
            time.sleep(1)

    def cursor(self, named_cursor: Any = None) -> Any:
        """What the next statement runs with: none begins for a call that is left behind.

        What was postponed is written before.
        """
        if self._own.postponed:
            self._write_postponed()
        job = current_job()
        if job is not None and job.overdue:
            raise peewee.OperationalError("the time of the plugin's call is over")
        if self._own.begins:
            self._own.begins = False
            super().cursor().execute("BEGIN")
        return super().cursor(named_cursor)

    def _close(self, conn: Any, close_conn: bool = False) -> None:
        """What peewee calls when a connection is given back."""
        with self._calls_lock:
            for job in [job for job, one in self._of_calls.items() if one is conn]:
                del self._of_calls[job]
        super()._close(conn, close_conn)

    def _is_closed(self, conn: Any) -> bool:
        """What peewee asks before it hands out a connection, while all others wait for theirs.

        So the server is not asked each time: of one that was used just now, its end has come here.
        """
        rests = time.monotonic() - self._given_back.get(conn, 0) > RESTS_SECONDS
        if conn.closed or rests or _has_something(conn):
            return bool(super()._is_closed(conn))
        return False

    def _can_reuse(self, conn: Any) -> bool:
        """What peewee asks when a connection is given back."""
        self._given_back[conn] = time.monotonic()
        return conn not in self._interrupted and bool(super()._can_reuse(conn))

    def _initialize_connection(self, conn: Any) -> None:
        """What peewee calls whenever a connection is taken out of the pool."""
        super()._initialize_connection(conn)
        if (job := current_job()) is not None:
            with self._calls_lock:
                self._of_calls[job] = conn
        if conn in self._told:
            return
        limits = {
            "statement_timeout": self.limits.statement,
            "lock_timeout": self.limits.lock,
            "idle_in_transaction_session_timeout": self.limits.idle_in_transaction,
        }
        # Not as options of the connection: poolers between here and there refuse those.
        settings = [f"set_config('{name}', '{int(s * 1000)}', false)" for name, s in limits.items()]
        conn.execute(f"SELECT {', '.join(settings)}")
        self._told.add(conn)


def with_rows(sql: str, rows: Sequence[Sequence[Any]], mark: str = "%s") -> str:
    """A statement with the places of rows in it; one without rows is as it was."""
    if not rows or not rows[0]:
        return sql
    places = f"({', '.join([mark] * len(rows[0]))})"
    return sql.replace("{rows}", ", ".join([places] * len(rows)))


@lru_cache(256)
def _as_one(statements: tuple[str, ...]) -> str:
    """One statement that does what several do, of which none sees what another one writes."""
    *before, last = statements
    if not before:
        return last
    parts = ", ".join(f"w{number} AS ({sql})" for number, sql in enumerate(before))
    return f"WITH {parts} {last}"


def _has_something(connection: psycopg.Connection[Any]) -> bool:
    """Whether something has come on a connection that nobody uses: most probably its end."""
    looking = select.poll()  # unlike `select`, for any number of open files
    looking.register(connection, select.POLLIN)
    return bool(looking.poll(0))
