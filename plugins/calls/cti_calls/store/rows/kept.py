"""The facts of a call as rows: a call, its keys, its legs and their agents."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cti_calls.merging.gathered import TEXTS, CallFacts, KeyFacts, LegFacts, Told
from cti_calls.merging.verdict import Verdict, verdict
from cti_calls.model.facts import LegOutcome, Party
from cti_calls.model.tables import CallAgent, CallKey, StoredCall, StoredLeg
from cti_calls.store.rows.sql import (
    locked,
    marks,
    new_row,
    select_each,
)

MOMENTS = (
    "started_at",
    "event_at",
    "queued_at",
    "requeued_at",
    "queue_left_at",
    "voicemail_at",
)
LEG_MOMENTS = (
    "dialled_at",
    "ringing_at",
    "answered_at",
    "ended_at",
    "held_at",
    "resumed_at",
    "transferred_at",
)


@dataclass(eq=False)
class KeptCall:
    """A call in work: what is stored of it, and what its facts are now.

    :param row: what is stored; without an id, nothing is yet
    :param agents: the agents of each leg, by its key, as the devices were when it rang
    :param number_keys: the key of each number that may be the remote's
    :param new_id: the id that it will be stored with, if it is known already
    :param before: what its facts were when it was read; `was` is what they came to
    """

    row: Any
    facts: CallFacts
    agents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    number_keys: dict[str, str] = field(default_factory=dict)
    before: CallFacts = field(default_factory=CallFacts)
    was: Verdict | None = None
    was_ended: bool = False
    stored: dict[str, Any] = field(default_factory=dict)
    stored_agents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    new_id: int | None = None
    key_ids: dict[str, int] = field(default_factory=dict)
    leg_ids: dict[str, int] = field(default_factory=dict)

    @classmethod
    def new(cls, source: str, id_: int | None = None) -> KeptCall:
        """A call of which nothing is stored yet.

        :param id_: that it will be stored with; `None`: one that is free then
        """
        return cls(new_row(StoredCall, source=source), CallFacts(), new_id=id_)

    @property
    def is_new(self) -> bool:
        """Whether it isn't stored yet."""
        return self.row.id is None

    @property
    def verdict(self) -> Verdict:
        """What its facts come to now."""
        return verdict(self.facts)

    @property
    def ended_at(self) -> int | None:
        """When it ended, also if that is only supposed; `None`: it is open."""
        if self.is_lost:
            ended: int | None = self.row.ended_at
            return ended
        return self.verdict.ended_at

    @property
    def is_lost(self) -> bool:
        """Whether its end is only supposed: nothing has been told of it since."""
        return bool(
            self.row.lost
            and self.verdict.ended_at is None
            and (self.facts.event_at or 0) <= self.row.ended_at
        )

    @property
    def remote_key(self) -> str:
        """The key of the remote's number; empty: withheld or unknown."""
        return self.number_keys.get(self.facts.text("remote"), "")

    @property
    def every_agent(self) -> list[str]:
        """The agents of all its legs, each once, in the order of the legs."""
        return list(dict.fromkeys(name for names in self.agents.values() for name in names))

    def names(self, legs: Iterable[str]) -> list[str]:
        """The agents of some legs, each once; the device where nobody's is known."""
        found: dict[str, None] = {}
        for key in legs:
            found |= dict.fromkeys(self.agents.get(key) or (self.facts.legs[key].device,))
        return list(found)


def load(ids: Iterable[int]) -> list[KeptCall]:
    """Stored calls, locked for this transaction, the oldest first; without those that are gone."""
    wanted = sorted({*ids})
    if not wanted:
        return []
    of_them = f"WHERE call_id IN ({marks(wanted)}) ORDER BY id"
    rows, *parts = select_each(
        [
            (StoredCall, locked(f"WHERE id IN ({marks(wanted)}) ORDER BY id")),
            *((model, of_them) for model in (CallKey, StoredLeg, CallAgent)),
        ],
        wanted,
    )
    keys, legs, agents = map(_by_call, parts)
    return [_kept(row, *(of.get(row.id, []) for of in (keys, legs, agents))) for row in rows]


def _by_call(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.call_id, []).append(row)
    return found


def _kept(row: Any, keys: Sequence[Any], legs: Sequence[Any], agents: Sequence[Any]) -> KeptCall:
    facts = _facts(row, keys, legs)
    of_legs: dict[str, tuple[str, ...]] = {}
    for one in agents:
        of_legs[one.leg_key] = (*of_legs.get(one.leg_key, ()), one.agent)
    return KeptCall(
        row,
        facts,
        agents=of_legs,
        number_keys={row.remote: row.remote_key} if row.remote else {},
        before=_copy(facts),
        was=verdict(facts),
        was_ended=row.ended_at is not None,
        stored=dict(vars(row)),
        stored_agents=dict(of_legs),
        key_ids={key.key: key.id for key in keys},
        leg_ids={leg.key: leg.id for leg in legs},
    )


def _copy(facts: CallFacts) -> CallFacts:
    """The same facts, which stay as they are."""
    keys = {key: replace(one) for key, one in facts.keys.items()}
    return replace(
        facts,
        keys=keys,
        legs={key: replace(one) for key, one in facts.legs.items()},
        texts=dict(facts.texts),
    )


def _facts(row: Any, keys: Sequence[Any], legs: Sequence[Any]) -> CallFacts:
    told: Mapping[str, int] = json.loads(row.told)
    facts = CallFacts(
        {key.key: _key_facts(key) for key in keys},
        {leg.key: leg_facts(leg) for leg in legs},
        {name: Told(told[name], getattr(row, name)) for name in TEXTS if name in told},
        Told(told["queue"], row.queue) if "queue" in told else None,
        "hidden" in told,
        "unnamed" in told,
        row.begun,
        "started" in told,
    )
    for name in MOMENTS:
        setattr(facts, name, getattr(row, name))
    return facts


def _key_facts(row: Any) -> KeyFacts:
    return KeyFacts(
        row.used,
        row.superseded,
        row.ended_at,
        Party(row.hung_up_by) if row.hung_up_by else None,
        _cause(row),
    )


def leg_facts(row: Any) -> LegFacts:
    """What is stored of a leg."""
    moments = {name: getattr(row, name) for name in LEG_MOMENTS}
    outcome = LegOutcome(row.outcome) if row.outcome else None
    return LegFacts(row.device, row.began, **moments, outcome=outcome, cause=_cause(row))


def _cause(row: Any) -> Told | None:
    return None if row.cause_at is None else Told(row.cause_at, row.cause)
