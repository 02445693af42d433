"""A new SQLite database is made by what needs it; any other must be up to date."""

from __future__ import annotations

import io
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest
from database_site import PEOPLE, MakeSite, Site, old
from demo_server import free_port

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.databases.ready import make_ready


def test_an_import_makes_the_database(site: Site) -> None:
    people = site.folder / "people.jsonl"
    people.write_text(PEOPLE)
    done = site.run("data", "import", str(people))
    assert (done.status, "made the database" in done.err) == (0, True), done
    assert site.finds_the_caller()
    assert "made the database" not in site.run("data", "import", "--match", "id", str(people)).err


def test_adding_an_agent_makes_the_database(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("long enough 1815\n"))
    done = site.run("agent", "add", "sam", "--profile", "Support Agent", "--password-stdin")
    assert (done.status, "made the database" in done.err) == (0, True), done
    assert site.must("db", "check").count("database: good") >= 5


def test_asking_for_help_makes_nothing(site: Site) -> None:
    for words in ("data --help", "data import --help", "check", "check --online"):
        site.must(*words.split())
    assert not site.file.exists() or site.file.stat().st_size <= 4096


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_the_server_makes_the_database(site: Site, command: str) -> None:
    words = [sys.executable, "-m", "cti_host", "--config", str(site.config_file), command]
    with subprocess.Popen(  # noqa: S603 -- our own command
        [*words, "--port", str(free_port())],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        assert server.stdout
        said = ""
        while "Started worker" not in said:
            line = server.stdout.readline()
            assert line, said
            said += line
        server.terminate()
        said += server.stdout.read()
    assert ("made the database" in said) is (command == "serve")
    assert site.must("db", "check").count("database: good") >= 5


@pytest.mark.parametrize("command", ["serve", "demo", "import", "add"])
def test_an_old_database_asks_for_the_upgrade(either: Site, command: str) -> None:
    old(either)
    people = either.folder / "people.jsonl"
    people.write_text(PEOPLE)
    words = {"import": ["data", "import", str(people)], "add": ["agent", "list"]}
    done = either.run(*words.get(command, [command]))
    assert done.status == 1, done
    assert "the database is not up to date (tickets/0001_initial" in done.err
    assert "-> run: cti-host db upgrade" in done.err


def test_a_postgresql_database_is_made_by_the_upgrade_alone(
    make_site: MakeSite, postgres_url: str
) -> None:
    site = make_site(postgres_url)
    done = site.run("agent", "list")
    assert (done.status, "-> run: cti-host db upgrade" in done.err) == (1, True), done
    site.must("db", "upgrade")
    site.must("agent", "list")


def test_of_two_that_begin_together_one_makes_the_database(site: Site) -> None:
    """The second comes while the first one has made some tables, and waits for the others."""
    people = site.folder / "people.jsonl"
    people.write_text(PEOPLE)
    words = [sys.executable, "-m", "cti_host", "--config", str(site.config_file), "agent", "list"]
    both = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(2)
    ]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("made the database" in err for _out, err in said) == 1, said


def test_a_database_without_tables_counts_as_new(site: Site) -> None:
    site.file.parent.mkdir()
    site.file.touch()
    assert "made the database" in site.run("agent", "list").err


def test_a_database_of_something_else_is_left_alone(site: Site) -> None:
    site.file.parent.mkdir()
    with closing(sqlite3.connect(site.file)) as other:
        other.execute("CREATE TABLE recipes (id INTEGER)")
    done = site.run("agent", "list")
    assert (done.status, "not up to date" in done.err) == (1, True), done


def test_what_is_made_is_for_its_owner_only(site: Site) -> None:
    app = create_app(site.config_file)
    host = app.extensions["cti_host"]
    with app.app_context(), host.database.connection_context():
        assert make_ready(host)
        assert not migrate.pending(host)
        beside = {
            path.name: stat.S_IMODE(path.stat().st_mode) for path in site.file.parent.iterdir()
        }
    host.close()
    assert beside == {"cti.db": 0o600, "cti.db-wal": 0o600, "cti.db-shm": 0o600}
    assert stat.S_IMODE(site.file.parent.stat().st_mode) == 0o700
