"""A lease: a row that one process of all hosts holds at a time, and that it must renew."""

from __future__ import annotations

import os
import secrets
import socket
import time
from contextlib import suppress
from typing import Any

import peewee

from cti_host.databases.connection import database, is_postgresql

_MS = 1000


class Lease:
    """One row of a table of leases, as one process sees it: of all, one holds it at a time.

    The table has three columns beside the plugin's own: `owner`, a text, is who holds the lease,
    empty: nobody; `number` grows with each taking; `until` is when it runs out, in milliseconds
    since 1970. The database's clock counts, so that it doesn't matter what time it is on other
    hosts. A lease whose process has ended on this computer is free at once.

    Use it in an application context, with the database connected.

    :param model: the table
    :param row: which of its rows: a condition. The row is there already
    :param seconds: how long it lasts after it was taken or renewed
    :param owner: the `owner` of a lease that another process took for this one, to go on with
    """

    def __init__(
        self, model: type[peewee.Model], row: Any, seconds: float, owner: str = ""
    ) -> None:
        self._model: Any = model
        self._row = row
        self._ms = int(seconds * _MS)
        self._owner = owner or f"{_computer()} {os.getpid()} {secrets.token_hex(8)}"
        self._valid_until = 0.0
        self._watched: tuple[object, ...] = ()
        self._watched_since = 0.0
        self.number = 0
        """Which taking this was: whoever has a lower number holds the lease no more."""

    @property
    def owner(self) -> str:
        """What stands in the row while it is held here."""
        return self._owner

    @property
    def holder(self) -> str:
        """Who holds it or held it last, to be read: "process 12 on host"; empty: nobody."""
        computer, _, rest = self._stored_owner().partition(" ")
        return f"process {rest.partition(' ')[0]} on {computer.partition('/')[0]}" if rest else ""

    @staticmethod
    def has_ended(owner: str) -> bool:
        """Whether the process that stands in a row was one of this computer, and is gone."""
        return _has_ended(owner)

    @property
    def is_here(self) -> bool:
        """Whether whoever holds it, or held it last, is on this computer."""
        return self._stored_owner().partition(" ")[0] == _computer()

    @property
    def is_held(self) -> bool:
        """Whether it was taken here and has not run out; no question to the database."""
        return time.monotonic() < self._valid_until

    def take(self, after_seconds: float = 0) -> bool:
        """Take it, if it is free.

        :param after_seconds: for how long it must have been free, to let others go first
        :return: whether it is held now
        """
        begun = time.monotonic()
        model = self._model
        columns = (model.owner, model.number, model.until, model.until > now() + self._ms)
        row = model.select(*columns).where(self._row).tuples().first()
        if row is None:
            return False
        was, *_columns, ends_too_late = row
        free = model.until + int(after_seconds * _MS) <= now()
        if ends_too_late and self._has_stood_still(row, begun):
            free = (model.number == row[1]) & (model.until == row[2])
        if was == self._owner or (was and _has_ended(was)):
            free = self._model.owner == was
        # Of two that come here together, the database lets one pass.
        values = {
            "owner": self._owner,
            "number": self._model.number + 1,
            "until": now() + self._ms,
        }
        changed = self._model.update(values).where(self._row, self._model.owner == was, free)
        if not changed.execute():
            return False
        mine = self._model.select(self._model.number).where(self._row, self._is_mine())
        self.number = mine.scalar() or 0
        self._valid_until = begun + self._ms / _MS
        return True

    def _has_stood_still(self, row: tuple[object, ...], moment: float) -> bool:
        """Whether a lease that ends later than it can was not renewed for as long as it lasts.

        It was taken before the clock of the database was set back. Nobody knows how long ago, but
        whoever lives renews it.
        """
        if row != self._watched:
            self._watched, self._watched_since = row, moment
        return moment - self._watched_since >= self._ms / _MS

    def renew(self, **columns: Any) -> bool:
        """Hold it longer, and store columns of the plugin's own beside that.

        :return: whether it is still held; `False`: another process has it
        """
        begun = time.monotonic()
        values = {"until": now() + self._ms, **columns}
        held = bool(self._model.update(values).where(self._row, self._is_mine()).execute())
        self._valid_until = begun + self._ms / _MS if held else 0.0
        return held

    def release(self) -> None:
        """Give it back, if it is held."""
        self._valid_until = 0.0
        self._model.update(owner="", until=0).where(self._row, self._is_mine()).execute()

    def _stored_owner(self) -> str:
        return self._model.select(self._model.owner).where(self._row).scalar() or ""

    def _is_mine(self) -> Any:
        return self._model.owner == self._owner


def now() -> peewee.SQL:
    """The present moment by the database's clock, in milliseconds since 1970, for a query."""
    if is_postgresql(database.obj):
        return peewee.SQL("(extract(epoch FROM clock_timestamp()) * 1000)::bigint")
    return peewee.SQL("CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)")


def _computer() -> str:
    """This computer, and whose processes can be asked after: a container sees its own only."""
    name = socket.gethostname().replace(" ", "-")[:150]
    with suppress(OSError):
        return f"{name}/{os.stat('/proc/self/ns/pid').st_ino}"
    return name


def _has_ended(owner: str) -> bool:
    computer, _, rest = owner.partition(" ")
    pid = rest.partition(" ")[0]
    if computer != _computer() or not pid.isdecimal():
        return False
    with suppress(PermissionError):
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
    return False
