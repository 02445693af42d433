"""The `cti-host` command."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cti_host import __version__
from cti_host.command_line.cli import main
from cti_host.testing import MakeHost, write_config

# A command leaves its connection to the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")

COMMANDS = """
import os
from pathlib import Path

import click
import peewee

from cti_host import current_host, database, hookimpl


class Note(peewee.Model):
    text = peewee.TextField()

    class Meta:
        database = database


@click.command("note")
@click.argument("text")
def note(text):
    '''Keep a note.'''
    Note.create(text=text)
    click.echo(f"{Note.select().count()} notes of {len(current_host().plugins)} plugins")


class Plugin:
    '''Keeps notes.'''

    @hookimpl
    def register(self, host):
        host.before_closing.append(lambda: Path(f"closed-{os.getpid()}").touch())

    @hookimpl
    def models(self):
        return [Note]

    @hookimpl
    def commands(self):
        return [note]
"""
MISTAKES = "languag = 'en'\n[server]\nport = 0\n"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `cti-host ARGUMENTS` in an empty folder, with these extra variables."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **variables: str) -> Done:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.delenv("CTI_HOST_CONFIG", raising=False)
            for name, value in variables.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["cti-host", *arguments])
            try:
                main()
                code: Any = 0
            except SystemExit as end:
                code = end.code or 0
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def config(tmp_path: Path, people: str) -> str:
    """A configuration with the plugins people and notes; not in a usual place."""
    (tmp_path / "site").mkdir()
    toml = "[plugin.people]\nfound = ['Ada Lovelace']\ntickets = 2\n"
    sources = {"people": people, "notes": COMMANDS}
    write_config(tmp_path / "site", toml, plugins=["people", "notes"], sources=sources)
    return "site/cti.toml"


@pytest.fixture
def mistaken(tmp_path: Path) -> str:
    (tmp_path / "wrong.toml").write_text(MISTAKES)
    return "wrong.toml"


def test_check_says_that_all_is_right(run: Run, config: str) -> None:
    done = run("check", "--config", config)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{config}: all right\n"


def test_check_reports_every_mistake_at_once(run: Run, mistaken: str) -> None:
    done = run("check", "--config", mistaken)
    assert (done.returncode, done.stdout) == (1, "")
    assert "wrong.toml:1: languag: unknown key\n    -> did you mean 'language'?" in done.stderr
    assert "wrong.toml:3: server.port: " in done.stderr
    assert done.stderr.endswith("2 mistakes to correct\n")
    assert "Traceback" not in done.stderr


def test_check_answers_programs_in_json(run: Run, config: str, mistaken: str) -> None:
    good = run("check", "--json", "--config", config)
    assert (good.returncode, json.loads(good.stdout)) == (0, {"ok": True, "problems": []})
    bad = run("check", "--json", "--config", mistaken)
    answer = json.loads(bad.stdout)
    assert (bad.returncode, answer["ok"]) == (1, False)
    first = next(one for one in answer["problems"] if one["level"] == "error")
    assert first["file"].endswith("wrong.toml")
    del first["file"]
    assert first == {
        "line": 1,
        "key": "languag",
        "message": "unknown key",
        "remedy": "did you mean 'language'?",
        "level": "error",
    }


def test_check_shows_warnings_and_starts_all_the_same(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path, "[acme]\nx = 1\n")
    done = run("check")
    assert done.returncode == 0
    assert "cti.toml:5: warning: acme: no enabled plugin reads this table" in done.stderr
    assert done.stdout.endswith("cti.toml: it starts, with 1 warning\n")


ONLINE = """
from cti_host import Finding, Level, hookimpl


class Plugin:
    @hookimpl
    def check_online(self):
        return [
            Finding("the server", Level.GOOD, "answers"),
            Finding("the account", Level.{level}, "sees little", "give it more"),
        ]
"""
BROKEN_ONLINE = """
from cti_host import hookimpl


class Plugin:
    @hookimpl
    def check_online(self):
        raise LookupError("nobody home")
"""


def checked_online(folder: Path, **sources: str) -> str:
    return str(write_config(folder, plugins=[*sources], sources=sources))


def test_check_online_tells_what_works(run: Run, tmp_path: Path) -> None:
    path = checked_online(tmp_path, server=ONLINE.format(level="WARNING"))
    run("db", "upgrade", "--config", path)
    done = run("check", "--online", "--config", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines()[1:] if "database:" not in line] == [
        "server: good     the server: answers",
        "server: warning  the account: sees little",
        "    -> give it more",
    ]
    assert "server" not in run("check", "--config", path).stdout


def test_check_online_fails_when_something_is_bad(run: Run, tmp_path: Path) -> None:
    path = checked_online(tmp_path, server=ONLINE.format(level="BAD"), broken=BROKEN_ONLINE)
    done = run("check", "--online", "--json", "--config", path)
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["ok"] is False
    found = [(f["plugin"], f["level"], f["what"]) for f in answer["online"]]
    assert [one for one in found if one[0] != "database"] == [
        ("server", "good", "the server"),
        ("server", "bad", "the account"),
        ("broken", "bad", "the check itself"),
    ]
    assert answer["online"][-1]["detail"] == "LookupError: nobody home"


def test_check_online_looks_at_the_database_of_every_host(run: Run, config: str) -> None:
    done = run("check", "--online", "--config", config)
    assert done.returncode == 0
    assert "database: warning  reached: " in done.stdout
    run("db", "upgrade", "--config", config)
    done = run("check", "--online", "--config", config)
    assert "database: good     up to date: every migration, table and column\n" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--config", "FILE", "plugins", "--json"],
        ["plugins", "--config", "FILE", "--json"],
        ["plugins", "--json", "--config", "FILE"],
        ["--config=FILE", "plugins", "--json"],
        ["plugins", "--json", "--config=FILE"],
    ],
)
def test_the_configuration_may_be_named_anywhere(
    run: Run, config: str, arguments: list[str]
) -> None:
    done = run(*(argument.replace("FILE", config) for argument in arguments))
    assert done.returncode == 0, done.stderr
    enabled = [plugin["name"] for plugin in json.loads(done.stdout) if plugin["enabled"]]
    assert enabled == ["people", "notes", "signed_in"]


def test_the_configuration_may_be_named_by_a_variable_but_the_option_wins(
    run: Run, config: str, mistaken: str
) -> None:
    assert run("check", CTI_HOST_CONFIG=config).returncode == 0
    assert run("check", CTI_HOST_CONFIG=mistaken).returncode == 1
    assert run("check", "--config", config, CTI_HOST_CONFIG=mistaken).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["plugins"], ["serve"], ["db", "upgrade"], ["explain", "phone=1"], ["note", "x"]],
)
def test_without_a_configuration_each_command_says_how_to_name_one(
    run: Run, arguments: list[str]
) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    assert "name one with --config FILE or CTI_HOST_CONFIG" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_option_without_its_file_is_a_usage_error(run: Run) -> None:
    done = run("check", "--config")
    assert done.returncode == 2
    assert "--config needs a FILE" in done.stderr


def test_the_version_is_told_without_loading_the_host() -> None:
    code = (
        "import atexit, sys\n"
        "from cti_host.command_line.cli import main\n"
        "sys.argv[1:] = ['--version']\n"
        "atexit.register(lambda: print(*sys.modules, sep='\\n'))\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 -- ours
    told, *modules = done.stdout.splitlines()
    assert told == f"cti-host, version {__version__}"
    assert "click" in modules
    assert not {"flask", "peewee", "psycopg", "pydantic", "cti_host.public"} & {*modules}


def test_a_name_that_the_api_lacks_is_no_name_of_it() -> None:
    import cti_host

    with pytest.raises(AttributeError, match="'cti_host' has no attribute 'Plumbing'"):
        _ = cti_host.Plumbing  # type: ignore[attr-defined]
    assert all(hasattr(cti_host, name) for name in cti_host.__all__)


def test_the_version_and_the_help_need_no_configuration(run: Run) -> None:
    assert __version__ in run("--version").stdout
    done = run("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("check", "plugins", "serve", "explain", "db"))


def test_the_help_lists_the_commands_of_plugins(run: Run, config: str) -> None:
    done = run("--help", "--config", config)
    assert re.search(r"note +Keep a note\.", done.stdout)


def test_plugins_lists_what_is_enabled_in_order_and_what_else_there_is(
    run: Run, config: str
) -> None:
    done = run("plugins", "--config", config)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1. people")
    assert lines[0].endswith("People and their tickets out of the settings.")
    assert lines[1].split() == [
        "lookup_callers,",
        "ticket_lists,",
        "class_label,",
        "creation_presets,",
        "creation_form_url,",
        "call_received",
    ]
    assert lines[2].startswith("2. notes")
    assert any(line.startswith("-  phone_reformat 0.1.0") for line in lines)


def test_an_unknown_command_is_a_usage_error(run: Run, config: str) -> None:
    done = run("nte", "--config", config)
    assert done.returncode == 2
    assert "No such command 'nte'" in done.stderr


def test_a_plugins_command_runs_inside_the_application(run: Run, config: str) -> None:
    assert run("db", "upgrade", "--config", config).returncode == 0
    done = run("note", "buy milk", "--config", config)
    assert (done.returncode, done.stdout) == (0, "1 notes of 3 plugins\n")


def test_a_command_makes_a_new_database_and_refuses_an_old_one(
    run: Run, config: str, tmp_path: Path
) -> None:
    done = run("note", "x", "--config", config)
    assert (done.returncode, done.stdout) == (0, "1 notes of 3 plugins\n")
    assert "made the database" in done.stderr
    make_old(tmp_path)
    done = run("note", "x", "--config", config)
    assert (done.returncode, done.stdout) == (1, "")
    assert "the database is not up to date" in done.stderr
    assert "run: cti-host db upgrade" in done.stderr


def make_old(folder: Path) -> None:
    """Make the database one that lacks a table."""
    with contextlib.closing(sqlite3.connect(folder / "site" / "cti.db")) as file:
        file.execute("DROP TABLE IF EXISTS note")
        file.execute("CREATE TABLE other (id INTEGER)")


def test_a_command_of_a_plugin_that_fails_names_the_plugin(run: Run, tmp_path: Path) -> None:
    source = (
        "from cti_host import hookimpl\nclass Plugin:\n    @hookimpl\n"
        "    def commands(self):\n        raise RuntimeError('no licence')\n"
    )
    write_config(tmp_path, plugins=["acme"], sources={"acme": source})
    done = run("something")
    assert done.returncode == 1
    assert "plugin acme: commands failed: RuntimeError: no licence" in done.stderr
    assert "Traceback" not in done.stderr
    assert run("check").returncode == 0


def test_two_plugins_cannot_own_one_command(run: Run, tmp_path: Path) -> None:
    sources = {
        "a": COMMANDS,
        "b": COMMANDS.replace("class Note", "class Other")
        .replace("Note.", "Other.")
        .replace("[Note]", "[Other]"),
    }
    write_config(tmp_path, plugins=["a", "b"], sources=sources)
    done = run("note", "x")
    assert done.returncode == 1
    assert "two owners of the command 'note'" in done.stderr


Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """`install("acme", source, "hello = acme:hello")`: a distribution with commands."""

    def install(name: str, source: str, *points: str) -> None:
        folder = tmp_path / "installed" / name
        metadata = folder / f"{name}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (folder / f"{name}.py").write_text(source)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = "\n".join(points)
        (metadata / "entry_points.txt").write_text(f"[cti_host.commands]\n{lines}\n")
        monkeypatch.syspath_prepend(str(folder))

    return install


HELLO = """
import click

@click.command(help="Say hello.")
def hello():
    click.echo("hello")
"""


def test_an_installed_command_needs_no_configuration(run: Run, install: Install) -> None:
    install("greeting_a", HELLO, "hello = greeting_a:hello")
    done = run("hello")
    assert (done.returncode, done.stdout, done.stderr) == (0, "hello\n", "")
    assert re.search(r"hello +Say hello\.", run("--help").stdout)


def test_an_installed_command_is_imported_only_when_it_is_used(
    run: Run, install: Install, config: str
) -> None:
    install("greeting_b", "raise RuntimeError('half installed')", "hello = greeting_b:hello")
    assert run("check", "--config", config).returncode == 0
    done = run("hello")
    assert done.returncode == 1
    said = "the command 'hello' of distribution greeting_b can't be imported: RuntimeError: half"
    assert said in done.stderr
    listed = run("--help", "--config", config)
    assert listed.returncode == 0
    assert said in listed.stderr
    assert re.search(r"note +Keep a note\.", listed.stdout)


def test_what_is_installed_must_be_a_command(run: Run, install: Install) -> None:
    install("greeting_c", "hello = 'hello'", "hello = greeting_c:hello")
    done = run("hello")
    assert done.returncode == 1
    assert "is no click command: greeting_c:hello" in done.stderr


def test_two_distributions_cannot_own_one_command(run: Run, install: Install, config: str) -> None:
    install("greeting_d", HELLO, "hello = greeting_d:hello")
    install("greeting_e", HELLO, "hello = greeting_e:hello")
    done = run("hello")
    assert done.returncode == 1
    text = "two owners of the command 'hello': distribution greeting_d, distribution greeting_e"
    assert text in done.stderr
    assert run("check", "--config", config).returncode == 0


def test_a_distribution_cannot_take_a_command_of_the_host(
    run: Run, install: Install, config: str
) -> None:
    install("greeting_f", HELLO, "check = greeting_f:hello", "hello = greeting_f:hello")
    assert "all right" in run("check", "--config", config).stdout
    done = run("hello")
    assert done.returncode == 1
    assert "two owners of the command 'check': the host, distribution greeting_f" in done.stderr


def test_a_plugin_cannot_take_an_installed_command(run: Run, install: Install, config: str) -> None:
    install("greeting_g", HELLO, "note = greeting_g:hello")
    assert run("note", "--config", config).stdout == "hello\n"
    done = run("db", "--config", config)
    listed = run("--help", "--config", config)
    assert "two owners of the command 'note', one is plugin notes" in listed.stderr
    assert "Traceback" not in done.stderr


def test_upgrade_creates_what_is_missing_and_then_nothing(run: Run, config: str) -> None:
    first = run("db", "upgrade", "--json", "--config", config)
    assert len(json.loads(first.stdout)["applied"]) == 1
    second = run("db", "upgrade", "--json", "--config", config)
    assert json.loads(second.stdout) == {"applied": [], "backup": None}
    assert run("db", "upgrade", "--config", config).stdout == "the database is up to date\n"


def test_serve_refuses_a_database_that_is_not_up_to_date(
    run: Run, config: str, tmp_path: Path
) -> None:
    make_old(tmp_path)
    done = run("serve", "--config", config)
    assert done.returncode == 1
    assert "the database is not up to date" in done.stderr
    assert "run: cti-host db upgrade" in done.stderr


@pytest.mark.parametrize(
    "url", ["http://cti.example/pop?phone=0987", "/pop?phone=0987", "phone=0987"]
)
def test_explain_shows_what_each_plugin_got_answered_and_took(
    run: Run, config: str, url: str
) -> None:
    done = run("explain", url, "--config", config)
    assert done.returncode == 0, done.stderr
    text = done.stdout
    assert re.search(r"^1\. lookup_callers · people · [\d.]+ ms$", text, re.MULTILINE)
    assert "got call = a call with phone = '0987'" in text
    assert "answered people:Person:1 'Ada Lovelace' because 'reason 1'" in text
    assert "Ada Lovelace  (reason 1)" in text
    assert "chosen: people:Person:1" in text
    assert "call_received" not in text


ADDRESS = """
from flask import Blueprint, abort, redirect, request
from cti_host import hookimpl, pop_url

blueprint = Blueprint("address", __name__)


@blueprint.get("/old/call")
def call():
    return redirect(pop_url([("phone", request.query_string.decode())]))


@blueprint.get("/old/broken")
def broken():
    raise RuntimeError("out of order")


class Plugin:
    @hookimpl
    def blueprints(self):
        return [blueprint]
"""


def test_explain_follows_an_address_of_a_plugin_to_the_panel(
    run: Run, tmp_path: Path, people: str
) -> None:
    plugins = ["people", "address"]
    write_config(tmp_path, plugins=plugins, sources={"people": people, "address": ADDRESS})
    done = run("explain", "https://cti.example/old/call?+33987654321")
    assert done.returncode == 0
    assert "Contacts with phone number +33987654321" in done.stdout
    broken = run("explain", "/old/broken?phone=0987")
    assert "Contacts with phone number 0987" in broken.stdout


def test_explain_answers_programs_in_json(run: Run, config: str) -> None:
    done = run("explain", "phone=0987&selected_caller=unknown", "--json", "--config", config)
    answer = json.loads(done.stdout)
    assert answer["error"] == ""
    assert answer["panel"]["selected"] == "unknown"
    step = answer["steps"][0]
    assert (step["hook"], step["plugin"], step["problem"]) == ("lookup_callers", "people", "")
    assert step["milliseconds"] >= 0
    assert "'0987'" in step["got"]["call"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("/pop?fone=1", "The parameter “phone” is missing."),
        ("phone=1&selected_caller=x", "selected_caller is x"),
        ("http://[/pop?phone=1", "is not a URL"),
    ],
)
def test_explain_says_what_is_wrong_with_a_url(run: Run, config: str, url: str, said: str) -> None:
    done = run("explain", url, "--config", config)
    assert done.returncode == 1
    assert said in done.stdout
    assert "Traceback" not in done.stderr


def test_explain_shows_the_failure_of_a_plugin(make_host: MakeHost, run: Run) -> None:
    source = (
        "from cti_host import hookimpl\nclass Plugin:\n    @hookimpl\n"
        "    def lookup_callers(self, call):\n        raise RuntimeError('no line')\n"
    )
    running = make_host(plugins=["acme"], sources={"acme": source})
    done = run("explain", "phone=1", "--config", str(running.config_file))
    assert "FAILED RuntimeError: no line" in done.stdout
    assert "! Caller lookup by acme is not available right now." in done.stdout


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def server(
    run: Run, config: str, free_port: int, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """`cti-host serve`, up and answering; it is stopped at the end whatever happened."""
    assert run("db", "upgrade", "--config", config).returncode == 0
    process = subprocess.Popen(  # noqa: S603 -- our own command
        [
            *(sys.executable, "-m", "cti_host", "serve", "--config", config),
            *("--port", str(free_port), "--workers", "1"),
        ],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        pause = threading.Event()
        for _ in range(1200):
            assert process.poll() is None, "the server ended by itself"
            try:
                socket.create_connection(("127.0.0.1", free_port), timeout=10).close()
                break
            except ConnectionRefusedError:
                pause.wait(0.05)
        else:
            pytest.fail("the server does not listen")
        yield process
    finally:
        # Its workers too: they are in the process group that it leads.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_serve_answers_on_its_port_and_stops_when_it_is_told_to(
    server: subprocess.Popen[bytes], free_port: int, run: Run, config: str, tmp_path: Path
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", free_port, timeout=60)
    connection.request("GET", "/pop?phone=0987", headers={"Accept": "application/json"})
    response = connection.getresponse()
    assert response.status == 200
    panel = json.loads(response.read())
    assert panel["callers"][0]["display"] == "Ada Lovelace"
    connection.request("GET", "/pop?phone=%ff", headers={"Accept": "application/json"})
    assert connection.getresponse().status == 400
    connection.close()
    again = run("serve", "--config", config, "--port", str(free_port))
    assert again.returncode == 1
    assert f"can't listen on 127.0.0.1:{free_port}" in again.stderr
    before = {path.name for path in tmp_path.glob("closed-*")}
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=60) == 0
    # What plugins do beside the requests was finished, by the worker too.
    ended = {path.name for path in tmp_path.glob("closed-*")} - before
    assert ended - {f"closed-{server.pid}"}


@pytest.mark.parametrize("attempt", range(3))
def test_ctrl_c_in_a_terminal_ends_every_process_of_the_server(
    run: Run, config: str, free_port: int, tmp_path: Path, attempt: int
) -> None:
    # A terminal sends it to all of them at once; that the workers got it too made some hang.
    assert run("db", "upgrade", "--config", config).returncode == 0
    command = ("serve", "--config", config, "--port", str(free_port), "--workers", "2")
    with subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-m", "cti_host", *command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            started = (line for line in process.stdout if "Started worker" in line)
            assert next(started)
            assert next(started)
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(timeout=60) == 0
            with pytest.raises(ProcessLookupError):
                os.killpg(process.pid, 0)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
