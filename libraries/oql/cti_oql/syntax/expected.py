"""What may come next in a query, in the words of people instead of those of the parser."""

from __future__ import annotations

from collections.abc import Collection

# More choices than these don't help.
MOST_WORDS = 6

_VALUE = ("an attribute", "a text", "a number", "a parameter", "a function", '"("')
# What a name is, by the word or sign before it.
_NAMES = {
    "SELECT": "a class",
    "FROM": "a class",
    "JOIN": "a class",
    "AS": "an alias",
    ",": "an alias",
    ".": "an attribute",
    "ON": "alias.key",
}
_SIGNS = {"COMMA": "a comma", "RPAR": '")"', "$END": "the end of the query"}
_KEYWORDS = ("AS", "FROM", "JOIN", "ON", "WHERE", "AND", "OR", "INTERVAL", "UNION")


def expected_words(terminals: Collection[str], before: str) -> tuple[str, ...]:
    """What the parser would accept, in words.

    :param terminals: the names of the grammar's terminals
    :param before: the word or sign in front of the place; "" at the beginning
    """
    words: list[str] = ["SELECT"] if "SELECT" in terminals else []
    value = "STRING" in terminals
    if value:
        words += _VALUE
    elif "NAME" in terminals:
        words.append(_NAMES.get(before, "alias.id"))
    elif "INTEGER" in terminals:
        words.append("a number")
    elif "LPAR" in terminals:
        words.append('"("')
    if "PLUS" in terminals:
        words.append("an operator")
    elif "EQUAL" in terminals:
        words += ["=", "BELOW", "ABOVE"]
    if "UNIT" in terminals:
        words.append("a unit (DAY, HOUR, …)")
    words += [word for word in _KEYWORDS if word in terminals]
    words += [sign for name, sign in _SIGNS.items() if name in terminals and not value]
    return tuple(words[:MOST_WORDS])
