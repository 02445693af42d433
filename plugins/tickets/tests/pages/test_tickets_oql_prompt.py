"""The prompt of `cti-host oql`."""

from __future__ import annotations

import os
import pty
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from types import MappingProxyType
from typing import Any

import pytest
from cti_tickets.commands.oql_prompt import Prompt, file_history, is_unfinished
from prompt_toolkit.application import create_app_session
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

DOCS = Path(__file__).parents[4] / "docs"
Type = Callable[..., str]
ENTER, CTRL_C, CTRL_D, TAB, META_ENTER = "\r", "\x03", "\x04", "\t", "\x1b\r"


@pytest.fixture
def site(make_site: Any) -> Any:
    site = make_site()
    site.add("Organization", name="Analytical Ltd")
    for name, phone in (("Zoé", "0987654321"), ("Ada", "+33 9 87 65 43 21"), ("Bea", "321")):
        site.add("Person", first_name=name, name="Byron", org_id=1, phone=phone)
    return site


@pytest.fixture
def typed(site: Any, capsys: pytest.CaptureFixture[str]) -> Iterator[Type]:
    """Type into the prompt of the site."""
    with typing_into(site, capsys) as run:
        yield run


@contextmanager
def typing_into(site: Any, capsys: pytest.CaptureFixture[str]) -> Iterator[Type]:
    """Type into a prompt and leave it; answers what it printed after its greeting.

    `then` is what to type as soon as some text stands in the prompt: completion takes its time.
    """
    host = site.running.host
    oql = next(p.instance for p in host.plugins if p.name == "tickets").oql

    def run(*keys: str, then: Mapping[str, str] = MappingProxyType({}), **values: Any) -> str:
        waiting = dict(then)
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):

            def changed(buffer: Buffer) -> None:
                if buffer.text in waiting:
                    pipe.send_text(waiting.pop(buffer.text))

            prompt = Prompt(oql, values)
            prompt.session.default_buffer.on_text_changed += changed
            pipe.send_text("".join(keys) + ("" if waiting else CTRL_D))
            prompt.run()
        greeting, _end, printed = capsys.readouterr().out.partition("\n")
        assert "\\help" in greeting
        assert not waiting
        return printed

    with site.running.app.app_context(), host.database.connection_context():
        yield run


def test_what_a_query_finds_is_printed(typed: Type) -> None:
    found = typed("SELECT Person", ENTER)
    *people, count = found.splitlines()
    assert people == ["Person::2  Ada Byron", "Person::3  Bea Byron", "Person::1  Zoé Byron"]
    assert count.startswith("3 found (")


def test_queries_come_one_after_the_other(typed: Type) -> None:
    found = typed("SELECT Team", ENTER, "SELECT Organization", ENTER)
    assert found.startswith("0 found (")
    assert "Organization::1  Analytical Ltd\n1 found (" in found


def test_a_query_goes_on_in_the_next_line_until_it_is_complete(typed: Type) -> None:
    found = typed("SELECT Person WHERE", ENTER, "first_name =", ENTER, "'zoe'", ENTER)
    assert found.startswith("Person::1  Zoé Byron\n1 found (")


def test_an_empty_line_ends_what_is_not_complete(typed: Type) -> None:
    found = typed("SELECT Person WHERE", ENTER, ENTER)
    assert "the query ends too early; expected an attribute" in found


def test_meta_enter_ends_what_is_not_complete(typed: Type) -> None:
    assert "the query ends too early; expected a class" in typed("SELECT", META_ENTER)


def test_an_error_marks_its_place_and_the_next_query_is_answered(typed: Type) -> None:
    found = typed("SELECT Person WHERE mobile_fone = 1", ENTER, "SELECT Team", ENTER)
    assert found.startswith(
        "line 1, column 21: there is no attribute mobile_fone on Person; did you mean "
        "mobile_phone?\n\n"
        "  SELECT Person WHERE mobile_fone = 1\n"
        "                      ^^^^^^^^^^^\n"
    )
    assert "0 found (" in found


def test_ctrl_c_forgets_what_was_typed(typed: Type) -> None:
    found = typed("SELECT nonsense", CTRL_C, "SELECT Team", ENTER)
    assert found.startswith("0 found (")


def test_words_are_completed(typed: Type) -> None:
    found = typed(
        f"sel{TAB}",
        then={"SELECT": f" Organiz{TAB}", "SELECT Organization": ENTER + CTRL_D},
    )
    assert found.startswith("Organization::1  Analytical Ltd\n1 found (")


def test_the_query_of_a_command_is_completed_too(typed: Type) -> None:
    found = typed(
        f"\\explain SELECT Organiz{TAB}", then={"\\explain SELECT Organization": ENTER + CTRL_D}
    )
    assert found.startswith("Query\n  SELECT Organization\n")


def test_the_class_of_a_command_is_completed_too(typed: Type) -> None:
    found = typed(f"\\class pers{TAB}", then={"\\class Person": ENTER + CTRL_D})
    assert "first_name " in found


def test_parameters_can_be_given_and_listed(typed: Type) -> None:
    query = "SELECT Person WHERE phone = :phone"
    assert typed(query, ENTER, phone="321").startswith("Person::3  Bea Byron\n")
    found = typed("\\param phone=09 87 65 43 21", ENTER, query, ENTER, "\\param", ENTER)
    assert "Person::2  Ada Byron\nPerson::1  Zoé Byron\n" in found
    assert found.splitlines()[-1] == "phone=+33987654321"


def test_a_mistake_in_a_parameter_is_told(typed: Type) -> None:
    assert typed("\\param phone", ENTER) == "'phone' is not NAME=VALUE\n"
    assert "the parameter x is missing" in typed("SELECT Team WHERE id = :x", ENTER)


def test_the_way_to_an_answer_is_explained(typed: Type) -> None:
    found = typed("\\explain SELECT Person WHERE id = 1", ENTER)
    assert "\nTree\n  SELECT Person\n    WHERE\n      id = 1\nSQL\n" in found
    assert "\n1 found: parse " in found


def test_the_classes_are_listed_under_their_parents(typed: Type) -> None:
    lines = typed("\\classes", ENTER).splitlines()
    assert {"Organization", "Contact (abstract)", "  Person", "  Team"} < set(lines)
    assert lines.index("Contact (abstract)") < lines.index("  Person")


def test_the_attributes_of_a_class_are_listed(typed: Type) -> None:
    lines = [line.split(maxsplit=1) for line in typed("\\class Person", ENTER).splitlines()]
    listed = dict(lines)
    assert listed["mobile_phone"] == "phone"
    assert listed["org_id"] == "key to Organization"
    assert listed["location_id"] == "key to Location, may be empty"
    assert listed["org_name"] == "name behind org_id"
    assert listed["status"].startswith("enum: ")
    assert listed["friendlyname"] == "computed"


def test_a_class_or_command_that_is_none_is_told(typed: Type) -> None:
    assert typed("\\class Persn", ENTER) == "there is no class Persn; did you mean Person?\n"
    assert typed("\\nothing", ENTER).startswith("there is no \\nothing")


def test_there_is_help(typed: Type) -> None:
    assert "\\explain QUERY" in typed("\\help", ENTER)


def test_the_prompt_is_left_on_demand(typed: Type) -> None:
    assert typed("\\q", ENTER, "SELECT Team", ENTER) == ""


def test_a_long_result_is_cut(site: Any, typed: Type) -> None:
    for number in range(120):
        site.add("Team", name=f"Team {number:03}", org_id=1)
    lines = typed("SELECT Team", ENTER).splitlines()
    assert len(lines) == 102
    assert lines[99].endswith("  Team 099")
    assert lines[100] == "… and 20 more"
    assert lines[101].startswith("120 found (")


@pytest.mark.parametrize(
    ("text", "unfinished"),
    [
        ("SELECT Person", False),
        ("SELECT Person WHERE", True),
        ("SELECT Person WHERE\n", False),
        ("SELECT Person WHERE name = 1 nonsense", False),
        ("SELECT", True),
        ("\\explain SELECT", False),
        ("", False),
        (" ", False),
    ],
)
def test_a_query_goes_on_where_it_ends_too_early(text: str, unfinished: bool) -> None:
    assert is_unfinished(text) == unfinished


def test_queries_are_kept_for_the_next_time_and_for_the_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    history = file_history()
    assert isinstance(history, FileHistory)
    history.append_string("SELECT Person\nWHERE id = 1")
    assert list(file_history().load_history_strings()) == ["SELECT Person\nWHERE id = 1"]
    assert stat.S_IMODE((tmp_path / "cti-host" / "oql_history").stat().st_mode) == 0o600


def test_the_folder_of_the_state_is_in_the_home_unless_it_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    file_history()
    assert (tmp_path / ".local" / "state" / "cti-host" / "oql_history").exists()


def test_without_a_place_for_them_queries_are_kept_for_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert isinstance(file_history(), InMemoryHistory)


def test_the_documentation_shows_a_session(
    make_site: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    site = make_site()
    for file in ("people.jsonl", "Person.csv"):
        assert site.command("data", "import", str(DOCS / "examples" / file)).exit_code == 0
    page = (DOCS / "oql.md").read_text(encoding="utf-8")
    (session,) = re.findall(r"```text\n\$ cti-host oql\n.*?\n(oql> .*?)```", page, re.DOTALL)
    keys = re.findall(r"^(?:oql|\.\.\.)> (.*\n)", session, re.MULTILINE)
    shown = re.sub(r"^(?:oql|\.\.\.)> .*\n", "", session, flags=re.MULTILINE)
    with typing_into(site, capsys) as run:
        printed = run(*(key.replace("\n", ENTER) for key in keys))
    assert _without_times(printed) == _without_times(shown)


def _without_times(text: str) -> str:
    return re.sub(r"[0-9.]+ ms", "… ms", text)


def test_on_a_terminal_the_command_asks(site: Any, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "cti_host", "--config", str(site.running.config_file), "oql"]
    environment = {**os.environ, "TERM": "dumb", "XDG_STATE_HOME": str(tmp_path)}
    screen, terminal = pty.openpty()
    with subprocess.Popen(  # noqa: S603 -- this interpreter
        words, stdin=terminal, stdout=terminal, stderr=terminal, env=environment
    ) as process:
        os.close(terminal)
        # Should it never answer, reading ends in an error instead of never.
        guard = Timer(120, process.kill)
        guard.start()
        _read_until(screen, b"oql> ")
        os.write(screen, b"SELECT Organization\r\\q\r")
        printed = _read_until(screen, b" found (")
        assert b"Organization::1  Analytical Ltd" in printed
        process.wait()
        guard.cancel()
    assert process.returncode == 0
    os.close(screen)


def _read_until(screen: int, text: bytes) -> bytes:
    printed = b""
    while text not in printed:
        printed += os.read(screen, 1024)
    return printed
