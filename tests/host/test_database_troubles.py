"""What agents, programs and the log are told when the database can't do what it is asked for."""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from cti_host import writing
from cti_host.command_line.cli import cli
from cti_host.database_troubles import FileGone
from cti_host.health.processes import EXTENSION
from cti_host.testing import MakeHost, RunningHost
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

SOURCE = '''
import peewee
from flask import Blueprint, current_app, redirect, request
from flask_wtf.csrf import generate_csrf

from cti_host import current_host, database, execute_many, hookimpl, is_postgresql, writing

FOR_EVER = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"


class Note(peewee.Model):
    class Meta:
        database = database

    text = peewee.TextField()


class Plugin:
    """Notes on a page."""

    @hookimpl
    def models(self):
        return [Note]

    @hookimpl
    def blueprints(self):
        pages = Blueprint("notes", __name__)

        @pages.route("/notes", methods=["GET", "POST"])
        def notes():
            if request.method == "POST":
                with writing():
                    Note.create(text=request.form["text"])
                    with database.atomic():
                        Note.create(text=request.form["text"] * int(request.form["times"]))
                return redirect("/notes", 303)
            return f"{Note.select().count()} notes, {generate_csrf()}"

        @pages.get("/slow")
        def slow():
            return str(database.execute_sql(FOR_EVER).fetchall())

        @pages.get("/slow/past-peewee")
        def past_peewee():
            return str(database.obj.cursor().execute(FOR_EVER).fetchall())

        @pages.get("/slow/many")
        def many():
            mark = "%s" if is_postgresql(database.obj) else "?"
            select = f"SELECT t FROM (SELECT {mark} AS t) AS x, ({FOR_EVER}) AS y"
            execute_many(f"INSERT INTO note (text) {select}", [("a",)])
            return "inserted"

        return [pages]

    @hookimpl
    def lookup_callers(self, call):
        database.execute_sql(FOR_EVER).fetchall()
'''
LIMITS = "[database_limits]\nlock_seconds = 0.2\nstatement_seconds = {statement}\n"
# Kept from the log, whatever happens.
TYPED = "Call Ada <back> & say hello"


@pytest.fixture(params=["sqlite", "postgresql"])
def make_notes(request: pytest.FixtureRequest, make_host: MakeHost) -> Callable[..., RunningHost]:
    """Build a host with notes, on each kind of database."""

    def make(statement: float = 60, toml: str = "") -> RunningHost:
        url = "sqlite:///cti.db"
        if request.param == "postgresql":
            url = request.getfixturevalue("postgres_url")
        limits = LIMITS.format(statement=statement) + toml
        return make_host(limits, plugins=["notes"], sources={"notes": SOURCE}, database=url)

    return make


@pytest.fixture
def on_sqlite(make_host: MakeHost) -> RunningHost:
    """A host with notes in a file."""
    return make_host(LIMITS.format(statement=60), plugins=["notes"], sources={"notes": SOURCE})


def is_postgresql(running: RunningHost) -> bool:
    return running.host.settings.database.startswith("postgresql")


def sql(running: RunningHost, statement: str) -> Any:
    execute: Any = running.host.database.execute_sql
    return execute(statement)


def path_of(running: RunningHost) -> Any:
    return running.config_file.parent / "cti.db"


class Desk:
    """A browser that types into the form."""

    def __init__(self, running: RunningHost) -> None:
        self.browser = running.client(Accept="text/html")

    def count(self) -> int:
        return int(self.browser.get("/notes").text.partition(" ")[0])

    def token(self) -> str:
        return str(self.browser.get("/notes").text.rpartition(" ")[2])

    def send(self, times: int = 1, token: str = "", **headers: str) -> Any:
        data = {
            "csrf_token": token or self.token(),
            "text": TYPED,
            "times": str(times),
            "code": "A-1",
        }
        return self.browser.post("/notes", data=data, headers=headers)

    def send_again(self, page: str) -> Any:
        """What the page's own button sends."""
        fields = dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', page, re.S))
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
        data = {name: unescape(value) for name, value in fields.items()}
        return self.browser.post("/notes", data={"csrf_token": token, **data})


@contextmanager
def somebody_writes(running: RunningHost) -> Iterator[None]:
    """Another process holds the lock that a save needs."""
    other: Any
    if is_postgresql(running):
        with psycopg.connect(running.host.settings.database) as other:
            other.execute("LOCK TABLE note IN EXCLUSIVE MODE")
            yield
            other.rollback()
        return
    other = sqlite3.connect(path_of(running), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def test_a_save_that_waits_too_long_is_told_and_what_was_typed_is_kept(
    make_notes: Callable[..., RunningHost], caplog: pytest.LogCaptureFixture
) -> None:
    running = make_notes()
    desk = Desk(running)
    with somebody_writes(running):
        told = desk.send()
        program = desk.send(Accept="application/json")
    assert told.status_code == program.status_code == 503
    assert int(told.headers["Retry-After"]) > 0
    assert int(program.headers["Retry-After"]) > 0
    for said in (told.text, program.get_json()["error"]):
        assert "Nothing was saved." in said
        assert "Somebody else has been writing for too long" in said
    assert '<textarea name="code" hidden>\nA-1</textarea>' in told.text
    assert desk.count() == 0

    assert desk.send_again(told.text).status_code == 303

    assert desk.count() == 2
    with running.app.app_context(), running.host.database.connection_context():
        rows = sql(running, "SELECT text FROM note").fetchall()
    assert [text for (text,) in rows] == [TYPED, TYPED]
    assert "lock_seconds" in caplog.text
    assert "Ada" not in caplog.text


def test_the_form_is_sent_again_to_the_whole_address(on_sqlite: RunningHost) -> None:
    desk = Desk(on_sqlite)
    data = {"csrf_token": desk.token(), "text": TYPED, "times": "1"}
    with somebody_writes(on_sqlite):
        told = desk.browser.post("/notes?of=a%20b&to=c", data=data)
    assert 'action="/notes?of=a%20b&amp;to=c"' in told.text


def test_without_a_limit_a_save_waits_as_long_as_somebody_else_writes(
    make_host: MakeHost,
) -> None:
    toml = "[database_limits]\nlock_seconds = 0\n"
    running = make_host(toml, plugins=["notes"], sources={"notes": SOURCE})
    with running.app.app_context(), running.host.database.connection_context():
        (milliseconds,) = sql(running, "PRAGMA busy_timeout").fetchone()
    # SQLite reads 0 as not at all.
    assert milliseconds > 3600 * 1000
    desk, said = Desk(running), []
    token = desk.token()
    save = threading.Thread(target=lambda: said.append(desk.send(token=token).status_code))
    with somebody_writes(running):
        save.start()
    save.join()
    assert said == [303]


def test_a_full_disk_is_told_and_the_next_save_works_when_there_is_room(
    on_sqlite: RunningHost, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(on_sqlite)
    assert desk.send().status_code == 303
    pages = sql(on_sqlite, "PRAGMA page_count").fetchone()[0]
    sql(on_sqlite, f"PRAGMA max_page_count = {pages + 2}")
    on_sqlite.host.database.close()

    told = desk.send(times=10_000)

    assert told.status_code == 503
    assert "disk is full" in told.text
    assert "Try again with what I typed" in told.text
    assert "make room on the disk" in caplog.text
    assert "rollback" not in caplog.text
    assert "Traceback" not in caplog.text
    assert desk.count() == 2
    sql(on_sqlite, "PRAGMA max_page_count = 1000000")
    on_sqlite.host.database.close()
    assert desk.send_again(told.text).status_code == 303
    assert desk.count() == 4


def test_a_database_that_can_only_be_read_is_told(
    make_notes: Callable[..., RunningHost], caplog: pytest.LogCaptureFixture
) -> None:
    running = make_notes()
    pool: Any = running.host.database
    pool.close_all()
    if is_postgresql(running):
        with psycopg.connect(running.host.settings.database, autocommit=True) as other:
            name = other.info.dbname
            other.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    else:
        pool.pragma("query_only", 1, permanent=True)
        pool.close()
    told = Desk(running).send()
    assert told.status_code == 503
    assert "can only be read" in told.text
    assert "Retry-After" not in told.headers
    assert "-> let the user of the service write" in caplog.text


@pytest.mark.parametrize("way", ["/slow", "/slow/past-peewee", "/slow/many"])
def test_a_statement_that_takes_too_long_is_ended(
    make_notes: Callable[..., RunningHost], way: str
) -> None:
    running = make_notes(statement=0.2)
    told = Desk(running).browser.get(way)
    assert told.status_code == 503
    assert "took the database too long" in told.text
    assert "Nothing was saved" not in told.text


def test_a_statement_ends_with_the_call_of_its_plugin(
    make_notes: Callable[..., RunningHost],
) -> None:
    running = make_notes(statement=0, toml="[plugin.notes]\ntimeout = 0.1\n")
    panel = running.get_json("/pop?phone=0987654321")
    assert any("notes" in line for line in panel["problems"])
    processes, pause = running.app.extensions[EXTENSION], threading.Event()

    def hanging() -> int:
        return int(processes.report(["notes"]).plugins[0].hanging)

    # Without its end it would go on for ever.
    assert any(not hanging() or pause.wait(0.02) for _try in range(3000))


def test_a_connection_of_the_server_has_the_limits_of_the_settings(
    make_notes: Callable[..., RunningHost],
) -> None:
    running = make_notes(statement=7, toml="idle_in_transaction_seconds = 9\n")
    if not is_postgresql(running):
        return
    names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
    with running.host.database.connection_context():
        shown = [sql(running, f"SHOW {n}").fetchone()[0] for n in names]
    assert shown == ["7s", "200ms", "9s"]


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_file_that_is_gone_is_noticed_and_nothing_is_acknowledged(
    on_sqlite: RunningHost, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk, path = Desk(on_sqlite), path_of(on_sqlite)
    assert desk.send().status_code == 303
    kept = path.with_name("kept.db")
    token = desk.token()
    path.rename(kept)
    if how == "replaced":
        shutil.copy(kept, path)
    told = desk.browser.get("/notes")
    saved = desk.send(token=token)
    assert told.status_code == saved.status_code == 503
    assert "deleted or replaced" in told.text
    assert "Nothing was saved." in saved.text
    assert "restart the host" in caplog.text
    kept.replace(path)
    assert desk.count() == 2


def test_what_is_committed_into_a_file_that_is_gone_is_not_acknowledged(
    on_sqlite: RunningHost,
) -> None:
    def save_while_it_is_deleted() -> None:
        with writing():
            sql(on_sqlite, "INSERT INTO note (text) VALUES ('x')")
            path_of(on_sqlite).unlink()

    with on_sqlite.app.app_context(), pytest.raises(FileGone):
        save_while_it_is_deleted()


ERASES = '''
import sqlite3

from cti_host import DataSubject, Removal, current_host, database, hookimpl


class Plugin:
    """Erases after it has read, while another process would write."""

    @hookimpl
    def find_data_subjects(self, text):
        return [DataSubject("Person", 1, "Ada")]

    @hookimpl
    def erase_personal_data(self, subject, dry_run):
        count = database.execute_sql("SELECT count(*) FROM note").fetchone()[0]
        other = sqlite3.connect(current_host().database.database, timeout=0, isolation_level=None)
        try:
            other.execute("INSERT INTO note (text) VALUES ('of a server')")
            outcome = "in between"
        except sqlite3.OperationalError as error:
            outcome = str(error)
        other.close()
        database.execute_sql("DELETE FROM note")
        return [Removal(outcome, count)]
'''


def test_erasing_takes_the_lock_before_it_reads(make_host: MakeHost) -> None:
    """A transaction that reads first could not write once a server has written."""
    running = make_host(plugins=["notes", "erases"], sources={"notes": SOURCE, "erases": ERASES})
    words = ["--config", str(running.config_file), "privacy", "erase", "Ada", "--yes"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert "database is locked" in done.output
    assert "in between" not in done.output
