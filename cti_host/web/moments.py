"""Moments in the agent's way, quickly: a panel has dozens of them, each another.

Babel reads the locale's pattern anew for each moment. Here it is read once, and filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter

from babel import Locale
from babel.dates import (
    format_datetime,
    format_timedelta,
    get_date_format,
    get_datetime_format,
    get_time_format,
    tokenize_pattern,
)

_KEPT_LOCALES = 64
_KEPT_DISTANCES = 2048
# A distance is told in the largest of these of which there is one: seconds, and how Babel calls it.
_MINUTE = 60
_UNITS = (
    (31_536_000, "year"),
    (2_629_800, "month"),
    (604_800, "week"),
    (86_400, "day"),
    (3_600, "hour"),
)
_WHICH = re.compile(r"(\{[01]\})")
# What a part of a pattern shows, and how many digits it has at least.
_PARTS = {
    ("y", 1): ("year", "%d"),
    ("M", 1): ("month", "%d"),
    ("M", 2): ("month", "%02d"),
    ("d", 1): ("day", "%d"),
    ("d", 2): ("day", "%02d"),
    ("H", 1): ("hour", "%d"),
    ("H", 2): ("hour", "%02d"),
    ("m", 1): ("minute", "%d"),
    ("m", 2): ("minute", "%02d"),
}


@lru_cache(_KEPT_LOCALES)
def short_moments(locale: str) -> Callable[[datetime], str]:
    """A function that shows a moment as Babel's short date and time, in the zone that it has.

    :param locale: "en_GB"
    """
    known = Locale.parse(locale)
    patterns = {
        "{0}": get_time_format("short", known).pattern,
        "{1}": get_date_format("short", known).pattern,
    }
    names: list[str] = []
    template = ""
    both = str(get_datetime_format("short", locale=known)).replace("'", "")
    for piece in _WHICH.split(both):
        pattern = patterns.get(piece)
        for _kind, value in tokenize_pattern(pattern) if pattern else [("chars", piece)]:
            if isinstance(value, str):
                template += value.replace("%", "%%")
                continue
            part = _PARTS.get(value)
            if part is None:  # the halves of a day, years of two digits: Babel knows them
                return lambda moment: format_datetime(moment, "short", locale=known)
            names.append(part[0])
            template += part[1]
    values = attrgetter(*names)
    return lambda moment: template % values(moment)


def distance(seconds: float, locale: str) -> str:
    """How far away a moment is, in few words: "3 hr ago", "in 2 days"; at least a minute.

    :param seconds: until then; those of a moment that has passed are negative
    :param locale: "en_GB"
    """
    past, away = seconds <= 0, abs(seconds)
    for size, unit in _UNITS:
        if away >= size:
            return _distance(int(away // size) * size, unit, past, locale)
    return _distance(max(int(away // _MINUTE), 1) * _MINUTE, "minute", past, locale)


@lru_cache(_KEPT_DISTANCES)
def _distance(seconds: int, unit: str, past: bool, locale: str) -> str:
    def words(length: str) -> str:
        return format_timedelta(
            timedelta(seconds=-seconds if past else seconds),
            granularity=unit,  # type: ignore[arg-type]
            threshold=1,
            add_direction=True,
            format=length,  # type: ignore[arg-type]
            locale=locale,
        )

    try:
        return words("short")
    except KeyError:  # Babel has no short words for this in the language: German, months to come
        return words("long")
