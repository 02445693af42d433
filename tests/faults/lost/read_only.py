"""The database can only be read for a while: pops go on, who saves is told and keeps what they
typed, and it is saved when the database can be written again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from tests.faults.kit.databases import KINDS, database
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import Site, make_site
from tests.faults.lost._refused import FORM, PRAGMAS, desk

POINT = "10"
WORDS = "can only be read"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(1, 25)
    for kind in KINDS:
        with database(kind) as url:
            toml = "[server]\nworkers = 1\n"
            site = make_site(folder / kind, url, toml, sources={"pragmas": PRAGMAS})
            _work(site, _switch(site), rounds, tally)
    return tally.outcome(f"{rounds} times read-only for a while, on both databases")


def _work(site: Site, read_only: Callable[[bool], None], rounds: int, tally: Tally) -> None:
    with site.served() as server, desk(site, server.port, WORDS, tally) as those:
        for number in range(rounds):
            those.saves(str(number))
            fields = those.browser.form(FORM)
            read_only(True)
            kept = those.is_told(str(number), fields)
            those.is_popped()
            read_only(False)
            those.sends_again(kept)
        those.compare(site)
        log = site.log()
        tally.check("the log says what to do", "-> let the user of the service write" in log)


def _switch(site: Site) -> Callable[[bool], None]:
    """What makes a database read-only, and writable again."""
    if site.url.startswith("sqlite"):
        # The owner's rights are no obstacle to root: so SQLite itself is told.
        statement = site.folder / "plugins.d" / "pragma"
        statement.write_text("PRAGMA query_only = 0")
        return lambda on: _write(statement, f"PRAGMA query_only = {int(on)}")

    def switch(on: bool) -> None:
        with psycopg.connect(site.url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            name = sql.Identifier(connection.info.dbname)
            change = "ALTER DATABASE {} SET default_transaction_read_only = {}"
            connection.execute(sql.SQL(change).format(name, sql.Literal("on" if on else "off")))
            # Waits until they have ended: one that is about to end is no fault of this kind.
            connection.execute(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    return switch


def _write(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)
