"""What can be found out of events before the transaction that stores them: nobody waits for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any

from cti_calls.model.facts import REPEAT_SECONDS, Fact, FactKind, PhoneEvent
from cti_calls.model.records import SIMULATOR, Device
from cti_calls.store.devices import agents_of
from cti_calls.store.rows.moments import moment_of, ms_of
from cti_calls.store.rows.sql import execute, marks
from cti_calls.store.taking.numbers import Numbers, Remote
from cti_host import Host

PLUGIN = "calls"
_LONGEST_TEXT = 255
# Of what has a shorter place in the database.
_LONGEST = dict.fromkeys(("cause", "token"), 100)
_WINDOW = REPEAT_SECONDS * 1000


@dataclass(frozen=True)
class DatedFact:
    """A fact and when it happened, in milliseconds since 1970."""

    fact: Fact
    at: int


@dataclass(frozen=True)
class PreparedEvent:
    """An event with its facts.

    :param dedup: what tells it from all others; of one without a text of its own, from those that
        came at another time
    :param alike: what else it would have been told by, had it come a little earlier or later
    """

    event: PhoneEvent
    facts: Sequence[DatedFact]
    received_at: int
    dedup: str
    alike: Sequence[str] = ()


@dataclass(frozen=True)
class Prepared:
    """Events of one source, and what is known of the devices and numbers in them.

    :param agents: the agents of each device that anybody knows
    :param moments: how agents want to be told of calls, by name, if they said so
    """

    source: str
    events: Sequence[PreparedEvent]
    remotes: Mapping[str, Remote] = field(default_factory=dict)
    agents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moments: Mapping[str, str] = field(default_factory=dict)

    def key_of(self, fact: Fact) -> str:
        """The key of the number that a fact names; empty: none."""
        if fact.remote is None or fact.withheld:
            return ""
        return self.remotes[fact.remote].key


def prepare(host: Host, numbers: Numbers, source: str, events: Sequence[PhoneEvent]) -> Prepared:
    """Read the numbers of events, and find out whose the devices are."""
    prepared = [_prepared(event) for event in events]
    facts = [dated.fact for one in prepared for dated in one.facts]
    remotes = {fact.remote: numbers.read(fact.remote) for fact in facts if fact.remote is not None}
    devices = dict.fromkeys(fact.device for fact in facts if fact.device)
    agents, moments = _agents_and_moments(source, devices)
    for device in devices if {*host.hooks.owners("device_agents")} - {PLUGIN} else ():
        others = host.hooks.collect("device_agents", str, {PLUGIN}, device=Device(source, device))
        if others:
            agents[device] = tuple(dict.fromkeys((*agents.get(device, ()), *others)))
            moments |= _moments_of(others)
    return Prepared(source[:100], prepared, remotes, agents, moments)


def _agents_and_moments(
    source: str, devices: Collection[str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The agents of those devices that are in the table, and how they want to be told of calls."""
    if source == SIMULATOR or not devices:
        agents = agents_of(source, devices)
        return agents, _moments_of({name for names in agents.values() for name in names})
    sql = (
        "SELECT d.name, a.agent, p.moment FROM device d"  # noqa: S608
        " LEFT JOIN device_agent a ON a.device_id = d.id"
        " LEFT JOIN pop_choice p ON p.agent = a.agent"
        f" WHERE d.source = ? AND d.name IN ({marks(devices)}) ORDER BY a.agent"
    )
    found: dict[str, tuple[str, ...]] = {}
    moments: dict[str, str] = {}
    for name, agent, moment in execute(sql, [source, *devices]).fetchall():
        found[name] = (*found.get(name, ()), *([agent] if agent else []))
        if moment is not None:
            moments[agent] = moment
    return found, moments


def _moments_of(agents: Collection[str]) -> dict[str, str]:
    if not agents:
        return {}
    sql = f"SELECT agent, moment FROM pop_choice WHERE agent IN ({marks(agents)})"  # noqa: S608
    return dict(execute(sql, [*agents]).fetchall())


def _prepared(event: PhoneEvent) -> PreparedEvent:
    received = ms_of(event.received_at)
    facts = [_dated(fact, received) for fact in event.facts]
    if event.dedup:
        return PreparedEvent(event, facts, received, _digest(event.dedup))
    text = event.payload or json.dumps([_plain(fact) for fact in event.facts])
    digest = _digest(f"{event.kind}\n{text}")[:40]
    window = received // _WINDOW
    alike = [f"{digest}:{window + by}" for by in (-1, 0, 1)]
    return PreparedEvent(event, facts, received, alike[1], alike)


def _dated(fact: Fact, received: int) -> DatedFact:
    """A fact whose texts fit into the database, and its moment."""
    texts: dict[str, Any] = {
        one.name: _fitting(value, _LONGEST.get(one.name, _LONGEST_TEXT))
        for one in fields(fact)
        if isinstance(value := getattr(fact, one.name), str) and not isinstance(value, Enum)
    }
    clean = replace(fact, **texts)
    if clean.kind is FactKind.JOINED and clean.other == clean.call:
        clean = replace(clean, other="")
    return DatedFact(clean, ms_of(fact.at) if fact.at is not None else received)


def _fitting(text: str, longest: int) -> str:
    """A text without what databases don't take, cut."""
    cleaned = text.replace("\0", "").encode("utf-8", "replace").decode()
    return cleaned[:longest]


def plain_fact(dated: DatedFact) -> dict[str, Any]:
    """A fact as JSON tells it: without what it doesn't say."""
    return {**_plain(dated.fact), "at": moment_of(dated.at).isoformat(timespec="milliseconds")}


def _plain(fact: Fact) -> dict[str, Any]:
    values = {one.name: getattr(fact, one.name) for one in fields(fact)}
    values["at"] = str(fact.at) if fact.at is not None else None
    return {name: value for name, value in values.items() if value not in (None, "", False)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
