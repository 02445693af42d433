"""Queries asked of a database: resolved once, compiled once per shape of their parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import peewee

from cti_oql.errors import OqlRunError
from cti_oql.found import Found, found
from cti_oql.fragments import Run
from cti_oql.limits import NO_LIMITS, Allowed, Limits
from cti_oql.parameters import MAX_VALUES, Param, ParameterValue, Shape, supplied_value
from cti_oql.resolve.resolve import resolve
from cti_oql.resolve.resolved import ResolvedQuery
from cti_oql.rewrite.rewrite import rewrite
from cti_oql.rewrite.rule import Context
from cti_oql.running import is_postgresql, rows
from cti_oql.schema import Schema
from cti_oql.sql.dialect import Dialect
from cti_oql.sql.statement import CompiledQuery, Wanted, compile_query
from cti_oql.syntax.parse import parse

# A site has some dozens of queries; more come only from someone who types them.
_KEPT_QUERIES = 500
_KEPT_COMPILED = 2000
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
    """Runs queries about the classes of a schema. Safe to share between threads.

    :param zone: the time zone in which queries name moments; they are stored in UTC
    :param magic: supplies the parameters that a caller can't, such as `current_contact_id`: called
        with a name, it returns a mapping with its value, empty for any other name
    :param limits: what the objects of each class belong to, for those who must not see all
    :param allowed: which objects of the root of the limits whoever asks may see; `None`: all there
        are. It is called for each query
    :param hidden: the classes, each with objects, of which whoever asks may see none. It is called
        for each query
    """

    def __init__(
        self,
        schema: Schema,
        zone: str = "UTC",
        magic: Callable[[str], Supplied] = lambda name: {},
        limits: Limits | None = None,
        allowed: Callable[[], Allowed | None] = lambda: None,
        hidden: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self.schema = schema
        self._zone = zone
        self._magic = magic
        self._limits = limits
        self._allowed = allowed if limits is not None else lambda: None
        self._hidden = hidden
        self._dialects = {kind: Dialect(kind, zone) for kind in (False, True)}
        self._resolved = lru_cache(_KEPT_QUERIES)(self._resolve)
        self._rewritten = lru_cache(_KEPT_QUERIES)(self._rewrite)
        self._compiled = lru_cache(_KEPT_COMPILED)(self._compile)

    def fresh(self) -> Oql:
        """An engine for the same queries that has nothing in its caches, to measure it."""
        return Oql(self.schema, self._zone, self._magic, self._limits, self._allowed, self._hidden)

    def resolve(self, text: str) -> ResolvedQuery:
        """What a query would need and find, without running it.

        :raises OqlError: it can't be answered
        """
        return self._resolved(text)

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
        :param limit: return at most that many objects, from `offset` (from 0) on
        :param count: return how many there are instead
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
        keys: list[Key] = self._run(database, text, parameters, Wanted.KEYS, limit, offset)
        return keys

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
        rows_ = self._run(database, text, parameters, Wanted.PAGE, limit, offset)
        if rows_:
            return Page([(row[0], row[1]) for row in rows_], rows_[0][2])
        if offset <= 0 < limit:
            return Page([], 0)
        # Past the end, no row is there to carry the total.
        return Page([], self.count(database, text, parameters))

    def count(self, database: peewee.Database, text: str, parameters: Supplied) -> int:
        """How many objects a query finds.

        :raises OqlError: it can't be answered
        """
        return int(self._run(database, text, parameters, Wanted.COUNT, None, 0)[0][0])

    def found(
        self,
        database: peewee.Database,
        queries: Sequence[tuple[str, int]],
        parameters: Supplied,
        *,
        limit: int,
    ) -> Found:
        """The beginning of a statement that reads a page of each of some queries; see `rows_of`.

        :param queries: each with the offset to begin at
        :param limit: at most so many objects of each
        :raises OqlError: one of them can't be answered
        """
        kind = is_postgresql(database)
        return found(
            [
                Found(*self._statement(text, parameters, kind, Wanted.PAGE, limit, offset), (text,))
                for text, offset in queries
            ]
        )

    def rows_of(
        self, database: peewee.Database, begin: Found, rest: str, values: Sequence[object] = ()
    ) -> list[Any]:
        """The rows of a statement that begins with what queries find.

        :param rest: what follows; it reads from "found"
        :param values: those to bind in it
        :raises OqlError: the database can't run it
        """
        bound = (*begin.values, *values)
        text = "\n".join(begin.queries)
        if len(bound) > MAX_VALUES:
            raise OqlRunError(f"more than {MAX_VALUES:,} values in one query", text=text)
        return self._rows(database, Statement(f"{begin.sql} {rest}", bound), text)

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
        return self._rows(database, statement, text)

    def _rows(self, database: peewee.Database, statement: Statement, text: str) -> list[Any]:
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
        query = self._resolved(text)
        values = [self._value(name, parameters, query) for name in query.parameters]
        shapes = tuple([value.shape for value in values])
        allowed = self._allowed()
        size = None if allowed is None else allowed.size
        compiled = self._compiled(text, shapes, postgresql, wanted, size, self._hidden())
        limits = () if allowed is None else allowed.values(postgresql)
        try:
            bound = compiled.values(Run(values, self._zone, limits))
        except OqlRunError as error:
            raise OqlRunError(
                error.message, text=text, position=error.position, word=error.word
            ) from None
        sql = compiled.sql
        if limit is not None or offset > 0:
            # Not bound: SQLite only uses the order of an index for a limit that it knows.
            number = _NO_LIMIT if limit is None else max(0, int(limit))
            sql = f"{sql} LIMIT {number} OFFSET {self._dialects[postgresql].placeholder}"
            bound += (max(0, offset),)
        if len(bound) > MAX_VALUES:
            raise OqlRunError(f"more than {MAX_VALUES:,} values in one query", text=text)
        return Statement(sql, bound)

    def _resolve(self, text: str) -> ResolvedQuery:
        return resolve(self.schema, parse(text), text)

    def _rewrite(
        self, text: str, postgresql: bool, limited: bool, hidden: frozenset[str]
    ) -> ResolvedQuery:
        lists_hierarchies = self._dialects[postgresql].lists_hierarchies
        limits = self._limits if limited else None
        if hidden:
            limits = (limits or NO_LIMITS).hiding(self.schema, hidden)
        return rewrite(self._resolved(text), Context(self.schema, lists_hierarchies, limits))

    def _compile(
        self,
        text: str,
        shapes: tuple[Shape, ...],
        postgresql: bool,
        wanted: Wanted,
        size: int | None,
        hidden: frozenset[str],
    ) -> CompiledQuery:
        return compile_query(
            self.schema,
            self._rewritten(text, postgresql, size is not None, hidden),
            shapes,
            dialect=self._dialects[postgresql],
            wanted=wanted,
            size=size,
        )

    def _value(self, name: str, parameters: Supplied, query: ResolvedQuery) -> ParameterValue:
        # What is magic can't be supplied by somebody else.
        value = supplied_value(name, self._magic(name)) or supplied_value(name, parameters)
        if value is None:
            raise OqlRunError(
                f"the parameter {name} is missing", text=query.text, word=name, known=parameters
            )
        return value
