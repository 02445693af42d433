"""What can be typed next in a query: keywords, classes, aliases, attributes, functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cti_oql.functions.registry import FUNCTIONS, UNITS
from cti_oql.resolve.fields import known_codes
from cti_oql.schema import ClassDef, Kind, Schema
from cti_oql.syntax.parse import accepted
from cti_oql.syntax.printing import name_text
from cti_oql.syntax.words import KEYWORDS
from cti_oql.tools.scopes import Word, aliases, words

_PHRASES = (
    *("NOT IN", "NOT LIKE", "BELOW STRICT", "ABOVE STRICT", "NOT BELOW", "NOT ABOVE"),
    *("NOT BELOW STRICT", "NOT ABOVE STRICT"),
)
# MATCHES is for sets of tags, which no attribute is.
_OFFERED = (*(KEYWORDS - {"MATCHES"}), *_PHRASES)
_TYPED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)
_JOIN_OPERATORS = frozenset(("=", "BELOW", "ABOVE", "STRICT"))


@dataclass(frozen=True)
class Completion:
    """A word that could stand from `start` (an offset in the text) to the cursor."""

    text: str
    start: int
    what: str


class Completer:
    """Knows the words of a schema.

    :param parameters: names of parameters to offer, without the colon
    """

    def __init__(self, schema: Schema, parameters: Sequence[str] = ()) -> None:
        self._schema = schema
        self._parameters = tuple(parameters)

    def complete(self, text: str, cursor: int) -> list[Completion]:
        """What could be typed at an offset of a text, the likeliest first. Never fails.

        Of the word before the cursor the case doesn't matter. What follows the cursor is read for
        its aliases only.
        """
        before = text[:cursor]
        written = words(before)
        last = written[-1] if written and written[-1].end == len(before) else None
        if last is not None and last.kind == "parameter":
            offered = [(f":{name}", "parameter") for name in self._parameters]
            return _matching(offered, last.text, last.start)
        if last is not None and last.kind in ("text", "quoted", "number"):
            return []
        typed = _TYPED.search(before)
        start = typed.start() if typed else len(before)
        context = [word for word in written if word.end <= start]
        completions = [
            *_phrases(before),
            *_matching(self._offered(text, start, context), before[start:], start),
        ]
        unique: dict[str, Completion] = {}
        for completion in completions:
            unique.setdefault(completion.text, completion)
        return list(unique.values())

    def _offered(self, text: str, start: int, context: Sequence[Word]) -> Iterator[tuple[str, str]]:
        """The words that may stand at an offset, and what they are."""
        known = aliases(self._schema, text, start)
        previous = context[-1].text if context else ""
        if previous == ".":
            alias = context[-2].name if len(context) > 1 else ""
            if alias in known:
                yield from self._attributes(known[alias], _before_path(context))
            return
        terminals = accepted(text[:start])
        if "STRING" in terminals:
            yield from self._values(known)
        elif "NAME" in terminals:
            yield from self._names(previous, known)
        yield from ((word, "unit") for word in sorted(UNITS) if "UNIT" in terminals)
        yield from _keywords(terminals)

    def _names(self, previous: str, known: dict[str, ClassDef]) -> Iterator[tuple[str, str]]:
        if previous in ("SELECT", "FROM", "JOIN"):
            yield from ((c.name, "class") for c in self._schema)
        if previous in ("SELECT", ",", "ON") or previous in _JOIN_OPERATORS:
            yield from _aliases(known)

    def _values(self, known: dict[str, ClassDef]) -> Iterator[tuple[str, str]]:
        several = len(known) > 1
        yield from _aliases(known) if several else ()
        codes = [(code, c.name) for c in known.values() for code in known_codes(self._schema, c)]
        # A code that several classes have must be written with its alias.
        counts: dict[str, int] = {}
        for code, _name in codes:
            counts[code] = counts.get(code, 0) + 1
        yield from ((code, f"attribute of {name}") for code, name in codes if counts[code] == 1)
        yield from _aliases(known) if not several else ()
        yield from ((name, FUNCTIONS[name].usage) for name in sorted(FUNCTIONS))
        yield from ((f":{name}", "parameter") for name in self._parameters)

    def _attributes(self, class_def: ClassDef, before: str) -> Iterator[tuple[str, str]]:
        """The codes that may follow an alias: all, or in a JOIN its keys, or its id."""
        what = f"attribute of {class_def.name}"
        if before == "ON":
            keys = (a for a in class_def.attributes.values() if a.kind is Kind.KEY)
            yield from ((key.code, f"key to {key.target}") for key in keys)
        elif before == "JOIN":
            yield "id", what
        else:
            yield from ((code, what) for code in known_codes(self._schema, class_def))


def _before_path(context: Sequence[Word]) -> str:
    """ "ON" for the left side of a JOIN, "JOIN" for its right side, "" for a path elsewhere."""
    texts = [word.text for word in context[:-2]]
    if texts[-1:] == ["ON"]:
        return "ON"
    while texts and (texts[-1] in _JOIN_OPERATORS or texts[-1] == "NOT"):
        texts.pop()
    # The left side is `alias . key`.
    on_the_left = len(texts) < len(context) - 2 and texts[-4:-3] == ["ON"]
    return "JOIN" if on_the_left else ""


def _keywords(terminals: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(terminals):
        word = name.replace("_", " ")
        if word in _OFFERED:
            yield word, "keyword"


def _aliases(known: dict[str, ClassDef]) -> Iterator[tuple[str, str]]:
    for alias, class_def in known.items():
        yield name_text(alias), class_def.name if alias != class_def.name else "class"


def _phrases(before: str) -> Iterator[Completion]:
    """Keywords of several words of which the first is already there."""
    for phrase in _PHRASES:
        for length in range(len(phrase) - 1, phrase.index(" "), -1):
            start = len(before) - length
            if not before.endswith(phrase[:length]) or before[start - 1 : start].isalnum():
                continue
            if start >= 0 and phrase.replace(" ", "_") in accepted(before[:start]):
                yield Completion(phrase, start, "keyword")


def _matching(offered: Iterable[tuple[str, str]], typed: str, start: int) -> list[Completion]:
    small = typed.lower()
    return [
        Completion(text, start, what) for text, what in offered if text.lower().startswith(small)
    ]
