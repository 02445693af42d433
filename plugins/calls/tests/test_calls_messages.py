"""What the screens of agents are told: those whose phone rings, and nobody else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from calls_kit import ADA, BOB, NUMBER, SOURCE, Desk
from cti_calls.api_for_plugins import CallState, Direction, FactKind, LegOutcome, Outcome, Party
from cti_calls.model.tables import PopChoice
from cti_calls.store.devices import add_device, remove_device
from cti_calls.store.silence import Silence, silence_text


@pytest.fixture
def desk(sqlite_desk: Desk) -> Desk:
    return sqlite_desk


def kinds(messages: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, bool]]:
    """The event of each message, and whether the screen is to show the call."""
    return [(event, data["pop"]) for event, data in messages]


def test_whose_phone_rings_is_told_and_the_call_leaves_the_other_screens(desk: Desk) -> None:
    desk.take(desk.started(queue="support", remote_name="Ada L."))
    assert desk.sent("ada") == []
    desk.take(desk.fact(FactKind.RINGING, at=1, leg="a", device=ADA))
    id_ = desk.only_call().id
    ((event, data),) = desk.sent("ada")
    assert event == "ringing"
    assert data == {
        "call": id_,
        "kind": "ringing",
        "pop": True,
        "number": NUMBER,
        "name": "Ada L.",
        "withheld": False,
        "direction": "in",
        "queue": "support",
        "started_at": desk.at(0).isoformat(timespec="milliseconds"),
    }
    desk.take(desk.fact(FactKind.RINGING, at=2, leg="b", device=BOB))
    assert (desk.sent("ada"), kinds(desk.sent("bob"))) == ([], [("ringing", True)])

    desk.take(desk.fact(FactKind.ANSWERED, at=5, leg="b", device=BOB))
    ((event, data),) = desk.sent("ada")
    assert (event, data["pop"], data["answered_by"]) == ("answered", False, ("bob",))
    desk.take(desk.fact(FactKind.LEG_ENDED, at=5, leg="a", outcome=LegOutcome.CANCELLED))
    assert desk.sent("ada") == []
    desk.take(desk.fact(FactKind.HUNG_UP, at=9))
    assert [event for event, _data in desk.sent("bob")] == ["answered", "ended"]
    ((event, data),) = desk.sent("ada")
    assert (event, data["outcome"]) == ("ended", Outcome.ANSWERED)


def test_the_list_of_current_calls_is_told_of_each_state(desk: Desk) -> None:
    desk.take(desk.started())
    desk.take(desk.fact(FactKind.RINGING, at=1, device=ADA))  # still ringing: nothing new
    desk.take(desk.fact(FactKind.ANSWERED, at=2, device=ADA))
    desk.take(desk.fact(FactKind.HUNG_UP, at=3))
    id_ = desk.only_call().id
    assert desk.sent() == [
        ("changed", {"call": id_, "state": state})
        for state in (CallState.RINGING, CallState.TALKING, CallState.ENDED)
    ]


def test_what_ends_in_the_same_event_rings_on_no_screen(desk: Desk) -> None:
    ringing = desk.fact(FactKind.RINGING, at=1, device=ADA)
    desk.take(desk.started(), ringing, desk.fact(FactKind.HUNG_UP, at=2, by=Party.REMOTE))
    assert kinds(desk.sent("ada")) == [("ended", False)]


def test_who_answers_a_phone_that_was_never_told_to_ring_sees_the_call(desk: Desk) -> None:
    desk.take(desk.started(), desk.fact(FactKind.ANSWERED, at=1, device=ADA))
    assert kinds(desk.sent("ada")) == [("answered", True)]


def test_a_call_that_an_agent_makes_is_told_and_does_not_pop(desk: Desk) -> None:
    desk.take(desk.started(direction=Direction.OUT, token="t"))
    desk.take(desk.fact(FactKind.RINGING, at=1, device=ADA))
    desk.take(desk.fact(FactKind.ANSWERED, at=3, leg="trunk"))
    assert kinds(desk.sent("ada")) == [("ringing", False), ("answered", False)]


def test_a_withheld_number_is_in_no_message(desk: Desk) -> None:
    desk.take(desk.started(withheld=True), desk.fact(FactKind.RINGING, at=1, device=ADA))
    ((_event, data),) = desk.sent("ada")
    assert (data["number"], data["withheld"]) == ("", True)


def test_two_records_that_turn_out_to_be_one_leave_one_on_the_screen(desk: Desk) -> None:
    desk.take(desk.started("one"))
    desk.take(desk.started("two", 1), desk.fact(FactKind.RINGING, "two", 1, device=ADA))
    first, second = (call.id for call in desk.all_calls())
    desk.sent("ada")
    desk.take(desk.fact(FactKind.JOINED, "one", 2, other="two"))
    told = [(event, data["call"], data.get("joined")) for event, data in desk.sent("ada")]
    assert told == [("ended", second, first), ("ringing", first, None)]


@pytest.mark.parametrize(
    ("moment", "ringing", "answering"),
    [("off", False, False), ("ringing", True, False), ("answered", False, True)],
)
def test_agents_choose_the_moment(desk: Desk, moment: str, ringing: bool, answering: bool) -> None:
    with desk.open():
        PopChoice.create(agent="ada", moment=moment)
    try:
        desk.take(desk.started(), desk.fact(FactKind.RINGING, at=1, device=ADA))
        desk.take(desk.fact(FactKind.ANSWERED, at=2, device=ADA))
    finally:
        with desk.open():
            PopChoice.delete().execute()
    assert kinds(desk.sent("ada")) == [("ringing", ringing), ("answered", answering)]


@pytest.mark.parametrize(
    ("device", "reason"),
    [
        (ADA, ""),
        ("PJSIP/9", "unknown_device:PJSIP/9"),
        ("PJSIP/7", "nobodys:PJSIP/7"),
        ("", "no_device"),
    ],
)
def test_the_journal_says_why_nobody_saw_it(desk: Desk, device: str, reason: str) -> None:
    with desk.open():
        add_device(SOURCE, "PJSIP/7")
    desk.take(desk.started())
    desk.take(desk.fact(FactKind.RINGING, at=1, device=device))
    with desk.open():
        remove_device(SOURCE, "PJSIP/7")
    begun, rang = desk.journal()
    assert (begun.silence, rang.silence) == ("", reason)
    assert rang.agents == ("ada" if device == ADA else "")
    assert rang.call == desk.only_call().id


def test_what_comes_twice_or_too_late_is_said_in_the_journal(desk: Desk) -> None:
    ringing = desk.fact(FactKind.RINGING, at=1, device=ADA)
    desk.take(desk.started(), ringing)
    desk.take(ringing)
    desk.take(desk.fact(FactKind.HUNG_UP, at=5))
    desk.take(desk.fact(FactKind.RINGING, at=1, device=BOB))
    reasons = [entry.silence for entry in desk.journal()]
    assert reasons == ["", Silence.KNOWN, "", Silence.OVER]


def test_every_reason_is_a_sentence(desk: Desk) -> None:
    with desk.app.test_request_context():
        texts = {silence_text(f"{reason}:PJSIP/9") for reason in Silence}
        assert len(texts) == len(Silence)
        assert all(text.endswith(".") for text in texts)
        assert (silence_text(""), silence_text("something")) == ("", "")


def test_the_docs_name_every_field_of_the_events(desk: Desk) -> None:
    """Those that are there, and none that isn't."""
    one = desk.fact(FactKind.RINGING, "one", 1, leg="one", device=ADA)
    two = desk.fact(FactKind.RINGING, "two", 3, leg="two", device=ADA)
    desk.take_events([desk.event(desk.started("one"), one, simulated=True)])
    desk.take(desk.fact(FactKind.ANSWERED, "one", 2, leg="one", device=ADA))
    desk.take(desk.started("two", 3), two)
    desk.take(desk.fact(FactKind.JOINED, "one", 4, other="two"))
    desk.take(desk.fact(FactKind.HUNG_UP, "one", 9, by=Party.REMOTE))
    sent = [*desk.sent("ada"), *desk.sent()]
    page = (Path(__file__).parents[3] / "docs" / "calls.md").read_text(encoding="utf-8")
    events, _head, fields = page.partition("### Events")[2].partition("| Field of")
    row = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
    assert {event for event, _data in sent} == {*row.findall(events)}
    assert {name for _event, data in sent for name in data} == {*row.findall(fields)}
