"""Values in a query that no object can have: texts that are none of an enum's codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cti_oql import ResolvedQuery
from cti_oql.functions.fold import fold
from cti_oql.resolve.resolved import (
    Comparison,
    Domain,
    Field,
    Interval,
    Membership,
    Operand,
    children,
)
from cti_oql.syntax.tree import Text

from cti_tickets.model.schema import Schema


@dataclass(frozen=True)
class UnknownCode:
    """A text that is compared with an enum, or with `finalclass`, and is none of its codes."""

    text: str
    class_name: str
    attribute: str
    codes: Sequence[str]


def unknown_codes(query: ResolvedQuery, schema: Schema) -> Iterator[UnknownCode]:
    """The texts of a query that equal nothing, because they are misspelt.

    An empty text is none of them: it asks for objects without a value.
    """
    for branch in query.branches:
        if branch.where is not None:
            yield from _inside(branch.where, schema)


def _inside(node: Operand | Interval, schema: Schema) -> Iterator[UnknownCode]:
    match node:
        case Comparison("=" | "!=", Field() as field, Text() as text):
            yield from _wrong(field, [text], schema)
        case Comparison("=" | "!=", Text() as text, Field() as field):
            yield from _wrong(field, [text], schema)
        case Membership(Field() as field, items):
            yield from _wrong(field, [item for item in items if isinstance(item, Text)], schema)
    for child in children(node):
        yield from _inside(child, schema)


def _wrong(field: Field, texts: Sequence[Text], schema: Schema) -> Iterator[UnknownCode]:
    if field.domain is not Domain.CODE:
        return
    code, codes = field.code, schema.concrete(field.owner.name)
    if field.attribute is not None:
        code, codes = field.attribute.code, [*field.attribute.values]
    folded = {fold(known) for known in codes}
    for text in texts:
        if text.value and fold(text.value) not in folded:
            yield UnknownCode(text.value, field.owner.name, code, codes)
