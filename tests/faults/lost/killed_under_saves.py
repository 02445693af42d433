"""All processes of the server are killed while programs save: what was acknowledged is stored,
once, with all that belongs to it, and the server starts again.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import httpx
from real_server import until

from tests.faults.kit.clients import meanwhile, program
from tests.faults.kit.databases import KINDS, database
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import TICKETS, Site, make_site

POINT = "kill -9"
SAVERS, API = 4, "/api/v1/objects/UserRequest"
TICKET = {"org_id": 1, "caller_id": 1, "description": "It is on fire.", "origin": "phone"}


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds, saves = Tally(), size.pick(1, 15), size.pick(10, 40)
    for kind in KINDS:
        with database(kind) as url:
            site = make_site(folder / kind, url)
            acknowledged: list[str] = []
            for number in range(rounds):
                _round(site, f"{kind} {number}", saves, acknowledged)
            _compare(site, acknowledged, tally)
    return tally.outcome(f"{rounds} times kill -9 under {SAVERS} savers, on both databases")


def _round(site: Site, name: str, saves: int, acknowledged: list[str]) -> None:
    """Save until the server is killed, which is after some saves."""
    before = len(acknowledged)

    def save(saver: int, _ends: threading.Event) -> None:
        with program(site, server.port) as client:
            number = 0
            while True:
                title = f"{name} {saver} {number}"
                try:
                    answer = client.post(API, json={"fields": {**TICKET, "title": title}})
                except httpx.TransportError:
                    return
                if answer.status_code == 201:
                    acknowledged.append(title)
                number += 1

    with site.served() as server, meanwhile(SAVERS, save):
        try:
            until(lambda: len(acknowledged) - before >= saves)
        finally:
            os.killpg(server.process.pid, signal.SIGKILL)


def _compare(site: Site, acknowledged: list[str], tally: Tally) -> None:
    stored = [str(title) for (title,) in site.rows("SELECT title FROM ticket ORDER BY id")]
    for title in acknowledged:
        tally.count("acknowledged saves", stored.count(title) == 1, stored.count(title))
    ((references, calls),) = site.rows(
        "SELECT (SELECT count(DISTINCT ref) FROM ticket), (SELECT count(*) FROM phone_call)"
    )
    # Every ticket has a reference of its own, and each of those that came by phone its phone call.
    whole = references == len(stored) and calls == len(stored) - TICKETS
    tally.check(
        "each ticket has its reference and its call",
        whole,
        f"{len(stored)} tickets, {references} references, {calls} calls",
    )
