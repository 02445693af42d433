"""A phone system of one button: a doorbell that sends lines of text over TCP."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing

from cti_calls.api_for_plugins import (
    ConnectionContext,
    Direction,
    Fact,
    FactKind,
    PhoneConnection,
    PhoneEvent,
)

from cti_host import PluginConfig, hookimpl

# "ring 17", "answer 17", "end 17": what happened, and the key of the call.
KINDS = {"answer": FactKind.ANSWERED, "end": FactKind.ENDED}
DOOR = "door"


class Plugin:
    """Calls of the doorbell."""

    class Config(PluginConfig):
        """The table `[plugin.doorbell]`."""

        host: str = "127.0.0.1"
        port: int = 7000

    def __init__(self, config: Config) -> None:
        self._config = config

    @hookimpl(of="calls")
    def phone_connections(self) -> Sequence[PhoneConnection]:
        """The one connection."""
        return [PhoneConnection(DOOR, self.run)]

    async def run(self, context: ConnectionContext) -> None:
        """Listen, and connect again when the connection is lost."""
        while True:
            try:
                address = (self._config.host, self._config.port)
                reader, writer = await asyncio.open_connection(*address)
                with closing(writer):
                    await context.report("connected")
                    while line := (await reader.readline()).decode():
                        event = PhoneEvent("line", line, tuple(facts_of(line)))
                        while await context.take([event]) is None:  # not stored: keep it
                            await asyncio.sleep(1)
                problem = "The doorbell closed the connection."
            except OSError as error:
                problem = f"There is no connection to the doorbell: {error.strerror}."
            await context.report("connecting", problem)
            await asyncio.sleep(1)


def facts_of(line: str) -> list[Fact]:
    """What a line says, in the words of every phone system."""
    word, _, call = line.strip().partition(" ")
    if word == "ring":
        started = Fact(FactKind.STARTED, call, direction=Direction.IN, remote_name="The door")
        return [started, Fact(FactKind.RINGING, call, device=DOOR)]
    if word in KINDS:
        return [Fact(KINDS[word], call, device=DOOR if word == "answer" else "")]
    return []
