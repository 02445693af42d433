"""Signing in and out with a browser."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from argon2 import PasswordHasher
from cti_accounts import add_agent, deactivate_agent, hashing, set_password
from cti_accounts.models import AgentAccount, AgentSession, SignInAttempt
from werkzeug.test import TestResponse

from cti_host.testing import MakeHost, RunningHost

SignIn = Callable[..., TestResponse]
Inside = Callable[..., Any]
Hidden = Callable[[str, str], str]
HostWith = Callable[[str], RunningHost]

WRONG = "The name or the password is wrong, or the account is deactivated."


def _without_tokens(page: str) -> str:
    """A page without what differs each time: the token of its form, and when it was written."""
    return re.sub(r'name="csrf_token" value="[^"]+"|data-now="\d+"', "", page)


@pytest.mark.parametrize(
    "url",
    ["/pop?phone=%2B33987654321", "/pop?phone=+33987654321", "/pop?phone=09%2087&x=%C3%A9%26b"],
)
def test_a_pop_while_signed_out_leads_back_to_it_as_it_was(
    on_both: RunningHost, sign_in: SignIn, url: str
) -> None:
    client = on_both.client()
    asked = client.get(url)
    assert asked.status_code == 302
    assert parse_qs(urlsplit(asked.location).query) == {"next": [url]}

    answer = sign_in(client, url)
    assert answer.status_code == 302
    assert answer.location == url
    assert "Ada Lovelace" in client.get(url).text


def test_the_name_signs_in_in_any_case(running: RunningHost, sign_in: SignIn) -> None:
    client = running.client()
    assert sign_in(client, name=" ADA ").status_code == 302
    assert client.get("/").status_code == 200


def test_whoever_is_signed_in_passes_the_form(running: RunningHost, sign_in: SignIn) -> None:
    client = running.client()
    sign_in(client)
    assert client.get("/sign-in?next=/lookup").location == "/lookup"


def test_a_wrong_password_and_an_unknown_name_give_one_same_answer(
    running: RunningHost, sign_in: SignIn
) -> None:
    client = running.client()
    wrong = sign_in(client, password="not-wonderful")
    unknown = sign_in(client, name="eve")
    assert wrong.status_code == unknown.status_code == 400
    assert WRONG in wrong.text
    assert _without_tokens(unknown.text).replace('value="eve"', 'value="ada"') == (
        _without_tokens(wrong.text)
    )
    assert client.get("/").status_code == 302


def test_what_was_typed_as_the_name_is_kept_and_the_password_never(
    running: RunningHost, sign_in: SignIn
) -> None:
    page = sign_in(running.client(), name='o"Brien<', password="secret-typed-wrong").text
    assert 'value="o&#34;Brien&lt;"' in page
    assert "secret-typed-wrong" not in page


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "%", "ada' OR 1=1 --", "👩"])
def test_odd_names_are_nobody(on_both: RunningHost, sign_in: SignIn, name: str) -> None:
    assert WRONG in sign_in(on_both.client(), name=name).text


@pytest.mark.parametrize("password", ["a\0b", "x" * 100_000, "wonderful-1815 "])
def test_odd_passwords_are_wrong(running: RunningHost, sign_in: SignIn, password: str) -> None:
    assert WRONG in sign_in(running.client(), password=password).text


def test_empty_fields_are_named_with_their_fields(running: RunningHost, sign_in: SignIn) -> None:
    answer = sign_in(running.client(), name=" ", password="")
    assert answer.status_code == 400
    assert 'aria-describedby="problem-name"' in answer.text
    assert 'href="#field-password"' in answer.text
    assert 'role="alert"' in answer.text


def test_a_deactivated_agent_gets_the_answer_of_a_wrong_password(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    wrong = sign_in(running.client(), password="wrong-wrong")
    with inside(running):
        deactivate_agent("ada")
    client = running.client()
    answer = sign_in(client)
    assert answer.status_code == wrong.status_code
    assert _without_tokens(answer.text) == _without_tokens(wrong.text)
    assert client.get("/").status_code == 302


def test_deactivating_ends_a_session_at_once(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    client = running.client()
    sign_in(client)
    with inside(running):
        deactivate_agent("ada")
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil.example",
        "",
    ],
)
def test_the_way_back_never_leaves_this_host(
    running: RunningHost, sign_in: SignIn, elsewhere: str
) -> None:
    answer = sign_in(running.client(), "/sign-in?next=" + quote(elsewhere, safe=""))
    assert answer.location == "/"
    assert sign_in(running.client(), next=elsewhere).location == "/"


def test_without_the_token_of_the_form_nobody_is_signed_in(
    running: RunningHost, sign_in: SignIn
) -> None:
    client = running.client()
    answer = sign_in(client, csrf_token="")
    assert answer.status_code == 400
    assert "try again" in answer.text
    assert 'value="ada"' in answer.text
    assert client.get("/").status_code == 302


def test_sign_out_is_a_post_with_a_token(
    running: RunningHost, sign_in: SignIn, hidden: Hidden
) -> None:
    client = running.client()
    sign_in(client)
    home = client.get("/").text
    assert 'action="/sign-out" method="post"' in home
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 400
    assert client.get("/").status_code == 200

    answer = client.post("/sign-out", data={"csrf_token": hidden(home, "csrf_token")})
    assert answer.location == "/sign-in"
    assert "You are signed out." in client.get("/sign-in").text
    assert client.get("/").status_code == 302


def test_signing_in_takes_nothing_over_from_the_session_before(
    running: RunningHost, sign_in: SignIn
) -> None:
    client = running.client()
    client.get("/sign-in")
    with client.session_transaction() as session:
        session["planted"] = "x"
        planted = session["csrf_token"]
    sign_in(client)
    client.get("/")
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["csrf_token"] != planted


def test_a_session_ends_after_its_hours(
    host_with: HostWith, sign_in: SignIn, inside: Inside
) -> None:
    running = host_with("[plugin.accounts]\nsession_hours = 2")
    client = running.client()
    sign_in(client)

    def began(seconds_ago: int) -> None:
        with inside(running):
            AgentSession.update(created=int(time.time()) - seconds_ago).execute()

    began(2 * 3600 - 60)
    assert client.get("/").status_code == 200
    began(2 * 3600 + 1)
    assert client.get("/").status_code == 302
    began(-3600)  # the clock was set back
    assert client.get("/").status_code == 200


def test_a_session_that_nobody_uses_ends_if_the_settings_say_so(
    host_with: HostWith, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = host_with("[plugin.accounts]\nidle_minutes = 30")
    client = running.client()
    sign_in(client)
    moment = time.time()
    monkeypatch.setattr(time, "time", lambda: moment)
    for _used in range(4):
        moment += 29 * 60
        assert client.get("/").status_code == 200
    # When it is used is written every tenth of the time.
    moment += 33 * 60 + 1
    assert client.get("/").status_code == 302
    always = host_with("")
    patient = always.client()
    sign_in(patient)
    moment += 11 * 3600
    assert patient.get("/").status_code == 200


def test_a_long_session_lasts_as_long_as_its_hours(
    host_with: HostWith, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = host_with("[plugin.accounts]\nsession_hours = 24")
    client = running.client()
    sign_in(client)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 23 * 3600)
    assert client.get("/").status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 25 * 3600)
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("costly_hashes")
def test_an_unknown_name_takes_the_work_of_a_password_of_today() -> None:
    assert not hashing.is_outdated(hashing.NOBODYS_HASH)
    assert not hashing.matches("nobody", hashing.NOBODYS_HASH)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority")
def test_passwords_are_hashed_where_whatever_else_wants_a_core_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Hasher:
        def hash(self, _password: str) -> str:
            return str(os.getpriority(os.PRIO_PROCESS, 0))

        def verify(self, _stored: str, _password: str) -> bool:
            return os.getpriority(os.PRIO_PROCESS, 0) > mine

    mine = os.getpriority(os.PRIO_PROCESS, 0)
    monkeypatch.setattr(hashing, "_hasher", Hasher())
    assert int(hashing.make_hash("wonderful-1815")) == min(mine + hashing.NICENESS, 19)
    assert hashing.matches("wonderful-1815", hashing.NOBODYS_HASH) == (mine < 19)
    assert os.getpriority(os.PRIO_PROCESS, 0) == mine


@pytest.mark.usefixtures("costly_hashes")
def test_a_hash_with_other_parameters_is_replaced_at_the_next_sign_in(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("wonderful-1815")
    with inside(running):
        AgentAccount.update(password=weak).execute()
    assert sign_in(running.client(), password="wrong-wrong").status_code == 400
    assert sign_in(running.client()).status_code == 302
    with inside(running):
        row: Any = AgentAccount.get()
    assert not hashing.is_outdated(row.password)
    assert sign_in(running.client()).status_code == 302


def test_a_right_password_forgets_the_failures_before(host_with: HostWith, sign_in: SignIn) -> None:
    running = host_with("[plugin.accounts]\nfailed_sign_ins = 2")
    for _ in range(3):
        sign_in(running.client(), password="wrong-wrong")
        running_again = sign_in(running.client())
        assert running_again.status_code == 302


def test_names_that_failed_are_not_kept_in_clear(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    sign_in(running.client(), name="my-secret-in-the-wrong-field", password="x")
    with inside(running):
        assert "secret" not in str([*SignInAttempt.select().dicts()])


@pytest.mark.usefixtures("costly_hashes")
def test_the_table_holds_argon2_hashes_and_never_a_password(
    on_both: RunningHost, inside: Inside
) -> None:
    with inside(on_both):
        row: Any = AgentAccount.select().dicts().get()
    assert row["password"].startswith("$argon2id$")
    assert "wonderful" not in str(row)


def test_an_agent_changes_the_password_and_other_browsers_are_signed_out(
    running: RunningHost, sign_in: SignIn, hidden: Hidden
) -> None:
    client, other = running.client(), running.client()
    sign_in(client)
    sign_in(other)
    page = client.get("/password").text
    form = {
        "csrf_token": hidden(page, "csrf_token"),
        "current": "wonderful-1815",
        "new": "analytical-1843",
        "repeated": "analytical-1843",
    }
    for change, message in [
        ({"current": "wrong-wrong"}, "This is not your current password."),
        ({"current": ""}, "Enter your current password."),
        ({"new": "short"}, "at least 10 characters"),
        ({"repeated": "analytical-1844"}, "differ"),
    ]:
        answer = client.post("/password", data={**form, **change})
        assert answer.status_code == 400
        assert message in answer.text
    assert client.post("/password", data=form).location == "/"
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert sign_in(other).status_code == 400
    assert sign_in(other, password="analytical-1843").status_code == 302


def test_a_password_set_by_an_administrator_ends_the_sessions(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    client = running.client()
    sign_in(client)
    with inside(running):
        set_password("ada", "analytical-1843")
    assert client.get("/").status_code == 302


def test_the_pages_are_in_french_too(running: RunningHost, sign_in: SignIn) -> None:
    client = running.client(Accept_Language="fr")
    page = client.get("/sign-in").text
    assert '<html lang="fr">' in page
    assert "Mot de passe" in page
    assert "incorrect" in sign_in(client, password="wrong-wrong").text
    sign_in(client)
    assert "Se déconnecter" in client.get("/").text
    assert "Mot de passe actuel" in client.get("/password").text


def test_two_hosts_in_one_process_know_only_their_own_agents(
    make_host: MakeHost, sign_in: SignIn, inside: Inside
) -> None:
    first = make_host(plugins=["accounts"], sign_in=False)
    second = make_host(plugins=["accounts"], sign_in=False)
    for running, name in ((first, "first"), (second, "second")):
        with inside(running):
            add_agent(name, "wonderful-1815", ["Support Agent"])
    client = first.client()
    assert sign_in(client, name="second").status_code == 400
    assert sign_in(client, name="first").status_code == 302
    assert "first" in client.get("/").text
    assert sign_in(second.client(), name="second").status_code == 302


def test_the_form_helps_password_managers_and_screen_readers(running: RunningHost) -> None:
    page = running.client().get("/sign-in").text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert '<label class="form-label" for="field-password">' in page
    assert "<h1" in page
