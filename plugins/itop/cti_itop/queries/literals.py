"""iTop's OQL as tokens, and values as literals that they can't leave.

iTop's strings know two escapes only: a backslash before the same quote, and before a backslash.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

# Somewhere above this many characters iTop can't read a literal.
LONGEST_LITERAL = 1000
_SPECIAL_IN_LIKE = re.compile(r"[\\%_]")
_SPECIAL_IN_REGEXP = re.compile(r"([^\w\s]|_)", re.ASCII)


class Kind(StrEnum):
    """What a token is; a keyword is a name too."""

    STRING = "string"
    PARAMETER = "parameter"
    NUMBER = "number"
    NAME = "name"
    QUOTED_NAME = "quoted_name"
    SYMBOL = "symbol"


@dataclass(frozen=True)
class Token:
    """A piece of a query: what it is, its text, and where it begins."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the text after it begins."""
        return self.start + len(self.text)

    @property
    def name(self) -> str:
        """The name it stands for, without backticks; of a parameter, without the colon."""
        if self.kind is Kind.QUOTED_NAME:
            return self.text[1:-1]
        return self.text[1:] if self.kind is Kind.PARAMETER else self.text

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords or symbols."""
        return self.kind in (Kind.NAME, Kind.SYMBOL) and self.text in words


class NotOql(ValueError):
    """A text has a character that begins no token of OQL; the message says where."""


class NoLiteral(ValueError):
    """A value that no literal of iTop's OQL can hold."""


_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
    | (?P<string>'(?:[^'\\]|\\['\\])*'|"(?:[^"\\]|\\["\\])*")
    | (?P<parameter>:[A-Za-z_][A-Za-z0-9_]*(?:->[A-Za-z_][A-Za-z0-9_]*)?)
    | (?P<number>0x[0-9A-Fa-f]+|[0-9]+)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<quoted_name>`[^`]+`)
    | (?P<symbol><<|>>|<=|>=|!=|[()=<>+\-*/&|^,.])
    """,
    re.VERBOSE,
)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a query, without the blanks between them.

    :raises NotOql: something in it is no token
    """
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise NotOql(f"column {position + 1}: {text[position : position + 12]!r} is no OQL")
        if found.lastgroup not in (None, "space"):
            yield Token(Kind(found.lastgroup), found[0], position)
        position = found.end()


def string_literal(text: str) -> str:
    """A text as a string of OQL: it means exactly this text.

    :raises NoLiteral: no string can hold it
    """
    if len(text) > LONGEST_LITERAL:
        raise NoLiteral(f"a text of {len(text)} characters; iTop reads {LONGEST_LITERAL}")
    for character in text:
        # Tabs and line breaks may stand in a string; a NUL or half a character can't be sent.
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\r\n":
            raise NoLiteral(f"a text with the character U+{ord(character):04X}")
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def like_literal(text: str) -> str:
    """A text as the pattern of LIKE that only this text matches.

    :raises NoLiteral: no string can hold it
    """
    return string_literal(_SPECIAL_IN_LIKE.sub(r"\\\g<0>", text))


def regexp_literal(text: str) -> str:
    """A text as the pattern of REGEXP that finds this very text.

    :raises NoLiteral: no string can hold it
    """
    return string_literal(_SPECIAL_IN_REGEXP.sub(r"\\\1", text))


def digits_literal(digits: str) -> str:
    """A pattern of LIKE that finds these digits in this order, whatever stands between them."""
    return string_literal("%" + "".join(f"{digit}%" for digit in digits))


def string_value(literal: str) -> str:
    """The text that a string of OQL means."""
    quote = literal[0]
    return re.sub(rf"\\([\\{quote}])", r"\1", literal[1:-1])
