"""The journal of what phone systems sent, and numbers as they come."""

from __future__ import annotations

import json

import pytest
from calls_kit import ADA, KEY, NUMBER, SOURCE, Desk
from cti_calls.api_for_plugins import (
    UNKNOWN_SOURCE,
    Direction,
    Fact,
    FactKind,
    PhoneEvent,
    Problem,
)
from cti_calls.model.facts import PAYLOAD_BYTES
from cti_calls.model.problems import problem_text
from cti_calls.model.records import Device
from cti_calls.store.devices import (
    KnownDevice,
    UnknownDevice,
    add_device,
    agents_of,
    all_devices,
    import_devices,
    known_sources,
    remove_device,
)
from cti_calls.store.silence import silence_text

from cti_host import Agent


@pytest.fixture
def desk(sqlite_desk: Desk) -> Desk:
    return sqlite_desk


def test_an_event_is_kept_with_what_it_was_understood_as(desk: Desk) -> None:
    payload = json.dumps({"from": NUMBER, "callId": "1796018256.77", "to": "0199000200"})
    fact = desk.started("1796018256.77", 3)
    desk.take_events([PhoneEvent("newCall", payload, (fact,), desk.at(4), "one")])
    (entry,) = desk.journal()
    assert (entry.source, entry.kind, entry.problem) == (SOURCE, "newCall", "")
    assert entry.received_at == int(desk.at(4).timestamp() * 1000)
    assert json.loads(entry.payload) == {
        "from": "0987****21",
        "callId": "1796018256.77",
        "to": "0199****00",
    }
    (understood,) = json.loads(entry.facts)
    assert understood == {
        "kind": "started",
        "call": "1796018256.77",
        "direction": "in",
        "remote": "0987****21",
        "at": desk.at(3).isoformat(timespec="milliseconds"),
    }


def test_a_key_that_is_the_callers_number_is_masked_like_it(desk: Desk) -> None:
    desk.take_events([PhoneEvent("newCall", f"callId={NUMBER}", (desk.started(NUMBER),))])
    assert desk.journal()[0].payload == "callId=0987****21"


def test_a_withheld_number_is_not_kept(desk: Desk) -> None:
    fact = desk.started(withheld=True, remote="+33987654321")
    desk.take_events([PhoneEvent("x", "CallerIDNum: +33987654321", (fact,))])
    (entry,) = desk.journal()
    assert (entry.payload, "87654" in entry.facts) == ("CallerIDNum: ***", False)
    call = desk.only_call()
    assert (call.withheld, call.remote, call.remote_key) == (True, "", "")


def test_a_long_payload_is_cut_and_what_a_database_refuses_is_left_out(desk: Desk) -> None:
    payload = "é\0" * PAYLOAD_BYTES + "\ud800"
    name = "n\0" * 300
    desk.take_events([PhoneEvent("k" * 300, payload, (desk.started("k" * 300, remote_name=name),))])
    (entry,) = desk.journal()
    assert len(entry.payload.encode()) == PAYLOAD_BYTES
    assert len(entry.kind) == 100
    assert desk.only_call().remote_name == "n" * 255


def test_an_event_that_was_not_understood_is_kept_too(desk: Desk) -> None:
    taken = desk.take_events([PhoneEvent("ping", "{}", problem="There is no “event”.")])
    assert taken.calls == ()
    assert desk.journal()[0].problem == "There is no “event”."


def test_an_outbound_call_says_why_nobodys_screen_shows_it(desk: Desk) -> None:
    fact = Fact(FactKind.STARTED, "one", direction=Direction.OUT, remote=NUMBER, device="201")
    desk.take_events([PhoneEvent("newCall", "{}", (fact,))])
    assert silence_text(desk.journal()[0].silence) == "It is a call that the agent makes."


def test_the_same_payload_is_the_same_event_for_a_while_only(desk: Desk) -> None:
    """Some phone systems tell a call by its caller's number, and send the same words each time."""

    def event(fact: Fact, at: float) -> PhoneEvent:
        return PhoneEvent("x", fact.kind, (fact,), desk.at(at))

    begun = Fact(FactKind.STARTED, NUMBER, remote=NUMBER)
    ended = Fact(FactKind.HUNG_UP, NUMBER)
    assert desk.take_events([event(begun, 0), event(begun, 20)]).repeated == 1
    desk.take_events([event(ended, 10)])
    assert desk.take_events([event(begun, 29)]).repeated == 1
    assert desk.take_events([event(begun, 55)]).repeated == 0
    assert len(desk.all_calls()) == 2


@pytest.mark.parametrize(
    ("text", "key", "withheld"),
    [
        ("0987654321", KEY, False),
        ("+33 9 87 65 43 21", KEY, False),
        (" 33987654321", KEY, False),  # its "+" came as a blank
        (" 4930123456", "+4930123456", False),
        ("sip:0987654321@10.0.0.5;user=phone", KEY, False),
        ("201", "ext:201", False),
        ("client:bob", "text:client:bob", False),
        *(
            (text, "", True)
            for text in (
                "",
                "anonymous",
                "Anonymous",
                "<unknown>",
                "unavailable",
                "restricted",
                "private",
                "withheld",
                "blocked",
                "sip:anonymous@anonymous.invalid",
                "0000000000",
                "unbekannt",
                "numéro masqué",
                "+266696687",
                "1266696687",
                "%CallerNumber%",
                "[Number]",
            )
        ),
    ],
)
def test_numbers(desk: Desk, text: str, key: str, withheld: bool) -> None:
    desk.take(desk.started(remote=text))
    call = desk.only_call()
    assert (call.remote_key, call.withheld) == (key, withheld)
    assert bool(call.remote) is not withheld


def test_a_word_for_withheld_does_not_hide_a_number_that_is_known(desk: Desk) -> None:
    desk.take(desk.started(remote="<unknown>"), desk.started(at=1, remote=NUMBER))
    assert (desk.only_call().remote, desk.only_call().withheld) == (NUMBER, False)


def test_devices_are_added_imported_and_removed(desk: Desk) -> None:
    with desk.open():
        assert add_device("desk", "201", ["ada"], "Front desk")
        assert not add_device("desk", "201", ["ada"])
        assert add_device("desk", "201", ["bob", "ada"])
        devices = [KnownDevice(Device("desk", "202"), ("eve",)), KnownDevice(Device("desk", "201"))]
        assert import_devices(devices) == 1
        known = {one.device.name: (one.device.label, one.agents) for one in all_devices("desk")}
        assert known == {"201": ("Front desk", ("ada", "bob")), "202": ("", ("eve",))}
        assert agents_of("desk", ["201", "203"]) == {"201": ("ada", "bob")}
        remove_device("desk", "201", "bob")
        with pytest.raises(UnknownDevice):
            remove_device("desk", "201", "bob")
        remove_device("desk", "201")
        remove_device("desk", "202")
        with pytest.raises(UnknownDevice):
            remove_device("desk", "201")
        assert all_devices("desk") == []


def test_the_hooks_of_devices_know_the_table(desk: Desk) -> None:
    with desk.app.app_context():
        hooks = desk.host.hooks
        agent = Agent("ada")
        assert hooks.collect("agent_devices", Device, agent=agent) == [Device(SOURCE, ADA)]
        assert hooks.collect("device_agents", str, device=Device(SOURCE, ADA)) == ["ada"]
        assert hooks.collect("device_agents", str, device=Device(SOURCE, "PJSIP/9")) == []


def refused(desk: Desk, count: int, why: str = "%(field)s is wrong") -> PhoneEvent:
    """Some requests that were refused in one minute."""
    told = Problem(why, {"field": NUMBER})
    return PhoneEvent("refused", dedup="r", problem=told, answer="401, x", refused=count)


def test_refused_requests_of_a_minute_are_counted_in_one_entry(desk: Desk) -> None:
    desk.take_events([refused(desk, 1)], "support")
    desk.take_events([refused(desk, 41)], "support")
    desk.take_events([refused(desk, 7)], UNKNOWN_SOURCE)
    one, other = desk.journal()
    assert (one.source, one.count, one.refused, one.answer) == ("support", 42, 1, "401, x")
    assert (other.source, other.count) == (UNKNOWN_SOURCE, 7)
    with desk.open():
        assert UNKNOWN_SOURCE not in known_sources()


def test_a_problem_is_told_in_the_language_of_whoever_reads_it(desk: Desk) -> None:
    text = "There is no device “%(device)s” here: add it, with the agent whose it is."
    desk.take_events([desk.event(problem=Problem(text, {"device": f"x {NUMBER}"}))])
    (entry,) = desk.journal()
    assert NUMBER not in entry.problem
    for language, begins in (("en", "There is no device “x 0987"), ("fr", "Il n'y a pas")):
        with desk.app.test_request_context(headers={"Accept-Language": language}):
            told = problem_text(entry.problem)
        assert told.startswith(begins)
        assert "0987****21" in told


@pytest.mark.parametrize("text", ["", "100 % of it", "one line\nand another", "{}\n[1]"])
def test_a_problem_that_is_a_text_is_told_as_it_is(desk: Desk, text: str) -> None:
    with desk.app.test_request_context():
        assert problem_text(text) == text
