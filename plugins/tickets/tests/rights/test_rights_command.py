"""`cti-host rights`: the table, with the reason for each cell."""

from __future__ import annotations

import json
from typing import Any

AGENTS = '''
from cti_host import Agent, hookimpl


class Plugin:
    """Knows one agent."""

    @hookimpl
    def known_agent(self, name):
        if name == "ada":
            return Agent("ada", profiles={"Support Agent", "Document author"})
'''
TOML = '[rights."Support Agent".Person]\ncreate = true\n'


def test_a_profile_is_printed_with_reasons(make_site: Any) -> None:
    shown = make_site(TOML).command("rights", "--profile", "Support Agent")

    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    assert lines[0] == "Support Agent"
    assert "  Person: read, bulk_read (granted to Support Agent)" in lines
    assert "  Person: create (granted to Support Agent by [rights])" in lines
    assert (
        "  Person: not modify, bulk_modify, delete, bulk_delete (not granted to Support Agent)"
        in lines
    )


def test_every_profile_is_printed_as_json(make_site: Any) -> None:
    cells = json.loads(make_site().command("rights", "--json").output)

    assert len({cell["who"] for cell in cells}) == 13
    assert {
        "who": "Document author",
        "class": "PhoneCall",
        "action": "delete",
        "allowed": False,
        "reason": "not granted to Document author",
    } in cells


def test_an_agent_has_what_their_profiles_have(make_site: Any) -> None:
    site = make_site(
        plugins=["phone_reformat", "tickets", "agents"], sources={"agents": AGENTS}, sign_in=False
    )

    shown = site.command("rights", "--agent", "ada").output

    assert "  Person: read, bulk_read (granted to Document author, Support Agent)" in shown
    assert "there is no agent 'bob'" in site.command("rights", "--agent", "bob").output


def test_a_misspelt_profile_is_told(make_site: Any) -> None:
    refused = make_site().command("rights", "--profile", "Suport Agent")

    assert refused.exit_code == 1
    assert "there is no profile 'Suport Agent'; did you mean 'Support Agent'?" in refused.output


def test_only_some_classes_are_printed(make_site: Any) -> None:
    shown = make_site().command("rights", "--profile", "Document author", "--class", "Contact")

    assert shown.output.splitlines() == [
        "Document author",
        "  Person: read, bulk_read (granted to Document author)",
        "  Person: not create, modify, bulk_modify, delete, bulk_delete"
        " (not granted to Document author)",
        "  Team: read, bulk_read (granted to Document author)",
        "  Team: not create, modify, bulk_modify, delete, bulk_delete"
        " (not granted to Document author)",
    ]


BROKEN = '''
from cti_host import hookimpl


class Plugin:
    """Can't say what its rights are."""

    @hookimpl
    def explain_rights(self, profiles):
        raise OSError("no")
'''


def test_a_plugin_that_cannot_say_its_rights_is_named_after_all_others(make_site: Any) -> None:
    site = make_site(plugins=["phone_reformat", "tickets", "broken"], sources={"broken": BROKEN})

    shown = site.command("rights", "--profile", "Document author", "--class", "PhoneCall")

    assert shown.exit_code == 1
    assert "PhoneCall: read, bulk_read (granted to Document author)" in shown.output
    assert "Error: broken: " in shown.output
