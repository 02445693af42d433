"""What is wrong with a text that can't be parsed."""

from __future__ import annotations

import re

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from cti_oql.errors import OqlSyntaxError
from cti_oql.functions.registry import FUNCTIONS
from cti_oql.syntax.expected import expected_words
from cti_oql.syntax.words import KEYWORDS


def syntax_error(text: str, error: UnexpectedInput) -> OqlSyntaxError:
    """The error to raise where the parser stopped: what is wrong, and what could be right."""
    if isinstance(error, UnexpectedCharacters):
        return _character_error(text, error.pos_in_stream or 0)
    assert isinstance(error, UnexpectedToken)  # noqa: S101 (the parser raises no other)
    token, accepted = error.token, error.accepts or set()
    at_end = token.type == "$END"
    position = len(text) if at_end else token.start_pos or 0
    before = text[:position].rstrip(" \t\r\n")
    word = _last_word(before)
    expected = expected_words(accepted, word or before[-1:])
    if at_end:
        return OqlSyntaxError(
            "the query ends too early", text=text, position=position, expected=expected
        )
    if token.type == "LPAR" and word:
        if word == "NOT":
            message = "there is no NOT; compare the condition with 0"
            return OqlSyntaxError(message, text=text, position=len(before) - 3, word=word)
        return OqlSyntaxError(
            f"there is no function {word}",
            text=text,
            position=len(before) - len(word),
            word=word,
            known=FUNCTIONS,
        )
    keywords = {name.replace("_", " ") for name in accepted} & _KEYWORDS
    name = token.type == "NAME" and token.upper() not in KEYWORDS
    foreign = _FOREIGN.get(token.upper() if name else token, "")
    foreign = foreign or _FOREIGN_SIGNS.get(before[-1:] + token, "")
    if foreign:
        return OqlSyntaxError(foreign, text=text, position=position, word=str(token))
    return OqlSyntaxError(
        f"{_shortened(token)} is not expected here",
        text=text,
        position=position,
        word=str(token),
        known=keywords if token.type == "NAME" else (),
        expected=expected,
    )


# What other query languages have; nobody is helped by the words that could stand there instead.
_ONE_JOIN = "there is only JOIN: where the key may be empty, it keeps the objects without one"
_FOREIGN = {
    "IS": "there is no IS; write ISNULL(…), or ISNULL(…) = 0",
    "BETWEEN": "there is no BETWEEN; write … >= … AND … <= …",
    "LEFT": _ONE_JOIN,
    "RIGHT": _ONE_JOIN,
    "INNER": _ONE_JOIN,
    "ORDER": "there is no ORDER BY: objects come in the order of their class",
    "GROUP": "there is no GROUP BY: a query finds objects",
    "LIMIT": "there is no LIMIT: a query finds all objects",
    "INTERVAL": "an INTERVAL stands only in the parentheses of a function, as in DATE_ADD",
    "SELECT": "a query inside a query stands only behind IN or NOT IN",
}
_FOREIGN_SIGNS = {
    "<>": "there is no <>; write !=",
    "==": "there is no ==; write =",
    "->": "there is no -> but in parameters; JOIN the class behind the key",
}
_KEYWORDS = KEYWORDS | {"NOT IN", "NOT LIKE"}
_LAST_WORD = re.compile(r"[A-Za-z0-9_]{1,80}\Z")


def _last_word(text: str) -> str:
    word = _LAST_WORD.search(text[-80:])
    return word.group() if word else ""


def _shortened(word: str) -> str:
    return word if len(word) <= 40 else f"{word[:40]}…"


def _character_error(text: str, position: int) -> OqlSyntaxError:
    character = text[position]
    message = f"{character!r} has no meaning here"
    if character in "'\"":
        message = (
            "this string has no end, or a backslash before something other than a backslash or "
            "its own kind of quote"
        )
    elif character == "`":
        message = "this name in backticks is empty or has no end"
    elif character == ":":
        message = "a parameter's name must follow the colon at once"
    return OqlSyntaxError(message, text=text, position=position, word=character)
