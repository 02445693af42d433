"""A query whose names were found in the classes: what the compiler reads.

The rules of `rewrite` turn one into another that finds the same objects with less work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TypeGuard

from cti_oql.limits import Limits
from cti_oql.schema import Attribute, ClassDef
from cti_oql.syntax.tree import Integer as Number
from cti_oql.syntax.tree import Null, Parameter, Position, Text


class Domain(Enum):
    """How values of a field compare."""

    ID = auto()  # a number, never unset
    KEY = auto()  # a number; 0 is NULL in the table
    NUMBER = auto()  # a number; NULL is none
    FLAG = auto()  # 1 or 0, never unset
    TEXT = auto()
    PHONE = auto()  # text, and a number beside it
    CODE = auto()  # an enum or a class name
    LOG = auto()  # text that is put together of entries
    DATE = auto()
    DATETIME = auto()


@dataclass(frozen=True)
class Source:
    """A class that the query reads, by its alias; `nullable` where an optional key leads to it.

    `number` is its own in the whole query, sub-queries and all branches included. All sources of
    a branch but the first are joined: `key` is a key between the source and the source `other`,
    and `pointing` says whether the key leads to this source, or from it to the other one.
    `operator` is "=", or one that compares places in a tree.
    """

    number: int
    alias: str
    class_def: ClassDef
    nullable: bool = False
    key: Attribute | None = None
    other: int = 0
    pointing: bool = False
    operator: str = "="


@dataclass(frozen=True)
class Field:
    """A value of a source, or of an object some keys away from it.

    `hops` are the keys to follow. `code` is "id", "finalclass", "friendlyname",
    "obsolescence_flag" or "" for the column of `attribute`; `owner` is the class that has it.
    """

    source: int
    hops: tuple[Attribute, ...]
    owner: ClassDef
    domain: Domain
    code: str = ""
    attribute: Attribute | None = None


@dataclass(frozen=True)
class Comparison:
    """Two operands and one of = != < <= > >= LIKE, NOT LIKE, REGEXP, MATCHES."""

    operator: str
    left: Operand
    right: Operand
    position: Position = field(default=0, compare=False)


@dataclass(frozen=True)
class Arithmetic:
    """Two operands and one of + - * / & | ^ << >>."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True)
class Membership:
    """`operand IN (items)`."""

    operand: Operand
    items: tuple[Operand, ...]
    negated: bool


@dataclass(frozen=True)
class SubMembership:
    """`operand IN (SELECT …)`."""

    operand: Operand
    branches: tuple[Branch, ...]
    negated: bool
    position: Position = field(default=0, compare=False)


@dataclass(frozen=True)
class Chain:
    """Conditions joined by AND or OR."""

    operator: str
    conditions: tuple[Operand, ...]


@dataclass(frozen=True)
class Function:
    """A function with its arguments."""

    name: str
    arguments: tuple[Operand | Interval, ...]
    position: Position = field(default=0, compare=False)


@dataclass(frozen=True)
class Interval:
    """`INTERVAL amount UNIT`."""

    amount: Operand
    unit: str


Value = Text | Number | Null | Parameter
Condition = Comparison | Membership | SubMembership | Chain
Operand = Value | Field | Condition | Arithmetic | Function


# An object that a query reads: a source, and the codes of the keys to follow from it.
ObjectPath = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class StandIn:
    """The key, of the source with the number `owner`, whose value is the id of another one."""

    owner: int
    key: Attribute


@dataclass(frozen=True)
class Branch:
    """One SELECT: its sources in order, and the numbers of those whose objects it finds.

    What the rules of `rewrite` find out: `required` are the objects without which it finds
    nothing, `stand_ins` say of sources, by number, which key has their id, so that their tables
    need not be read, and `starts` of ends of walks, by number, what finds them.
    """

    sources: tuple[Source, ...]
    selected: tuple[int, ...]
    where: Operand | None
    required: frozenset[ObjectPath] = frozenset()
    stand_ins: Mapping[int, StandIn] = field(default_factory=dict, compare=False)
    starts: Mapping[int, Branch] = field(default_factory=dict, compare=False)

    def source(self, number: int) -> Source:
        """The source with a number."""
        return next(source for source in self.sources if source.number == number)


@dataclass(frozen=True)
class ResolvedQuery:
    """A query that the classes can answer.

    `class_names` are the classes of the objects found, one for each alias selected: what the
    branches have in common. `parameters` are the names it needs, in the order of their first use.
    `filtered` says whether it has a WHERE, as it was written. `limits` say which objects there are,
    if not all of them.
    """

    text: str
    class_names: tuple[str, ...]
    parameters: tuple[str, ...]
    filtered: bool
    branches: tuple[Branch, ...] = field(repr=False)
    limits: Limits | None = None

    @property
    def class_name(self) -> str:
        """The class of the objects found; of several, the first."""
        return self.class_names[0]


def children(node: Operand | Interval) -> Iterator[Operand | Interval]:
    """The operands directly inside one, those of sub-queries too."""
    match node:
        case Comparison(_, left, right) | Arithmetic(_, left, right):
            yield from (left, right)
        case Membership(operand, items):
            yield operand
            yield from items
        case SubMembership(operand, branches):
            yield operand
            yield from (branch.where for branch in branches if branch.where is not None)
        case Chain(_, conditions):
            yield from conditions
        case Function(_, arguments):
            yield from arguments
        case Interval(amount):
            yield amount
        case _:
            return


def fields_in(node: Operand | Interval) -> Iterator[Field]:
    """All fields inside an operand, those of sub-queries too."""
    if isinstance(node, Field):
        yield node
    for child in children(node):
        yield from fields_in(child)


def sources_of(node: Operand | Interval) -> set[int]:
    """The sources that an operand is about: of a sub-query, those around it that it mentions."""
    match node:
        case Field(source):
            return {source}
        case SubMembership(operand, branches):
            inside = (
                sources_of(branch.where) - {source.number for source in branch.sources}
                for branch in branches
                if branch.where is not None
            )
            return sources_of(operand).union(*inside)
        case _:
            return set[int]().union(*map(sources_of, children(node)))


def has_query(node: Operand | Interval) -> bool:
    """Whether there is a sub-query inside an operand."""
    return isinstance(node, SubMembership) or any(has_query(child) for child in children(node))


def conjuncts(where: Operand | None) -> list[Operand]:
    """The conditions that must all hold for a WHERE to hold."""
    if where is None:
        return []
    if isinstance(where, Chain) and where.operator == "AND":
        return [part for condition in where.conditions for part in conjuncts(condition)]
    return [where]


def all_of(conditions: Sequence[Operand]) -> Operand | None:
    """Conditions as one that holds if all do; None for none."""
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return Chain("AND", tuple(conditions))


def with_fields(operand: Operand, change: Callable[[Field], Field]) -> Operand:
    """An operand without sub-queries, with other fields in place of its own."""
    return _rebuilt(operand, lambda part: change(part) if isinstance(part, Field) else None)


def with_queries(
    operand: Operand, change: Callable[[tuple[Branch, ...]], tuple[Branch, ...]]
) -> Operand:
    """An operand with other branches in its sub-queries; what is inside of those is not visited."""

    def changed(part: Operand) -> Operand | None:
        if isinstance(part, SubMembership):
            inside = with_queries(part.operand, change)
            return replace(part, operand=inside, branches=change(part.branches))
        return None if isinstance(part, Chain) or has_query(part) else part

    return _rebuilt(operand, changed)


def _rebuilt(operand: Operand, change: Callable[[Operand], Operand | None]) -> Operand:
    """An operand in which `change` replaced some parts; for None it is asked of what is inside."""

    def rebuilt(node: Operand) -> Operand:
        changed = change(node)
        if changed is not None:
            return changed
        match node:
            case Comparison(left=left, right=right) | Arithmetic(left=left, right=right):
                return replace(node, left=rebuilt(left), right=rebuilt(right))
            case Membership(inside, items):
                return replace(node, operand=rebuilt(inside), items=tuple(map(rebuilt, items)))
            case Chain(conditions=conditions):
                return replace(node, conditions=tuple(map(rebuilt, conditions)))
            case Function(arguments=arguments):
                return replace(node, arguments=tuple(map(argument, arguments)))
            case _:
                return node

    def argument(node: Operand | Interval) -> Operand | Interval:
        if isinstance(node, Interval):
            return replace(node, amount=rebuilt(node.amount))
        return rebuilt(node)

    return rebuilt(operand)


def is_value(operand: Operand) -> TypeGuard[Value]:
    """Whether an operand is a literal or a parameter."""
    return isinstance(operand, Text | Number | Null | Parameter)
