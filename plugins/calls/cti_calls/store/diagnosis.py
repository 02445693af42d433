"""What is stored about the way of calls from the phone system to the screen, for the doctor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from cti_calls.model.facts import UNKNOWN_SOURCE
from cti_calls.model.records import SIMULATOR, Moment
from cti_calls.model.tables import (
    CallAgent,
    ConnectionState,
    DeviceAgent,
    JournalEntry,
    PopChoice,
    StoredCall,
    StoredDevice,
    StoredLeg,
)
from cti_calls.store.devices import STANDBY
from cti_calls.store.rows.moments import now_ms

_CONNECTED = "connected"


@dataclass(frozen=True)
class ConnectionHealth:
    """A lasting connection to a phone system.

    :param is_standby: whether it waits beside another one, to take over
    :param problem: as it is stored, see `problem_text`
    """

    source: str
    is_standby: bool
    is_connected: bool
    state: str
    problem: str


@dataclass(frozen=True)
class Refused:
    """The latest requests in the name of a source that were refused.

    :param source: empty: of no source that is known
    :param problem: as it is stored, see `problem_text`
    :param at: in milliseconds since 1970
    :param count: how many there were in that minute
    :param is_newest: whether nothing of the source was taken since
    """

    source: str
    problem: str
    at: int
    count: int
    is_newest: bool


@dataclass(frozen=True)
class HopTimes:
    """How long the first ring of a call took to each point, in milliseconds from being sent.

    `None`: it did not get there.
    """

    stored_ms: int
    pushed_ms: int | None
    painted_ms: int | None


def connections() -> list[ConnectionHealth]:
    """The connections to phone systems, by source; a standby after the one that it stands by."""
    now = now_ms()
    return [
        ConnectionHealth(
            row.source.removesuffix(STANDBY),
            row.source.endswith(STANDBY),
            row.state == _CONNECTED and row.until > now,
            row.state,
            row.problem,
        )
        for row in ConnectionState.select().order_by(ConnectionState.source)
    ]


def last_heard() -> dict[str, int]:
    """When each source sent something last that was not refused, in milliseconds since 1970."""
    last = peewee.fn.MAX(JournalEntry.received_at)
    query: Any = JournalEntry.select(JournalEntry.source, last).where(JournalEntry.refused == 0)
    rows = query.group_by(JournalEntry.source).tuples()
    return {source: at for source, at in rows if source != SIMULATOR}


def last_refused() -> list[Refused]:
    """The latest refused requests of each source."""
    last = peewee.fn.MAX(JournalEntry.id)
    ids: Any = JournalEntry.select(last).where(JournalEntry.refused == 1)
    ids = ids.group_by(JournalEntry.source)
    heard = last_heard()
    rows: Any = JournalEntry.select().where(JournalEntry.id.in_(ids)).order_by(JournalEntry.source)
    return [
        Refused(
            "" if row.source == UNKNOWN_SOURCE else row.source,
            row.problem,
            row.received_at,
            row.count,
            row.received_at >= heard.get(row.source, 0),
        )
        for row in rows
    ]


def problems_among_latest(count: int) -> tuple[int, int, str]:
    """Of the latest events: how many were not understood, how many there are, the last problem."""
    query: Any = JournalEntry.select(JournalEntry.problem).where(JournalEntry.refused == 0)
    latest = [row.problem for row in query.order_by(JournalEntry.received_at.desc()).limit(count)]
    problems = [problem for problem in latest if problem]
    return len(problems), len(latest), problems[0] if problems else ""


def strange_devices(since: int, most: int) -> list[tuple[str, str]]:
    """Phones that rang and are nobody's: the source and the name of each.

    :param since: in milliseconds since 1970
    """
    owned = CallAgent.select().where(
        (CallAgent.call == StoredLeg.call) & (CallAgent.leg_key == StoredLeg.key)
    )
    strangers: Any = (
        StoredLeg.select(StoredCall.source, StoredLeg.device)
        .join(StoredCall)
        .where(StoredCall.started_at >= since, StoredLeg.device != "")
        .where(StoredCall.source != SIMULATOR, ~peewee.fn.EXISTS(owned))
        .distinct()
        .limit(most)
        .tuples()
    )
    return [pair for pair in strangers if not _is_somebodys(*pair)]


def has_devices() -> bool:
    """Whether any phone is somebody's."""
    return bool(DeviceAgent.select().exists())


def agents_who_want_none() -> Sequence[str]:
    """The agents with a phone who chose not to be told of calls."""
    off = (
        PopChoice.select(PopChoice.agent)
        .join(DeviceAgent, on=(DeviceAgent.agent == PopChoice.agent))
        .where(PopChoice.moment == Moment.OFF.value)
        .distinct()
    )
    return [row.agent for row in off]


def last_sent() -> tuple[int, int | None] | None:
    """The latest call of which a screen was told; `None`: there is none.

    :return: the call, and after how many milliseconds a screen showed it; `None`: none did
    """
    query: Any = StoredCall.select().where(StoredCall.pushed_at.is_null(False))
    row = query.order_by(StoredCall.started_at.desc()).first()
    if row is None:
        return None
    took = None if row.painted_at is None else max(0, row.painted_at - row.pushed_at)
    return row.id, took


def last_made_up() -> tuple[int, HopTimes] | None:
    """The latest call that is made up, and how long it took; `None`: there is none."""
    query: Any = StoredCall.select().where(StoredCall.source == SIMULATOR)
    row = query.order_by(StoredCall.started_at.desc()).first()
    return None if row is None else (row.id, _times(row))


def hop_times(call: int) -> HopTimes | None:
    """How far the first ring of a call came; `None`: there is no such call."""
    row = StoredCall.get_or_none(StoredCall.id == call)
    return None if row is None else _times(row)


def _times(row: Any) -> HopTimes:
    rang: Any = StoredLeg.select(peewee.fn.MIN(StoredLeg.ringing_at))
    # Later events of the call don't count.
    sent = rang.where(StoredLeg.call == row.id).scalar() or row.event_at

    def since(moment: int | None) -> int | None:
        return None if moment is None else max(0, moment - sent)

    return HopTimes(row.stored_at - row.event_at, since(row.pushed_at), since(row.painted_at))


def _is_somebodys(source: str, device: str) -> bool:
    """Whether the phone was given to somebody since it rang."""
    known = (
        DeviceAgent.select()
        .join(StoredDevice)
        .where(StoredDevice.source == source, StoredDevice.name == device)
    )
    return bool(known.exists())
