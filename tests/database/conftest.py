"""Sites with people and agents, on both kinds of database, and what runs commands for them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from database_site import PLUGINS, Done, MakeSite, Run, Site

from cti_host.command_line.cli import main
from cti_host.testing import write_config
from cti_host.testing.postgresql import postgres_programs, postgres_server, postgres_url

__all__ = ["postgres_programs", "postgres_server", "postgres_url"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `cti-host ARGUMENTS` with a site's settings: `run(site, "db", "check")`."""

    def run(site: Site, *arguments: str) -> Done:
        capfd.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["cti-host", "--config", str(site.config_file), *arguments])
            try:
                main()
                status: Any = 0
            except SystemExit as end:
                status = end.code or 0
        said = capfd.readouterr()
        return Done(status, said.out, said.err)

    return run


@pytest.fixture
def make_site(tmp_path: Path, run: Run) -> MakeSite:
    """Make a site: `make_site("sqlite")`, or with the URL of a PostgreSQL database."""

    def make(database: str = "sqlite", plugins: tuple[str, ...] = PLUGINS, toml: str = "") -> Site:
        folder = tmp_path / f"site{len(list(tmp_path.glob('site*')))}"
        folder.mkdir()
        url = "sqlite:///var/cti.db" if database == "sqlite" else database
        toml = '[plugin.phone_reformat]\nregion = "FR"\n' + toml
        write_config(folder, toml, plugins=plugins, database=url)
        return Site(folder, url, run, plugins)

    return make


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """A site with SQLite, without a database yet."""
    return make_site()


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, make_site: MakeSite) -> Site:
    """A site with each kind of database, without tables yet; PostgreSQL's programs are there."""
    if request.param == "sqlite":
        return make_site()
    request.getfixturevalue("postgres_programs")
    return make_site(request.getfixturevalue("postgres_url"))
