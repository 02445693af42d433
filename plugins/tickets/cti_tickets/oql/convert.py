"""Values in the form that a column compares with."""

from __future__ import annotations

import re
from datetime import datetime, time

from cti_host import Number
from cti_tickets.oql.fold import fold
from cti_tickets.oql.sql import Convert
from cti_tickets.oql.values import LARGEST, SMALLEST, Known
from cti_tickets.schema import Attribute

_LEADING_NUMBER = re.compile(r"[ \t\r\n]*([+-]?[0-9]{1,25}(?:\.[0-9]{1,25})?)", re.ASCII)
_MOMENT = re.compile(
    r"\s*(\d{4}|\d{2})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?\s*\Z",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z", re.ASCII)


def to_integer(value: Known) -> int | None:
    """A key or id; only called for whole numbers, as text or not."""
    if value is None or isinstance(value, Number):
        return None
    return max(SMALLEST, min(LARGEST, int(value)))


def to_text(value: Known) -> str | None:
    """The text of any value; a phone number as it is shown."""
    return None if value is None else str(value)


def to_number_key(value: Known) -> str | None:
    """What a number has in common with all its writings."""
    return value.key if isinstance(value, Number) else None


def to_code(known: dict[str, str]) -> Convert:
    """Codes in the writing of the classes.

    :param known: folded code to code
    """

    def convert(value: Known) -> object:
        text = to_text(value)
        return None if text is None else known.get(fold(text) or "", text)

    return convert


def codes_of(attribute: Attribute) -> dict[str, str]:
    """The codes of an enum, by their folded form."""
    return {fold(code) or "": code for code in attribute.values}


def leading_number(text: str) -> int | float:
    """The number that a text begins with, as casts in MySQL do; 0 if there is none."""
    found = _LEADING_NUMBER.match(text)
    if found is None:
        return 0
    digits = found.group(1)
    return float(digits) if "." in digits else max(SMALLEST, min(LARGEST, int(digits)))


def to_moment(*, date_only: bool, postgresql: bool) -> Convert:
    """A date or date-time; what is none becomes NULL and so matches nothing.

    SQLite holds them as text, so they are compared as text there.

    :param date_only: whether the column has no time
    """

    def convert(value: Known) -> object:
        moment = parse_moment(to_text(value) or "")
        if moment is None:
            return None
        if date_only and moment.time() == time():
            return moment.date() if postgresql else str(moment.date())
        return moment if postgresql else str(moment)

    return convert


def parse_moment(text: str) -> datetime | None:
    """A date with or without a time, in one of the forms OQL knows; None if it is none."""
    found = _MOMENT.match(text) or _COMPACT.match(text)
    if found is None:
        return None
    numbers = [int(group or 0) for group in found.groups()]
    if len(found.group(1)) == 2:
        numbers[0] += 1900 if numbers[0] >= 70 else 2000
    try:
        return datetime(*numbers)  # type: ignore[arg-type] # three numbers or six, no zone
    except ValueError:
        return None
