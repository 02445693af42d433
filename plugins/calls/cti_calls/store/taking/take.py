"""Store what a phone system sent: journal, calls, call-backs and messages in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cti_calls.merging.limits import Limits
from cti_calls.model.facts import Direction, FactKind, Taken
from cti_calls.model.records import CallState, Change
from cti_calls.model.tables import JournalEntry
from cti_calls.store.rows.kept import KeptCall
from cti_calls.store.rows.moments import now_ms
from cti_calls.store.rows.saving import settle, store
from cti_calls.store.rows.sql import insert_many
from cti_calls.store.rows.transactions import in_transaction, lock
from cti_calls.store.taking import journal
from cti_calls.store.taking.counting import count, count_as_one
from cti_calls.store.taking.known import known
from cti_calls.store.taking.messages import (
    ANSWERED,
    CHANGED,
    ENDED,
    Outgoing,
    Telling,
    rung_legs,
    told_of,
)
from cti_calls.store.taking.prepared import Prepared, PreparedEvent
from cti_calls.store.taking.publishing import LIST_TOPIC, agent_topic, send
from cti_calls.store.taking.workspace import Workspace, keys_of, names_to_lock

_OF_THE_WHOLE = (FactKind.ANSWERED, FactKind.HUNG_UP, FactKind.ENDED)


@dataclass(frozen=True)
class Stored:
    """What came of events.

    :param changes: what is to be told of calls, by their ids, now that it is committed
    """

    taken: Taken
    changes: Sequence[tuple[int, Change]] = ()


def take(prepared: Prepared, limits: Limits, *, whole_numbers: bool) -> Stored:
    """Store events in a transaction of its own.

    :param limits: when a call is supposed to have ended
    :param whole_numbers: whether the journal keeps numbers as they came
    :raises peewee.PeeweeException: nothing was stored; the events may be sent again
    """
    return in_transaction(lambda: _take(prepared, limits, whole_numbers), pipeline=True)


def keep(call: KeptCall, now: int, moments: dict[str, str]) -> Telling:
    """Store a call and its call-back; returns what is to be told of it.

    :param moments: see `told_of`
    """
    if call.row.pushed_at is None and call.ended_at is None and rung_legs(call):
        call.row.pushed_at = now
    found = settle(call, now)
    store(call, found)
    told = told_of(call, found, moments)
    count(call, found)
    return told


def send_all(messages: Sequence[Outgoing]) -> None:
    """Send messages, once the transaction is committed."""
    for message in messages:
        send(message.topics, message.event, message.data)


def _take(prepared: Prepared, limits: Limits, whole_numbers: bool) -> Stored:
    now = now_ms()
    facts = [dated for event in prepared.events for dated in event.facts]
    lock(names_to_lock(prepared, facts))
    stored = known(prepared.source, journal.names_of(prepared.events), keys_of(facts))
    repeated = journal.known_events(prepared.events, stored.events)
    events = [event for place, event in enumerate(prepared.events) if place not in repeated]
    again = [event for place, event in enumerate(prepared.events) if place in repeated]
    journal.count_refused(prepared.source, again)
    space = Workspace(prepared, limits, stored)
    space.load([dated for event in events for dated in event.facts])
    touched = [[space.take(dated) for dated in event.facts] for event in events]
    instead = dict(space.absorbed)

    def final(call: KeptCall) -> KeptCall:
        while call in instead:
            call = instead[call]
        return call

    calls = dict.fromkeys(final(call) for of_event in touched for call in of_event)
    for event, of_event in zip(events, touched, strict=True):
        for call in of_event if event.event.simulated else ():
            final(call).row.simulated = True
    told: dict[KeptCall, Telling] = {}
    # Two transactions that change call-backs of the same callers do so in the same order.
    for call in sorted(calls, key=lambda one: one.remote_key):
        told[call] = keep(call, now, dict(prepared.moments))
    for younger, _older in space.absorbed:
        count_as_one(younger, final(younger))
    entries = [
        _entry(prepared, event, [final(call) for call in of_event], told, whole_numbers)
        for event, of_event in zip(events, touched, strict=True)
    ]
    insert_many(JournalEntry, entries)
    send_all([message for younger, older in space.absorbed for message in _gone(younger, older)])
    send_all([message for one in told.values() for message in one.messages])
    ids = sorted(call.row.id for call in calls)
    changes = [(call.row.id, change) for call, one in told.items() for change in one.changes]
    changes += [
        (final(younger).row.id, Change.JOINED)
        for younger, _older in space.absorbed
        if not younger.is_new
    ]
    return Stored(Taken(tuple(ids), len(repeated)), changes)


def _entry(
    prepared: Prepared,
    event: PreparedEvent,
    calls: Sequence[KeptCall],
    told: dict[KeptCall, Telling],
    whole_numbers: bool,
) -> dict[str, object]:
    facts = [dated.fact for dated in event.facts]
    call = calls[-1] if calls else None
    agents: list[str] = []
    silence = ""
    if call is not None:
        legs = {fact.leg or fact.device for fact in facts if fact.kind is FactKind.RINGING}
        rung = sorted(legs & told[call].rung)
        agents += [name for key in rung for name in call.agents.get(key, ())]
        if any(message.event in (ANSWERED, ENDED) for message in told[call].messages) and any(
            fact.kind in _OF_THE_WHOLE for fact in facts
        ):
            agents += call.every_agent
        found = call.verdict
        over = call.ended_at is not None or found.answered_at is not None
        own = found.direction is Direction.OUT
        silence = journal.silence(prepared, facts, told[call].rung, over=over, own=own)
    id_ = call.row.id if call is not None else None
    about = call.facts if call is not None else None
    return journal.entry(
        prepared.source, event, id_, agents, silence, about=about, whole_numbers=whole_numbers
    )


def _gone(younger: KeptCall, older: KeptCall) -> list[Outgoing]:
    """What is told of a call that turned out to be another one: its pop goes from the screens."""
    if younger.is_new:
        return []
    id_ = younger.row.id
    data = {"call": id_, "number": "", "kind": ENDED, "pop": False, "joined": older.row.id}
    topics = [agent_topic(name) for name in younger.every_agent]
    ended = [Outgoing(topics, ENDED, data)] if topics else []
    return [*ended, Outgoing([LIST_TOPIC], CHANGED, {"call": id_, "state": CallState.ENDED})]
