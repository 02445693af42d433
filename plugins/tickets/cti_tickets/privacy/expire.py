"""What is kept for a while only, and deleted then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cti_host import Removal, writing
from cti_tickets.directory.received_calls import ReceivedCall
from cti_tickets.model.classes.registry import PhoneCall
from cti_tickets.store import access_journal
from cti_tickets.store.attachments import attachments
from cti_tickets.store.computed import day_of, utc_now
from cti_tickets.store.deferred import deferred
from cti_tickets.store.history import retention
from cti_tickets.store.merging import kept as merges


@dataclass(frozen=True)
class Periods:
    """For how many days something is kept; 0: for good.

    :param phone_calls: phone calls of tickets
    :param history: changes of objects
    :param access_journal: who looked at whom
    :param received_calls: calls in the directory report
    :param numbers: the numbers in it that found nobody
    """

    phone_calls: int = 0
    history: int = 0
    access_journal: int = 0
    received_calls: int = 0
    numbers: int = 0


def expire(periods: Periods, *, dry_run: bool, now: datetime | None = None) -> list[Removal]:
    """Delete what is older, each kind in a transaction of its own; say what was deleted."""
    deferred().flush()
    now = now or utc_now()
    kinds: list[tuple[str, int, Callable[[datetime, bool], int]]] = [
        ("phone calls", periods.phone_calls, _phone_calls),
        ("numbers that found nobody", periods.numbers, _numbers),
        ("calls of the directory report", periods.received_calls, _received_calls),
        ("history", periods.history, lambda b, dry: retention.expire(b, dry_run=dry)),
        ("access journal", periods.access_journal,
         lambda b, dry: access_journal.expire(b, dry_run=dry)),
    ]  # fmt: skip
    removals = []
    for what, days, delete in kinds:
        if not days:
            continue
        before = now - timedelta(days=days)
        with writing():
            count = delete(before, dry_run)
        removals.append(Removal(what, count, f"deleted: older than {days} days"))
    orphans = attachments.sweep(dry_run=dry_run)
    if orphans:
        how = "deleted: no ticket knows them, left by a process that died"
        removals.append(Removal("files", orphans, how))
    with writing():
        count = merges.forget(now, dry_run=dry_run)
    how = f"no longer undoable: older than {merges.UNDO_HOURS} hours"
    return [*removals, Removal("merges of objects", count, how)] if count else removals


def _phone_calls(before: datetime, dry_run: bool) -> int:
    old: Any = (PhoneCall.created < before) | (
        PhoneCall.created.is_null() & (PhoneCall.date < day_of(before))
    )
    if dry_run:
        return int(PhoneCall.select().where(old).count())
    return int(PhoneCall.delete().where(old).execute())


def _received_calls(before: datetime, dry_run: bool) -> int:
    old = ReceivedCall.received < before
    if dry_run:
        return int(ReceivedCall.select().where(old).count())
    return int(ReceivedCall.delete().where(old).execute())


def _numbers(before: datetime, dry_run: bool) -> int:
    old = (ReceivedCall.received < before) & (ReceivedCall.number != "")
    if dry_run:
        return int(ReceivedCall.select().where(old).count())
    return int(ReceivedCall.update(number="").where(old).execute())
