"""`cti-host agent ...`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cti_accounts import PROFILES, AccountRefused, add_agent
from cti_accounts.commands import agent_commands
from cti_accounts.models import AgentAccount, Profile
from werkzeug.test import TestResponse

from cti_host.testing import MakeHost, RunningHost

Agent = Callable[..., Result]
Inside = Callable[..., Any]
SignIn = Callable[..., TestResponse]
GOOD = "analytical-1843"


@pytest.fixture
def agent(inside: Inside) -> Agent:
    """`agent(running, "add", "eve", typed="…\\n")`: what `cti-host agent` does and says."""

    def run(running: RunningHost, *words: str, typed: str = "") -> Result:
        with inside(running):
            return CliRunner().invoke(agent_commands(), words, input=typed)

    return run


@pytest.fixture
def add(agent: Agent) -> Agent:
    """`add(running, "eve", "--profile", "Portal user", password="…")`."""

    def run(running: RunningHost, name: str, *options: str, password: str = GOOD) -> Result:
        words = ["add", name, "--password-stdin", *options]
        return agent(running, *words, typed=f"{password}\nanother line\n")

    return run


def test_the_command_works_from_a_shell(running: RunningHost, sign_in: SignIn) -> None:
    command = [sys.executable, "-c", "from cti_host.command_line.cli import main; main()"]
    words = ["agent", "add", "Grace", "--profile", "Support Agent", "--password-stdin"]
    done = subprocess.run(  # noqa: S603 -- our own command
        [*command, *words, "--config", str(running.config_file)],
        input=f"{GOOD}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sign_in(running.client(), name="grace", password=GOOD).status_code == 302


def test_an_agent_that_was_added_can_sign_in(
    running: RunningHost, sign_in: SignIn, add: Agent
) -> None:
    done = add(running, "Grace", "--profile", "Support Agent", "--profile", "Administrator")
    assert done.exit_code == 0, done.output
    assert sign_in(running.client(), name="grace", password=GOOD).status_code == 302


def test_list_says_everything_but_secrets(on_both: RunningHost, agent: Agent, add: Agent) -> None:
    add(on_both, "Bob", "--profile", "Portal user", "--display", "Bob É.", "--contact", "12")
    agent(on_both, "token", "bob")
    agent(on_both, "deactivate", "bob")
    listed = json.loads(agent(on_both, "list", "--json").stdout)
    assert [agent["name"] for agent in listed] == ["Ada", "Bob"]
    assert listed[1] == {
        "name": "Bob",
        "display": "Bob É.",
        "email": "",
        "active": False,
        "profiles": ["Portal user"],
        "contact_id": 12,
        "organizations": [],
        "second_factor": False,
        "tokens": 1,
    }
    text = agent(on_both, "list").stdout
    assert "Bob (Bob É.): Portal user; person 12; tokens: 1; deactivated" in text


@pytest.mark.parametrize(
    ("name", "options", "password", "message"),
    [
        ("ADA", ["--profile", "Support Agent"], GOOD, "there is an agent 'ADA' already"),
        ("eve", ["--profile", "Suport Agent"], GOOD, "did you mean 'Support Agent'?"),
        ("eve", ["--profile", "zzz"], GOOD, "known: Administrator"),
        ("eve", ["--profile", "Support Agent"], "", "The password is empty."),
        ("eve", ["--profile", "Support Agent"], "short", "at least 10 characters"),
        ("eve", ["--profile", "Support Agent"], "aaaaaaaaaaaaaa", "too simple"),
        ("eve", ["--profile", "Support Agent"], "eve-2024-eve", "must not contain the name"),
        (" ", ["--profile", "Support Agent"], GOOD, "the name is empty"),
        ("x" * 65, ["--profile", "Support Agent"], GOOD, "65 characters"),
        ("a\tb", ["--profile", "Support Agent"], GOOD, "can't be typed"),
        ("eve", ["--profile", "Support Agent", "--contact", "0"], GOOD, "not the id of a person"),
        ("eve", ["--profile", "Support Agent", "--display", "x" * 256], GOOD, "display is longer"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    running: RunningHost,
    inside: Inside,
    name: str,
    options: list[str],
    password: str,
    message: str,
    add: Agent,
) -> None:
    refused = add(running, name, *options, password=password)
    assert refused.exit_code == 1
    assert message in refused.stderr
    assert "Traceback" not in refused.output
    with inside(running):
        assert AgentAccount.select().count() == 1


def test_a_profile_must_be_named(running: RunningHost, add: Agent) -> None:
    assert add(running, "eve").exit_code == 2


def test_without_a_terminal_the_password_must_come_from_stdin(
    running: RunningHost, agent: Agent
) -> None:
    refused = agent(running, "add", "eve", "--profile", "Support Agent", typed="x\n")
    assert refused.exit_code == 2
    assert "--password-stdin" in refused.stderr


def test_token_prints_the_token_and_nothing_else_on_stdout(
    running: RunningHost, agent: Agent
) -> None:
    done = agent(running, "token", "ada")
    token = done.stdout.removesuffix("\n")
    assert len(token) == 43
    assert " " not in token
    assert "keep it safe" in done.stderr
    headers = {"Authorization": f"Bearer {token}"}
    assert running.client().get("/pop?phone=0987654321", headers=headers).status_code == 200


@pytest.mark.parametrize("words", [("deactivate", "activate"), ("disable", "enable")])
def test_a_deactivated_agent_gets_no_token(
    running: RunningHost, agent: Agent, words: tuple[str, str]
) -> None:
    assert agent(running, words[0], "ada").exit_code == 0
    refused = agent(running, "token", "ada")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert agent(running, words[1], "ada").exit_code == 0
    assert agent(running, "token", "ada").exit_code == 0
    assert "tokens revoked: 1" in agent(running, "revoke", "ada").stdout


def test_password_profiles_and_link_change_an_agent(
    running: RunningHost, sign_in: SignIn, inside: Inside, agent: Agent
) -> None:
    done = agent(running, "password", "ADA", "--password-stdin", typed=GOOD + "\n")
    assert done.exit_code == 0, done.output
    assert sign_in(running.client(), password=GOOD).status_code == 302
    assert agent(running, "profiles", "ada", "--profile", "Problem Manager").exit_code == 0
    assert agent(running, "link", "ada", "99").exit_code == 0
    listed = json.loads(agent(running, "list", "--json").stdout)
    assert (listed[0]["profiles"], listed[0]["contact_id"]) == (["Problem Manager"], 99)
    assert agent(running, "link", "ada", "--remove").exit_code == 0
    assert json.loads(agent(running, "list", "--json").stdout)[0]["contact_id"] is None


PEOPLE = """
from cti_host import Caller, KnownNames, hookimpl


class Plugin:
    @hookimpl
    def known_names(self):
        return KnownNames(("Person",), caller_classes=("Person",))

    @hookimpl
    def ticket_lists(self, call, callers):
        return []

    @hookimpl
    def find_callers(self, texts):
        return [Caller("Person", 7, "Ada")] if "people:Person:7" in texts else []
"""


def test_an_agent_is_linked_to_a_person_that_exists(make_host: MakeHost, agent: Agent) -> None:
    running = make_host(plugins=["accounts", "people"], sources={"people": PEOPLE}, sign_in=False)
    words = ["--profile", "Support Agent", "--password-stdin"]
    assert agent(running, "add", "ada", *words, typed=GOOD + "\n").exit_code == 0
    assert agent(running, "link", "ada", "7").exit_code == 0
    refused = agent(running, "link", "ada", "8")
    assert refused.exit_code == 1
    assert "has no person with the id 8" in refused.stderr
    assert json.loads(agent(running, "list", "--json").stdout)[0]["contact_id"] == 7


@pytest.mark.parametrize(
    "words",
    [
        ["token", "adda"],
        ["deactivate", "adda"],
        ["activate", "adda"],
        ["revoke", "adda"],
        ["tokens", "adda"],
        ["sessions", "adda"],
        ["sign-out", "adda"],
        ["second-factor-reset", "adda"],
        ["modify", "adda", "--display", "A"],
        ["link", "adda", "1"],
        ["password", "adda", "--password-stdin"],
        ["profiles", "adda", "--profile", "Support Agent"],
    ],
)
def test_an_unknown_agent_is_refused_with_the_closest_one(
    running: RunningHost, words: list[str], agent: Agent
) -> None:
    refused = agent(running, *words, typed=GOOD + "\n")
    assert refused.exit_code == 1
    assert "there is no agent 'adda'; did you mean 'Ada'?" in refused.stderr


def test_the_profiles_are_there_from_the_start(on_both: RunningHost, inside: Inside) -> None:
    with inside(on_both):
        assert {profile.name for profile in Profile.select()} == set(PROFILES)


def test_the_fewest_characters_are_a_setting(
    host_with: Callable[[str], RunningHost], add: Agent
) -> None:
    running = host_with("[plugin.accounts]\nminimum_password_length = 12")
    refused = add(running, "eve", "--profile", "Support Agent", password="only-11-chr")
    assert "at least 12 characters" in refused.stderr


def test_the_models_are_what_the_migration_makes(on_both: RunningHost, inside: Inside) -> None:
    with inside(on_both):
        for model in on_both.host.models:
            table = model._meta.table_name
            columns = {c.name: c.null for c in on_both.host.database.get_columns(table)}
            assert columns == {f.column_name: f.null for f in model._meta.sorted_fields}
            unique = {tuple(i.columns) for i in on_both.host.database.get_indexes(table)}
            assert unique >= {(f.column_name,) for f in model._meta.sorted_fields if f.unique}


def test_add_agent_refuses_without_a_profile(running: RunningHost, inside: Inside) -> None:
    with inside(running), pytest.raises(AccountRefused, match="at least one profile"):
        add_agent("eve", GOOD, [])


def test_the_demonstration_adds_its_agent_only_where_there_is_none(
    make_host: Callable[..., RunningHost], running: RunningHost, inside: Inside, sign_in: SignIn
) -> None:
    with inside(running):
        lines = running.host.hooks.set_up("load_demo")[0][1]
        assert lines == ["Sign in as one of the agents of this database"]
    empty = make_host(plugins=["accounts"], sign_in=False)
    with inside(empty):
        first, second = (empty.host.hooks.set_up("load_demo")[0][1] for _ in range(2))
    assert first == second == ["Sign in as demo, password ring-ring-hello"]
    assert sign_in(empty.client(), name="demo", password="ring-ring-hello").status_code == 302
