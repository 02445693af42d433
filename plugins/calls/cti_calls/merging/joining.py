"""Which call a fact belongs to whose phone system has no keys of calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cti_calls.merging.gathered import CallFacts
from cti_calls.merging.verdict import Verdict
from cti_calls.model.facts import JOIN_SECONDS, Fact, FactKind

_BEGINNING = (FactKind.STARTED, FactKind.DIALLED, FactKind.RINGING)
_WITHIN = JOIN_SECONDS * 1000


@dataclass(frozen=True, eq=False)
class Candidate:
    """A call that a fact may belong to.

    :param remote_key: the key of the remote's number; empty: unknown or withheld
    :param ended_at: when it ended, also if that is only supposed; `None`: it is open
    :param supposed: whether its end is only supposed
    """

    facts: CallFacts
    verdict: Verdict
    remote_key: str
    ended_at: int | None = None
    supposed: bool = False


def chosen(
    fact: Fact, at: int, remote_key: str, candidates: Sequence[Candidate]
) -> Candidate | None:
    """The call that a fact belongs to, the latest of several; `None`: a call of its own.

    :param at: when it happened, in milliseconds since 1970
    :param remote_key: the key of the number that it names; empty: none
    """
    fitting = [one for one in candidates if _fits(fact, at, remote_key, one)]
    return max(fitting, key=lambda one: one.facts.started_at or 0, default=None)


def _fits(fact: Fact, at: int, remote_key: str, one: Candidate) -> bool:
    names_number = fact.remote is not None or fact.withheld
    if names_number and remote_key != one.remote_key:
        return False
    if fact.direction is not None and fact.direction is not one.verdict.direction:
        return False
    devices = {leg.device for leg in one.facts.legs.values() if leg.device}
    same_device = bool(fact.device) and fact.device in devices
    if not same_device and not remote_key:
        return False  # nothing tells that it is the same
    near = abs(at - (one.facts.started_at or 0)) <= _WITHIN or _is_near(one.facts.event_at, at)
    open_ = one.ended_at is None or one.supposed
    if near and open_ and one.verdict.answered_at is None:
        return True
    if fact.kind in _BEGINNING:
        return False
    takes_part = same_device or not fact.device or not devices
    return takes_part and (one.ended_at is None or _is_near(one.ended_at, at) or one.supposed)


def _is_near(moment: int | None, at: int) -> bool:
    return moment is not None and abs(at - moment) <= _WITHIN
