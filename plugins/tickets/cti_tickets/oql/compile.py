"""A checked query to one SQL statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from cti_tickets.oql.checked import CheckedQuery, Domain
from cti_tickets.oql.columns import Columns
from cti_tickets.oql.conditions import Conditions
from cti_tickets.oql.fields import field_of
from cti_tickets.oql.sql import Dialect, Slot, Sql
from cti_tickets.oql.values import Given, Shape
from cti_tickets.schema import Schema


class Wanted(Enum):
    """What a statement answers."""

    KEYS = auto()  # finalclass, id
    PAGE = auto()  # finalclass, id, how many there are without the limit
    COUNT = auto()  # how many there are


@dataclass(frozen=True)
class Plan:
    """A compiled query: the text, and where its values come from."""

    sql: str
    slots: tuple[Slot, ...]

    def values(self, parameters: Sequence[Given]) -> tuple[object, ...]:
        """The values to bind, for parameters of the shapes it was compiled for."""
        return tuple(slot.value(parameters) for slot in self.slots)


def compile_query(
    schema: Schema,
    query: CheckedQuery,
    shapes: tuple[Shape, ...],
    *,
    postgresql: bool,
    wanted: Wanted,
    limited: bool,
) -> Plan:
    """Make the statement for a query.

    :param shapes: of the parameters, in the order of `query.parameters`
    :param limited: whether the statement ends with a limit and an offset, two more values
    :raises OqlRunError: a list where one value belongs
    :raises OqlUnsupportedError: a comparison that is not supported yet
    """
    dialect = Dialect(postgresql)
    columns = Columns(schema, query, dialect)
    main = query.sources[0].class_def
    where = Sql("")
    if query.where is not None:
        where = Conditions(schema, columns, dialect, query, shapes).condition(query.where)
    # Only a class that points here can bring an object into the result several times.
    repeats = any(source.key is not None and not source.pointing for source in query.sources)
    identifier = dialect.name("t0", "id")
    finalclass = columns.finalclass("t0", main)
    order = field_of(schema, 0, main, main.order.removeprefix("-"))
    sort = "" if wanted is Wanted.COUNT else columns.value(order)
    conditions = " AND ".join(filter(None, (columns.main_condition(), where.text)))
    body = columns.from_clause() + (f" WHERE {conditions}" if conditions else "")

    if wanted is Wanted.COUNT:
        counted = f"DISTINCT {identifier}" if repeats else "*"
        return Plan(f"SELECT COUNT({counted}) {body}", where.slots)
    if repeats:
        body = (
            f'FROM (SELECT DISTINCT {finalclass} AS "finalclass", {identifier} AS "id",'
            f' {sort} AS "sort" {body}) AS "q"'
        )
        finalclass, identifier, sort = '"q"."finalclass"', '"q"."id"', '"q"."sort"'
    if order.code == "friendlyname":
        sort = f"cti_fold({sort}){dialect.by_code_point}"
    direction = " DESC" if main.order.startswith("-") else ""
    if order.domain in (Domain.DATE, Domain.DATETIME, Domain.KEY):
        # Where SQLite puts them.
        direction += " NULLS LAST" if direction else " NULLS FIRST"
    total = ", COUNT(*) OVER ()" if wanted is Wanted.PAGE else ""
    limit = f" LIMIT {dialect.placeholder} OFFSET {dialect.placeholder}" if limited else ""
    return Plan(
        f"SELECT {finalclass}, {identifier}{total} {body}"
        f" ORDER BY {sort}{direction}, {identifier}{limit}",
        where.slots,
    )
