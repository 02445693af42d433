"""Who is behind a request: programs with tokens, agents that another plugin signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cti_accounts import (
    activate_agent,
    add_agent,
    deactivate_agent,
    issue_token,
    revoke_tokens,
    set_profiles,
)
from cti_accounts.models import AgentToken
from werkzeug.test import TestResponse

from cti_host import Agent
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost, RunningHost

SignIn = Callable[..., TestResponse]
Inside = Callable[..., Any]


def _as_program(running: RunningHost, token: str) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    return running.client().get("/pop?phone=0987654321", headers=headers)


def test_a_token_lets_a_program_in(on_both: RunningHost, inside: Inside) -> None:
    with inside(on_both):
        token = issue_token("ada", "dashboard")
    assert _as_program(on_both, token).status_code == 200


@pytest.mark.parametrize("token", ["", "wrong", "é", "x" * 4000])
def test_a_wrong_token_is_401_for_a_program(running: RunningHost, token: str) -> None:
    answer = _as_program(running, token)
    assert answer.status_code == 401
    assert "token is wrong" in answer.get_json()["error"]


def test_a_wrong_token_counts_more_than_a_session(running: RunningHost, sign_in: SignIn) -> None:
    client = running.client()
    sign_in(client)
    assert client.get("/", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_the_basic_authorization_of_a_proxy_does_not_hide_the_session(
    running: RunningHost, sign_in: SignIn
) -> None:
    client = running.client()
    sign_in(client)
    assert client.get("/", headers={"Authorization": "Basic cHJveHk6eA=="}).status_code == 200


def test_tokens_of_a_disabled_agent_count_no_more(running: RunningHost, inside: Inside) -> None:
    with inside(running):
        token = issue_token("ada")
        deactivate_agent("ada")
    assert _as_program(running, token).status_code == 401
    with inside(running):
        activate_agent("ada")
    assert _as_program(running, token).status_code == 200


def test_tokens_can_be_taken_back(running: RunningHost, inside: Inside) -> None:
    with inside(running):
        tokens = [issue_token("ada"), issue_token("ada")]
        assert revoke_tokens("ada") == 2
    assert [_as_program(running, token).status_code for token in tokens] == [401, 401]


def test_only_the_hash_of_a_token_is_kept(running: RunningHost, inside: Inside) -> None:
    with inside(running):
        token = issue_token("ada")
        row: Any = AgentToken.select().dicts().get()
    assert token not in str(row)
    assert len(row["hash"]) == 64


def test_the_agent_that_other_plugins_get(
    make_host: MakeHost, inside: Inside, on_both: RunningHost
) -> None:
    with inside(on_both):
        set_profiles("ada", ["Administrator", "Support Agent"])
        token = issue_token("ada")
    request = on_both.app.test_request_context(headers={"Authorization": f"Bearer {token}"})
    with request:
        agent = on_both.host.hooks.identify_agent(request.request)
    assert agent == Agent(
        "Ada",
        "Ada Lovelace",
        "ada@example.org",
        frozenset({"Administrator", "Support Agent"}),
        7,
        scopes=frozenset({"pop", "read"}),
    )


def test_a_page_costs_one_statement_and_no_write(
    running: RunningHost, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = running.client()
    sign_in(client)
    client.get("/")
    asked: list[str] = []
    database: Any = running.host.database
    execute = database.execute_sql

    def listen(sql: str, *arguments: Any, **named: Any) -> Any:
        asked.append(sql)
        return execute(sql, *arguments, **named)

    monkeypatch.setattr(database, "execute_sql", listen)
    assert client.get("/").status_code == 200
    assert len(asked) == 1
    assert asked[0].startswith("SELECT")


def test_without_its_tables_the_page_says_that_sign_in_is_not_available(
    running: RunningHost, sign_in: SignIn, inside: Inside
) -> None:
    client = running.client()
    sign_in(client)
    with inside(running):
        database: Any = running.host.database
        database.execute_sql("DROP TABLE agent_profile")
    answer = client.get("/")
    assert answer.status_code == 503
    assert "accounts" in answer.text


def test_agents_of_another_plugin_get_no_sign_out(make_host: MakeHost) -> None:
    running = make_host(plugins=["accounts"])
    home = running.client().get("/").text
    assert "Test Agent" in home
    assert "/sign-out" not in home
    assert running.client().get("/password").status_code == 403


def test_the_settings_say_whose_persons_agents_are(make_host: MakeHost, inside: Inside) -> None:
    seen = """
        from cti_host import Agent, NavigationItem, hookimpl


        class Plugin:
            @hookimpl
            def navigation(self, agent):
                self.agent = agent
        """
    toml = '[plugin.accounts]\npeople = "seen"\n'
    host = make_host(toml, plugins=["accounts", "seen"], sources={"seen": seen}, sign_in=False)
    with inside(host):
        add_agent("ada", "wonderful-1815", ["Support Agent"], contact_id=7)
        token = issue_token("ada")
    url = "/lookup?phone=0987654321"
    host.client().get(url, headers={"Authorization": f"Bearer {token}"})
    agent = host.host.plugins[1].instance.agent
    assert (agent.contact_id, agent.contact_source) == (7, "seen")


def test_whose_persons_agents_are_must_be_a_plugin_that_is_on(make_host: MakeHost) -> None:
    with pytest.raises(ConfigRefused, match="the plugin 'seem' is not enabled"):
        make_host('[plugin.accounts]\npeople = "seem"\n', plugins=["accounts"], sign_in=False)
