"""Copies of a PostgreSQL database, made and put back by PostgreSQL's own programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import peewee
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cti_host import private_files
from cti_host.databases.copies import CopyFailed, InUse, kept_name, name_it

_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_LEAVING_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 0.1

# What a restore removes first: all that the dump brings, and what was made since.
_EMPTY = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE format('DROP TABLE %I CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT oid::regprocedure AS name FROM pg_proc
            WHERE pronamespace = current_schema()::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend
                WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e') LOOP
        EXECUTE format('DROP ROUTINE %s CASCADE', one.name);
    END LOOP;
END
$$;
"""


def copy(url: str, target: Path) -> None:
    """Let `pg_dump` write the database into a new file, and read it whole again.

    :param url: the setting `database`
    :raises CopyFailed: a program is missing or failed, or the file is there already
    """
    if target.exists():
        raise CopyFailed(f"{target} is there already", "choose another name, or move it away")
    dump, read = _program("pg_dump"), _program("pg_restore")
    part = target.with_name(f"{target.name}.part")
    try:
        private_files.make_folder(target.parent)
        part.unlink(missing_ok=True)
        private_files.make_file(part)
        _run([dump, "--format=custom", "--no-owner", "--no-acl", f"--file={part}"], url)
        _run([read, f"--file={os.devnull}", str(part)])
        name_it(part, target)
    except OSError as error:
        raise CopyFailed(f"{target} can't be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def restore(database: peewee.Database, url: str, backup: Path, folder: Path) -> Path:
    """Put a dump in the place of all tables, in one transaction; these are dumped first.

    :param folder: where what was there is kept
    :return: its file
    :raises InUse: another connection uses the database
    :raises CopyFailed: a program is missing or failed; the database is as it was
    """
    if not backup.is_file():
        raise CopyFailed(f"{backup} is not a file")
    read, client = _program("pg_restore"), _program("psql")
    pool: Any = database
    others = _other_connections(database)
    pool.close_all()
    if others:
        raise InUse(f"{others} other connections use the database")
    kept = kept_name(folder, "before-restore", ".dump")
    with tempfile.TemporaryDirectory() as made:
        script, empty = Path(made) / "restore.sql", Path(made) / "empty.sql"
        _run([read, "--no-owner", "--no-acl", f"--file={script}", str(backup)])
        copy(url, kept)
        empty.write_text(_EMPTY, encoding="utf-8")
        _run(
            [
                client,
                "--no-psqlrc",
                "--quiet",
                "--single-transaction",
                "--set=ON_ERROR_STOP=1",
                f"--output={os.devnull}",
                f"--file={empty}",
                f"--file={script}",
            ],
            url,
        )
    return kept


def _other_connections(database: peewee.Database) -> int:
    """How many connections of clients there are besides this one.

    PostgreSQL's own work (autovacuum) is none, and a client that has just gone gets a moment to be
    noticed.
    """
    execute: Any = database.execute_sql
    deadline = time.monotonic() + _LEAVING_SECONDS
    while True:
        others: int = execute(_OTHERS).fetchone()[0]
        if not others or time.monotonic() > deadline:
            return others
        time.sleep(_LOOK_AGAIN_SECONDS)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CopyFailed(
            f"PostgreSQL's {name} is not installed here",
            "install the client programs of your PostgreSQL's version (Debian: postgresql-client),"
            " or run pg_dump and pg_restore on the database server",
        )
    return found


def _run(command: list[str], url: str = "") -> None:
    """Run a program, connected to a URL if given; no password is among its arguments."""
    environment = {**os.environ}
    if url:
        parts = conninfo_to_dict(url)
        password = parts.pop("password", None)
        command = [*command, f"--dbname={make_conninfo('', **parts)}"]
        if password is not None:
            environment["PGPASSWORD"] = str(password)
    done = subprocess.run(  # noqa: S603 -- PostgreSQL's own programs, found in the path
        command,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip() or f"it ended with status {done.returncode}"
        raise CopyFailed(f"{Path(command[0]).name} failed: {said}")
