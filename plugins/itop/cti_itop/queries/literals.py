"""What stands in a literal of iTop's OQL so that it means a value, and nothing but the value."""

from __future__ import annotations

import re
import unicodedata

# Somewhere above this many characters iTop can't read a literal.
LONGEST_LITERAL = 1000
_SPECIAL_IN_LIKE = re.compile(r"[\\%_]")
# Nothing but ASCII: not every engine takes a backslash before other characters.
_SPECIAL_IN_REGEXP = re.compile(r"[!-/:-@\[-^`{-~]")


class NoLiteral(ValueError):
    """A value that no literal of iTop's OQL can hold."""


def literal(text: str) -> str:
    """The text itself.

    :raises NoLiteral: no literal can hold it
    """
    if len(text) > LONGEST_LITERAL:
        raise NoLiteral(f"a text of {len(text)} characters; iTop reads {LONGEST_LITERAL}")
    for character in text:
        # Tabs and line breaks may stand in a string; a NUL or half a character can't be sent.
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\r\n":
            raise NoLiteral(f"a text with the character U+{ord(character):04X}")
    return text


def like_pattern(text: str) -> str:
    """The pattern of LIKE that only this text matches.

    :raises NoLiteral: no literal can hold it
    """
    return literal(_SPECIAL_IN_LIKE.sub(r"\\\g<0>", text))


def regexp_pattern(text: str) -> str:
    """The pattern of REGEXP that finds this very text.

    :raises NoLiteral: no literal can hold it
    """
    return literal(_SPECIAL_IN_REGEXP.sub(r"\\\g<0>", text))


def digits_pattern(digits: str) -> str:
    """The pattern of LIKE that finds these digits in order, whatever stands between them."""
    return literal("%" + "".join(f"{digit}%" for digit in digits))
