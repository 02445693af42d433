"""Regular expressions, on an engine whose time grows with the text and never faster.

With Python's own engine, `^([a-z]+ ?)+$` takes longer than anybody lives, and holds the interpreter
all the while. What RE2 can't do (references back, looking ahead or behind) is refused on PostgreSQL
as well, whose engine has the same trouble with it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

# What an expression may take, compiled and while it searches; one that needs more is refused.
_BYTES = 2 << 20
# So many stay compiled, which bounds what they take in all.
_KEPT = 20
# Letters of all scripts are letters; RE2 means those of ASCII.
_WORD = r"\pL\pM\pN_"
# The next piece of an expression: an escape, the beginning of a set (a bracket right behind it is
# one of its characters), a character; within a set, also the name of a class.
_OUTSIDE = re.compile(r"\\.|\[\^?\]?|.", re.DOTALL)
_INSIDE = re.compile(r"\\.|\[:\^?\w+:\]|.", re.DOTALL)


class BadExpression(ValueError):
    """A text that is not a regular expression, or one that isn't supported."""


def matches(text: str | None, pattern: str | None) -> int | None:
    """Whether a regular expression finds something in a text; case does not count.

    :raises BadExpression: the pattern is not a regular expression
    """
    if text is None or pattern is None:
        return None
    return int(expression(pattern).search(text) is not None)


@lru_cache(_KEPT)
def expression(pattern: str) -> Any:
    """A regular expression, compiled.

    :raises BadExpression: it is not a regular expression, isn't supported, or takes too much memory
    """
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _BYTES
    try:
        return re2.compile(_with_all_letters(pattern), options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise BadExpression(reason) from None
    except UnicodeError:
        raise BadExpression("it has half a character") from None


def _with_all_letters(pattern: str) -> str:
    """An expression in which `\\w` is a letter, digit or underscore of any script."""
    pieces, place, inside = [], 0, False
    while place < len(pattern):
        found = (_INSIDE if inside else _OUTSIDE).match(pattern, place)
        text = found[0] if found else pattern[place]
        place += len(text)
        if text == r"\w":
            text = _WORD if inside else f"[{_WORD}]"
        elif text == r"\W":
            if inside:
                raise BadExpression(r"\W within brackets is not supported")
            text = f"[^{_WORD}]"
        elif inside:
            inside = text != "]"
        elif text.startswith("["):
            inside = True
        pieces.append(text)
    return "".join(pieces)
