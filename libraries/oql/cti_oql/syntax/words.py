"""The words and operators of the language."""

from __future__ import annotations

FUNCTIONS = frozenset(
    (
        "IF",
        "ELT",
        "COALESCE",
        "ISNULL",
        "CONCAT",
        "SUBSTR",
        "TRIM",
        "DATE",
        "TIME",
        "DATE_FORMAT",
        "CURRENT_DATE",
        "NOW",
        "YEAR",
        "MONTH",
        "DAY",
        "TO_DAYS",
        "FROM_DAYS",
        "DATE_ADD",
        "DATE_SUB",
        "ROUND",
        "FLOOR",
        "INET_ATON",
        "INET_NTOA",
    )
)
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
UNITS = frozenset(("SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "YEAR"))
RESERVED = FUNCTIONS | KEYWORDS | UNITS

# How tightly an operator binds: a higher level binds tighter, equal ones group to the left.
LEVELS = {
    **dict.fromkeys(("OR", "|", "^"), 1),
    **dict.fromkeys(("AND", "&"), 2),
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "+", "-"), 3),
    **dict.fromkeys(("LIKE", "NOT LIKE", "REGEXP", "MATCHES"), 3),
    **dict.fromkeys(("*", "/", "<<", ">>"), 4),
}

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
