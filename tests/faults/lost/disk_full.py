"""The disk is full for a while: pops go on, who saves is told and keeps what they typed, nothing
that was acknowledged is lost, and all goes on when there is room, without a restart.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.faults.kit.databases import FILE
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import Site, make_site
from tests.faults.kit.small_disk import on_small_disk
from tests.faults.lost._refused import FORM, PRAGMAS, Desk, desk

POINT = "10"
WORDS = "disk is full"
MOST_SAVES = 2000
SETTINGS = "[server]\nworkers = 1\n"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    disk = folder / "disk"
    disk.mkdir()
    return on_small_disk(__name__, size, disk) or _with_a_limit(size, folder)


def on_disk(size: Size, folder: Path) -> Outcome:
    """With a small disk in a folder, on which all of the site is but its log."""
    tally, filler = Tally(), folder / "filler"
    site = make_site(folder / "site", toml=SETTINGS)
    (site.folder / "server.log").symlink_to(folder.parent / "server.log")
    rounds = size.pick(1, 20)
    _work(site, lambda: _fill(filler), filler.unlink, rounds, tally)
    return tally.outcome(f"a disk of 8 MiB that was full {rounds} times")


def _with_a_limit(size: Size, folder: Path) -> Outcome:
    """Where nobody may make a disk: SQLite is told that the file may not grow."""
    tally, rounds = Tally(), size.pick(1, 20)
    site = make_site(folder / "site", toml=SETTINGS, sources={"pragmas": PRAGMAS})
    statement = site.folder / "plugins.d" / "pragma"

    def limit(pages: int) -> None:
        new = statement.with_suffix(".new")
        new.write_text(f"PRAGMA max_page_count = {pages}")
        new.replace(statement)

    # It is never less than the file has.
    _work(site, lambda: limit(1), lambda: limit(1_000_000), rounds, tally)
    return tally.outcome(f"a file that could not grow {rounds} times")


def _work(
    site: Site,
    fill: Callable[[], object],
    free: Callable[[], object],
    rounds: int,
    tally: Tally,
) -> None:
    with site.served() as server, desk(site, server.port, WORDS, tally) as those:
        for number in range(rounds):
            those.saves(str(number))
            fields = those.browser.form(FORM)
            fill()
            _use_what_is_left(those, number)
            kept = those.is_told(str(number), fields)
            those.is_popped()
            free()
            those.sends_again(kept)
        those.compare(site)
    log = site.log()
    tally.check("the log says what to do", "make room on the disk" in log, log[-300:])
    told = "rollback" not in log and "Traceback" not in log
    tally.check("the log has nothing else", told, log[-300:])
    with closing(sqlite3.connect(site.folder / FILE)) as file:
        checked = file.execute("PRAGMA quick_check").fetchall()
    tally.check("the file is whole", checked == [("ok",)], checked)


def _use_what_is_left(those: Desk, number: int) -> None:
    """Save until there is no room in the files that are there: what is acknowledged counts."""
    for turn in range(MOST_SAVES):
        name = f"Filler {number} {turn}"
        if those.program(name).status_code != 201:
            return
        those.names.append(name)


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        for piece in (1 << 16, 1 << 12, 1):
            while _is_written(file.fileno(), piece):
                pass


def _is_written(descriptor: int, size: int) -> bool:
    try:
        os.write(descriptor, b"x" * size)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
    return True
