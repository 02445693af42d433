"""Transactions that write, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import peewee

from cti_host.databases.connection import database, is_postgresql
from cti_host.databases.postgresql import with_rows


def writing() -> peewee._atomic:
    """A transaction that writes; within another one, a part of it that can fail by itself.

    On SQLite it takes the write lock at once. One that reads first and writes then could not wait
    for somebody else's write: SQLite would fail it, however long it may wait.
    """
    return database.atomic() if is_postgresql(database.obj) else database.atomic("immediate")


@contextmanager
def pipelined() -> Iterator[None]:
    """Send statements without waiting for the one before; around a transaction, its commit as well.

    Whoever reads a result waits until all is done that was sent so far. So a statement whose result
    nobody needs costs no wait: on PostgreSQL each is a way to the server and back, and locks are
    held meanwhile. An error is raised where a result is read, or at the end, and fails the whole
    transaction: a part of it that may fail by itself does not belong here. SQLite has no way to go.
    """
    opened: Any = database.obj
    if not is_postgresql(opened):
        yield
        return
    with opened.pipelined():
        yield


def postponed(sql: str, values: Sequence[Any] = ()) -> None:
    """Write something whose result nobody needs, at the latest with the next statement.

    On PostgreSQL those that follow one another become one statement: one way to the server for all.
    So they must change different rows, and none may read what another one of them writes; whatever
    is run after them sees what they wrote, as ever. If it fails, it fails the transaction, or the
    part of it that this was called in. On SQLite, and outside of transactions, it runs at once.

    :param sql: an INSERT, UPDATE or DELETE, with the places of values as the database writes them
    """
    opened: Any = database.obj
    if is_postgresql(opened) and opened.in_transaction():
        opened.postpone(sql, values)
    else:
        database.execute_sql(sql, tuple(values))


def with_commit(sql: str, values: Sequence[Any] = (), *, row: Sequence[Any] = ()) -> None:
    """Run a statement at the end of the current transaction, right before its commit.

    On PostgreSQL both are one exchange with the server: a lock that the statement takes is held no
    longer than that, whatever the transaction does before, and never while a busy process waits for
    its processor. If the statement fails, so does the transaction. It never runs if the
    transaction, or the part of it that this was called in, is rolled back. On SQLite it runs at
    once: whoever writes has the lock anyway.

    Several run in the order in which they came. Those that have the same text and values, and a row
    each, are one statement with all of their rows.

    :param sql: with the places of values as the database writes them, and with `{rows}` where the
        rows are listed, if there are any
    :param row: the values of a row; they come after the others
    """
    opened: Any = database.obj
    if is_postgresql(opened) and opened.in_transaction():
        opened.with_commit(sql, values, row=row)
    else:
        mark = "%s" if is_postgresql(opened) else "?"
        database.execute_sql(with_rows(sql, [row], mark), (*values, *row))
