"""Places in a hierarchy: which objects are above or below which, by a recursive query.

The query begins at one side of the join and follows the key up or down from there. It begins at
the side about which the query says more, so that only a part of the tree is walked through.
"""

from __future__ import annotations

from dataclasses import dataclass

from cti_oql.fragments import Sql, compose
from cti_oql.sql.dialect import Dialect


@dataclass(frozen=True)
class HierarchyOperator:
    """What one of the operators means for `a OP b`."""

    above: bool  # whether a is the upper one
    strict: bool
    negated: bool


OPERATORS = {
    f"{'NOT ' if negated else ''}{word}{' STRICT' if strict else ''}": HierarchyOperator(
        word == "ABOVE", strict, negated
    )
    for word in ("BELOW", "ABOVE")
    for strict in (False, True)
    for negated in (False, True)
}


@dataclass(frozen=True)
class Walk:
    """All pairs of an upper and a lower object of a hierarchy, as a table to join.

    :param table: what to read the first objects from, and `step` what to read the others from
    :param key: the quoted column that points to the parent
    :param start: the alias of the side to begin at, and `condition` what the query demands of it
    :param downwards: whether that is the upper side
    """

    table: Sql
    step: Sql
    key: str
    start: str
    condition: Sql
    downwards: bool

    def pairs(self, dialect: Dialect, *, strict: bool) -> Sql:
        """A query of the pairs, with the columns `upper` and `lower`.

        An object is also above and below itself, unless `strict`.
        """
        start, key = dialect.name(self.start, "id"), self.key
        if self.downwards:
            columns, step = "upper, lower", "walked.upper, next.id"
            condition = f"next.{key} = walked.lower"
        else:
            columns, step = "lower, upper", f"walked.lower, next.{key}"
            condition = "next.id = walked.upper"
        where = compose(" WHERE {}", self.condition) if self.condition.text else Sql("")
        # The last step upwards leads to nothing; SQLite would take a condition in the step itself
        # for a reason to read all keys.
        apart = " WHERE upper <> lower" if strict else " WHERE upper IS NOT NULL"
        # UNION, not UNION ALL: a tree that was stored with a loop in it ends too.
        return compose(
            f"(WITH RECURSIVE walked({columns}) AS (SELECT {start}, {start}"  # noqa: S608 -- names
            f" FROM {{}} AS {dialect.name(self.start)}{{}} UNION SELECT {step}"
            f" FROM walked JOIN {{}} AS next ON {condition})"
            f" SELECT upper, lower FROM walked{apart})",
            self.table,
            where,
            self.step,
        )

    def ends(self, dialect: Dialect, *, strict: bool) -> Sql:
        """A query of the ids that a walk comes to, from whichever object it began at."""
        if strict:
            end = "lower" if self.downwards else "upper"
            return compose(f"(SELECT {end} FROM {{}})", self.pairs(dialect, strict=True))  # noqa: S608 -- names
        key = self.key
        step, condition = (
            ("next.id", f"next.{key} = walked.id")
            if self.downwards
            else (f"next.{key}", "next.id = walked.id")
        )
        where = compose(" WHERE {}", self.condition) if self.condition.text else Sql("")
        return compose(
            f"(WITH RECURSIVE walked(id) AS (SELECT {dialect.name(self.start, 'id')}"  # noqa: S608 -- names
            f" FROM {{}} AS {dialect.name(self.start)}{{}} UNION SELECT {step}"
            f" FROM walked JOIN {{}} AS next ON {condition})"
            " SELECT id FROM walked WHERE id IS NOT NULL)",
            self.table,
            where,
            self.step,
        )
