"""What the facts of a call come to: where it is now, who talked, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cti_calls.merging.gathered import CallFacts, KeyFacts, LegFacts
from cti_calls.model.facts import Direction, LegOutcome, Party
from cti_calls.model.records import CallState, Outcome

# Nobody talked on such a leg because of its own phone, not because somebody else was quicker.
_OF_ITS_OWN = (LegOutcome.BUSY, LegOutcome.REJECTED, LegOutcome.FAILED, LegOutcome.FORWARDED)
_OF_THE_WHOLE_IN = {
    LegOutcome.BUSY: Outcome.BUSY,
    LegOutcome.FAILED: Outcome.FAILED,
    LegOutcome.CANCELLED: Outcome.GAVE_UP,
    LegOutcome.FORWARDED: Outcome.FORWARDED,
    LegOutcome.ELSEWHERE: Outcome.FORWARDED,
    LegOutcome.REJECTED: Outcome.MISSED,
    LegOutcome.UNANSWERED: Outcome.MISSED,
}


@dataclass(frozen=True)
class Verdict:
    """What the facts of a call come to.

    :param ringing_at: when it rang first, anywhere
    :param answered_legs: the keys of the agents' legs on which somebody talked, in order
    """

    direction: Direction
    state: CallState
    outcome: Outcome | None
    ringing_at: int | None
    answered_at: int | None
    ended_at: int | None
    hung_up_by: Party | None
    cause: str
    answered_legs: tuple[str, ...]


def verdict(facts: CallFacts) -> Verdict:
    """What these facts come to."""
    legs = _Legs(facts)
    ended_at, last = _end(facts.keys)
    answered_at = min((leg.answered_at for leg in legs.answering if leg.answered_at), default=None)
    return Verdict(
        direction=legs.direction,
        state=CallState.ENDED if ended_at is not None else _state(facts, legs),
        outcome=_outcome(facts, legs, last.hung_up_by) if ended_at is not None else None,
        ringing_at=min(
            (leg.ringing_at for leg in facts.legs.values() if leg.ringing_at), default=None
        ),
        answered_at=answered_at,
        ended_at=ended_at,
        hung_up_by=last.hung_up_by,
        cause=last.cause.text if last.cause else "",
        answered_legs=legs.talked if answered_at is not None else (),
    )


def leg_outcome(leg: LegFacts, every: Iterable[LegFacts]) -> LegOutcome | None:
    """How a leg ended that nobody talked on; "elsewhere" if it was answered where it also rang."""
    if leg.answered_at is not None or leg.began:
        return None
    if leg.outcome in _OF_ITS_OWN:
        return leg.outcome
    began = leg.began_at
    answers = [
        one.answered_at for one in every if one.device and one is not leg and one.answered_at
    ]
    if leg.device and began is not None and any(answer >= began for answer in answers):
        return LegOutcome.ELSEWHERE
    return leg.outcome


class _Legs:
    """The legs of a call by whose they are."""

    def __init__(self, facts: CallFacts) -> None:
        self.direction = Direction(facts.text("direction") or Direction.IN)
        self.whole = facts.legs.get("", LegFacts())
        self.agents = {key: leg for key, leg in facts.legs.items() if leg.device}
        self.remote = [leg for key, leg in facts.legs.items() if key and not leg.device]
        # The phones that the call is for: not the one that it was dialled on.
        self.called = {key: leg for key, leg in self.agents.items() if not leg.began}

    @property
    def answering(self) -> list[LegFacts]:
        """The legs of which an answer is one of the call."""
        if self.direction is Direction.IN:
            return [*self.agents.values(), self.whole]
        if self.direction is Direction.INTERNAL:
            return [*self.called.values(), *self.remote, self.whole]
        if self.remote:
            return [*self.remote, self.whole]
        # The phone system tells of the agent's leg only; one that rang was picked up to dial.
        return [*(leg for leg in self.agents.values() if leg.ringing_at is None), self.whole]

    @property
    def talked(self) -> tuple[str, ...]:
        """The agents' legs on which somebody talked, in order."""
        if self.direction is Direction.OUT:
            talked = {k: leg for k, leg in self.agents.items() if leg.began or leg.answered_at}
        else:
            own = self.agents if self.direction is Direction.IN else self.called
            talked = {key: leg for key, leg in own.items() if leg.answered_at is not None}
        return tuple(sorted(talked, key=lambda key: (talked[key].answered_at or 0, key)))


def _end(keys: Mapping[str, KeyFacts]) -> tuple[int | None, KeyFacts]:
    """When a call ended, and the key that ended it: once all have ended under which it went on."""
    used = [key for key in keys.values() if key.used]
    awaited = [key for key in used if not key.superseded] or used
    ended = [key for key in awaited if key.ended_at is not None]
    if not awaited or len(ended) < len(awaited):
        return None, KeyFacts()
    last = KeyFacts()
    at = max(key.ended_at or 0 for key in ended)
    for key in ended:
        if key.ended_at == at:
            last.join(key)
    return at, last


def _state(facts: CallFacts, legs: _Legs) -> CallState:
    talking = [leg for leg in legs.answering if leg.answered_at is not None and leg.is_live]
    if talking:
        with_remote = [*talking, *legs.agents.values(), *legs.remote, legs.whole]
        held = [leg for leg in with_remote if leg.is_live and leg.is_held]
        free = [leg for leg in talking if leg.device and not leg.is_held]
        return CallState.HELD if held and not free else CallState.TALKING
    if facts.requeued_at is not None and facts.requeued_at > (facts.queue_left_at or 0):
        return CallState.QUEUED
    return CallState.RINGING


def _outcome(facts: CallFacts, legs: _Legs, hung_up_by: Party | None) -> Outcome:
    if not facts.begun:
        return Outcome.UNKNOWN
    if any(leg.answered_at is not None for leg in legs.answering):
        return Outcome.ANSWERED
    if legs.direction is Direction.OUT:
        return _outbound(legs, hung_up_by)
    if facts.voicemail_at is not None:
        return Outcome.VOICEMAIL
    if legs.whole.outcome is not None:
        return _OF_THE_WHOLE_IN[legs.whole.outcome]
    if hung_up_by is Party.REMOTE:
        return Outcome.GAVE_UP
    outcomes = [leg.outcome for leg in legs.called.values()]
    if outcomes and all(outcome is LegOutcome.BUSY for outcome in outcomes):
        return Outcome.BUSY
    rang = any(leg.ringing_at is not None for leg in (*legs.called.values(), legs.whole))
    return Outcome.MISSED if rang or facts.queued_at is not None else Outcome.FAILED


def _outbound(legs: _Legs, hung_up_by: Party | None) -> Outcome:
    tried = [*legs.remote, legs.whole]
    if not legs.remote:
        if _not_picked_up(legs):
            return Outcome.NOT_PICKED_UP
        tried += legs.agents.values()
    outcomes = {leg.outcome for leg in tried} - {None}
    if LegOutcome.BUSY in outcomes:
        return Outcome.BUSY
    rang = any(leg.ringing_at is not None for leg in tried)
    if outcomes == {LegOutcome.FAILED} and not rang:
        return Outcome.FAILED
    if rang or outcomes or hung_up_by in (Party.AGENT, Party.REMOTE):
        return Outcome.UNANSWERED
    return Outcome.FAILED


def _not_picked_up(legs: _Legs) -> bool:
    """Whether the phone of the agent who wanted to call rang, and was not picked up."""
    return any(
        leg.answered_at is None
        and (leg.ringing_at is not None or (leg.outcome is LegOutcome.REJECTED and not leg.began))
        for leg in legs.agents.values()
    )
