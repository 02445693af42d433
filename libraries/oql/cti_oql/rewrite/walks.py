"""Where a walk through a hierarchy begins, when the query says nothing of its two ends themselves.

`JOIN Organization AS top ON o.parent_id BELOW top.id JOIN Person AS p ON p.org_id = o.id WHERE p.id
= 3` demands nothing of `o` and `top`. But `o` is the organization of a person whom an index finds:
from there it is a short way up, and without it every pair of two organizations is one to look at.
"""

from __future__ import annotations

from dataclasses import replace

from cti_oql.resolve.resolved import (
    Branch,
    Field,
    Operand,
    ResolvedQuery,
    Source,
    all_of,
    conjuncts,
    fields_in,
    has_query,
    sources_of,
    with_fields,
)
from cti_oql.rewrite.outer_joins import with_required
from cti_oql.rewrite.rule import Context, each_branch
from cti_oql.rewrite.selectivity import is_anchor


def begin_walks(query: ResolvedQuery, context: Context) -> ResolvedQuery:
    """The rule: every SELECT knows what finds an end of a walk where no condition on it does."""

    def begun(branch: Branch, inside: bool) -> Branch:
        starts: dict[int, Branch] = {}
        for source in branch.sources[1:]:
            if source.operator != "=":
                starts |= _start(context, branch, source)
        return replace(branch, starts=starts) if starts else branch

    return each_branch(query, begun)


def _start(context: Context, branch: Branch, source: Source) -> dict[int, Branch]:
    """What finds the objects at one of the ends that a source connects, by the number of the end.

    Nothing, where an index helps with what is demanded of an end itself.
    """
    there = {one.number for one in branch.sources if not one.nullable}
    if not source.operator.startswith("NOT "):
        # Where one of the two is missing, the other isn't above or below it.
        there |= {source.number, source.other}
    ends = [branch.source(number) for number in (source.number, source.other) if number in there]
    if any(_is_found(branch, end) for end in ends):
        return {}
    for end in ends:
        beside = _beside(branch, end, there)
        conditions = [
            condition
            for condition in conjuncts(branch.where)
            if not has_query(condition) and sources_of(condition) <= beside.keys()
        ]
        if any(map(is_anchor, conditions)):
            return {end.number: _finding(context, beside, conditions)}
    return {}


def _is_found(branch: Branch, end: Source) -> bool:
    """Whether a condition on an end alone finds few of its objects."""
    return any(
        is_anchor(condition)
        for condition in conjuncts(branch.where)
        if sources_of(condition) == {end.number}
        and not any(field.hops for field in fields_in(condition))
    )


def _beside(branch: Branch, end: Source, there: set[int]) -> dict[int, Source]:
    """An end and all that is joined to it by keys, directly or not: each joined to one before it.

    :param there: the sources whose objects are not missing; others say nothing of the end
    """
    found = {end.number: replace(end, key=None, other=0, pointing=False, operator="=")}
    links = [
        source
        for source in branch.sources[1:]
        if source.operator == "=" and {source.number, source.other} <= there
    ]
    for _round in branch.sources:
        for link in links:
            other = branch.source(link.other)
            if link.other in found:
                found.setdefault(link.number, link)
            elif link.number in found:
                found[link.other] = replace(
                    other, key=link.key, other=link.number, pointing=not link.pointing,
                    operator="=",
                )  # fmt: skip
    return found


def _finding(context: Context, beside: dict[int, Source], conditions: list[Operand]) -> Branch:
    """A SELECT of the objects at an end, with sources of its own."""
    numbers = {number: next(context.numbers) for number in beside}
    sources = [
        replace(source, number=numbers[number], other=numbers.get(source.other, 0), nullable=False)
        for number, source in beside.items()
    ]

    def moved(field: Field) -> Field:
        return replace(field, source=numbers[field.source])

    where = all_of([with_fields(condition, moved) for condition in conditions])
    return with_required(Branch(tuple(sources), (sources[0].number,), where))
