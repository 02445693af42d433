"""The branches of a UNION that read one table, as one SELECT.

`SELECT Incident WHERE caller_id = 3 AND … UNION SELECT UserRequest WHERE caller_id = 3 AND …` finds
the tickets of a caller, and then those of one class or the other. So they are looked up once, and
none comes twice.
"""

from __future__ import annotations

from dataclasses import replace

from cti_oql.resolve.fields import field_of
from cti_oql.resolve.resolved import (
    Branch,
    Chain,
    Field,
    Membership,
    Operand,
    ResolvedQuery,
    Source,
    all_of,
    conjuncts,
    has_query,
    with_fields,
)
from cti_oql.rewrite.rule import Context
from cti_oql.rewrite.selectivity import is_anchor
from cti_oql.schema import ClassDef, Schema
from cti_oql.syntax import tree


def merge_branches(query: ResolvedQuery, context: Context) -> ResolvedQuery:
    """The rule: one branch in place of all, where they read one table.

    They must have a condition in common that finds its objects by an index.
    """
    return replace(query, branches=_merged(context.schema, query))


def _merged(schema: Schema, query: ResolvedQuery) -> tuple[Branch, ...]:
    branches = query.branches
    if len(branches) == 1 or not all(map(_is_plain, branches)):
        return branches
    source = replace(branches[0].sources[0], class_def=schema[query.class_name])
    parts = [
        [_common(schema, source, condition) for condition in conjuncts(branch.where)]
        for branch in branches
    ]
    shared = [condition for condition in parts[0] if all(condition in part for part in parts)]
    if not any(map(is_anchor, shared)):
        return branches
    alternatives = []
    for branch, part in zip(branches, parts, strict=True):
        rest = [condition for condition in part if condition not in shared]
        alternatives.append(
            all_of([*_of_class(schema, source, branch.sources[0].class_def), *rest])
        )
    return (Branch((source,), (source.number,), _either(shared, alternatives)),)


def _either(shared: list[Operand], alternatives: list[Operand | None]) -> Operand | None:
    """What all demand, and what one of them demands; None demands nothing more."""
    some = [each for each in alternatives if each is not None]
    if len(some) < len(alternatives):
        return all_of(shared)
    return all_of([*shared, Chain("OR", tuple(some))])


def _is_plain(branch: Branch) -> bool:
    """Whether a branch reads one table, as far as its conditions tell."""
    return len(branch.sources) == 1 and branch.where is not None and not has_query(branch.where)


def _common(schema: Schema, source: Source, condition: Operand) -> Operand:
    """A condition, of the objects of the common class where that has the attributes."""

    def moved(field: Field) -> Field:
        attribute = field.attribute
        own = source.class_def.attributes.get(attribute.code) if attribute else None
        if own is not None and not field.hops and own == attribute:
            return field_of(schema, source.number, source.class_def, own.code)
        return replace(field, source=source.number)

    return with_fields(condition, moved)


def _of_class(schema: Schema, source: Source, class_def: ClassDef) -> list[Operand]:
    """That an object is of the class of a branch."""
    classes = schema.concrete(class_def.name)
    if set(classes) == set(schema.concrete(source.class_def.name)):
        return []
    field = field_of(schema, source.number, source.class_def, "finalclass")
    return [Membership(field, tuple(tree.Text(name) for name in classes), negated=False)]
