"""What a database still holds of rows that were deleted, made away with."""

from __future__ import annotations

from typing import Any

import peewee

from cti_host.databases.connection import is_postgresql
from cti_host.databases.statistics import update_statistics

_BUSY = (
    "the database is in use: its file may hold some of it until it is less busy; "
    "run: cti-host privacy expire"
)


def remove_remains(database: peewee.Database) -> str:
    """Write the database anew without what was deleted or changed; outside of a transaction.

    A deleted text stays in free pages of SQLite's file, in its log, in dead rows of PostgreSQL, and
    in statistics, which hold values as examples.

    :return: what is still to be done, as a sentence; "": nothing
    """
    execute: Any = database.execute_sql
    if is_postgresql(database):
        execute("VACUUM")
        update_statistics(database)
        return ""
    try:
        update_statistics(database)
        execute("VACUUM")
        ((busy, _pages, _moved),) = execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except peewee.OperationalError:  # somebody else writes
        return _BUSY
    return _BUSY if busy else ""
