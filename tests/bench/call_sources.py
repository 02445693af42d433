"""What tells the hosts of calls in the benchmark of open streams, in a process of its own.

`messages` are published as they are; `webhook` posts to a host what a phone system in the manner of
Zammad does; `ami` is an Asterisk to which the hosts are connected. Each call is for one agent, at
random, and has a number of its own; of the last two, it is given up a second later.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
SOURCES = ("messages", "webhook", "ami")
RECORDING = "inbound_caller_hangs_up_ringing"
RINGS_SECONDS = 1.0


@dataclass(frozen=True)
class Plan:
    """What is told.

    :param source: one of `SOURCES`
    :param port: where the Asterisk listens
    :param agents: how many there are
    :param rate: calls a second
    :param seconds: for how long
    """

    source: str
    port: int
    agents: int
    rate: int
    seconds: float

    @property
    def calls(self) -> int:
        """How many calls there will be."""
        return int(self.rate * self.seconds)


@dataclass(frozen=True)
class Target:
    """Whom it is told.

    :param folder: of the site that publishes
    :param address: where a webhook goes
    :param hosts: how many hosts are connected to the Asterisk
    """

    folder: str
    address: str
    hosts: int


def plugins_of(source: str) -> tuple[str, ...]:
    """The plugins that a host needs for it."""
    more = {"messages": (), "webhook": ("webhooks",), "ami": ("asterisk",)}[source]
    return ("phone_reformat", "live", "calls", *more) if more else ("live",)


def settings_of(plan: Plan) -> str:
    """The settings that a host needs for it."""
    if plan.source == "webhook":
        return '[plugin.webhooks.sources.main]\nkind = "zammad"\n'
    if plan.source == "ami":
        return (
            '[plugin.asterisk.servers.main]\nhost = "127.0.0.1"\n'
            f'port = {plan.port}\nuser = "cti"\nsecret = "secret"\ntrunks = ["PJSIP/trunk"]\n'
        )
    return ""


def device_of(agent: int) -> str:
    """The device of an agent, as the phone system names it."""
    return f"PJSIP/{100_000 + agent}"


def number_of(call: int) -> str:
    """Who calls: each call has its own."""
    return f"+3390{call:07}"


def call_of(number: str) -> int:
    """The call with a number."""
    return int(number[-7:])


def tell(plan: Plan, targets: Queue[Target], told: Queue[dict[int, float]]) -> None:
    """Tell of calls once it is known whom; puts when each was told, in seconds since 1970.

    Before that it puts nothing but that it is ready.
    """
    if plan.source != "ami":
        told.put({})
    tellers = {"messages": _publish, "webhook": _post, "ami": _ring}
    asyncio.run(tellers[plan.source](plan, targets, told))


async def regularly(
    plan: Plan, calls: Sequence[int], tell_of: Callable[[int, int], Awaitable[None]]
) -> dict[int, float]:
    """Tell of each call when it is due, also while earlier ones have not been answered yet.

    :param tell_of: called with the call and its agent
    :return: when each was told, in seconds since 1970
    """
    began, at, tasks = time.monotonic(), {}, []
    for place, call in enumerate(calls):
        await asyncio.sleep(max(0.0, began + place / plan.rate - time.monotonic()))
        at[call] = time.time()
        agent = random.randrange(plan.agents)  # noqa: S311
        tasks.append(asyncio.ensure_future(tell_of(call, agent)))
    await asyncio.gather(*tasks)
    return at


async def _publish(plan: Plan, targets: Queue[Target], told: Queue[dict[int, float]]) -> None:
    from cti_host import Message, publish
    from cti_host.app import create_app

    app = create_app(Path(targets.get().folder) / "cti.toml")
    host = app.extensions["cti_host"]
    with app.app_context(), host.database.connection_context():

        async def one(call: int, agent: int) -> None:
            data = {"call": call, "number": number_of(call), "kind": "ringing"}
            assert publish([f"agent:a{agent}"], Message("ringing", data))

        told.put(await regularly(plan, range(plan.calls), one))
    host.close()


async def _post(plan: Plan, targets: Queue[Target], told: Queue[dict[int, float]]) -> None:
    async with posting(targets.get().address) as teller:
        told.put(await regularly(plan, range(plan.calls), teller.tell))


async def _ring(plan: Plan, targets: Queue[Target], told: Queue[dict[int, float]]) -> None:
    async with ringing(plan.port) as teller:
        told.put({})
        target = await asyncio.to_thread(targets.get)
        await teller.logged_in(target.hosts)
        told.put(await regularly(plan, range(plan.calls), teller.tell))
        await asyncio.to_thread(targets.get)  # until all has come


class Webhook:
    """Posts calls to a host, as a phone system in the manner of Zammad does."""

    def __init__(self, client: httpx.AsyncClient, address: str) -> None:
        self._client, self._address = client, address

    async def tell(self, call: int, agent: int) -> None:
        """Tell of a call, and a second later of its end; returns once that is taken."""
        known = {"callId": f"call {call}", "from": number_of(call), "to": "0199000200"}
        await self._send(event="newCall", user=[device_of(agent)], **known)
        await asyncio.sleep(RINGS_SECONDS)
        await self._send(event="hangup", cause="cancel", **known)

    async def _send(self, **event: Any) -> None:
        while True:
            try:
                answer = await self._client.post(self._address, json={"direction": "in", **event})
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == httpx.codes.OK:
                return
            assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
            await asyncio.sleep(0.1)


class Asterisk:
    """Sends the events of calls to the hosts that are connected."""

    def __init__(self, server: Any, recorded: bytes) -> None:
        begins, ends = recorded.index(b"Event: Newchannel"), recorded.index(b"Event: HangupRequest")
        self._server = server
        self._beginning, self._end = recorded[begins:ends], recorded[ends:]

    async def logged_in(self, hosts: int) -> None:
        """Wait until so many hosts have logged in."""
        await self._server.logged_in(hosts)

    async def tell(self, call: int, agent: int) -> None:
        """Tell of a call, and a second later of its end."""
        await self._server.send(_of(self._beginning, call, agent))
        await asyncio.sleep(RINGS_SECONDS)
        await self._server.send(_of(self._end, call, agent))


@asynccontextmanager
async def posting(address: str) -> AsyncIterator[Webhook]:
    """What posts to an address."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        yield Webhook(client, address)


@asynccontextmanager
async def ringing(port: int) -> AsyncIterator[Asterisk]:
    """An Asterisk that listens on a port."""
    sys.path[:0] = [str(ROOT / "plugins/asterisk/tests/kit")]
    from asterisk_recordings import bytes_of
    from fake_asterisk import FakeAsterisk

    async with FakeAsterisk(port=port).running() as server:
        yield Asterisk(server, bytes_of(RECORDING))


def _of(part: bytes, call: int, agent: int) -> bytes:
    """A part of the recording as it would be of this call, now."""
    of_this_call = {
        b"1795353797.13": b"%d.1" % (2_000_000_000 + call),
        b"1795353797.14": b"%d.2" % (2_000_000_000 + call),
        b"PJSIP/trunk-0000000d": b"PJSIP/trunk-%08x" % call,
        b"PJSIP/201-0000000e": b"%b-%08x" % (device_of(agent).encode(), call),
        b"+33987654321": number_of(call).encode(),
    }
    for recorded, told in of_this_call.items():
        part = part.replace(recorded, told)
    return re.sub(rb"Timestamp: [0-9.]+", b"Timestamp: %.6f" % time.time(), part)
