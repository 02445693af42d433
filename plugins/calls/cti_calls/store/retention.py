"""Calls and the journal are kept for as long as the settings say.

The command deletes what is older, and so does the server, once a day.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

import peewee

from cti_calls.model.tables import Duty
from cti_calls.settings import Config
from cti_calls.store.rows.moments import now_ms
from cti_calls.store.rows.sql import execute
from cti_host import Lease, Removal, writing

_log = logging.getLogger("cti_host.plugin.calls")
_DAY = 86_400_000
# What is deleted, for which setting: call-backs that wait stay until somebody has called back.
_CALLS = "call_record WHERE started_at < ?"
_CALL_BACKS = "call_back WHERE done_at < ?"
_JOURNAL = "phone_event WHERE received_at < ?"


# So many rows are deleted in one transaction: others write meanwhile.
_AT_ONCE = 1_000
_EXPIRY = "expiry"


class DailyExpiry:
    """Deletes what is older, unless a process of any host has done so of late."""

    def __init__(self, config: Config) -> None:
        self._config = config
        # Of a deletion that failed: whoever holds it may take it again at once.
        self._unfinished: Lease | None = None

    def run(self, seconds: float) -> bool:
        """Delete it, if it is time.

        :param seconds: how long ago it must have been done last
        :return: whether it was done here
        :raises peewee.PeeweeException: it failed; the next call tries again, in any process
        """
        insert: Any = Duty.insert(name=_EXPIRY)
        insert.on_conflict_ignore().execute()
        # It runs out by itself: until then nobody else does it.
        lease = self._unfinished or Lease(Duty, Duty.name == _EXPIRY, seconds)
        self._unfinished = None
        if not lease.take():
            return False
        try:
            removals = expire(self._config, dry_run=False)
        except Exception:
            self._unfinished = lease
            # A database that is still busy can't take it back, either.
            with suppress(peewee.PeeweeException):
                lease.release()
            raise
        for removal in removals:
            if removal.count:
                _log.info("%d %s %s", removal.count, removal.what, removal.how)
        return True


def expire(config: Config, *, dry_run: bool, now: int | None = None) -> list[Removal]:
    """Delete what is older, some rows in a transaction; say what was deleted.

    :param now: the present moment, in milliseconds since 1970
    """
    removals = []
    for what, days, rows in (
        ("calls", config.keep_calls_days, _CALLS),
        ("call-backs that are done", config.keep_calls_days, _CALL_BACKS),
        ("events of phone systems", config.keep_journal_days, _JOURNAL),
    ):
        if not days:
            continue
        before = (now if now is not None else now_ms()) - days * _DAY
        count = _count(rows, before) if dry_run else _delete(rows, before)
        removals.append(Removal(what, count, f"deleted: older than {days} days"))
    return removals


def _count(rows: str, before: int) -> int:
    found: Any = execute(f"SELECT COUNT(*) FROM {rows}", [before]).fetchone()  # noqa: S608
    return int(found[0])


def _delete(rows: str, before: int) -> int:
    table = rows.partition(" ")[0]
    some = f"SELECT id FROM {rows} LIMIT {_AT_ONCE}"  # noqa: S608
    count = 0
    while True:
        with writing():
            cursor = execute(f"DELETE FROM {table} WHERE id IN ({some})", [before])  # noqa: S608
        count += int(cursor.rowcount)
        if cursor.rowcount < _AT_ONCE:
            return count
