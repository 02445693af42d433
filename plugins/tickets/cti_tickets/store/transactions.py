"""Transactions that write, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cti_host import database, is_postgresql


@contextmanager
def reading() -> Iterator[None]:
    """A transaction that only reads, and sees what was there when it began."""
    with database.atomic():
        if is_postgresql(database.obj):
            database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def locked(query: Any) -> Any:
    """A query whose rows nobody else changes before this transaction ends.

    Others may still refer to them.
    """
    if not is_postgresql(database.obj):
        return query
    will_write(query.model._meta.table_name)
    return query.for_update("FOR NO KEY UPDATE")


def will_write(table: str) -> None:
    """Say that this transaction writes to a table, before it locks any row of it.

    Whoever keeps others out of the table (`transfer.bulk.keep_others_out`) then waits with empty
    hands. Otherwise it could get the table between the lock of a row and the write, and wait for
    the row while the write waits for the table.
    """
    if is_postgresql(database.obj):
        database.execute_sql(f'LOCK TABLE "{table}" IN ROW EXCLUSIVE MODE')


def defer_references() -> None:
    """Check foreign keys when this transaction commits, not at each statement."""
    if is_postgresql(database.obj):
        database.execute_sql("SET CONSTRAINTS ALL DEFERRED")
    else:
        database.execute_sql("PRAGMA defer_foreign_keys = ON")
