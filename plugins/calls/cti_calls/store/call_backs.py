"""Callers who were missed and wait to be called back: one open entry for each number and queue."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import peewee

from cti_calls.model.facts import Direction
from cti_calls.model.records import Outcome
from cti_calls.model.tables import CallBack
from cti_calls.store.agents.sight import Sight
from cti_calls.store.rows.moments import now_ms
from cti_calls.store.rows.sql import (
    execute,
    insert_many,
    locked,
    select,
    select_each,
    update,
)
from cti_calls.store.rows.transactions import in_transaction
from cti_host import database, is_postgresql

_SAME = "WHERE remote_key = ? AND queue = ? AND done_at IS NULL ORDER BY id LIMIT 1"
_TALKED = ("", Outcome.ANSWERED, Outcome.UNKNOWN)
NOT_MISSED = (Outcome.ANSWERED, Outcome.UNKNOWN, Outcome.FORWARDED)
# Whoever gave up before somebody talked to them was helped; whoever rang on after that was not:
# two people may call from one number at once.
_TALKED_SINCE = (
    "SELECT 1 FROM call_record WHERE remote_key = ? AND started_at >= ? AND answered_at >= ?"
    " AND outcome IN (?, ?, ?) AND id != ? AND simulated = ? AND direction != ? LIMIT 1"
)
# For so long at most a call is taken to have rung before somebody answered it: one index does.
_LONGEST_WAIT_MS = 3_600_000
_MISSED = (
    "FROM call_record WHERE remote_key = ? AND queue = ? AND started_at BETWEEN ? AND ?"
    " AND ended_at > ? AND direction = ? AND outcome NOT IN ('', ?, ?, ?) AND simulated = ?"
)
# Facts that are told later than this may be of an earlier moment than others.
_LATE_MS = 5_000
_PLACE = re.compile(r"([0-9]{1,15})-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Miss:
    """A call that nobody answered, as it is counted.

    :param remote_key: the key of the caller's number; empty: withheld or unknown
    :param started_at: when it began, in milliseconds since 1970
    """

    remote_key: str
    queue: str
    started_at: int


def add_missed(call: Any) -> None:
    """Count a call that nobody answered; whoever talked to its caller since need not be called.

    :param call: the row of a call that has ended
    """
    since = [call.ended_at - _LONGEST_WAIT_MS, call.ended_at]
    of_talk = [call.remote_key, *since, *_TALKED, call.id, False, Direction.INTERNAL]
    # Both are asked before either is read, so that both are waited for once.
    talked = execute(_TALKED_SINCE, of_talk)
    (same,) = select_each([(CallBack, locked(_SAME))], [call.remote_key, call.queue])
    if call.remote_key and talked.fetchone():
        return
    if not same:
        new = {
            "remote_key": call.remote_key,
            "remote": call.remote,
            "withheld": not call.remote_key,
            "queue": call.queue,
            "since": call.started_at,
            "last_at": call.started_at,
            "count": 1,
            "owner": "",
            "done_by": "",
            "last_call": call.id,
        }
        insert_many(CallBack, [new])
        return
    entry = same[0]
    # Its row is locked: nobody counts meanwhile.
    values = {"count": entry.count + 1, "since": min(entry.since, call.started_at)}
    if call.started_at >= entry.last_at:
        values |= {"last_at": call.started_at, "last_call": call.id, "remote": call.remote}
    update(CallBack, entry.id, values)


def take_back(miss: Miss, names: str) -> None:
    """No longer count a call: what was told later says that it was not missed, or not so.

    :param names: who talked to its caller; empty: nobody
    """
    for entry in select(CallBack, locked(_SAME), [miss.remote_key, miss.queue]):
        if not entry.since <= miss.started_at <= entry.last_at:
            continue  # an entry of later calls: that of this one is closed
        if entry.count > 1:
            _recount(entry, 0, entry.count - 1)
        elif names:
            update(CallBack, entry.id, {"done_at": now_ms(), "done_by": names[:255]})
        else:
            execute("DELETE FROM call_back WHERE id = ?", [entry.id])


def close_answered(call: Any, names: str) -> None:
    """Close what was open of a caller to whom somebody talks now.

    :param call: the row of a call that was answered, in either direction
    :param names: who talked
    """
    if not call.remote_key:
        return
    now = now_ms()
    execute(
        "UPDATE call_back SET done_at = ?, done_by = ? WHERE remote_key = ? AND done_at IS NULL"
        " AND COALESCE((SELECT ended_at FROM call_record WHERE id = last_call), last_at) <= ?",
        [now, names[:255], call.remote_key, call.answered_at],
    )
    if call.answered_at > now - _LATE_MS:
        return
    # Who was missed before and after the talk waits since after it.
    around = "WHERE remote_key = ? AND done_at IS NULL AND since < ? ORDER BY id"
    for entry in select(CallBack, locked(around), [call.remote_key, call.answered_at]):
        _recount(entry, call.answered_at, entry.count)


def _recount(entry: Any, after: int, most: int) -> None:
    """Have an open entry say how many calls it stands for, and since when.

    :param after: only calls count that ended later, in milliseconds since 1970
    :param most: how many calls it stands for at most
    """
    about = [entry.remote_key, entry.queue, entry.since, entry.last_at, after, Direction.IN]
    about += [*NOT_MISSED, False]
    found = execute(f"SELECT COUNT(*), MIN(started_at) {_MISSED}", about).fetchone()
    last = f"SELECT started_at, id, remote {_MISSED} ORDER BY started_at DESC, id DESC LIMIT 1"
    latest = execute(last, about).fetchone()
    values: dict[str, Any] = {"count": most}
    if latest is not None:  # else its calls are deleted by now
        values = {"count": min(most, found[0]), "since": found[1]}
        values |= dict(zip(("last_at", "last_call", "remote"), latest, strict=True))
    update(CallBack, entry.id, values)


def claim(id_: int, agent: str) -> bool:
    """Take a call-back over; false: somebody else was quicker, or it is done."""

    def take() -> int:
        free = (CallBack.id == id_) & (CallBack.owner == "") & CallBack.done_at.is_null()
        return int(CallBack.update(owner=agent, claimed_at=now_ms()).where(free).execute())

    return in_transaction(take) == 1


def release(id_: int, agent: str) -> bool:
    """Give a call-back up that is one's own; false: it isn't, or it is done."""

    def give_up() -> int:
        own = (CallBack.id == id_) & (CallBack.owner == agent) & CallBack.done_at.is_null()
        return int(CallBack.update(owner="", claimed_at=None).where(own).execute())

    return in_transaction(give_up) == 1


def done(ids: Collection[int], agent: str, sight: Sight | None = None) -> int:
    """Close call-backs, also withheld ones and those of others; returns how many were open.

    :param sight: whose may be closed; `None`: everybody's
    """

    def close() -> int:
        wanted = CallBack.id.in_(list(ids)) & CallBack.done_at.is_null() & _seen(sight)
        return int(CallBack.update(done_at=now_ms(), done_by=agent).where(wanted).execute())

    return in_transaction(close) if ids else 0


def open_call_backs(
    *, withheld: bool, agent: str = "", queues: Collection[str] | None = None,
    sight: Sight | None = None, limit: int = 100, after: str = "",
) -> tuple[list[CallBack], str]:  # fmt: skip
    """Those who wait to be called back, the last to call first, and where the next page begins.

    :param withheld: those who can't be called back, instead of the others
    :param agent: only those whom this agent calls back
    :param queues: only those who called these queues
    :param sight: only those whom somebody sees; `None`: all
    """
    query: Any = CallBack.select().where(
        CallBack.done_at.is_null(), CallBack.withheld == withheld, _seen(sight)
    )
    if agent:
        query = query.where(CallBack.owner == agent)
    if queues is not None:
        query = query.where(CallBack.queue.in_(list(queues)))
    place = _PLACE.fullmatch(after)
    if place is not None:
        here = peewee.Tuple(CallBack.last_at, CallBack.id)
        query = query.where(here < peewee.Tuple(int(place[1]), int(place[2])))
    rows = list(query.order_by(CallBack.last_at.desc(), CallBack.id.desc()).limit(limit + 1))
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], f"{last.last_at}-{last.id}" if last else ""


def count_call_backs(most: int, sight: Sight | None = None) -> int:
    """How many wait on the list, those without a number among them; counted up to so many.

    :param sight: only those whom somebody sees; `None`: all
    """
    waiting = CallBack.select(CallBack.id).where(CallBack.done_at.is_null(), _seen(sight))
    return int(waiting.limit(most).count())


def call_back(id_: int, sight: Sight | None = None) -> CallBack | None:
    """An entry of those who were missed, done or not; `None`: there is none, or it isn't seen."""
    found: CallBack | None = CallBack.get_or_none((CallBack.id == id_) & _seen(sight))
    return found


def _seen(sight: Sight | None) -> Any:
    """Who is seen: who called one's queues or phones last, or is called back by oneself."""
    if sight is None:
        return peewee.SQL("1 = 1")
    text, values = sight.condition("last_call", "queue")
    place = "%s" if is_postgresql(database.obj) else "?"
    return (CallBack.owner == sight.agent) | peewee.SQL(text.replace("?", place), values)
