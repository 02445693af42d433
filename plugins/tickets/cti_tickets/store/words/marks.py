"""Where words end besides blanks: "d'Alembert" and "Jean-Pierre" are two words, however written.

Whoever types "dalembert" or "legoff" means several words: so these are words as well, joined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import peewee
from cti_oql.functions.fold import fold, fold_all

BLANK = fold_all(" ")
AT = fold_all("@")
# Of a longer word, so much is kept.
LONGEST = 100
# What several words begin with that are joined; folding leaves it out, so that nobody types it.
JOINED = "\x7f"
# So much of each word of a name stands beside its other words.
BEGINNING = 3
_KEPT_NAMES = 256
# As they are folded. Of those that are two characters then, the first one is another one's.
_MARKS = sorted({fold_all(mark) for mark in "'’‘ʼʻ′`-‐–—_/.,;:()[]\"“”„«»"}, key=len, reverse=True)
_MARK = re.compile("|".join(map(re.escape, _MARKS)))


def parts(word: str) -> Sequence[str]:
    """The words of a folded text; of marks alone there are none."""
    return [part for part in _MARK.sub(BLANK, word).split(BLANK) if part]


def words_in(columns: Sequence[str], postgresql: bool, *, at_marks: bool) -> str:
    """SQL for the words of some columns, folded, a blank before each of them.

    Behind the words stand those that are joined: from each word on, all that follow in its column.

    :param columns: SQL for their texts
    :param at_marks: whether only those words are joined that have marks and no blanks between them
    """
    function = "cti_words" if at_marks else "cti_name_words"
    texts = [f"COALESCE({column}, '')" for column in columns]
    if not postgresql:
        return f"{function}({', '.join(texts)})"
    return " || ".join(f"{function}({text})" for text in texts)


def beginnings_in(words: str, columns: Sequence[str], postgresql: bool) -> str:
    """SQL for how the words of the names in some columns begin, each once, a blank before each.

    :param words: SQL for these words, which are worked out already
    :param columns: SQL for the names
    """
    texts = [f"COALESCE({column}, '')" for column in columns]
    return f"cti_beginnings({words if postgresql else ', '.join(texts)})"


def literal(text: str, postgresql: bool) -> str:
    """A text of control and private characters as SQL."""
    if postgresql:
        return "U&'" + "".join(f"\\+{ord(c):06X}" for c in text) + "'"
    return f"char({', '.join(str(ord(c)) for c in text)})"


def register(database: peewee.Database) -> None:
    """Give a SQLite database its functions, before it is connected."""
    if isinstance(database, peewee.SqliteDatabase):
        give: Any = database.register_function
        give(_words, "cti_words", -1, deterministic=True)
        give(_name_words, "cti_name_words", -1, deterministic=True)
        give(_beginnings, "cti_beginnings", -1, deterministic=True)


def functions() -> Sequence[str]:
    """The statements that make the same functions on PostgreSQL."""
    blank, joined = literal(BLANK, True), literal(JOINED, True)

    def words(text: str) -> str:
        return f"array_remove(string_to_array({_spaced(text)}, {blank}), '')"

    def from_each(words: str) -> str:
        return (
            f"string_agg({blank} || {joined} || left(array_to_string("
            f"{words}[n:n + {LONGEST - 1}], ''), {LONGEST - 1}), '' ORDER BY n)"
        )

    each = "generate_series(1, cardinality(words) - 1) AS n"
    tokens = f"unnest(string_to_array(folded, {blank})) AS token"
    start = "CREATE OR REPLACE FUNCTION"
    returns = "(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
    source = "(SELECT cti_fold(value) AS folded) AS one"
    return [
        f"{start} cti_words{returns} SELECT {blank} || {_spaced('folded')} || COALESCE((SELECT"  # noqa: S608
        f" {from_each('words')} FROM {tokens}, LATERAL (SELECT {words('token')} AS words) AS own,"
        f" {each}), '') FROM {source} $$",
        f"{start} cti_name_words{returns} SELECT {blank} || {_spaced('folded')} || COALESCE((SELECT"  # noqa: S608
        f" {from_each('words')} FROM (SELECT {words('folded')} AS words) AS own, {each}), '')"
        f" FROM {source} $$",
        f"{start} cti_beginnings{returns} SELECT COALESCE(string_agg(DISTINCT {blank} || left(word,"  # noqa: S608
        f" CASE left(word, 1) WHEN {joined} THEN {BEGINNING + 1} ELSE {BEGINNING} END), ''), '')"
        f" FROM unnest(string_to_array(value, {blank})) AS word WHERE word <> '' $$",
    ]


def _spaced(text: str) -> str:
    """SQL of PostgreSQL for a folded text with blanks for its marks."""
    for mark in _MARKS:
        text = f"replace({text}, {literal(mark, True)}, {literal(BLANK, True)})"
    return text


def _words(*texts: str) -> str:
    return "".join(_with_joined(text, at_marks=True) for text in texts)


@lru_cache(_KEPT_NAMES)  # a trigger asks for a name several times, and for each of its words
def _name_words(*texts: str) -> str:
    return "".join(_with_joined(text, at_marks=False) for text in texts)


@lru_cache(_KEPT_NAMES)
def _beginnings(*names: str) -> str:
    words = (word for word in _name_words(*names).split(BLANK) if word)
    starts = {word[: BEGINNING + (word[0] == JOINED)] for word in words}
    return "".join(BLANK + start for start in sorted(starts))


def _with_joined(text: str, *, at_marks: bool) -> str:
    folded = fold(text) or ""
    found = BLANK + _MARK.sub(BLANK, folded)
    for token in folded.split(BLANK) if at_marks else (folded,):
        words = parts(token)
        for n in range(len(words) - 1):
            found += BLANK + JOINED + "".join(words[n : n + LONGEST])[: LONGEST - 1]
    return found
