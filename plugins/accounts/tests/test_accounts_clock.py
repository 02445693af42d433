"""The clock of the server is set back: whoever could sign in before still can, and sessions end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from cti_accounts.models import AgentSession, AgentToken
from cti_accounts.second_factor import totp
from cti_accounts.tokens import issue_token
from flask.testing import FlaskClient
from second_factor_kit import PASSWORD, Hidden, code_of, give_code, set_up
from werkzeug.test import TestResponse

from cti_host.testing import RunningHost

SignIn = Callable[..., TestResponse]
Inside = Callable[..., Any]
SetClock = Callable[[float], None]
HOUR = 3600


@pytest.fixture
def set_back(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """The time stands still; `set_back(seconds)` sets the clock back, below 0: forward."""
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])

    def move(seconds: float) -> None:
        now[0] -= seconds

    return move


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/").status_code == 200


@pytest.mark.parametrize("seconds", [2, HOUR, 400 * 24 * HOUR])
def test_signing_in_works(
    on_both: RunningHost, sign_in: SignIn, set_back: SetClock, seconds: float
) -> None:
    before, other = on_both.client(), on_both.client()
    sign_in(before)
    other.get("/sign-in")  # a cookie of the future
    set_back(seconds)
    assert sign_in(other).status_code == 302
    assert is_signed_in(other)
    assert is_signed_in(before), "nobody is signed out by it"
    assert sign_in(on_both.client()).status_code == 302


def test_a_form_that_was_open_meanwhile_can_be_sent(
    running: RunningHost, hidden: Hidden, set_back: SetClock
) -> None:
    client = running.client()
    page = client.get("/sign-in", follow_redirects=True).text.partition("<main")[2]
    set_back(HOUR)
    form = {"csrf_token": hidden(page, "csrf_token"), "next": hidden(page, "next")}
    form |= {"name": "ada", "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 302
    assert is_signed_in(client)


def test_a_session_lasts_no_longer_than_from_its_next_use(
    running: RunningHost, sign_in: SignIn, set_back: SetClock, inside: Inside
) -> None:
    """Else one of a clock that was a year ahead would last for a year."""
    client = running.client()
    sign_in(client)
    set_back(365 * 24 * HOUR)
    assert is_signed_in(client)
    with inside(running):
        row: Any = AgentSession.get()
        assert row.created == row.used == int(time.time())
    set_back(-13 * HOUR)
    assert not is_signed_in(client)


def test_a_session_that_nobody_uses_ends(
    host_with: Callable[[str], RunningHost], sign_in: SignIn, set_back: SetClock
) -> None:
    running = host_with("[plugin.accounts]\nidle_minutes = 30")
    client = running.client()
    sign_in(client)
    set_back(5 * HOUR)
    assert is_signed_in(client)
    set_back(-HOUR)
    assert not is_signed_in(client)


def test_a_code_is_taken_and_none_twice(
    on_both: RunningHost, sign_in: SignIn, hidden: Hidden, set_back: SetClock
) -> None:
    client = on_both.client()
    sign_in(client)
    secret, done = set_up(client, hidden)
    assert done.status_code == 200, done.text
    set_back(HOUR)
    other, thief = on_both.client(), on_both.client()
    sign_in(other)
    code = code_of(secret)
    assert give_code(other, hidden, code).status_code == 302
    assert is_signed_in(other)
    sign_in(thief)
    assert give_code(thief, hidden, code).status_code == 400
    set_back(-totp.STEP_SECONDS)
    assert give_code(thief, hidden, code_of(secret)).status_code == 302


def test_a_step_of_a_second_opens_no_code_again(
    running: RunningHost, sign_in: SignIn, hidden: Hidden, set_back: SetClock
) -> None:
    """Clocks are set by a second or two all the time."""
    client = running.client()
    sign_in(client)
    secret, _done = set_up(client, hidden)
    code = code_of(secret)
    set_back(2)
    thief = running.client()
    sign_in(thief)
    assert give_code(thief, hidden, code).status_code == 400


def test_failures_of_the_future_keep_nobody_out(
    running: RunningHost, sign_in: SignIn, set_back: SetClock
) -> None:
    client = running.client()
    for _attempt in range(10):
        assert sign_in(client, password="wrong").status_code in (400, 429)
    assert sign_in(client).status_code == 429
    set_back(24 * HOUR)
    assert sign_in(client).status_code == 302
    for _attempt in range(10):
        sign_in(running.client(), password="wrong")
    assert sign_in(running.client()).status_code == 429, "they are counted as ever"


def test_when_a_token_is_used_is_written_again(
    running: RunningHost, set_back: SetClock, inside: Inside
) -> None:
    with inside(running):
        token = issue_token("ada", "wallboard")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    for seconds in (0, HOUR):
        set_back(seconds)
        assert running.client().get("/lookup", headers=headers).status_code != 401
        with inside(running):
            assert AgentToken.get().used == int(time.time())
