"""Classes of which a SELECT needs nothing but the id: a key that leads there says it.

`JOIN Organization AS o ON u.org_id = o.id JOIN Person AS p ON p.org_id = o.id` needs no table of
organizations: `o.id` is `u.org_id`. A key leads to an object of its class or to nothing, which
the database enforces.
"""

from __future__ import annotations

from dataclasses import replace

from cti_oql.limits import Limits
from cti_oql.resolve.resolved import Branch, ResolvedQuery, StandIn, fields_in
from cti_oql.rewrite.rule import Context, each_branch
from cti_oql.schema import Attribute, ClassDef, Schema


def eliminate_joins(query: ResolvedQuery, context: Context) -> ResolvedQuery:
    """The rule: every SELECT knows which keys stand for which of its sources."""

    def eliminated(branch: Branch, inside: bool) -> Branch:
        kept = context.kept(branch, inside)
        return replace(branch, stand_ins=stand_ins(context.schema, branch, kept, context.limits))

    return each_branch(query, eliminated)


def stand_ins(
    schema: Schema, branch: Branch, kept: set[int], limits: Limits | None
) -> dict[int, StandIn]:
    """What stands for which sources of a SELECT, by their numbers.

    :param kept: the sources of which more than the id is needed after SELECT or ORDER BY
    :param limits: a key that may lead to an object that isn't there stands for nothing
    """
    fields = list(fields_in(branch.where)) if branch.where is not None else []
    needed = {field.source for field in fields if field.hops or field.code != "id"} | kept
    mentioned = {field.source for field in fields}
    main, *joined = branch.sources
    for source in joined:
        if source.operator == "=":
            needed.add(source.other if source.pointing else source.number)
        else:
            # A walk through a hierarchy may begin at either, with the conditions on it.
            needed |= {source.number, *({source.other} & mentioned)}
    keys: dict[int, StandIn] = {}
    for source in joined:
        if source.operator != "=" or source.key is None:
            continue
        if source.pointing:
            owner, target = source.other, source
        elif source.other == main.number:
            owner, target = source.number, main
        else:
            continue
        # A source that another rule made only says where a key leads; what is looked for among
        # these objects has limits itself.
        hides = limits.may_hide if limits is not None and target.number >= 0 else _hides_nothing
        if hides(branch.source(owner).class_def, source.key):
            continue
        if target.number not in needed and schema.is_a(source.key.target, target.class_def.name):
            keys.setdefault(target.number, StandIn(owner, source.key))
    return keys


def _hides_nothing(owner: ClassDef, key: Attribute) -> bool:
    return False
