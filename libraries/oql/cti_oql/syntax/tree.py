"""A parsed query as data. Positions are offsets in the text and don't count for equality."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

Position = int


@dataclass(frozen=True)
class Name:
    """A class, alias or attribute as written (without backticks)."""

    text: str
    position: Position = field(default=0, compare=False)


@dataclass(frozen=True)
class Path:
    """`attribute` or `alias.attribute`."""

    attribute: Name
    alias: Name | None = None


@dataclass(frozen=True)
class Text:
    """A string literal, escapes resolved."""

    value: str


@dataclass(frozen=True)
class Integer:
    """An integer literal, in the range of 64 bits; `hexadecimal` as it was written."""

    value: int
    hexadecimal: bool = False


@dataclass(frozen=True)
class Null:
    """The literal NULL."""


@dataclass(frozen=True)
class Parameter:
    """`:name` or `:name->attribute`; `name` is all after the colon."""

    name: str
    position: Position = field(default=0, compare=False)


@dataclass(frozen=True)
class Binary:
    """Two operands and an operator of any level but IN, AND and OR."""

    operator: str
    left: Expression
    right: Expression
    position: Position = field(default=0, compare=False)


@dataclass(frozen=True)
class Logical:
    """A chain `a AND b AND c` or `a OR b OR c`."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class In:
    """`operand IN (items)`, or NOT IN."""

    operand: Expression
    items: tuple[Expression, ...]
    negated: bool = False


@dataclass(frozen=True)
class InQuery:
    """`operand IN (SELECT …)`, or NOT IN."""

    operand: Expression
    query: Query
    negated: bool = False
    position: Position = field(default=0, compare=False)


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    function: str
    arguments: tuple[Expression, ...]
    position: Position = field(default=0, compare=False)


@dataclass(frozen=True)
class Interval:
    """`INTERVAL amount UNIT`: only ever an argument of a function."""

    amount: Expression
    unit: str


Expression = (
    Path | Text | Integer | Null | Parameter | Binary | Logical | In | InQuery | Call | Interval
)


@dataclass(frozen=True)
class Join:
    """`JOIN class AS alias ON left operator right`."""

    class_name: Name
    alias: Name | None
    left: Path
    operator: str
    right: Path
    position: Position = field(default=0, compare=False)


@dataclass(frozen=True)
class Select:
    """One branch; `selected` are the aliases before FROM, none in the short form."""

    class_name: Name
    alias: Name | None = None
    joins: tuple[Join, ...] = ()
    where: Expression | None = None
    selected: tuple[Name, ...] = ()


@dataclass(frozen=True)
class Query:
    """A whole query: one branch, or several joined by UNION."""

    branches: tuple[Select, ...]


def children(node: Expression) -> tuple[Expression, ...]:
    """The operands directly inside an expression, in the order of the text; no sub-queries."""
    match node:
        case Binary(_, left, right):
            return (left, right)
        case Logical(_, operands) | Call(_, operands):
            return operands
        case In(operand, items):
            return (operand, *items)
        case InQuery(operand, _):
            return (operand,)
        case Interval(amount):
            return (amount,)
        case _:
            return ()


def sub_queries(node: Query | Expression) -> Iterator[Query]:
    """Every query inside a query or expression, in the order of the text."""
    if isinstance(node, Query):
        for branch in node.branches:
            if branch.where is not None:
                yield from sub_queries(branch.where)
        return
    for child in children(node):
        yield from sub_queries(child)
    if isinstance(node, InQuery):
        yield node.query
        yield from sub_queries(node.query)


def parameters(node: Query | Expression) -> Iterator[Parameter]:
    """Every parameter inside a query or expression, sub-queries included, in order."""
    if isinstance(node, Query):
        for branch in node.branches:
            if branch.where is not None:
                yield from parameters(branch.where)
        return
    if isinstance(node, Parameter):
        yield node
    for child in children(node):
        yield from parameters(child)
    if isinstance(node, InQuery):
        yield from parameters(node.query)


def with_children(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """An expression with another in place of each operand directly inside; no sub-queries."""
    match node:
        case Binary(_, left, right):
            return replace(node, left=change(left), right=change(right))
        case Logical(_, operands):
            return replace(node, operands=tuple(map(change, operands)))
        case Call(_, arguments):
            return replace(node, arguments=tuple(map(change, arguments)))
        case In(operand, items):
            return replace(node, operand=change(operand), items=tuple(map(change, items)))
        case InQuery(operand, _):
            return replace(node, operand=change(operand))
        case Interval(amount):
            return replace(node, amount=change(amount))
        case _:
            return node
