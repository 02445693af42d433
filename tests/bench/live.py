"""Open streams: how long a call takes from the moment when it is told to the client, what a stream
costs, and what is lost when one of two hosts is killed.

Each stream is that of an agent of its own; each call is for one of them, at random. The clients are
in this process, what tells of calls in another, both on this machine: see `call_sources`. SQLite is
one host, PostgreSQL two. With `--pages` the hosts also serve so many pages a second. The CPU is
that of the servers, and that of the machine with everything on it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types

ROOT = Path(__file__).parents[2]
KITS = ("scripts", "tests/server/kit", "plugins/live/tests/kit")
sys.path[:0] = [str(ROOT / one) for one in KITS]

from live_site import Site  # noqa: E402 -- after the path of the kit

from cti_host.testing.postgresql import _start, empty_database  # noqa: E402
from tests.bench.call_sources import (  # noqa: E402
    SOURCES,
    Plan,
    Target,
    call_of,
    device_of,
    plugins_of,
    settings_of,
)
from tests.bench.telling import Telling  # noqa: E402

# So many are being connected at a time.
AT_ONCE = 100
# How long to wait for messages at the end, until they count as lost.
PATIENCE_SECONDS = 120


class Client(asyncio.Protocol):
    """A stream of one agent, which comes back as a browser does.

    :param ports: of the hosts; the next one is tried when the connection is lost
    :param heard: called with each call that rings, and when it came, in seconds since 1970
    """

    def __init__(self, agent: int, ports: list[int], heard: Callable[[int, str], None]) -> None:
        self.agent, self.ports, self.heard = agent, ports, heard
        self.opened = asyncio.Event()
        self.resets = self.reconnected = self.sent_away = 0
        self._position, self._retry, self._rest, self._tries = b"", 1.0, b"", agent
        self._transport: asyncio.BaseTransport | None = None
        self._stopped = False

    async def connect(self) -> None:
        """Connect to a host; until it works, to the next one."""
        loop = asyncio.get_running_loop()
        while not self._stopped:
            port = self.ports[self._tries % len(self.ports)]
            self._tries += 1
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", port)
                return
            except OSError:
                await asyncio.sleep(self._retry)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._rest = transport, b""
        after = b"Last-Event-ID: %s\r\n" % self._position if self._position else b""
        head = b"GET /events HTTP/1.1\r\nHost: cti.example\r\nAccept: text/event-stream\r\n"
        transport.write(head + b"Agent: a%d\r\n%s\r\n" % (self.agent, after))

    def data_received(self, data: bytes) -> None:
        """Read the lines of events; those of HTTP are none of them."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"id: "):
                self._position = line[4:]
                self.opened.set()
            elif line.startswith(b"retry: "):
                self._retry = int(line[7:]) / 1000
            elif line.startswith(b'data: {"call"'):
                message = json.loads(line[6:])
                self.heard(call_of(message["number"]), message["kind"])
            elif line == b"event: reset":
                self.resets += 1
            elif line.startswith(b"HTTP/1.1 ") and b" 200 " not in line:
                # Sent away: a page comes back later, too. The connection would be kept.
                self.sent_away += 1
                assert self._transport is not None
                self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Come back after a while."""
        if not self._stopped:
            self.reconnected += 1
            loop = asyncio.get_running_loop()
            loop.call_later(self._retry, lambda: asyncio.ensure_future(self.connect()))

    def stop(self) -> None:
        """Leave for good."""
        self._stopped = True
        if self._transport is not None:
            self._transport.close()


class Servers:
    """The processes of the hosts."""

    def __init__(self, sites: list[Site]) -> None:
        self._firsts = [psutil.Process(site.server.process.pid) for site in sites]

    def _all(self) -> Iterator[psutil.Process]:
        for first in self._firsts:
            if first.is_running() and first.status() != psutil.STATUS_ZOMBIE:
                yield first
                yield from first.children(recursive=True)

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        return sum(sum(one.cpu_times()[:2]) for one in self._all())

    def memory(self) -> float:
        """MB that are theirs alone, and their shares of what they share."""
        return float(sum(one.memory_full_info().pss for one in self._all())) / 1e6


async def measure(sites: list[Site], options: argparse.Namespace, telling: Telling) -> None:
    """Connect, have calls told, and print what came of it."""
    servers = Servers(sites)
    ports = [site.server.port for site in sites]
    came: dict[int, list[float]] = {}

    ended: set[int] = set()

    def hear(call: int, kind: str) -> None:
        if kind == "ringing":
            came.setdefault(call, []).append(time.time())
        elif kind == "ended":
            ended.add(call)

    clients = [Client(agent, ports, hear) for agent in range(options.streams)]
    memory, cpu, began = servers.memory(), servers.cpu(), time.monotonic()
    places = asyncio.Semaphore(AT_ONCE)

    async def connect(client: Client) -> None:
        async with places:
            await client.connect()
            await client.opened.wait()

    await asyncio.gather(*map(connect, clients))
    each = f"{(servers.memory() - memory) * 1000 / len(clients):.1f} kB"
    spent = f"{(servers.cpu() - cpu) * 1000 / len(clients):.2f} ms of CPU"
    print(f"connected in {time.monotonic() - began:.1f} s, {spent} and {each} each")

    cpu, began = servers.cpu(), time.monotonic()
    psutil.cpu_percent()  # from now on
    # Of two hosts the other one may be killed.
    base = f"http://127.0.0.1:{ports[-1]}"
    telling.begin(target_of(sites, options.source, base), f"{base}/")
    if options.kill:
        await asyncio.sleep(options.seconds / 2)
        killed = time.monotonic()
        os.killpg(sites[0].server.process.pid, signal.SIGKILL)
        servers, began = Servers(sites[1:]), killed
        cpu = servers.cpu()
    told = await asyncio.to_thread(telling.told)
    used = (servers.cpu() - cpu) / (time.monotonic() - began)
    busy = psutil.cpu_percent()
    wait = time.monotonic() + PATIENCE_SECONDS
    while len(ended | came.keys()) < len(told) and time.monotonic() < wait:
        await asyncio.sleep(0.1)
    if options.kill:
        print(f"all that was told had come {time.monotonic() - killed:.0f} s after the kill")
    for client in clients:
        client.stop()
    times = [(min(at) - told[call]) * 1000 for call, at in came.items()]
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(f"{len(told)} calls, {options.rate}/s: p50 {p50:.1f}, p95 {p95:.1f}, "
          f"slowest {max(times):.0f} ms")  # fmt: skip
    print(f"CPU: servers {used:.0%} of a core, machine {busy:.0f}% of its {psutil.cpu_count()}")
    # A call that rang and ended while no host was there rings nowhere any more: it is missed.
    over = len(ended - came.keys())
    lost = len(told) - len(came) - over
    twice = sum(len(at) - 1 for at in came.values())
    back = sum(client.reconnected for client in clients)
    resets = sum(client.resets for client in clients)
    away = sum(client.sent_away for client in clients)
    print(f"lost {lost}, twice {twice}, came when it was over {over}, came back {back}, "
          f"sent away {away}, resets {resets}")  # fmt: skip


def target_of(sites: list[Site], source: str, base: str) -> Target:
    """Whom the calls are told."""
    site, address = sites[-1], ""
    if source == "webhook":
        from cti_webhooks.secrets import secret_of

        with site.app.app_context(), site.database.connection_context():
            address = f"{base}/webhooks/main/{secret_of('main')}"
    return Target(str(site.server.folder), address, len(sites))


@contextmanager
def running(options: argparse.Namespace, plan: Plan) -> Iterator[list[Site]]:
    """The hosts."""
    with ExitStack() as stack:
        server = None
        if options.database == "postgresql":
            server = _start()
            stack.callback(server.cleanup)
        sites, _url = stack.enter_context(running_on(server, plan, options.workers))
        yield sites


@contextmanager
def running_on(server: Any, plan: Plan, workers: int) -> Iterator[tuple[list[Site], str]]:
    """Two hosts on a database of a PostgreSQL server, or one on SQLite.

    :param server: the server; `None`: SQLite
    :param workers: processes of each
    :return: the hosts, and the URL of the database on the server
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        more = {}
        if server is not None:
            more["database"] = stack.enter_context(empty_database(server.get_uri()))
        sites = []
        settings, plugins = settings_of(plan), plugins_of(plan.source)
        for number in range(2 if more else 1):
            (folder / str(number)).mkdir()
            serving = Site.serving(folder / str(number), workers, settings, plugins, **more)
            sites.append(stack.enter_context(serving))
        if plan.source != "messages":
            give_devices(sites[0], plan.agents)
        yield sites, more.get("database", "")


def give_devices(site: Site, agents: int) -> None:
    """Give each agent a device of the phone system."""
    from cti_calls.model.records import Device
    from cti_calls.store.devices import KnownDevice, import_devices

    with site.app.app_context(), site.database.connection_context():
        import_devices(
            KnownDevice(Device("main", device_of(agent)), (f"a{agent}",)) for agent in range(agents)
        )


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2_000, help="how many are open")
    parser.add_argument("--source", choices=SOURCES, default="messages", help="what tells of calls")
    parser.add_argument("--rate", type=int, default=50, help="calls a second")
    parser.add_argument("--seconds", type=float, default=20, help="how long they are told")
    parser.add_argument("--pages", type=int, default=0, help="pages a second beside them")
    parser.add_argument("--workers", type=int, default=1, help="processes of each host")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--kill", action="store_true", help="one of two hosts, halfway")
    options = parser.parse_args()
    if options.kill and options.database == "sqlite":
        parser.error("--kill needs two hosts: --database postgresql")
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"{options.streams} streams, {options.source}, {options.database}, {options.pages} pages "
          f"a second, load of the machine before: {os.getloadavg()[0]:.1f}")  # fmt: skip
    plan = Plan(options.source, free_port(), options.streams, options.rate, options.seconds)
    telling = Telling(plan, options.pages)
    try:
        with running(options, plan) as sites:
            asyncio.run(measure(sites, options, telling))
            telling.end()
    except subprocess.SubprocessError as error:
        sys.exit(str(error))
    finally:
        telling.end()


if __name__ == "__main__":
    main()
