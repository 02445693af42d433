"""`check --online` looks at the agents' own accounts in iTop, as far as its REST services go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fake_itop import PASSWORD, USER, FakeItop
from itop_model import TicketsModel

from cti_host import Finding
from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost

SETTINGS = (Path(__file__).parents[1] / "site.toml").read_text(encoding="utf-8")
AGENTS = """
from cti_host import Agent, hookimpl


class Plugin:
    @hookimpl
    def known_agents(self):
        return [Agent(name, "", email, frozenset(), person) for name, email, person in {agents!r}]
"""
CAMILLE, NADIA = ("camille", "camille.moreau@nsd.example", None), ("nadia", "", 11)
Check = Callable[..., list[Finding]]


def account(person: int, *profiles: str, status: str = "enabled") -> dict[str, Any]:
    """An account in iTop, as its REST services tell it."""
    links = [{"profileid": str(n), "profile": name} for n, name in enumerate(profiles, 1)]
    return {
        "login": f"user{person}",
        "status": status,
        "contactid": str(person),
        "profile_list": links,
    }


@pytest.fixture
def check(make_host: MakeHost, itop_server: FakeItop) -> Check:
    """`check(agent, …)`: what `check --online` says of agents."""

    def run(*agents: tuple[str, str, int | None]) -> list[Finding]:
        toml = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
        running = make_host(
            toml.replace('"PASSWORD"', f'"{PASSWORD}"'),
            plugins=["phone_reformat", "itop", "agents"],
            sources={"agents": AGENTS.format(agents=list(agents))},
            sign_in=False,
        )
        with running.app.app_context(), running.host.database.connection_context():
            found = running.host.hooks.check_online()
        return [finding for _plugin, finding in found if finding.what.startswith("agent")]

    return run


def test_without_agents_nothing_is_said(check: Check) -> None:
    assert check() == []


def test_who_may_not_read_accounts_says_that_nothing_can_be_known(check: Check) -> None:
    (found,) = check(CAMILLE, NADIA)
    assert (found.what, found.level) == ("agents' rights in iTop", "warning")
    assert found.detail == "can't be known: only administrators of iTop may read accounts"
    assert "each agent has an account" in found.remedy


def test_agents_who_may_do_what_the_settings_offer(check: Check, demo_model: TicketsModel) -> None:
    demo_model.accounts = {
        1: account(10, "Support Agent", "Configuration Manager"),
        2: account(11, "Administrator"),
    }
    (found,) = check(CAMILLE, NADIA)
    assert found.level == "good"
    assert found.detail == "camille, nadia: may read tickets, and create UserRequest, Person"


@pytest.mark.parametrize(
    ("accounts", "detail", "remedy"),
    [
        ({}, "has no account in iTop", "make or enable it"),
        (
            {1: account(11, "Administrator", status="disabled")},
            "has a disabled account in iTop",
            "make or enable it",
        ),
        (
            {1: account(11, "Support Agent")},
            "may not create Person (profiles: Support Agent)",
            "give the account in iTop: Configuration Manager",
        ),
        (
            {1: account(11, "Configuration Manager")},
            "may not create UserRequest (profiles: Configuration Manager)",
            "give the account in iTop: Service Desk Agent, Support Agent",
        ),
        (
            {1: account(11, "Portal power user")},
            "may not read Person, read UserRequest, create UserRequest, create Person "
            "(profiles: Portal power user)",
            "give the account in iTop: Configuration Manager, Service Desk Agent, Support Agent",
        ),
        (
            {1: account(11, "Support Agent", "Hotline")},
            "whether they may create Person can't be known (profiles: Hotline, Support Agent)",
            "don't tell what a profile may do",
        ),
        (
            {1: {**account(11), "profile_list": None}},
            "(profiles: none that can be read)",
            "don't tell what a profile may do",
        ),
    ],
)
def test_what_is_wrong_with_an_agent_is_said_with_its_remedy(
    check: Check,
    demo_model: TicketsModel,
    accounts: dict[int, dict[str, Any]],
    detail: str,
    remedy: str,
) -> None:
    demo_model.accounts = accounts
    (found,) = check(NADIA)
    assert (found.what, found.level) == ("agent nadia", "warning")
    assert detail in found.detail
    assert remedy in found.remedy


def test_agents_who_are_nobody_in_itop(check: Check, demo_model: TicketsModel) -> None:
    demo_model.accounts = {}
    found = check(("sam", "", None), ("zoe", "zoe@nowhere.example", None), ("max", "", 999_999))
    assert [(one.what, one.level) for one in found] == [
        ("agent sam", "warning"),
        ("agent zoe", "warning"),
        ("agent max", "warning"),
    ]
    assert "e-mail address" in found[0].detail
    assert found[2].detail == "iTop has no person 999999, or the account may not see it"
    assert found[2].remedy == "run: cti-host agent link max ID"


def explained(make_host: MakeHost, *arguments: str, plugins: Sequence[str] = ()) -> list[str]:
    """What `cti-host rights` prints, by line."""
    toml = '[plugin.itop]\nurl = "https://itop.example.org"\ntoken = "t"\n'
    running = make_host(toml, plugins=["accounts", "phone_reformat", *plugins, "itop"])
    command = ["--config", str(running.config_file), "rights", *arguments]
    shown = CliRunner().invoke(cli, command)
    assert shown.exit_code == 0, shown.output
    return shown.output.splitlines()


def test_what_profiles_may_do_in_itop_is_printed_as_far_as_it_is_known(
    make_host: MakeHost,
) -> None:
    agent, customer = "Support Agent", "Portal user"
    lines = explained(make_host, "--profile", agent, "--profile", customer, "--class", "itop")
    ours, theirs = lines[: lines.index(customer)], lines[lines.index(customer) :]
    assert ours[:2] == [
        agent,
        "  itop: read (the account of this host reads iTop for everybody who is let in)",
    ]
    assert f"  UserRequest (itop): read, create, modify (iTop grants it to {agent})" in ours
    assert f"  Person (itop): read (iTop grants it to {agent})" in ours
    assert f"  Person (itop): not create, modify (iTop does not grant it to {agent})" in ours
    assert theirs[:2] == [customer, "  itop: not read (customers have a portal of their own)"]
    # What is in iTop is told apart from the classes of this host, and found with them.
    both = explained(make_host, "--profile", agent, "--class", "Person", plugins=["tickets"])
    assert [line.partition(":")[0].strip() for line in both[1:]] == [
        "Person",
        "Person",
        "Person (itop)",
        "Person (itop)",
    ]
