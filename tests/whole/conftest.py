"""Whole hosts: the real settings, the real plugins, the demonstration's data.

The demonstration is in the tables of the `tickets` plugin, or in an iTop behind the `itop` plugin.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cti_accounts.accounts import issue_token
from cti_tickets.demo.load import load_demo
from fake_itop import PASSWORD, USER, FakeItop, running
from flask import Flask
from flask.testing import FlaskClient
from itop_model import TicketsModel

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import SIGNED_IN
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 9, 30)


@dataclass(frozen=True)
class Site:
    """A host and a token of the demonstration's agent."""

    app: Flask
    config_file: Path
    token: str = ""

    def client(self, **headers: str) -> FlaskClient:
        """A program with the agent's token; `client(Accept="application/json")`."""
        client = self.app.test_client()
        if self.token:
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        for name, value in headers.items():
            client.environ_base[f"HTTP_{name.upper()}"] = value
        return client


MakeSite = Callable[..., Site]


def write_site(
    folder: Path,
    *,
    config: str = "cti.toml",
    plugins: Sequence[str] | None = None,
    database: str | None = None,
    signed_in: bool = False,
    itop: str = "",
    directory: str = "live",
    change: Callable[[str], str] = str,
) -> Path:
    """Copy the settings of the repository into a folder, with other plugins or database.

    :param itop: the address of the iTop behind the plugin `itop`, where that is enabled
    :param directory: where callers are looked for then
    :param change: what else is changed in the text of the settings
    :param signed_in: whether a last plugin takes everybody for an agent
    :return: the configuration file
    """
    shutil.copytree(ROOT / "config", folder / "config", dirs_exist_ok=True)
    file = folder / "config" / config
    text = file.read_text(encoding="utf-8")
    if plugins is not None or signed_in:
        found = re.search(r"^plugins = \[(.*?)\]$", text, re.M)
        assert found
        names = re.findall(r'"(\w+)"', found[1]) if plugins is None else list(plugins)
        names += ["signed_in"] if signed_in else []
        listed = ", ".join(f'"{name}"' for name in names)
        text = text.replace(found[0], f'plugins = [{listed}]\nplugins_dir = "plugins.d"')
    if database is not None:
        text = re.sub(r'^database = ".*"$', f'database = "{database}"', text, flags=re.M)
    if itop:
        text += (
            f'\n[plugin.itop]\nurl = "{itop}"\nuser = "{USER}"\npassword = "{PASSWORD}"\n'
            f'directory = "{directory}"\ntimezone = "UTC"\n'
        )
    file.write_text(change(text), encoding="utf-8")
    own = file.parent / "plugins.d"
    shutil.copytree(Path(__file__).parent / "plugins.d", own)
    shutil.move(own / "phone_book.csv", file.parent)
    (own / "signed_in.py").write_text(SIGNED_IN, encoding="utf-8")
    return file


def fill(app: Flask) -> str:
    """Create the tables, load the demonstration, answer a token of its agent."""
    host = app.extensions["cti_host"]
    with app.test_request_context(), host.database.connection_context():
        migrate.upgrade(host)
        load_demo(NOW)
        host.hooks.set_up("load_demo")
        return issue_token("demo")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An SQLite file with the demonstration, and a token of its agent."""
    folder = tmp_path_factory.mktemp("filled")
    app = create_app(write_site(folder))
    token = fill(app)
    pool: Any = app.extensions["cti_host"].database
    pool.close_all()
    return folder / "var" / "cti.db", token


@pytest.fixture(scope="session")
def itop_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TicketsModel]:
    """What is behind the fake iTop: the demonstration."""
    model = TicketsModel(tmp_path_factory.mktemp("itop"))
    model.load(NOW)
    yield model
    model.close()


@pytest.fixture
def itop_server(itop_model: TicketsModel) -> Iterator[FakeItop]:
    """A fake iTop with the demonstration."""
    with running(FakeItop(itop_model)) as fake:
        yield fake


@pytest.fixture
def make_site(
    request: pytest.FixtureRequest, tmp_path: Path, filled: tuple[Path, str]
) -> Iterator[MakeSite]:
    """Build sites with the demonstration's data: `make_site(plugins=[…], …)`, see `write_site`.

    With `itop` among the plugins, the demonstration is in a fake iTop.
    """
    built: list[Any] = []
    stored, token = filled

    def make(**options: Any) -> Site:
        folder = tmp_path / f"site{len(built)}"
        with_itop = "itop" in (options.get("plugins") or ())
        if with_itop:
            options["itop"] = request.getfixturevalue("itop_server").url
        config_file = write_site(folder, **options)
        (folder / "var").mkdir()
        shutil.copy(stored, folder / "var" / "cti.db")
        app = create_app(config_file)
        host = app.extensions["cti_host"]
        built.append(host.database)
        if with_itop:
            with app.app_context(), host.database.connection_context():
                migrate.upgrade(host)
        return Site(app, config_file, token)

    yield make
    for pool in built:
        pool.close_all()


@pytest.fixture
def make_postgres_site(tmp_path: Path, postgres_url: str) -> Iterator[MakeSite]:
    """Hosts that share one PostgreSQL database with the demonstration: `make_postgres_site()`."""
    built: list[Site] = []

    def make() -> Site:
        file = write_site(tmp_path / f"host{len(built)}", database=postgres_url)
        app = create_app(file)
        site = Site(app, file, built[0].token if built else fill(app))
        built.append(site)
        return site

    yield make
    for site in built:
        site.app.extensions["cti_host"].database.close_all()
