"""`db upgrade`, `db backup` and `db restore` are killed at any moment: the database is whole, that
of before or of afterwards; the same command then ends well; no file with the name of a backup is
half of one.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
from real_server import until

from tests.faults.kit import commands
from tests.faults.kit.databases import FILE, KINDS, copy_database, database
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import Site, make_site

POINT = "11"
AGENTS = "SELECT count(*) FROM agent WHERE name = 'ada'"
SINCE = "ada since the backup"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally = Tally()
    kills = {"sqlite": size.pick(3, 40), "postgresql": size.pick(1, 12)}
    for kind in KINDS:
        with database(kind) as url, database(kind) as kept:
            kept = kept if kind == "postgresql" else str(folder / "kept.db")
            trial = _Trial(make_site(folder / kind, url), kept, folder / f"{kind}.backup", tally)
            trial.run("db", "backup", str(trial.backup))
            trial.keep()
            trial.kills("backup", kills[kind], "db", "backup", str(trial.copy))
            trial.kills("restore", kills[kind], "db", "restore", str(trial.backup))
            # Two plugins more: their tables, and columns of others, are what waits.
            text = trial.site.config.read_text()
            text = text.replace('"tickets"', '"tickets", "live", "calls"', 1)
            trial.site.config.write_text(text)
            trial.kills("upgrade", kills[kind], "db", "upgrade")
    done = ", ".join(f"{times} times each on {kind}" for kind, times in kills.items())
    return tally.outcome(f"kill -9 in the middle of a backup, a restore and an upgrade: {done}")


@dataclass(frozen=True)
class _Trial:
    """A site whose database is put back before each kill.

    :param kept: the URL of a PostgreSQL database, or an SQLite file: what each kill finds
    :param backup: a backup of the database, made by the host
    """

    site: Site
    kept: str
    backup: Path
    tally: Tally

    @property
    def copy(self) -> Path:
        """Where the backups that are killed go."""
        return self.site.folder / "backup.copy"

    @property
    def _on_sqlite(self) -> bool:
        return self.site.url.startswith("sqlite")

    @property
    def _file(self) -> Path:
        return self.site.folder / FILE

    def run(self, *words: str) -> None:
        """Run a command that must work."""
        done = commands.run(self.site.config, *words)
        assert done.status == 0, done.said

    def keep(self) -> None:
        """Keep the database as it is now."""
        if self._on_sqlite:
            shutil.copy(self._file, self.kept)
        else:
            copy_database(self.site.url, self.kept)

    def kills(self, what: str, times: int, *words: str) -> None:
        """Let a command end once, then kill it at moments of that time, and look."""
        self._put_back()
        whole = commands.run(self.site.config, *words)
        self.tally.check(f"a {what} works", whole.status == 0, whole.said)
        for number in range(times):
            self._put_back()
            after = whole.seconds * (number + 0.5) / times
            killed = commands.run(self.site.config, *words, kill_after=after)
            wrong = self._wrong()
            self.tally.count(f"{what}s that were killed", not wrong, f"{wrong} {killed.said}")
            if killed.status and what == "backup":
                self.copy.unlink(missing_ok=True)
            if killed.status:
                again = commands.run(self.site.config, *words)
                self.tally.count(f"{what}s afterwards", again.status == 0, again.said)
                wrong = self._wrong()
                self.tally.count("databases afterwards", not wrong, wrong)

    def _put_back(self) -> None:
        """As it was before, with one change since its backup."""
        for pattern in ("cti*.db*", "*before*", "backup.copy*"):
            for file in self.site.folder.glob(pattern):
                file.unlink()
        change = "UPDATE agent SET display = ?"
        if self._on_sqlite:
            shutil.copy(self.kept, self._file)
            with closing(sqlite3.connect(self._file)) as opened, opened:
                opened.execute(change, (SINCE,))
            return
        copy_database(self.kept, self.site.url)
        with psycopg.connect(self.site.url) as connection:
            connection.execute(change.replace("?", "%s"), (SINCE,))

    def _wrong(self) -> str:
        """What is wrong with the database, or with a file that has the name of a backup."""
        if not self._on_sqlite:
            # What the killed command asked for goes on in the server for a moment.
            assert until(self._is_alone)
        ((agents,),) = self.site.rows(AGENTS)
        wrong = [] if agents == 1 else [f"{agents} agents"]
        files = [*self.site.folder.glob("*-before-*"), *self.site.folder.glob("before-*")]
        files += [self.copy] if self.copy.exists() else []
        for file in files:
            if not file.name.endswith((".part", "-wal", "-shm", "-journal")):
                wrong += _wrong_file(file) if self._on_sqlite else _wrong_dump(file)
        if self._on_sqlite:
            wrong += _wrong_file(self._file)
        return ", ".join(wrong)

    def _is_alone(self) -> bool:
        count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        return bool(self.site.rows(count)[0][0] == 1)


def _wrong_file(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as file:
        try:
            found = file.execute("PRAGMA quick_check").fetchall()
            agents = file.execute(AGENTS).fetchone()
        except sqlite3.Error as error:
            return [f"{path.name}: {error}"]
    return [] if (found, agents) == ([("ok",)], (1,)) else [f"{path.name}: {found}, {agents}"]


def _wrong_dump(path: Path) -> list[str]:
    program = f"{commands.postgresql_programs()}/pg_restore"
    read = subprocess.run(  # noqa: S603 -- PostgreSQL's own program
        [program, "--file=-", str(path)], capture_output=True, text=True, check=False
    )
    good = read.returncode == 0 and "COPY public.agent" in read.stdout
    return [] if good else [f"{path.name}: {read.stderr}"]
