"""What a rule is given, and how it reaches every SELECT of a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from cti_oql.limits import Limits
from cti_oql.resolve.resolved import Branch, ResolvedQuery, has_query, with_queries
from cti_oql.schema import Schema


@dataclass(frozen=True)
class Context:
    """What the rules may know besides the query.

    :param lists_hierarchies: whether the database rather looks for an id in the list of what is
        above or below an object than joins it
    :param limits: which objects there are for whoever asks, if not all of them
    :param numbers: for new sources; a query's own have numbers from 0 on, and -1 is none
    """

    schema: Schema
    lists_hierarchies: bool
    limits: Limits | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(-2, -1))

    def kept(self, branch: Branch, inside: bool) -> set[int]:
        """The sources of a SELECT of which more than the id is needed after SELECT or ORDER BY.

        :param inside: whether it is a sub-query, of which only ids are wanted
        """
        kept = set() if inside else set(branch.selected)
        if not self.lists_hierarchies:
            kept |= {source.other for source in branch.sources[1:] if source.operator != "="}
        return kept


Rule = Callable[[ResolvedQuery, Context], ResolvedQuery]


def each_branch(query: ResolvedQuery, change: Callable[[Branch, bool], Branch]) -> ResolvedQuery:
    """A query in which every SELECT was changed, each before those of the sub-queries in it.

    :param change: given a SELECT, and whether it is in a sub-query
    """

    def changed(branches: tuple[Branch, ...], inside: bool) -> tuple[Branch, ...]:
        return tuple(deep(change(branch, inside)) for branch in branches)

    def deep(branch: Branch) -> Branch:
        if branch.starts:
            starts = {n: deep(change(start, True)) for n, start in branch.starts.items()}
            branch = replace(branch, starts=starts)
        if branch.where is None or not has_query(branch.where):
            return branch
        return replace(branch, where=with_queries(branch.where, lambda inner: changed(inner, True)))

    return replace(query, branches=changed(query.branches, False))
