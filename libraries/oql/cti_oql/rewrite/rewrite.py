"""From a resolved query to one that finds what whoever asks may see of it, with less work."""

from __future__ import annotations

from cti_oql.resolve.resolved import ResolvedQuery
from cti_oql.rewrite.join_elimination import eliminate_joins
from cti_oql.rewrite.outer_joins import require_objects
from cti_oql.rewrite.restrict import restrict
from cti_oql.rewrite.rule import Context, Rule
from cti_oql.rewrite.semijoins import separate_filters
from cti_oql.rewrite.unions import merge_branches
from cti_oql.rewrite.walks import begin_walks

# In this order: each relies on what those before it found out. The first one changes which objects
# are found; the others only how.
RULES: tuple[Rule, ...] = (
    restrict,
    merge_branches,
    require_objects,
    separate_filters,
    begin_walks,
    eliminate_joins,
)


def rewrite(query: ResolvedQuery, context: Context) -> ResolvedQuery:
    """Apply all rules to a query."""
    for rule in RULES:
        query = rule(query, context)
    return query
