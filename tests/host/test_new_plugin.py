"""`cti-host plugin new`: what it writes is clean, passes its own test, and runs."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from cti_host.command_line.cli import cli
from cti_host.command_line.known_hooks import host_hooks, plugin_hooks
from cti_host.command_line.new_plugin.names import PACKAGE_PREFIX, Refused, check_name
from cti_host.testing import write_config

pytestmark = pytest.mark.long

# The five of the product, and one beside them, do something at first.
SHOWN = {
    "parse_number",
    "preprocess_parameters",
    "lookup_callers",
    "ticket_lists",
    "creation_presets",
    "outbound_actions",
    "panel_sections",
}
HOOKS = {**host_hooks(), **plugin_hooks()}
COMBINED = {
    "two_of_them": ["ticket_lists", "lookup_callers"],
    "a_product": ["lookup_callers", "ticket_lists", "outbound_actions"],
    "every_hook": [*HOOKS],
}
CASES = {**{f"only_{hook}": [hook] for hook in HOOKS}, **COMBINED}


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed, errors too."""

    code: int
    said: str


New = Callable[..., Done]


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> New:
    """Run `cti-host plugin new ARGUMENTS` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return run_new


def run_new(*arguments: str) -> Done:
    """Run `cti-host plugin new ARGUMENTS` in the current folder."""
    done = CliRunner().invoke(cli, ["plugin", "new", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return Done(done.exit_code, done.output)


def test_a_distribution_is_written_and_the_next_steps_are_said(new: New, tmp_path: Path) -> None:
    done = new("acme", "--hook", "lookup_callers")
    assert done == Done(
        0,
        """\
acme is written, with lookup_callers:
  acme/pyproject.toml
  acme/README.md
  acme/cti_acme/__init__.py
  acme/cti_acme/plugin.py
  acme/cti_acme/py.typed
  acme/tests/test_acme.py

Test it:       python -m pytest acme
Install it:    pip install --editable acme
Switch it on:  in cti.toml
                 plugins = ["acme"]
See it work:   cti-host explain "/pop?phone=0199007777"
""",
    )
    assert all((tmp_path / line.strip()).is_file() for line in done.said.splitlines()[1:7])


def test_without_a_hook_it_reformats_numbers(new: New, tmp_path: Path) -> None:
    assert "with preprocess_parameters:" in new("acme").said
    code = (tmp_path / "acme/cti_acme/plugin.py").read_text(encoding="utf-8")
    assert "def preprocess_parameters(self, call: Call) -> Call | None:" in code


def test_hooks_have_the_order_of_the_reference_and_come_once(new: New) -> None:
    hooks = ["ticket_lists", "lookup_callers", "ticket_lists"]
    done = new("acme", *(word for hook in hooks for word in ("--hook", hook)))
    assert "with lookup_callers, ticket_lists:" in done.said


def test_a_method_has_the_signature_and_the_docstring_of_its_hook(new: New, tmp_path: Path) -> None:
    new("acme", "--hook", "ticket_created", "--single-file")
    code = (tmp_path / "plugins.d/acme.py").read_text(encoding="utf-8")
    assert "from cti_host import Agent, Caller, PluginConfig, Ticket, hookimpl\n" in code
    for argument in ("ticket: Ticket", "caller: Caller | None", "agent: Agent"):
        assert f"        {argument},\n" in code
    assert "        Fires after the form of a new ticket was saved, before the agent" in code
    assert "        :param agent: who created it\n" in code


def test_what_finds_nobody_itself_is_given_the_callers_of_others(new: New, tmp_path: Path) -> None:
    new("lists", "--hook", "ticket_lists", "--single-file")
    assert "@hookimpl(strangers=True)" in (tmp_path / "plugins.d/lists.py").read_text("utf-8")
    new("both", "--hook", "ticket_lists", "--hook", "lookup_callers", "--single-file")
    assert "strangers" not in (tmp_path / "plugins.d/both.py").read_text("utf-8")


def test_a_hook_of_another_plugin_depends_on_that_plugin(new: New, tmp_path: Path) -> None:
    new("acme", "--hook", "data_classes", "--hook", "preprocess_parameters")
    code = (tmp_path / "acme/cti_acme/plugin.py").read_text("utf-8")
    assert "from cti_tickets.api_for_plugins import DataClass\n" in code
    assert '    @hookimpl(of="tickets")\n    def data_classes(self) -> Sequence[DataClass]:' in code
    project = (tmp_path / "acme/pyproject.toml").read_text("utf-8")
    assert 'dependencies = ["cti-host", "cti-host-tickets"]' in project


BRINGS = """
import datetime as dt
from collections.abc import Sequence

import click

from cti_host import Agent, Kind, contract, hookimpl


class Door:
    pass


class Hooks:
    @contract(Kind.COLLECT, str, many=True)
    def door_opened(
        self, door: Door, agent: Agent, since: "dt.timedelta", command: click.Command
    ) -> Sequence[str]:
        '''Somebody opened a door.'''

    @contract(Kind.FIRST, bool)
    def door_is_open(self, door, number: int) -> bool:
        '''Whether a door is open.'''


class Plugin:
    @hookimpl
    def hookspecs(self) -> type:
        return Hooks
"""


def test_hooks_of_a_plugin_of_the_site_are_known_with_its_configuration(
    new: New, tmp_path: Path
) -> None:
    hooks = ["--hook", "door_opened", "--hook", "door_is_open"]
    assert "there is no hook 'door_opened', 'door_is_open'" in new("acme", *hooks).said
    write_config(tmp_path, plugins=["doors"], sources={"doors": BRINGS})
    assert new("acme", *hooks, "--single-file").code == 0
    code = (tmp_path / "plugins.d/acme.py").read_text("utf-8")
    assert code.partition("class Plugin")[0].endswith(
        """
import datetime as dt
from collections.abc import Sequence
from typing import Any

import click
from cti_host import Agent, PluginConfig, hookimpl


"""
    )
    assert (
        """
    @hookimpl(of="doors")
    def door_opened(
        self,
        door: Any,
        agent: Agent,
        since: dt.timedelta,
        command: click.Command,
    ) -> Sequence[str]:
        \"\"\"Somebody opened a door.\"\"\"
        return []

    @hookimpl(of="doors")
    def door_is_open(self, door: object, number: int) -> bool | None:
        \"\"\"Whether a door is open.\"\"\"
        return None
"""
        in code
    )
    config = write_config(tmp_path, plugins=["doors", "acme"], sources={"doors": BRINGS})
    done = CliRunner().invoke(cli, ["--config", str(config), "check"])
    assert (done.exit_code, done.output) == (0, f"{config}: all right\n")


def test_a_single_file_goes_into_the_folder_of_the_configuration(new: New, tmp_path: Path) -> None:
    write_config(tmp_path, plugins=["signed_in"], sign_in=False)
    done = new("acme", "--single-file")
    assert done.said.splitlines()[1:] == [
        f"  {tmp_path}/plugins.d/acme.py",
        f"  {tmp_path}/plugins.d/tests/test_acme.py",
        "",
        f"Test it:       python -m pytest {tmp_path}/plugins.d/tests/test_acme.py",
        "Switch it on:  in cti.toml",
        '                 plugins = ["acme", "signed_in"]',
        'See it work:   cti-host explain "/pop?phone=0199007777"',
    ]


def test_a_folder_that_the_configuration_does_not_name_is_said(new: New, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/cti.toml").write_text('plugins = ["accounts"]\n', encoding="utf-8")
    assert new("acme", "--single-file").said.splitlines()[5:8] == [
        "Switch it on:  in config/cti.toml",
        '                 plugins_dir = "../plugins.d"',
        '                 plugins = ["acme", "accounts"]',
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Acme-Book"], "'Acme-Book' can't be the name of a plugin\n    -> write small letters"),
        (["Acme-Book"], ": acme_book"),
        (["PhoneBook"], ": phone_book"),
        (["3cx"], "beginning with a letter: cx"),
        (["a b"], "beginning with a letter: a_b"),
        (["été"], "beginning with a letter: ete"),
        (["../x"], "beginning with a letter: x"),
        (["a__b"], "beginning with a letter: a_b"),
        (["_"], "beginning with a letter\n"),
        ([""], "'' can't be the name of a plugin"),
        (["class"], "this is a word of Python"),
        (["a" * 41], "at most 40 characters"),
        (["tickets"], "there is a plugin 'tickets' already: distribution cti-host-tickets"),
        (["host"], "there is a Python package cti_host already"),
        (["acme", "--hook", "lookup_caller"], "no hook 'lookup_caller'\n    -> did you mean 'look"),
        (["acme", "--hook", "xyz", "--hook", "tickets_list"], "there is no hook 'xyz', 'tickets_l"),
        (["acme", "--into", "a_file/x"], "a_file/x/acme/pyproject.toml can't be written: Not a d"),
        (["there"], "there is there already\n    -> choose another name, or another folder with"),
        (["there", "--single-file", "--into", "."], "there is there already"),
        (["test", "--single-file"], "plugins.d/tests/test_test.py is there already"),
    ],
)
def test_what_cannot_be_made_is_refused_with_a_remedy(
    new: New, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "a_file").touch()
    (tmp_path / "there").mkdir()
    (tmp_path / "plugins.d/tests").mkdir(parents=True)
    (tmp_path / "plugins.d/tests/test_test.py").touch()
    before = sorted(tmp_path.rglob("*"))
    done = new(*arguments)
    assert done.code == 1
    assert said in done.said
    assert sorted(tmp_path.rglob("*")) == before


def test_a_configuration_that_is_named_is_named_in_the_next_steps(new: New, tmp_path: Path) -> None:
    (tmp_path / "a site").mkdir()
    write_config(tmp_path / "a site", sign_in=False)
    done = new("acme", "--config", "a site/cti.toml", "--into", "a folder")
    assert done.said.splitlines()[-5:] == [
        "Test it:       python -m pytest 'a folder/acme'",
        "Install it:    pip install --editable 'a folder/acme'",
        "Switch it on:  in a site/cti.toml",
        '                 plugins = ["acme"]',
        "See it work:   cti-host --config 'a site/cti.toml' explain \"/pop?phone=0199007777\"",
    ]


def test_a_configuration_that_is_named_must_be_there(new: New) -> None:
    done = CliRunner().invoke(cli, ["--config", "no.toml", "plugin", "new", "acme"])
    assert "can't be read" in str(done.exception)


@given(st.text(max_size=45) | st.from_regex(r"[a-z0-9_]{1,12}", fullmatch=True))
@example("a_1")
@example("ｆｕｌｌ")
def test_a_name_is_one_for_files_packages_and_addresses_or_refused(name: str) -> None:
    with contextlib.suppress(Refused):
        check_name(name)
        assert f"{PACKAGE_PREFIX}{name}".isidentifier()
        assert name.isascii()
        assert name == name.lower()


def in_folder(folder: Path, *command: str) -> None:
    """Run a tool of Python in a folder; it must succeed."""
    done = subprocess.run(  # noqa: S603 -- our own commands
        [sys.executable, "-m", *command],
        cwd=folder,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plugin for each hook alone and for several, in both forms."""
    folder = tmp_path_factory.mktemp("written")
    for name, hooks in CASES.items():
        wanted = [word for hook in hooks for word in ("--hook", hook)]
        assert run_new(name, *wanted, "--into", str(folder / "projects")).code == 0
        done = run_new(f"{name}_file", *wanted, "--single-file", "--into", str(folder / "files"))
        assert done.code == 0
    return folder


def test_what_is_written_passes_its_own_tests(written: Path) -> None:
    tests = {path: path.read_text("utf-8") for path in written.rglob("test_*.py")}
    assert len(tests) == 2 * len(CASES)
    for path, text in tests.items():
        hooks = CASES[path.stem.removeprefix("test_").removesuffix("_file")]
        assert text.count("\ndef test_") == 2 + len({*hooks} & SHOWN)
    in_folder(written, "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", ".")


@pytest.mark.parametrize("width", ["88", "100"])
def test_what_is_written_is_clean(written: Path, width: str) -> None:
    rules = "A,B,C4,E,F,I,N,PIE,PT,RET,RUF,SIM,UP,W"
    ruff = ["ruff", "--isolated", "--config", f"line-length = {width}"]
    in_folder(written, *ruff, "check", "--no-cache", "--select", rules, ".")
    in_folder(written, *ruff, "format", "--no-cache", "--check", ".")


def test_what_is_written_is_typed(written: Path) -> None:
    found = [*map(str, written.glob("files/*.py")), *map(str, written.glob("projects/*/cti_*"))]
    in_folder(written, "mypy", "--strict", *found)


def test_what_is_written_is_accepted_by_check(written: Path, tmp_path: Path) -> None:
    names = [f"{name}_file" for name in CASES]
    config = write_config(tmp_path, plugins=["calls", "tickets", *names], sign_in=False)
    text = config.read_text("utf-8").replace('"plugins.d"', f'"{written / "files"}"')
    config.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(cli, ["--config", str(config), "check"])
    assert (done.exit_code, done.output) == (0, f"{config}: all right\n")
    listed = CliRunner().invoke(cli, ["--config", str(config), "plugins"]).output
    for number, (name, hooks) in enumerate(CASES.items(), start=3):
        assert f"{number}. {name}_file " in listed
        assert f"   {', '.join(hook for hook in HOOKS if hook in hooks)}\n" in listed
