"""`cti-host calls device`: whose phone is whose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost


@pytest.fixture
def run(make_host: MakeHost) -> Any:
    """Run `cti-host calls device …`; returns its code and what it printed."""
    running = make_host(plugins=["calls"])

    def run_(*words: str) -> tuple[int, str]:
        command = ["--config", str(running.config_file), "calls", "device", *words]
        done = CliRunner().invoke(cli, command)
        return done.exit_code, done.output

    return run_


def test_phones_are_added_listed_and_removed(run: Any) -> None:
    assert run("list")[1].startswith("no devices are known")
    add = ("add", "main", "PJSIP/201", "--agent", "sam", "--label", "Desk")
    assert run(*add) == (0, "main PJSIP/201 of sam: added\n")
    assert run(*add) == (0, "main PJSIP/201 of sam: nothing to do\n")
    run("add", "main", "PJSIP/201", "--agent", "kim")
    assert run("list") == (0, "main PJSIP/201 (Desk): kim, sam\n")
    phone = {"source": "main", "device": "PJSIP/201", "label": "Desk", "agents": ["kim", "sam"]}
    assert json.loads(run("list", "--json")[1]) == [phone]
    assert run("remove", "main", "PJSIP/201", "--agent", "kim")[0] == 0
    assert run("list")[1] == "main PJSIP/201 (Desk): sam\n"
    assert run("remove", "main", "PJSIP/201")[0] == 0
    assert run("remove", "main", "PJSIP/201") == (1, "Error: there is no device main PJSIP/201\n")


def test_a_file_is_imported_as_a_whole(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "phones.csv"
    lines = ["Source,device,agent,label", "main,201,sam,Desk", "main,201,kim,", "main,202,,"]
    file.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    assert run("import", str(file)) == (0, "phones.csv: 3 lines, 3 devices added or changed\n")
    assert run("list")[1] == "main 201 (Desk): kim, sam\nmain 202: nobody's\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("device,agent\n201,sam\n", "source is missing"),
        ("source,device,colour\n", "'colour' is none"),
        ("source,device\nmain,201\nmain,\n", "line 3: the device is empty"),
        ("source,device\nmain," + "x" * 256 + "\n", "line 2: the device has more than 255"),
        ('source,device\nmain,"x\n', "is no CSV file"),
    ],
)
def test_a_file_with_a_mistake_changes_nothing(
    run: Any, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "phones.csv"
    file.write_text(text, encoding="utf-8")
    code, output = run("import", str(file))
    assert code == 1
    assert said in output
    assert "no devices are known" in run("list")[1]
