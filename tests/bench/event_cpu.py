"""The processor's time of an event of a phone system: of this checkout, and of others.

Each has hosts and a database of its own, and some open streams; they take turns, some calls each,
so that whatever else the machine does meets all of them. What the hosts and the processes of
PostgreSQL used is counted, by event: of a call there are two by webhook, its beginning and its end.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped]  # it ships no types

from cti_host.testing.postgresql import _start
from tests.bench.call_sources import Plan, posting, regularly, ringing
from tests.bench.live import Client, Servers, free_port, running_on, target_of
from tests.bench.panel_sites import HERE, environment

# What has been told must have come within so many seconds.
PATIENCE_SECONDS = 60
# After the last message the hosts still do something for a call.
REST_SECONDS = 0.5
EVENTS_OF_A_CALL = 2


@dataclass
class Side:
    """A checkout with its hosts, and what a turn costs it.

    :param backends: the name of its database, by which the processes of PostgreSQL are known
    """

    sites: list[Any]
    plan: Plan
    backends: str
    teller: Any
    came: set[int] = field(default_factory=set)
    clients: list[Client] = field(default_factory=list)
    hosts: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    async def connect(self) -> None:
        """Open the streams."""
        ports = [site.server.port for site in self.sites]
        for agent in range(self.plan.agents):
            self.clients.append(Client(agent, ports, lambda call, _at: self.came.add(call)))
            await self.clients[-1].connect()
        for client in self.clients:
            await client.opened.wait()

    async def turn(self, calls: range, *, counts: bool) -> None:
        """Tell of calls, and note what that cost, in milliseconds for each event."""
        servers, before = Servers(self.sites), self._of_postgresql()
        cpu = servers.cpu()
        await regularly(self.plan, calls, self.teller.tell)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.came.issuperset(calls):
                await asyncio.sleep(0.05)
        await asyncio.sleep(REST_SECONDS)
        events = len(calls) * EVENTS_OF_A_CALL
        if counts:
            self.hosts.append((servers.cpu() - cpu) * 1000 / events)
            self.database.append((self._of_postgresql() - before) * 1000 / events)

    def _of_postgresql(self) -> float:
        used = 0.0
        for process in psutil.process_iter(["cmdline", "cpu_times"]):
            title = " ".join(process.info["cmdline"] or ())
            if self.backends and title.startswith("postgres:") and self.backends in title:
                used += sum(process.info["cpu_times"][:2])
        return used


@contextmanager
def _paths_of(checkout: Path) -> Iterator[None]:
    """Servers that are started meanwhile are those of a checkout."""
    # Python looks into the folder that it is started in before all others.
    before, here = os.environ.get("PYTHONPATH"), Path.cwd()
    os.chdir(checkout)
    os.environ["PYTHONPATH"] = environment(checkout)["PYTHONPATH"]
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before


@asynccontextmanager
async def _side(checkout: Path, options: Any, server: Any) -> AsyncIterator[Side]:
    plan = Plan(options.source, free_port(), options.streams, options.rate, 0)
    async with AsyncExitStack() as stack:
        if options.source == "ami":
            teller: Any = await stack.enter_async_context(ringing(plan.port))
        with ExitStack() as sync:
            with _paths_of(checkout):
                hosts, url = sync.enter_context(running_on(server, plan, 1))
            if options.source == "webhook":
                target = target_of(hosts, "webhook", f"http://127.0.0.1:{hosts[-1].server.port}")
                teller = await stack.enter_async_context(posting(target.address))
            else:
                await teller.logged_in(len(hosts))
            side = Side(hosts, plan, urlsplit(url).path.strip("/"), teller)
            await side.connect()
            yield side
            for client in side.clients:
                client.stop()


async def measure(options: Any) -> None:
    """Let the checkouts take turns, and print what an event costs each."""
    checkouts = {"this": HERE, **{one.name: one.resolve() for one in options.against}}
    async with AsyncExitStack() as stack:
        server = None
        if options.database == "postgresql":
            server = _start()
            stack.callback(server.cleanup)
        sides = {
            name: await stack.enter_async_context(_side(checkout, options, server))
            for name, checkout in checkouts.items()
        }
        for turn in range(options.turns + 1):
            calls = range(turn * options.calls, (turn + 1) * options.calls)
            for side in sides.values():
                await side.turn(calls, counts=turn > 0)  # the first one only warms up
        print(f"{options.source}, {options.database}: {options.streams} streams, "
              f"{options.turns} turns of {options.calls} calls, {options.rate}/s")  # fmt: skip
        this = sides["this"]
        for name, side in sides.items():
            ratios = [
                (one + two) / (three + four)
                for one, two, three, four in zip(
                    this.hosts, this.database, side.hosts, side.database, strict=True
                )
            ]
            hosts, database = statistics.median(side.hosts), statistics.median(side.database)
            ratio, least, most = statistics.median(ratios), min(ratios), max(ratios)
            print(f"{name:16} hosts {hosts:5.2f} ms, PostgreSQL {database:5.2f} ms an event; "
                  f"this / it, within a turn: {ratio:.2f} ({least:.2f} to {most:.2f})")  # fmt: skip


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=300, help="how many are open of each")
    parser.add_argument("--source", choices=["webhook", "ami"], default="webhook")
    parser.add_argument("--rate", type=int, default=50, help="calls a second")
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--calls", type=int, default=100, help="in each turn")
    parser.add_argument("--against", type=Path, action="append", default=[], metavar="CHECKOUT")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
