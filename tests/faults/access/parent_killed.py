"""The first process of the server is killed: its workers end by themselves; the port is free."""

from __future__ import annotations

from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
from real_server import until

from tests.faults.kit.clients import pop, program
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import make_site

POINT = "18"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(1, 5)
    site = make_site(folder / "site")
    for _round in range(rounds):
        for options in ([], ["--no-live"]):
            with site.served(*options) as server:
                with program(site, server.port) as client:
                    good, _taken, seen = pop(client)
                    tally.count("pops before", good, seen)
                workers = psutil.Process(server.process.pid).children(recursive=True)
                server.process.kill()
                server.process.wait()
                for worker in workers:
                    gone = until(lambda worker=worker: not _runs(worker))  # type: ignore[misc]
                    tally.count("processes", gone, "a worker goes on without its parent")
                tally.count("ports", not server.listens(), "somebody still listens")
    return tally.outcome(f"{rounds} times with live pages, {rounds} times without")


def _runs(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
