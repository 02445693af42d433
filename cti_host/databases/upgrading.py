"""An upgrade that can be undone: a copy first; and one that is only tried, with a copy."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cti_host.databases import migrate, sqlite_copies
from cti_host.databases.ready import is_fresh
from cti_host.databases.sqlite import SqliteFile
from cti_host.databases.statistics import update_statistics
from cti_host.host import Host


@dataclass(frozen=True)
class Upgraded:
    """What was applied, or would be.

    :param backup: the copy that was made before
    :param tried: whether it was tried with a copy
    """

    applied: list[str]
    backup: Path | None = None
    tried: bool = False


def upgrade_with_backup(host: Host, with_backup: bool, say: Callable[[str], object]) -> Upgraded:
    """Apply what is pending; a SQLite database with tables is copied before.

    :param say: is told where the copy is, before anything is changed
    :raises CopyFailed: the copy can't be made; nothing is changed
    """
    database = host.database
    backup = None
    if (
        with_backup
        and isinstance(database, SqliteFile)
        and not is_fresh(host)
        and migrate.pending(host)
    ):
        backup = sqlite_copies.name_before(database.path, "upgrade")
        sqlite_copies.copy(database, backup)
        say(f"a copy of the database as it was: {backup}")
    with database.connection_context():
        applied = migrate.upgrade(host)
        update_statistics(database)
        return Upgraded(applied, backup)


def try_upgrade(host: Host) -> Upgraded:
    """Find out what is pending; for SQLite, apply it to a copy that is thrown away.

    :raises CopyFailed: the copy can't be made
    """
    database = host.database
    if not isinstance(database, SqliteFile) or is_fresh(host):
        return Upgraded(migrate.pending(host))
    waiting = migrate.pending(host)
    if not waiting:
        return Upgraded([])
    with tempfile.TemporaryDirectory(dir=database.path.parent) as folder:
        file = Path(folder) / "tried.db"
        sqlite_copies.copy(database, file)
        with database.at(file):
            return Upgraded(migrate.upgrade(host), tried=True)
