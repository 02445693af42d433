"""The kit for plugin authors: hosts around plugins in texts, files, folders and projects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from cti_host.testing import MakeHost, RunningHost
from cti_host.testing.postgresql import empty_database, postgres_server
from cti_host.testing.projects import as_if_installed

__all__ = ["postgres_server"]

CODE = '''
from cti_host import hookimpl


class Plugin:
    """Says how long a number is."""

    @hookimpl
    def preprocess_parameters(self, call):
        return call.with_parameter("phone", f"{call.received['phone']} {length(call)}")


def length(call):
    return len(call.received["phone"])
'''
PROJECT = """
[project]
name = "acme-length"
version = "1.5"

[project.entry-points."cti_host.plugins"]
acme_length = "acme_length_package:Plugin"
"""


def received(make_host: MakeHost, name: str, source: str | Path) -> str:
    """The number of a call, as a plugin with this source leaves it."""
    running = make_host(plugins=[name], sources={name: source})
    number: str = running.get_json("/pop?phone=0987")["parameters"]["phone"]
    return number


def test_a_source_is_a_text_a_file_or_a_package(make_host: MakeHost, tmp_path: Path) -> None:
    assert received(make_host, "text", CODE) == "0987 4"
    (tmp_path / "some.py").write_text(CODE, encoding="utf-8")
    assert received(make_host, "file", tmp_path / "some.py") == "0987 4"
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("from .inside import Plugin\n", encoding="utf-8")
    (package / "inside.py").write_text(CODE, encoding="utf-8")
    assert received(make_host, "folder", package) == "0987 4"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a plugin, which nobody installed."""
    folder = tmp_path / "project"
    (folder / "acme_length_package").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "acme_length_package" / "__init__.py").write_text(CODE, encoding="utf-8")
    return folder


def test_a_project_is_there_as_if_it_were_installed(make_host: MakeHost, project: Path) -> None:
    running = make_host(plugins=["acme_length"], projects=[project])
    assert running.get_json("/pop?phone=0987")["parameters"] == {"phone": "0987 4"}
    (plugin,) = [plugin for plugin in running.host.plugins if plugin.name == "acme_length"]
    assert (plugin.origin, plugin.version) == ("distribution acme-length", "1.5")


def test_a_project_may_serve_two_hosts_and_be_installed_too(
    make_host: MakeHost, project: Path
) -> None:
    for _ in range(2):  # the second finds what the first left on the search path
        running = make_host(plugins=["acme_length"], projects=[project])
        assert running.get_json("/pop?phone=1")["parameters"] == {"phone": "1 1"}


def test_nothing_of_a_project_is_left_for_the_next_test() -> None:
    assert "acme_length" not in {point.name for point in entry_points(group="cti_host.plugins")}


def test_a_plugin_can_be_called_directly(make_host: MakeHost) -> None:
    running = make_host(plugins=["text"], sources={"text": CODE})
    assert type(running.plugin("text")).__name__ == "Plugin"
    with pytest.raises(KeyError, match="nobody"):
        running.plugin("nobody")


@pytest.fixture(params=["sqlite", "postgresql"])
def make_counted(
    request: pytest.FixtureRequest, make_host: MakeHost, tmp_path: Path
) -> Iterator[Callable[[str], RunningHost]]:
    """`make_counted("name")`: a new host whose migration makes a column, and notes that it ran."""
    package = tmp_path / "counted"
    (package / "migrations").mkdir(parents=True)
    (package / "__init__.py").write_text(CODE, encoding="utf-8")

    def make(column: str) -> RunningHost:
        (package / "migrations" / "0001_initial.py").write_text(
            "from pathlib import Path\n\n\ndef up(migrator, db):\n"
            f"    with Path({str(tmp_path / 'ran')!r}).open('a') as ran:\n"
            "        ran.write('once ')\n"
            f"    db.execute_sql('CREATE TABLE counted ({column} INTEGER)')\n",
            encoding="utf-8",
        )
        more: dict[str, Any] = {}
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_server")
            more["database"] = databases.enter_context(empty_database(server))
        return make_host(plugins=["counted"], sources={"counted": package}, **more)

    with ExitStack() as databases:
        yield make


def columns(running: RunningHost) -> list[str]:
    with running.host.database.connection_context():
        return [column.name for column in running.host.database.get_columns("counted")]


def test_the_same_migrations_run_once_and_their_database_is_copied(
    make_counted: Callable[[str], RunningHost], tmp_path: Path
) -> None:
    first, second = make_counted("a"), make_counted("a")
    assert columns(first) == columns(second) == ["a"]
    assert (tmp_path / "ran").read_text() == "once "
    with first.host.database.connection_context():
        execute: Any = first.host.database.execute_sql
        execute("DROP TABLE counted")
    assert columns(second) == columns(make_counted("a")) == ["a"]
    assert columns(make_counted("b")) == ["b"]
    assert (tmp_path / "ran").read_text() == "once once "


def test_what_is_installed_meanwhile_is_found(
    make_host: MakeHost, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.syspath_prepend(project)
    make_host()
    as_if_installed(project, folder)
    running = make_host(plugins=["acme_length"])
    assert running.get_json("/pop?phone=0987")["parameters"] == {"phone": "0987 4"}
