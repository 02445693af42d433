"""One pop finds iTop slow, then iTop is away for a while: what is missing is said, never that
nobody has the number; a slow pop keeps nobody else from iTop, and the first pop after the outage
is whole.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fake_itop import FakeItop, running
from real_server import until

from tests.faults.itop._front import demonstration, front
from tests.faults.kit.clients import PATIENCE_SECONDS, program
from tests.faults.kit.outcome import Outcome, Size, Tally

POINT = "iTop"
NUMBER = "0987654321"
NOBODY = "Nobody in the data has this number"
AWAY = "Caller lookup by itop is not available right now"


@dataclass
class _Itop(FakeItop):
    """One whose lists of tickets may be slow, while people are found at once."""

    quick: threading.Event = field(default_factory=threading.Event)

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        """See `FakeItop`."""
        if request.get("class") == "UserRequest":
            self.quick.wait(PATIENCE_SECONDS)
        return super().reply(request)


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, outages = Tally(), size.pick(1, 5)
    with running(_Itop(demonstration())) as fake:
        assert isinstance(fake, _Itop)
        fake.quick.set()
        site = front(folder / "site", fake, {"read_seconds = 30": "read_seconds = 2"})
        with site.served() as server, program(site, server.port) as client:
            for _outage in range(outages):
                tally.count("pops before", _whole(_panel(client)))
                fake.quick.clear()
                slow = _panel(client)
                tally.count("pops while lists are slow", not _whole(slow) and bool(slow["callers"]))
                fake.quick.set()
                panel = _panel(client)
                tally.count("pops after a slow one", _whole(panel), panel)
                fake.fails = "down"
                for _pop in range(5):
                    _while_away(client, tally)
                fake.fails = ""
                found: list[Any] = []
                until(lambda found=found: _answered(client, found))  # type: ignore[misc]
                tally.count("first pops afterwards", _whole(found[-1]), found[-1])
    return tally.outcome(f"{outages} times slow lists in one pop, then an iTop that is down")


def _panel(client: httpx.Client) -> Any:
    answer = client.get("/pop", params={"phone": NUMBER}, headers={"Accept": "application/json"})
    return answer.json()


def _whole(panel: Any) -> bool:
    return bool(panel["callers"] and len(panel["ticket_lists"]) == 2 and not panel["problems"])


def _while_away(client: httpx.Client, tally: Tally) -> None:
    page = client.get("/pop", params={"phone": NUMBER}, headers={"Accept": "text/html"}).text
    tally.count("pops while it was away", AWAY in page and NOBODY not in page, page[-300:])


def _answered(client: httpx.Client, found: list[Any]) -> bool:
    """Whether iTop was asked again: until then it is left alone for some seconds."""
    found.append(_panel(client))
    return not any(AWAY in problem for problem in found[-1]["problems"])
