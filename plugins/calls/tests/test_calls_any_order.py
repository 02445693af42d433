"""Whatever the order, the repetition and the batches in which facts come: the call is the same."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from calls_kit import ADA, BOB, Desk
from cti_calls.api_for_plugins import Direction, Fact, FactKind, LegOutcome, Party, PhoneEvent
from hypothesis import given, settings
from hypothesis import strategies as st

DEVICES = {"a": ADA, "b": BOB, "trunk": ""}


@st.composite
def calls(draw: st.DrawFn) -> list[tuple[Fact, int]]:
    """The facts of one call with two keys, each with its moment in seconds."""
    kinds = st.sampled_from([k for k in FactKind if k not in (FactKind.STARTED, FactKind.JOINED)])
    facts = []
    for _ in range(draw(st.integers(1, 8))):
        leg = draw(st.sampled_from(["", *DEVICES]))
        facts.append(
            Fact(
                draw(kinds),
                draw(st.sampled_from(["first", "second"])),
                leg=leg,
                device=DEVICES.get(leg, ""),
                queue=draw(st.sampled_from(["", "", "support", "desk"])),
                remote=draw(st.sampled_from([None, "0987654321", "anonymous"])),
                outcome=draw(st.sampled_from([None, *LegOutcome])),
                by=draw(st.sampled_from([None, *Party])),
                cause=draw(st.sampled_from(["", "16"])),
            )
        )
    dated = [(fact, draw(st.integers(2, 50))) for fact in facts]
    begun = Fact(FactKind.STARTED, "first", direction=Direction.IN, remote="0987654321")
    return [(begun, 1), (Fact(FactKind.JOINED, "first", other="second"), 2), *dated]


@settings(
    max_examples=25,
)
@given(calls(), st.randoms(use_true_random=False), st.integers(1, 5))
def test_the_stored_call_is_the_same(
    sqlite_desk: Desk, dated: list[tuple[Fact, int]], dice: Random, size: int
) -> None:
    desk = sqlite_desk
    desk.begin_anew()
    facts = [replace(fact, at=desk.at(at)) for fact, at in dated]
    desk.take(*facts)
    once = desk.only_call()
    desk.empty()

    shuffled = facts * 2
    dice.shuffle(shuffled)
    events = [desk.event(fact) for fact in shuffled]
    for start in range(0, len(events), size):
        batch: list[PhoneEvent] = events[start : start + size]
        desk.take_events(batch)
    assert replace(desk.only_call(), id=once.id) == once
