"""Where words end besides blanks: "d'Alembert" and "Jean-Pierre" are two words, however written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import peewee
from cti_oql.functions.fold import fold, fold_all

BLANK = fold_all(" ")
# As they are folded. Of those that are two characters then, the first one is another one's.
_MARKS = sorted({fold_all(mark) for mark in "'’‘ʼʻ′`-‐–—_/.,;:()[]\"“”„«»"}, key=len, reverse=True)
_MARK = re.compile("|".join(map(re.escape, _MARKS)))


def parts(word: str) -> Sequence[str]:
    """The words of a folded text; of marks alone there are none."""
    return [part for part in _MARK.sub(BLANK, word).split(BLANK) if part]


def spaced(text: str, postgresql: bool) -> str:
    """SQL for the words of a text, folded, with blanks for its marks.

    :param text: SQL for the text
    """
    if not postgresql:
        return f"cti_words({text})"
    text = f"cti_fold({text})"
    for mark in _MARKS:
        text = f"replace({text}, {_literal(mark)}, {_literal(BLANK)})"
    return text


def register(database: peewee.Database) -> None:
    """Give a SQLite database `cti_words`, before it is connected."""
    if isinstance(database, peewee.SqliteDatabase):
        give: Any = database.register_function
        give(_words, "cti_words", 1, deterministic=True)


def _words(text: str | None) -> str | None:
    folded = fold(text)
    return None if folded is None else _MARK.sub(BLANK, folded)


def _literal(text: str) -> str:
    """A text of control and private characters as SQL."""
    return "U&'" + "".join(f"\\+{ord(c):06X}" for c in text) + "'"
