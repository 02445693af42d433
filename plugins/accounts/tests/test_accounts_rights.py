"""What `cti-host rights` says of accounts."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner
from cti_accounts import PROFILES

from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost


def rights(make_host: MakeHost, *arguments: str, toml: str = "") -> list[dict[str, Any]]:
    """What the command prints, where no other plugin keeps rights."""
    running = make_host(toml, plugins=["accounts"])
    command = ["--config", str(running.config_file), "rights", "--json", *arguments]
    shown = CliRunner().invoke(cli, command)
    assert shown.exit_code == 0, shown.output
    found: list[dict[str, Any]] = json.loads(shown.output)
    return found


def test_every_profile_that_agents_may_have_is_there(make_host: MakeHost) -> None:
    found = rights(make_host)
    assert [*dict.fromkeys(one["who"] for one in found)] == [*PROFILES]
    assert {one["class"] for one in found} == {"account"}
    of_one = {one["action"]: one["allowed"] for one in found if one["who"] == "Portal user"}
    own = ("sign_in", "password", "second_factor", "sessions", "tokens")
    assert of_one == {**dict.fromkeys(own, True), "others": False}


def test_who_needs_a_second_factor_is_told(make_host: MakeHost) -> None:
    toml = '[plugin.accounts]\nsecond_factor = ["Administrator"]\n'
    reasons = {
        one["who"]: one["reason"]
        for one in rights(make_host, toml=toml)
        if one["action"] == "sign_in"
    }
    assert "with a second factor" in reasons["Administrator"]
    assert "second factor" not in reasons["Support Agent"]
