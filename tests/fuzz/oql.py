"""Throw queries at the language until the time is up: nothing but its own errors may come back.

Texts are made of the language's words, of the pieces of good queries, and of anything at all; what
is accepted is compiled for both databases and run on SQLite. `python -m tests.fuzz.oql --minutes
10` prints what it did; a failure prints the query and stops.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cti_oql import Oql, OqlError
from cti_oql.functions.registry import FUNCTIONS, UNITS
from cti_oql.syntax.words import KEYWORDS, LEVELS
from cti_tickets.model.data_model import schema

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import write_config

# A query, good or bad, long or deep, is dealt with in this time of the processor.
MOST_SECONDS = 1.0
PAGES = Path(__file__).parents[2] / "plugins" / "tickets" / "tests" / "oql"
PIECES = [
    "(",
    ")",
    ",",
    ".",
    "'",
    '"',
    "`",
    ":",
    "->",
    "0x",
    "\\",
    "NOT IN",
    "NOT LIKE",
    "NOT",
    "AS",
]
NAMES = ["id", "finalclass", "friendlyname", "p", "q", "1", "BELOW", "NOT BELOW STRICT"]
NESTED = [
    *(("(", ")"), ("CONCAT(", ")"), ("IF(1,", ",2)"), ("1 IN (", ")"), ("1+(", ")")),
    *(("id IN (SELECT Person WHERE ", ")"), ("ISNULL(", ")"), ("FROM_DAYS(", ")")),
]
STRANGE = ["\0", "\ud800", "é", "😀", "\n", "\t", "%", "_", "'x'", "''", ":a", ":a->b", "9" * 30]
VALUES: list[Any] = [None, 0, 7, -1, "", "x", "%", "2031-05-01", [1, 2], [], "9" * 40, "\0"]


class Source:
    """Makes queries."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- the same queries for the same seed
        texts = "\n".join(
            (PAGES / name).read_text("utf-8") for name in ("language.txt", "verdicts.txt")
        )
        self.good = [line for line in texts.splitlines() if line.startswith("SELECT")]
        classes = list(schema())
        codes = sorted({code for cls in classes for code in cls.attributes})
        self.words = [
            *(cls.name for cls in classes),
            *codes,
            *(*KEYWORDS, *FUNCTIONS, *UNITS, *LEVELS, *PIECES, *STRANGE, *NAMES),
        ]

    def query(self) -> str:
        """Another query."""
        kind = self.random.randrange(6)
        if kind == 0:
            return " ".join(self._some(self.words, 30))
        if kind == 1:
            return "SELECT Person AS p WHERE " + " ".join(self._some(self.words, 15))
        if kind == 2:
            return "".join(chr(self.random.randrange(1, 0x3000)) for _n in range(40))
        if kind == 3:
            before, behind = self.random.choice(NESTED)
            levels = self.random.choice([1, 3, 8, 15, 40, 5000])
            return f"SELECT Person WHERE {before * levels}1{behind * levels}"
        one, other = self.random.choice(self.good), self.random.choice(self.good)
        if kind == 4:
            words = one.split(" ")
            for _change in range(self.random.randrange(1, 4)):
                words[self.random.randrange(len(words))] = self.random.choice(self.words)
            return " ".join(words)
        cut, other_cut = self.random.randrange(len(one)), self.random.randrange(len(other))
        return one[:cut] + other[other_cut:]

    def _some(self, words: list[str], most: int) -> list[str]:
        return [self.random.choice(words) for _n in range(self.random.randrange(most))]


def main() -> None:
    """Run until the time is up, or something other than an error of the language happens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    source, oql = Source(options.seed), Oql(schema(), "Europe/Paris")
    counts: Counter[str] = Counter()
    slowest = 0.0
    with TemporaryDirectory() as folder:
        app = create_app(write_config(Path(folder), plugins=["tickets"]))
        host = app.extensions["cti_host"]
        with app.app_context(), host.database.connection_context():
            migrate.upgrade(host)
            end = time.monotonic() + options.minutes * 60
            while time.monotonic() < end:
                text = source.query()
                began = time.process_time()
                try:
                    counts[answer(oql, host.database, text, source.random)] += 1
                except Exception:
                    print(f"seed {options.seed}, query {text!r}")
                    raise
                slowest = max(slowest, time.process_time() - began)
                if slowest > MOST_SECONDS:
                    sys.exit(f"more than {MOST_SECONDS} s: {text!r}")
    print(f"seed {options.seed}: {counts.total():,} queries, the slowest took {slowest:.2f} s")
    for kind, count in counts.most_common():
        print(f"{count:>9,} {kind}")


def answer(oql: Oql, database: Any, text: str, chance: random.Random) -> str:
    """What becomes of a query: "rows", or the kind of its error."""
    try:
        query = oql.resolve(text)
        values = {name: chance.choice(VALUES) for name in query.parameters}
        oql.statement(text, values, postgresql=True)
        oql.ids(database, text, values)
        oql.page(database, text, values, limit=3, offset=1)
    except OqlError as error:
        if not str(error):
            raise
        return error.kind
    return "rows"


if __name__ == "__main__":
    main()
