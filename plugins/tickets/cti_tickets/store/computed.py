"""What follows from other values and is worked out on each write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cti_oql.schema import Kind

from cti_host import current_host
from cti_tickets.model.lifecycles.lifecycle import LifeCycle
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.joint_numbers import column_of
from cti_tickets.store.values import number_of

# impact -> urgency -> priority
PRIORITY = {
    "1": {"1": "1", "2": "1", "3": "2", "4": "4"},
    "2": {"1": "1", "2": "2", "3": "3", "4": "4"},
    "3": {"1": "2", "2": "3", "3": "3", "4": "4"},
}
_OPERATIONAL = {"resolved": "resolved", "closed": "closed", "rejected": "closed"}


def utc_now() -> datetime:
    """This moment, as it is stored: UTC without a zone, whole seconds."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def naive(now: datetime | None) -> datetime:
    """A moment as it is stored; by default this one."""
    if now is None:
        return utc_now()
    return (now.astimezone(UTC) if now.tzinfo else now).replace(tzinfo=None, microsecond=0)


def day_of(moment: datetime) -> date:
    """The day of a stored moment in the site's time zone."""
    zone = ZoneInfo(current_host().settings.timezone)
    try:
        return moment.replace(tzinfo=UTC).astimezone(zone).date()
    except OverflowError:  # at the ends of the calendar
        return moment.date()


def numbers(definition: ClassDef, row: Mapping[str, Any]) -> dict[str, str | None]:
    """The number columns of the phone attributes that are in a row."""
    return {
        attribute.number_column: column_of(number_of(row[attribute.code]))
        for attribute in definition.attributes.values()
        if attribute.kind is Kind.PHONE and attribute.code in row
    }


def obsolescence(
    definition: ClassDef, row: Mapping[str, Any], before: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The day on which an object became obsolete, where that changes.

    :param row: the values to store
    :param before: the stored values so far; empty for a new object
    """
    if definition.obsolete is None or "obsolescence_date" not in definition.attributes:
        return {}
    code, inactive = definition.obsolete
    is_now = row.get(code, before.get(code)) == inactive
    if is_now == (before.get(code) == inactive):
        return {}
    return {"obsolescence_date": day_of(now) if is_now else None}


def ticket_columns(
    definition: ClassDef, row: Mapping[str, Any], before: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The computed columns of a ticket, except its reference.

    :param row: all values as they will be stored
    :param before: the stored values so far; empty for a new ticket
    :return: the columns to store in addition
    """
    columns: dict[str, Any] = {"last_update": now}
    attributes = definition.attributes
    started = "creation_date" if "creation_date" in attributes else "start_date"
    if not before and not row.get(started):
        columns[started] = now
    status = row.get("status")
    columns["operational_status"] = operational_status(str(status))
    if "priority" in attributes:
        columns["priority"] = priority(row["impact"], row["urgency"])
    if definition.lifecycle and before.get("status") != status:
        columns.update(_on_entry(definition.lifecycle, row, before, now))
    return columns


def operational_status(state: str) -> str:
    """What a state of a life cycle means to everybody: "ongoing", "resolved" or "closed"."""
    return _OPERATIONAL.get(state, "ongoing")


def _on_entry(
    life: LifeCycle, row: Mapping[str, Any], before: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """What is set because a ticket enters a state, unless it was given."""
    columns: dict[str, Any] = {}
    state = str(row.get(life.attribute))
    for way in life.ways(str(before.get(life.attribute, "")), state):
        for code in way.dates:
            if row.get(code) == before.get(code):
                columns[code] = now
        if way.elapsed and before and row.get("start_date"):
            columns[way.elapsed] = _seconds(row["start_date"], now)
    for watch, states in life.watches.items():
        columns.update(_watched(watch, state in states, row, now))
    return columns


def _watched(watch: str, runs: bool, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The columns of a stop-watch that is started or stopped."""
    since = row.get(f"{watch}_laststart")
    if runs and since is None:
        started = row.get(f"{watch}_started") or now
        moments = {"started": started, "laststart": now, "stopped": None}
        spent = row.get(watch) or 0
    elif not runs and since is not None:
        moments = {"laststart": None, "stopped": now}
        spent = (row.get(watch) or 0) + _seconds(since, now)
    else:
        return {}
    return {watch: spent, **{f"{watch}_{part}": moment for part, moment in moments.items()}}


def _seconds(begin: datetime, end: datetime) -> int:
    return max(0, int((end - begin).total_seconds()))


def priority(impact: str, urgency: str) -> str:
    """The priority of a ticket, "1" (critical) to "4" (low)."""
    return PRIORITY[impact][urgency]
