"""Placeholders about the agent: they are the agent of the host, not its account in iTop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_itop import PASSWORD, USER, FakeItop

from cti_host.testing import MakeHost, RunningHost

SETTINGS = Path(__file__).with_name("site.toml").read_text(encoding="utf-8")
AGENT = '''
from cti_host import Agent, hookimpl


class Plugin:
    """Everybody is the same agent."""

    @hookimpl
    def identify_agent(self, request):
        profiles = {{"Support Agent"}}
        return Agent("camille", "Camille Moreau", {email!r}, profiles, {contact_id})
'''
Asked = Callable[..., list[str]]


@pytest.fixture
def asked(make_host: MakeHost, itop_server: FakeItop) -> Asked:
    """`asked(condition, email="", contact_id=None)`: the lists' queries as iTop gets them."""

    def ask(condition: str, email: str = "", contact_id: int | None = None) -> list[str]:
        toml = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
        toml = toml.replace('"PASSWORD"', f'"{PASSWORD}"')
        toml = toml.replace("u.status != 'closed'", condition, 1)
        source = AGENT.format(email=email, contact_id=contact_id)
        running: RunningHost = make_host(
            toml,
            plugins=["phone_reformat", "itop", "agent"],
            sources={"agent": source},
            sign_in=False,
        )
        assert running.get_json("/pop?phone=0987654321")["problems"] == []
        return [key for key in itop_server.queries("UserRequest") if "JOIN" not in key]

    return ask


@pytest.mark.parametrize(
    ("email", "contact_id", "expected"),
    [
        ("", 12, 12),
        ("Camille.Moreau@nsd.example", None, 10),
        ("nobody@nsd.example", None, 0),
        ("%", None, 0),
        ("", None, 0),
    ],
)
def test_the_agents_person(asked: Asked, email: str, contact_id: int | None, expected: int) -> None:
    (query,) = asked("u.agent_id = :current_contact_id", email, contact_id)
    assert query.endswith(f"u.agent_id = {expected}")


def test_an_attribute_of_the_agents_person(asked: Asked) -> None:
    (query,) = asked("u.org_id = :current_contact->org_id", contact_id=10)
    assert query.endswith("u.org_id = '6'")


def test_an_attribute_of_nobody_matches_nothing(asked: Asked) -> None:
    (query,) = asked("u.org_id = :current_contact->org_id")
    assert query.endswith("u.org_id = NULL")


def test_the_agents_account(asked: Asked) -> None:
    condition = "u.title = :current_user->login AND u.title LIKE :current_user->email"
    (query,) = asked(condition, "a_b@x.example")
    assert query.endswith("u.title = 'camille' AND u.title LIKE 'a\\\\_b@x.example'")


@pytest.mark.parametrize("source", ["itop", "tickets"])
def test_an_agent_who_is_limited_to_organizations_is_shown_nothing_of_itop(
    make_host: MakeHost, itop_server: FakeItop, source: str
) -> None:
    toml = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
    agent = AGENT.format(email="", contact_id=12).replace(
        ", 12)", f', 12, contact_source="{source}", organizations=frozenset({{3}}))'
    )
    running = make_host(
        toml.replace('"PASSWORD"', f'"{PASSWORD}"'),
        plugins=["phone_reformat", "itop", "agent"],
        sources={"agent": agent},
        sign_in=False,
    )
    panel = running.get_json("/pop?phone=0987654321")
    assert (panel["callers"], panel["ticket_lists"]) == ([], [])
    assert running.client().get("/ticket/itop/UserRequest/1").status_code == 404
    assert itop_server.queries("Person") == itop_server.queries("UserRequest") == []
