"""A real iTop, named by ITOP_URL, ITOP_USER and ITOP_PASSWORD, mirrored and copied: only read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from command_kit import run

from cti_host.testing import MakeHost

pytestmark = pytest.mark.live


@pytest.fixture
def config(make_host: MakeHost, database_url: str) -> Path:
    """The settings of a host with an empty store in front of the real iTop."""
    settings = (
        f'[plugin.itop]\nurl = "{os.environ["ITOP_URL"]}"\nuser = "{os.environ["ITOP_USER"]}"\n'
        f'password = "{os.environ["ITOP_PASSWORD"]}"\n'
    )
    plugins = ["phone_reformat", "itop", "tickets"]
    return make_host(settings, plugins=plugins, database=database_url).config_file


def test_everybody_is_mirrored_and_the_next_run_writes_nobody(config: Path) -> None:
    status, output, errors = run(config, "itop", "sync", "--json")
    assert status == 0, errors
    first = json.loads(output)
    assert first["persons"] > 0
    assert first["written"] == first["persons"] + first["organizations"]
    _status, output, _errors = run(config, "itop", "sync", "--json")
    again = json.loads(output)
    assert (again["persons"], again["written"], again["gone"]) == (first["persons"], 0, 0)


def test_everything_is_copied_and_verified_and_the_next_copy_writes_nothing(config: Path) -> None:
    file = config.parent / "itop.jsonl"
    status, output, errors = run(config, "itop", "copy", "-o", str(file), "--json")
    assert status == 0, errors
    copied = json.loads(output)
    assert copied["complete"]
    assert {"Organization", "Person", "UserRequest"} <= {one["name"] for one in copied["classes"]}
    how = ("data", "import", "--match", "id", "--ignore-unknown", "--empty-missing", "--json")
    status, output, errors = run(config, *how, str(file))
    assert status == 0, errors
    status, output, errors = run(config, *how, "--dry-run", str(file))
    again = json.loads(output)
    assert (again["create"], again["change"]) == ([], [])
