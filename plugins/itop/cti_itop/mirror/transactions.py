"""Transactions that write, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cti_host
from cti_host import database, is_postgresql


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
        cti_host.execute_many(_marked(sql), values)


def _marked(sql: str) -> str:
    return sql.replace("?", "%s") if is_postgresql(database.obj) else sql
