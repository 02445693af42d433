"""What works of the database: it is reached, written, complete, and as this version needs it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from cti_host import private_files
from cti_host.databases import migrate, sqlite_copies
from cti_host.databases.ready import is_fresh
from cti_host.databases.sqlite import SqliteFile
from cti_host.host import Host
from cti_host.model import Finding, Level

# Under this name, instead of a plugin's, the findings are shown.
SOURCE = "database"
_LITTLE_SPACE_BYTES = 64 * 1024 * 1024
_FUNCTION = re.compile(r"\b([a-z_][a-z0-9_]*)\s*\(", re.I)


def examine(host: Host, *, quick: bool) -> list[Finding]:
    """Look at the database of a host, which keeps what it holds.

    Nothing is in it that could be shown to nobody: no password, no row.

    :param quick: whether SQLite's indexes are not compared with their tables
    """
    name = _name(host)
    database: Any = host.database
    try:
        if isinstance(database, SqliteFile) and is_fresh(host) and migrate.pending(host):
            remedy = "the first command that needs it makes it; or run: cti-host db upgrade"
            return [Finding("reached", Level.WARNING, f"{name} is not there yet", remedy)]
        with database.connection_context():
            database.execute_sql("SELECT 1")
    except Exception as error:  # the driver's and peewee's
        remedy = "check the setting `database`, and that its server runs and lets this host in"
        if isinstance(database, SqliteFile):
            remedy = "check the setting `database`, and who may read and write the file"
        return [Finding("reached", Level.BAD, f"{name}: {_said(error)}", remedy)]
    found = [Finding("reached", Level.GOOD, name)]
    with database.connection_context():
        checks = [_written, _complete_quickly if quick else _complete, _up_to_date, _functions]
        for check in [*checks, _private]:
            found += _tried(check, host)
    return found


def _tried(check: Callable[[Host], Iterator[Finding]], host: Host) -> list[Finding]:
    try:
        return [*check(host)]
    except Exception as error:  # the driver's and peewee's
        what = check.__name__.strip("_").replace("_", " ")
        return [Finding(what, Level.BAD, _said(error), "see docs/database.md")]


def _name(host: Host) -> str:
    if isinstance(host.database, SqliteFile):
        return str(host.database.path)
    parts = urlsplit(host.settings.database)
    with suppress(ValueError):
        return f"{parts.path.strip('/')} at {parts.hostname or 'this computer'}"
    return "PostgreSQL"


def _written(host: Host) -> Iterator[Finding]:
    """Write something that changes nothing, for real."""
    database: Any = host.database
    remedy = "look who may write it, and how full its disk is; stop what keeps it locked"
    try:
        if isinstance(database, SqliteFile):
            ((version,),) = database.execute_sql("PRAGMA user_version").fetchall()
            database.execute_sql(f"PRAGMA user_version = {version:d}")
        else:
            with database.atomic() as transaction:
                database.execute_sql("CREATE TABLE cti_host_written (id INTEGER)")
                transaction.rollback()
    except Exception as error:  # the driver's and peewee's
        yield Finding("written", Level.BAD, _said(error), remedy)
        return
    if isinstance(database, SqliteFile):
        free = shutil.disk_usage(database.path.parent).free
        if free < _LITTLE_SPACE_BYTES:
            detail = f"only {free // 2**20} MiB are free on its disk"
            yield Finding("written", Level.WARNING, detail, "make room")
            return
    yield Finding("written", Level.GOOD, "a transaction went through")


def _complete(host: Host, *, quick: bool = False) -> Iterator[Finding]:
    if isinstance(host.database, SqliteFile):
        wrong = sqlite_copies.problems(host.database, quick=quick)
        remedy = "restore a backup: cti-host db restore FILE"
        if wrong and all("index" in text for text in wrong):
            remedy = "run: cti-host db vacuum, which builds the indexes again"
        good = "tables and references" if quick else "tables, indexes and references"
    else:
        wrong = [*_postgresql_problems(host.database)]
        remedy = "ask who runs the database server"
        good = "no broken index, no page that changed by itself"
    for text in wrong:
        yield Finding("complete", Level.BAD, text, remedy)
    if not wrong:
        yield Finding("complete", Level.GOOD, good)


def _complete_quickly(host: Host) -> Iterator[Finding]:
    return _complete(host, quick=True)


def _postgresql_problems(database: Any) -> Iterator[str]:
    broken = database.execute_sql(
        "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace"
    )
    for (name,) in broken.fetchall():
        yield f"the index {name} is not valid"
    failures = database.execute_sql(
        "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database"
        " WHERE datname = current_database()"
    )
    for (count,) in failures.fetchall():
        if count:
            yield f"{count} pages had a wrong checksum"


def _up_to_date(host: Host) -> Iterator[Finding]:
    waiting, unknown = migrate.pending(host), migrate.unknown(host)
    if waiting:
        yield Finding("up to date", Level.BAD, ", ".join(waiting), "run: cti-host db upgrade")
    if unknown:
        detail = f"a newer version made {', '.join(unknown)}"
        remedy = "install that version, or restore the backup of before: cti-host db restore FILE"
        yield Finding("up to date", Level.BAD, detail, remedy)
    if not waiting and not unknown:
        missing = [*migrate.missing(host)]
        for name in missing:
            yield Finding("up to date", Level.BAD, f"{name} is missing", "restore a backup")
        if not missing:
            yield Finding("up to date", Level.GOOD, "every migration, table and column")


def _functions(host: Host) -> Iterator[Finding]:
    """The functions that indexes call must be those of the plugins, which register them."""
    used = sorted(_functions_in_indexes(host.database))
    missing = [name for name in used if not _has_function(host.database, name)]
    if missing:
        remedy = "enable the plugin that brought them, or restore a backup of before"
        yield Finding("functions", Level.BAD, f"{', '.join(missing)}: not there", remedy)
    else:
        yield Finding("functions", Level.GOOD, ", ".join(used) or "no index needs any")


def _functions_in_indexes(database: Any) -> set[str]:
    if isinstance(database, SqliteFile):
        rows = database.execute_sql("SELECT sql FROM sqlite_master WHERE type = 'index'").fetchall()
        calls = [
            _FUNCTION.findall(sql.split(" ON ", 1)[-1].split("(", 1)[-1]) for (sql,) in rows if sql
        ]
        return {name.lower() for names in calls for name in names}
    rows = database.execute_sql(
        "SELECT DISTINCT proname FROM pg_depend"
        " JOIN pg_class ON pg_class.oid = objid AND relkind = 'i'"
        " JOIN pg_proc ON pg_proc.oid = refobjid"
        " WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_proc'::regclass"
        " AND relnamespace = current_schema()::regnamespace"
    ).fetchall()
    return {name for (name,) in rows}


def _has_function(database: Any, name: str) -> bool:
    table, column = "pg_proc", "proname"
    if isinstance(database, SqliteFile):
        table, column = "pragma_function_list", "name"
    statement = f"SELECT 1 FROM {table} WHERE {column} = {database.param}"  # noqa: S608 -- names of ours
    return database.execute_sql(statement, (name,)).fetchone() is not None


def _private(host: Host) -> Iterator[Finding]:
    if not isinstance(host.database, SqliteFile):
        return
    path = host.database.path
    mode = private_files.exposed_mode(path)
    if mode:
        detail = f"every user of this computer may read or write it (its mode is {mode})"
        yield Finding("private", Level.WARNING, detail, f"run: chmod 600 {path}*")


def _said(error: Exception) -> str:
    """The message of a driver, in one line; PostgreSQL's hold no password."""
    return " ".join(str(error).split()) or type(error).__name__
