"""The calls of late: how many found somebody, and the numbers that found nobody.

A number belongs to a person, so it is kept only if the settings say so, only where nobody was
found, and for as long as they say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import peewee

from cti_host import Call
from cti_tickets.model import fields as a
from cti_tickets.model.classes.people import Base
from cti_tickets.store.computed import utc_now
from cti_tickets.store.deferred import deferred

# However many calls there are, the table stays small.
MOST_KEPT = 100_000
# How often what is too old is deleted, counted in calls.
_SWEEP = 100


class ReceivedCall(Base):
    """A call that an agent was shown; `number` is "" unless nobody was found and it may be kept."""

    class Meta:
        table_name = "received_call"

    received = peewee.DateTimeField(formats=["%Y-%m-%d %H:%M:%S"], index=True)
    callers = peewee.IntegerField()
    number = peewee.CharField(default="", constraints=a.EMPTY_TEXT)


@dataclass(frozen=True)
class Unmatched:
    """A number that found nobody: how often it called, and when last."""

    number: str
    calls: int
    last: datetime


@dataclass(frozen=True)
class CallStatistics:
    """The calls of the last days that could be searched for.

    :param days: how long calls are kept; 0: not at all
    :param keeps_numbers: whether numbers that find nobody are kept
    :param matched: how many of the `calls` found somebody
    :param unmatched: the numbers that found nobody, most frequent first
    """

    days: int
    keeps_numbers: bool
    calls: int = 0
    matched: int = 0
    unmatched: Sequence[Unmatched] = ()

    @property
    def rate(self) -> float | None:
        """The share of calls that found somebody; None: there were none."""
        return self.matched / self.calls if self.calls else None


class CallStore:
    """Keeps calls for a while.

    :param days: how long; 0: none are kept
    :param numbers: whether numbers that find nobody are kept
    """

    def __init__(self, days: int, numbers: bool) -> None:
        self._days, self._numbers = days, numbers
        # Counted by several threads, and not exactly: it only tells when to tidy up.
        self._added = 0

    def add(self, call: Call, callers: int, now: datetime | None = None) -> None:
        """Keep a call, unless nobody could be searched for; it is written a moment later."""
        if not self._days or not call.searchable:
            return
        number = call.number.key if self._numbers and not callers and call.number else ""
        row = {"received": now or utc_now(), "callers": callers, "number": number[:255]}
        writer = deferred()
        writer.add(ReceivedCall, row)
        self._added += 1
        if self._added % _SWEEP == 0:
            writer.call(lambda: self.sweep(utc_now()))

    def statistics(self, most: int | None = None, now: datetime | None = None) -> CallStatistics:
        """What the calls of the last days were like.

        :param most: how many numbers to name; None: all
        """
        if not self._days:
            return CallStatistics(0, self._numbers)
        deferred().flush()
        recent = ReceivedCall.received >= (now or utc_now()) - timedelta(days=self._days)
        found = peewee.Case(None, [(ReceivedCall.callers > 0, 1)], 0)
        totals: Any = ReceivedCall.select(
            peewee.fn.COUNT(ReceivedCall.id), peewee.fn.COALESCE(peewee.fn.SUM(found), 0)
        ).where(recent)
        ((calls, matched),) = totals.tuples()
        return CallStatistics(
            self._days, self._numbers, calls, int(matched), self._unmatched(recent, most)
        )

    def _unmatched(self, recent: Any, most: int | None) -> list[Unmatched]:
        if not self._numbers:
            return []
        times = peewee.fn.COUNT(ReceivedCall.id)
        last = peewee.fn.MAX(ReceivedCall.received)
        query: Any = (
            ReceivedCall.select(ReceivedCall.number, times, last)
            .where(recent, ReceivedCall.number != "")
            .group_by(ReceivedCall.number)
            .order_by(times.desc(), last.desc(), ReceivedCall.number)
            .limit(most)
        )
        return [Unmatched(number, count, moment) for number, count, moment in query.tuples()]

    def sweep(self, now: datetime) -> None:
        """Delete what is too old or too much."""
        too_old = ReceivedCall.received < now - timedelta(days=self._days)
        newest: Any = ReceivedCall.select(peewee.fn.MAX(ReceivedCall.id))
        too_much = ReceivedCall.id <= newest.scalar() - MOST_KEPT
        ReceivedCall.delete().where(too_old | too_much).execute()
