"""What happened in real calls comes out of their events, whichever way these come in."""

from __future__ import annotations

import pytest
from asterisk_recordings import EXPECTED, NAMES, calls_of, chance, messages, told, translated
from hypothesis import given, settings
from hypothesis import strategies as st


def test_every_recording_is_expected_to_give_something() -> None:
    assert sorted(EXPECTED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_gives_the_calls_that_its_header_describes(name: str) -> None:
    calls = calls_of(translated(messages(name)))

    assert "\n".join(told(call) for call in calls) == EXPECTED[name]


@settings(max_examples=60)
@given(name=st.sampled_from(NAMES), seed=st.integers(0, 10_000))
def test_neither_order_nor_repetition_of_events_matters(name: str, seed: int) -> None:
    sent = [*messages(name), *messages(name)]
    chance(seed).shuffle(sent)

    calls = calls_of(translated(sent))

    assert "\n".join(told(call) for call in calls) == EXPECTED[name]


def test_few_of_the_events_say_anything_of_a_call() -> None:
    sent = [message for name in NAMES for message in messages(name)]

    assert len(translated(sent)) < len(sent) / 5
