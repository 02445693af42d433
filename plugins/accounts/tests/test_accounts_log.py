"""What the log says of sign-ins: who, where from, and how it went; never a secret."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cti_accounts import issue_token
from werkzeug.test import TestResponse

from cti_host.privacy import logs
from cti_host.testing import RunningHost

SignIn = Callable[..., TestResponse]
Inside = Callable[..., Any]
Hidden = Callable[[str, str], str]
HostWith = Callable[[str], RunningHost]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    """What was written since the last time, masked as a server does."""
    logs.install(logs.LogPolicy())
    caplog.set_level(logging.INFO)

    def take() -> list[str]:
        found = [f"{one.levelname} {one.getMessage()}" for one in caplog.records]
        caplog.clear()
        return found

    yield take
    logs.uninstall()


def test_sign_ins_good_and_failed_and_sign_outs_are_in_the_log(
    host_with: HostWith, sign_in: SignIn, hidden: Hidden, lines: Callable[[], list[str]]
) -> None:
    running = host_with("[plugin.accounts]\nfailed_sign_ins = 2\n")
    client = running.client()
    assert sign_in(client, password="wrong-secret").status_code == 400
    assert "WARNING sign-in of 'Ada' from 127.0.0.1 failed" in lines()
    assert sign_in(client).status_code == 302
    assert "INFO agent 'Ada' signed in from 127.0.0.1" in lines()
    form = {"csrf_token": hidden(client.get("/account").text, "csrf_token")}
    assert client.post("/sign-out", data=form).status_code == 302
    assert "INFO agent 'Ada' signed out from 127.0.0.1" in lines()
    # Whoever is not signed in signs nobody out.
    form = {"csrf_token": hidden(client.get("/sign-in").text, "csrf_token")}
    client.post("/sign-out", data=form)
    assert not [line for line in lines() if "signed out" in line]
    for _ in range(2):
        sign_in(running.client(), name="nobody-at-all", password="wrong-secret")
    assert "WARNING sign-in of nobody we know from 127.0.0.1 failed" in lines()
    assert sign_in(running.client(), name="nobody-at-all").status_code == 429
    waits = "WARNING sign-in of nobody we know from 127.0.0.1 has to wait: too many failed"
    assert waits in lines()


def test_no_password_token_or_unknown_name_is_in_the_log(
    running: RunningHost,
    sign_in: SignIn,
    inside: Inside,
    hidden: Hidden,
    lines: Callable[[], list[str]],
) -> None:
    client = running.client()
    sign_in(client, password="wrong-secret")
    sign_in(client, name="typed-into-the-wrong-field", password="wrong-secret")
    sign_in(client)
    page = client.get("/password").text
    new = {"current": "wonderful-1815", "new": "analytical-1843", "repeated": "analytical-1843"}
    form = {"csrf_token": hidden(page, "csrf_token"), **new}
    assert client.post("/password", data=form).status_code == 302
    with inside(running):
        token = issue_token("ada")
    for sent in (token, "a-wrong-token"):
        running.client(Authorization=f"Bearer {sent}").get("/pop?phone=1")
    written = "\n".join(lines())
    assert "'Ada' changed the password" in written
    for secret in ("wrong-secret", "wonderful-1815", "analytical-1843", "wrong-field"):
        assert secret not in written
    assert token not in written
    assert "a-wrong-token" not in written
