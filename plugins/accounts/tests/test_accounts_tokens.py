"""Tokens for programs: several, named, scoped, ending, revoked; on pages and commands."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from cti_accounts import AccountRefused, issue_token, set_password
from cti_accounts.commands import agent_commands
from cti_accounts.models import AgentToken
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cti_host.testing import RunningHost

SignIn = Callable[..., TestResponse]
Inside = Callable[..., Any]
Hidden = Callable[[str, str], str]
HostWith = Callable[[str], RunningHost]

PASSWORD = "wonderful-1815"
TOKENS = "/account/tokens"
POP = "/pop?phone=0987654321"


def ask(running: RunningHost, token: str, url: str = POP, **headers: str) -> TestResponse:
    """What a program gets with a token."""
    client = running.client(Accept="application/json", Authorization=f"Bearer {token}", **headers)
    return client.get(url)


def make(client: FlaskClient, hidden: Hidden, **typed: Any) -> TestResponse:
    """Fill the form of a new token in, and send it."""
    form = {"name": "wallboard", "scope": ["pop"], "days": "30", "current": PASSWORD}
    token = hidden(client.get(TOKENS).text, "csrf_token")
    return client.post(TOKENS, data={"csrf_token": token, **form, **typed})


def shown(page: str) -> str:
    """The token that a page shows."""
    found = re.search(r'id="new-token">([\w-]{43})<', page)
    assert found, page
    return found[1]


def test_an_agent_makes_a_token_sees_it_once_and_revokes_it(
    on_both: RunningHost, sign_in: SignIn, hidden: Hidden
) -> None:
    client = on_both.client()
    sign_in(client)
    made = make(client, hidden, scope=["read", "pop"])
    assert made.status_code == 200
    token = shown(made.text)
    assert ask(on_both, token).status_code == 200
    page = client.get(TOKENS).text
    assert token not in page
    assert "wallboard" in page
    assert "pop, read" in page
    assert "not yet" not in page  # it was used
    address = re.search(r'formaction="(/account/tokens/\d+/revoke)"', page)
    assert address
    form = {"csrf_token": hidden(page, "csrf_token")}
    assert client.post(address[1]).status_code == 400
    assert client.post(address[1], data=form).location == TOKENS
    assert "is revoked" in client.get(TOKENS).text
    assert client.post(address[1], data=form).status_code == 404
    assert ask(on_both, token).status_code == 401


def test_what_is_typed_for_a_new_token_stays_while_one_is_revoked(
    running: RunningHost, sign_in: SignIn, hidden: Hidden
) -> None:
    client = running.client()
    sign_in(client)
    page = make(client, hidden).text
    address = re.search(r'formaction="(/account/tokens/\d+/revoke)"', page)
    assert address
    typed = {"name": "wall <b>", "scope": ["read"], "days": "7", "current": PASSWORD}
    form = {"csrf_token": hidden(page, "csrf_token"), **typed}
    revoked = client.post(address[1], data=form)
    assert revoked.status_code == 200
    assert "is revoked" in revoked.text
    assert 'value="wall &lt;b&gt;"' in revoked.text
    assert re.search(r'value="read" checked', revoked.text)
    assert re.search(r'value="7"', revoked.text)
    assert PASSWORD not in revoked.text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"name": " "}, "Enter a name"),
        ({"name": "x" * 256}, "This name is too long"),
        ({"name": "a\0b"}, "This name is too long"),
        ({"scope": []}, "Choose what the token is good for."),
        ({"scope": ["everything"]}, "Choose what the token is good for."),
        ({"days": "0"}, "from 1 to 365"),
        ({"days": "366"}, "from 1 to 365"),
        ({"days": "ten"}, "from 1 to 365"),
        ({"days": "9" * 5000}, "from 1 to 365"),
        ({"current": ""}, "Enter your current password."),
        ({"current": "wrong-wrong"}, "This is not your current password."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    running: RunningHost,
    sign_in: SignIn,
    hidden: Hidden,
    inside: Inside,
    typed: dict[str, Any],
    message: str,
) -> None:
    client = running.client()
    sign_in(client)
    answer = make(client, hidden, **typed)
    assert answer.status_code == 400
    assert message in answer.text
    if "name" not in typed:
        assert 'value="wallboard"' in answer.text
    if "scope" not in typed:
        assert 'value="pop" checked' in answer.text
    assert PASSWORD not in answer.text
    with inside(running):
        assert AgentToken.select().count() == 0


def test_a_name_is_given_once(running: RunningHost, sign_in: SignIn, hidden: Hidden) -> None:
    client = running.client()
    sign_in(client)
    make(client, hidden)
    answer = make(client, hidden)
    assert answer.status_code == 400
    assert "You have a token of this name already." in answer.text


def test_a_token_reaches_what_its_scopes_are_good_for_and_nothing_else(
    running: RunningHost, inside: Inside
) -> None:
    with inside(running):
        pop = issue_token("ada", "pop", ["pop"])
        other = issue_token("ada", "other", ["read", "write", "phone_events"])
    assert ask(running, pop).status_code == 200
    assert ask(running, pop, "/lookup?phone=0987654321").status_code == 200
    refused = ask(running, other)
    assert refused.status_code == 403
    assert refused.get_json() == {"error": "The token lacks the scope “pop”."}
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="pop"'
    for token in (pop, other):
        for url in ("/", "/account", "/password", TOKENS, "/plugins", "/account/sessions"):
            closed = ask(running, token, url)
            assert closed.status_code == 403, url
            assert "can't be used with a token" in closed.get_json()["error"]


def test_a_token_never_makes_a_session(
    running: RunningHost, inside: Inside, sign_in: SignIn
) -> None:
    with inside(running):
        token = issue_token("ada")
    bearer = {"Authorization": f"Bearer {token}"}
    client = running.client()
    for url in (POP, "/", "/account"):
        assert "Set-Cookie" not in client.get(url, headers=bearer).headers
    assert client.get("/").status_code == 302
    # Nor does it change or end the one that comes along.
    sign_in(client)
    client.get(POP, headers=bearer)
    assert client.post("/sign-out", headers=bearer).status_code == 403
    assert client.get("/").status_code == 200


def test_a_token_ends_on_its_day(running: RunningHost, inside: Inside) -> None:
    with inside(running):
        token = issue_token("ada", days=1)
        row: Any = AgentToken.get()
        assert row.expires - time.time() == pytest.approx(86_400, abs=60)
    assert ask(running, token).status_code == 200
    with inside(running):
        AgentToken.update(expires=int(time.time())).execute()
    assert ask(running, token).status_code == 401


def test_how_long_a_token_may_live_is_a_setting(
    host_with: HostWith, inside: Inside, sign_in: SignIn, hidden: Hidden
) -> None:
    running = host_with("[plugin.accounts]\nlongest_token_days = 7")
    with inside(running):
        for days in (8, 0, -1):
            with pytest.raises(AccountRefused, match="a token lives 1 to 7 days"):
                issue_token("ada", days=days)
        issue_token("ada")
        row: Any = AgentToken.get()
        assert row.expires - time.time() == pytest.approx(7 * 86_400, abs=60)
    for_ever = host_with("[plugin.accounts]\nlongest_token_days = 0")
    client = for_ever.client()
    sign_in(client)
    assert "never" in make(client, hidden, days="0").text


def test_the_last_use_is_written_once_a_minute_at_most(
    on_both: RunningHost, inside: Inside
) -> None:
    with inside(on_both):
        token = issue_token("ada")
    now = int(time.time())
    seen: list[Any] = []
    for used in (None, now - 30, now - 70):
        with inside(on_both):
            AgentToken.update(used=used).execute()
        ask(on_both, token)
        with inside(on_both):
            seen.append(AgentToken.get().used)
    assert seen[0] >= now
    assert seen[1] == now - 30
    assert seen[2] >= now


def test_tokens_fall_with_a_password_that_an_administrator_sets_unless_they_are_kept(
    running: RunningHost, inside: Inside, sign_in: SignIn, hidden: Hidden
) -> None:
    with inside(running):
        token = issue_token("ada")
        set_password("ada", "analytical-1843")
        assert AgentToken.select().count() == 1
        words = ["password", "ada", "--password-stdin"]
        kept = CliRunner().invoke(
            agent_commands(), [*words, "--keep-tokens"], input="analytical-1843\n"
        )
        assert "tokens revoked" not in kept.stdout
    assert ask(running, token).status_code == 200
    with inside(running):
        done = CliRunner().invoke(agent_commands(), words, input="analytical-1844\n")
        assert "tokens revoked: 1" in done.stdout
    assert ask(running, token).status_code == 401

    client = running.client()
    sign_in(client, password="analytical-1844")
    assert "Revoke my tokens too" not in client.get("/password").text
    with inside(running):
        token = issue_token("ada")
    page = client.get("/password").text
    assert "Revoke my tokens too" in page
    form = {"csrf_token": hidden(page, "csrf_token"), "current": "analytical-1844"}
    new = {"new": "analytical-1845", "repeated": "analytical-1845", "tokens": "1"}
    assert client.post("/password", data={**form, **new}).status_code == 302
    assert ask(running, token).status_code == 401


def test_the_commands_make_list_and_revoke_tokens(running: RunningHost, inside: Inside) -> None:
    def run(*words: str) -> Any:
        with inside(running):
            return CliRunner().invoke(agent_commands(), words)

    made = run("token", "ada", "--label", "wallboard", "--scope", "pop", "--days", "30")
    assert (made.exit_code, len(made.stdout)) == (0, 44)
    assert [run("token", "ada").exit_code for _ in range(2)] == [0, 0]
    listed = json.loads(run("tokens", "ada", "--json").stdout)
    assert [token["name"] for token in listed] == ["wallboard", "program", "program 2"]
    assert listed[0]["scopes"] == ["pop"]
    assert listed[1]["scopes"] == ["pop", "read"]
    assert (listed[0]["last_used"], listed[0]["expired"]) == (None, False)
    assert "wallboard: pop; ends 20" in run("tokens", "ada").stdout
    assert made.stdout.strip() not in run("tokens", "ada").stdout
    for words, message in [
        (["--scope", "pops"], "did you mean 'pop'?"),
        (["--label", "wallboard"], "Ada has a token 'wallboard' already"),
        (["--days", "400"], "a token lives 1 to 365 days"),
    ]:
        refused = run("token", "ada", *words)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert message in refused.stderr
    refused = run("revoke", "ada", "wallbord")
    assert "Ada has no token 'wallbord'; did you mean 'wallboard'?" in refused.stderr
    assert run("revoke", "ada", "wallboard").stdout == "tokens revoked: 1\n"
    assert run("revoke", "ada").stdout == "tokens revoked: 2\n"
    assert run("tokens", "ada").stdout == "ada has no tokens\n"


def test_modify_changes_what_is_named(running: RunningHost, inside: Inside) -> None:
    def run(*words: str) -> Any:
        with inside(running):
            return CliRunner().invoke(agent_commands(), words)

    assert run("modify", "ada", "--email", "a@example.org").exit_code == 0
    assert run("modify", "ada", "--display", "", "--profile", "Problem Manager").exit_code == 0
    assert run("modify", "ada").exit_code == 2
    agent = json.loads(run("list", "--json").stdout)[0]
    assert (agent["email"], agent["display"]) == ("a@example.org", "")
    assert agent["profiles"] == ["Problem Manager"]
