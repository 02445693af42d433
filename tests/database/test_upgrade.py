"""`cti-host db upgrade`: an SQLite database is copied first; it can be tried, and taken back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from database_site import MakeSite, Site, execute, old, without_tickets


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [name for (name,) in database.execute("SELECT name FROM sqlite_master ORDER BY 1")]


def test_it_names_the_copy_that_it_made(site: Site) -> None:
    old(site)
    before = content(site.file)
    done = site.run("db", "upgrade")
    assert done.status == 0, done
    (copy,) = site.file.parent.glob("cti-before-upgrade-*.db")
    assert f"a copy of the database as it was: {copy}" in done.err
    assert content(copy) == before
    assert content(site.file) != before
    # Nothing is copied when there is nothing to change.
    assert json.loads(site.must("db", "upgrade", "--json")) == {"applied": [], "backup": None}
    assert [*site.file.parent.glob("cti-before-upgrade-*.db")] == [copy]


def test_programs_read_where_the_copy_is(site: Site) -> None:
    old(site)
    answer = json.loads(site.must("db", "upgrade", "--json"))
    assert "tickets/0001_initial" in answer["applied"]
    assert Path(answer["backup"]).is_file()


def test_a_new_database_is_not_copied_nor_one_that_needs_none(site: Site) -> None:
    old(site)
    site.must("db", "upgrade", "--no-backup")
    assert not [*site.file.parent.glob("cti-before-*")]


def test_without_a_copy_nothing_is_changed(site: Site) -> None:
    old(site)
    before = content(site.file)
    with closing(sqlite3.connect(site.file)) as database:
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        root = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'agent'"
        ).fetchone()[0]
    data = bytearray(site.file.read_bytes())
    size = len(data) // pages
    data[(root - 1) * size : root * size] = b"\xa5" * size
    site.file.write_bytes(data)
    done = site.run("db", "upgrade")
    assert done.status == 1, done
    assert "no backup could be made, so nothing was changed" in done.err
    assert content(site.file) == before


def test_a_dry_run_says_what_would_be_done_and_does_nothing(either: Site) -> None:
    old(either)
    said = either.must("db", "upgrade", "--dry-run")
    assert "would apply tickets/0001_initial\n" in said
    assert "up to date" not in said
    assert ("tried with a copy of the database: it works" in said) is (
        either.database.startswith("sqlite")
    )
    assert "applied tickets/0001_initial\n" in either.must("db", "upgrade")
    assert either.must("db", "upgrade", "--dry-run") == "the database is up to date\n"


def test_a_dry_run_leaves_no_file(site: Site) -> None:
    old(site)
    before = {path.name: path.read_bytes() for path in site.file.parent.iterdir()}
    answer = json.loads(site.must("db", "upgrade", "--dry-run", "--json"))
    assert answer["tried"] is True
    assert "tickets/0001_initial" in answer["would_apply"]
    assert {path.name: path.read_bytes() for path in site.file.parent.iterdir()} == before


def test_a_dry_run_of_a_new_database_makes_none(site: Site) -> None:
    assert "would apply tickets/0001_initial" in site.must("db", "upgrade", "--dry-run")
    assert not site.file.exists() or content(site.file) == []


def test_the_way_back_is_the_copy(site: Site) -> None:
    """As docs/database.md says: the version of before with the copy of before."""
    old(site)
    text = site.config_file.read_text()
    site.must("db", "upgrade")
    (copy,) = site.file.parent.glob("cti-before-upgrade-*.db")
    site.must("db", "restore", str(copy))
    without_tickets(site)  # the version of before
    site.must("agent", "list")
    assert "database: good     up to date" in site.must("db", "check")
    site.config_file.write_text(text)
    assert "applied tickets/0001_initial" in site.must("db", "upgrade")


def test_a_database_of_a_newer_version_is_not_touched(either: Site) -> None:
    either.fill()
    statement = (
        "INSERT INTO tickets_migration (name, applied) VALUES ('0999_later', '2030-01-01 00:00:00')"
    )
    execute(either, statement)
    done = either.run("db", "upgrade")
    assert done.status == 1
    assert "a newer version changed the database (tickets/0999_later)" in done.err
    checked = either.run("db", "check")
    assert checked.status == 1
    assert "up to date: a newer version made tickets/0999_later" in checked.out


def test_each_kind_of_database_can_be_upgraded_from_nothing(make_site: MakeSite) -> None:
    site = make_site(plugins=("accounts",))
    assert "applied accounts/0001_initial" in site.must("db", "upgrade")
    assert not [*site.file.parent.glob("cti-before-*")]
