"""From a resolved query to one that finds the same objects with less work."""

from __future__ import annotations

from cti_oql.resolve.resolved import ResolvedQuery
from cti_oql.rewrite.join_elimination import eliminate_joins
from cti_oql.rewrite.outer_joins import require_objects
from cti_oql.rewrite.rule import Context, Rule
from cti_oql.rewrite.semijoins import separate_filters
from cti_oql.rewrite.unions import merge_branches

# In this order: each relies on what those before it found out. A rule that changes which objects
# are found, such as one for what somebody may see, belongs in front of all others.
RULES: tuple[Rule, ...] = (merge_branches, require_objects, separate_filters, eliminate_joins)


def rewrite(query: ResolvedQuery, context: Context) -> ResolvedQuery:
    """Apply all rules to a query."""
    for rule in RULES:
        query = rule(query, context)
    return query
