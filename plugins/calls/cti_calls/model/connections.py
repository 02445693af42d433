"""A lasting connection to a phone system, run by one process of all hosts at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cti_calls.model.facts import PhoneEvent, Taken
from cti_calls.model.problems import Problem


class ConnectionContext(Protocol):
    """What a connection may do while it runs."""

    async def take(self, events: Sequence[PhoneEvent]) -> Taken | None:
        """Store events; `None`: not now, keep them and try again.

        On a standby nothing is stored yet: the last 30 seconds are kept, and stored by whoever
        takes over.
        """

    async def seen_open(self, calls: Collection[str], at: datetime) -> None:
        """Say which calls the phone system has now, by key: open ones that it lacks have ended.

        :param at: when the phone system was asked, in UTC; calls begun later are left alone
        """

    async def report(self, state: str, problem: Problem | str = "") -> None:
        """Say how the connection is, for the pages of administrators.

        :param state: "connected", "connecting", "refused"
        :param problem: what is wrong and what to do, as one sentence; empty: nothing
        """


@dataclass(frozen=True)
class PhoneConnection:
    """A connection that lasts.

    :param source: the source of its events, as named in the settings; one connection each
    :param run: connects, listens, and comes back only when it is cancelled; it reconnects by
        itself
    :param standby: whether a second host is connected as well, to take over without a gap
    """

    source: str
    run: Callable[[ConnectionContext], Awaitable[None]]
    standby: bool = False
