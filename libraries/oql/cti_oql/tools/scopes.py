"""Which aliases there are in an unfinished query, and where: found in its words alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cti_oql.schema import ClassDef, Schema

_WORD = re.compile(
    r"""(?P<text>'(?:[^'\\]|\\.)*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z))"""
    r"|(?P<quoted>`[^`]*(?:`|\Z))"
    r"|(?P<parameter>:[A-Za-z0-9_]*(?:->[A-Za-z0-9_]*)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>[0-9][A-Za-z0-9_]*)"
    r"|(?P<sign>[^ \t\r\n])",
    re.DOTALL | re.ASCII,
)


@dataclass(frozen=True)
class Word:
    """A word of a text: its kind ("text", "quoted", "parameter", "name", "number", "sign")."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)

    @property
    def name(self) -> str:
        """The name that it is, without backticks; "" for anything else."""
        return self.text.strip("`") if self.kind in ("name", "quoted") else ""


def words(text: str) -> list[Word]:
    """The words of any text; the last one may have no end."""
    return [Word(m.lastgroup or "sign", m[0], m.start()) for m in _WORD.finditer(text)]


@dataclass
class _Branch:
    """One SELECT: its classes by alias, and how deep in parentheses it is."""

    depth: int
    classes: dict[str, ClassDef] = field(default_factory=dict)


def aliases(schema: Schema, text: str, place: int) -> dict[str, ClassDef]:
    """The classes that can be named at an offset of a text, by alias, the nearest first."""
    seen: list[_Branch] | None = None
    open_: list[_Branch] = []
    depth = 0
    listed = words(text)
    for number, word in enumerate(listed):
        if seen is None and word.end > place:
            seen = list(open_)
        if word.text == "(":
            depth += 1
        elif word.text == ")":
            depth -= 1
            open_ = [branch for branch in open_ if branch.depth <= depth]
        elif word.text in ("SELECT", "FROM", "JOIN"):
            if word.text == "SELECT":
                # Behind UNION, another branch begins at the same depth.
                open_ = [*(b for b in open_ if b.depth < depth), _Branch(depth)]
            elif word.text == "FROM" and open_:
                open_[-1].classes.clear()
            if open_:
                open_[-1].classes.update(_named(schema, listed[number + 1 : number + 4]))
    named: dict[str, ClassDef] = {}
    for branch in reversed(open_ if seen is None else seen):
        named = {**named, **{a: c for a, c in branch.classes.items() if a not in named}}
    return named


def _named(schema: Schema, following: list[Word]) -> Iterator[tuple[str, ClassDef]]:
    """The alias and class in the words after SELECT, FROM or JOIN."""
    if not following or following[0].name not in schema:
        return
    name = following[0].name
    alias = (
        following[2].name if [w.text for w in following[1:2]] == ["AS"] and following[2:] else ""
    )
    yield alias or name, schema[name]
