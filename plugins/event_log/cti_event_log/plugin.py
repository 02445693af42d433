"""The plugin: events become lines of JSON, without the numbers of persons unless asked for."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field

from cti_event_log.file import append, drop_lines
from cti_host import (
    Agent,
    Call,
    Caller,
    Host,
    OutboundAction,
    PluginConfig,
    Removal,
    Ticket,
    hookimpl,
)


class Plugin:
    """A line in the log for each call and ticket."""

    name = "event_log"

    class Config(PluginConfig):
        """`[plugin.event_log]`.

        :param file: append the lines to this file too; relative to the folder of `cti.toml`
        :param numbers: whether lines hold phone numbers
        :param keep_days: for how many days lines stay in the file; 0: for good
        """

        file: str = ""
        numbers: bool = False
        keep_days: int = Field(default=0, ge=0, le=36500)

    def __init__(self, config: Config) -> None:
        self._numbers = config.numbers
        self._file = config.file
        self._keep_days = config.keep_days
        self._path: Path | None = None
        self._log = logging.getLogger(f"cti_host.plugin.{self.name}")

    @hookimpl
    def register(self, host: Host) -> None:
        """Find the file, and refuse one that can't be written; numbers are this plugin's to say."""
        if self._numbers:
            host.logs_numbers(self._log.name)
        if not self._file:
            return
        self._path = host.config.resolve(self._file)
        try:
            append(self._path, b"")
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

    @hookimpl
    def expire_data(self, dry_run: bool) -> Sequence[Removal]:
        """The lines of the file, after a period."""
        if self._path is None or not self._keep_days:
            return []
        before = datetime.now(UTC) - timedelta(days=self._keep_days)
        count = drop_lines(self._path, before, dry_run=dry_run)
        how = f"deleted: older than {self._keep_days} days"
        return [Removal(f"lines of {self._path.name}", count, how)]

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
            append(self._path, f"{text}\n".encode("utf-8", "replace"))
        except OSError as error:
            # A full disk must not trouble the agent, whose call goes on.
            self._log.error("%s can't be written: %s", self._path, error.strerror)
