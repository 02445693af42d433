"""A list of the panel has an expression that takes other engines longer than a life: pops go on."""

from __future__ import annotations

from pathlib import Path

from tests.faults.kit.clients import at_once, pop, program
from tests.faults.kit.databases import KINDS, database
from tests.faults.kit.outcome import Outcome, Size, Tally, times
from tests.faults.kit.site import make_site

POINT = "3"
LIST = """
[[display_tickets.lists]]
enabled = true
label = "Words"
query = "SELECT UserRequest AS u WHERE CONCAT('{text}', u.title) REGEXP '^([a-z]+ ?)+$'"

[server]
workers = 1
"""


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, agents, taken = Tally(), size.pick(2, 10), {}
    for kind in KINDS:
        with database(kind) as url:
            taken[kind] = _pops(folder / kind, url, size, tally)
    return tally.outcome(
        f"{agents} agents whose pops have a list with `^([a-z]+ ?)+$`, on both databases",
        "; ".join(times(f"pops on {kind}", seconds) for kind, seconds in taken.items()),
    )


def _pops(folder: Path, url: str, size: Size, tally: Tally) -> list[float]:
    """The seconds of each pop, of agents who are called at the same time."""
    site = make_site(folder, url, LIST.format(text="abcdefgh" * 50))
    with site.served() as server:

        def pops(_number: int) -> list[float]:
            taken = []
            with program(site, server.port) as client:
                for person in range(1, size.pick(2, 20) + 1):
                    good, seconds, seen = pop(client, person, also="Words")
                    tally.count("pops", good, seen)
                    taken.append(seconds)
            return taken

        return [seconds for each in at_once(size.pick(2, 10), pops) for seconds in each]
