"""PostgreSQL is stopped under a running host, and started again: meanwhile pages and programs are
told that the database is away, nobody that nobody has this number, no save is acknowledged;
afterwards all goes on, with new connections.
"""

from __future__ import annotations

from pathlib import Path

import httpx
from real_server import until

from tests.faults.kit.clients import at_once, pop, program
from tests.faults.kit.databases import own_postgresql
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import TICKETS, Site, make_site

POINT = "8"
CLIENTS, API = 8, "/api/v1/objects/UserRequest"
TICKET = {"org_id": 1, "caller_id": 1, "title": "Saved", "description": "It is on fire."}


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(1, 5)
    with own_postgresql() as server:
        site = make_site(folder / "site", server.url)
        with site.served() as host:

            def work(number: int) -> None:
                """A pop and a save, with a connection of their own in each process."""
                with program(site, host.port) as client:
                    good, _taken, seen = pop(client, 1 + number)
                    tally.count("pops", good, seen)
                    tally.count("saves", _save(client) == 201)

            at_once(CLIENTS, work)
            for _round in range(rounds):
                server.stop()
                at_once(CLIENTS, lambda _number: _while_away(site, host.port, tally))
                server.start()
                with program(site, host.port) as client:
                    tally.count("returns", until(lambda: pop(client)[0]), "no pop any more")
                at_once(CLIENTS, work)
            ((stored,),) = site.rows("SELECT count(*) FROM ticket")
    acknowledged = tally.good("saves")
    tally.check(
        "what was acknowledged is stored, and nothing else",
        stored == TICKETS + acknowledged,
        f"{stored} tickets",
    )
    return tally.outcome(f"stopped and started {rounds} times, {CLIENTS} clients at once")


def _while_away(site: Site, port: int, tally: Tally) -> None:
    with program(site, port) as client:
        page = client.get("/pop", params={"phone": "0600000001"})
        told = page.status_code == 503 and "not available right now" in page.text
        silent = "Nobody in the data" not in page.text
        tally.count("pops while it was away", told and silent, page.status_code)
        tally.count("saves while it was away", _save(client) == 503, "not refused as such")


def _save(client: httpx.Client) -> int:
    return client.post(API, json={"fields": TICKET}).status_code
