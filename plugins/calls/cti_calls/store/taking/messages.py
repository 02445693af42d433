"""Who is told what of a call that has changed: messages to pages, changes for other plugins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cti_calls.merging.verdict import Verdict
from cti_calls.model.facts import Direction
from cti_calls.model.records import CallState, Change, Moment
from cti_calls.store.rows.kept import KeptCall
from cti_calls.store.rows.moments import moment_of
from cti_calls.store.taking.counting import is_missed
from cti_calls.store.taking.publishing import LIST_TOPIC, agent_topic

RINGING, ANSWERED, ENDED, CHANGED = "ringing", "answered", "ended", "changed"


@dataclass(frozen=True)
class Outgoing:
    """A message, and whom it is for."""

    topics: Sequence[str]
    event: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Telling:
    """What is told of a call.

    :param messages: to pages
    :param changes: to other plugins
    :param rung: the legs that began to ring now, on phones of agents who are told so
    """

    messages: Sequence[Outgoing]
    changes: Sequence[Change]
    rung: frozenset[str] = frozenset()


def told_of(call: KeptCall, found: Verdict, moments: Mapping[str, str]) -> Telling:
    """What has changed in a call since it was loaded; it is stored already.

    :param moments: how agents want to be told of calls, by name; who isn't there: when it rings
    """
    over = call.ended_at is not None
    ended = over and not call.was_ended
    was = call.was
    talked_before = was.answered_legs if was else ()
    answered = found.answered_at is not None and (
        was is None or was.answered_at is None or {*found.answered_legs} - {*talked_before}
    )
    rung = frozenset() if over else rung_legs(call)
    messages: list[Outgoing] = []
    if rung:
        agents = [name for key in sorted(rung) for name in call.agents.get(key, ())]
        pops = found.direction is not Direction.OUT
        wanting = {n for n in agents if pops and moments.get(n, Moment.RINGING) == Moment.RINGING}
        messages += _to_agents(call, RINGING, agents, wanting, found)
    if answered and not over:
        wanting = set() if found.direction is Direction.OUT else _answering(call, found, moments)
        messages += _to_agents(call, ANSWERED, call.every_agent, wanting, found)
    if ended:
        messages += _to_agents(call, ENDED, call.every_agent, set(), found)
    if was is None or ended or (not over and (was.state is not found.state or call.was_ended)):
        state = CallState.ENDED if over else found.state
        messages.append(Outgoing([LIST_TOPIC], CHANGED, {"call": call.row.id, "state": state}))
    return Telling(messages, _changes(call, found, ended=ended, answered=bool(answered)), rung)


def rung_legs(call: KeptCall) -> frozenset[str]:
    """The legs that ring now and didn't before."""
    before = call.before.legs
    return frozenset(
        key
        for key, leg in call.facts.legs.items()
        if leg.device
        and leg.ringing_at is not None
        and leg.answered_at is None
        and leg.is_live
        and (key not in before or before[key].ringing_at is None)
    )


def _answering(call: KeptCall, found: Verdict, moments: Mapping[str, str]) -> set[str]:
    """The agents who answered, and whose screens are to show the call now.

    They want it so, or their phones were never told to ring.
    """
    wanting: set[str] = set()
    for key in found.answered_legs:
        before = call.before.legs.get(key)
        rang = before is not None and before.ringing_at is not None
        shown = {Moment.ANSWERED} if rang else {Moment.ANSWERED, Moment.RINGING}
        wanting |= {n for n in call.agents.get(key, ()) if moments.get(n, Moment.RINGING) in shown}
    return wanting


def _changes(call: KeptCall, found: Verdict, *, ended: bool, answered: bool) -> list[Change]:
    was, changes = call.was, []
    if found.ringing_at is not None and (was is None or was.ringing_at is None):
        changes.append(Change.RINGING)
    if answered:
        first = was is None or was.answered_at is None
        changes.append(Change.ANSWERED if first else Change.TRANSFERRED)
    if ended:
        changes.append(Change.ENDED)
        if is_missed(found.direction, call.row.outcome):
            changes.append(Change.MISSED)
    return changes


def _to_agents(
    call: KeptCall, event: str, agents: Sequence[str], wanting: set[str], found: Verdict
) -> list[Outgoing]:
    """A message to agents; one that says that their screens are to show it, one that doesn't."""
    messages = []
    for pops in (True, False):
        names = dict.fromkeys(name for name in agents if (name in wanting) is pops)
        if names:
            data = {**_data(call, found), "kind": event, "pop": pops}
            messages.append(Outgoing([agent_topic(name) for name in names], event, data))
    return messages


def _data(call: KeptCall, found: Verdict) -> dict[str, Any]:
    row = call.row
    data = {
        "call": row.id,
        "number": row.remote,
        "name": row.remote_name,
        "withheld": row.withheld,
        "direction": str(found.direction),
        "queue": row.queue,
        "started_at": moment_of(row.started_at).isoformat(timespec="milliseconds"),
    }
    if found.answered_at is not None:
        data["answered_by"] = call.names(found.answered_legs)
    if row.outcome:
        data["outcome"] = str(row.outcome)
    if row.simulated:
        data["simulated"] = True
    return data
