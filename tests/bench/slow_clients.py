"""Pops of agents beside clients that do nothing, and clients that never end what they send.

How long each pop takes from request to response, without such clients and with them.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bench.data import number_of
from tests.bench.panel import serving
from tests.bench.panel_sites import HERE, built

PERSONS, TICKETS = 5_000, 15_000
# An agent reads what the pop says before the next one comes.
PAUSE_SECONDS = 0.2
# A pop that takes longer has failed.
DEADLINE_SECONDS = 5
HEAD = b"POST /sign-in HTTP/1.1\r\nHost: bench\r\n"
# A body that stops, one in chunks that stops, and a head that stops.
NEVER_ENDING = (
    HEAD + b"Content-Length: 1000\r\n\r\nname=",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nname=\r\n",
    HEAD + b"X-More: ",
)


def main() -> None:
    """Build the data, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=2000, help="connections on which nothing comes")
    parser.add_argument(
        "--endless", type=int, default=200, help="requests that never end, of three kinds"
    )
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=8, help="how long each measurement takes")
    options = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"{options.idle} idle connections, {options.endless} requests that never end, "
          f"{options.agents} agents")  # fmt: skip
    print(f"{'':32} pops  median     p95  slowest  failed")
    with tempfile.TemporaryDirectory() as name:
        site = built(Path(name) / "site", HERE, PERSONS, TICKETS)
        with serving(site.config, HERE) as server:
            asyncio.run(_measure(server.address, site.token, options))


async def _measure(address: str, token: str, options: argparse.Namespace) -> None:
    host, port = address.removeprefix("http://").split(":")
    agents = Agents(host, int(port), token, options.agents)
    await agents.pops(1)  # to warm up
    times = await agents.pops(options.seconds)
    _report("nobody else", times)
    async with slow_clients(host, int(port), options.idle, options.endless):
        times = await agents.pops(options.seconds)
    _report("beside them", times)


@asynccontextmanager
async def slow_clients(host: str, port: int, idle: int, endless: int) -> AsyncIterator[None]:
    """Connections that hold on to the server while the block runs."""
    opened = []
    try:
        for number in range(idle + endless):
            _reader, writer = await asyncio.open_connection(host, port)
            opened.append(writer)
            if number >= idle:
                writer.write(NEVER_ENDING[number % len(NEVER_ENDING)])
                await writer.drain()
        yield
    finally:
        for writer in opened:
            writer.close()


class Agents:
    """Agents to whom one pop comes after the other.

    :param persons: how many there are; they call in turn
    :param deadline: how many seconds a pop may take until it has failed
    """

    def __init__(
        self,
        host: str,
        port: int,
        token: str,
        agents: int,
        persons: int = PERSONS,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self._host, self._port, self._token, self._agents = host, port, token.strip(), agents
        self._persons, self._deadline = persons, deadline

    async def pops(self, seconds: float) -> list[float]:
        """How many seconds each pop took; one that failed took for ever.

        :param seconds: for how long they work
        """
        ends = time.monotonic() + seconds
        each = await asyncio.gather(*(self._agent(one, ends) for one in range(self._agents)))
        return [taken for times in each for taken in times]

    async def _agent(self, which: int, ends: float) -> list[float]:
        times: list[float] = []
        await asyncio.sleep(which * PAUSE_SECONDS / 10)
        while time.monotonic() < ends or not times:
            caller = 1 + (which * 997 + len(times)) % self._persons
            started = time.monotonic()
            try:
                async with asyncio.timeout(self._deadline):
                    await self._pop(number_of(caller))
                times.append(time.monotonic() - started)
            except (TimeoutError, OSError, asyncio.IncompleteReadError):
                times.append(float("inf"))
            await asyncio.sleep(PAUSE_SECONDS)
        return times

    async def _pop(self, number: str) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(
                f"GET /pop?phone={number.replace('+', '%2B')} HTTP/1.1\r\nHost: bench\r\n"
                f"Authorization: Bearer {self._token}\r\nConnection: close\r\n\r\n".encode()
            )
            page = await reader.read()
            if not page.startswith(b"HTTP/1.1 200"):
                raise OSError(page[:100])
        finally:
            writer.close()


def _report(what: str, times: list[float]) -> None:
    good = sorted(taken for taken in times if taken != float("inf"))
    figures = ["      -"] * 3
    if len(good) > 1:
        shown = (statistics.median(good), statistics.quantiles(good, n=20)[-1], good[-1])
        figures = [f"{taken * 1000:4.0f} ms" for taken in shown]
    print(f"{what:32} {len(times):4} {'  '.join(figures)}  {len(times) - len(good):6}")


if __name__ == "__main__":
    main()
