"""The plugin: events become lines of JSON, without the numbers of persons unless asked for."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cti_host import Agent, Call, Caller, Host, OutboundAction, PluginConfig, Ticket, hookimpl


class Plugin:
    """A line in the log for each call and ticket."""

    name = "event_log"

    class Config(PluginConfig):
        """`[plugin.event_log]`.

        :param file: append the lines to this file too; relative to the folder of `cti.toml`
        :param numbers: whether lines hold phone numbers
        """

        file: str = ""
        numbers: bool = False

    def __init__(self, config: Config) -> None:
        self._numbers = config.numbers
        self._file = config.file
        self._path: Path | None = None
        self._log = logging.getLogger(f"cti_host.plugin.{self.name}")

    @hookimpl
    def register(self, host: Host) -> None:
        """Find the file, and refuse one that can't be written."""
        if not self._file:
            return
        self._path = host.config.resolve(self._file)
        try:
            _append(self._path, b"")
        except OSError as error:
            host.problem(
                ("plugin", self.name, "file"),
                f"{self._path} can't be written: {error.strerror}",
                "name a file in a folder that exists and that the server may write to",
            )

    @hookimpl(strangers=True)
    def call_received(self, call: Call, callers: Sequence[Caller], agent: Agent) -> None:
        """An inbound call: how many persons were found."""
        number = call.number.key if call.number else None
        self._write(
            "call_received", agent, number, searchable=call.searchable, callers=len(callers)
        )

    @hookimpl(strangers=True)
    def call_placed(
        self, ticket: Ticket, caller: Caller | None, action: OutboundAction, agent: Agent
    ) -> None:
        """An outbound call from a ticket."""
        number = action.number or None
        about = {"source": ticket.source, "ticket": ticket.ref, "action": action.name}
        self._write("call_placed", agent, number, **about)

    @hookimpl(strangers=True)
    def ticket_created(self, ticket: Ticket, caller: Caller | None, agent: Agent) -> None:
        """A new ticket."""
        about = {
            "source": ticket.source,
            "ticket": ticket.ref,
            "class": ticket.class_name,
            "callers": int(caller is not None),
        }
        self._write("ticket_created", agent, None, **about)

    def _write(self, event: str, agent: Agent, number: str | None, **about: Any) -> None:
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
            "agent": agent.name,
            **about,
        }
        if self._numbers:
            line["number"] = number
        text = json.dumps(line, ensure_ascii=False)
        self._log.info("%s", text)
        if self._path is None:
            return
        try:
            _append(self._path, f"{text}\n".encode("utf-8", "replace"))
        except OSError as error:
            # A full disk must not trouble the agent, whose call goes on.
            self._log.error("%s can't be written: %s", self._path, error.strerror)


def _append(path: Path, data: bytes) -> None:
    # One write in append mode: lines of several processes never mix. Opened each time, so that
    # the file can be moved away at any moment.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)
