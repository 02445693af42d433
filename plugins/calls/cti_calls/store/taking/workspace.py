"""The calls that events are about: found by their keys, joined, or begun."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from cti_calls.merging.gathered import gathered
from cti_calls.merging.joining import Candidate, chosen
from cti_calls.merging.limits import Limits
from cti_calls.model.facts import JOIN_SECONDS, FactKind
from cti_calls.model.tables import CallKey, StoredCall, StoredLeg
from cti_calls.store.former import hand_over
from cti_calls.store.rows.kept import KeptCall, load
from cti_calls.store.rows.saving import absorb
from cti_calls.store.rows.sql import update
from cti_calls.store.rows.transactions import Changed
from cti_calls.store.taking.known import Known
from cti_calls.store.taking.prepared import DatedFact, Prepared

# A beginning that was overtaken comes so long after the end of its call at most.
_LATE_MS = 2_000
# Keys of calls whose phone system has none, and of calls whose key another call has now.
_WITHOUT_KEY, _FORMER = "~", "\x1f"
_LONGEST_KEY = 255


class Workspace:
    """The calls of one source that some facts are about, in the current transaction.

    `absorbed` are the calls that turned out to be another one, each with that one.

    :param known: what is stored under the keys of the facts
    """

    def __init__(self, prepared: Prepared, limits: Limits, known: Known) -> None:
        self._prepared, self._limits = prepared, limits
        self._stored, self._new_id = known.calls, known.new_id
        self._by_key: dict[str, KeptCall] = {}
        self._calls: list[KeptCall] = []
        self.absorbed: list[tuple[KeptCall, KeptCall]] = []

    def load(self, facts: Sequence[DatedFact]) -> None:
        """Read and lock the calls that facts may be about.

        :raises Changed: one of them has just become a part of another
        """
        ids = {key: self._stored[key] for key in keys_of(facts) if key in self._stored}
        for call in load({*ids.values(), *self._candidates(facts)}):
            self._add(call)
        for key, id_ in ids.items():
            if key not in self._by_key or self._by_key[key].row.id != id_:
                raise Changed

    def take(self, dated: DatedFact) -> KeptCall:
        """Take in a fact; returns the call that it is about."""
        call, key = self._call_of(dated)
        fact = dated.fact
        number = self._prepared.remotes[fact.remote] if fact.remote is not None else None
        if number is not None:
            call.number_keys[number.text] = number.key
        text = number.text if number is not None and number.key else None
        told = gathered(fact, key, dated.at, text)
        call.facts.join(told)
        for other in told.keys:
            held_by = self._by_key.get(other)
            if held_by is not None and held_by is not call:
                call = self._join(call, held_by)
            self._by_key[other] = call
        agents = self._prepared.agents.get(fact.device, ())
        if agents:
            call.agents.setdefault(fact.leg or fact.device, agents)
        return call

    def _call_of(self, dated: DatedFact) -> tuple[KeptCall, str]:
        fact = dated.fact
        if not fact.call:
            return self._without_key(dated)
        known = self._by_key.get(fact.call)
        if known is None and fact.token:
            known = self._by_key.get(fact.token)
        if known is not None and fact.kind is FactKind.STARTED and self._is_over(known, dated.at):
            self._retire(known, fact.call)
            known = None
        return known or self._begun(fact.call), fact.call

    def _without_key(self, dated: DatedFact) -> tuple[KeptCall, str]:
        candidates = {
            Candidate(
                call.facts,
                call.verdict,
                call.remote_key,
                self._end(call, dated.at),
                call.verdict.ended_at is None,
            ): call
            for call in self._calls
        }
        remote_key = self._prepared.key_of(dated.fact)
        found = chosen(dated.fact, dated.at, remote_key, list(candidates))
        if found is not None:
            call = candidates[found]
            keys = call.facts.keys
            return call, next((key for key, one in keys.items() if one.used), next(iter(keys)))
        key = f"{_WITHOUT_KEY}{uuid.uuid4().hex}"
        return self._begun(key), key

    def _end(self, call: KeptCall, at: int) -> int | None:
        """When a call has ended, or is supposed to have, seen from a moment; `None`: it is open."""
        if call.ended_at is not None:
            return call.ended_at
        last = call.facts.event_at or 0
        return last if at > last + self._limits.of(call.verdict.state) else None

    def _is_over(self, call: KeptCall, at: int) -> bool:
        """Whether a beginning at this moment is that of another call."""
        end = self._end(call, at)
        return end is not None and at > end + (0 if call.facts.started else _LATE_MS)

    def _begun(self, key: str) -> KeptCall:
        call = KeptCall.new(self._prepared.source, self._new_id)
        self._new_id = None
        self._by_key[key] = call
        self._calls.append(call)
        return call

    def _add(self, call: KeptCall) -> None:
        self._calls.append(call)
        for key in call.facts.keys:
            self._by_key[key] = call

    def _retire(self, call: KeptCall, key: str) -> None:
        """Leave a key to another call; the former one keeps what was told under it."""
        if key not in call.facts.keys:
            return
        former = f"{key[: _LONGEST_KEY - 33]}{_FORMER}{uuid.uuid4().hex}"
        for facts in (call.facts, call.before):
            if key in facts.keys:
                facts.keys[former] = facts.keys.pop(key)
        if key in call.key_ids:
            call.key_ids[former] = call.key_ids.pop(key)
            update(CallKey, call.key_ids[former], {"key": former})

    def _join(self, one: KeptCall, other: KeptCall) -> KeptCall:
        """Make one call of two; returns the older one."""
        older, younger = sorted([one, other], key=_age)
        if not younger.is_new and not older.is_new:
            hand_over(younger.row, older.row)
        absorb(older, younger)
        self._calls.remove(younger)
        self.absorbed.append((younger, older))
        for key, call in self._by_key.items():
            if call is younger:
                self._by_key[key] = older
        return older

    def _candidates(self, facts: Sequence[DatedFact]) -> list[int]:
        """The calls that facts without a key may belong to."""
        without = [dated for dated in facts if not dated.fact.call]
        if not without:
            return []
        source, earliest = self._prepared.source, min(dated.at for dated in without)
        within = JOIN_SECONDS * 1000
        recent = StoredCall.ended_at.is_null() | StoredCall.lost
        recent |= StoredCall.ended_at >= earliest - within
        since = StoredCall.started_at >= earliest - self._limits.talking - within
        numbers = {self._prepared.key_of(dated.fact) for dated in without} - {""}
        devices = {dated.fact.device for dated in without} - {""}
        ids: list[int] = []
        for found in (
            StoredCall.remote_key.in_(numbers) if numbers else None,
            StoredCall.id.in_(_open_calls_with(devices)) if devices else None,
        ):
            if found is not None:
                query: Any = StoredCall.select(StoredCall.id)
                query = query.where(found, StoredCall.source == source, since, recent)
                ids += [id_ for (id_,) in query.tuples()]
        return ids


def _open_calls_with(devices: set[str]) -> Any:
    """The open calls, and those that ended of late, in which one of these devices takes part."""
    return (
        StoredLeg.select(StoredLeg.call)
        .join(StoredCall)
        .where(StoredLeg.device.in_(list(devices)), StoredCall.ended_at.is_null())
    )


def _keys(dated: DatedFact) -> set[str]:
    fact = dated.fact
    return {fact.call, fact.token, fact.other if fact.kind is FactKind.JOINED else ""} - {""}


def keys_of(facts: Iterable[DatedFact]) -> set[str]:
    """The keys by which facts name calls."""
    return {key for dated in facts for key in _keys(dated)}


def names_to_lock(prepared: Prepared, facts: Iterable[DatedFact]) -> set[str]:
    """What nobody else may work on: the keys of calls, or what calls without keys are known by."""
    names: set[str] = set()
    for dated in facts:
        fact = dated.fact
        names |= {f"{prepared.source}:{key}" for key in _keys(dated)}
        if not fact.call:
            names.add(f"{prepared.source}:{_WITHOUT_KEY}{prepared.key_of(fact)}")
    return names


def _age(call: KeptCall) -> tuple[bool, int, int]:
    """How old a call is among others: those that are stored first, by their beginning."""
    return call.is_new, call.before.started_at or call.facts.started_at or 0, call.row.id or 0
