"""Outer joins that may be ordinary ones: which optional keys must lead to an object.

Where a condition can't be true without the object, an ordinary join finds the same as an outer
one, and the database is free to begin at the other end of it.
"""

from __future__ import annotations

from dataclasses import replace

from cti_oql.resolve.resolved import (
    Branch,
    Chain,
    Comparison,
    Field,
    Membership,
    ObjectPath,
    Operand,
    ResolvedQuery,
    SubMembership,
    is_value,
)
from cti_oql.rewrite.rule import Context, each_branch

# What they are made of stands for something else where no object is.
_NEVER_UNKNOWN = ("friendlyname", "obsolescence_flag")


def require_objects(query: ResolvedQuery, context: Context) -> ResolvedQuery:
    """The rule: every SELECT knows what it requires, and joins it without leaving it out."""
    return each_branch(query, lambda branch, inside: with_required(branch))


def with_required(branch: Branch) -> Branch:
    """The same SELECT, in which sources that are required are not nullable."""
    required = required_paths(branch)
    needed = {number for number, _keys in required}
    for source in reversed(branch.sources[1:]):
        # A key leads to this source only from an object; and if it leads away from this source,
        # the join is an ordinary one.
        if source.operator == "=" and (source.number in needed or not source.pointing):
            needed.add(source.other)
    sources = tuple(
        replace(source, nullable=False) if source.number in needed else source
        for source in branch.sources
    )
    return replace(branch, sources=sources, required=required)


def required_paths(branch: Branch) -> frozenset[ObjectPath]:
    """The objects without which the WHERE of a SELECT is not true."""
    numbers = {source.number for source in branch.sources}
    paths = _required(branch.where) if branch.where is not None else frozenset()
    return frozenset(path for path in paths if path[0] in numbers)


def _required(condition: Operand) -> frozenset[ObjectPath]:
    match condition:
        case Chain("AND", conditions):
            return frozenset().union(*map(_required, conditions))
        case Chain("OR", conditions):
            first, *others = map(_required, conditions)
            return first.intersection(*others)
        case Comparison(operator, left, right) if operator != "MATCHES":
            return _paths(left) | _paths(right)
        case Membership(operand, items, negated=False) if all(map(is_value, items)):
            return _paths(operand)
        case SubMembership(operand, _branches, negated=False):
            return _paths(operand)
        case _:
            return frozenset()


def _paths(operand: Operand) -> frozenset[ObjectPath]:
    """The objects without which an operand is unknown, and so is a comparison with it."""
    if not isinstance(operand, Field) or operand.code in _NEVER_UNKNOWN:
        return frozenset()
    if operand.code == "finalclass" and not operand.owner.polymorphic:
        return frozenset()
    codes = tuple(key.code for key in operand.hops)
    return frozenset((operand.source, codes[:length]) for length in range(len(codes) + 1))
