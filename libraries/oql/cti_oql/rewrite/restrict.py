"""What somebody may not see is as if it did not exist: a query with limits.

The limits hold for the query as a whole, and so for every class that it reads: after FROM and JOIN,
in each branch of a UNION and in sub-queries, behind the keys of external fields, and on the way
through a hierarchy. `sql` reads each of them from its table without the objects that aren't there,
and takes a key that leads to one of those for unset. The other rules keep to that: no key stands
for an object that may not be there.
"""

from __future__ import annotations

from dataclasses import replace

from cti_oql.resolve.resolved import ResolvedQuery
from cti_oql.rewrite.rule import Context


def restrict(query: ResolvedQuery, context: Context) -> ResolvedQuery:
    """The rule: a query finds, and is told, only of objects that there are for whoever asks."""
    return query if context.limits is None else replace(query, limits=context.limits)
