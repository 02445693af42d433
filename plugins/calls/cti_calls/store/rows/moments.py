"""Moments as they are stored: milliseconds since 1970, UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799_000  # the end of the year 9999


def now_ms() -> int:
    """The present moment."""
    return int(time.time() * 1000)


def ms_of(moment: datetime) -> int:
    """A moment as it is stored; one without a time zone is in UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, (aware - _EPOCH) // timedelta(milliseconds=1))


def moment_of(ms: int) -> datetime:
    """A stored moment, in UTC."""
    return _EPOCH + timedelta(milliseconds=min(ms, _LATEST))


def moment_or_none(ms: int | None) -> datetime | None:
    """A stored moment, if there is one."""
    return None if ms is None else moment_of(ms)
