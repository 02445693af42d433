"""An error in a query for a person: the line, and marks under the place."""

from __future__ import annotations

import unicodedata

from cti_oql import OqlError

# How much of a long line is shown on each side of the place.
_AROUND = 60


def shown(error: OqlError) -> str:
    """The error with the words around its place, and what is wrong there marked."""
    if error.position is None or error.line is None or error.column is None:
        return str(error)
    line = error.text.split("\n")[error.line - 1]
    start = error.column - 1
    # The word may go on in the next line; at the end of the text there is none.
    end = min(len(line), start + len(error.word))
    before = _cut(_plain(line[:start]), from_end=True)
    marked = _plain(line[start:end])
    after = _cut(_plain(line[end:]), from_end=False)
    if len(marked) > _AROUND:
        marked, after = f"{marked[: _AROUND - 1]}…", ""
    marks = "^" * max(1, _width(marked))
    return f"{error}\n\n  {before}{marked}{after}\n  {' ' * _width(before)}{marks}"


def _cut(text: str, *, from_end: bool) -> str:
    if len(text) <= _AROUND:
        return text
    return f"…{text[1 - _AROUND :]}" if from_end else f"{text[: _AROUND - 1]}…"


def _plain(text: str) -> str:
    """The text without what moves or colours a terminal's writing."""
    return "".join(c if c.isprintable() else " " for c in text)


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
