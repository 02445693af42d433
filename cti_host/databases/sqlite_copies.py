"""Copies of an SQLite database: made while it is used, opened, and put in its place.

At every moment there is a whole file under each name: a copy grows under the name `….part`, and
gets its own when it was found complete. Whoever is killed on the way leaves a part behind, no more.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from cti_host import private_files
from cti_host.databases.copies import CopyFailed, InUse, kept_name, name_it
from cti_host.databases.sqlite import SqliteFile

_WITH_IT = ("-wal", "-shm", "-journal")


def copy(database: SqliteFile, target: Path) -> None:
    """Copy the database into a new file, which is complete when it has its name.

    :raises CopyFailed: the file is there already, can't be written, or the database is broken
    """
    _copy_file(database, database.path, target)


def restore(database: SqliteFile, backup: Path) -> Path | None:
    """Put a copy in the place of the database, which is kept under another name.

    :return: where the database is now that was there before; `None`: there was none
    :raises InUse: another process has it open
    :raises CopyFailed: the backup is not complete
    """
    path = database.path
    if not backup.is_file():
        raise CopyFailed(f"{backup} is not a file")
    database.close_all()
    with suppress(FileNotFoundError):
        if backup.samefile(path):
            raise CopyFailed(f"{backup} is the database itself")
    new = path.with_name(f"{path.name}.restored")
    with suppress(FileNotFoundError):
        new.unlink()  # of a restore that was cut off
    _copy_file(database, backup, new)
    try:
        with _locked(path) as is_whole:
            kept = _keep(path, is_whole) if path.exists() else None
            if not is_whole:
                # The log of a broken database would be taken for the new one's.
                for end in _WITH_IT:
                    path.with_name(path.name + end).unlink(missing_ok=True)
            new.replace(path)
            _sync_folder(path)
    finally:
        new.unlink(missing_ok=True)
    return kept


def name_before(path: Path, why: str) -> Path:
    """A name beside a database for what it was: "cti-before-upgrade-20260302-093000.db"."""
    return kept_name(path.parent, f"{path.stem}-before-{why}", path.suffix)


def problems(database: SqliteFile, *, quick: bool = False) -> list[str]:
    """What is wrong with the content of a database; the first ten of each kind.

    :param quick: whether indexes are left out, which takes a tenth of the time
    """
    try:
        check = "quick_check" if quick else "integrity_check"
        found = [str(row[0]) for row in _rows(database, f"PRAGMA {check}(10)")]
        wrong = [text for text in found if text != "ok"]
        for row in _rows(database, "PRAGMA foreign_key_check")[:10]:
            wrong.append(f"row {row[1]} of {row[0]} refers to a row of {row[2]} that isn't there")
    except Exception as error:  # the driver's and peewee's, depending on when it is noticed
        wrong = [str(error)]
    return wrong


def _rows(database: SqliteFile, statement: str) -> list[Any]:
    rows: list[Any] = database.execute_sql(statement).fetchall()
    return rows


def _copy_file(database: SqliteFile, source: Path, target: Path) -> None:
    if not source.exists():
        raise CopyFailed(f"{source} is not there yet", "run: cti-host db upgrade")
    if target.exists():
        raise CopyFailed(f"{target} is there already", "choose another name, or move it away")
    part = target.with_name(f"{target.name}.part")
    try:
        private_files.make_folder(target.parent)
        _remove(part)
        private_files.make_file(part)
        with closing(_reading(source)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new)
        _check(database, part, source)
        with closing(sqlite3.connect(part)) as new:
            # One file, which also a program that may not write beside it can read.
            new.execute("PRAGMA journal_mode = delete")
        _sync(part)
        name_it(part, target)
        _sync_folder(target)
    except sqlite3.Error as error:
        raise CopyFailed(f"{source} can't be copied: {error}") from None
    except OSError as error:
        raise CopyFailed(f"{target} can't be written: {error.strerror}") from None
    finally:
        _remove(part)


def _reading(path: Path) -> sqlite3.Connection:
    """A connection to read from; the write-ahead log is read along."""
    # One that may not write would leave the log's files behind when it is the last to close.
    mode = "rw" if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) else "ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30)


def _check(database: SqliteFile, part: Path, source: Path) -> None:
    """Open a copy with the functions of the plugins, and look whether all of it is there."""
    with database.at(part):
        wrong = problems(database)
        if not wrong and not database.get_tables():
            wrong = ["it has no tables"]
    if wrong:
        raise CopyFailed(f"{source} is not complete: {wrong[0]}")


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Keep all others out of a database, its log worked in; gives whether it could be read."""
    if not path.exists():
        yield False
        return
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
        try:
            # SQLite leaves the write-ahead log only when nobody else has the database open.
            connection.execute("PRAGMA journal_mode = delete")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise InUse("another process has the database open") from None
            yield False
        except sqlite3.DatabaseError:
            yield False  # broken: which is why somebody restores
        else:
            yield True


def _keep(path: Path, is_whole: bool) -> Path:
    """Give the database a second name, and its log as well if that couldn't be worked in."""
    kept = name_before(path, "restore")
    for end in ("",) if is_whole else ("", *_WITH_IT):
        source = path.with_name(path.name + end)
        if not source.exists():
            continue
        target = kept.with_name(kept.name + end)
        try:
            os.link(source, target)
        except OSError:  # a file system without links
            shutil.copy2(source, target)
    return kept


def _remove(part: Path) -> None:
    for end in ("", *_WITH_IT):
        part.with_name(part.name + end).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(path: Path) -> None:
    """Make what a file is called survive a loss of power."""
    _sync(path.parent)
