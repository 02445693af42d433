"""Talking to iTop: what was recorded is understood, and every failure has a name."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from cti_itop.rest.breaker import FAILURES, FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Breaker
from cti_itop.rest.client import Account, Connection, Itop
from cti_itop.rest.errors import (
    ItopBadReply,
    ItopDown,
    ItopError,
    ItopForbidden,
    ItopMaintenance,
    ItopProblem,
    ItopRefused,
    ItopSlow,
    ItopTooLarge,
)
from cti_itop.rest.replies import read_found, read_reply
from fake_itop import PASSWORD, TOKEN, USER, FakeItop, recordings
from hypothesis import given
from hypothesis import strategies as st

RECORDED = {recorded["name"]: recorded for recorded in recordings()}
GOOD = [
    name
    for name, recorded in RECORDED.items()
    if recorded["reply"]["code"] == 0 and not name.startswith("check_credentials")
]
BAD = [
    name
    for name, recorded in RECORDED.items()
    if recorded["reply"]["code"] != 0 and name != "bad_login"
]
NUMBER = "0987654321"
QUERY = f"SELECT Person WHERE phone LIKE '{NUMBER}'"


def ask(itop: Itop, name: str) -> dict[str, Any]:
    return itop.call(**RECORDED[name]["request"])


def get(itop: Itop, name: str) -> Any:
    request = RECORDED[name]["request"]
    return itop.get(
        request["key"],
        class_name=request["class"],
        fields=request["output_fields"].split(","),
        limit=request.get("limit"),
        page=request.get("page"),
    )


def connect(url: str, *, account: Account | None = None, **changes: Any) -> Itop:
    waits = {"connect_seconds": 60.0, "read_seconds": 60.0, "seconds": 60.0, **changes}
    return Itop(Connection(url, account or Account(user=USER, password=PASSWORD), **waits))


@pytest.mark.parametrize("name", GOOD)
def test_every_good_reply_that_was_recorded_is_read(itop: Itop, name: str) -> None:
    assert ask(itop, name) == RECORDED[name]["reply"]


@pytest.mark.parametrize("name", BAD)
def test_every_bad_reply_that_was_recorded_is_an_error_with_its_code(itop: Itop, name: str) -> None:
    reply = RECORDED[name]["reply"]
    with pytest.raises(ItopError) as caught:
        ask(itop, name)
    assert (caught.value.code, caught.value.message) == (reply["code"], reply["message"])


def test_nobody_is_found(itop: Itop) -> None:
    found = get(itop, "caller_none")
    assert (found.total, found.objects) == (0, [])


def test_persons_come_in_the_order_of_itop_with_texts(itop: Itop) -> None:
    found = get(itop, "caller_many")
    assert found.total == 7
    assert [person.id for person in found.objects] == [
        110019,
        110020,
        110021,
        110022,
        110023,
        110024,
        110032,
    ]
    assert found.objects[0].class_name == "Person"
    assert found.objects[0].text("friendlyname") == "Aurélie Lefèvre"
    assert found.objects[1].text("mobile_phone") == ""


def test_a_page_says_how_many_there_are_in_all(itop: Itop) -> None:
    found = get(itop, "paged")
    assert found.total == 28
    assert [ticket.text("ref") for ticket in found.objects] == ["R-310071", "R-310070", "R-310069"]


def test_an_object_of_a_parent_class_has_its_own_class(itop: Itop) -> None:
    found = get(itop, "parent_class")
    assert found.objects[0].class_name == "NormalChange"
    assert found.objects[0].text("ref") == "C-310009"


def test_a_value_that_is_no_text_is_no_text(itop: Itop) -> None:
    (change,) = get(itop, "parent_class_all_fields_of_final").objects
    assert change.text("private_log") == ""
    assert change.text("nothing of that name") == ""
    assert change.key("caller_id") == 110019
    assert change.key("requestor_id") == 0
    assert change.key("title") == 0


def test_what_was_made_comes_back_with_its_id(itop: Itop) -> None:
    request = RECORDED["create_person"]["request"]
    fields = request["output_fields"].split(",")[1:]
    made = itop.create("Person", request["fields"], comment="CTI", output=fields)
    assert (made.class_name, made.id) == ("Person", 110074)
    assert made.text("friendlyname") == "Rita Recorded"


def test_a_token_signs_in_and_no_password_is_sent(itop_server: FakeItop) -> None:
    itop = connect(itop_server.url, account=Account(token=TOKEN, user="x", password="y"))
    assert itop.call("list_operations")["code"] == 0
    assert not {"auth_user", "auth_pwd"} & set(itop_server.forms[-1])
    itop.close()


def test_requests_share_connections(itop: Itop, itop_server: FakeItop) -> None:
    for _ in range(5):
        itop.call("list_operations")
    assert itop_server.connections == 1


FAILURES_BY_NAME: list[tuple[str, type[ItopProblem], str]] = [
    ("down", ItopDown, "disconnected"),
    ("gateway", ItopDown, "HTTP 502"),
    ("cut", ItopDown, "RemoteProtocolError"),
    ("slow", ItopSlow, "no answer in time"),
    ("trickling", ItopSlow, "not complete in time"),
    ("maintenance", ItopMaintenance, "HTTP 503"),
    ("html", ItopBadReply, "a page instead of JSON"),
    ("crash", ItopBadReply, "HTTP 500"),
    ("redirect", ItopBadReply, "it leads to https://sso.example.org/login;"),
    ("truncated", ItopBadReply, "no JSON, or half of it"),
    ("foreign", ItopBadReply, "no answer of iTop's REST services"),
    ("huge", ItopTooLarge, "more than 1,000,000 bytes"),
    ("password", ItopRefused, "Invalid login"),
    ("forbidden", ItopForbidden, "permissions"),
    ("code100", ItopError, "code 100"),
]
# What is late is so after the shortest wait; what trickles begins in time on any machine.
WAITS: dict[str, dict[str, Any]] = {
    "slow": {"read_seconds": 0.1},
    "trickling": {"seconds": 3.0},
}


@pytest.mark.parametrize(
    ("failure", "kind", "cause"), FAILURES_BY_NAME, ids=[f[0] for f in FAILURES_BY_NAME]
)
def test_each_failure_has_a_name_and_a_cause(
    itop_server: FakeItop,
    caplog: pytest.LogCaptureFixture,
    failure: str,
    kind: type[ItopProblem],
    cause: str,
) -> None:
    caplog.set_level(logging.INFO)
    itop = connect(itop_server.url, max_reply_bytes=1_000_000, **WAITS.get(failure, {}))
    itop_server.fails = failure
    with pytest.raises(kind) as caught:
        itop.get(QUERY, class_name="Person", fields=["id"])
    assert type(caught.value) is kind
    assert cause in str(caught.value)
    for secret in (PASSWORD, USER):
        assert secret not in str(caught.value)
        assert secret not in caplog.text
    assert NUMBER not in caplog.text
    itop.close()


def test_a_server_that_is_not_there(unused_port: int) -> None:
    itop = connect(f"http://127.0.0.1:{unused_port}/itop")
    with pytest.raises(ItopDown, match="refused"):
        itop.call("list_operations")
    itop.close()


def test_an_address_that_is_no_itop(itop_server: FakeItop) -> None:
    itop = connect(itop_server.url + "/elsewhere")
    with pytest.raises(ItopBadReply, match="HTTP 404; check the url"):
        itop.call("list_operations")
    itop.close()


@pytest.mark.parametrize("account", [Account(), Account(token="x"), Account(user=USER)])
def test_an_account_that_is_not_known(itop_server: FakeItop, account: Account) -> None:
    itop = connect(itop_server.url, account=account)
    with pytest.raises(ItopRefused, match="Invalid login"):
        itop.call("list_operations")
    itop.close()


def test_an_error_about_a_query_is_told_without_what_the_query_holds(itop: Itop) -> None:
    query = f"SELECT Person WHHERE phone = '{NUMBER}'"
    with pytest.raises(ItopError) as caught:
        itop.get(query, class_name="Person", fields=["id"])
    assert "OQLParserSyntaxErrorException" in str(caught.value)
    assert NUMBER not in str(caught.value)
    assert NUMBER in caught.value.message


def test_neither_account_nor_connection_shows_its_secrets() -> None:
    account = Account(TOKEN, USER, PASSWORD)
    shown = repr(account) + repr(Connection("http://127.0.0.1", account))
    assert PASSWORD not in shown
    assert TOKEN not in shown


@pytest.mark.parametrize("account", [Account(token=TOKEN), Account(user=USER, password=PASSWORD)])
@pytest.mark.parametrize("failure", ["", "down", "html", "password", "code100"])
def test_not_even_the_most_talkative_log_has_a_secret(
    itop_server: FakeItop, caplog: pytest.LogCaptureFixture, account: Account, failure: str
) -> None:
    caplog.set_level(logging.DEBUG)
    itop = connect(itop_server.url, account=account)
    itop_server.fails = failure
    with suppress(ItopProblem):
        itop.call("list_operations")
    assert caplog.text
    for secret in (PASSWORD, TOKEN):
        assert secret not in caplog.text
    itop.close()


def test_what_reads_is_tried_again_once_when_the_connection_breaks(
    itop: Itop, itop_server: FakeItop
) -> None:
    itop_server.fails_once = "down"
    assert itop.get(20, class_name="Person", fields=["friendlyname"]).total == 1
    assert len(itop_server.forms) == 2


def test_what_reads_is_not_tried_a_third_time(itop: Itop, itop_server: FakeItop) -> None:
    itop_server.fails = "down"
    with pytest.raises(ItopDown):
        itop.get(20, class_name="Person", fields=["friendlyname"])
    assert len(itop_server.forms) == 2


@pytest.mark.parametrize(
    "write",
    [
        lambda itop: itop.create("Person", {"name": "Once"}, comment="CTI"),
        lambda itop: itop.update("Person", 20, {"function": "Once"}, comment="CTI"),
        lambda itop: itop.call("core/apply_stimulus", stimulus="ev_assign"),
        lambda itop: itop.call("core/delete", key=1),
    ],
    ids=["create", "update", "apply_stimulus", "delete"],
)
def test_what_writes_is_never_tried_again(
    itop: Itop, itop_server: FakeItop, write: Callable[[Itop], object]
) -> None:
    itop_server.fails_once = "down"
    with pytest.raises(ItopDown):
        write(itop)
    assert len(itop_server.forms) == 1


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("failure", ["down", "maintenance", "html", "password"])
def test_after_repeated_failures_it_is_left_alone_and_tried_again_by_itself(
    itop_server: FakeItop, failure: str
) -> None:
    clock = Clock()
    itop = Itop(Connection(itop_server.url, Account(user=USER, password=PASSWORD)), Breaker(clock))
    itop_server.fails = failure
    for _ in range(FAILURES):
        with pytest.raises(ItopProblem) as real:
            itop.call("core/apply_stimulus")
    asked = len(itop_server.forms)
    with pytest.raises(type(real.value), match=r"iTop is not asked for 5 s"):
        itop.call("list_operations")
    assert len(itop_server.forms) == asked

    itop_server.fails = ""
    clock.now = FIRST_PAUSE_SECONDS + 1
    assert itop.call("list_operations")["code"] == 0
    assert itop.call("list_operations")["code"] == 0
    itop.close()


def test_what_itop_says_no_to_does_not_count_as_a_failure(
    itop: Itop, itop_server: FakeItop
) -> None:
    itop_server.fails = "code100"
    for _ in range(FAILURES + 1):
        with pytest.raises(ItopError):
            itop.call("list_operations")
    itop_server.fails = ""
    assert itop.call("list_operations")["code"] == 0


def test_what_fails_of_one_call_counts_once() -> None:
    call, problem = ["pop 1"], ItopSlow("no answer in time")
    breaker = Breaker(Clock(), lambda: call[0])
    for call[0] in ("pop 1", "pop 2"):
        for _list in range(FAILURES + 1):
            breaker.check()
        for _list in range(FAILURES + 1):
            breaker.failed(problem, call[0])
    call[0] = "pop 3"
    breaker.failed(problem, breaker.check())
    call[0] = "pop 4"
    with pytest.raises(ItopSlow):
        breaker.check()


def test_after_a_pause_one_call_is_let_through_with_all_that_it_asks() -> None:
    call, clock = [object()], Clock()
    breaker = Breaker(clock, lambda: call[0])
    for _ in range(FAILURES):
        breaker.failed(ItopDown("refused"), object())
    clock.now = FIRST_PAUSE_SECONDS + 1
    first, other = object(), object()
    for _list in range(4):
        call[0] = first
        breaker.check()
        call[0] = other
        with pytest.raises(ItopDown):
            breaker.check()
    call[0] = first
    breaker.succeeded()
    call[0] = other
    breaker.check()


def test_only_one_tries_and_each_pause_is_longer_up_to_a_minute() -> None:
    clock, problem = Clock(), ItopDown("refused")
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed(problem, breaker.check())
    pause = FIRST_PAUSE_SECONDS
    for _ in range(6):
        clock.now += pause + 1
        tried = breaker.check()
        with pytest.raises(ItopDown):
            breaker.check()
        breaker.failed(problem, tried)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        clock.now += pause - 1
        with pytest.raises(ItopDown):
            breaker.check()
        clock.now -= pause - 1
    assert pause == LONGEST_PAUSE_SECONDS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 200) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "message", "objects", "class", "key", "fields"]) | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60))
def test_whatever_comes_is_a_reply_or_a_problem_with_a_name(body: bytes) -> None:
    with suppress(ItopProblem):
        found = read_found(read_reply(body, {"class": "Person", "key": "1"}))
        assert all(isinstance(one.id, int) for one in found.objects)
