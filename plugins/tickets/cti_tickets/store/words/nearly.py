"""Words that are nearly what was typed: with one character more, less or other, or two swapped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import peewee
from cti_oql.running import marks, rows

from cti_tickets.store.classes import of_classes
from cti_tickets.store.words.marks import JOINED
from cti_tickets.store.words.tables import BEGINNING, NEAR_TABLE

# A typing error in a shorter word makes any other word of it.
_SHORTEST_TYPED = 4
# So many words are compared, and so many of them looked for.
_MOST_COMPARED = 3000
_MOST_MEANT = 40


def spellings(
    database: peewee.Database, kinds: Sequence[str], typed: Iterable[str]
) -> Mapping[str, Sequence[str]]:
    """The words that may be meant by those that were typed, the likeliest first.

    Only those words are in it that may be misspelt, and of which there is such a word.

    :param kinds: the classes of the objects whose words they are
    :param typed: folded words, maybe not typed to the end
    """
    found: dict[str, Sequence[str]] = {}
    for word in typed:
        if len(word) < _SHORTEST_TYPED or any(character.isdigit() for character in word):
            continue
        others = _candidates(database, kinds, word)
        meant = [(_distance(word, other.removeprefix(JOINED)), other) for other in others]
        near = sorted((d, len(other), other) for d, other in meant if d is not None)
        if near:
            found[word] = [other for _distance_, _length, other in near[:_MOST_MEANT]]
    return found


def _candidates(database: peewee.Database, kinds: Sequence[str], word: str) -> list[str]:
    """The words that begin nearly so."""
    start = word[:BEGINNING]
    near = sorted({start, *(start[:n] + start[n + 1 :] for n in range(len(start)))})
    sql = (
        f"SELECT DISTINCT word FROM {NEAR_TABLE} WHERE {of_classes(kinds, 'class')}"  # noqa: S608
        f" AND near IN ({marks(database, len(near))}) ORDER BY word LIMIT {_MOST_COMPARED}"
    )
    return [row[0] for row in rows(database, sql, near)]


def _distance(typed: str, word: str) -> int | None:
    """How many typing errors lead from the beginning of a word to what was typed; at most one."""
    if word.startswith(typed):
        return 0
    n = next((n for n, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), None)
    if n is None:  # one is the beginning of the other, and what was typed is longer
        return 1 if len(typed) == len(word) + 1 else None
    rest = typed[n + 1 :]
    swapped = typed[n : n + 2] == word[n : n + 2][::-1] and word[n + 2 :].startswith(typed[n + 2 :])
    if (
        swapped
        or word[n + 1 :].startswith(rest)  # another character
        or word[n:].startswith(rest)  # one too many
        or word[n + 1 :].startswith(typed[n:])  # one that is missing
    ):
        return 1
    return None
