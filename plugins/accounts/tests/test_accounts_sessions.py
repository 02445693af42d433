"""Sessions end on the server, at once, wherever they are."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from cti_accounts import add_agent, sign_out_agent
from cti_accounts.commands import agent_commands
from cti_accounts.models import AgentSession
from cti_accounts.sessions.device import device_name
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cti_host.testing import RunningHost

SignIn = Callable[..., TestResponse]
Inside = Callable[..., Any]
Hidden = Callable[[str, str], str]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def post(client: FlaskClient, hidden: Hidden, page: str, url: str, **data: str) -> TestResponse:
    """Send a form of a page."""
    token = hidden(client.get(page).text, "csrf_token")
    return client.post(url, data={"csrf_token": token, **data})


def test_signing_out_ends_a_session_that_somebody_copied(
    on_both: RunningHost, sign_in: SignIn, hidden: Hidden
) -> None:
    client, thief = on_both.client(), on_both.client()
    sign_in(client)
    cookie = client.get_cookie("cti_host")
    assert cookie
    thief.set_cookie("cti_host", cookie.value)
    assert thief.get("/").status_code == 200
    post(client, hidden, "/", "/sign-out")
    assert thief.get("/").status_code == 302


def test_signing_in_again_ends_the_session_before(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    client = running.client()
    sign_in(client)
    page = client.get("/password").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "name": "ada", "password": "wonderful-1815"}
    assert client.post("/sign-in", data=form).status_code == 302
    with inside(running):
        assert AgentSession.select().count() == 1


def test_only_the_hash_of_a_key_is_kept(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    client = running.client()
    sign_in(client)
    with client.session_transaction() as session:
        key = session["agent_session"]
    with inside(running):
        row: Any = AgentSession.select().dicts().get()
    assert key not in str(row)
    assert len(row["hash"]) == 64


@pytest.mark.parametrize("key", ["", "wrong", 7, None, "é\0"])
def test_a_wrong_key_is_nobody(running: RunningHost, key: object) -> None:
    client = running.client()
    with client.session_transaction() as session:
        session["agent_session"] = key
    assert client.get("/").status_code == 302
    assert client.get("/sign-in").status_code == 200


def test_the_list_of_sessions_ends_one_and_all(
    on_both: RunningHost, sign_in: SignIn, hidden: Hidden
) -> None:
    here, there = on_both.client(), on_both.client(User_Agent=FIREFOX)
    there.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    sign_in(here)
    sign_in(there)
    page = here.get("/account/sessions").text
    assert "Firefox, Linux" in page
    assert "192.0.2.7" in page
    assert page.count("this browser") == 1
    address = page.partition('action="/account/sessions/')[2].partition('"')[0]
    ended = post(here, hidden, "/account/sessions", f"/account/sessions/{address}")
    assert ended.location == "/account/sessions"
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200
    again = post(here, hidden, "/account/sessions", f"/account/sessions/{address}")
    assert again.status_code == 404

    sign_in(there)
    everywhere = post(here, hidden, "/account/sessions", "/account/sessions/end-all")
    assert everywhere.location == "/sign-in"
    assert "You are signed out everywhere." in here.get("/sign-in").text
    assert (here.get("/").status_code, there.get("/").status_code) == (302, 302)


def test_nobody_ends_the_session_of_somebody_else(
    running: RunningHost, sign_in: SignIn, hidden: Hidden, inside: Inside
) -> None:
    ada, bob = running.client(), running.client()
    with inside(running):
        add_agent("bob", "wonderful-1815", ["Support Agent"])
    sign_in(ada)
    sign_in(bob, name="bob")
    with inside(running):
        of_ada = AgentSession.select().order_by(AgentSession.id).first().id
    refused = post(bob, hidden, "/account/sessions", f"/account/sessions/{of_ada}/end")
    assert refused.status_code == 404
    assert ada.get("/").status_code == 200


def test_ending_sessions_needs_the_token_of_the_form(running: RunningHost, sign_in: SignIn) -> None:
    client = running.client()
    sign_in(client)
    assert client.post("/account/sessions/end-all").status_code == 400
    assert client.get("/account/sessions/end-all").status_code == 405
    assert client.get("/").status_code == 200


def test_an_administrator_signs_an_agent_out(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    clients = [running.client(), running.client()]
    for client in clients:
        sign_in(client)
    with inside(running):
        listed = CliRunner().invoke(agent_commands(), ["sessions", "ada", "--json"])
        assert len(json.loads(listed.stdout)) == 2
        done = CliRunner().invoke(agent_commands(), ["sign-out", "ada"])
        assert done.stdout == "sessions ended: 2\n"
        left = CliRunner().invoke(agent_commands(), ["sessions", "ada"])
        assert left.stdout == "ada is not signed in\n"
    assert [client.get("/").status_code for client in clients] == [302, 302]
    sign_in(clients[0])
    with inside(running):
        assert CliRunner().invoke(agent_commands(), ["sign-out"]).exit_code == 2
        done = CliRunner().invoke(agent_commands(), ["sign-out", "--all"])
        assert done.stdout == "sessions ended: 1\n"
        assert sign_out_agent("ada") == 0


def test_the_last_use_is_written_now_and_then(
    on_both: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    client = on_both.client()
    sign_in(client)
    now = int(time.time())

    def used_after(seconds_ago: int) -> int:
        with inside(on_both):
            AgentSession.update(used=now - seconds_ago).execute()
        client.get("/")
        with inside(on_both):
            used: int = AgentSession.select().get().used
        return used

    assert used_after(200) == now - 200
    assert used_after(400) >= now


def test_a_busy_database_costs_no_page(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    client = running.client()
    sign_in(client)
    with inside(running):
        AgentSession.update(used=0).execute()
    other = sqlite3.connect(running.config_file.parent / "cti.db")
    other.execute("BEGIN IMMEDIATE")
    assert client.get("/").status_code == 200
    other.rollback()
    other.close()
    with inside(running):
        assert AgentSession.select().get().used == 0
    assert client.get("/").status_code == 200
    with inside(running):
        assert AgentSession.select().get().used > 0


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/1 Safari/1 Edg/140", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140 Mobile Safari/537", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) Version/19 Safari/1", "Safari, iPhone"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_browsers_have_short_names(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


def test_the_account_page_says_how_the_account_stands(
    running: RunningHost, sign_in: SignIn
) -> None:
    client = running.client()
    sign_in(client)
    assert 'href="/account"' in client.get("/").text
    page = client.get("/account").text
    for text in ("Ada Lovelace", "ada@example.org", "Support Agent"):
        assert text in page
    for url in ("/password", "/account/second-factor", "/account/sessions", "/account/tokens"):
        assert f'href="{url}"' in page
