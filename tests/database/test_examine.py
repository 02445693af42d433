"""`cti-host db check` and `check --online` tell what is wrong with the database."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from database_site import MakeSite, Site, break_, execute, old

from cti_host.databases.limits import FOR_COMMANDS

pytestmark = pytest.mark.long

FINDINGS = ["reached", "written", "complete", "up to date", "functions"]


def levels(site: Site, *words: str) -> dict[str, str]:
    """What a check found, by what was tried: how good it is."""
    answer = json.loads(site.run(*words, "--json").out)
    found = answer.get("online", answer.get("findings"))
    return {one["what"]: one["level"] for one in found if one["plugin"] == "database"}


@pytest.mark.parametrize("words", [("db", "check"), ("check", "--online")])
def test_all_is_well(either: Site, words: tuple[str, ...]) -> None:
    either.fill()
    assert levels(either, *words) == dict.fromkeys(FINDINGS, "good")
    said = either.must(*words)
    assert "database: good     functions: cti_fold" in said


def test_no_password_is_shown(make_site: MakeSite) -> None:
    site = make_site("postgresql://cti:the%20password@127.0.0.1:1/cti", plugins=("accounts",))
    done = site.run("check", "--online")
    assert done.status == 1
    assert "database: bad      reached: cti at 127.0.0.1: " in done.out
    assert "password@" not in done.out + done.err
    assert "the password" not in done.out + done.err


def test_a_database_that_is_not_there_yet_is_no_mistake(site: Site) -> None:
    done = site.run("db", "check")
    assert done.status == 0
    assert "database: warning  reached: " in done.out
    assert "is not there yet" in done.out


def test_something_else_than_a_database(site: Site) -> None:
    site.file.parent.mkdir()
    site.file.write_text("Dear Sir or Madam\n" * 500)
    for words in (("db", "check"), ("check", "--online")):
        done = site.run(*words)
        assert (done.status, "database: bad      reached: " in done.out) == (1, True), done


def test_a_read_only_database(either: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    either.fill()
    # A command waits a minute for somebody who writes.
    monkeypatch.setattr("cti_host.app.FOR_COMMANDS", replace(FOR_COMMANDS, lock=0.1))
    if either.database.startswith("sqlite"):
        with closing(sqlite3.connect(either.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert levels(either, "check", "--online")["written"] == "bad"
    else:
        name = urlsplit(either.database).path.strip("/")
        execute(either, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        assert levels(either, "check", "--online")["written"] == "bad"


def test_what_waits_to_be_applied(either: Site) -> None:
    old(either)
    done = either.run("check", "--online")
    assert done.status == 1
    assert "database: bad      up to date: tickets/0001_initial" in done.out
    assert "-> run: cti-host db upgrade" in done.out


def test_a_table_or_a_column_that_somebody_took_away(either: Site) -> None:
    either.fill()
    execute(either, "DROP TABLE agent_token")
    execute(either, "ALTER TABLE location DROP COLUMN city")
    said = either.run("db", "check").out
    assert "the table agent_token is missing" in said
    assert "the column city of location is missing" in said


def test_a_reference_to_nothing_and_a_broken_page(site: Site) -> None:
    site.fill()
    with closing(sqlite3.connect(site.file)) as other:
        other.execute("INSERT INTO agent_profile (agent_id, profile_id) VALUES (999, 1)")
        other.commit()
    said = site.run("check", "--online").out
    assert "refers to a row of agent that isn't there" in said
    break_(site.file)
    assert site.run("db", "check").status == 1


def test_an_index_that_does_not_fit_its_table_is_built_again(site: Site) -> None:
    site.fill()
    with closing(sqlite3.connect(site.file)) as other:
        # A program with another idea of the function, as of another version of Unicode.
        for function in ("cti_fold", "cti_words", "cti_name_words", "cti_beginnings"):
            other.create_function(function, -1, lambda *texts: f"{texts[0]}?", deterministic=True)
        other.execute("INSERT INTO location (id, name, org_id) VALUES (1, 'A', 1)")
        other.commit()
    done = site.run("db", "check")
    assert done.status == 1
    assert "-> run: cti-host db vacuum, which builds the indexes again" in done.out
    site.must("db", "vacuum")
    assert levels(site, "db", "check")["complete"] == "good"


def test_a_broken_index_of_postgresql(make_site: MakeSite, postgres_url: str) -> None:
    site = make_site(postgres_url)
    site.fill()
    execute(
        site,
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'contact_name_folded'::regclass",
    )
    assert "the index contact_name_folded is not valid" in site.run("check", "--online").out


def test_functions_that_no_plugin_brings(site: Site) -> None:
    site.fill()
    text = site.config_file.read_text()
    site.config_file.write_text(text.replace(', "tickets"', ""))
    done = site.run("db", "check")
    assert done.status == 1
    assert "database: bad      functions: cti_fold: not there" in done.out


def test_a_file_that_everybody_may_read(site: Site) -> None:
    site.fill()
    site.file.chmod(0o644)
    done = site.run("check", "--online")
    assert done.status == 0
    assert (
        "private: every user of this computer may read or write it (its mode is 0644)" in done.out
    )


def test_vacuum_makes_the_file_small_and_leaves_it_whole(either: Site) -> None:
    either.fill()
    execute(either, "CREATE TABLE large (text TEXT)")
    execute(either, "INSERT INTO large VALUES ('" + "0123456789" * 50_000 + "')")
    execute(either, "DROP TABLE large")
    sqlite = either.database.startswith("sqlite")
    before = either.file.stat().st_size if sqlite else 0
    assert "the database is written anew" in either.must("db", "vacuum")
    if sqlite:
        assert either.file.stat().st_size < before - 400_000
    assert either.finds_the_caller()
    assert levels(either, "db", "check")["complete"] == "good"


def test_a_plain_shell_reads_and_copies_but_does_not_write(site: Site) -> None:
    """As docs/database.md says: indexes call a function that only the host has."""
    site.fill()
    with closing(sqlite3.connect(site.file)) as shell:
        assert shell.execute("SELECT name FROM contact WHERE name = 'Delaunay'").fetchall()
        for statement in ("UPDATE contact SET name = 'x'", "VACUUM", "PRAGMA integrity_check"):
            with pytest.raises(sqlite3.OperationalError, match=r"cti_(fold|words)"):
                shell.execute(statement)
        with closing(sqlite3.connect(site.folder / "copy.db")) as copy:
            shell.backup(copy)
    site.must("db", "restore", str(site.folder / "copy.db"))
    assert site.finds_the_caller()
