"""`cti-host db backup` and `db restore`: a copy is whole, and putting one back loses nothing."""

from __future__ import annotations

import json
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from database_site import MakeSite, Site, break_

from cti_host.app import create_app
from cti_host.health import processes


def names(site: Site) -> list[str]:
    """The files beside the database, the key and its like left out."""
    return sorted(
        path.name
        for path in site.file.parent.glob("*")
        if path.name.startswith("cti") and path.suffix == ".db"
    )


def rename(site: Site, name: str) -> None:
    """Change the person through an import, as a site does."""
    file = site.folder / "changed.jsonl"
    line = {"class": "Person", "id": 20, "fields": {"name": name}}
    file.write_text(json.dumps(line), encoding="utf-8")
    site.must("data", "import", "--match", "id", str(file))


def test_a_backup_brings_everything_back(either: Site, tmp_path: Path) -> None:
    either.fill()
    backup = tmp_path / "kept" / "backup"
    said = either.must("db", "backup", str(backup))
    assert "it was opened and is complete" in said
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.parent.stat().st_mode) == 0o700
    assert [path.name for path in backup.parent.iterdir()] == ["backup"]

    rename(either, "Otherwise")
    assert not either.finds_the_caller()
    said = either.must("db", "restore", str(backup))
    assert either.finds_the_caller()
    assert either.must("db", "check").count("database: good") >= 5

    # What was there before was kept, and can be put back as well.
    kept = Path(said.partition("what was there before is in ")[2].splitlines()[0])
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    either.must("db", "restore", str(kept))
    assert "Otherwise" in either.must("explain", "/pop?phone=0987654321")
    either.must("data", "export", "-o", str(tmp_path / "all.jsonl"))


def test_what_was_there_before_never_takes_the_name_of_another_copy(
    either: Site, tmp_path: Path
) -> None:
    either.fill()
    backup = tmp_path / "backup"
    either.must("db", "backup", str(backup))
    # As if somebody had restored in each second of these ten minutes.
    now = datetime.now(UTC)
    for seconds in range(600):
        moment = f"{now + timedelta(seconds=seconds):%Y%m%d-%H%M%S}"
        for name in (f"var/cti-before-restore-{moment}.db", f"before-restore-{moment}.dump"):
            file = either.folder / name
            file.parent.mkdir(exist_ok=True)
            file.write_text("precious")
    said = either.must("db", "restore", str(backup))
    kept = Path(said.partition("what was there before is in ")[2].splitlines()[0])
    assert kept.stem.endswith("-2")
    assert kept.read_bytes() != b"precious"


def test_a_backup_never_replaces_a_file(either: Site, tmp_path: Path) -> None:
    either.fill()
    other = tmp_path / "other"
    other.write_text("precious")
    done = either.run("db", "backup", str(other))
    assert done.status == 1
    assert "is there already" in done.err
    assert other.read_text() == "precious"


def test_a_backup_is_made_while_the_database_is_written(site: Site, tmp_path: Path) -> None:
    site.fill()
    with closing(sqlite3.connect(site.file, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE noted (text TEXT)")
        writer.execute("INSERT INTO noted VALUES ('committed, in the log alone')")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO noted VALUES ('not committed')")
        site.must("db", "backup", str(tmp_path / "backup.db"))
        writer.execute("COMMIT")
    with closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
        assert backup.execute("SELECT text FROM noted").fetchall() == [
            ("committed, in the log alone",)
        ]


def test_a_broken_database_gives_no_backup(site: Site, tmp_path: Path) -> None:
    site.fill()
    break_(site.file)
    done = site.run("db", "backup", str(tmp_path / "backup.db"))
    assert done.status == 1
    assert "is not complete" in done.err or "can't be copied" in done.err
    assert not [*tmp_path.glob("backup*")]


def test_a_broken_backup_is_not_put_in_place(either: Site, tmp_path: Path) -> None:
    either.fill()
    backup = tmp_path / "backup"
    either.must("db", "backup", str(backup))
    content = backup.read_bytes()
    backup.write_bytes(content[: len(content) // 2])
    done = either.run("db", "restore", str(backup))
    assert done.status == 1, done
    assert "nothing was changed" in done.err
    assert either.finds_the_caller()


def test_something_else_is_not_put_in_place(either: Site, tmp_path: Path) -> None:
    either.fill()
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam\n" * 500)
    done = either.run("db", "restore", str(tmp_path / "letter.txt"))
    assert (done.status, "nothing was changed" in done.err) == (1, True), done
    done = either.run("db", "restore", str(tmp_path / "nothing"))
    assert (done.status, "is not a file" in done.err) == (1, True), done
    assert either.finds_the_caller()


def test_an_sqlite_file_without_tables_is_not_put_in_place(site: Site, tmp_path: Path) -> None:
    site.fill()
    with closing(sqlite3.connect(tmp_path / "empty.db")) as empty:
        empty.execute("CREATE TABLE one (id)")
        empty.execute("DROP TABLE one")
    done = site.run("db", "restore", str(tmp_path / "empty.db"))
    assert (done.status, "it has no tables" in done.err) == (1, True), done
    done = site.run("db", "restore", str(site.file))
    assert (done.status, "is the database itself" in done.err) == (1, True), done
    assert site.finds_the_caller()


def test_a_broken_database_is_replaced_and_kept(site: Site, tmp_path: Path) -> None:
    site.fill()
    backup = tmp_path / "backup.db"
    site.must("db", "backup", str(backup))
    break_(site.file)
    broken = site.file.read_bytes()
    assert site.run("db", "check").status == 1
    said = site.must("db", "restore", str(backup))
    assert site.finds_the_caller()
    kept = Path(said.partition("what was there before is in ")[2].splitlines()[0])
    assert kept.read_bytes() == broken


def test_the_log_of_a_database_that_is_gone_changes_nothing(site: Site, tmp_path: Path) -> None:
    site.fill()
    backup = tmp_path / "backup.db"
    site.must("db", "backup", str(backup))
    with closing(sqlite3.connect(site.file, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE noted (text TEXT)")
        log = (site.file.parent / "cti.db-wal").read_bytes()
    site.file.unlink()
    (site.file.parent / "cti.db-wal").write_bytes(log)
    site.must("db", "restore", str(backup))
    with closing(sqlite3.connect(site.file)) as restored:
        found = restored.execute("SELECT 1 FROM sqlite_master WHERE name = 'noted'").fetchall()
    assert found == []


@contextmanager
def running_host(site: Site) -> Iterator[None]:
    """Another process that is one of the server's, as far as others can tell."""
    code = (
        "import sys; from cti_host.app import create_app; from cti_host.health import processes\n"
        "app = create_app(sys.argv[1]); app.extensions[processes.EXTENSION].publish()\n"
        "print('here', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(site.config_file)]
    with subprocess.Popen(  # noqa: S603 -- our own command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "here\n"
        try:
            yield
        finally:
            process.stdin.close()


def test_nothing_is_restored_while_the_host_runs(either: Site, tmp_path: Path) -> None:
    either.fill()
    backup = tmp_path / "backup"
    either.must("db", "backup", str(backup))
    rename(either, "Otherwise")
    with running_host(either):
        done = either.run("db", "restore", str(backup))
        assert done.status == 1
        assert "nothing was changed: the host runs" in done.err
        assert "-> stop the host" in done.err
    assert not either.finds_the_caller()
    either.must("db", "restore", str(backup))
    assert either.finds_the_caller()


def test_nothing_is_restored_while_another_program_has_it_open(
    either: Site, tmp_path: Path
) -> None:
    either.fill()
    backup = tmp_path / "backup"
    either.must("db", "backup", str(backup))
    before = names(either)
    if either.database.startswith("postgresql"):
        other = closing(psycopg.connect(either.database))
    else:
        other = closing(sqlite3.connect(either.file, isolation_level=None))  # type: ignore[arg-type]
    with other as connection:
        connection.execute("SELECT * FROM contact").fetchall()
        done = either.run("db", "restore", str(backup))
    assert done.status == 1, done
    assert "nothing was changed" in done.err
    assert "stop the host" in done.err
    assert names(either) == before


def test_a_backup_of_an_older_version_asks_for_the_upgrade(
    make_site: MakeSite, tmp_path: Path
) -> None:
    old = make_site(plugins=("accounts",))
    old.must("db", "upgrade")
    old.must("db", "backup", str(tmp_path / "old.db"))
    site = make_site()
    site.fill()
    said = site.must("db", "restore", str(tmp_path / "old.db"))
    assert "older version; run: cti-host db upgrade" in said


def test_without_postgresqls_programs_it_says_what_to_install(
    make_site: MakeSite, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(postgres_url)
    site.fill()
    monkeypatch.setenv("PATH", str(tmp_path))
    done = site.run("db", "backup", str(tmp_path / "backup"))
    assert done.status == 1
    assert "PostgreSQL's pg_dump is not installed here" in done.err
    assert "install the client programs" in done.err
    assert not [*tmp_path.glob("backup*")]


def test_what_postgresql_made_since_is_gone_after_a_restore(
    make_site: MakeSite, postgres_url: str, postgres_programs: Path, tmp_path: Path
) -> None:
    old = make_site(postgres_url, plugins=("accounts",))
    old.must("db", "upgrade")
    old.must("db", "backup", str(tmp_path / "old"))
    site = make_site(postgres_url)
    site.fill()
    assert "older version" in site.must("db", "restore", str(tmp_path / "old"))
    site.fill()  # as if nothing had been there
    assert site.finds_the_caller()


def test_nobody_sees_the_password_in_the_list_of_processes(
    make_site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = tmp_path / "shown"
    for name in ("pg_dump", "pg_restore"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "$@" >> {shown}\necho "$PGPASSWORD" >> {shown}.env\n')
        program.chmod(0o700)
    with socket.socket() as taken:  # nobody answers there
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://cti:the%20password@127.0.0.1:{taken.getsockname()[1]}/cti"
    site = make_site(url, plugins=("accounts",))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    site.run("db", "backup", str(tmp_path / "backup"))
    assert "user=cti" in shown.read_text()
    assert "the password" not in shown.read_text()
    assert (tmp_path / "shown.env").read_text() == "the password\n\n"


def test_a_running_process_counts_until_it_has_ended(site: Site) -> None:
    site.fill()
    app = create_app(site.config_file)
    those = app.extensions[processes.EXTENSION]
    assert those.running() == 0
    with running_host(site):
        assert those.running() == 1
    assert those.running() == 0
    app.extensions["cti_host"].close()


def test_a_copy_needs_no_links(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a memory stick."""
    site.fill()
    site.must("db", "check")  # which makes the key

    def no_links(*_arguments: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_links)
    backup = tmp_path / "backup.db"
    site.must("db", "backup", str(backup))
    site.must("db", "restore", str(backup))
    assert site.finds_the_caller()
