"""What can be wrong with a query; every error points at the place and offers the nearest word."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import ClassVar


class OqlError(Exception):
    """A query that can't be answered.

    `message` says what is wrong, `text` is the query, `position` the offset in it (0-based, in
    characters; None if no place can be named), `word` the offending word ("" at the end of the
    text), `suggestion` the nearest word that would be right ("" if none is near), `expected` what
    could stand in the place instead, in words (of a text that can't be parsed).
    """

    kind: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        text: str = "",
        position: int | None = None,
        word: str = "",
        known: Iterable[str] = (),
        expected: tuple[str, ...] = (),
    ) -> None:
        self.message = message
        self.text = text
        self.position = position
        self.word = word
        self.suggestion = nearest(word, known)
        self.expected = expected
        super().__init__(message)

    @property
    def line(self) -> int | None:
        """The line of the place, from 1."""
        return None if self.position is None else self.text.count("\n", 0, self.position) + 1

    @property
    def column(self) -> int | None:
        """The column of the place in its line, from 1."""
        if self.position is None:
            return None
        return self.position - self.text.rfind("\n", 0, self.position)

    @property
    def place(self) -> str:
        """Where it is ("line 1, column 8: "), or nothing if no place can be named."""
        return "" if self.position is None else f"line {self.line}, column {self.column}: "

    @property
    def remedy(self) -> str:
        """What would be right, or nothing if that isn't known."""
        if self.suggestion:
            return f"did you mean {self.suggestion}?"
        return f"expected {listed(self.expected)}" if self.expected else ""

    @property
    def advice(self) -> str:
        """What is wrong and what would be right, without the place."""
        return "; ".join(filter(None, (self.message, self.remedy)))

    def __str__(self) -> str:
        return f"{self.place}{self.advice}"


class OqlSyntaxError(OqlError):
    """The text is not a query."""

    kind = "syntax error"


class OqlModelError(OqlError):
    """The query names something that the classes don't have, or joins what doesn't belong."""

    kind = "normalization error"


class UnknownClassError(OqlModelError):
    """There is no class of that name."""

    kind = "unknown class"


class OqlRunError(OqlError):
    """The query is good but can't be run with these parameters."""

    kind = "run-time error"


def nearest(word: str, known: Iterable[str]) -> str:
    """The one of `known` that looks most like `word`, or "" if none does."""
    if not word:
        return ""
    by_lower: dict[str, str] = {}
    for candidate in known:
        by_lower.setdefault(candidate.lower(), candidate)
    # A long word is hardly a typing mistake, and comparing it is slow.
    close = difflib.get_close_matches(word[:80].lower(), by_lower, n=1)
    return by_lower[close[0]] if close else ""


def listed(words: Collection[str]) -> str:
    """Words as an enumeration: "a, b or c"."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
