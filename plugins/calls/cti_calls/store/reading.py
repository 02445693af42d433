"""Stored calls as records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from cti_calls.merging.gathered import LegFacts
from cti_calls.merging.limits import Limits
from cti_calls.merging.verdict import leg_outcome
from cti_calls.model.facts import Direction
from cti_calls.model.records import CallLeg, CallRecord, CallState, Outcome
from cti_calls.model.tables import CallAgent, CallKey, StoredCall, StoredLeg
from cti_calls.store.former import present_id
from cti_calls.store.rows.kept import leg_facts
from cti_calls.store.rows.moments import moment_of, moment_or_none, now_ms
from cti_calls.store.rows.sql import marks, select

_NEVER = 1 << 62


class Reader:
    """Reads calls; one that is open longer than any would be has ended, nobody knows how.

    :param limits: how long calls may be open without a word of them
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def call(self, id_: int) -> CallRecord | None:
        """A call by its id, or by one that it had before; `None`: there is none.

        Two records may turn out to be one: the id of the younger one then leads to the older one,
        whose own id the result has.
        """
        found = self.calls([id_])
        if not found:
            present = present_id(id_)
            found = self.calls([present]) if present is not None else []
        return next(iter(found), None)

    def calls(self, ids: Sequence[int]) -> list[CallRecord]:
        """Calls by their ids, in that order; those that are gone are left out."""
        rows = select(StoredCall, f"WHERE id IN ({marks(ids)})", ids) if ids else []
        found = {row.id: row for row in rows}
        return self.records([found[id_] for id_ in ids if id_ in found])

    def call_of(self, source: str, key: str) -> CallRecord | None:
        """The call of a phone system's key, or of the token of a call placed here."""
        named = (CallKey.source == source) & (CallKey.key == key)
        found: Any = CallKey.select(CallKey.call).where(named).tuples().first()
        return self.call(found[0]) if found else None

    def records(self, rows: Sequence[Any]) -> list[CallRecord]:
        """Rows of calls, with their legs read in two queries for all."""
        ids = [row.id for row in rows]
        if not ids:
            return []
        legs: dict[int, list[Any]] = {}
        for leg in select(StoredLeg, f"WHERE call_id IN ({marks(ids)}) ORDER BY id", ids):
            legs.setdefault(leg.call_id, []).append(leg)
        agents: dict[tuple[int, str], list[str]] = {}
        for one in select(CallAgent, f"WHERE call_id IN ({marks(ids)}) ORDER BY id", ids):
            agents.setdefault((one.call_id, one.leg_key), []).append(one.agent)
        now = now_ms()
        return [self._record(row, legs.get(row.id, []), agents, now) for row in rows]

    def _record(
        self, row: Any, legs: Sequence[Any], agents: dict[tuple[int, str], list[str]], now: int
    ) -> CallRecord:
        state, outcome, ended = CallState(row.state), row.outcome, row.ended_at
        if ended is None and row.event_at + self.limits.of(state) < now:
            state, outcome, ended = CallState.ENDED, Outcome.UNKNOWN, row.event_at
        every = {leg.key: leg_facts(leg) for leg in legs}
        return CallRecord(
            id=row.id,
            source=row.source,
            direction=Direction(row.direction),
            state=state,
            remote=row.remote,
            remote_key=row.remote_key,
            remote_name=row.remote_name,
            withheld=row.withheld,
            dialled=row.dialled,
            queue=row.queue,
            started_at=moment_of(row.started_at),
            answered_at=moment_or_none(row.answered_at),
            ended_at=moment_or_none(ended),
            outcome=Outcome(outcome) if outcome else None,
            cause=row.cause,
            answered_by=tuple(json.loads(row.answered_by or "[]")),
            caller=row.caller,
            caller_display=row.caller_display,
            ticket=row.ticket,
            note=row.note,
            legs=tuple(_legs(every, row, agents, ended)),
            simulated=row.simulated,
        )


def _legs(
    every: dict[str, LegFacts],
    row: Any,
    agents: dict[tuple[int, str], list[str]],
    ended: int | None,
) -> Iterable[CallLeg]:
    """The legs of a call in the order in which they began."""
    known = [(key, leg) for key, leg in every.items() if key]
    known.sort(key=lambda one: (_first(one[1]), one[0]))
    for key, leg in known:
        # Of many a leg the end is told with that of the call only.
        end = leg.ended_at if leg.ended_at is not None or not leg.is_live else ended
        if leg.is_live and leg.answered_at is not None and leg.ended_at is not None:
            end = ended
        yield CallLeg(
            key=key,
            device=leg.device,
            agents=tuple(agents.get((row.id, key), ())),
            ringing_at=moment_or_none(leg.ringing_at),
            answered_at=moment_or_none(leg.answered_at),
            ended_at=moment_or_none(end),
            held=leg.is_held and end is None,
            outcome=leg_outcome(leg, every.values()),
        )


def _first(leg: LegFacts) -> int:
    moments = (leg.dialled_at, leg.ringing_at, leg.answered_at, leg.ended_at)
    return min((moment for moment in moments if moment is not None), default=_NEVER)
