"""The address that phone systems post to: who may, what comes back, and what is kept of it."""

from __future__ import annotations

import hmac
import json
import logging
import threading
import time
from base64 import b64encode
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_calls.api_for_plugins import PhoneEvent, Problem, Taken
from cti_webhooks.brake import MOST, REMEMBERED, SECONDS, Brake
from cti_webhooks.models import WebhookAddress
from cti_webhooks.refusals import SECONDS_BETWEEN, Refusals
from cti_webhooks.signatures import Claim, Mark, claim, release, remember
from cti_webhooks.taking import Refused
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cti_host import Finding, Level
from cti_host.command_line.cli import cli
from cti_host.settings.problems import ConfigRefused

RINGS = {"event": "newCall", "from": "493055571600", "to": "42", "direction": "in", "callId": "c1"}


def run(made: Any, *words: str) -> Any:
    config = str(made.running.config_file)
    return CliRunner().invoke(cli, ["--config", config, "webhooks", *words])


def test_the_command_prints_the_address_and_nothing_else(webhooks: Any) -> None:
    printed = run(webhooks, "url", "support").output
    assert printed == f"http://127.0.0.1:8080{webhooks.path('support')}\n"
    assert run(webhooks, "url", "support").output == printed
    assert run(webhooks, "url", "sip").output != printed
    assert run(webhooks, "list").output == (
        "support\tzammad\nsip\tsipgate\nplace\tplacetel\ndesk\tgeneric\n"
    )
    wrong = run(webhooks, "url", "suport")
    assert wrong.exit_code == 1
    assert "support" in wrong.output


def test_a_payload_is_tried_without_being_stored(webhooks: Any, tmp_path: Path) -> None:
    file = tmp_path / "payload"
    file.write_text("event=newCall&direction=in&callId=1&from=+4912&to=42&user[]=Ada&user[]=Bob")
    assert run(webhooks, "try", "support", str(file)).output == (
        "event newCall\n"
        "  started: call 1, in, remote +4912, dialled 42\n"
        "  ringing: call 1, in, remote +4912, device Ada\n"
        "  ringing: call 1, in, remote +4912, device Bob\n"
    )
    file.write_text(
        '{"event": "hangup", "callId": 1, "direction": "in", "from": "", "cause": "busy"}'
    )
    assert run(webhooks, "try", "support", str(file)).output == (
        "event hangup\n  ended: call 1, in, remote withheld, outcome busy, cause busy\n"
    )
    file.write_text('{"event": "dtmf"}')
    assert run(webhooks, "try", "sip", str(file)).output == (
        "event dtmf\n  nothing about a call: it is only noted\n"
    )
    for content in ("{", "event=newCall", ""):
        file.write_text(content)
        tried = run(webhooks, "try", "support", str(file))
        assert (tried.exit_code, tried.output[:16]) == (1, "not understood: ")
    assert webhooks.events() == []


def test_a_new_address_ends_the_old_one_at_once(make_webhooks: Any) -> None:
    made = make_webhooks()
    old, other = made.path("support"), made.path("sip")
    printed = run(made, "rotate", "support").output
    assert made.post("support", old, json=RINGS).status_code == 401
    assert made.post("support", json=RINGS).status_code == 200
    assert printed == run(made, "url", "support").output != f"http://127.0.0.1:8080{old}\n"
    assert made.path("sip") == other


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/support/wrong",
        "/webhooks/nobody/wrong",
        "/webhooks/support/%00",
        "/webhooks/%00/a",
        "/webhooks/support/%F0%9F%98%80",
    ],
)
def test_a_wrong_secret_and_an_unknown_name_are_told_the_same(webhooks: Any, path: str) -> None:
    for method in ("POST", "GET"):
        response = webhooks.running.app.test_client().open(path, method=method, json=RINGS)
        assert response.status_code == 401
        assert response.get_json() == {"error": "no such webhook, or its secret is wrong"}
    assert webhooks.events() == []


def test_the_secret_of_one_source_is_not_that_of_another(webhooks: Any) -> None:
    secret = webhooks.path("sip").rpartition("/")[2]
    assert webhooks.post("", f"/webhooks/support/{secret}", json=RINGS).status_code == 401


def test_events_are_posted(webhooks: Any) -> None:
    client = webhooks.running.app.test_client()
    for method in ("GET", "HEAD"):
        response = client.open(webhooks.path("support"), method=method)
        assert (response.status_code, response.headers["Allow"]) == (405, "POST")
        assert response.mimetype == "application/json"
    assert client.put(webhooks.path("support"), json=RINGS).status_code == 405


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"<a/>", "application/xml", 415),
        (b"{}", "", 415),
        (b"{}", "text/plain", 415),
        (b"[]", "application/json", 422),
        (b"{", "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"[" * 50_000, "application/json", 422),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "application/json", 422),
        (b'{"a":' + b"9" * 5000 + b"}", "application/json", 422),
        (b"", "application/json", 422),
        (b"", "application/x-www-form-urlencoded", 422),
        (b"a&" * 600, "application/x-www-form-urlencoded", 422),
        (b"no boundary", "multipart/form-data", 422),
        (b"x" * 65_537, "application/json", 413),
        (b"x" * 65_537, "application/x-www-form-urlencoded", 413),
    ],
)
def test_bodies_that_are_no_events(
    webhooks: Any, body: bytes, content_type: str, status: int
) -> None:
    response = webhooks.post("support", data=body, content_type=content_type)
    webhooks.events()
    assert (response.status_code, response.mimetype) == (status, "application/json")
    assert response.get_json()["error"]
    if status == 422:
        has_no_fields = body in (b"", b"no boundary") and content_type != "application/json"
        assert response.get_json()["field"] == ("event" if has_no_fields else "body")


def test_json_that_says_it_is_a_form_is_read(webhooks: Any) -> None:
    body = json.dumps(RINGS)
    kind = "application/x-www-form-urlencoded"
    assert webhooks.post("support", data=body, content_type=kind).status_code == 200
    kind = "application/vnd.phone+json; charset=utf-8"
    assert webhooks.post("support", data=body, content_type=kind).status_code == 200
    webhooks.events()


@pytest.mark.parametrize("taken", [None, RuntimeError("no")])
def test_what_is_not_stored_is_to_be_sent_again(webhooks: Any, taken: Any) -> None:
    before = webhooks.keeper.taken
    webhooks.keeper.taken = taken
    response = webhooks.post("support", json=RINGS)
    webhooks.keeper.taken = before
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.get_json()["error"]
    webhooks.events()


def test_without_the_plugin_calls_it_is_503_and_the_check_says_why(make_webhooks: Any) -> None:
    made = make_webhooks(plugins=["webhooks"], sources={})
    assert made.post("support", json=RINGS).status_code == 503
    assert made.post("support", json={}).status_code == 422
    warnings = {one.remedy: one.warning for one in made.running.host.problems}
    assert warnings['add "calls" to plugins']


def test_a_database_that_fails_is_503(make_webhooks: Any) -> None:
    made = make_webhooks()
    path = made.path("support")
    with made.running.app.app_context(), made.running.host.database.connection_context():
        made.running.host.database.execute_sql("DROP TABLE webhook_address")
    response = made.post("support", path, json=RINGS)
    assert (response.status_code, response.mimetype) == (503, "application/json")


def test_an_event_is_kept_as_it_came_without_secrets(webhooks: Any) -> None:
    path = webhooks.path("support")
    secret = path.rpartition("/")[2]
    sent = {
        **RINGS,
        "token": "very-secret",
        "nested": [{"Api-Key": "k-1"}],
        "name": "Zoë",
        "at": secret,
    }
    webhooks.post("support", json=sent)
    webhooks.post("support", data={**RINGS, "password": "very-secret", "name": "Zoë & Co"})
    as_json, as_form = webhooks.events()
    assert json.loads(as_json.payload) == {
        **RINGS, "token": "***", "nested": [{"Api-Key": "***"}], "name": "Zoë", "at": "***",
    }  # fmt: skip
    assert "password=%2A%2A%2A" in as_form.payload
    assert "very-secret" not in as_form.payload + as_json.payload
    assert as_json.kind == "newCall"


def test_logs_say_what_was_refused_and_no_secret(
    webhooks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    secret = webhooks.path("support").rpartition("/")[2]
    with caplog.at_level(logging.DEBUG):
        webhooks.post("support", json={**RINGS, "event": "x"})
        webhooks.post("", "/webhooks/support/" + "z" * 43, json=RINGS)
        webhooks.post("", "/webhooks/evil%0aname/abc", json=RINGS)
    webhooks.events()
    records = [one for one in caplog.records if "webhook" in one.name]
    wrong = "no such webhook, or its secret is wrong"
    assert [one.getMessage() for one in records] == [
        "webhook support: 422, event is none of newCall, answer, hangup",
        f"webhook support: 401, {wrong}",
        f"webhook (unknown): 401, {wrong}",
    ]
    # Of an exception the server's log would hold its kind only.
    assert not any(isinstance(part, Exception) for one in records for part in one.args or ())
    assert secret not in caplog.text
    assert "493055571600" not in caplog.text


def test_a_field_is_named_as_we_know_it_not_as_it_was_sent(webhooks: Any) -> None:
    index = "9" * 30_000
    bad = {**RINGS, "user[" + index + "]": [{"a": 1}]}
    response = webhooks.post("support", json=bad)
    assert response.status_code == 422
    assert response.get_json() == {"error": "user is not a text", "field": "user"}
    [event] = webhooks.events()
    assert str(event.problem) == "user is not a text"


NETWORKS = """
[plugin.webhooks.sources.support]
kind = "zammad"
addresses = ["192.0.2.0/24", "2001:db8::/32"]
"""


def posted_from(made: Any, peer: str, forwarded: str = "") -> int:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    environ = {"REMOTE_ADDR": peer}
    assert made.post("", "/webhooks/support/x", environ_base=environ).status_code == 401
    response = made.post("support", json=RINGS, headers=headers, environ_base=environ)
    return int(response.status_code)


def test_a_list_of_addresses(make_webhooks: Any) -> None:
    made = make_webhooks(NETWORKS)
    for peer in ("192.0.2.7", "::ffff:192.0.2.7", "2001:db8::5"):
        assert posted_from(made, peer) == 200
    assert posted_from(made, "192.0.3.7") == 403
    assert posted_from(made, "192.0.3.7", forwarded="192.0.2.7") == 403


def test_a_list_of_addresses_behind_a_proxy(make_webhooks: Any) -> None:
    made = make_webhooks(f"[server]\nproxies = 1\n{NETWORKS}")
    assert posted_from(made, "192.0.3.7", forwarded="192.0.2.7") == 200
    assert posted_from(made, "192.0.3.7", forwarded="192.0.2.7, 192.0.3.9") == 403
    assert posted_from(made, "192.0.3.7", forwarded="nonsense") == 403


GENERIC_OF_B = '\n[plugin.webhooks.sources.b]\nkind = "sipgate"\n'
GENERIC = '[plugin.webhooks.sources.a]\nkind = "generic"\n'
SIGNATURE = """
[plugin.webhooks.sources.support]
kind = "zammad"
[plugin.webhooks.sources.support.signature]
secret_file = "shared"
"""


def signed(made: Any, body: str, headers: dict[str, str], query: str = "") -> int:
    path = made.path("support") + query
    response = made.post("", path, data=body, headers=headers, content_type="application/json")
    return int(response.status_code)


@pytest.mark.parametrize(
    ("toml", "algorithm", "encode", "prefix"),
    [
        ("", "sha256", bytes.hex, ""),
        ('prefix = "sha256="', "sha256", bytes.hex, "sha256="),
        ('hash = "sha1"\nencoding = "base64"', "sha1", lambda d: b64encode(d).decode(), ""),
        ('hash = "sha512"', "sha512", bytes.hex, ""),
    ],
)
def test_an_hmac_of_the_body(
    make_webhooks: Any, toml: str, algorithm: str, encode: Any, prefix: str
) -> None:
    made = make_webhooks(f'{SIGNATURE}header = "X-Sig"\n{toml}\n', {"shared": b" 12345\n"})
    body = json.dumps(RINGS)
    good = prefix + encode(hmac.new(b"12345", body.encode(), algorithm).digest())
    assert signed(made, body, {"X-Sig": good}) == 200
    assert signed(made, body, {"X-Sig": f"{prefix}00, {good}"}) == 200
    assert signed(made, body + " ", {"X-Sig": good}) == 401
    assert signed(made, body, {}) == 401
    assert signed(made, body, {"X-Sig": "x" + good}) == 401
    assert len(made.events()) == 2


TIMED = (
    f'{SIGNATURE}header = "X-Sig"\ntimestamp_header = "X-Time"\nsigned = "{{timestamp}}.{{body}}"\n'
)


def timed(body: str, stamp: str) -> dict[str, str]:
    digest = hmac.new(b"12345", f"{stamp}.{body}".encode(), "sha256").hexdigest()
    return {"X-Sig": digest, "X-Time": stamp}


def test_a_time_stamp_and_a_request_that_is_sent_again(make_webhooks: Any) -> None:
    made = make_webhooks(TIMED, {"shared": b"12345"})
    body, now = json.dumps(RINGS), int(time.time())
    once = timed(body, str(now))
    made.keeper.taken = None
    assert signed(made, body, once) == 503  # it was not taken, so it may come again
    made.keeper.taken = Taken((1,))
    made.events()
    assert signed(made, body, once) == 200
    assert signed(made, body, once) == 200  # told so, and does nothing
    assert len(made.events()) == 1
    assert signed(made, body, timed(body, str(now - 1))) == 200
    assert signed(made, body, timed(body, str((now - 2) * 1000))) == 200
    assert len(made.events()) == 2
    for wrong in (str(now - 400), str(now + 400), "yesterday", ""):
        assert signed(made, body, timed(body, wrong)) == 401
    assert signed(made, body, {**once, "X-Time": str(now + 1)}) == 401
    assert made.events() == []


def test_copies_of_a_request_at_the_same_time_are_taken_once(make_webhooks: Any) -> None:
    made = make_webhooks(TIMED, {"shared": b"12345"})
    check_copies_are_taken_once(made)


def check_copies_are_taken_once(made: Any, call: str = "c1") -> None:
    body = json.dumps({**RINGS, "callId": call})
    once = timed(body, str(int(time.time())))
    others: list[int] = []

    def send_it_again() -> None:
        copy = threading.Thread(target=lambda: others.append(signed(made, body, once)))
        copy.start()
        copy.join(120)

    made.keeper.meanwhile = send_it_again
    assert signed(made, body, once) == 200
    made.keeper.meanwhile = None
    assert others == [503]  # who sent it may ask again how it went
    assert signed(made, body, once) == 200
    assert len(made.events()) == 1


def test_a_request_may_come_again_when_whoever_took_it_has_ended(
    make_webhooks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_webhooks(TIMED, {"shared": b"12345"})
    mark = Mark("m", int(time.time()) + 301)
    with made.running.app.app_context(), made.running.host.database.connection_context():
        assert [claim(mark), claim(mark)] == [Claim.OURS, Claim.SOMEBODYS]
        release(mark)
        assert claim(mark) is Claim.OURS
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 100)
        assert claim(mark) is Claim.OURS
        remember(mark)
        assert claim(mark) is Claim.TAKEN
        monkeypatch.setattr(time, "time", lambda: now + 400)
        assert claim(mark) is Claim.OURS


def test_addresses_and_signed_requests_on_postgresql(make_webhooks: Any, postgres_url: str) -> None:
    made = make_webhooks(TIMED, {"shared": b"12345"}, database=postgres_url)
    body = json.dumps(RINGS)
    once = timed(body, str(int(time.time())))
    assert [signed(made, body, once) for _ in range(2)] == [200, 200]
    assert len(made.events()) == 1
    check_copies_are_taken_once(made, call="c2")
    old = made.path("support")
    assert run(made, "rotate", "support").exit_code == 0
    assert run(made, "rotate", "support").exit_code == 0
    assert made.path("support") != old
    assert made.post("", old, json=RINGS).status_code == 401
    assert made.post("", "/webhooks/%00/%00", json=RINGS).status_code == 401


def test_what_is_signed_without_its_body_names_its_hash(make_webhooks: Any) -> None:
    toml = f'{SIGNATURE}header = "X-Sig"\nsigned = "{{url}}{{form}}"\n'
    toml = f'[plugin.webhooks]\npublic_url = "https://cti.example.org"\n{toml}'
    made = make_webhooks(toml, {"shared": b"12345"})
    body = json.dumps(RINGS)
    query = f"?bodySHA256={sha256(body.encode()).hexdigest()}"

    def sign(query: str) -> dict[str, str]:
        url = f"https://cti.example.org{made.path('support')}{query}"
        return {"X-Sig": hmac.new(b"12345", url.encode(), "sha256").hexdigest()}

    assert signed(made, body, sign(query), query) == 200
    assert signed(made, body + " ", sign(query), query) == 401
    assert signed(made, body, sign("")) == 401
    assert signed(made, body, sign("?bodySHA256=%C3%A9"), "?bodySHA256=%C3%A9") == 401


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_FIELD = st.sampled_from(
    ["event", "from", "to", "direction", "callId", "user", "user[]", "cause", "queue", "Agent",
     "Duration", "answeringNumber", "origCallId", "type", "duration", "peer", "call_id"]
)  # fmt: skip
_WORD = st.sampled_from(
    ["newCall", "answer", "hangup", "dtmf", "IncomingCall", "HungUp", "CallAccepted", "in", "out",
     "c1", "cancel", "99999999999.23:59:59", "1e999", "\ud800", "\x00", " 49", "%x%", "9" * 400]
)  # fmt: skip
_EVENT = st.dictionaries(_FIELD, _WORD | _JSON, max_size=8)


@settings(max_examples=60, deadline=None)
@given(
    source=st.sampled_from(["support", "sip", "place", "desk"]),
    event=_EVENT | st.fixed_dictionaries({"all": st.lists(_EVENT, max_size=2), "callId": _WORD}),
    raw=st.none() | st.binary(max_size=60),
    kind=st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
    ),
)
@example("support", {**RINGS, "callId": "\ud800"}, None, "application/json")
def test_nothing_that_is_sent_makes_an_error_here(
    webhooks: Any, source: str, event: dict[str, Any], raw: bytes | None, kind: str
) -> None:
    body = json.dumps(event).encode() if raw is None else raw
    response = webhooks.post(source, data=body, content_type=kind)
    assert response.status_code in (200, 422)
    for kept in webhooks.events():
        stored = [kept.payload, kept.kind, str(kept.problem)]
        stored += [str(part) for fact in kept.facts for part in vars(fact).values()]
        "".join(stored).encode()  # whole characters only
        assert "\x00" not in "".join(stored)


@pytest.mark.parametrize(
    ("toml", "key", "message"),
    [
        ('[plugin.webhooks.sources.a]\nkind = "zamad"', "sources.a.kind", "zammad"),
        ("[plugin.webhooks.sources.a]\naddresses = []", "sources.a.kind", "is required"),
        ('[plugin.webhooks.sources."A b"]\nkind = "zammad"', 'sources."A b"', "small letters"),
        ('[plugin.webhooks.sources.simulator]\nkind = "zammad"', "sources.simulator",
         "another name"),
        ('[plugin.webhooks.sources.a]\nkind = "zammad"\nadresses = []', "sources.a.adresses",
         "addresses"),
        ('[plugin.webhooks.sources.a]\nkind = "zammad"\naddresses = ["x"]', "sources.a.addresses",
         "192.0.2.7"),
        ('[plugin.webhooks]\npublic_url = "cti.example.org"', "public_url", "https://"),
        ('[plugin.webhooks.sources.a]\nkind = "placetel"\nsecret_file = "none"',
         "sources.a.secret_file", "can't be read"),
        ('[plugin.webhooks.sources.a]\nkind = "sipgate"\npublic_key_file = "short"',
         "sources.a.public_key_file", "public key"),
        (GENERIC + 'fields = { event = "e" }\nevents = {}', "sources.a.fields", "who calls"),
        (GENERIC + 'fields = { from = "f" }\nevents = { a = "ended" }', "sources.a.fields",
         "what happened"),
        (GENERIC + 'fields = { evnt = "e" }\nevents = {}', "sources.a.fields.evnt", "event"),
        (GENERIC + 'fields = { event = "e", from = "f" }\nevents = { a = "rings" }',
         "sources.a.events.a", "ringing"),
        (GENERIC + 'fields = { event = "e", from = "f" }\nevents = {}\ntoken_field = "t"',
         "sources.a.token_file", "token_header"),
        (f'{SIGNATURE}header = "X"\n', "sources.support.signature.secret_file", "can't be read"),
        (f'{SIGNATURE}header = "X Sig"\n', "sources.support.signature.header", "X-Signature"),
        (f'{SIGNATURE}header = "X"\nsigned = "{{boddy}}"\n', "sources.support.signature.signed",
         "{body}"),
        (f'{SIGNATURE}header = "X"\nsigned = "{{url}}"\n', "sources.support.signature.signed",
         "{body}"),
        (f'{SIGNATURE}header = "X"\nsigned = "{{timestamp}}{{body}}"\n',
         "sources.support.signature.signed", "timestamp_header"),
        (f'{SIGNATURE}header = "X"\ntimestamp_header = "T"\n',
         "sources.support.signature.timestamp_header", "not signed"),
    ],
)  # fmt: skip
def test_mistakes_in_the_settings_have_place_and_remedy(
    make_webhooks: Any, toml: str, key: str, message: str
) -> None:
    with pytest.raises(ConfigRefused) as refused:
        make_webhooks(toml + "\n", {"short": b"no key"})
    [problem] = [one for one in refused.value.problems if not one.warning]
    assert problem.key.startswith(f"plugin.webhooks.{key}")
    assert message in f"{problem.message} {problem.remedy}"
    assert problem.remedy
    assert problem.line


class TestRefusedRequests:
    """They are noted in the journal, counted: whoever sends them may be anybody."""

    def test_each_reason_is_noted_with_its_source(self, make_webhooks: Any) -> None:
        made = make_webhooks(TIMED, {"shared": b"12345"})
        body, now = json.dumps(RINGS), int(time.time())
        made.post("", "/webhooks/support/wrong", json=RINGS)
        made.post("", "/webhooks/nobody/wrong", json=RINGS)
        signed(made, body, timed(body, str(now - 4000)))
        signed(made, body, {**timed(body, str(now)), "X-Sig": "00"})
        for _ in range(2):
            signed(made, body, timed(body, str(now)))
        unknown = "no such webhook, or its secret is wrong"
        old = "the time stamp is too old, or the clocks differ"
        again = "the same request came again, and changed nothing"
        assert made.refused() == [
            ("support", "401, application/json", unknown, 1),
            ("(unknown)", "401, application/json", unknown, 1),
            ("support", "401, application/json", old, 1),
            ("support", "401, application/json", "the signature is wrong", 1),
            ("support", "200, application/json", again, 1),
        ]  # fmt: skip
        assert len(made.events()) == 1

    def test_an_address_that_is_not_listed_is_named(self, make_webhooks: Any) -> None:
        made = make_webhooks(NETWORKS)
        made.post("support", json=RINGS, environ_base={"REMOTE_ADDR": "198.51.100.7"})
        ((source, answer, why, _count),) = made.refused()
        assert (source, answer) == ("support", "403, application/json")
        assert why == "the address 198.51.100.7 may not post here"

    def test_however_many_come_few_are_written(self) -> None:
        stored: list[tuple[str, PhoneEvent]] = []
        now = [100.0]

        def store(source: str, event: PhoneEvent) -> Taken:
            stored.append((source, event))
            return Taken()

        refusals = Refusals(store, lambda: now[0])
        for _ in range(1000):
            refusals.note(None, 401, Problem("wrong"))
        assert [event.refused for _source, event in stored] == [1]
        now[0] += SECONDS_BETWEEN
        refusals.note(None, 401, Problem("wrong"))
        assert [event.refused for _source, event in stored] == [1, 1000]
        refusals.note(None, 401, Problem("wrong"))
        refusals.flush()
        refusals.flush()
        assert [event.refused for _source, event in stored] == [1, 1000, 1]
        assert {source for source, _event in stored} == {"(unknown)"}

    def test_what_could_not_be_stored_is_counted_on(self) -> None:
        counts: list[int] = []
        answers: list[Taken | None] = [None, Taken(), Taken()]

        def store(_source: str, event: PhoneEvent) -> Taken | None:
            counts.append(event.refused)
            return answers.pop(0)

        refusals = Refusals(store, lambda: 100.0)
        for _ in range(3):
            refusals.note(None, 401, Problem("wrong"))
        refusals.flush()
        refusals.flush()
        assert counts == [1, 3]


def test_the_check_tells_how_old_secrets_are_and_what_is_checked(make_webhooks: Any) -> None:
    made = make_webhooks(f"{TIMED}{GENERIC_OF_B}", {"shared": b"12345"})

    def check() -> dict[str, Finding]:
        with made.running.app.test_request_context():
            found = made.running.host.hooks.check_online()
            return {finding.what: finding for _plugin, finding in found}

    assert check()["address of support"].level is Level.WARNING
    assert check()["who posts to support"].detail.endswith("this is checked: a signature")
    assert "nothing else is checked" in check()["who posts to b"].detail
    secret = made.path("support").rpartition("/")[2]
    run(made, "url", "support")
    told = check()["address of support"]
    assert (told.level, told.detail) == (Level.GOOD, "its secret is 0 days old")
    with made.running.app.app_context(), made.running.host.database.connection_context():
        WebhookAddress.update(since=int(time.time()) - 800 * 86_400).execute()
    told = check()["address of support"]
    assert (told.level, told.detail) == (Level.WARNING, "its secret is 800 days old")
    assert told.remedy == "cti-host webhooks rotate support"
    run(made, "rotate", "support")
    assert check()["address of support"].level is Level.GOOD
    assert secret not in str(check())


class TestBrake:
    """Whoever tries secrets has to wait, but not who has the right one, wherever they are."""

    def test_after_many_wrong_secrets_an_address_has_to_wait(self, make_webhooks: Any) -> None:
        made = make_webhooks()
        path = made.path("support")

        def post(address: str, path: str) -> Any:
            return made.post("", path, json=RINGS, environ_base={"REMOTE_ADDR": address})

        for _ in range(MOST):
            assert post("198.51.100.7", "/webhooks/support/wrong").status_code == 401
        for wrong in ("/webhooks/support/wrong", "/webhooks/unknown/wrong"):
            refused = post("198.51.100.7", wrong)
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        assert post("198.51.100.9", "/webhooks/support/wrong").status_code == 401
        # The phone system may share the address, behind a router or a proxy.
        assert post("198.51.100.7", path).status_code == 200
        assert post("198.51.100.7", "/webhooks/support/wrong").status_code == 429

    def test_it_ends_after_a_while_and_remembers_few(self) -> None:
        now = [0.0]
        brake = Brake(lambda: now[0])
        for _ in range(MOST):
            brake.failed("2001:db8::1")
        assert brake.is_on("2001:db8::2")  # of the same network
        assert not brake.is_on("2001:db8:0:1::1")
        now[0] += SECONDS
        assert not brake.is_on("2001:db8::1")
        for number in range(REMEMBERED + 5):
            brake.failed(str(number))
        assert len(brake._wrong) == REMEMBERED


def test_a_log_holds_no_word_of_a_payload() -> None:
    text = "%(field)s has a word that is not in %(table)s: “%(word)s”"
    problem = Problem(text, {"field": "kind", "table": "events", "word": "Zoë Lacroix"})
    refused = Refused(HTTPStatus.UNPROCESSABLE_ENTITY, problem)
    assert refused.for_the_log == "kind has a word that is not in events: “…”"
    assert "Zoë" in str(refused)
