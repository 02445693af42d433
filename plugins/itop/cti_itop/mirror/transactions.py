"""Transactions that write, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import peewee

from cti_host import database, is_postgresql


def writing() -> peewee._atomic:
    """A transaction that writes: in SQLite it takes the write lock at once.

    A SQLite transaction that read first can't wait for another one's write, it would fail.
    """
    return database.atomic() if is_postgresql(database.obj) else database.atomic("immediate")


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement whose values are marked with "?"."""
    found: list[tuple[Any, ...]] = database.execute_sql(_marked(sql), values).fetchall()
    return found


def execute(sql: str, *values: Any) -> int:
    """Run a statement whose values are marked with "?"; answers how many rows it concerned."""
    return int(database.execute_sql(_marked(sql), values).rowcount)


def execute_many(sql: str, values: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement for many rows, at the speed of the driver."""
    if values:
        opened: Any = database.obj
        opened.cursor().executemany(_marked(sql), values)


def _marked(sql: str) -> str:
    return sql.replace("?", "%s") if is_postgresql(database.obj) else sql
