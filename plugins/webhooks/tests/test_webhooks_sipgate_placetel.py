"""Events of sipgate.io and Placetel, with their replies and signatures."""

from __future__ import annotations

import hmac
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

FORM = "application/x-www-form-urlencoded"
RINGS = {
    "event": "newCall",
    "direction": "in",
    "from": "492111234567",
    "to": "4915791234567",
    "callId": "12345678901234567890",
    "user[]": ["Alice", "Bob"],
    "userId[]": ["w0", "w1"],
    "fullUserId[]": ["1234567w0", "1234567w1"],
    "xcid": "abc",
}
CALL = {"call": RINGS["callId"], "direction": "in", "remote": "492111234567"}


def test_a_new_call_is_answered_with_where_its_further_events_go(make_webhooks: Any) -> None:
    made = make_webhooks(
        'public_url = "https://cti.example.org/desk/"\n'.join(
            ["[plugin.webhooks]\n", '[plugin.webhooks.sources.sip]\nkind = "sipgate"\n']
        )
    )
    response = made.post("sip", data=RINGS)
    assert (response.status_code, response.mimetype) == (200, "application/xml")
    told = ElementTree.fromstring(response.text)  # noqa: S314 -- of our own making
    address = f"https://cti.example.org/desk{made.path('sip')}"
    assert (told.tag, told.attrib) == ("Response", {"onAnswer": address, "onHangup": address})
    for event in ("answer", "hangup"):
        response = made.post("sip", data={**RINGS, "event": event, "cause": "normalClearing"})
        told = ElementTree.fromstring(response.text)  # noqa: S314
        assert (response.status_code, told.attrib) == (200, {})


def test_without_a_public_address_the_requests_own_is_named(webhooks: Any) -> None:
    response = webhooks.post("sip", data=RINGS, base_url="https://cti.example.com:8443")
    webhooks.events()
    assert f'onHangup="https://cti.example.com:8443{webhooks.path("sip")}"' in response.text


def test_a_call_of_sipgate(webhooks: Any) -> None:
    assert webhooks.facts("sip", data=RINGS) == [
        {"kind": "started", **CALL, "dialled": RINGS["to"]},
        {"kind": "ringing", **CALL, "device": "Alice"},
        {"kind": "ringing", **CALL, "device": "Bob"},
    ]
    talks = {**RINGS, "event": "answer", "user": "Alice", "userId": "w0"}
    talks = {k: v for k, v in talks.items() if not k.endswith("[]")}
    talks["answeringNumber"] = "21199999999"
    assert webhooks.facts("sip", data=talks) == [{"kind": "answered", **CALL, "device": "Alice"}]
    ended = {"event": "hangup", "callId": RINGS["callId"], "cause": "cancel", "direction": "in"}
    facts = webhooks.facts("sip", data=ended)
    assert [fact["kind"] for fact in facts] == ["hung_up"]


def test_a_call_that_is_handed_on_goes_on_under_its_new_key(webhooks: Any) -> None:
    left = {**RINGS, "event": "hangup", "cause": "forwarded", "answeringNumber": "201"}
    [fact] = webhooks.facts("sip", data=left)
    assert fact == {"kind": "ended", **CALL, "cause": "forwarded"}
    goes_on = {**RINGS, "callId": "9", "origCallId": RINGS["callId"], "diversion": "4915791234567"}
    facts = webhooks.facts("sip", data=goes_on)
    assert facts[-1] == {**CALL, "kind": "joined", "call": "9", "other": RINGS["callId"]}
    same = {**RINGS, "origCallId": RINGS["callId"]}
    assert "joined" not in {fact["kind"] for fact in webhooks.facts("sip", data=same)}


def test_keys_that_were_pressed_are_noted(webhooks: Any) -> None:
    pressed = {"event": "dtmf", "callId": "1", "dtmf": "42"}
    assert webhooks.post("sip", data=pressed).status_code == 200
    [event] = webhooks.events()
    assert (event.kind, event.facts, event.problem) == ("dtmf", (), "")


def test_sipgates_signature(make_webhooks: Any) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    toml = '[plugin.webhooks.sources.sip]\nkind = "sipgate"\npublic_key_file = "sipgate.pem"\n'
    made = make_webhooks(toml, {"sipgate.pem": pem})
    body = urlencode(RINGS, doseq=True).encode()
    good = b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()

    def status(body: bytes, signature: str | None) -> int:
        headers = {} if signature is None else {"X-Sipgate-Signature": signature}
        response = made.post("sip", data=body, headers=headers, content_type=FORM)
        return int(response.status_code)

    assert status(body, good) == 200
    assert status(body + b"&to=1", good) == 401
    assert [status(body, wrong) for wrong in (None, "", "?", "ü", good[:-4])] == [401] * 5
    assert len(made.events()) == 1


SIGNED = (
    "call_id=4a4cbb39578170aed9a2761a7bec8c7e704a541f52291ef603d6f5f152980c3c"
    "&event=CallAccepted&from=0123456789&to=0987654321"
)
SIGNATURE = "c4f823c5b8806432fe2b83b1fc2ee714422e0cdfb4b5129152a7d0bbcd7792d0"
ARRIVES = {
    "event": "IncomingCall",
    "call_id": "4a4cbb39578170aed9a2761a7bec8c7e704a541f52291ef603d6f5f152980c3c",
    "from": "022129191999",
    "to": "0987654321",
}
PLACE = {"call": ARRIVES["call_id"], "direction": "in", "remote": "022129191999"}
OUT = {"call": ARRIVES["call_id"], "direction": "out", "remote": "0987654321"}


def test_placetels_signature(make_webhooks: Any) -> None:
    toml = '[plugin.webhooks.sources.place]\nkind = "placetel"\nsecret_file = "shared"\n'
    made = make_webhooks(toml, {"shared": b"12345\n"})

    def status(body: str, signature: str | None) -> int:
        headers = {} if signature is None else {"X-PLACETEL-SIGNATURE": signature}
        response = made.post("place", data=body, headers=headers, content_type=FORM)
        return int(response.status_code)

    assert status(SIGNED, SIGNATURE) == 200
    assert status(SIGNED, SIGNATURE.upper()) == 200
    other = hmac.new(b"54321", SIGNED.encode(), "sha256").hexdigest()
    assert [status(SIGNED, wrong) for wrong in (None, other, "é")] == [401] * 3
    assert status(SIGNED + "&from=1", SIGNATURE) == 401


def test_a_call_of_placetel(webhooks: Any) -> None:
    response = webhooks.post("place", data=ARRIVES)
    assert (response.status_code, response.text) == (200, "")
    webhooks.events()
    line = {"device": "0987654321"}
    assert webhooks.facts("place", data=ARRIVES) == [
        {"kind": "started", **PLACE, "dialled": "0987654321"},
        {"kind": "ringing", **PLACE, **line},
    ]
    taken = {**ARRIVES, "event": "CallAccepted", "peer": "7777abc@fpbx.de", "direction": "in"}
    peer = {"device": "7777abc@fpbx.de"}
    assert webhooks.facts("place", data=taken) == [{"kind": "answered", **PLACE, **peer}]
    del taken["peer"]
    assert webhooks.facts("place", data=taken) == [{"kind": "answered", **PLACE, **line}]
    placed = {**ARRIVES, "event": "OutgoingCall", "peer": "7777abc@fpbx.de", "direction": "out"}
    assert webhooks.facts("place", data=placed) == [
        {"kind": "started", **OUT, "dialled": "0987654321", **peer},
    ]


@pytest.mark.parametrize(
    ("kind", "inbound", "outbound"),
    [
        ("voicemail", "voicemail", "voicemail"),
        ("missed", "unanswered", "unanswered"),
        ("blocked", "rejected", "unanswered"),
        ("accepted", "answered", "answered"),
        ("busy", "busy", "busy"),
        ("canceled", "cancelled", "unanswered"),
        ("unavailable", "failed", "unanswered"),
        ("congestion", "failed", "failed"),
        ("something", "", ""),
    ],
)
def test_placetels_types_say_how_a_call_ended(
    webhooks: Any, kind: str, inbound: str, outbound: str
) -> None:
    for direction, expected in (("in", inbound), ("out", outbound)):
        ended = {**ARRIVES, "event": "HungUp", "type": kind, "direction": direction}
        facts = webhooks.facts("place", data={**ended, "duration": "0"})
        first = facts[0]["kind"] if facts[0]["kind"] in ("voicemail", "answered") else ""
        assert (facts[-1].get("outcome") or first or "") == expected
        assert facts[-1]["cause"] == kind


def test_placetels_duration_says_when_somebody_answered(webhooks: Any) -> None:
    ended = {**ARRIVES, "event": "HungUp", "type": "accepted", "duration": "95"}
    webhooks.post("place", data=ended)
    [event] = webhooks.events()
    answered = event.facts[0]
    assert answered.kind == "answered"
    assert (event.received_at - answered.at).total_seconds() == 95


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event": "Ringing"}, "event"),
        ({"call_id": ""}, "call_id"),
        ({"direction": "up"}, "direction"),
        ({"from": None}, "from"),
    ],
)
def test_what_placetel_must_say(webhooks: Any, change: dict[str, Any], field: str) -> None:
    sent = {k: v for k, v in {**ARRIVES, **change}.items() if v is not None}
    response = webhooks.post("place", data=sent)
    webhooks.events()
    assert (response.status_code, response.get_json()["field"]) == (422, field)
