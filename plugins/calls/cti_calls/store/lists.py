"""Lists of calls, the latest first, a page at a time.

Each page is read from an index that begins where the page before ended, so that a page of a million
calls costs as much as one of a hundred. A list of several queues, numbers or persons is
read from the index once for each of them, unless there are too many for one statement.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cti_calls.merging.limits import Limits
from cti_calls.model.records import CallRecord, CallState, Outcome
from cti_calls.store.agents.sight import Sight
from cti_calls.store.reading import Reader
from cti_calls.store.rows.moments import ms_of, now_ms
from cti_calls.store.rows.sql import execute, marks

_PLACE = re.compile(r"([0-9]{1,15})-([0-9]{1,18})", re.ASCII)
# SQLite takes 500 at most.
_MOST_BRANCHES = 200


@dataclass(frozen=True)
class CallFilter:
    """Which calls are wanted; what is left out does not count.

    :param open: only calls that have not ended
    :param agent: the name of an agent whose phone took part
    :param queues: calls of these queues
    :param remote_keys: calls with these numbers, by `Number.key`
    :param callers: calls with these persons, by `Caller.key`
    :param ticket: calls about this ticket, by its key
    :param source: calls of this phone system
    :param since: begun from this moment on
    :param until: begun before this moment
    :param sight: only calls that somebody sees; `None`: everybody's
    """

    open: bool = False
    agent: str = ""
    queues: Collection[str] | None = None
    remote_keys: Collection[str] | None = None
    callers: Collection[str] | None = None
    ticket: str = ""
    outcome: Outcome | None = None
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None
    sight: Sight | None = None


@dataclass(frozen=True)
class Page:
    """A page of a list of calls.

    :param next: the place from which the next page goes on; empty: this is the last one
    """

    records: Sequence[CallRecord]
    next: str = ""


def calls_page(reader: Reader, wanted: CallFilter, limit: int, after: str = "") -> Page:
    """The calls that are wanted, newest first.

    :param limit: how many at most
    :param after: the place after which the page begins, `Page.next` of the one before; what is no
        place counts as the beginning
    """
    found = _Query(wanted, _place(after), limit + 1, reader.limits).run()
    records = reader.calls([id_ for _started, id_ in found[:limit]])
    more = len(found) > limit
    return Page(records, "{}-{}".format(*found[limit - 1]) if more else "")


@dataclass(frozen=True)
class _Condition:
    """A part of a WHERE clause, with its values."""

    text: str
    values: tuple[Any, ...] = ()


class _Query:
    """One statement for a page: a branch for each place in an index where its calls may lie."""

    def __init__(
        self, wanted: CallFilter, after: tuple[int, int] | None, most: int, limits: Limits
    ) -> None:
        self._wanted, self._after, self._most, self._limits = wanted, after, most, limits
        # What the list is ordered by: an agent's calls lie in an index of their own.
        self._started, self._id = "c.started_at", "c.id"
        self._tables = "call_record c"
        if wanted.agent:
            self._started, self._id = "a.started_at", "a.call_id"
            self._tables = "call_agent a JOIN call_record c ON c.id = a.call_id"

    def run(self) -> list[tuple[int, int]]:
        """The moments and ids of the page's calls, and of one more if there is one."""
        common = list(self._common())
        branches = [[*own, *common] for own in self._branches()]
        if not branches:
            return []
        texts = [f"SELECT * FROM ({self._branch(one)}) AS b{n}" for n, one in enumerate(branches)]  # noqa: S608
        sql = f"{' UNION '.join(texts)} ORDER BY 1 DESC, 2 DESC LIMIT {self._most}"
        values = [value for branch in branches for one in branch for value in one.values]
        return [(started, id_) for started, id_ in execute(sql, values).fetchall()]

    def _branch(self, conditions: Sequence[_Condition]) -> str:
        where = " AND ".join(one.text for one in conditions) or "1 = 1"
        # An agent may have had several phones in one call.
        distinct = "DISTINCT " if self._wanted.agent else ""
        return (
            f"SELECT {distinct}{self._started} AS started, {self._id} AS id FROM {self._tables}"  # noqa: S608
            f" WHERE {where} ORDER BY 1 DESC, 2 DESC LIMIT {self._most}"
        )

    def _branches(self) -> Iterator[list[_Condition]]:
        """What tells the branches apart: each is one number, queue and outcome."""
        wanted = self._wanted
        axes: dict[str, list[str]] = {}
        for column, values in (
            ("remote_key", wanted.remote_keys),
            ("caller", wanted.callers),
            ("queue", wanted.queues),
        ):
            if values is not None:
                axes[column] = [value for value in dict.fromkeys(values) if value]
        together: list[_Condition] = []
        while math.prod(map(len, axes.values())) > _MOST_BRANCHES:
            column = max(axes, key=lambda name: len(axes[name]))
            longest = tuple(axes.pop(column))
            together.append(_Condition(f"c.{column} IN ({marks(longest)})", longest))
        apart = [
            [_Condition(f"c.{column} = ?", (value,)) for value in each]
            for column, each in axes.items()
        ]
        for branch in itertools.product(*apart):
            yield [*branch, *together]

    def _common(self) -> Iterator[_Condition]:
        """What all branches have in common."""
        wanted = self._wanted
        if wanted.agent:
            yield _Condition("a.agent = ?", (wanted.agent,))
        for column, text in (
            ("a.outcome" if wanted.agent else "c.outcome", wanted.outcome),
            ("c.ticket", wanted.ticket),
            ("c.source", wanted.source),
        ):
            if text:
                yield _Condition(f"{column} = ?", (str(text),))
        if wanted.since is not None:
            yield _Condition(f"{self._started} >= ?", (ms_of(wanted.since),))
        if wanted.until is not None:
            yield _Condition(f"{self._started} < ?", (ms_of(wanted.until),))
        if self._after is not None:
            yield _Condition(f"({self._started}, {self._id}) < (?, ?)", self._after)
        if wanted.sight is not None:
            text, values = wanted.sight.condition("c.id", "c.queue")
            yield _Condition(text, tuple(values))
        if wanted.open:
            yield _Condition("c.ended_at IS NULL")
            yield self._not_lost()

    def _not_lost(self) -> _Condition:
        """Calls of which there was a word of late; others have ended, nobody knows how."""
        now, parts, values = now_ms(), [], []
        for state in CallState:
            parts.append("(c.state = ? AND c.event_at >= ?)")
            values += [str(state), now - self._limits.of(state)]
        return _Condition(f"({' OR '.join(parts)})", tuple(values))


def _place(text: str) -> tuple[int, int] | None:
    found = _PLACE.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None
