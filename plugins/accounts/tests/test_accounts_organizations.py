"""The organizations that agents are limited to: given, shown, and told to the host."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cti_accounts import AccountRefused, add_agent, issue_token
from cti_accounts.accounts import organizations_named
from cti_accounts.commands import agent_commands
from cti_accounts.models import AgentOrganization
from flask import request

from cti_host import Agent
from cti_host.testing import MakeHost, RunningHost

# A plugin that has organizations, two of them with one name.
DIRECTORY = '''
from cti_host import Organization, TicketList, hookimpl

KNOWN = {3: "Analytical Ltd", 5: "Twin", 6: "Twin", 12: "Engines & Sons"}


class Plugin:
    """Knows some organizations."""

    @hookimpl
    def ticket_lists(self, call, callers):
        return [TicketList("all", "All", 0)]

    @hookimpl
    def organizations(self, text):
        return [
            Organization(id_, name)
            for id_, name in KNOWN.items()
            if text in (str(id_), name.lower(), name)
        ]
'''
PASSWORD = "wonderful-1815"
Inside = Callable[..., Any]
Command = Callable[..., Result]


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, make_host: MakeHost, inside: Inside) -> RunningHost:
    """A host with the agent Ada, and a plugin that has organizations; on both databases."""
    url = "sqlite:///cti.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    host = make_host(
        plugins=["accounts", "directory"],
        sources={"directory": DIRECTORY},
        sign_in=False,
        database=url,
    )
    with inside(host):
        add_agent("Ada", PASSWORD, ["Support Agent", "Problem Manager"])
    return host


@pytest.fixture
def command(running: RunningHost, inside: Inside) -> Command:
    """`command("organizations", "ada", "--all")`: what `cti-host agent` does and says."""

    def run(*words: str) -> Result:
        with inside(running):
            return CliRunner().invoke(agent_commands(), words, input=f"{PASSWORD}\n")

    return run


@pytest.fixture
def identified(running: RunningHost, inside: Inside) -> Callable[[], Agent]:
    """`identified()`: who Ada is to the host, by a token of hers."""
    with inside(running):
        token = issue_token("ada")

    def identify() -> Agent:
        headers = {"Authorization": f"Bearer {token}"}
        with running.app.test_request_context(headers=headers), inside(running):
            agent = running.host.hooks.identify_agent(request)
            assert agent is not None
            return agent

    return identify


def test_an_agent_is_limited_by_names_and_ids(
    command: Command, identified: Callable[[], Agent]
) -> None:
    assert identified().organizations == frozenset()
    done = command("organizations", "ada", "--organization", "analytical ltd",
                   "--organization", "12", "--organization", "3")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert done.stdout == "ada is limited to: Analytical Ltd, Engines & Sons\n"
    agent = identified()
    assert agent.organizations == {3, 12}
    assert agent.profiles == {"Support Agent", "Problem Manager"}
    # They are those of the plugin that has tickets.
    assert agent.organizations_in("directory") == frozenset({3, 12})
    assert agent.organizations_in("another") == frozenset()
    command("organizations", "ada", "--organization", "5")
    assert identified().organizations == {5}
    done = command("organizations", "ada", "--all")
    assert done.stdout == "ada is not limited any more\n"
    assert identified().organizations_in("directory") is None


def test_a_new_agent_can_be_limited_at_once(command: Command) -> None:
    done = command("add", "bob", "--profile", "Portal user", "--organization", "3",
                   "--password-stdin")  # fmt: skip
    assert done.exit_code == 0, done.output
    listed = json.loads(command("list", "--json").stdout)
    assert [one["organizations"] for one in listed] == [[], [3]]
    assert "bob: Portal user; limited to Analytical Ltd" in command("list").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--organization", "Nowhere"], "there is no organization 'Nowhere'"),
        (["--organization", "99"], "there is no organization '99'"),
        (["--organization", ""], "there is no organization ''"),
        (["--organization", "Twin"], "several organizations are called 'Twin': write an id: 5, 6"),
        (["--organization", "3", "--organization", "x"], "there is no organization 'x'"),
    ],
)
def test_an_unknown_organization_is_refused_and_nothing_is_changed(
    running: RunningHost, inside: Inside, command: Command, words: list[str], message: str
) -> None:
    command("organizations", "ada", "--organization", "12")
    refused = command("organizations", "ada", *words)
    assert refused.exit_code == 1
    assert message in refused.stderr
    refused = command("add", "eve", "--profile", "Portal user", *words, "--password-stdin")
    assert refused.exit_code == 1
    assert message in refused.stderr
    with inside(running):
        rows: Any = AgentOrganization.select(AgentOrganization.organization_id).tuples()
        assert list(rows) == [(12,)]
    assert len(json.loads(command("list", "--json").stdout)) == 1


@pytest.mark.parametrize("words", [[], ["--all", "--organization", "3"]])
def test_either_organizations_or_all_are_named(command: Command, words: list[str]) -> None:
    assert command("organizations", "ada", *words).exit_code == 2


def test_an_organization_that_is_gone_is_shown_by_its_id(
    running: RunningHost, inside: Inside, command: Command
) -> None:
    with inside(running):
        add_agent("bob", PASSWORD, ["Portal user"], organizations=[77])
    assert "limited to organization 77" in command("list").stdout


def test_an_agent_who_is_not_there_is_refused(command: Command) -> None:
    refused = command("organizations", "eve", "--organization", "3")
    assert refused.exit_code == 1
    assert "there is no agent 'eve'" in refused.stderr


def test_organizations_are_known_only_where_a_plugin_has_some(
    make_host: MakeHost, inside: Inside
) -> None:
    host = make_host(plugins=["accounts"], sign_in=False)
    refusal = "there is no organization 'Twin'"
    with inside(host), pytest.raises(AccountRefused, match=refusal):
        organizations_named(["Twin"])
