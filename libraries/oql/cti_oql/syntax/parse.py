"""Text to tree, with errors that point at the place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, VisitError

from cti_oql.errors import OqlSyntaxError
from cti_oql.functions.registry import FUNCTIONS, UNITS
from cti_oql.syntax import tree
from cti_oql.syntax.syntax_errors import syntax_error

MAX_LENGTH = 100_000
# SQLite's parser has a stack of 100 places, of which a level takes up to four; an expression may
# be 1,000 operators high there. Both databases get the same limits.
MAX_DEPTH = 20
MAX_HEIGHT = 400
MAX_BRANCHES = 100
# How many levels an operator is worth, for what becomes of it; functions declare theirs.
_WEIGHTS = dict.fromkeys(("LIKE", "NOT LIKE", "REGEXP", "&", "|", "^", "<<", ">>"), 2) | {"/": 3}

_LARGEST = 2**63 - 1
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def parse(text: str) -> tree.Query:
    """Parse a query.

    :param text: the query
    :raises OqlSyntaxError: it is not a query, or is longer or deeper than can be handled
    """
    if len(text) > MAX_LENGTH:
        raise OqlSyntaxError(f"the query is too long (more than {MAX_LENGTH:,} characters)")
    if not text.strip(" \t\r\n"):
        raise OqlSyntaxError("the query is empty", text=text, position=0)
    try:
        parsed = _parser().parse(text)
    except UnexpectedInput as error:
        raise syntax_error(text, error) from None
    except VisitError as error:
        if isinstance(error.orig_exc, _Refused):
            raise error.orig_exc.told(text) from None
        raise
    except _Refused as error:
        raise error.told(text) from None
    assert isinstance(parsed, tree.Query)  # noqa: S101 (what `start` makes)
    return parsed


def accepted(text: str) -> frozenset[str]:
    """The terminals of the grammar that may follow a text; none if it can't begin a query."""
    if len(text) > MAX_LENGTH:
        return frozenset()
    try:
        reading = _parser().parse_interactive(text)
        reading.exhaust_lexer()
    except (UnexpectedInput, VisitError, _Refused):
        return frozenset()
    accepts: Any = reading.accepts  # its types leave it out
    return frozenset(accepts())


class _Refused(Exception):
    """What the grammar allows and the language doesn't, or more than can be handled."""

    def __init__(self, message: str, position: int = 0, word: str = "") -> None:
        super().__init__(message)
        self.position, self.word = position, str(word)

    def told(self, text: str) -> OqlSyntaxError:
        return OqlSyntaxError(str(self), text=text, position=self.position, word=self.word)


@dataclass(frozen=True)
class _Built:
    """An expression while the parser reduces.

    `depth` counts a chain as one level, `height` each of its operators; `grouped` tells
    whether it is in parentheses.
    """

    node: tree.Expression
    depth: int = 1
    height: int = 1
    grouped: bool = False


@v_args(inline=True)
class _Build(Transformer[Token, tree.Query]):
    """Builds the tree while the parser reduces: without recursion, at any depth."""

    def start(self, query: tuple[tree.Query, int]) -> tree.Query:
        return query[0]

    def query(self, *branches: tuple[tree.Select, int] | Token) -> tuple[tree.Query, int]:
        selects = [branch for branch in branches if not isinstance(branch, Token)]
        _limit(len(selects), MAX_BRANCHES, "too long a union")
        return tree.Query(tuple(s for s, _ in selects)), max(depth for _, depth in selects)

    def select_class(self, *parts: Any) -> tuple[tree.Select, int]:
        return _branch((), _without_keywords(parts))

    def select_aliases(self, *parts: Any) -> tuple[tree.Select, int]:
        selected, *rest = _without_keywords(parts)
        return _branch(selected, rest)

    def names(self, *names: tree.Name) -> tuple[tree.Name, ...]:
        return names

    def joins(self, *joins: tree.Join) -> tuple[tree.Join, ...]:
        _limit(len(joins), MAX_BRANCHES, "too long a list of joins")
        return joins

    def join(self, *parts: Any) -> tree.Join:
        *names, left, operator, right = _without_keywords(parts)
        alias = names[1] if len(names) > 1 else None
        return tree.Join(names[0], alias, left.node, str(operator), right.node, operator.start_pos)

    def join_operator(self, token: Token) -> _Operator:
        return _Operator(str(token), token.start_pos or 0)

    or_operator = and_operator = comparison_operator = product_operator = in_operator = (
        join_operator
    )

    def where(self, _where: Token, condition: _Built) -> _Built:
        return condition

    def binary(self, left: _Built, operator: _Operator, right: _Built) -> _Built:
        if operator in ("AND", "OR"):
            return _chain(operator, left, right)
        if operator == "MATCHES" and not isinstance(right.node, tree.Text | tree.Parameter):
            raise _Refused(
                "MATCHES needs a text or a parameter on its right", operator.start_pos, operator
            )
        node = tree.Binary(str(operator), left.node, right.node, operator.start_pos)
        return _deeper(node, left, right, weight=_WEIGHTS.get(operator, 1))

    def in_list(self, operand: _Built, operator: _Operator, items: tuple[_Built, ...]) -> _Built:
        node = tree.In(operand.node, tuple(i.node for i in items), operator == "NOT IN")
        return _deeper(node, operand, *items, weight=2)

    def in_query(
        self, operand: _Built, operator: _Operator, query: tuple[tree.Query, int]
    ) -> _Built:
        node = tree.InQuery(operand.node, query[0], operator == "NOT IN", operator.start_pos)
        return _deeper(node, operand, _Built(operand.node, query[1]), weight=2)

    def items(self, *items: _Built) -> tuple[_Built, ...]:
        return items

    def string(self, token: Token) -> _Built:
        return _Built(tree.Text(_ESCAPE.sub(r"\1", token[1:-1])))

    def integer(self, token: Token) -> _Built:
        return _Built(tree.Integer(_saturated(token)))

    def negative(self, *tokens: Token) -> _Built:
        return _Built(tree.Integer(-_saturated(tokens[-1])))

    def hexadecimal(self, token: Token) -> _Built:
        value = int(token, 16)
        return _Built(tree.Integer(min(value, _LARGEST), hexadecimal=True))

    def null(self, _token: Token) -> _Built:
        return _Built(tree.Null())

    def parameter(self, token: Token) -> _Built:
        return _Built(tree.Parameter(token[1:], token.start_pos or 0))

    def group(self, inside: _Built) -> _Built:
        return replace(inside, grouped=True)

    def function(self, token: Token) -> Token:
        return token

    unit = function

    def arguments(self, *arguments: _Built) -> tuple[_Built, ...]:
        return arguments

    def call(self, function: Token, arguments: tuple[_Built, ...] = ()) -> _Built:
        nodes = tuple(argument.node for argument in arguments)
        call = tree.Call(str(function), nodes, function.start_pos or 0)
        return _deeper(call, *arguments, weight=FUNCTIONS[function].weight)

    def interval(self, _interval: Token, amount: _Built, unit: Token) -> _Built:
        return _deeper(tree.Interval(amount.node, str(unit)), amount)

    def path(self, first: tree.Name, second: tree.Name | None = None) -> _Built:
        return _Built(tree.Path(second, first) if second else tree.Path(first))

    def name(self, token: Token) -> tree.Name:
        return tree.Name(token.strip("`"), token.start_pos or 0)


class _Operator(str):
    """An operator with its place."""

    start_pos: int

    def __new__(cls, text: str, start_pos: int) -> _Operator:
        self = super().__new__(cls, text)
        self.start_pos = start_pos
        return self


def _without_keywords(parts: Iterable[Any]) -> list[Any]:
    return [part for part in parts if not isinstance(part, Token)]


def _branch(selected: tuple[tree.Name, ...], parts: list[Any]) -> tuple[tree.Select, int]:
    where = parts.pop() if isinstance(parts[-1], _Built) else None
    *names, joins = parts
    alias = names[1] if len(names) > 1 else None
    condition = where.node if where else None
    return (
        tree.Select(names[0], alias, joins, condition, selected),
        where.depth + 1 if where else 1,
    )


def _deeper(node: tree.Expression, *children: _Built, weight: int = 1) -> _Built:
    depth = weight + max((child.depth for child in children), default=0)
    height = 1 + max((child.height for child in children), default=0)
    return _limited(_Built(node, depth, height))


def _chain(operator: str, left: _Built, right: _Built) -> _Built:
    """Extends a chain `a OR b`; a chain in parentheses stays an operand of its own."""
    chain = left.node
    if isinstance(chain, tree.Logical) and chain.operator == operator and not left.grouped:
        # The list is copied each time; MAX_HEIGHT keeps that cheap.
        node = tree.Logical(str(operator), (*chain.operands, right.node))
        depth, height = max(left.depth, right.depth + 1), max(left.height, right.height) + 1
        return _limited(_Built(node, depth, height))
    return _deeper(tree.Logical(str(operator), (left.node, right.node)), left, right)


def _limited(built: _Built) -> _Built:
    _limit(built.depth, MAX_DEPTH, "nested too deeply")
    _limit(built.height, MAX_HEIGHT, "too long a chain")
    return built


def _limit(size: int, limit: int, what: str) -> None:
    if size > limit:
        raise _Refused(f"the query is {what} (more than {limit})")


def _saturated(digits: str) -> int:
    digits = digits.lstrip("0")
    return min(int(digits or "0"), _LARGEST) if len(digits) < 20 else _LARGEST


@cache
def _parser() -> Lark:
    grammar = files("cti_oql.syntax").joinpath("grammar.lark").read_text(encoding="utf-8")
    functions, units = FUNCTIONS.keys(), {*UNITS}
    grammar += _terminal("FUNCTION", functions - units)
    grammar += _terminal("PART", functions & units)
    grammar += _terminal("UNIT", units - functions)
    # The basic lexer: a keyword is one everywhere, also where a name is expected.
    return Lark(
        grammar, parser="lalr", lexer="basic", transformer=_Build(), maybe_placeholders=False
    )


def _terminal(name: str, words: Iterable[str]) -> str:
    """The rule for a terminal that is one of some words."""
    return f"{name}.7: /(?:{'|'.join(sorted(words))})(?![A-Za-z0-9_])/\n"
