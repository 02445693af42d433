"""The joins of a SELECT: which key connects which two classes, and how."""

from __future__ import annotations

from dataclasses import replace

from cti_oql.resolve.names import Names
from cti_oql.resolve.resolved import Source
from cti_oql.resolve.scope import Scope
from cti_oql.schema import Attribute, Kind, Schema
from cti_oql.syntax import tree

MAX_JOINS = 40


def resolve_joins(schema: Schema, names: Names, scope: Scope, joins: tuple[tree.Join, ...]) -> None:
    """Add the joined classes to a scope, in order.

    :raises OqlModelError: a join names what isn't there, or connects what it can't
    """
    if len(joins) > MAX_JOINS:
        raise names.error(f"more than {MAX_JOINS} joins", joins[MAX_JOINS].class_name)
    for join in joins:
        _join(schema, names, scope, join)


def _join(schema: Schema, names: Names, scope: Scope, join: tree.Join) -> None:
    joined = names.class_of(join.class_name)
    alias = join.alias or join.class_name
    if scope.find(alias.text) is not None:
        raise names.error(f"the alias {alias.text} is used already", alias)
    left_alias, right_alias = _qualified(names, join.left), _qualified(names, join.right)
    if join.right.attribute.text != "id":
        raise names.error(
            "the right side of ON must be an id: alias.key = alias.id", join.right.attribute
        )
    # The joined class takes part in its own ON.
    new = scope.add(alias.text, joined)
    left, right = names.source(scope, left_alias), names.source(scope, right_alias)
    key = _key(names, left, join.left.attribute)
    if (left is new) == (right is new):
        raise names.error(f"ON must compare {alias.text} with a class before it", left_alias)
    other = left if right is new else right
    if scope.own(other.alias) is not other:
        raise names.error(
            f"ON must compare {alias.text} with a class of the same SELECT; compare with "
            f"{other.alias} after WHERE",
            left_alias if other is left else right_alias,
        )
    target = right.class_def.name
    if not (schema.is_a(target, key.target) or schema.is_a(key.target, target)):
        raise names.error(f"{key.code} leads to {key.target}, not to {target}", right_alias)
    if join.operator != "=" and not key.hierarchical:
        raise names.error(f"{key.code} makes no hierarchy", join.left.attribute)
    pointing = right is new
    optional = pointing and join.operator == "="
    scope.replace(
        replace(
            new,
            nullable=optional and (not key.mandatory or other.nullable),
            key=key,
            other=other.number,
            pointing=pointing,
            operator=join.operator,
        )
    )


def _qualified(names: Names, side: tree.Path) -> tree.Name:
    if side.alias is None:
        raise names.error("both sides of ON need an alias: alias.key = alias.id", side.attribute)
    return side.alias


def _key(names: Names, owner: Source, name: tree.Name) -> Attribute:
    attribute = owner.class_def.attributes.get(name.text)
    if attribute is not None and attribute.kind is Kind.KEY:
        return attribute
    keys = [a.code for a in owner.class_def.attributes.values() if a.kind is Kind.KEY]
    raise names.error(f"{name.text} is not an external key of {owner.class_def.name}", name, keys)
