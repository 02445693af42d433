"""What the facts of a call come to is stored: those columns and rows that have changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cti_calls.merging.gathered import TEXTS, CallFacts, Told
from cti_calls.merging.verdict import Verdict
from cti_calls.model.records import CallState, Outcome
from cti_calls.model.tables import CallAgent, CallKey, StoredCall, StoredLeg
from cti_calls.store.former import free_id, keep_joined_note
from cti_calls.store.rows.kept import LEG_MOMENTS, MOMENTS, KeptCall
from cti_calls.store.rows.sql import execute, insert_many, marks, write, write_update


def settle(call: KeptCall, now: int) -> Verdict:
    """Write what the facts of a call come to into its row; returns it. `store` stores it.

    :param now: the present moment
    """
    row, facts, found = call.row, call.facts, call.verdict
    lost = call.is_lost
    row.lost = lost
    if not lost:
        row.state = found.state
        row.outcome = found.outcome or ""
        row.ended_at = found.ended_at
    row.answered_at = found.answered_at
    row.hung_up_by = found.hung_up_by or ""
    row.cause = found.cause
    row.answered_by = json.dumps(call.names(found.answered_legs), ensure_ascii=False)
    row.direction = found.direction
    for name in TEXTS[1:]:
        setattr(row, name, facts.text(name))
    row.remote_key, row.withheld = call.remote_key, facts.is_withheld
    row.queue = facts.queue.text if facts.queue else ""
    for name in MOMENTS:
        setattr(row, name, getattr(facts, name))
    row.begun, row.told, row.stored_at = facts.begun, _told(facts), now
    return found


def store(call: KeptCall, found: Verdict) -> None:
    """Store a call that was settled.

    Each row is written once, and all of them together, see `write`.

    :param found: what its facts come to
    """
    row = call.row
    if call.is_new:
        values = {name: value for name, value in vars(row).items() if name != "id"}
        row.id = free_id() if call.new_id is None else call.new_id
        insert_many(StoredCall, [{"id": row.id, **values}])
    else:
        changed = {n: value for n, value in vars(row).items() if value != call.stored[n]}
        write_update(StoredCall, row.id, changed)
    _save_parts(call)
    _save_agents(call, found)


def suppose_ended(call: KeptCall, at: int) -> None:
    """Say of an open call that it has ended, though nothing told so; `save` then stores it.

    :param at: when it had ended at the latest
    """
    row = call.row
    row.lost, row.ended_at = True, max(at, call.facts.event_at or 0)
    row.state, row.outcome = CallState.ENDED, Outcome.UNKNOWN


def absorb(older: KeptCall, younger: KeptCall) -> None:
    """Make one call of two: all that is known of the younger one goes to the older one."""
    older.facts.join(younger.facts)
    older.number_keys = {**younger.number_keys, **older.number_keys}
    older.agents = {**younger.agents, **older.agents}
    mine, theirs = older.row, younger.row
    if mine.note and theirs.note:
        mine.note = f"{mine.note}\n{theirs.note}"
        keep_joined_note(mine.id, mine.note)
    mine.note = mine.note or theirs.note
    mine.simulated = mine.simulated or theirs.simulated
    for name in ("ticket", "caller", "caller_display", "begun_by", "looked_up_at", "pushed_at",
                 "painted_at"):  # fmt: skip
        if not getattr(mine, name):
            setattr(mine, name, getattr(theirs, name))
    if not younger.is_new:
        execute("DELETE FROM call_record WHERE id = ?", [theirs.id])


def _told(facts: CallFacts) -> str:
    told = {name: told.at for name, told in facts.texts.items()}
    if facts.queue:
        told["queue"] = facts.queue.at
    for name in ("hidden", "unnamed", "started"):
        if getattr(facts, name):
            told[name] = 1
    return json.dumps(told)


def _save_parts(call: KeptCall) -> None:
    """Store those keys and legs that have changed."""
    for key, of_key in call.facts.keys.items():
        if of_key != call.before.keys.get(key):
            values = {
                "used": of_key.used,
                "superseded": of_key.superseded,
                "ended_at": of_key.ended_at,
                "hung_up_by": of_key.hung_up_by or "",
                **_cause_values(of_key.cause),
            }
            _put(
                CallKey,
                call,
                call.key_ids.get(key),
                {"source": call.row.source, "key": key},
                values,
            )
    for key, leg in call.facts.legs.items():
        if leg != call.before.legs.get(key):
            values = {
                "device": leg.device,
                "began": leg.began,
                "outcome": leg.outcome or "",
                **{name: getattr(leg, name) for name in LEG_MOMENTS},
                **_cause_values(leg.cause),
            }
            _put(StoredLeg, call, call.leg_ids.get(key), {"key": key}, values)


def _put(
    model: Any, call: KeptCall, id_: int | None, named: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    if id_ is None:
        insert_many(model, [{"call_id": call.row.id, **named, **values}])
    else:
        write_update(model, id_, values)


def _cause_values(cause: Told | None) -> dict[str, Any]:
    return {"cause": cause.text if cause else "", "cause_at": cause.at if cause else None}


def _save_agents(call: KeptCall, found: Verdict) -> None:
    """Store the agents of legs that are new, who of them talked, and what the call came to."""
    id_, talked = call.row.id, found.answered_legs
    of_call = {"started_at": call.facts.started_at, "outcome": call.row.outcome}
    new = [
        {"call_id": id_, "agent": agent, "leg_key": key, "answered": key in talked, **of_call}
        for key, agents in call.agents.items()
        for agent in agents
        if agent not in call.stored_agents.get(key, ())
    ]
    insert_many(CallAgent, new)
    if call.stored_agents and any(call.stored[name] != value for name, value in of_call.items()):
        write(
            "UPDATE call_agent SET started_at = ?, outcome = ? WHERE call_id = ?",
            [*of_call.values(), id_],
        )
    if call.stored_agents and talked and (call.was is None or talked != call.was.answered_legs):
        legs = marks(talked)
        sql = f"UPDATE call_agent SET answered = ? WHERE call_id = ? AND leg_key IN ({legs})"  # noqa: S608
        execute(sql, [True, id_, *talked])  # rows that were written just now
