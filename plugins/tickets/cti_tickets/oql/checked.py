"""A query whose names were found in the classes: what the check makes and the compiler reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from cti_tickets.oql.tree import Integer as Number
from cti_tickets.oql.tree import Null, Parameter, Text
from cti_tickets.schema import Attribute, ClassDef


class Domain(Enum):
    """How values of a field compare."""

    ID = auto()  # a number, never unset
    KEY = auto()  # a number; 0 is NULL in the table
    TEXT = auto()
    EMAIL = auto()
    PHONE = auto()
    CODE = auto()  # an enum or a class name: exact
    DATE = auto()
    DATETIME = auto()


@dataclass(frozen=True)
class Source:
    """A class that the query reads, by its alias; `nullable` where an optional key leads to it.

    All sources but the first are joined: `key` is the key of the source number `owner`, and
    `pointing` says whether the key leads to this source, or from it to the other one.
    """

    alias: str
    class_def: ClassDef
    nullable: bool = False
    key: Attribute | None = None
    other: int = 0
    pointing: bool = False


@dataclass(frozen=True)
class Field:
    """A value of a source, or of an object some keys away from it.

    `hops` are the keys to follow. `code` is "id", "finalclass", "friendlyname" or "" for the
    column of `attribute`; `owner` is the class that has it.
    """

    source: int
    hops: tuple[Attribute, ...]
    owner: ClassDef
    domain: Domain
    code: str = ""
    attribute: Attribute | None = None
    # The friendly name behind an unset key is empty, while all other fields there are NULL.
    empty_if_unset: bool = False


@dataclass(frozen=True)
class Comparison:
    """Two operands and one of = != < <= > >= LIKE, NOT LIKE."""

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
class Chain:
    """Conditions joined by AND or OR."""

    operator: str
    conditions: tuple[Operand, ...]


Value = Text | Number | Null | Parameter
Condition = Comparison | Membership | Chain
Operand = Value | Field | Condition


@dataclass(frozen=True)
class CheckedQuery:
    """A query that the classes can answer.

    `class_name` is the class of the objects found, `parameters` the names it needs, in the order
    of their first use.
    """

    text: str
    class_name: str
    parameters: tuple[str, ...]
    sources: tuple[Source, ...] = field(repr=False)
    where: Operand | None = field(repr=False)
