"""What phone systems write where a number or a name should be."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

MOST_CHARACTERS = 250
"""The longest text that is kept of a number, a name or an identifier."""

_PLACEHOLDER = re.compile(
    r"%%?\w[\w .-]*%%?|\[\w[\w .-]*\]|\$?\{\{?\s*\w[\w .-]*\}?\}|\$\$?[A-Za-z]\w*(?:\$\$)?"
)
_WITHHELD = frozenset(
    {
        *("", "anonymous", "anonymous.invalid", "unknown", "unavailable", "restricted", "private"),
        *("withheld", "blocked", "hidden", "unbekannt", "unterdrückt", "anonym", "privat"),
        *("anonyme", "inconnu", "masqué", "numéro masqué", "privé"),
    }
)
# "anonymous", "restricted", "blocked", "unknown", "unavailable", typed on a phone's keypad.
_KEYPAD_WORDS = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})
_LOST_PLUS = re.compile(r"[ \t]+(?=\d)")
_BELIEVED = timedelta(days=1)
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_YEARS = range(2000, 2100)
_MILLISECONDS = 100_000_000_000  # so many seconds are the year 5138, so many milliseconds 1973


def clean(text: str) -> str:
    """A text without the characters that no database keeps: NUL and halves of characters."""
    return _UNSTORABLE.sub("", text)


def is_placeholder(text: str) -> bool:
    """Whether a phone system sent the name of a variable that it should have filled in."""
    return _PLACEHOLDER.fullmatch(text.strip()) is not None


def with_plus(text: str) -> str:
    """A number of a form whose "+" was not encoded, and so became a space: " 4912" is "+4912"."""
    return _LOST_PLUS.sub("+", text, count=1) if text[:1] in (" ", "\t") else text


def remote_number(text: str) -> tuple[str, bool]:
    """The number of the other party, and whether it is withheld.

    :param text: what the phone system sent; empty counts as withheld
    :return: the number as it came, empty if it is withheld
    """
    stripped = "" if is_placeholder(text) else text.strip()
    return ("", True) if _is_withheld(stripped) else (stripped, False)


def _is_withheld(text: str) -> bool:
    body = text.lower().removeprefix("sip:").removeprefix("tel:").partition(";")[0]
    word = body.partition("@")[0].strip(" <>\"'")
    digits = re.sub(r"[\s().+/-]", "", word)
    if digits.isascii() and digits.isdecimal():
        return not digits.strip("0") or digits.removeprefix("1") in _KEYPAD_WORDS
    return word in _WITHHELD


def moment(text: str) -> datetime | None:
    """A time as phone systems write it: seconds or milliseconds since 1970, or ISO 8601.

    :return: in UTC; `None`: it is none of them, or in no year in which there are calls. A time
        without a zone is taken as UTC.
    """
    try:
        read = _seconds_since(text) or datetime.fromisoformat(text.strip())
        in_utc = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return in_utc if in_utc.year in _YEARS else None


def believed(text: str, received_at: datetime) -> datetime | None:
    """A time like `moment`, of an event; one that is days away from it is not believed.

    :param received_at: when the event came in, which is taken in its place
    """
    said = moment(text)
    return received_at if said and abs(said - received_at) > _BELIEVED else said


def _seconds_since(text: str) -> datetime | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, UTC)
