"""The words and operators of the language."""

from __future__ import annotations

from cti_oql.functions.registry import FUNCTIONS, UNITS

KEYWORDS = frozenset(
    (
        "SELECT",
        "FROM",
        "AS",
        "WHERE",
        "JOIN",
        "ON",
        "UNION",
        "AND",
        "OR",
        "IN",
        "LIKE",
        "REGEXP",
        "MATCHES",
        "NULL",
        "INTERVAL",
        "BELOW",
        "ABOVE",
    )
)
RESERVED = KEYWORDS | FUNCTIONS.keys() | {*UNITS}

# How tightly an operator binds: a higher level binds tighter, equal ones group to the left.
LEVELS = {
    **dict.fromkeys(("OR", "|", "^"), 1),
    **dict.fromkeys(("AND", "&"), 2),
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "+", "-"), 3),
    **dict.fromkeys(("LIKE", "NOT LIKE", "REGEXP", "MATCHES"), 3),
    **dict.fromkeys(("*", "/", "<<", ">>"), 4),
}

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
