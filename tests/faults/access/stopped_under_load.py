"""The server is told to stop while agents and programs work: every request that it has begun to
read is answered whole, and every save that it made is acknowledged.
"""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import httpx
from real_server import until

from tests.faults.kit.clients import PATIENCE_SECONDS, meanwhile, program
from tests.faults.kit.outcome import Outcome, Size, Tally, times
from tests.faults.kit.site import TICKETS, Site, make_site

POINT = "18"
API = "/api/v1/objects/UserRequest"
TICKET = {"org_id": 1, "caller_id": 1, "title": "Saved", "description": "It is on fire."}


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds, clients, requests = (
        Tally(),
        size.pick(1, 10),
        size.pick(4, 10),
        size.pick(20, 200),
    )
    site, ended = make_site(folder / "site"), []
    for _round in range(rounds):
        ended.append(_round_of(site, clients, requests, tally))
    ((stored,),) = site.rows("SELECT count(*) FROM ticket")
    saved = stored - TICKETS
    tally.check("each save was acknowledged", saved == tally.good("saves"), f"{saved} tickets")
    done = f"SIGTERM {rounds} times under {clients} clients"
    return tally.outcome(done, times("until it had ended", ended))


def _round_of(site: Site, clients: int, requests: int, tally: Tally) -> float:
    before = tally.good("pops") + tally.good("saves")

    def work(number: int, _ends: threading.Event) -> None:
        turn = number
        while True:
            turn += 1
            # A connection for each: none that is idle is closed at the moment of its next request.
            with program(site, port) as client:
                try:
                    if turn % 2:
                        answer = client.get("/pop", params={"phone": "0600000001"})
                        tally.count("pops", answer.status_code == 200, answer.status_code)
                    else:
                        answer = client.post(API, json={"fields": TICKET})
                        tally.count("saves", answer.status_code == 201, answer.text)
                except httpx.ConnectError:
                    return
                except httpx.TransportError as error:
                    tally.count("requests cut", False, repr(error))
                    return

    with site.served() as server:
        port = server.port
        with meanwhile(clients, work):
            try:
                until(lambda: tally.good("pops") + tally.good("saves") - before >= requests)
            finally:
                started = time.monotonic()
                server.process.send_signal(signal.SIGTERM)
                status = server.process.wait(PATIENCE_SECONDS)
        tally.check("the server ends well", status == 0, f"status {status}")
        return time.monotonic() - started
