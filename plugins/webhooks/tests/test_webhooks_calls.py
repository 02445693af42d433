"""What becomes of the events of phone systems: one call each, in whatever order they come."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from cti_calls.api_for_plugins import CallRecord, Outcome
from cti_calls.model.problems import read_problem
from cti_calls.model.tables import JournalEntry, StoredCall
from cti_calls.store.devices import add_device

ADA = "Ada Lovelace"
NEW = {"event": "newCall", "from": "0987654321", "to": "0199001200", "direction": "in"}
TALK = {**NEW, "event": "answer", "user": ADA}
BYE = {**NEW, "event": "hangup", "cause": "normalClearing"}


class Desk:
    """A host with `calls`, where Ada has a phone in each source."""

    def __init__(self, webhooks: Any) -> None:
        self._webhooks = webhooks
        self._running = webhooks.running
        with self._running.app.app_context(), self._running.host.database.connection_context():
            for source in ("support", "sip", "place"):
                add_device(source, ADA, ["ada"])
                add_device(source, "201", ["ada"])
                add_device(source, "0199001200", ["bob"])

    def send(self, source: str, *events: dict[str, Any]) -> None:
        for event in events:
            response = self._webhooks.post(source, data=event)
            assert response.status_code == 200, response.text

    def calls(self) -> list[CallRecord]:
        with self._running.app.app_context(), self._running.host.database.connection_context():
            query: Any = StoredCall.select(StoredCall.id).order_by(StoredCall.id)
            ids = [id_ for (id_,) in query.tuples()]
            found: list[CallRecord] = self._running.plugin("calls").calls.reader.calls(ids)
            return found

    def call(self) -> CallRecord:
        [call] = self.calls()
        return call

    def journal(self) -> list[Any]:
        with self._running.app.app_context(), self._running.host.database.connection_context():
            entries = JournalEntry.select().where(JournalEntry.refused == 0)
            return list(entries.order_by(JournalEntry.id))

    def empty(self) -> None:
        with self._running.app.app_context(), self._running.host.database.connection_context():
            for model in (StoredCall, JournalEntry):
                model.delete().execute()


@pytest.fixture(scope="module")
def host(make_webhooks: Any) -> Desk:
    return Desk(make_webhooks(plugins=["phone_reformat", "calls", "webhooks"], sources={}))


@pytest.fixture
def desk(host: Desk) -> Iterator[Desk]:
    yield host
    host.empty()


def said(call: CallRecord) -> tuple[Any, ...]:
    return (call.direction, call.outcome, call.answered_by, call.remote, call.dialled)


def with_id(*events: dict[str, Any], id_: str = "c1") -> list[dict[str, Any]]:
    return [{**event, "callId": id_} for event in events]


@pytest.mark.parametrize(
    ("events", "outcome", "by"),
    [
        ([{**NEW, "user[]": [ADA, "Bob"]}, TALK, BYE], Outcome.ANSWERED, ("ada",)),
        ([NEW, {**NEW, "event": "answer", "answeringNumber": "201"}, BYE],
         Outcome.ANSWERED, ("ada",)),
        ([NEW, {"event": "answer", "user": "201"}, {"event": "hangup", "cause": "normalClearing"}],
         Outcome.ANSWERED, ("ada",)),
        ([NEW, {**BYE, "cause": "cancel"}], Outcome.GAVE_UP, ()),
        ([NEW, {**BYE, "cause": "busy"}], Outcome.BUSY, ()),
        ([NEW, {**BYE, "cause": "noAnswer"}], Outcome.MISSED, ()),
        ([NEW, {**BYE, "cause": "congestion"}], Outcome.FAILED, ()),
        ([NEW, {**BYE, "cause": "voicemail"}], Outcome.VOICEMAIL, ()),
        ([NEW, {**BYE, "cause": "forwarded"}], Outcome.FORWARDED, ()),
        ([NEW, BYE], Outcome.ANSWERED, ()),
        ([NEW, {**BYE, "cause": "elephants"}], Outcome.MISSED, ()),
    ],
)  # fmt: skip
def test_an_inbound_call_comes_to_what_its_events_say(
    desk: Desk, events: list[dict[str, Any]], outcome: Outcome, by: tuple[str, ...]
) -> None:
    desk.send("support", *with_id(*events))
    call = desk.call()
    assert said(call) == ("in", outcome, by, "0987654321", "0199001200")
    assert call.cause == with_id(*events)[-1].get("cause")


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [("normalClearing", Outcome.ANSWERED), ("cancel", Outcome.UNANSWERED), ("busy", Outcome.BUSY),
     ("noAnswer", Outcome.UNANSWERED), ("notFound", Outcome.FAILED)],
)  # fmt: skip
def test_an_outbound_call(desk: Desk, cause: str, outcome: Outcome) -> None:
    out = {**NEW, "direction": "out", "from": "201", "to": "0987654321"}
    desk.send("support", *with_id(out, {**out, "event": "hangup", "cause": cause}))
    by = ("ada",) if outcome is Outcome.ANSWERED else ()
    assert said(desk.call()) == ("out", outcome, by, "0987654321", "0987654321")


def test_events_may_come_twice_and_in_any_order(desk: Desk) -> None:
    events = with_id({**NEW, "user[]": [ADA, "Bob"]}, TALK, BYE)
    expected = None
    for order in itertools.permutations(events):
        desk.send("support", *(event for event in order for _twice in range(2)))
        call = desk.call()
        expected = expected or said(call)
        assert said(call) == expected
        assert len(desk.journal()) == 3
        desk.empty()
    assert expected is not None
    assert expected[1:3] == (Outcome.ANSWERED, ("ada",))


def test_a_hangup_that_nobody_heard_of_makes_a_call_without_a_story(desk: Desk) -> None:
    desk.send("support", *with_id(BYE | {"cause": "cancel"}))
    assert desk.call().outcome is Outcome.UNKNOWN


def test_the_caller_who_calls_again_under_the_same_key_has_two_calls(desk: Desk) -> None:
    """3CX by a template: the key of a call is the number of the caller."""
    ring, over = with_id({**NEW, "to": "201"}, {**BYE, "to": "201"}, id_="0987654321")
    report = {"CallType": "Inbound", "Agent": "201", "Duration": "00:00:01"}
    desk.send("support", ring, ring, {**over, **report}, ring)
    first, second = desk.calls()
    assert said(first)[1:3] == (Outcome.ANSWERED, ("ada",))
    assert (second.outcome, second.ended_at) == (None, None)


def test_a_call_of_sipgate_that_is_handed_on_is_one_call(desk: Desk) -> None:
    first = with_id({**NEW, "user[]": ADA}, TALK, {**BYE, "cause": "forwarded"})
    second = with_id(
        {**NEW, "origCallId": "c1", "user[]": "201"}, {**TALK, "user": "201"}, BYE, id_="c2"
    )
    for events in ([*first, *second], [*first[:2], *second[:2], first[2], second[2]]):
        desk.send("sip", *events)
        call = desk.call()
        assert said(call)[:3] == ("in", Outcome.ANSWERED, ("ada",))
        assert call.ended_at is not None
        desk.empty()


def test_a_call_that_is_handed_on_and_rings_in_vain_is_missed(desk: Desk) -> None:
    first = with_id({**NEW, "user[]": ADA}, {**BYE, "cause": "forwarded"})
    second = with_id(
        {**NEW, "origCallId": "c1", "user[]": "201"}, {**BYE, "cause": "cancel"}, id_="c2"
    )
    desk.send("sip", *first, *second)
    assert desk.call().outcome is Outcome.GAVE_UP


def test_calls_of_placetel(desk: Desk) -> None:
    rings = {"event": "IncomingCall", "call_id": "p1", "from": "0987654321", "to": "0199001200"}
    over = {**rings, "event": "HungUp", "duration": "0", "direction": "in"}
    desk.send("place", rings, {**over, "type": "missed"})
    assert said(desk.call()) == ("in", Outcome.MISSED, (), "0987654321", "0199001200")
    desk.empty()
    taken = {**rings, "event": "CallAccepted", "peer": "201"}
    desk.send("place", rings, taken, {**over, "type": "accepted", "duration": "3"})
    assert said(desk.call())[1:3] == (Outcome.ANSWERED, ("ada",))


def test_a_withheld_call_is_kept_without_a_number(desk: Desk) -> None:
    desk.send("support", *with_id({**NEW, "from": "anonymous"}, BYE))
    call = desk.call()
    assert (call.remote, call.withheld) == ("", True)


def test_the_journal_says_what_could_not_be_understood(desk: Desk, make_webhooks: Any) -> None:
    response = desk._webhooks.post("support", json={**NEW, "callId": ""})
    assert response.status_code == 422
    [entry] = desk.journal()
    assert (entry.kind, entry.answer) == ("newCall", "422, application/json")
    assert str(read_problem(entry.problem)) == "callId is missing"
