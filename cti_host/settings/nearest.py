"""The word that a misspelt one stands for, and only if it really is near."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that a misspelt one stands for; empty if none is near.

    In a short word one letter may be wrong, missing, too many or swapped with its neighbour, in a
    long one two. Small and capital letters count as the same.
    """
    near = {
        candidate: different
        for candidate in known
        if (different := _different(word.casefold(), candidate.casefold())) is not None
    }
    # Of two that are as near, a wrong letter is likelier than two letters too many.
    return min(near, key=lambda one: (near[one], abs(len(one) - len(word))), default="")


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """A remedy for a misspelt word: the nearest known one.

    :param otherwise: the remedy if none is near; without it, a list of all that are known
    """
    known = list(known)
    near = nearest(word, known)
    if near:
        return f"did you mean {near!r}?"
    if otherwise is not None:
        return otherwise
    return f"known: {', '.join(sorted(known))}" if known else ""


def _different(one: str, other: str) -> int | None:
    """How many letters of both words have no partner in the other one; `None`: too many.

    A letter that is wrong counts twice: it has no partner, nor has the one in its place.
    """
    letters = len(one) + len(other)
    most = min(4, max(2, letters // 4)) if letters >= 6 else letters // 3
    if abs(len(one) - len(other)) > most:
        return None
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    different = letters - 2 * sum(block.size for block in blocks)
    return different if different <= most else None
