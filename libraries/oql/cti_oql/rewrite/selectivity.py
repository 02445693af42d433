"""Which conditions the databases would begin at: those with an index that finds few objects."""

from __future__ import annotations

from cti_oql.functions.patterns import parse_pattern
from cti_oql.resolve.resolved import (
    Chain,
    Comparison,
    Domain,
    Field,
    Membership,
    Operand,
    SubMembership,
    is_value,
)
from cti_oql.syntax import tree


def is_anchor(condition: Operand) -> bool:
    """Whether a condition finds its objects by an index, and likely few of them."""
    match condition:
        case Comparison("LIKE", Field() as field, tree.Text(value)):
            return _has_index(field) and parse_pattern(value).beginning != ""
        case Comparison("=" | "LIKE", Field() as field, right):
            return _has_index(field) and is_value(right)
        case Comparison("=", left, Field() as field):
            return _has_index(field) and is_value(left)
        case Membership(Field() as field, items, negated=False):
            return _has_index(field) and all(map(is_value, items))
        case SubMembership(Field() as field, negated=False):
            return _has_index(field)
        case Chain("OR", conditions):
            return all(map(is_anchor, conditions))
        case _:
            return False


def _has_index(field: Field) -> bool:
    """Whether what a field has is found by an index, maybe after the keys that lead to it."""
    indexed = field.attribute is not None and field.attribute.indexed
    return indexed or field.domain in (Domain.ID, Domain.KEY, Domain.PHONE)
