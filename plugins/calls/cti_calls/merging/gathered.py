"""The facts of a call, gathered so that neither their order nor their repetition matters.

Each value is the earliest, the latest or the best of those that were told, which never depends on
what came first. So two sets of facts are joined value by value, and one fact is a small set.
Moments are in milliseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from cti_calls.model.facts import Fact, FactKind, LegOutcome, Party

# The best first: what says most of why nobody talked on a leg.
_OUTCOMES = (
    LegOutcome.BUSY,
    LegOutcome.REJECTED,
    LegOutcome.FAILED,
    LegOutcome.FORWARDED,
    LegOutcome.ELSEWHERE,
    LegOutcome.UNANSWERED,
    LegOutcome.CANCELLED,
)
_PARTIES = (Party.REMOTE, Party.AGENT, Party.SYSTEM)
# They say nothing of how a call began.
_ENDING = {
    FactKind.LEG_ENDED,
    FactKind.QUEUE_LEFT,
    FactKind.JOINED,
    FactKind.HUNG_UP,
    FactKind.ENDED,
}
TEXTS = ("direction", "remote", "remote_name", "dialled", "token")
_OF_THE_REMOTE = ("remote", "remote_name")


class Told(NamedTuple):
    """A text, and when it was told."""

    at: int
    text: str


_T = TypeVar("_T", int, str, Told)
_R = TypeVar("_R", LegOutcome, Party)


@dataclass
class KeyFacts:
    """What was told under one key of a call.

    :param used: whether anything was, besides that it is the same call as another key
    :param superseded: whether the call goes on under another key
    """

    used: bool = False
    superseded: bool = False
    ended_at: int | None = None
    hung_up_by: Party | None = None
    cause: Told | None = None

    def join(self, other: KeyFacts) -> None:
        """Take in what else was told under this key."""
        self.used |= other.used
        self.superseded |= other.superseded
        self.ended_at = _least(self.ended_at, other.ended_at)
        self.hung_up_by = _best(_PARTIES, self.hung_up_by, other.hung_up_by)
        self.cause = _least(self.cause, other.cause)


@dataclass
class LegFacts:
    """What was told of one leg; `began`: it is the one that the call was dialled on."""

    device: str = ""
    began: bool = False
    dialled_at: int | None = None
    ringing_at: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    held_at: int | None = None
    resumed_at: int | None = None
    transferred_at: int | None = None
    outcome: LegOutcome | None = None
    cause: Told | None = None

    def join(self, other: LegFacts) -> None:
        """Take in what else was told of this leg."""
        self.device = _least(self.device or None, other.device or None) or ""
        self.began |= other.began
        for name in ("dialled_at", "ringing_at", "answered_at", "ended_at", "transferred_at"):
            setattr(self, name, _least(getattr(self, name), getattr(other, name)))
        for name in ("held_at", "resumed_at"):
            setattr(self, name, _greatest(getattr(self, name), getattr(other, name)))
        self.outcome = _best(_OUTCOMES, self.outcome, other.outcome)
        self.cause = _least(self.cause, other.cause)

    @property
    def is_live(self) -> bool:
        """Whether it rings or somebody talks on it; what was answered late has not ended before."""
        return self.ended_at is None or (self.answered_at or 0) > self.ended_at

    @property
    def is_held(self) -> bool:
        """Whether it is on hold."""
        return self.held_at is not None and self.held_at > (self.resumed_at or 0)

    @property
    def began_at(self) -> int | None:
        """The first moment of it that is known before anybody talked on it."""
        return _least(self.dialled_at, self.ringing_at)


@dataclass
class CallFacts:
    """What was told of a call.

    :param texts: by name (one of `TEXTS`), the earliest each
    :param queue: the queue that it came to last
    :param hidden: whether it was told that the remote hides a number that is known
    :param unnamed: whether what came in place of a number says that there is none
    :param begun: whether anything but its end was told
    :param started: whether its beginning was told
    :param started_at: the earliest moment of all facts; `event_at` the latest
    """

    keys: dict[str, KeyFacts] = field(default_factory=dict)
    legs: dict[str, LegFacts] = field(default_factory=dict)
    texts: dict[str, Told] = field(default_factory=dict)
    queue: Told | None = None
    hidden: bool = False
    unnamed: bool = False
    begun: bool = False
    started: bool = False
    started_at: int | None = None
    event_at: int | None = None
    queued_at: int | None = None
    requeued_at: int | None = None
    queue_left_at: int | None = None
    voicemail_at: int | None = None

    def join(self, other: CallFacts) -> None:
        """Take in what else was told of this call."""
        for key, of_key in other.keys.items():
            self.keys.setdefault(key, KeyFacts()).join(of_key)
        for key, of_leg in other.legs.items():
            self.legs.setdefault(key, LegFacts()).join(of_leg)
        for name, told in other.texts.items():
            self.texts[name] = min(told, self.texts.get(name, told))
        self.queue = _greatest(self.queue, other.queue)
        self.hidden |= other.hidden
        self.unnamed |= other.unnamed
        self.begun |= other.begun
        self.started |= other.started
        self.started_at = _least(self.started_at, other.started_at)
        self.event_at = _greatest(self.event_at, other.event_at)
        self.queued_at = _least(self.queued_at, other.queued_at)
        self.requeued_at = _greatest(self.requeued_at, other.requeued_at)
        self.queue_left_at = _greatest(self.queue_left_at, other.queue_left_at)
        self.voicemail_at = _least(self.voicemail_at, other.voicemail_at)
        if self.hidden:
            for name in _OF_THE_REMOTE:  # who hides is not kept
                self.texts.pop(name, None)

    def text(self, name: str) -> str:
        """A text that was told; empty: it wasn't."""
        told = self.texts.get(name)
        return told.text if told else ""

    @property
    def is_withheld(self) -> bool:
        """Whether the remote hides their number."""
        return self.hidden or (self.unnamed and not self.text("remote"))


def gathered(fact: Fact, key: str, at: int, number: str | None) -> CallFacts:
    """One fact as a set of facts.

    :param key: the key of the call, also where the fact has none
    :param at: when it happened
    :param number: the number that `Fact.remote` holds; `None`: none, it says "withheld" or nothing
    """
    facts = CallFacts(started_at=at, event_at=at, begun=fact.kind not in _ENDING)
    facts.started = fact.kind is FactKind.STARTED
    facts.keys[key] = KeyFacts(used=fact.kind is not FactKind.JOINED)
    for other in (fact.other if fact.kind is FactKind.JOINED else "", fact.token):
        if other and other != key:
            facts.keys[other] = KeyFacts(superseded=True)
    _put_texts(facts, fact, at, number)
    _put_moments(facts, fact, key, at)
    return facts


def _put_texts(facts: CallFacts, fact: Fact, at: int, number: str | None) -> None:
    texts = {
        "direction": fact.direction or "",
        "dialled": fact.dialled,
        "token": fact.token,
    }
    facts.hidden = fact.withheld
    facts.unnamed = fact.remote is not None and number is None
    if not facts.hidden and not facts.unnamed:
        texts |= {"remote": number or "", "remote_name": fact.remote_name}
    facts.texts = {name: Told(at, str(text)) for name, text in texts.items() if text}
    if fact.queue:
        facts.queue = Told(at, fact.queue)


def _put_moments(facts: CallFacts, fact: Fact, key: str, at: int) -> None:
    kind = fact.kind
    cause = Told(at, fact.cause) if fact.cause else None
    leg = LegFacts(fact.device, outcome=fact.outcome)
    match kind:
        case FactKind.STARTED:
            leg.began = bool(fact.device)
        case FactKind.DIALLED:
            leg.dialled_at = at
        case FactKind.RINGING:
            leg.ringing_at = at
        case FactKind.ANSWERED:
            leg.answered_at = at
        case FactKind.LEG_ENDED:
            leg.ended_at, leg.cause = at, cause
        case FactKind.HELD:
            leg.held_at = at
        case FactKind.RESUMED:
            leg.resumed_at = at
        case FactKind.TRANSFERRED:
            leg.transferred_at = at
        case FactKind.QUEUED:
            facts.queued_at = facts.requeued_at = at
        case FactKind.QUEUE_LEFT:
            facts.queue_left_at = at
        case FactKind.VOICEMAIL:
            facts.voicemail_at = at
        case FactKind.HUNG_UP | FactKind.ENDED:
            facts.keys[key].join(KeyFacts(ended_at=at, hung_up_by=fact.by, cause=cause))
    if leg != LegFacts():
        facts.legs[fact.leg or fact.device] = leg


def _least(one: _T | None, other: _T | None) -> _T | None:
    return min((x for x in (one, other) if x is not None), default=None)


def _greatest(one: _T | None, other: _T | None) -> _T | None:
    return max((x for x in (one, other) if x is not None), default=None)


def _best(order: tuple[_R, ...], one: _R | None, other: _R | None) -> _R | None:
    return min((x for x in (one, other) if x is not None), key=order.index, default=None)
