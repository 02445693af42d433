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
from cti_accounts import find_agent
from cti_accounts.sessions import store
from cti_accounts.sessions.browser import SESSION_KEY
from cti_tickets.demo.load import load_demo
from cti_tickets.store import deferred
from fake_itop import PASSWORD, USER, FakeItop, running
from flask import Flask
from flask.testing import FlaskClient
from itop_model import TicketsModel

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import PATIENCE_SECONDS
from cti_host.testing import signed_in as source_of_signed_in
from cti_host.testing.postgresql import postgres_server, postgres_url

# A desk that also takes care of the directory and of changes.
PROFILES = ("Support Agent", "Configuration Manager", "Change Supervisor")

__all__ = ["postgres_server", "postgres_url"]

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 9, 30)


class Browser(FlaskClient):
    """Sends the token of a page's form with each form, as a browser does."""

    def post(self, *args: Any, **kwargs: Any) -> Any:
        """Send a form: `post(url, data={…})`."""
        page = self.get("/", headers={"Accept": "text/html"}).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        token = {"csrf_token": found[1]} if found else {}
        return super().post(*args, **{**kwargs, "data": {**token, **kwargs.get("data", {})}})


@dataclass(frozen=True)
class Site:
    """A host and the key of a session of the demonstration's agent."""

    app: Flask
    config_file: Path
    key: str = ""

    def client(self, **headers: str) -> FlaskClient:
        """A browser where the agent is signed in; `client(Accept="application/json")`."""
        client = Browser(self.app, self.app.response_class)
        if self.key:
            with client.session_transaction() as session:
                session[SESSION_KEY] = self.key
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
    (own / "signed_in.py").write_text(source_of_signed_in(PROFILES), encoding="utf-8")
    return file


def fill(app: Flask) -> str:
    """Create the tables, load the demonstration; return the key of a session of its agent."""
    host = app.extensions["cti_host"]
    with app.test_request_context(), host.database.connection_context():
        migrate.upgrade(host)
        load_demo(NOW)
        host.hooks.set_up("load_demo")
        agent = find_agent("demo")
        assert agent
        return store.begin(agent, complete=True, strong=False)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads waits for rows that are written later, also on a busy machine."""
    monkeypatch.setattr(deferred, "FLUSH_SECONDS", PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An SQLite file with the demonstration, and the key of a session of its agent."""
    folder = tmp_path_factory.mktemp("filled")
    app = create_app(write_site(folder), timeout=PATIENCE_SECONDS)
    key = fill(app)
    app.extensions["cti_host"].close()
    return folder / "var" / "cti.db", key


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
    with itop_model.undone(), running(FakeItop(itop_model)) as fake:
        yield fake


@pytest.fixture
def make_site(
    request: pytest.FixtureRequest, tmp_path: Path, filled: tuple[Path, str]
) -> Iterator[MakeSite]:
    """Build sites with the demonstration's data: `make_site(plugins=[…], …)`, see `write_site`.

    With `itop` among the plugins, the demonstration is in a fake iTop.
    """
    built: list[Any] = []
    stored, key = filled

    def make(**options: Any) -> Site:
        folder = tmp_path / f"site{len(built)}"
        with_itop = "itop" in (options.get("plugins") or ())
        if with_itop:
            options["itop"] = request.getfixturevalue("itop_server").url
        config_file = write_site(folder, **options)
        (folder / "var").mkdir()
        shutil.copy(stored, folder / "var" / "cti.db")
        app = create_app(config_file, timeout=PATIENCE_SECONDS)
        host = app.extensions["cti_host"]
        built.append(host)
        if with_itop:
            with app.app_context(), host.database.connection_context():
                migrate.upgrade(host)
        return Site(app, config_file, key)

    yield make
    for host in built:
        host.close()


@pytest.fixture
def make_postgres_site(tmp_path: Path, postgres_url: str) -> Iterator[MakeSite]:
    """Hosts that share one PostgreSQL database with the demonstration: `make_postgres_site()`."""
    built: list[Site] = []

    def make() -> Site:
        file = write_site(tmp_path / f"host{len(built)}", database=postgres_url)
        app = create_app(file, timeout=PATIENCE_SECONDS)
        site = Site(app, file, built[0].key if built else fill(app))
        built.append(site)
        return site

    yield make
    for site in built:
        site.app.extensions["cti_host"].close()
