"""What facts come to: outcomes by the vocabulary of phone systems, whatever the order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

import pytest
from cti_calls.api_for_plugins import (
    CallState,
    Direction,
    Fact,
    FactKind,
    LegOutcome,
    Outcome,
    Party,
)
from cti_calls.merging.gathered import CallFacts, gathered
from cti_calls.merging.verdict import leg_outcome, verdict
from hypothesis import given
from hypothesis import strategies as st

A, B = "PJSIP/201", "PJSIP/202"
IN, OUT, INTERNAL = Direction.IN, Direction.OUT, Direction.INTERNAL


def begun(direction: Direction = IN, **values: object) -> Fact:
    return Fact(FactKind.STARTED, "c", direction=direction, remote="0987654321", **values)  # type: ignore[arg-type]


def rings(device: str, leg: str = "") -> Fact:
    return Fact(FactKind.RINGING, "c", leg=leg, device=device)


def answers(device: str = "", leg: str = "") -> Fact:
    return Fact(FactKind.ANSWERED, "c", leg=leg, device=device)


def leg_ends(outcome: LegOutcome, device: str = "", leg: str = "") -> Fact:
    return Fact(FactKind.LEG_ENDED, "c", leg=leg, device=device, outcome=outcome)


def hung_up(by: Party | None = None, outcome: LegOutcome | None = None) -> Fact:
    return Fact(FactKind.HUNG_UP, "c", by=by, outcome=outcome)


QUEUED = Fact(FactKind.QUEUED, "c", queue="support")
ENDED = Fact(FactKind.ENDED, "c")
REMOTE_ANSWERS = answers(leg="trunk")
CLICKED = (begun(OUT, token="t"), rings(A))


def gather(facts: Iterable[Fact], apart: int = 1000) -> CallFacts:
    """The facts of a call, a second apart, in one set."""
    found = CallFacts()
    for place, fact in enumerate(facts):
        found.join(gathered(fact, "c", 1000 + place * apart, fact.remote))
    return found


class Case(NamedTuple):
    """A call, and what becomes of it."""

    name: str
    outcome: Outcome
    facts: Sequence[Fact]


CASES = [
    # Inbound, with legs.
    Case("one answers", Outcome.ANSWERED, [begun(), rings(A), answers(A), ENDED]),
    Case("answered after a busy one", Outcome.ANSWERED,
         [begun(), leg_ends(LegOutcome.BUSY, A), rings(B), answers(B), ENDED]),
    Case("answered without a word of ringing", Outcome.ANSWERED, [begun(), answers(A), ENDED]),
    Case("the caller gives up", Outcome.GAVE_UP, [begun(), rings(A), hung_up(Party.REMOTE)]),
    Case("the caller gives up in a menu", Outcome.GAVE_UP, [begun(), hung_up(Party.REMOTE)]),
    Case("nobody comes", Outcome.MISSED,
         [begun(), rings(A), leg_ends(LegOutcome.UNANSWERED, A), ENDED]),
    Case("all are busy", Outcome.BUSY,
         [begun(), leg_ends(LegOutcome.BUSY, A), leg_ends(LegOutcome.BUSY, B), ENDED]),
    Case("one is busy, one doesn't come", Outcome.MISSED,
         [begun(), leg_ends(LegOutcome.BUSY, A), rings(B),
          leg_ends(LegOutcome.UNANSWERED, B), ENDED]),
    Case("rejected", Outcome.MISSED, [begun(), rings(A), leg_ends(LegOutcome.REJECTED, A), ENDED]),
    Case("no phone is there", Outcome.FAILED, [begun(), ENDED]),
    Case("the only phone is offline", Outcome.FAILED,
         [begun(), leg_ends(LegOutcome.FAILED, A), ENDED]),
    Case("voicemail", Outcome.VOICEMAIL,
         [begun(), rings(A), Fact(FactKind.VOICEMAIL, "c"), hung_up(Party.REMOTE)]),
    Case("a queue's answering is none", Outcome.GAVE_UP,
         [begun(), REMOTE_ANSWERS, QUEUED, rings(A), hung_up(Party.REMOTE)]),
    Case("the queue gives up", Outcome.MISSED, [begun(), REMOTE_ANSWERS, QUEUED, ENDED]),
    Case("transferred, and nobody comes there", Outcome.ANSWERED,
         [begun(), answers(A), leg_ends(LegOutcome.CANCELLED, A), rings(B),
          leg_ends(LegOutcome.UNANSWERED, B), hung_up(Party.REMOTE)]),
    Case("only its end is known", Outcome.UNKNOWN, [hung_up(Party.REMOTE)]),
    Case("the end of a leg and of the call are known", Outcome.UNKNOWN,
         [leg_ends(LegOutcome.BUSY, A), ENDED]),
    # Inbound, of phone systems that don't tell of legs.
    Case("normalClearing after an answer", Outcome.ANSWERED, [begun(), answers(), hung_up()]),
    Case("cancel", Outcome.GAVE_UP, [begun(), hung_up(outcome=LegOutcome.CANCELLED)]),
    Case("missed", Outcome.MISSED, [begun(), hung_up(outcome=LegOutcome.UNANSWERED)]),
    Case("noAnswer, which is a refusal", Outcome.MISSED,
         [begun(), hung_up(outcome=LegOutcome.REJECTED)]),
    Case("busy", Outcome.BUSY, [begun(), hung_up(outcome=LegOutcome.BUSY)]),
    Case("forwarded", Outcome.FORWARDED, [begun(), hung_up(outcome=LegOutcome.FORWARDED)]),
    Case("congestion, notFound", Outcome.FAILED, [begun(), hung_up(outcome=LegOutcome.FAILED)]),
    Case("it rang somewhere", Outcome.MISSED, [begun(), rings(""), ENDED]),
    # Outbound: the remote's leg tells.
    Case("the customer answers", Outcome.ANSWERED,
         [begun(OUT, device=A), rings("", "trunk"), REMOTE_ANSWERS, ENDED]),
    Case("the customer is busy", Outcome.BUSY,
         [begun(OUT, device=A), leg_ends(LegOutcome.BUSY, leg="trunk"), ENDED]),
    Case("the customer doesn't come", Outcome.UNANSWERED,
         [begun(OUT, device=A), rings("", "trunk"), hung_up(Party.AGENT)]),
    Case("the customer refuses", Outcome.UNANSWERED,
         [begun(OUT, device=A), leg_ends(LegOutcome.REJECTED, leg="trunk"), ENDED]),
    Case("no route", Outcome.FAILED,
         [begun(OUT, device=A), leg_ends(LegOutcome.FAILED, leg="trunk"), ENDED]),
    Case("outbound cancel", Outcome.UNANSWERED,
         [begun(OUT, device=A), hung_up(outcome=LegOutcome.CANCELLED)]),
    Case("outbound busy without legs", Outcome.BUSY,
         [begun(OUT), hung_up(outcome=LegOutcome.BUSY)]),
    Case("outbound answer on the agent's leg", Outcome.ANSWERED,
         [begun(OUT, device=A), answers(A), ENDED]),
    # Placed here: the agent's own phone rings first.
    Case("click-to-call, answered", Outcome.ANSWERED,
         [*CLICKED, answers(A), rings("", "trunk"), REMOTE_ANSWERS, ENDED]),
    Case("the agent doesn't pick up", Outcome.NOT_PICKED_UP,
         [*CLICKED, leg_ends(LegOutcome.UNANSWERED, A), ENDED]),
    Case("the agent rejects", Outcome.NOT_PICKED_UP,
         [*CLICKED, leg_ends(LegOutcome.BUSY, A), ENDED]),
    Case("picked up, the customer is busy", Outcome.BUSY,
         [*CLICKED, answers(A), leg_ends(LegOutcome.BUSY, leg="trunk"), ENDED]),
    Case("picked up, the customer doesn't come", Outcome.UNANSWERED,
         [*CLICKED, answers(A), rings("", "trunk"), hung_up(Party.AGENT)]),
    Case("the agent's phone is offline", Outcome.FAILED,
         [begun(OUT, token="t"), Fact(FactKind.ENDED, "c", outcome=LegOutcome.FAILED)]),
    # Between colleagues.
    Case("a colleague answers", Outcome.ANSWERED,
         [begun(INTERNAL, device=A), rings(B), answers(B), ENDED]),
    Case("a colleague doesn't come", Outcome.MISSED,
         [begun(INTERNAL, device=A), rings(B), leg_ends(LegOutcome.UNANSWERED, B), ENDED]),
    Case("that the caller's own phone is up is no answer", Outcome.BUSY,
         [begun(INTERNAL, device=A), answers(A), leg_ends(LegOutcome.BUSY, B), ENDED]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outcome(case: Case) -> None:
    assert verdict(gather(case.facts)).outcome is case.outcome


def test_a_losing_leg_was_answered_elsewhere_and_an_earlier_refusal_stays_one() -> None:
    facts = gather([
        begun(), rings(A, "early"), leg_ends(LegOutcome.BUSY, A, "early"), rings(A, "a"),
        rings(B, "b"), answers(B, "b"), leg_ends(LegOutcome.CANCELLED, A, "a"),
        leg_ends(LegOutcome.UNANSWERED, B, "b"), rings(A, "late"),
        leg_ends(LegOutcome.UNANSWERED, A, "late"), ENDED,
    ])  # fmt: skip
    outcomes = {key: leg_outcome(leg, facts.legs.values()) for key, leg in facts.legs.items()}
    assert outcomes == {
        "early": LegOutcome.BUSY,
        "a": LegOutcome.ELSEWHERE,
        "b": None,
        "late": LegOutcome.UNANSWERED,  # it rang after the answer
    }


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([begun()], CallState.RINGING),
        ([begun(), QUEUED, rings(A)], CallState.QUEUED),
        ([begun(), QUEUED, Fact(FactKind.QUEUE_LEFT, "c")], CallState.RINGING),
        ([begun(), QUEUED, answers(A)], CallState.TALKING),
        ([begun(), REMOTE_ANSWERS], CallState.RINGING),
        ([begun(), answers(A), Fact(FactKind.HELD, "c", device=A)], CallState.HELD),
        (
            [
                begun(),
                answers(A),
                Fact(FactKind.HELD, "c", device=A),
                Fact(FactKind.RESUMED, "c", device=A),
            ],
            CallState.TALKING,
        ),
        ([begun(), answers(A), leg_ends(LegOutcome.CANCELLED, A)], CallState.RINGING),
        ([begun(OUT, device=A), rings("", "trunk")], CallState.RINGING),
        ([begun(OUT, device=A), REMOTE_ANSWERS], CallState.TALKING),
    ],
)
def test_state(facts: list[Fact], state: CallState) -> None:
    found = verdict(gather(facts))
    assert (found.state, found.outcome) == (state, None)


def test_a_withheld_number_that_became_known_is_not_kept() -> None:
    facts = gather([begun(), Fact(FactKind.RINGING, "c", device=A, withheld=True), begun()])
    assert facts.is_withheld
    assert facts.text("remote") == ""


KINDS = [kind for kind in FactKind if kind is not FactKind.JOINED]
FACTS = st.builds(
    Fact,
    kind=st.sampled_from(KINDS),
    call=st.just("c"),
    leg=st.sampled_from(["", "a", "b"]),
    device=st.sampled_from(["", A, B]),
    direction=st.sampled_from([None, *Direction]),
    remote=st.sampled_from([None, "", "0987654321", "0123456789"]),
    withheld=st.sampled_from([False, False, False, True]),
    queue=st.sampled_from(["", "support", "desk"]),
    outcome=st.sampled_from([None, *LegOutcome]),
    by=st.sampled_from([None, *Party]),
    cause=st.sampled_from(["", "16", "17"]),
)
DATED = st.lists(st.tuples(FACTS, st.integers(1, 9)), min_size=1, max_size=12)


@given(DATED, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(dated: list[tuple[Fact, int]], dice: Random) -> None:
    def gather_dated(every: list[tuple[Fact, int]]) -> CallFacts:
        found = CallFacts()
        for fact, at in every:
            found.join(gathered(fact, "c", at, fact.remote or None))
        return found

    shuffled = dated * 2
    dice.shuffle(shuffled)
    once, again = gather_dated(dated), gather_dated(shuffled)
    assert once == again
    assert verdict(once) == verdict(again)
    # Two halves that are joined are the whole.
    half = gather_dated(shuffled[: len(dated)])
    half.join(gather_dated(shuffled[len(dated) :]))
    assert half == once
