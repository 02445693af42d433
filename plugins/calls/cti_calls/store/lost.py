"""Calls whose end nobody told: they end by their age, or as a phone system no longer has them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from cti_calls.merging.limits import Limits
from cti_calls.model.records import CallState, Change
from cti_calls.model.tables import CallKey, StoredCall
from cti_calls.store.rows.kept import KeptCall, load
from cti_calls.store.rows.moments import now_ms
from cti_calls.store.rows.saving import suppose_ended
from cti_calls.store.rows.transactions import in_transaction
from cti_calls.store.taking.messages import Outgoing
from cti_calls.store.taking.take import keep, send_all

# So many end in one transaction.
_BATCH = 100

Changes = Sequence[tuple[int, Change]]


def end_lost(limits: Limits, now: int | None = None) -> Changes:
    """Store that calls have ended that were open for longer than any would be.

    :param now: the present moment, in milliseconds since 1970
    :return: what is to be told of them
    """
    moment = now if now is not None else now_ms()
    changes: list[tuple[int, Change]] = []

    def end_some() -> tuple[int, list[tuple[int, Change]]]:
        ids = _overdue(limits, moment)
        return len(ids), _end(ids, lambda call: _is_overdue(call, limits, moment), 0)

    while True:
        count, ended = in_transaction(end_some)
        changes += ended
        if count < _BATCH or not ended:
            return changes


def end_missing(source: str, keys: Collection[str], at: int) -> Changes:
    """Store that those open calls of a source have ended that its phone system has no more.

    :param keys: the keys of the calls that it has
    :param at: when it was asked, in milliseconds since 1970; calls with news since are left alone
    :return: what is to be told of them
    """
    query: Any = StoredCall.select(StoredCall.id).where(
        StoredCall.source == source, StoredCall.ended_at.is_null(), StoredCall.event_at < at
    )
    open_ids = [id_ for (id_,) in query.tuples()]
    known: Any = CallKey.select(CallKey.call).where(
        CallKey.source == source, CallKey.key.in_(list(keys))
    )
    there = {id_ for (id_,) in known.tuples()} if keys else set()
    gone = [id_ for id_ in open_ids if id_ not in there]
    return in_transaction(lambda: _end(gone, lambda call: (call.facts.event_at or 0) < at, at))


def _overdue(limits: Limits, now: int) -> list[int]:
    """Open calls that nothing was told of for too long, so many as one transaction ends."""
    state, last = StoredCall.state, StoredCall.event_at
    too_old = (
        ((state == CallState.RINGING) & (last < now - limits.ringing))
        | ((state == CallState.QUEUED) & (last < now - limits.queued))
        | (state.in_([CallState.TALKING, CallState.HELD]) & (last < now - limits.talking))
    )
    query: Any = StoredCall.select(StoredCall.id).where(StoredCall.ended_at.is_null(), too_old)
    # In the order of the index of open calls.
    query = query.order_by(StoredCall.started_at, StoredCall.id).limit(_BATCH)
    return [id_ for (id_,) in query.tuples()]


def _is_overdue(call: KeptCall, limits: Limits, now: int) -> bool:
    return (call.facts.event_at or 0) + limits.of(call.verdict.state) < now


def _end(ids: Sequence[int], has_ended: Any, at: int) -> list[tuple[int, Change]]:
    """End those of the calls of which it is still so, now that they are locked."""
    now = now_ms()
    changes: list[tuple[int, Change]] = []
    messages: list[Outgoing] = []
    for call in load(ids):
        if call.ended_at is None and has_ended(call):
            suppose_ended(call, at)
            told = keep(call, now, {})
            messages += told.messages
            changes += [(call.row.id, change) for change in told.changes]
    send_all(messages)
    return changes
