"""Joins that only say which objects are wanted, turned into `IN` and a query of its own.

A joined class that nothing is selected from either repeats the objects found, or leaves the
database to guess at which end to begin. As a sub-query, what it finds is looked up first, and once.
That is not done where an index helps with a condition on the rest, for then only few objects of
the rest have to be read; but always where there are few objects of the joined class, and where they
tell at which end a walk through a hierarchy begins.
"""

from __future__ import annotations

from dataclasses import replace

from cti_oql.resolve.fields import field_of
from cti_oql.resolve.resolved import (
    Branch,
    Comparison,
    Field,
    Membership,
    Operand,
    ResolvedQuery,
    Source,
    SubMembership,
    all_of,
    conjuncts,
    fields_in,
    is_value,
    with_fields,
)
from cti_oql.rewrite.join_elimination import stand_ins
from cti_oql.rewrite.outer_joins import required_paths, with_required
from cti_oql.rewrite.rule import Context, each_branch
from cti_oql.rewrite.selectivity import is_anchor


def separate_filters(query: ResolvedQuery, context: Context) -> ResolvedQuery:
    """The rule: every SELECT has as few joins as can be."""
    return each_branch(
        query, lambda branch, inside: _separated(context, branch, context.kept(branch, inside))
    )


def _separated(context: Context, branch: Branch, kept: set[int]) -> Branch:
    stand_in_of = stand_ins(context.schema, branch, kept, context.limits)
    for root in branch.sources[1:]:
        # Where its key stands for the other object, nothing of the other one is looked up.
        stand_in = stand_in_of.get(root.other)
        if stand_in is not None and stand_in.owner == root.number:
            continue
        apart = _apart(context, branch, root)
        if apart is not None:
            return _separated(context, apart, kept)
    conditions = [_of_few(context, branch, each) for each in conjuncts(branch.where)]
    return replace(branch, where=all_of(conditions))


def _apart(context: Context, branch: Branch, root: Source) -> Branch | None:
    """The SELECT without a joined source and all that is joined to it; None if it rather stays."""
    if root.operator != "=" or root.nullable or root.key is None:
        return None
    inside = _joined_to(branch, root)
    outside = {source.number for source in branch.sources} - inside
    if inside.intersection(branch.selected):
        return None
    moved, kept = [], []
    for condition in conjuncts(branch.where):
        concerned = {field.source for field in fields_in(condition)}
        if not concerned & inside:
            kept.append(condition)
        elif concerned <= inside:
            moved.append(condition)
        else:
            return None
    other = branch.source(root.other)
    sources = [source for source in branch.sources if source.number in inside]
    if root.pointing:
        if not (root.class_def.few and moved):
            return None
        code = root.key.code
        first = replace(root, key=None, other=0, pointing=False)
        sources[0] = first
    else:
        begins_walk = any(map(is_anchor, moved)) and _is_end_of_walk(branch, root.other)
        if any(map(is_anchor, kept)) and not begins_walk:
            return None
        code = "id"
        # It stands for the objects that the key leads to.
        first = Source(next(context.numbers), other.alias, context.schema[root.key.target])
        sources = [first, replace(root, other=first.number), *sources[1:]]
    field = field_of(context.schema, other.number, other.class_def, code)
    query = with_required(Branch(tuple(sources), (first.number,), all_of(moved)))
    return replace(
        branch,
        sources=tuple(source for source in branch.sources if source.number in outside),
        where=all_of([*kept, SubMembership(field, (query,), negated=False)]),
    )


def _is_end_of_walk(branch: Branch, number: int) -> bool:
    """Whether a source is joined to another one by its place in a hierarchy."""
    walks = [source for source in branch.sources[1:] if source.operator != "="]
    return any(number in (source.number, source.other) for source in walks)


def _of_few(context: Context, branch: Branch, condition: Operand) -> Operand:
    """A condition on an object behind a key, as one on the key if there are few such objects."""
    match condition:
        case Comparison(left=Field() as field, right=right) if is_value(right):
            pass
        case Membership(Field() as field, items, negated=False) if all(map(is_value, items)):
            pass
        case _:
            return condition
    if len(field.hops) != 1 or not context.schema[field.hops[0].target].few:
        return condition
    (key,) = field.hops
    owner = next((source for source in branch.sources if source.number == field.source), None)
    # It may not hold without the object.
    required = required_paths(replace(branch, where=condition))
    if owner is None or (owner.number, (key.code,)) not in required:
        return condition
    target = Source(next(context.numbers), key.code, context.schema[key.target])
    inner = replace(field, source=target.number, hops=())
    where = with_fields(condition, lambda _field: inner)
    query = with_required(Branch((target,), (target.number,), where))
    key_field = field_of(context.schema, owner.number, owner.class_def, key.code)
    return SubMembership(key_field, (query,), negated=False)


def _joined_to(branch: Branch, root: Source) -> set[int]:
    """The numbers of a source and of those that are joined to it, directly or not."""
    numbers = {root.number}
    for source in branch.sources[1:]:
        if source.other in numbers:
            numbers.add(source.number)
    return numbers
