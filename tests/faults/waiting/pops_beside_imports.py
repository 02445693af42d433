"""A file of tickets is imported while agents are called and programs save: every pop is answered,
every save is acknowledged and stored, and so is the whole file.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.faults.kit.clients import meanwhile, pop, program
from tests.faults.kit.outcome import Outcome, Size, Tally, times
from tests.faults.kit.site import PERSONS, TICKETS, Site, make_site

POINT = "2"
API = "/api/v1/objects/UserRequest"
TICKET = {"org_id": 1, "caller_id": 1, "title": "Saved", "description": "It is on fire."}
PAUSE_SECONDS = 0.2


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, tickets = Tally(), size.pick(1_200, 100_000)
    agents, savers = size.pick(2, 5), size.pick(2, 5)
    site = make_site(folder / "site")
    file = _file(folder / "UserRequest.csv", tickets)
    pops: list[float] = []
    saves: list[float] = []

    def work(number: int, ends: threading.Event) -> None:
        with program(site, server.port) as client:
            while not ends.wait(PAUSE_SECONDS):
                if number < agents:
                    good, taken, seen = pop(client, 1 + number)
                    tally.count("pops", good, seen)
                    pops.append(taken)
                    continue
                started = time.perf_counter()
                answer = client.post(API, json={"fields": TICKET})
                saves.append(time.perf_counter() - started)
                good = answer.status_code == 201
                tally.count("saves", good, f"{answer.status_code} {answer.text}")

    with site.served() as server, meanwhile(agents + savers, work):
        started = time.monotonic()
        status, printed = _import(site, file)
        lasted = time.monotonic() - started
        tally.check("the import ends well", status == 0, printed)
    ((stored,),) = site.rows("SELECT count(*) FROM ticket")
    expected = TICKETS + tickets + tally.good("saves")
    tally.check("all of it is stored", stored == expected, f"{stored} tickets, not {expected}")
    done = f"{tickets:,} tickets imported beside {agents} agents and {savers} savers"
    took = f"import: {lasted:.0f} s; {times('pops', pops)}; {times('saves', saves)}"
    return tally.outcome(done, took)


def _file(path: Path, tickets: int) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("title", "description", "org_id", "caller_id"))
        for number in range(tickets):
            writer.writerow((f"Imported {number}", "It is on fire.", 1, 1 + number % PERSONS))
    return path


def _import(site: Site, file: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "cti_host", "--config", str(site.config), "data", "import"]
    done = subprocess.run(  # noqa: S603 -- our own command
        [*command, str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout[-300:]
