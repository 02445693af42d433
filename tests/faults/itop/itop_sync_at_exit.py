"""The server is told to end while it synchronizes with iTop: server and synchronization end by
themselves, without a fatal error of the interpreter; the next server goes on with it.
"""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
from fake_itop import FakeItop, running
from plain_model import people
from real_server import until

from tests.faults.itop._front import front
from tests.faults.kit.clients import PATIENCE_SECONDS
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import Site

POINT = "iTop"
COPIED = "SELECT count(*) FROM itop_person"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(1, 10)
    model = people(25)
    with running(FakeItop(model)) as fake:
        site = front(folder / "site", fake, {'directory = "live"\n': ""})
        for _round in range(rounds):
            asked, released = threading.Event(), threading.Event()

            def hold(
                query: str,
                asked: threading.Event = asked,
                released: threading.Event = released,
            ) -> None:
                if "Person" in query:
                    asked.set()
                    released.wait(PATIENCE_SECONDS)

            model.asked = hold
            _end_in_the_middle(site, asked, tally)
            released.set()
        model.asked = lambda query: None
        with site.served():
            whole = until(lambda: site.rows(COPIED) == [(25,)])
            tally.count("synchronizations gone on with", whole, site.rows(COPIED))
    return tally.outcome(f"SIGTERM {rounds} times in the middle of a synchronization")


def _end_in_the_middle(site: Site, asked: threading.Event, tally: Tally) -> None:
    with site.served() as server:
        tally.check("it synchronizes by itself", asked.wait(PATIENCE_SECONDS), site.log())
        those = psutil.Process(server.process.pid).children(recursive=True)
        server.process.send_signal(signal.SIGTERM)
        status = server.process.wait(PATIENCE_SECONDS)
        tally.count("servers that ended well", status == 0, f"status {status}")
        for one in those:
            gone = until(lambda one=one: not _runs(one))  # type: ignore[misc]
            tally.count("processes that ended", gone)
    log = site.log()
    well = "Fatal" not in log and "ended with status" not in log
    tally.count("logs without a fatal error", well, log[-300:])


def _runs(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
