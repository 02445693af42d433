"""Transactions that write, on both databases, also where several processes want the same rows."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any, TypeVar

import peewee

from cti_host import database, is_postgresql, pipelined, writing

_T = TypeVar("_T")
_ATTEMPTS = 6


class Changed(Exception):
    """What was read before is no longer so: the transaction begins anew."""


def in_transaction(function: Callable[[], _T], *, pipeline: bool = False) -> _T:
    """Run a function in a transaction, and again if another process was in its way.

    :param pipeline: whether statements are sent without waiting for the one before: then none may
        ask how many rows it has changed
    :raises peewee.PeeweeException: the database is away, or other processes were in its way each
        time
    """
    for attempt in range(1, _ATTEMPTS):
        try:
            return _transaction(function, pipeline)
        except (Changed, peewee.IntegrityError, peewee.OperationalError) as error:
            # On SQLite it has waited for its turn long enough.
            if isinstance(error, peewee.OperationalError) and not is_postgresql(database.obj):
                raise
            time.sleep(random.uniform(0, 0.005 * attempt))  # noqa: S311 -- keeps two apart
    return _transaction(function, pipeline)


def _transaction(function: Callable[[], _T], pipeline: bool) -> _T:
    with pipelined() if pipeline else nullcontext(), writing():
        return function()


def lock(names: Iterable[str]) -> None:
    """Keep other transactions that name one of these waiting until this one ends.

    On SQLite there is one that writes at a time anyway. All names are locked at once and in the
    same order everywhere, so that no two transactions wait for each other.
    """
    if not is_postgresql(database.obj):
        return
    numbers = sorted({_number(name) for name in names})
    if numbers:
        database.execute_sql(
            "SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS n", (numbers,)
        )


def locked(query: Any) -> Any:
    """A query whose rows nobody else changes before this transaction ends."""
    return query.for_update() if is_postgresql(database.obj) else query


def _number(name: str) -> int:
    digest = hashlib.blake2b(f"cti_calls:{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
