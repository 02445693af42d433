"""Events in the manner of Zammad: newCall, answer and hangup, from whatever sends them."""

from __future__ import annotations

from typing import Any

import pytest

RINGS = {
    "event": "newCall",
    "from": "493055571600",
    "to": "493055571642",
    "direction": "in",
    "callId": "307fa962-de8d-4ffc-817b-7f6993204159",
}
CALL = {"call": RINGS["callId"], "direction": "in", "remote": "493055571600"}
ADA, BOB = "Ada Lovelace", "Bob"


def test_a_call_rings_at_the_phones_of_its_users(webhooks: Any) -> None:
    facts = webhooks.facts("support", json={**RINGS, "user": [ADA, BOB], "queue": "Sales"})
    assert facts == [
        {"kind": "started", **CALL, "dialled": "493055571642", "queue": "Sales"},
        {"kind": "ringing", **CALL, "device": ADA},
        {"kind": "ringing", **CALL, "device": BOB},
    ]


@pytest.mark.parametrize(
    "users",
    [
        {"json": {**RINGS, "user": ADA}},
        {"json": {**RINGS, "user": [ADA]}},
        {"json": {**RINGS, "user[]": [ADA]}},
        {"data": {**RINGS, "user": ADA}},
        {"data": {**RINGS, "user[]": ADA}},
        {"data": {**RINGS, "user[0]": ADA}},
        {"data": {**RINGS, "user": [ADA, ADA]}},
        {"data": {**RINGS, "user[]": ADA}, "content_type": "multipart/form-data"},
    ],
)
def test_users_come_as_text_or_list_from_json_and_forms(webhooks: Any, users: Any) -> None:
    assert [fact.get("device") for fact in webhooks.facts("support", **users)] == [None, ADA]


def test_a_call_without_any_phone_rings_somewhere(webhooks: Any) -> None:
    sent = {key: value for key, value in RINGS.items() if key != "to"}
    assert webhooks.facts("support", json=sent)[1] == {"kind": "ringing", **CALL}


def test_without_users_the_line_rings(webhooks: Any) -> None:
    line = RINGS["to"]
    assert webhooks.facts("support", data=RINGS) == [
        {"kind": "started", **CALL, "dialled": line},
        {"kind": "ringing", **CALL, "device": line},
    ]


def test_an_outbound_call_is_placed_by_its_user_and_rings_nobody_here(webhooks: Any) -> None:
    facts = webhooks.facts("support", json={**RINGS, "direction": "out", "user": ADA})
    call = {"call": RINGS["callId"], "direction": "out", "remote": RINGS["to"]}
    assert facts == [
        {"kind": "started", **call, "dialled": RINGS["to"], "device": ADA},
    ]


@pytest.mark.parametrize(
    ("who", "device"),
    [
        ({"user": ADA}, ADA),
        ({"user": ADA, "answeringNumber": "42"}, ADA),
        ({"user": [ADA, BOB], "answeringNumber": "42"}, "42"),
        ({"answeringNumber": "42"}, "42"),
        ({"caller": ADA}, ADA),
        ({"caller[]": [ADA]}, ADA),
        ({}, RINGS["to"]),
    ],
)
def test_whoever_is_named_answered(webhooks: Any, who: dict[str, Any], device: str) -> None:
    facts = webhooks.facts("support", json={**RINGS, "event": "answer", **who})
    assert facts == [{"kind": "answered", **CALL, "device": device}]


def test_an_outbound_call_is_answered_by_the_remote(webhooks: Any) -> None:
    answer = {**RINGS, "event": "answer", "direction": "out", "user": ADA}
    facts = webhooks.facts("support", json=answer)
    assert [(fact["kind"], fact.get("device")) for fact in facts] == [
        ("answered", None),
        ("answered", ADA),
    ]


def test_answer_and_hangup_need_no_numbers_and_no_direction(webhooks: Any) -> None:
    call = {"callId": "1545241916.41"}
    answered = webhooks.facts("support", data={"event": "answer", "user": "ada", **call})
    assert answered == [{"kind": "answered", "call": "1545241916.41", "device": "ada"}]
    ended = webhooks.facts("support", data={"event": "hangup", "cause": "busy", **call})
    assert [fact["kind"] for fact in ended] == ["ended"]


@pytest.mark.parametrize(
    ("cause", "inbound", "outbound"),
    [
        ("normalClearing", ["answered", "ended"], ["answered", "ended"]),
        ("busy", ["ended busy"], ["ended busy"]),
        ("cancel", ["hung_up remote cancelled"], ["hung_up agent unanswered"]),
        ("noAnswer", ["ended rejected"], ["ended unanswered"]),
        ("congestion", ["ended failed"], ["ended failed"]),
        ("notFound", ["ended failed"], ["ended failed"]),
        ("forwarded", ["ended forwarded"], ["ended forwarded"]),
        ("voicemail", ["voicemail", "ended"], ["voicemail", "ended"]),
        ("blocked", ["ended rejected"], ["ended unanswered"]),
        ("elephants", ["ended"], ["ended"]),
        ("", ["ended"], ["ended"]),
    ],
)
def test_causes_say_how_a_call_ended(
    webhooks: Any, cause: str, inbound: list[str], outbound: list[str]
) -> None:
    for direction, expected in (("in", inbound), ("out", outbound)):
        ended = {**RINGS, "event": "hangup", "direction": direction, "cause": cause}
        facts = webhooks.facts("support", json=ended)
        said = [
            " ".join([fact["kind"], *(str(fact[k]) for k in ("by", "outcome") if k in fact)])
            for fact in facts
        ]
        assert said == expected
        assert facts[-1].get("cause", "") == cause  # in the phone system's own word


@pytest.mark.parametrize("key", ["callId", "call_id", "callid"])
def test_the_key_of_a_call_has_several_names(webhooks: Any, key: str) -> None:
    sent = {k: v for k, v in RINGS.items() if k != "callId"} | {key: "77", "more": {"a": [1]}}
    assert {fact["call"] for fact in webhooks.facts("support", json=sent)} == {"77"}
    assert {fact["call"] for fact in webhooks.facts("support", json={**sent, key: 77})} == {"77"}


@pytest.mark.parametrize(
    ("sent", "remote"),
    [
        ("+49 123 456789", "+49 123 456789"),
        ("030/1234", "030/1234"),
        ("42", "42"),
        *((word, None) for word in ("anonymous", "", "0000000000", "<unknown>", "Restricted")),
        ("sip:anonymous@anonymous.invalid", None),
        ("%CallerNumber%", None),
        ("[Number]", None),
        ("{{caller}}", None),
        ("$remote", None),
        ("+266696687", None),
        ("1266696687", None),
    ],
)
def test_numbers_come_as_they_are_and_withheld_ones_not_at_all(
    webhooks: Any, sent: str, remote: str | None
) -> None:
    for request in ({"json": {**RINGS, "from": sent}}, {"data": {**RINGS, "from": sent}}):
        started = webhooks.facts("support", **request)[0]
        assert started["remote"] == (remote or "")
        assert started.get("withheld", False) is (remote is None)


def test_a_plus_that_became_a_space_is_a_plus(webhooks: Any) -> None:
    body = "event=newCall&direction=in&callId=1&from=+4912&to=+4934"
    facts = webhooks.facts("support", data=body, content_type="application/x-www-form-urlencoded")
    assert (facts[0]["remote"], facts[0]["dialled"]) == ("+4912", "+4934")


def test_a_template_whose_key_is_the_callers_number(webhooks: Any) -> None:
    """3CX by a template: the key comes back with the next call, and nobody tells of an answer."""
    ring = {"event": "newCall", "from": "0301234567", "to": "Support", "direction": "in",
            "callId": "0301234567"}  # fmt: skip
    for _call in range(2):
        assert webhooks.post("support", data=ring).get_json() == {}
    first, second = webhooks.events()
    assert first.payload == second.payload
    assert first.dedup != second.dedup  # another call, unless the first one is still open
    ended = {**ring, "event": "hangup", "to": "201", "cause": "normalClearing",
             "CallType": "Inbound", "Number": "0301234567", "Agent": "201", "Duration": "00:01:30",
             "DurationTimespan": "00:01:30", "DateTime": "3/4/2026 10:00"}  # fmt: skip
    assert webhooks.post("support", data=ended).get_json() == {}
    [event] = webhooks.events()
    somebody, agent, end = event.facts
    assert (somebody.kind, somebody.device) == ("answered", "")
    assert (agent.kind, agent.device) == ("answered", "201")
    assert (event.received_at - agent.at).total_seconds() == 90
    assert (end.kind, end.call) == ("ended", "0301234567")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event": None}, "event"),
        ({"event": "ringing"}, "event"),
        ({"event": {"a": 1}}, "event"),
        ({"callId": None}, "callId"),
        ({"callId": "  "}, "callId"),
        ({"callId": "x" * 251}, "callId"),
        ({"callId": "[CallID]"}, "callId"),
        ({"callId": True}, "callId"),
        ({"direction": None}, "direction"),
        ({"direction": "sideways"}, "direction"),
        ({"from": None}, "from"),
        ({"from": {"number": "1"}}, "from"),
        ({"user": [["a", {}]], "event": "newCall"}, None),
        ({"user": [{"name": "Ada"}]}, "user"),
    ],
)
def test_what_is_not_understood_is_told_with_its_field_and_noted(
    webhooks: Any, change: dict[str, Any], field: str | None
) -> None:
    sent = {k: v for k, v in {**RINGS, **change}.items() if v is not None}
    response = webhooks.post("support", json=sent)
    if field is None:
        assert response.status_code == 200
        webhooks.events()
        return
    assert response.status_code == 422
    assert response.get_json()["field"] == field
    assert response.get_json()["error"].startswith(field)
    [event] = webhooks.events()
    assert str(event.problem) == response.get_json()["error"]
    assert event.facts == ()


def test_each_event_is_told_an_empty_object_and_nothing_else(webhooks: Any) -> None:
    for event in ("newCall", "newCall", "answer", "hangup", "hangup"):
        response = webhooks.post("support", data={**RINGS, "event": event, "cause": "cancel"})
        assert (response.status_code, response.text) == (200, "{}")
        assert response.mimetype == "application/json"
    webhooks.events()
