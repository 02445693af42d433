"""PostgreSQL is stopped and started under a host that is watched: `/health` and `/metrics` answer
all the time and say how it is, with no secret, and each line of the log is an object.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
from real_server import until

from tests.faults.kit.clients import Browser, program
from tests.faults.kit.databases import own_postgresql
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import PASSWORD, Site, make_site, phone_of

POINT = "outside"
SETTINGS = '[server]\nworkers = 2\n[metrics]\naddresses = ["127.0.0.1"]\n'
POPS = 8  # enough for both processes to be asked


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(1, 5)
    with own_postgresql() as server:
        site = make_site(folder / "site", server.url, SETTINGS)
        site.config.write_text('log = "json"\n' + site.config.read_text())
        seen: list[str] = []
        with (
            site.served() as host,
            Browser(host.port) as watching,
            program(site, host.port) as client,
        ):
            for number in range(rounds):
                tally.count("times ready", until(lambda: _is(watching, 200, "ready", seen)))
                for _pop in range(POPS):
                    client.get("/pop", params={"phone": phone_of(1)})
                expected = POPS * (number + 1)
                told = until(lambda: _pops(watching, seen) == expected)  # noqa: B023
                tally.count("counts of pops", told, _pops(watching, seen))
                server.stop()
                tally.count("times not ready", until(lambda: _is(watching, 503, "not ready", seen)))
                lives = watching.get("/health/live").status_code
                tally.count("times alive", lives == 200, lives)
                _pops(watching, seen)
                client.get("/pop", params={"phone": phone_of(1)})
                server.start()
        tally.check("it ends well", host.process.returncode == 0, host.process.returncode)
    _compare(site, "\n".join(seen), tally)
    return tally.outcome(f"PostgreSQL stopped and started {rounds} times")


def _is(client: httpx.Client, code: int, status: str, seen: list[str]) -> bool:
    """Whether the host says that it is so; what it says is kept."""
    answer = client.get("/health/ready")
    seen.append(answer.text)
    return bool((answer.status_code, answer.json()["status"]) == (code, status))


def _pops(client: httpx.Client, seen: list[str]) -> int:
    """How many calls came in that found one person, in all processes."""
    answer = client.get("/metrics")
    seen.append(answer.text)
    found = re.search(r'^cti_host_pops_total\{result="one"\} (\S+)', answer.text, re.M)
    return int(float(found[1])) if found else 0


def _compare(site: Site, seen: str, tally: Tally) -> None:
    log = site.log()
    for line in log.splitlines():
        tally.count("lines of the log", _is_object(line), line)
    for secret in (site.url, site.token, PASSWORD, phone_of(1), phone_of(1)[3:], "Name1"):
        tally.count("secrets", secret not in seen + log, f"{secret!r} is told")


def _is_object(line: str) -> bool:
    try:
        found: dict[str, object] = json.loads(line)
    except ValueError:
        return False
    return {"time", "level", "logger", "message"} <= found.keys()
