"""What can be dialled of a stored text: each of its numbers, and nothing that is not one number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cti_host import Number

ParseNumber = Callable[[str], Number | None]

# "+" or a prefix of the country's own, and at most fifteen digits.
_MOST_DIGITS = 18
# From so many digits on, what stands between two separators is a number of its own.
_FEWEST_DIGITS = 6
_BETWEEN_NUMBERS = re.compile(r"\s[-\u2013\u2014]\s|[/,;|\r\n]|\s[^\W\d_]+[.:]?\s")
_ANOTHER_ENDING = re.compile(r"[/,;|\r\n]\s*\d{1,4}\s*$")
_ONE_NUMBER = re.compile(r"\+?[\d*#\s./()\-\u2010-\u2015]*\d[\d*#\s./()\-\u2010-\u2015]*", re.ASCII)
_LEFT_OUT_ABROAD = re.compile(r"(?<=\d)\s*\(\s*0\s*\)")


@dataclass(frozen=True)
class Dialling:
    """A number that can be dialled.

    :param text: as the menu shows it
    :param value: as a web address gets it
    :param digits: as `tel:` and its like take it: no blanks, and no "(0)", which would be dialled;
        empty: a softphone can't dial it
    """

    text: str
    value: str
    digits: str


def numbers_to_dial(text: str, parse_number: ParseNumber) -> Sequence[Dialling]:
    """The numbers of a stored text, each to be dialled on its own; none: it is not one number.

    :param parse_number: understands a text as a phone number
    """
    number = parse_number(text)
    sure = [reading for reading in number.readings if reading.doubt is None] if number else []
    if len(sure) == 1:
        return [Dialling(text, text, sure[0].dialled)]
    if sure:
        return [Dialling(str(one), one.dialled, one.dialled) for one in sure if one.dialled]
    # Nobody knows what it means for sure. Two numbers in one would be somebody else's.
    if _is_several(text):
        return []
    return [Dialling(text, text, _as_written(text))]


def _as_written(text: str) -> str:
    """The digits of a number that nobody understands; empty: there is more than a number."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf").strip()
    if not _ONE_NUMBER.fullmatch(plain):
        return ""
    ending = _ANOTHER_ENDING.search(plain)
    if ending and _digits(plain[: ending.start()]) >= _FEWEST_DIGITS:
        return ""
    if plain.startswith(("+", "00")):
        plain = _LEFT_OUT_ABROAD.sub("", plain)
    return re.sub(r"[^\d+*#]", "", plain)


def _is_several(text: str) -> bool:
    numbers = [part for part in _BETWEEN_NUMBERS.split(text) if _digits(part) >= _FEWEST_DIGITS]
    return len(numbers) > 1 or _digits(text) > _MOST_DIGITS


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))
