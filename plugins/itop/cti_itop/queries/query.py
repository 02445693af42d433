"""A query of the settings: what it asks for, and its text with values in it.

iTop's REST services take no parameters. So every `:name` outside of strings and backticks becomes
a literal; nothing else of the text changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cti_host import Number, Unsearchable
from cti_itop.queries.literals import (
    Kind,
    NoLiteral,
    Token,
    digits_literal,
    like_literal,
    regexp_literal,
    string_literal,
    tokens,
)

Param = str | int | Number | Unsearchable | Sequence[int] | None
"""What a parameter may hold; `None` and `Unsearchable` match nothing."""

# What stands for an attribute's texts when none of them is the number: no such text is a phone's.
NOBODY = "(nobody)"


class NothingToAsk(Exception):
    """The query can't find anything: a list in it is empty."""


class MissingParameter(LookupError):
    """A parameter of the query has no value; the message is its name."""


@dataclass(frozen=True)
class Comparison:
    """A place `attribute LIKE :name`, `= :name` or `IN (:name)` of a query.

    `class_name` is the class that has the attribute, `first` and `last` are the positions of the
    tokens from the operator to the end of the right side.
    """

    class_name: str
    attribute: str
    parameter: str
    first: int
    last: int


class Query:
    """A query, taken apart once.

    :raises NotOql: it has something that is no token of OQL
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(tokens(text))
        self.parameters = list(
            dict.fromkeys(t.name for t in self.tokens if t.kind is Kind.PARAMETER)
        )
        self.branches, self.comparisons = _read(self.tokens)

    @property
    def class_name(self) -> str:
        """The class it finds, "" if it can't be told; of a UNION, of its first part."""
        return self.branches[0] if self.branches else ""

    @property
    def only_compares(self) -> bool:
        """Whether its condition is nothing but such comparisons, of the class, joined by OR.

        Then a person it found can be checked here, without asking again.
        """
        after = next((i for i, t in enumerate(self.tokens) if t.is_word("WHERE")), None)
        if after is None or len(self.branches) != 1 or not self.comparisons:
            return False
        if any(t.is_word("JOIN", "UNION") for t in self.tokens):
            return False
        covered = set()
        for comparison in self.comparisons:
            covered |= set(range(comparison.first, comparison.last + 1))
        rest = [t for i, t in enumerate(self.tokens) if i > after and i not in covered]
        names = sum(t.kind in (Kind.NAME, Kind.QUOTED_NAME) and not t.is_word("OR") for t in rest)
        dots = sum(t.is_word(".") for t in rest)
        return (
            all(t.kind in (Kind.NAME, Kind.QUOTED_NAME) or t.is_word(".") for t in rest)
            and names == len(self.comparisons) + dots
        )

    def inlined(
        self,
        parameters: Mapping[str, Param],
        stored: Mapping[Comparison, Sequence[str]] | None = None,
    ) -> str:
        """The text with literals for its parameters.

        A `Number` in a comparison finds every text that may be this number, and others; with
        `stored`, it finds exactly these texts instead.

        :raises NothingToAsk: a list is empty
        :raises MissingParameter: a parameter has no value
        """
        placed = {
            comparison.first: (comparison, number)
            for comparison in self.comparisons
            if isinstance(number := parameters.get(comparison.parameter), Number)
        }
        pieces: list[str] = []
        position = done = 0
        while position < len(self.tokens):
            token = self.tokens[position]
            if position in placed:
                comparison, number = placed[position]
                texts = None if stored is None else stored.get(comparison, ())
                new, last = _number_condition(number, texts), comparison.last
            elif token.kind is Kind.PARAMETER:
                new, last = self._literal(position, parameters), position
            else:
                position += 1
                continue
            pieces += [self.text[done : token.start], new]
            done = self.tokens[last].end
            position = last + 1
        return "".join([*pieces, self.text[done:]])

    def _literal(self, position: int, parameters: Mapping[str, Param]) -> str:
        name = self.tokens[position].name
        if name not in parameters:
            raise MissingParameter(name)
        value = parameters[name]
        if value is None or isinstance(value, Unsearchable):
            return "NULL"  # compared with it, nothing matches
        if isinstance(value, int):
            return str(value)
        if not isinstance(value, (str, Number)):
            if not value:
                raise NothingToAsk(name)
            return ",".join(str(int(one)) for one in value)
        text = str(value)
        operator = self._operator_before(position)
        try:
            if operator == "LIKE":
                return like_literal(text)
            return regexp_literal(text) if operator == "REGEXP" else string_literal(text)
        except NoLiteral:
            return "NULL"  # what iTop can't even be asked for, nobody has

    def _operator_before(self, position: int) -> str:
        """The operator of patterns whose right side holds a token, also inside CONCAT(…)."""
        depth = 0
        for token in reversed(self.tokens[:position]):
            if token.is_word("(") and depth:
                depth -= 1
            elif token.is_word(")"):
                depth += 1
            elif not depth and token.is_word("LIKE", "REGEXP"):
                return token.text
            elif not depth and not (token.is_word("(", ",", "CONCAT") or _is_value(token)):
                return ""
        return ""


def _is_value(token: Token) -> bool:
    return token.kind in (Kind.STRING, Kind.PARAMETER, Kind.NUMBER)


def _number_condition(number: Number, texts: Sequence[str] | None) -> str:
    """What stands for the operator and the right side of a comparison with a number."""
    if texts is not None:
        return f"IN ({', '.join(map(string_literal, texts or [NOBODY]))})"
    return f"LIKE {number_pattern(number)}"


def number_pattern(number: Number) -> str:
    """The pattern of LIKE that finds every text that may be this number, and others."""
    if number.e164 is None:
        return digits_literal(number.extension or "")
    digits = number.e164.lstrip("+")
    # Every writing of the number ends with what follows its country code, which has at most three
    # digits; the candidates that are not this number are sorted out afterwards.
    return digits_literal(digits[3:] if len(digits) > 6 else digits)


def _read(found: Sequence[Token]) -> tuple[list[str], list[Comparison]]:
    """The class of each branch of a query, and its comparisons with parameters."""
    branches: list[str] = []
    comparisons: list[Comparison] = []
    aliases: dict[str, str] = {}
    depth = 0
    selected, main = "", ""
    for i, token in enumerate(found):
        depth += token.is_word("(") - token.is_word(")")
        if token.is_word("SELECT"):
            selected, main = _name(found, i + 1), ""
        if token.is_word("SELECT", "FROM", "JOIN"):
            follows = found[i + 2] if i + 2 < len(found) else None
            if token.is_word("SELECT") and follows and follows.is_word("FROM", ","):
                continue
            class_name = _name(found, i + 1)
            aliased = follows is not None and follows.is_word("AS")
            alias = _name(found, i + 3) if aliased else class_name
            aliases[alias] = class_name
            main = main or class_name
            if depth == 0 and not token.is_word("JOIN"):
                branches.append(class_name)
            # SELECT o FROM Person AS p JOIN Organization AS o: the alias says which.
            if depth == 0 and token.is_word("JOIN") and alias == selected and branches:
                branches[-1] = class_name
        comparison = _comparison(found, i, aliases, main)
        if comparison is not None:
            comparisons.append(comparison)
    return branches, comparisons


def _name(found: Sequence[Token], position: int) -> str:
    if position < len(found) and found[position].kind in (Kind.NAME, Kind.QUOTED_NAME):
        return found[position].name
    return ""


def _comparison(
    found: Sequence[Token], i: int, aliases: Mapping[str, str], main: str
) -> Comparison | None:
    """The comparison whose operator is the token at `i`, if it is one with a parameter."""
    if i < 1 or not found[i].is_word("=", "LIKE", "IN") or found[i - 1].is_word("NOT"):
        return None
    is_list = found[i].is_word("IN")
    wanted = (Kind.SYMBOL, Kind.PARAMETER, Kind.SYMBOL) if is_list else (Kind.PARAMETER,)
    right = found[i + 1 : i + 1 + len(wanted)]
    if tuple(t.kind for t in right) != wanted:
        return None
    if is_list and not (right[0].is_word("(") and right[2].is_word(")")):
        return None
    attribute = _name(found, i - 1)
    if not attribute:
        return None
    class_name = main
    if i >= 3 and found[i - 2].is_word("."):
        class_name = aliases.get(_name(found, i - 3), "")
    parameter = right[1 if is_list else 0].name
    return Comparison(class_name, attribute, parameter, i, i + len(right))
