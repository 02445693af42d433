"""The file of the database is deleted under a running host: no save is acknowledged any more."""

from __future__ import annotations

from pathlib import Path

from tests.faults.kit.clients import program
from tests.faults.kit.databases import FILE
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import make_site

POINT = "8"
TICKET = {"title": "Printer", "description": "On fire", "org_id": 1, "caller_id": 1}


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, saves = Tally(), size.pick(5, 200)
    site = make_site(folder / "site", toml="[server]\nworkers = 2\n")
    file, kept = site.folder / FILE, site.folder / "kept.db"
    with site.served() as server, program(site, server.port) as client:

        def save() -> tuple[int, str]:
            sent = client.post("/api/v1/objects/UserRequest", json={"fields": TICKET})
            return sent.status_code, sent.text

        for _each in range(saves):
            status, text = save()
            tally.count("saves before", status == 201, (status, text))
        file.rename(kept)
        for _each in range(saves):
            status, text = save()
            refused = status == 503 and "deleted or replaced" in text
            tally.count("saves that were refused", refused, (status, text))
        log = site.log()
        tally.check("the log says what to do", "restart the host" in log, log[-200:])
        kept.rename(file)
        for _each in range(saves):
            status, text = save()
            tally.count("saves after it came back", status == 201, (status, text))
    stored = site.rows("SELECT count(*) FROM ticket WHERE title = 'Printer'")[0][0]
    tally.check("what was acknowledged is stored", stored == 2 * saves, stored)
    return tally.outcome(f"the file moved away after {saves} saves, back after as many")
