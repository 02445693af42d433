"""Numbers and texts as the language's functions see them; SQLite calls these.

`functions.sql` holds the twins for PostgreSQL: each returns the same for the same arguments.
"""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation

Number = int | float

_LEADING = re.compile(r"[ \t\r\n]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_LARGEST = 2**63 - 1
_UNSIGNED = 2**64 - 1
_MOST_DECIMALS = 30
# What a text can stand for; PostgreSQL refuses what is outside of its range.
_LARGEST_TEXT, _SMALLEST_TEXT = 1.7e308, 1e-300


def to_number(text: str | None) -> float | None:
    """The number that a text begins with; 0 if there is none."""
    if text is None:
        return None
    leading = _LEADING.match(text[:400])
    if leading is None:
        return 0.0
    number = max(-_LARGEST_TEXT, min(_LARGEST_TEXT, float(leading[1])))
    return number if abs(number) > _SMALLEST_TEXT else 0.0


def number_text(number: Number | None) -> str | None:
    """A number as text: no decimals where it is whole, an exponent from 10^15 on."""
    if number is None or isinstance(number, int):
        return None if number is None else str(number)
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    text = repr(float(number))
    if "e" in text or abs(number) < 1e15:
        return text
    digits = text.lstrip("-").split(".")[0]
    mantissa = f"{digits[0]}.{digits[1:]}".rstrip("0").rstrip(".")
    return f"{'-' if number < 0 else ''}{mantissa}e+{len(digits) - 1:02d}"


def decimal_text(number: Number | None) -> str | None:
    """A number with four decimals, as text; SQLite's own function makes zero of nothing."""
    return None if number is None else f"{number:.4f}"


def whole(number: Number) -> int:
    """The nearest whole number, halves away from 0, in the range of 64 bits."""
    rounded = int(Decimal(number).quantize(Decimal(1), ROUND_HALF_UP)) if number % 1 else number
    return max(-_LARGEST - 1, min(_LARGEST, int(rounded)))


def rounded(number: Number | None, decimals: Number | None) -> Number | None:
    """A number with at most so many decimals, halves away from 0; fewer than 0 clear digits."""
    if number is None or decimals is None:
        return None
    places = max(-_MOST_DECIMALS, min(_MOST_DECIMALS, whole(decimals)))
    try:
        value = Decimal(format(number, ".15g")).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    except InvalidOperation:
        return number
    return float(value)


def floor(number: Number | None) -> float | None:
    """The largest whole number that is not larger."""
    if number is None:
        return None
    return float(
        Decimal(number).quantize(Decimal(1), ROUND_FLOOR) if abs(number) < 1e15 else number
    )


def bits(operator: str, left: Number | None, right: Number | None) -> Number | None:
    """`&`, `|`, `^`, `<<` and `>>` of 64-bit numbers without a sign."""
    if left is None or right is None:
        return None
    one, other = whole(left) & _UNSIGNED, whole(right) & _UNSIGNED
    match operator:
        case "&":
            result = one & other
        case "|":
            result = one | other
        case "^":
            result = one ^ other
        case "<<":
            result = (one << other) & _UNSIGNED if other < 64 else 0
        case _:
            result = one >> other if other < 64 else 0
    return result if result <= _LARGEST else float(result)


def substring(text: str | None, start: Number | None, length: Number | None) -> str | None:
    """Part of a text; `start` counts from 1, below 0 from the end, and 0 is nowhere."""
    if text is None or start is None or length is None:
        return None
    first, count = whole(start), whole(length)
    if first < 0:
        first += len(text) + 1
    if first < 1 or count < 1:
        return ""
    return text[first - 1 : first - 1 + count]


def inet_aton(text: str | None) -> int | None:
    """The number of an IPv4 address; short forms leave out middle parts ("127.1")."""
    if text is None or not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}", text, re.ASCII):
        return None
    parts = [int(part) for part in text.split(".")]
    if max(parts) > 255:
        return None
    parts = [*parts[:-1], *[0] * (4 - len(parts)), parts[-1]]
    return int.from_bytes(bytes(parts), "big")


def inet_ntoa(number: Number | None) -> str | None:
    """The IPv4 address of a number."""
    if number is None or not 0 <= (address := whole(number)) < 2**32:
        return None
    return ".".join(str(part) for part in address.to_bytes(4, "big"))
