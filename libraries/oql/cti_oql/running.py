"""Run a statement that was built from the schema's names and bound values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import peewee


def is_postgresql(database: peewee.Database) -> bool:
    """Whether the database is PostgreSQL, else SQLite."""
    return isinstance(database, peewee.PostgresqlDatabase)


def mark(database: peewee.Database) -> str:
    """How the database writes the place of a bound value."""
    return "%s" if is_postgresql(database) else "?"


def marks(database: peewee.Database, count: int) -> str:
    """The places of several values, for a list."""
    return ", ".join([mark(database)] * count)


def rows(database: peewee.Database, sql: str, values: Sequence[Any]) -> list[Any]:
    """All rows that a statement finds."""
    execute: Any = database.execute_sql  # peewee's types leave it out
    fetched: list[Any] = execute(sql, tuple(values)).fetchall()
    return fetched
