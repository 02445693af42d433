"""Queries asked of a database: checked once, compiled once per shape of parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import peewee

from cti_oql.errors import OqlRunError
from cti_oql.parameters import MAX_VALUES, Given, Param, Shape, parameter
from cti_oql.resolve.resolve import check
from cti_oql.resolve.resolved import CheckedQuery
from cti_oql.running import is_postgresql, rows
from cti_oql.schema import Schema
from cti_oql.sql.dialect import Dialect
from cti_oql.sql.fragments import Run
from cti_oql.sql.statement import Plan, Wanted, compile_query
from cti_oql.syntax.parse import parse

# A site has some dozens of queries; more come only from someone who types them.
_KEPT_QUERIES = 500
_KEPT_PLANS = 2000
_NO_LIMIT = 2**62
_SQLITE_REFUSALS = {
    "user-defined function": "a function can't calculate this",
    "parser stack overflow": "the query is nested too deeply",
    "Expression tree is too large": "the query is nested too deeply",
}

Key = tuple[str, int]
Supplied = Mapping[str, Param]


class Statement(NamedTuple):
    """A statement ready to run, with the values for its placeholders."""

    sql: str
    values: tuple[object, ...]


@dataclass(frozen=True)
class Page:
    """Some of the objects found, as (class, id) in order, and how many there are in all."""

    keys: list[Key]
    total: int


class Oql:
    """The queries that a schema can answer. Safe to share between threads.

    :param zone: the time zone in which queries name moments; they are stored in UTC
    :param magic: answers the parameters that nobody supplies, such as `current_contact_id`: for
        a name, a mapping with its value; empty for any other name
    """

    def __init__(
        self,
        schema: Schema,
        zone: str = "UTC",
        magic: Callable[[str], Supplied] = lambda name: {},
    ) -> None:
        self.schema = schema
        self._zone = zone
        self._magic = magic
        self._dialects = {kind: Dialect(kind, zone) for kind in (False, True)}
        self._checked = lru_cache(_KEPT_QUERIES)(self._check)
        self._plan = lru_cache(_KEPT_PLANS)(self._compile)

    def fresh(self) -> Oql:
        """An engine that answers the same and has nothing at hand yet, to measure it."""
        return Oql(self.schema, self._zone, self._magic)

    def check(self, text: str) -> CheckedQuery:
        """What a query would need and find, without running it.

        :raises OqlError: it can't be answered
        """
        return self._checked(text)

    def statement(
        self,
        text: str,
        parameters: Supplied,
        *,
        postgresql: bool,
        limit: int | None = None,
        offset: int = 0,
        count: bool = False,
    ) -> Statement:
        """The SQL for a query.

        :param parameters: values by name, without the colon ("this->org_id" for `:this->org_id`,
            or an object "this" that has "org_id"); those that the query does not use are ignored
        :param limit: answer at most that many objects, from `offset` (from 0) on
        :param count: answer how many there are instead
        :raises OqlError: it can't be answered
        """
        wanted = Wanted.COUNT if count else Wanted.KEYS
        return self._statement(text, parameters, postgresql, wanted, limit, offset)

    def ids(
        self,
        database: peewee.Database,
        text: str,
        parameters: Supplied,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Key]:
        """The objects a query finds, as (class, id), in the order of their class.

        Of a query that selects several classes, the objects of the first.

        :raises OqlError: it can't be answered
        """
        found: list[Key] = self._run(database, text, parameters, Wanted.KEYS, limit, offset)
        return found

    def tuples(
        self, database: peewee.Database, text: str, parameters: Supplied
    ) -> list[tuple[Key | None, ...]]:
        """What a query finds that selects several classes: for each row an object of each.

        None stands where an optional key leads to no object.

        :raises OqlError: it can't be answered
        """
        return [
            tuple(
                None if identifier is None else (class_name, identifier)
                for class_name, identifier in zip(row[::2], row[1::2], strict=True)
            )
            for row in self._run(database, text, parameters, Wanted.TUPLES, None, 0)
        ]

    def page(
        self,
        database: peewee.Database,
        text: str,
        parameters: Supplied,
        *,
        limit: int,
        offset: int,
    ) -> Page:
        """Some of the objects a query finds, and how many it finds in all.

        :raises OqlError: it can't be answered
        """
        found = self._run(database, text, parameters, Wanted.PAGE, limit, offset)
        if found:
            return Page([(row[0], row[1]) for row in found], found[0][2])
        if offset <= 0 < limit:
            return Page([], 0)
        # Past the end, no row is there to carry the total.
        return Page([], self.count(database, text, parameters))

    def count(self, database: peewee.Database, text: str, parameters: Supplied) -> int:
        """How many objects a query finds.

        :raises OqlError: it can't be answered
        """
        return int(self._run(database, text, parameters, Wanted.COUNT, None, 0)[0][0])

    def _run(
        self,
        database: peewee.Database,
        text: str,
        parameters: Supplied,
        wanted: Wanted,
        limit: int | None,
        offset: int,
    ) -> list[Any]:
        statement = self._statement(
            text, parameters, is_postgresql(database), wanted, limit, offset
        )
        try:
            return rows(database, statement.sql, statement.values)
        except (peewee.DataError, peewee.ProgrammingError) as error:
            raise OqlRunError(f"the database can't run this: {error}", text=text) from error
        except peewee.OperationalError as error:
            # What SQLite says of the query itself; anything else is trouble with the database.
            for said, meaning in _SQLITE_REFUSALS.items():
                if said in str(error):
                    raise OqlRunError(meaning, text=text) from error
            raise

    def _statement(
        self,
        text: str,
        parameters: Supplied,
        postgresql: bool,
        wanted: Wanted,
        limit: int | None,
        offset: int,
    ) -> Statement:
        query = self._checked(text)
        values = [self._value(name, parameters, query) for name in query.parameters]
        shapes = tuple([value.shape for value in values])
        plan = self._plan(text, shapes, postgresql, wanted)
        try:
            bound = plan.values(Run(values, self._zone))
        except OqlRunError as error:
            raise OqlRunError(error.message, text=text, word=error.word) from None
        sql = plan.sql
        if limit is not None or offset > 0:
            # Not bound: SQLite only uses the order of an index for a limit that it knows.
            number = _NO_LIMIT if limit is None else max(0, int(limit))
            sql = f"{sql} LIMIT {number} OFFSET {self._dialects[postgresql].placeholder}"
            bound += (max(0, offset),)
        if len(bound) > MAX_VALUES:
            raise OqlRunError(f"more than {MAX_VALUES:,} values in one query", text=text)
        return Statement(sql, bound)

    def _check(self, text: str) -> CheckedQuery:
        return check(self.schema, parse(text), text)

    def _compile(
        self,
        text: str,
        shapes: tuple[Shape, ...],
        postgresql: bool,
        wanted: Wanted,
    ) -> Plan:
        return compile_query(
            self.schema,
            self._checked(text),
            shapes,
            dialect=self._dialects[postgresql],
            wanted=wanted,
        )

    def _value(self, name: str, parameters: Supplied, query: CheckedQuery) -> Given:
        # What is magic can't be supplied by somebody else.
        found = parameter(name, self._magic(name)) or parameter(name, parameters)
        if found is None:
            raise OqlRunError(
                f"the parameter {name} is missing", text=query.text, word=name, known=parameters
            )
        return found
