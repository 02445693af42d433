"""One value of one attribute: from what was typed to what is stored, or a message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import Number, current_host
from cti_tickets.model.schema import Attribute

Stored = str | int | date | datetime | None

MAX_TEXT_BYTES = 65_535
# What the columns of keys can hold; larger ids can't exist.
MAX_ID = 2**31 - 1
# Kinds whose values may have several lines.
LONG_TEXTS = (Kind.TEXT, Kind.HTML, Kind.LOG)
_LINE_BREAK, _BREAK = re.compile(r"[\n\r]"), re.compile(r"[\t\n\r]")
# Kinds whose form is a rule for agents only.
_LENIENT = (Kind.STRING, Kind.PHONE, Kind.EMAIL)
# Where an application keeps whether it refuses phone texts that can't be read.
REFUSE_UNREAD_PHONES = "cti_tickets.refuse_unread_phones"
_NO_DATES = ("0000-00-00", "0000-00-00 00:00:00")

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*\.[^@\s.]{2,}")
_PHONE = re.compile(r"[\d.\-\s+()]*\d[\d.\-\s+()]*", re.ASCII)
# Tab, line feed and carriage return are text; the others never come from a keyboard.
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class BadValue(ValueError):
    """A value that the attribute can't hold; the message is for the person who typed it."""


# What was typed or came for an attribute; a BadValue if that could not even be read.
Raw = str | int | None | BadValue


class InvalidValues(ValueError):
    """Values that can't be stored; `errors` maps attribute codes to translated messages."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(f"{code}: {text}" for code, text in self.errors.items()))


def parse(attribute: Attribute, raw: Raw, *, exact: bool = False, zone: tzinfo = UTC) -> Stored:
    """What is stored for a value; whether a key's object exists is not checked here.

    :param raw: a text as typed, or an id
    :param exact: whether a text keeps the blanks and tabs that nobody would type on purpose, and
        MySQL's "0000-00-00" is no date
    :param zone: the time zone of a moment that names none
    :return: text ("" for none) for texts, enums and logs; 1 or 0 for a boolean; a number (seconds
        for a duration), an id, a date or None for the others
    :raises BadValue: the attribute can't hold it
    """
    if isinstance(raw, BadValue):
        raise raw
    text = "" if raw is None else str(raw)
    if NOT_TEXT.search(text):
        raise BadValue(_("holds characters that are not text"))
    if attribute.kind in LONG_TEXTS:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = text if exact else text.rstrip()
        if len(text.encode()) > MAX_TEXT_BYTES:
            raise BadValue(_("is too long: at most %(count)s bytes", count=MAX_TEXT_BYTES))
        return text
    if exact and attribute.kind is Kind.STRING:
        return _line(attribute, text, tabs=True)
    text = text.strip()
    if attribute.kind is Kind.KEY:
        return _id(text)
    if attribute.kind in (Kind.DATE, Kind.DATETIME):
        text = "" if exact and text in _NO_DATES else text
        return _date(text) if attribute.kind is Kind.DATE else _datetime(text, zone)
    if attribute.kind in (Kind.INTEGER, Kind.DURATION):
        return _whole_number(attribute, text)
    if attribute.kind is Kind.BOOLEAN:
        return _flag(text)
    if attribute.kind is Kind.ENUM:
        if text and text not in attribute.values:
            raise BadValue(_("must be one of: %(values)s", values=", ".join(attribute.values)))
        return text
    return _line(attribute, text)


def as_it_is(attribute: Attribute, raw: Raw) -> str | None:
    """A text that `parse` refuses for its form alone, to be kept all the same; else None.

    The form of numbers, addresses and lines is a rule for what agents type. What another system
    has kept for long is data; so is what an agent writes of a telephone.
    """
    if attribute.kind not in _LENIENT or not isinstance(raw, str) or NOT_TEXT.search(raw):
        return None
    text = raw if attribute.kind is Kind.STRING else raw.strip()
    too_long = attribute.max_length is not None and len(text) > attribute.max_length
    return None if too_long else text.replace("\r\n", "\n").replace("\r", "\n")


def _line(attribute: Attribute, text: str, *, tabs: bool = False) -> str:
    if attribute.max_length is not None and len(text) > attribute.max_length:
        raise BadValue(_("is too long: at most %(count)s characters", count=attribute.max_length))
    if (_LINE_BREAK if tabs else _BREAK).search(text):
        raise BadValue(_("must be one line"))
    if not text:
        return text
    if attribute.kind is Kind.EMAIL and not _EMAIL.fullmatch(text):
        raise BadValue(_("is not an e-mail address"))
    return text


def is_unread_phone(text: str) -> bool:
    """Whether a text for a phone attribute can't be read as a number by anybody."""
    return bool(text) and not _PHONE.fullmatch(text) and number_of(text) is None


def number_of(text: str) -> Number | None:
    """The phone number that a text means; None if it is none."""
    return current_host().hooks.parse_number(text) if text else None


def _id(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise BadValue(_("must be the id of an object"))
    value = int(text)
    if value > MAX_ID:
        raise BadValue(_("there is no such object"))
    return value or None


def _whole_number(attribute: Attribute, text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,10}", text, re.ASCII):
        raise BadValue(_("must be a whole number"))
    value = int(text)
    lowest = 0 if attribute.kind is Kind.DURATION else -MAX_ID
    if not lowest <= value <= MAX_ID:
        raise BadValue(_("must be from %(lowest)s to %(highest)s", lowest=lowest, highest=MAX_ID))
    return value


def _flag(text: str) -> int:
    known = {"": 0, "0": 0, "no": 0, "false": 0, "1": 1, "yes": 1, "true": 1}
    if text.lower() not in known:
        raise BadValue(_("must be one of: %(values)s", values="0, 1"))
    return known[text.lower()]


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10]) if _is_day(text) else _bad_date()
    except ValueError:
        return _bad_date()


def _is_day(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d( 00:00(:00)?)?", text, re.ASCII) is not None


def _bad_date() -> date:
    raise BadValue(_("must be a date such as 2026-01-31"))


def _datetime(text: str, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
        if value.tzinfo is not None or zone is not UTC:
            value = (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
            value = value.replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise BadValue(_("must be a moment such as 2026-01-31 14:30:00")) from None
    return value.replace(microsecond=0)


def default_of(attribute: Attribute) -> Stored:
    """What a new object has in the column of an attribute where nothing was given."""
    if attribute.kind is Kind.BOOLEAN:
        return int(attribute.default or 0)
    if attribute.kind in (Kind.INTEGER, Kind.DURATION):
        return int(attribute.default) if attribute.default else None
    return None if attribute.kind in (Kind.KEY, Kind.DATE, Kind.DATETIME) else attribute.default
