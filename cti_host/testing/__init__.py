"""The kit for plugin authors: a pytest plugin that builds a host around a plugin.

It needs `pip install 'cti-host[testing]'`. Load it with `pytest_plugins = ["cti_host.testing"]` in
a test or in the topmost conftest.py. It has the fixture `make_host`; see docs/writing-a-plugin.md.

A test imports names from here too, before pytest loads it: PYTEST_DONT_REWRITE spares a warning.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cti_host.app import create_app
from cti_host.host import Host
from cti_host.testing.projects import as_if_installed
from cti_host.testing.tables import make_tables

_SIGNED_IN = '''
"""Signs everybody in as the agent "test": only for tests."""

from cti_host import Agent, hookimpl


class Plugin:
    """Everybody is the test agent."""

    @hookimpl
    def identify_agent(self, request):
        if request.headers.get("X-Nobody"):
            return None
        return Agent("test", "Test Agent", "test@cti.example", frozenset([{profiles}]))
'''
# A call of a plugin whose settings name no time-out: a busy machine is no failure.
PATIENCE_SECONDS = 60
# What a team at the telephone has: it answers calls, and keeps the directory in order.
PROFILES = ("Support Agent", "Configuration Manager")


def signed_in(profiles: Sequence[str] = PROFILES) -> str:
    """The source of a plugin that signs everybody in as an agent with these profiles."""
    return _SIGNED_IN.replace("{profiles}", ", ".join(repr(one) for one in profiles))


SIGNED_IN = signed_in()


@dataclass
class RunningHost:
    """A host that a test built: its application, and a client that is signed in."""

    app: Flask
    config_file: Path

    @property
    def host(self) -> Host:
        """The host itself: settings, hooks, plugins."""
        host: Host = self.app.extensions["cti_host"]
        return host

    def client(self, **headers: str) -> FlaskClient:
        """A browser of the agent, with these extra headers (`Accept_Language="fr"`)."""
        client = self.app.test_client()
        for name, value in headers.items():
            client.environ_base[f"HTTP_{name.upper()}"] = value
        return client

    def plugin(self, name: str) -> Any:
        """The instance of an enabled plugin, to call its methods directly."""
        plugins = {plugin.name: plugin.instance for plugin in self.host.plugins}
        return plugins[name]

    def get_json(self, url: str) -> Any:
        """What a page returns to a program."""
        response = self.client(Accept="application/json").get(url)
        return response.get_json()


MakeHost = Callable[..., RunningHost]


def write_config(
    folder: Path,
    toml: str = "",
    *,
    plugins: Sequence[str] = (),
    sources: Mapping[str, str | Path] = MappingProxyType({}),
    database: str = "sqlite:///cti.db",
    sign_in: bool = True,
    profiles: Sequence[str] = PROFILES,
) -> Path:
    """Write a `cti.toml` and single-file plugins into a folder.

    :param toml: the rest of the configuration, tables included
    :param plugins: the names to enable, in order
    :param sources: plugin name to its Python source, or to the file or package folder that holds
        it; they are put into `plugins.d`
    :param database: the setting `database`
    :param sign_in: whether a last plugin signs everybody in as a test agent
    :param profiles: the profiles of rights that the test agent has
    :return: the configuration file
    """
    plugins_dir = folder / "plugins.d"
    plugins_dir.mkdir(exist_ok=True)
    names = [*plugins]
    for name, source in sources.items():
        if isinstance(source, str):
            (plugins_dir / f"{name}.py").write_text(dedent(source), encoding="utf-8")
        elif source.is_dir():
            shutil.copytree(source, plugins_dir / name)
        else:
            shutil.copy(source, plugins_dir / f"{name}.py")
    if sign_in:
        (plugins_dir / "signed_in.py").write_text(signed_in(profiles))
        names.append("signed_in")
    listed = ", ".join(f'"{name}"' for name in names)
    config_file = folder / "cti.toml"
    config_file.write_text(
        f'database = "{database}"\nplugins = [{listed}]\nplugins_dir = "plugins.d"\n'
        f'secret_key_file = "secret_key"\n{dedent(toml)}'
    )
    return config_file


@pytest.fixture
def make_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeHost]:
    """Build hosts in an empty folder: `make_host(toml, plugins=[...], sources={...})`.

    Takes the arguments of `write_config` and returns a `RunningHost` with an up-to-date database.
    `projects` are folders with a `pyproject.toml`, whose plugins are available as if the projects
    were installed. A plugin has a minute for each call unless `toml` gives it a `timeout`, so that
    no test fails because the machine is busy.
    """
    built: list[RunningHost] = []

    def make(toml: str = "", *, projects: Sequence[Path] = (), **arguments: Any) -> RunningHost:
        folder = tmp_path / f"host{len(built)}"
        folder.mkdir()
        for number, project in enumerate(projects):
            for path in as_if_installed(project, folder / "installed" / str(number)):
                monkeypatch.syspath_prepend(path)
        config_file = write_config(folder, toml, **arguments)
        running = RunningHost(create_app(config_file, timeout=PATIENCE_SECONDS), config_file)
        built.append(running)
        running.app.testing = False  # errors become pages, as for agents
        with running.app.app_context():
            make_tables(running.host)
        return running

    yield make
    for running in built:
        running.host.close()


@pytest.fixture(autouse=True)
def _unchanged_environment() -> Iterator[None]:
    """A test that changes the environment for the next one is refused."""
    before = dict(os.environ)
    yield
    after = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
    before.pop("PYTEST_CURRENT_TEST", None)
    assert after == before  # noqa: S101 -- this is a test's own check
