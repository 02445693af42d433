"""Dates as people and spreadsheets write them: 31.01.2026, 31/01/2026 14:30, 1/31/2026 2:30 PM.

In 05/01/2026 the day may come first or the month. Within one file it is the same everywhere, so
one date with a number above 12 settles it for all of them; so do semicolons, because spreadsheets
write those only where people write the day first. Otherwise it is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo

from flask_babel import gettext as _

from cti_tickets.store.values import BadValue

_TIME = r"(?:,?[ T]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?\s*(?:([AaPp])\.?[Mm]\.?)?)?"
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.ASCII)
_YEAR_FIRST = re.compile(rf"(\d{{4}})[./](\d{{1,2}})[./](\d{{1,2}}){_TIME}", re.ASCII)
_TWO_NUMBERS = re.compile(rb"(?<![\d./-])(\d{1,2})[/-](\d{1,2})[/-]\d{4}(?![\d/-])")
_MONTHS = 12


class Dates:
    """Reads the dates of one file.

    :param day_first: whether the day comes before the month; None: the file has to show it
    :param zone: the time zone of moments that people wrote; None: that of the record
    """

    def __init__(
        self,
        day_first: bool | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self._day_first, self._zone = day_first, zone
        self._lines: Callable[[], Iterable[bytes]] = lambda: ()
        self._looked = day_first is not None
        self._supposed: bool | None = None

    def look_at(self, lines: Callable[[], Iterable[bytes]]) -> None:
        """Read the lines of the file, if need be, to see which comes first."""
        self._lines = lines

    def suppose_day_first(self) -> None:
        """Take the day to come first, unless something else was said or a date shows it."""
        self._supposed = True

    def iso(self, text: str, *, day_only: bool) -> str:
        """A date or moment in ISO's form; what isn't written in people's form stays as it is.

        :param day_only: whether a day is wanted, else a moment
        :raises BadValue: it can't be known which day is meant
        """
        text = text.strip()
        if found := _YEAR_LAST.fullmatch(text):
            one, mark, other, year, *time = found.groups()
            day, month = self._in_order(text, int(one), int(other), mark == ".")
        elif found := _YEAR_FIRST.fullmatch(text):
            year, in_month, in_year, *time = found.groups()
            month, day = int(in_month), int(in_year)
        else:
            return text
        try:
            moment = datetime(int(year), month, day, *_clock(time))
        except ValueError:
            raise BadValue(_("there is no such day or time")) from None
        if day_only and moment.time() == datetime.min.time():
            return moment.date().isoformat()
        if self._zone is not None:
            moment = moment.replace(tzinfo=self._zone).astimezone(UTC)
        return moment.isoformat(" ")

    def _in_order(self, text: str, one: int, other: int, certain: bool) -> tuple[int, int]:
        """The day and the month of two numbers."""
        if certain:
            return one, other
        day_first = self._order()
        if day_first is None and max(one, other) <= _MONTHS and one != other:
            raise BadValue(
                _(
                    "%(date)s may be two different days: say which with --dates dmy or --dates mdy",
                    date=text,
                )
            )
        if day_first is None:
            day_first = other <= _MONTHS
        return (one, other) if day_first else (other, one)

    def _order(self) -> bool | None:
        if not self._looked:
            self._looked = True
            self._day_first = _shown_by(self._lines(), self._supposed)
        return self._day_first


def _shown_by(lines: Iterable[bytes], supposed: bool | None) -> bool | None:
    """Whether the day comes first, if dates show it and don't contradict each other."""
    shown: set[bool] = set()
    for line in lines:
        for one, other in _TWO_NUMBERS.findall(line):
            if (int(one) > _MONTHS) != (int(other) > _MONTHS):
                shown.add(int(one) > _MONTHS)
    if not shown:
        return supposed
    return shown.pop() if len(shown) == 1 else None


def _clock(time: Sequence[str | None]) -> tuple[int, int, int]:
    """Hour, minute and second; midnight where nothing is said."""
    hour, minute, second = (int(part or 0) for part in time[:3])
    if half := time[3]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half in "pP" else 0)
    return hour, minute, second
