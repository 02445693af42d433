"""Failed sign-ins: who has to wait, and who is never kept out by others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from cti_accounts import hashing, set_password
from cti_accounts.models import KnownPlace, SignInAttempt
from cti_accounts.throttle import Limit, begin
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cti_host.testing import MakeHost, RunningHost

SignIn = Callable[..., TestResponse]
Inside = Callable[..., Any]
HostWith = Callable[[str], RunningHost]

FEW = """
[plugin.accounts]
failed_sign_ins = 3
failed_sign_ins_per_name = 5
failed_sign_ins_per_address = 7
"""


def from_address(running: RunningHost, address: str) -> FlaskClient:
    """A browser that nobody has used, at an address."""
    client = running.client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def fail(running: RunningHost, sign_in: SignIn, address: str, name: str, times: int) -> list[int]:
    """Type a wrong password, each time with a new browser; the statuses."""
    return [
        sign_in(from_address(running, address), name=name, password="wrong-wrong").status_code
        for _ in range(times)
    ]


def test_too_many_failures_have_to_wait_even_with_the_right_password(
    host_with: HostWith, sign_in: SignIn, inside: Inside
) -> None:
    running = host_with(FEW)
    assert fail(running, sign_in, "192.0.2.1", "ada", 4) == [400, 400, 400, 429]
    for name in ("ada", "ADA"):
        answer = sign_in(from_address(running, "192.0.2.1"), name=name)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 300
        assert "Please try again in 5 minutes." in answer.text
    # Somebody else, and the same agent from elsewhere, are not kept waiting.
    assert sign_in(from_address(running, "192.0.2.1"), name="eve").status_code == 400
    assert sign_in(from_address(running, "192.0.2.7")).status_code == 302
    with inside(running):
        SignInAttempt.update(at=SignInAttempt.at - 300).execute()
    assert sign_in(from_address(running, "192.0.2.1")).status_code == 302
    with inside(running):
        SignInAttempt.update(at=SignInAttempt.at - 3600).execute()
    sign_in(from_address(running, "192.0.2.1"), password="wrong-wrong")
    with inside(running):
        assert SignInAttempt.select().count() == 1


def test_failures_that_are_dated_in_the_future_do_not_count(
    host_with: HostWith, sign_in: SignIn, inside: Inside
) -> None:
    running = host_with(FEW)
    fail(running, sign_in, "192.0.2.1", "ada", 3)
    with inside(running):
        SignInAttempt.update(at=SignInAttempt.at + 86_400).execute()
    assert sign_in(from_address(running, "192.0.2.1")).status_code == 302


def test_a_name_is_guessed_from_many_addresses_only_so_often(
    host_with: HostWith, sign_in: SignIn
) -> None:
    running = host_with(FEW)
    statuses = [fail(running, sign_in, f"192.0.2.{number}", "ada", 1)[0] for number in range(1, 8)]
    assert statuses == [400] * 5 + [429] * 2
    assert fail(running, sign_in, "192.0.2.1", "eve", 1) == [400]


@pytest.mark.parametrize("name", ["ada", "eve"])
def test_the_answers_are_the_same_whether_there_is_an_account_or_not(
    host_with: HostWith, sign_in: SignIn, name: str
) -> None:
    running = host_with(FEW)
    assert fail(running, sign_in, "192.0.2.1", name, 4) == [400, 400, 400, 429]
    assert fail(running, sign_in, "192.0.2.2", name, 3) == [400, 400, 429]


def test_an_address_tries_many_names_only_so_often(host_with: HostWith, sign_in: SignIn) -> None:
    running = host_with(FEW)
    statuses = [
        fail(running, sign_in, "192.0.2.1", f"name{number}", 1)[0] for number in range(1, 10)
    ]
    assert statuses == [400] * 7 + [429] * 2
    assert fail(running, sign_in, "192.0.2.2", "name1", 1) == [400]


def test_of_ipv6_a_network_is_one_address(host_with: HostWith, sign_in: SignIn) -> None:
    running = host_with(FEW)
    tried = [f"2001:db8::{number}" for number in range(1, 5)]
    assert [fail(running, sign_in, one, "ada", 1)[0] for one in tried] == [400, 400, 400, 429]
    assert fail(running, sign_in, "2001:db8:0:1::1", "ada", 1) == [400]


def test_attackers_elsewhere_keep_no_agent_out_of_their_browser_or_their_office(
    host_with: HostWith, sign_in: SignIn
) -> None:
    running = host_with(FEW)
    own = from_address(running, "198.51.100.1")
    assert sign_in(own).status_code == 302
    for number in range(1, 6):
        fail(running, sign_in, f"192.0.2.{number}", "ada", 1)
    assert fail(running, sign_in, "192.0.2.9", "ada", 1) == [429]
    # The session goes on; the same browser signs in again, from anywhere; so does another one in
    # the office.
    assert own.get("/").status_code == 200
    own.environ_base["REMOTE_ADDR"] = "203.0.113.5"
    assert sign_in(_signed_out(own)).status_code == 302
    assert sign_in(from_address(running, "198.51.100.1")).status_code == 302


def test_a_colleague_who_guesses_in_the_same_office_keeps_no_browser_out(
    host_with: HostWith, sign_in: SignIn
) -> None:
    running = host_with(FEW)
    own = from_address(running, "198.51.100.1")
    sign_in(own)
    fail(running, sign_in, "198.51.100.1", "ada", 4)
    for number in range(10):
        fail(running, sign_in, "198.51.100.1", f"name{number}", 1)
    assert sign_in(from_address(running, "198.51.100.1")).status_code == 429
    assert sign_in(_signed_out(own)).status_code == 302


def test_a_known_browser_is_known_for_its_agents_only(host_with: HostWith, sign_in: SignIn) -> None:
    running = host_with(FEW)
    own = from_address(running, "198.51.100.1")
    sign_in(own)
    _signed_out(own)
    statuses = [sign_in(own, name="eve", password="wrong").status_code for _ in range(4)]
    assert statuses == [400, 400, 400, 429]
    tried = [sign_in(own, password="wrong-wrong").status_code for _ in range(4)]
    assert tried == [400, 400, 400, 429]


def test_after_a_new_password_by_an_administrator_no_place_is_known(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    sign_in(running.client())
    with inside(running):
        assert KnownPlace.select().count() == 2
        assert "127.0.0.1" not in str([*KnownPlace.select().dicts()])
        set_password("ada", "analytical-1843")
        assert KnownPlace.select().count() == 0


def test_while_passwords_are_checked_strangers_are_asked_to_come_back(
    running: RunningHost, sign_in: SignIn, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = running.client()
    sign_in(own)
    _signed_out(own)
    monkeypatch.setattr(hashing, "PATIENCE_SECONDS", 60.0)
    with inside(running):
        turn = hashing.turn()
        turn.__enter__()
    busy = sign_in(running.client())
    assert busy.status_code == 503
    assert busy.headers["Retry-After"] == "2"
    assert "Many people are signing in" in busy.text
    assert 'value="ada"' in busy.text
    # Whoever has signed in with this browser before gets their turn.
    answers: list[int] = []
    waiting = threading.Thread(target=lambda: answers.append(sign_in(own).status_code))
    waiting.start()
    turn.__exit__(None, None, None)
    waiting.join(60)
    assert answers == [302]
    with inside(running):
        assert SignInAttempt.select().count() == 0


def _signed_out(client: FlaskClient) -> FlaskClient:
    """The same browser without its session, which knows its device."""
    client.delete_cookie("cti_host")
    return client


def test_two_who_sign_in_at_once_do_not_wait_for_each_other(
    make_host: MakeHost, postgres_url: str, inside: Inside
) -> None:
    """Each forgets the attempts of the other too: in a deadlock, one of them would be refused."""
    limits = "[database_limits]\nlock_seconds = 0.5\n"
    running = make_host(limits, plugins=["accounts"], sign_in=False, database=postgres_url)
    limit = Limit("ada\n192.0.2.1", 5, 300, own=True)
    with inside(running):
        first, second = begin([limit]), begin([limit])
        with psycopg.connect(postgres_url) as other:
            other.execute("DELETE FROM sign_in_attempt WHERE id = ANY(%s)", (second.rows,))
            first.succeeded()
            third = begin([limit])
        assert [row.id for row in SignInAttempt.select()] == third.rows
