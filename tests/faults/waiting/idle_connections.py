"""Connections on which nothing comes, and requests whose head or body never ends, beside agents who
work: every pop is answered.
"""

from __future__ import annotations

import math
import resource
from pathlib import Path

import own_loop

from tests.bench.slow_clients import Agents, slow_clients
from tests.faults.kit.clients import PATIENCE_SECONDS
from tests.faults.kit.outcome import Outcome, Size, Tally, times
from tests.faults.kit.site import PERSONS, make_site

POINT = "1"
HOST = "127.0.0.1"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    idle, endless, agents = size.pick(200, 2000), size.pick(20, 200), size.pick(4, 10)
    seconds = size.pick(1, 8)
    _allow_files(idle + endless + 200)
    site = make_site(folder / "site")
    tally = Tally()

    async def work(port: int) -> tuple[list[float], list[float]]:
        working = Agents(HOST, port, site.token, agents, PERSONS, PATIENCE_SECONDS)
        alone = await working.pops(seconds)
        async with slow_clients(HOST, port, idle, endless):
            beside = await working.pops(seconds)
        return alone, beside

    with site.served() as server:
        alone, beside = own_loop.run(work(server.port))
    for taken in beside:
        tally.count("pops", math.isfinite(taken), "refused, cut or never answered")
    done = f"{idle:,} idle connections and {endless} endless requests beside {agents} agents"
    return tally.outcome(done, f"{times('alone', alone)}; {times('beside them', beside)}")


def _allow_files(needed: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(needed, hard), hard))
