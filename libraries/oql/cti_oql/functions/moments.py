"""Dates and times as the language's functions see them; SQLite calls these.

A moment is text in the site's time zone, "2031-05-01 10:00:00"; a day is "2031-05-01". The twins
for PostgreSQL are in `functions.sql`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cti_oql.functions.scalars import Number, whole

ZERO = "0000-00-00 00:00:00"

# A date, and a time behind it; also without any separators. What else follows does not count.
_MOMENT = re.compile(
    r"\s*(\d{4}|\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"
    r"(?:[ T](\d{1,2})(?!\d)(?::(\d{1,2})(?!\d))?(?::(\d{1,2})(?!\d))?)?",
    re.ASCII,
)
_COMPACT = re.compile(r"\s*(\d{4}|\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?(?!\d)", re.ASCII)
_TIME = re.compile(r"\s*(\d{1,3}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?\s*\Z", re.ASCII)
_DAY_UNITS = ("DAY", "MONTH", "YEAR")
_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400}
# The day number of 0001-01-01 in the calendar of TO_DAYS, less Python's own.
_DAYS_BEFORE = 365
_MOST_DAYS = 3_652_424


def parse_moment(text: str) -> datetime | None:
    """A date with or without a time, in one of the forms the language knows; None for others."""
    numbers = _numbers(text)
    if numbers is None:
        return None
    try:
        return datetime(*numbers)  # type: ignore[arg-type] # six numbers, no zone
    except ValueError:
        return None


def place_of(text: str) -> datetime | None:
    """Where a text comes among moments; None: before all of them.

    "2031-02-30" is not a moment but has its place, between those of February and those of March,
    and so has "2031-05-00": half a second before the month or the day that comes next.
    """
    known = parse_moment(text)
    numbers = None if known else _numbers(text)
    if numbers is None:
        return known
    year, month, day, *time = numbers
    if month > 12 or day > 31 or time > [23, 59, 59] or year < 1:
        return None
    if month == 0:
        month, day = 1, 0
    day = 0 if day == 0 else monthrange(year, month)[1] if day > 28 else day
    try:
        next_day = datetime(year, month, 1) + timedelta(days=day)
        return next_day - timedelta(microseconds=500_000)
    except OverflowError:
        return None


def _numbers(text: str) -> list[int] | None:
    """Year, month, day, hours, minutes and seconds of a text that has the form of a moment."""
    parts = _MOMENT.match(text) or _COMPACT.match(text)
    if parts is None:
        return None
    numbers = [int(group or 0) for group in parts.groups()]
    if len(parts.group(1)) == 2:
        numbers[0] += 1900 if numbers[0] >= 70 else 2000
    return numbers


def has_time(text: str) -> bool:
    """Whether a text that is a moment says more than the day."""
    parts = _MOMENT.match(text) or _COMPACT.match(text)
    return parts is not None and parts.group(4) is not None


def moment(text: str | None) -> str | None:
    """The usual form of a text that is a moment; None for any other."""
    parsed = parse_moment(text) if text is not None else None
    return None if parsed is None else str(parsed)


def moment_or_zero(text: str | None) -> str | None:
    """Like `moment`, but what is not a moment has a place among them, or is before all."""
    if text is None:
        return None
    place = place_of(text)
    return ZERO if place is None else str(place)


def time_of(text: str | None) -> str | None:
    """The time in a text: of a moment, or a time alone."""
    if text is None:
        return None
    parts = _TIME.match(text)
    if parts is not None:
        hours, minutes, seconds = (int(group or 0) for group in parts.groups())
        return f"{hours:02d}:{minutes:02d}:{seconds:02d}" if max(minutes, seconds) < 60 else None
    known = moment(text)
    return known[11:] if known else None


def to_local(text: str | None, zone: str) -> str | None:
    """A moment in UTC, as it is stored, in a time zone."""
    if text is None:
        return None
    stored = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return str(stored.astimezone(_zone(zone)).replace(tzinfo=None, microsecond=0))


def to_utc(text: str | None, zone: str) -> str | None:
    """A text that is a moment in a time zone, as it would be stored; others are before all."""
    if text is None:
        return None
    place = place_of(text)
    return ZERO if place is None else str(utc(place, zone))


def utc(local: datetime, zone: str) -> datetime:
    """A moment without a zone, from a time zone to UTC; the ends of the calendar stay there."""
    try:
        return local.replace(tzinfo=_zone(zone)).astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return local


def date_add(text: str | None, amount: Number | None, unit: str) -> str | None:
    """A moment or day moved by an interval; a day stays one where only days are moved.

    :param amount: of units, below 0 to go back; only seconds have fractions
    :param unit: SECOND, MINUTE, HOUR, DAY, MONTH or YEAR
    """
    parsed = parse_moment(text) if text is not None else None
    if parsed is None or text is None or amount is None:
        return None
    count = whole(amount)
    try:
        if unit in _SECONDS:
            moved = parsed + timedelta(seconds=count * _SECONDS[unit])
        else:
            moved = _months_later(parsed, count * (12 if unit == "YEAR" else 1))
    except (OverflowError, ValueError):
        return None
    return str(moved) if has_time(text) or unit not in _DAY_UNITS else str(moved.date())


def to_days(text: str | None) -> int | None:
    """The number of a day: 739377 for 2024-05-06."""
    parsed = parse_moment(text) if text is not None else None
    return None if parsed is None else parsed.toordinal() + _DAYS_BEFORE


def from_days(number: Number | None) -> str | None:
    """The day with a number."""
    if number is None:
        return None
    days = whole(number)
    if days <= _DAYS_BEFORE:
        return ZERO[:10]
    return None if days > _MOST_DAYS else str(date.fromordinal(days - _DAYS_BEFORE))


def date_format(text: str | None, template: str | None) -> str | None:
    """A moment written by a template, in English: `%Y-%m-%d %H:%i:%s` and all other codes."""
    parsed = parse_moment(text) if text is not None else None
    if parsed is None or template is None:
        return None
    return re.sub("%(.)", lambda code: _formatted(parsed, code[1]), template, flags=re.DOTALL)


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


def _formatted(at: datetime, code: str) -> str:
    hour = at.hour % 12 or 12
    half = "AM" if at.hour < 12 else "PM"
    day_of_year = at.timetuple().tm_yday
    match code:
        case "a":
            return _DAYS[at.weekday()][:3]
        case "b":
            return _MONTHS[at.month - 1][:3]
        case "c":
            return str(at.month)
        case "D":
            return f"{at.day}{_ordinal(at.day)}"
        case "d":
            return f"{at.day:02d}"
        case "e":
            return str(at.day)
        case "f":
            return "000000"
        case "H":
            return f"{at.hour:02d}"
        case "h" | "I":
            return f"{hour:02d}"
        case "i":
            return f"{at.minute:02d}"
        case "j":
            return f"{day_of_year:03d}"
        case "k":
            return str(at.hour)
        case "l":
            return str(hour)
        case "M":
            return _MONTHS[at.month - 1]
        case "m":
            return f"{at.month:02d}"
        case "p":
            return half
        case "r":
            return f"{hour:02d}:{at.minute:02d}:{at.second:02d} {half}"
        case "S" | "s":
            return f"{at.second:02d}"
        case "T":
            return f"{at.hour:02d}:{at.minute:02d}:{at.second:02d}"
        case "W":
            return _DAYS[at.weekday()]
        case "w":
            return str(at.isoweekday() % 7)
        case "Y":
            return f"{at.year:04d}"
        case "y":
            return f"{at.year % 100:02d}"
        case "U" | "u" | "V" | "v" | "X" | "x":
            return _week(at, code)
        case _:
            return code


def _ordinal(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _week(at: datetime, code: str) -> str:
    """Weeks of the year: from Sunday (U, V, X) or by ISO 8601 (u, v, x)."""
    if code in "vx":
        year, week, _day = at.isocalendar()
        return f"{week:02d}" if code == "v" else f"{year:04d}"
    day_of_year = at.timetuple().tm_yday
    if code == "u":
        year, week, _day = at.isocalendar()
        return f"{week if year == at.year else 0 if at.month == 1 else 53:02d}"
    week = (day_of_year + 6 - at.isoweekday() % 7) // 7
    if code == "U" or week:
        return f"{week:02d}" if code in "UV" else f"{at.year:04d}"
    # Before the first Sunday the week belongs to the year before.
    return _week(datetime(at.year - 1, 12, 31), code) if at.year > 1 else "52"


def _months_later(at: datetime, months: int) -> datetime:
    total = at.year * 12 + at.month - 1 + months
    year, month = total // 12, total % 12 + 1
    if not 1 <= year <= 9999:
        raise ValueError(year)
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


@lru_cache(16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
