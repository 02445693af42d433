"""`cti-host itop sync` as a process: what it says, and what is left when it is killed."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from command_kit import PATIENCE_SECONDS, run, started
from fake_itop import PASSWORD, USER, FakeItop
from mirror_kit import Nearby
from plain_model import PlainModel, key_of

pytestmark = pytest.mark.long


@pytest.fixture
def config(tmp_path: Path, fake: FakeItop, database_url: str) -> Path:
    """The settings of a host in front of the fake iTop; its tables are up to date."""
    path = tmp_path / "command.toml"
    path.write_text(
        f'database = "{database_url}"\nplugins = ["phone_reformat", "itop"]\n'
        f'secret_key_file = "key"\n[plugin.itop]\nurl = "{fake.url}"\nuser = "{USER}"\n'
        f'password = "{PASSWORD}"\n'
    )
    run(path, "db", "upgrade")
    return path


def test_it_says_what_it_did_and_how_old_the_mirror_is(config: Path) -> None:
    status, output, _errors = run(config, "itop", "sync")
    assert status == 0
    assert "25 persons and 1 organizations" in output
    assert "26 were new or changed, 0 are gone" in output
    status, output, _errors = run(config, "itop", "sync", "--status", "--json")
    assert status == 0
    said = json.loads(output)
    assert (said["filled"], said["persons"], said["running"]) == (True, 25, False)
    assert said["age_seconds"] < PATIENCE_SECONDS


def test_before_the_first_run_the_status_says_that_there_is_nothing(config: Path) -> None:
    _status, output, _errors = run(config, "itop", "sync", "--status")
    assert output == "nothing was copied yet: every caller is asked for in iTop\n"


def test_killed_in_the_middle_the_next_one_goes_on_where_it_was(
    config: Path, model: PlainModel
) -> None:
    for id_ in range(100, 3100):
        model.add_person(id_)
    reached, released, windows = threading.Event(), threading.Event(), list[str]()

    def stop_at_the_fourth_window(query: str) -> None:
        # One is asked again without what this iTop lacks.
        if "Person" in query and "<=" in query and query not in windows:
            windows.append(query)
            # By then the first one was stored: two are fetched ahead at most.
            if len(windows) == 4:
                reached.set()
                released.wait(PATIENCE_SECONDS)

    model.asked = stop_at_the_fourth_window
    try:
        with started(config, "itop", "sync"):
            assert reached.wait(PATIENCE_SECONDS)
    finally:
        released.set()
    _status, output, _errors = run(config, "itop", "sync", "--status", "--json")
    said = json.loads(output)
    assert (said["filled"], said["interrupted"]) == (False, True)

    windows.clear()
    model.asked = windows.append
    status, output, errors = run(config, "itop", "sync", "--json")
    assert status == 0, errors
    synced = json.loads(output)
    assert synced["resumed"] >= 900
    assert synced["persons"] == len(model.objects["Person"])
    assert not [w for w in windows if "Person WHERE id > 0 " in w], "the first page is not reread"


def test_an_itop_that_is_down_is_said_in_one_line(config: Path, fake: FakeItop) -> None:
    fake.fails = "down"
    status, _output, errors = run(config, "itop", "sync")
    assert status == 1
    assert errors.startswith("Error: iTop: ")
    assert "run `cti-host itop sync` again" in errors
    assert len(errors.splitlines()) == 1
    _status, output, _errors = run(config, "itop", "sync", "--status")
    assert "the last attempt failed" in output


def test_without_a_mirror_there_is_nothing_to_synchronize(config: Path) -> None:
    config.write_text(config.read_text() + 'directory = "live"\n')
    status, _output, errors = run(config, "itop", "sync")
    assert status == 1
    assert 'directory = "live"' in errors


def test_what_the_command_copied_is_what_lookups_find(config: Path, nearby: Nearby) -> None:
    assert run(config, "itop", "sync")[0] == 0
    assert nearby.ids(key_of(3)) == [3]


def test_an_itop_that_hangs_is_not_waited_for(config: Path, fake: FakeItop) -> None:
    config.write_text(config.read_text() + "read_seconds = 0.2\n")
    fake.fails = "slow"
    status, _output, errors = run(config, "itop", "sync")
    assert status == 1
    assert "iTop: no answer in time" in errors
    assert len(fake.forms) == 1, "what is answered at once is asked first, and nothing after it"
