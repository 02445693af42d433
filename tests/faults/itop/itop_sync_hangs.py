"""`itop sync` asks an iTop that takes the connection and never answers, or not to the end: it ends
by itself and says so; what was copied before stays.
"""

from __future__ import annotations

from pathlib import Path

from fake_itop import FakeItop, running
from plain_model import people

from tests.faults.itop._front import front
from tests.faults.kit import commands
from tests.faults.kit.outcome import Outcome, Size, Tally, times

POINT = "iTop"
KINDS = ("slow", "trickling", "cut", "down")
COPIED = "SELECT count(*) FROM itop_person"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds, took = Tally(), size.pick(1, 5), []
    # In short: less patience than by default, which is up to ten seconds.
    impatient = {
        "connect_seconds = 20": "connect_seconds = 2",
        "read_seconds = 30": "read_seconds = 0.5",
        "timeout = 60": "timeout = 3",
    }
    usual = {"read_seconds = 30\n": "", "timeout = 60\n": "", "connect_seconds = 20\n": ""}
    change = impatient if size is Size.SHORT else usual
    with running(FakeItop(people(25))) as fake:
        site = front(folder / "site", fake, {'directory = "live"\n': "", **change})
        filled = commands.run(site.config, "itop", "sync")
        tally.check("a sync works", filled.status == 0, filled.said)
        for kind in KINDS:
            for _round in range(rounds):
                fake.fails = kind
                failed = commands.run(site.config, "itop", "sync")
                took.append(failed.seconds)
                tally.count("syncs", failed.status == 1 and "iTop" in failed.said, failed.said)
                tally.count("copies that stayed", site.rows(COPIED) == [(25,)])
        fake.fails = ""
        again = commands.run(site.config, "itop", "sync")
        tally.count("syncs afterwards", again.status == 0, again.said)
    done = f"{rounds} times each an iTop that is {', '.join(KINDS)}"
    return tally.outcome(done, times("a sync", took))
