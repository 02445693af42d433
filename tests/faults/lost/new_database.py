"""Whatever needs a database first makes it, also two at once; one of an earlier version is left
alone and told to be upgraded; the upgrade names the backup that it made, and that leads back.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from cti_host.testing import write_config
from tests.faults.kit import commands
from tests.faults.kit.clients import at_once
from tests.faults.kit.databases import FILE
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import PLUGINS, Site, make_site

POINT = "12"
PEOPLE = '{"class": "Organization", "id": 1, "fields": {"name": "Fluvia"}}\n'
ADD = ("agent", "add", "sam", "--profile", "Support Agent", "--password-stdin")
MADE = "made the database"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(1, 10)
    for number in range(rounds):
        _new(folder / f"new{number}", tally)
        _old(folder / f"old{number}", tally)
    return tally.outcome(f"{rounds} times each way to a new database, and an old one")


def _new(folder: Path, tally: Tally) -> None:
    people = folder / "people.jsonl"
    for name, words, given in (
        ("import", ("data", "import", str(people)), ""),
        ("add", ADD, "long enough 1815\n"),
    ):
        config = _config(folder / name)
        people.write_text(PEOPLE)
        done = commands.run(config, *words, given=given)
        good = done.status == 0 and MADE in done.said
        tally.count("databases made", good, f"{words}: {done.said}")
        checked = commands.run(config, "db", "check")
        tally.count("databases that are whole", checked.status == 0, checked.said)
    config = _config(folder / "serve")
    site = Site(config, f"sqlite:///{FILE}", "")
    with site.served() as server:
        tally.count("databases made", server.page("/sign-in").status == 200)
    tally.check("the server says that it made it", MADE in site.log(), site.log())
    config = _config(folder / "two")
    both = at_once(2, lambda _number: commands.run(config, "agent", "list"))
    said = [one.said for one in both]
    tally.count("databases made", [one.status for one in both] == [0, 0], said)
    tally.check("one of two makes it", "".join(said).count(MADE) == 1, said)


def _old(folder: Path, tally: Tally) -> None:
    site = make_site(folder)
    before = _content(site)
    text = site.config.read_text()
    site.config.write_text(text.replace('"tickets"', '"tickets", "live", "calls"', 1))
    for words in (("serve",), ("agent", "list"), ("data", "export")):
        done = commands.run(site.config, *words)
        told = done.status == 1 and "-> run: cti-host db upgrade" in done.said
        tally.count("old databases that were left alone", told, f"{words}: {done.said}")
    tally.check("nothing of it was changed", _content(site) == before)
    done = commands.run(site.config, "db", "upgrade")
    named = re.search(r"a copy of the database as it was: (.+)", done.said)
    tally.count("upgrades", done.status == 0 and bool(named), done.said)
    backup = named[1].strip() if named else ""
    site.config.write_text(text)
    done = commands.run(site.config, "db", "restore", backup)
    back = done.status == 0 and _content(site) == before
    tally.count("ways back", back, done.said)


def _config(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return write_config(folder, plugins=PLUGINS, sign_in=False)


def _content(site: Site) -> list[str]:
    """The tables and indexes of its database; SQLite's own statistics are none of them."""
    statement = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1"
    with closing(sqlite3.connect(site.folder / FILE)) as file:
        return [str(row) for row in file.execute(statement)]
