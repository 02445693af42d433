"""The time zone of an agent: that of the site, or another one that they choose for this browser."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import flask_babel
from babel.dates import get_timezone
from flask import has_request_context, request

COOKIE = "cti_timezone"


@cache
def timezones() -> tuple[str, ...]:
    """The names of all time zones that can be chosen, in their order."""
    return tuple(sorted(available_timezones()))


@cache
def _known() -> frozenset[str]:
    return frozenset(timezones())


def is_timezone(name: str) -> bool:
    """Whether there is a time zone of that name, for Babel, too, which may have data of its own."""
    if name in _known():
        with suppress(LookupError):
            return get_timezone(name) is not None
    return False


def chosen_timezone() -> str | None:
    """The one that the agent has chosen; `None`: that of the site."""
    if not has_request_context():
        return None
    name = request.cookies.get(COOKIE, "")
    return name if name and is_timezone(name) else None


def begin_of_day(day: date) -> datetime:
    """The first moment of a day of the agent, in their time zone.

    What Flask-Babel returns has the zone's local mean time until it is asked for a moment.
    """
    zone = ZoneInfo(str(flask_babel.get_timezone() or UTC))
    return datetime.combine(day, time(), tzinfo=zone)
