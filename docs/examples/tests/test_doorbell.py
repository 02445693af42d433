"""Whoever rings at the door is a call."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from cti_calls.api_for_plugins import PhoneConnection, PhoneEvent, Problem, Taken

from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

SOURCES = {"doorbell": Path(__file__).parents[1] / "doorbell.py"}


class Context:
    """What the host gives to a connection; this one hands events on to the hook."""

    def __init__(self, running: RunningHost, enough: int) -> None:
        self._running, self._enough = running, enough
        self._taken = 0
        self.complete = asyncio.Event()

    async def take(self, events: Sequence[PhoneEvent]) -> Taken | None:
        """Store events."""
        with self._running.app.app_context():
            hooks = self._running.host.hooks
            taken = hooks.first("take_phone_events", Taken, source="door", events=events)
        self._taken += len(events)
        if self._taken == self._enough:
            self.complete.set()
        return taken

    async def seen_open(self, calls: Collection[str], at: datetime) -> None:
        """The doorbell doesn't know."""

    async def report(self, state: str, problem: Problem | str = "") -> None:
        """Nobody looks."""


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ("ring 1\nanswer 1\nend 1\n", "answered"),
        ("ring 1\nend 1\n", "missed"),
        ("ring 1\nring 1\nbuzz 1\nend 1\nanswer 1\n", "answered"),
    ],
)
def test_ringing_at_the_door_is_a_call(make_host: MakeHost, lines: str, outcome: str) -> None:
    async def listen(running: RunningHost) -> None:
        context = Context(running, enough=lines.count("\n"))

        async def ring(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with closing(writer):
                writer.write(lines.encode())
                await context.complete.wait()

        server = await asyncio.start_server(ring, "127.0.0.1", 0)
        plugin = running.plugin("doorbell")
        plugin._config = plugin.Config(port=server.sockets[0].getsockname()[1])
        (connection,) = plugin.phone_connections()
        assert isinstance(connection, PhoneConnection)
        async with asyncio.timeout(30), server:
            listening = asyncio.ensure_future(connection.run(context))
            await context.complete.wait()
            listening.cancel()

    running = make_host(plugins=["calls", "doorbell"], sources=SOURCES)
    # In a thread of its own: that of the tests may have an event loop already.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, listen(running)).result()
    with running.app.app_context(), running.host.database.connection_context():
        call = running.plugin("calls").calls.reader.call_of("door", "1")
    assert call is not None
    assert (call.outcome, call.remote_name) == (outcome, "The door")
