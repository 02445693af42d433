"""Values in the form that a column compares with."""

from __future__ import annotations

import re

from cti_oql.errors import OqlRunError
from cti_oql.fragments import Convert
from cti_oql.functions.expressions import BadExpression, expression
from cti_oql.functions.fold import fold, fold_like
from cti_oql.parameters import LARGEST, SMALLEST, Scalar, to_text
from cti_oql.schema import Attribute

_LEADING_NUMBER = re.compile(
    r"[ \t\r\n]*([+-]?(?:[0-9]{1,25}(?:\.[0-9]{0,25})?|\.[0-9]{1,25})(?:[eE][+-]?[0-9]{1,2})?)",
    re.ASCII,
)
MAX_EXPRESSION = 1000
# What the two databases read in different ways, or one of them not at all, or not in a time that
# grows with the text alone.
_UNSHARED = re.compile(r"\(\?(?!:).?|\\[1-9pPXRKGQEhHvVNuUxcC0zZ]|[*+?}]\+|\[\[[.=]")
_WORD_EDGES = {r"\b": r"\y", r"\B": r"\Y", r"\A": r"\A"}


def to_integer(value: Scalar) -> int | None:
    """A key or id; only called for whole numbers, as text or not."""
    if not isinstance(value, str | int):
        return None
    return max(SMALLEST, min(LARGEST, int(value)))


def to_number_key(place: int) -> Convert:
    """What a number has in common with all its writings: the key at a place, or the last one.

    A number without any equals nothing.
    """

    def convert(value: Scalar) -> str | None:
        if value is None or isinstance(value, str | int) or not value.number_keys:
            return None
        return value.number_keys[min(place, len(value.number_keys) - 1)]

    return convert


def to_folded(value: Scalar) -> str | None:
    """A value as texts are compared."""
    return fold(to_text(value))


def to_folded_like(value: Scalar) -> str | None:
    """A value as LIKE compares texts."""
    return fold_like(to_text(value))


def to_code(known: dict[str, str]) -> Convert:
    """Codes in the writing of the classes.

    :param known: folded code to code
    """

    def convert(value: Scalar) -> object:
        text = to_text(value)
        return None if text is None else known.get(fold(text) or "", text)

    return convert


def codes_of(attribute: Attribute) -> dict[str, str]:
    """The codes of an enum, by their folded form."""
    return {fold(code) or "": code for code in attribute.values}


def leading_number(text: str) -> int | float:
    """The number that a text begins with, as casts in MySQL do; 0 if there is none."""
    number = _LEADING_NUMBER.match(text)
    if number is None:
        return 0
    digits = number.group(1)
    return float(digits) if {*".eE"} & {*digits} else max(SMALLEST, min(LARGEST, int(digits)))


def to_expression(*, postgresql: bool) -> Convert:
    """A regular expression as the database reads it.

    :raises OqlRunError: (the converter) it is not one, or means different things to different
        databases
    """

    def convert(value: Scalar) -> object:
        pattern = to_text(value)
        if pattern is None:
            return None
        # Case never counts.
        pattern = pattern.removeprefix("(?i)")
        if len(pattern) > MAX_EXPRESSION:
            raise OqlRunError(f"a regular expression has more than {MAX_EXPRESSION} characters")
        unshared = _UNSHARED.search(re.sub(r"\\\\", "", pattern))
        if unshared is not None:
            raise OqlRunError(f"{unshared[0]!r} in a regular expression is not supported")
        try:
            expression(pattern)
        except BadExpression as error:
            raise OqlRunError(f"{pattern!r} is not a regular expression: {error}") from None
        if not postgresql:
            return pattern
        return re.sub(r"\\.", lambda escape: _WORD_EDGES.get(escape[0], escape[0]), pattern)

    return convert
