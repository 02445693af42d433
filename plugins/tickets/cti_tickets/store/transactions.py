"""Transactions that write, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import peewee

from cti_host import database, is_postgresql


def writing() -> peewee._atomic:
    """A transaction that writes: in SQLite it takes the write lock at once.

    A SQLite transaction that read first can't wait for another one's write, it would fail.
    """
    return database.atomic() if is_postgresql(database.obj) else database.atomic("immediate")


@contextmanager
def reading() -> Iterator[None]:
    """A transaction that only reads, and sees what was there when it began."""
    with database.atomic():
        if is_postgresql(database.obj):
            database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def locked(query: Any) -> Any:
    """A query whose rows nobody else changes before this transaction ends."""
    return query.for_update() if is_postgresql(database.obj) else query


def defer_references() -> None:
    """Check foreign keys when this transaction commits, not at each statement."""
    if is_postgresql(database.obj):
        database.execute_sql("SET CONSTRAINTS ALL DEFERRED")
    else:
        database.execute_sql("PRAGMA defer_foreign_keys = ON")
