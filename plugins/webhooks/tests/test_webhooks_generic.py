"""Any phone system, by a mapping: Twilio, Aircall, RingCentral and what else posts."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

# Of times more than a day away from now nothing is believed.
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
TWILIO = """
[plugin.webhooks]
public_url = "https://mycompany.com"
[plugin.webhooks.sources.twilio]
kind = "generic"
directions = { inbound = "in", "*" = "out" }
reply = { type = "text/xml", body = "<Response/>" }
[plugin.webhooks.sources.twilio.fields]
event = "CallStatus"
call = ["ParentCallSid", "CallSid"]
direction = "Direction"
from = "From"
to = "To"
name = "CallerName"
cause = "CallStatus"
duration = "CallDuration"
at = "Timestamp"
[plugin.webhooks.sources.twilio.events]
queued = "ignored"
initiated = "started"
ringing = "ringing"
in-progress = "answered"
"*" = "ended"
[plugin.webhooks.sources.twilio.causes]
completed = "answered"
busy = "busy"
failed = "failed"
no-answer = "missed"
canceled = "cancelled"
"""
SIGNED = """
[plugin.webhooks.sources.twilio.signature]
header = "X-Twilio-Signature"
secret_file = "auth_token"
hash = "sha1"
encoding = "base64"
signed = "{url}{form}"
"""
RINGS = {
    "CallSid": "CA1234567890ABCDE",
    "AccountSid": "AC1",
    "From": "+12349013030",
    "To": "+18005551212",
    "CallStatus": "ringing",
    "Direction": "inbound",
    "CallerName": "ADA",
}
AIRCALL = """
[plugin.webhooks.sources.aircall]
kind = "generic"
token_file = "aircall_token"
token_field = "token"
never_refuse = true
[plugin.webhooks.sources.aircall.fields]
event = "event"
call = "data.id"
direction = "data.direction"
remote = "data.raw_digits"
own = "data.number.digits"
agents = "data.user.email"
cause = "data.missed_call_reason"
answered_at = "data.answered_at"
[plugin.webhooks.sources.aircall.events]
"call.created" = "started"
"call.ringing_on_agent" = "ringing"
"call.answered" = "answered"
"call.hungup" = "ended"
"call.hold" = "held"
"call.unhold" = "resumed"
"call.transferred" = "transferred"
"*" = "ignored"
[plugin.webhooks.sources.aircall.directions]
inbound = "in"
outbound = "out"
[plugin.webhooks.sources.aircall.causes]
"*" = "missed"
"" = "answered"
"""
RING_CENTRAL = """
[plugin.webhooks.sources.ring]
kind = "generic"
each = "body.parties"
never_refuse = true
echo = { header = "Validation-Token" }
[plugin.webhooks.sources.ring.fields]
event = ".status.code"
call = "body.telephonySessionId"
direction = ".direction"
from = ".from.phoneNumber"
to = ".to.phoneNumber"
name = ".from.name"
agents = [".extensionId"]
at = "body.eventTime"
cause = ".missedCall"
[plugin.webhooks.sources.ring.events]
Setup = "started"
Proceeding = "ringing"
Answered = "answered"
Hold = "held"
VoiceMail = "voicemail"
Gone = "leg_ended"
Disconnected = "ended"
"*" = "ignored"
[plugin.webhooks.sources.ring.directions]
Inbound = "in"
Outbound = "out"
[plugin.webhooks.sources.ring.causes]
true = "missed"
"""


@pytest.fixture(scope="module")
def mapped(make_webhooks: Any) -> Any:
    return make_webhooks(TWILIO + AIRCALL + RING_CENTRAL, {"aircall_token": b"a-token\n"})


def test_a_call_of_twilio(mapped: Any) -> None:
    response = mapped.post("twilio", data=RINGS)
    assert (response.status_code, response.mimetype) == (200, "text/xml")
    assert response.text == "<Response/>"
    mapped.events()
    call = {"call": RINGS["CallSid"], "direction": "in", "remote": RINGS["From"]}
    line = {"device": RINGS["To"]}
    assert mapped.facts("twilio", data=RINGS) == [
        {"kind": "started", **call, "remote_name": "ADA", "dialled": RINGS["To"]},
        {"kind": "ringing", **call, "remote_name": "ADA", **line},
    ]
    talks = {**RINGS, "CallStatus": "in-progress"}
    assert mapped.facts("twilio", data=talks) == [{"kind": "answered", **call, **line}]
    over = {**RINGS, "CallStatus": "completed", "CallDuration": "60",
            "Timestamp": (BEGAN + timedelta(minutes=1)).isoformat()}  # fmt: skip
    answered, ended = mapped.facts("twilio", data=over)
    assert answered["at"] == BEGAN
    assert ended["at"] == BEGAN + timedelta(minutes=1)
    assert ended["cause"] == "completed"


def test_an_outbound_call_of_twilio(mapped: Any) -> None:
    call = {**RINGS, "Direction": "outbound-dial", "ParentCallSid": "CA0", "CallSid": "CA9"}
    started, *more = mapped.facts("twilio", data=call)
    assert (started["call"], started["direction"], started["remote"], started["device"]) == (
        "CA0",
        "out",
        RINGS["To"],
        RINGS["From"],
    )
    assert more == []
    for status, outcome in (("no-answer", "unanswered"), ("busy", "busy"), ("failed", "failed")):
        [ended] = mapped.facts("twilio", data={**call, "CallStatus": status})
        assert ended["outcome"] == outcome


@pytest.mark.parametrize("sentinel", ["+266696687", "266696687", "+86282452253", "1266696687"])
def test_twilios_numbers_for_no_number(mapped: Any, sentinel: str) -> None:
    started = mapped.facts("twilio", data={**RINGS, "From": sentinel})[0]
    assert (started["remote"], started["withheld"]) == ("", True)


def test_twilios_signature(make_webhooks: Any) -> None:
    made = make_webhooks(TWILIO + SIGNED, {"auth_token": b"12345"})
    query = "?foo=1&bar=2"
    signed = f"https://mycompany.com{made.path('twilio')}{query}"
    signed += "".join(f"{name}{RINGS[name]}" for name in sorted(RINGS))
    good = b64encode(hmac.new(b"12345", signed.encode(), "sha1").digest()).decode()

    def status(signature: str, **change: str) -> int:
        headers = {"X-Twilio-Signature": signature}
        path = made.path("twilio") + query
        return int(made.post("", path, data={**RINGS, **change}, headers=headers).status_code)

    assert status(good) == 200
    assert status(good, From="+1") == 401
    assert status("") == 401


CALL = {
    "id": 812,
    "direct_link": "https://example.org/calls/812",
    "direction": "inbound",
    "status": "initial",
    "missed_call_reason": None,
    "started_at": 1796036400,
    "answered_at": None,
    "ended_at": None,
    "raw_digits": "+43 720 880079",
    "user": None,
    "number": {"name": "Support", "digits": "+33 1 76 36 06 95"},
    "tags": [],
}


def aircall(event: str, **data: Any) -> dict[str, Any]:
    body = {"resource": "call", "event": event, "timestamp": 1796036401, "token": "a-token"}
    return {**body, "data": {**CALL, **data}}


def test_a_call_of_aircall(mapped: Any) -> None:
    call = {"call": "812", "direction": "in", "remote": "+43 720 880079"}
    ada = {"user": {"id": 7, "name": "Ada", "email": "ada@example.org"}}
    phone = {"device": "ada@example.org"}
    [started] = mapped.facts("aircall", json=aircall("call.created"))
    assert started == {"kind": "started", **call, "dialled": "+33 1 76 36 06 95"}
    _, ringing = mapped.facts("aircall", json=aircall("call.ringing_on_agent", **ada))
    assert ringing == {"kind": "ringing", **call, **phone}
    at = int(BEGAN.timestamp())
    talks = aircall("call.answered", answered_at=at, **ada)
    assert mapped.facts("aircall", json=talks) == [{"kind": "answered", **call, **phone}]
    for event, kind in (("hold", "held"), ("unhold", "resumed"), ("transferred", "transferred")):
        facts = mapped.facts("aircall", json=aircall(f"call.{event}", **ada))
        assert facts == [{"kind": kind, **call, **phone}]
    over = aircall("call.hungup", answered_at=at, ended_at=at + 60, **ada)
    answered, ended = mapped.facts("aircall", json=over)
    assert answered["at"] == BEGAN
    missed = aircall("call.hungup", missed_call_reason="no_available_agent")
    [ended] = mapped.facts("aircall", json=missed)
    assert (ended["outcome"], ended["cause"]) == ("unanswered", "no_available_agent")


def test_a_token_in_the_payload_is_checked_and_not_kept(mapped: Any) -> None:
    assert mapped.post("aircall", json=aircall("call.created")).status_code == 200
    [event] = mapped.events()
    assert "a-token" not in event.payload
    for wrong in ("", "other", "é", ["a"], {"a": 1}, None):
        body = {**aircall("call.created"), "token": wrong}
        assert mapped.post("aircall", json=body).status_code == 401
    assert mapped.events() == []


def test_a_token_is_not_kept_however_it_is_written(make_webhooks: Any) -> None:
    token = 'a+b/c="d'
    made = make_webhooks(AIRCALL, {"aircall_token": token.encode()})
    body = {"event": "number.created", "token": token, "note": f"it is {token}!", token: 1}
    assert made.post("aircall", json=body).status_code == 200
    assert made.post("aircall", data=body).status_code == 200
    as_json, as_form = made.events()
    kept = {"event": "number.created", "token": "***", "note": "it is ***!", "***": 1}
    assert json.loads(as_json.payload) == kept
    assert dict(parse_qsl(as_form.payload)) == {**kept, "***": "1"}


def test_of_a_body_without_a_token_nothing_is_kept(make_webhooks: Any, mapped: Any) -> None:
    kind = {"content_type": "application/json"}
    assert mapped.post("aircall", data=b"{", **kind).status_code == 401
    assert mapped.events() == []
    toml = AIRCALL.replace('token_field = "token"', 'token_header = "X-Token"')
    made = make_webhooks(toml, {"aircall_token": b"a-token"})
    assert made.post("aircall", data=b"{", **kind).status_code == 401
    assert made.events() == []
    assert (
        made.post("aircall", data=b"{", headers={"X-Token": "a-token"}, **kind).status_code == 200
    )
    [event] = made.events()
    assert (str(event.problem), event.payload) == ("body is not JSON", "")


def test_a_token_in_a_header(make_webhooks: Any) -> None:
    toml = AIRCALL.replace('token_field = "token"', 'token_header = "Authorization"')
    made = make_webhooks(toml, {"aircall_token": b"a-token"})
    for header, status in (("a-token", 200), ("Bearer a-token", 200), ("Bearer b", 401)):
        headers = {"Authorization": header}
        response = made.post("aircall", json=aircall("call.created"), headers=headers)
        assert response.status_code == status
    assert made.post("aircall", json=aircall("call.created")).status_code == 401


def test_what_must_never_be_refused_is_noted(mapped: Any) -> None:
    """Aircall and RingCentral give a webhook up after an error."""
    for body in (aircall("call.created", id=None), aircall("call.created", direction="sideways")):
        response = mapped.post("aircall", json=body)
        assert (response.status_code, response.text) == (200, "{}")
        [event] = mapped.events()
        assert str(event.problem).startswith("data.")
    assert mapped.post("aircall", json=aircall("number.created")).status_code == 200
    [event] = mapped.events()
    assert (event.kind, event.facts, event.problem) == ("number.created", (), "")


def session(*parties: dict[str, Any]) -> dict[str, Any]:
    at = (BEGAN + timedelta(seconds=0.5)).isoformat()
    body = {"sequence": 3, "telephonySessionId": "s-1", "eventTime": at}
    return {"uuid": "u", "event": "/sessions", "body": {**body, "parties": [*parties]}}


def party(code: str, extension: str | None = "101", **more: Any) -> dict[str, Any]:
    return {"id": "p-1", "extensionId": extension, "direction": "Inbound",
            "from": {"phoneNumber": "+16505550100", "name": "Ada"},
            "to": {"phoneNumber": "+16505550199", "extensionId": extension},
            "status": {"code": code}, "missedCall": False, **more}  # fmt: skip


def test_a_call_of_ring_central_has_several_parties(mapped: Any) -> None:
    at = BEGAN + timedelta(seconds=0.5)
    call = {"call": "s-1", "at": at, "direction": "in", "remote": "+16505550100"}
    facts = mapped.facts("ring", json=session(party("Proceeding"), party("Proceeding", "102")))
    assert [(fact["kind"], fact.get("device")) for fact in facts] == [
        ("started", None),
        ("ringing", "101"),
        ("started", None),
        ("ringing", "102"),
    ]
    facts = mapped.facts("ring", json=session(party("Answered"), party("Gone", "102")))
    assert facts == [
        {"kind": "answered", **call, "device": "101"},
        {"kind": "leg_ended", **call, "device": "102", "cause": "false"},
    ]
    [ended] = mapped.facts("ring", json=session(party("Disconnected", missedCall=True)))
    assert (ended["kind"], ended["outcome"]) == ("ended", "unanswered")
    withheld = {**party("Proceeding"), "from": {"phoneNumber": "anonymous"}}
    assert mapped.facts("ring", json=session(withheld))[0]["withheld"]
    assert mapped.post("ring", json=session()).status_code == 200
    [event] = mapped.events()
    assert str(event.problem) == "body.parties is missing or empty"


def test_an_event_with_very_many_elements_is_taken_in_part(make_webhooks: Any) -> None:
    made = make_webhooks(RING_CENTRAL)
    many = session(*(party("Answered", str(number)) for number in range(101)))
    assert made.post("ring", json=many).status_code == 200
    [event] = made.events()
    assert [fact.device for fact in event.facts] == [str(number) for number in range(100)]
    assert str(event.problem) == "body.parties has more than 100 elements; the others are left out"
    lists = [f"{number}" for number in range(90)]
    wide = session(*(party("Answered", lists) for _each in range(7)))  # type: ignore[arg-type]
    assert made.post("ring", json=wide).status_code == 200
    [event] = made.events()
    assert len(event.facts) == 500
    assert str(event.problem) == "body.parties says more than 500 things; the others are left out"


@pytest.mark.parametrize("days", [-2, 2, 3650])
def test_a_time_that_is_days_away_is_not_believed(mapped: Any, days: int) -> None:
    far = (BEGAN + timedelta(days=days)).isoformat()
    over = {**RINGS, "CallStatus": "busy", "Timestamp": far}
    mapped.post("twilio", data=over)
    [event] = mapped.events()
    assert [fact.at for fact in event.facts] == [event.received_at]


def test_a_check_of_the_address_gets_back_what_it_sends(make_webhooks: Any, mapped: Any) -> None:
    response = mapped.post("ring", headers={"Validation-Token": "abc-1"})
    assert (response.status_code, response.headers["Validation-Token"]) == (200, "abc-1")
    toml = RING_CENTRAL.replace('{ header = "Validation-Token" }', '{ query = "validationToken" }')
    made = make_webhooks(toml)
    path = f"{made.path('ring')}?validationToken=%3Cb%3E+1"
    for method in ("GET", "POST"):
        response = made.running.app.test_client().open(path, method=method)
        assert (response.status_code, response.mimetype) == (200, "text/plain")
        assert response.text == "<b> 1"
    wrong = "/webhooks/ring/wrong?validationToken=a"
    assert made.running.app.test_client().get(wrong).status_code == 401
    assert made.events() == []


def test_a_form_with_almost_nothing(make_webhooks: Any) -> None:
    toml = """
    [plugin.webhooks.sources.addon]
    kind = "generic"
    fields = { from = "data[caller]", to = "ext", queue = "q" }
    events = { "*" = "ringing" }
    directions = { "*" = "in" }
    """
    made = make_webhooks(toml)
    body = "data[caller]=+4930123&ext=201&q=Sales"
    kind = "application/x-www-form-urlencoded"
    facts = made.facts("addon", data=body, content_type=kind)
    call = {"call": "", "direction": "in", "remote": "+4930123"}
    assert facts == [
        {"kind": "started", **call, "dialled": "201", "queue": "Sales"},
        {"kind": "ringing", **call, "device": "201"},
    ]
    for _call in range(2):
        made.post("addon", data=body, content_type=kind)
    first, second = made.events()
    assert first.dedup != second.dedup  # the same words, and maybe another call


@pytest.mark.parametrize(
    ("event", "kind"),
    [("join", "queued"), ("leave", "queue_left"), ("mail", "voicemail")],
)
def test_queues_and_voicemail(make_webhooks: Any, event: str, kind: str) -> None:
    toml = """
    [plugin.webhooks.sources.pbx]
    kind = "generic"
    fields = { event = "e", call = "id", from = "n", queue = "q", other_call = "before" }
    events = { join = "queued", leave = "left_queue", mail = "voicemail", ring = "ringing" }
    directions = { "*" = "in" }
    """
    made = make_webhooks(toml)
    call = {"call": "1", "direction": "in", "remote": "030"}
    [fact] = made.facts("pbx", json={"e": event, "id": 1, "n": "030", "q": "Sales"})
    assert fact == {"kind": kind, **call, **({"queue": "Sales"} if kind == "queued" else {})}
    moved = made.facts("pbx", json={"e": "ring", "id": 1, "n": "030", "before": "0"})
    assert moved[-1] == {"kind": "joined", **call, "other": "0"}
    refused = made.post("pbx", json={"e": "sing", "id": 1, "n": "030"})
    assert (refused.status_code, refused.get_json()["field"]) == (422, "e")
    made.events()
