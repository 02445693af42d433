"""What the journals of changes and of accesses have in common: how their entries are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol


class Period(Protocol):
    """What the filters of both journals have in common: whose entries, and from when to when."""

    @property
    def account(self) -> str: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...


def journal_entries(
    model: Any, wanted: Period, conditions: Sequence[Any], before: int | None, limit: int | None
) -> Any:
    """The entries of a journal, newest first.

    :param model: it has an id, an account and a moment
    :param conditions: what else must hold of them
    :param before: only those before the entry with this id
    """
    every = [*conditions]
    if before is not None:
        every.append(model.id < before)
    if wanted.account:
        every.append(model.account == wanted.account)
    if wanted.since is not None:
        every.append(model.moment >= wanted.since)
    if wanted.until is not None:
        every.append(model.moment < wanted.until)
    query = model.select()
    if every:
        query = query.where(*every)
    return query.order_by(model.id.desc()).limit(limit)
