"""A line for each event, in the log and in a file, without numbers unless asked for."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cti_host import Agent, Caller, OutboundAction, Ticket
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost, RunningHost

# A site's own few lines stand in for phone_reformat and tickets.
DIRECTORY = """
from cti_host import Caller, Match, Number, Reason, Unsearchable, hookimpl


class Plugin:
    @hookimpl
    def preprocess_parameters(self, call):
        text = call.received["phone"]
        if text == "anonymous":
            return call.with_parameter("phone", Unsearchable(text, Reason.WITHHELD))
        if text.isdigit():
            return call.with_parameter("phone", Number(text, "+33" + text[1:]))

    @hookimpl
    def lookup_callers(self, call):
        if call.number and call.number.e164 == "+33987654321":
            return [Match(Caller("Person", i, f"Person {i}")) for i in (1, 2)]
"""
ADA = Agent("ada", "Ada Lovelace")
TICKET = Ticket("UserRequest", 5, "R-000005", "Printer of Mr Secret", source="own")
CALLER = Caller("Person", 1, "Mr Secret", {"phone": "+33987654321"})
ACTION = OutboundAction("ecall_phone", "Call", "tel:+33987654321", number="+33 9 87 65 43 21")

Build = Callable[[str], RunningHost]


@pytest.fixture
def build(make_host: MakeHost) -> Build:
    """`build(settings)`: a host with the call log and a small directory."""
    return lambda settings: make_host(
        f"[plugin.event_log]\n{settings}",
        plugins=["event_log", "directory"],
        sources={"directory": DIRECTORY},
    )


def _lines(running: RunningHost, name: str = "calls.jsonl") -> list[dict[str, Any]]:
    path = running.config_file.parent / name
    return [json.loads(line) for line in path.read_text().splitlines()]


def _fire_all(running: RunningHost) -> list[str]:
    hooks = running.host.hooks
    with running.app.test_request_context():
        hooks.ticket_created(TICKET, None, ADA)
        hooks.ticket_created(TICKET, CALLER, ADA)
        return hooks.call_placed(TICKET, CALLER, ACTION, ADA)


def test_a_call_is_a_line_with_time_agent_and_how_many_were_found(build: Build) -> None:
    running = build('file = "calls.jsonl"')
    assert running.client().get("/pop?phone=0987654321").status_code == 200
    (line,) = _lines(running)
    age = datetime.now(UTC) - datetime.fromisoformat(line.pop("time"))
    assert timedelta(0) <= age + timedelta(seconds=1) < timedelta(minutes=5)
    assert line == {"event": "call_received", "agent": "test", "searchable": True, "callers": 2}


@pytest.mark.parametrize(
    ("received", "searchable"), [("anonymous", False), ("0600000000", True), ("x", True)]
)
def test_a_caller_nobody_knows_is_a_line_too(build: Build, received: str, searchable: bool) -> None:
    running = build('file = "calls.jsonl"\nnumbers = true')
    running.client().get(f"/pop?phone={received}")
    (line,) = _lines(running)
    assert (line["callers"], line["searchable"]) == (0, searchable)
    assert line["number"] == ("+33600000000" if received == "0600000000" else None)


def test_tickets_and_outbound_calls_are_lines(build: Build) -> None:
    running = build('file = "calls.jsonl"')
    assert _fire_all(running) == []
    lines = _lines(running)
    for line in lines:
        del line["time"]
    created = {
        "event": "ticket_created",
        "agent": "ada",
        "source": "own",
        "ticket": "R-000005",
        "class": "UserRequest",
    }
    assert lines == [
        {**created, "callers": 0},
        {**created, "callers": 1},
        {
            "event": "call_placed",
            "agent": "ada",
            "source": "own",
            "ticket": "R-000005",
            "action": "ecall_phone",
        },
    ]


def test_nothing_personal_is_written_unless_asked_for(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cti_host.plugin.event_log")
    running = build('file = "calls.jsonl"')
    running.client().get("/pop?phone=0987654321")
    _fire_all(running)
    written = caplog.text + (running.config_file.parent / "calls.jsonl").read_text()
    assert "4321" not in written
    assert "43 21" not in written
    assert "Secret" not in written


def test_numbers_are_written_when_asked_for(build: Build) -> None:
    running = build('file = "calls.jsonl"\nnumbers = true')
    running.client().get("/pop?phone=0987654321")
    _fire_all(running)
    numbers = [line["number"] for line in _lines(running)]
    assert numbers == ["+33987654321", None, None, "+33 9 87 65 43 21"]


def test_without_a_file_the_lines_are_in_the_log_only(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cti_host.plugin.event_log")
    running = build("")
    _fire_all(running)
    assert [json.loads(message)["event"] for message in caplog.messages] == [
        "ticket_created",
        "ticket_created",
        "call_placed",
    ]
    assert not list(running.config_file.parent.glob("*.jsonl"))


@pytest.mark.parametrize("file", ["missing/calls.jsonl", "."])
def test_a_file_that_cannot_be_written_is_refused_at_the_start(build: Build, file: str) -> None:
    with pytest.raises(ConfigRefused) as refused:
        build(f'file = "{file}"')
    (problem,) = refused.value.problems
    assert problem.key == "plugin.event_log.file"
    assert problem.line > 0
    assert "can't be written" in problem.message
    assert problem.remedy


def test_a_file_that_fails_later_costs_nothing(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    running = build('file = "calls.jsonl"')
    path = running.config_file.parent / "calls.jsonl"
    path.unlink()
    path.mkdir()
    answer = running.client().get("/pop?phone=0987654321")
    assert answer.status_code == 200
    assert "event_log" not in answer.text
    assert _fire_all(running) == []
    assert "can't be written" in caplog.text
    path.rmdir()
    _fire_all(running)
    assert len(_lines(running)) == 3


def test_a_file_that_is_moved_away_is_made_again(build: Build) -> None:
    running = build('file = "calls.jsonl"')
    _fire_all(running)
    folder = running.config_file.parent
    os.rename(folder / "calls.jsonl", folder / "calls.1")
    _fire_all(running)
    assert (len(_lines(running)), len(_lines(running, "calls.1"))) == (3, 3)


def test_lines_written_at_the_same_time_never_mix(build: Build) -> None:
    running = build('file = "calls.jsonl"')
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: _fire_all(running), range(40)))
    assert len(_lines(running)) == 120


def test_the_file_is_found_from_the_folder_of_the_settings(build: Build, tmp_path: Path) -> None:
    running = build(f'file = "{tmp_path / "absolute.jsonl"}"')
    _fire_all(running)
    assert (tmp_path / "absolute.jsonl").is_file()


def test_under_its_first_name_it_does_the_same_and_says_what_it_is_called_now(
    make_host: MakeHost,
) -> None:
    running = make_host('[plugin.call_log]\nfile = "calls.jsonl"', plugins=["call_log"])
    assert [str(problem) for problem in running.host.problems] == [
        f"{running.config_file}:2: warning: plugins: the plugin call_log has another name now"
        "\n    -> call it event_log, and its table [plugin.event_log]"
    ]
    _fire_all(running)
    assert len(_lines(running)) == 3


def test_under_its_first_name_a_mistake_is_shown_where_it_is(make_host: MakeHost) -> None:
    with pytest.raises(ConfigRefused, match=r"plugin\.call_log\.file: .* can't be written"):
        make_host('[plugin.call_log]\nfile = "no/calls.jsonl"', plugins=["call_log"])
