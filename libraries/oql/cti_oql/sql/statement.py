"""A checked query to one SQL statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count

from cti_oql.parameters import Shape
from cti_oql.resolve.fields import field_of
from cti_oql.resolve.resolved import (
    Branch,
    CheckedQuery,
    Domain,
    Field,
    Operand,
    Source,
    conjuncts,
    fields_in,
    has_query,
)
from cti_oql.rewrite.join_elimination import stand_ins
from cti_oql.rewrite.outer_joins import required_paths, without_outer_joins
from cti_oql.rewrite.semijoins import with_filters_apart
from cti_oql.rewrite.unions import merged
from cti_oql.schema import Schema
from cti_oql.sql.columns import Columns
from cti_oql.sql.conditions import Conditions
from cti_oql.sql.dialect import Dialect
from cti_oql.sql.fragments import Run, Slot, Sql, compose, joined
from cti_oql.sql.hierarchy import OPERATORS
from cti_oql.sql.operands import Operands
from cti_oql.sql.select import Keys, Select, together

# A name that no table has.
_FOUND = '"found objects"'


class Wanted(Enum):
    """What a statement answers."""

    KEYS = auto()  # finalclass, id
    PAGE = auto()  # finalclass, id, how many there are without the limit
    COUNT = auto()  # how many there are
    TUPLES = auto()  # finalclass and id of each class selected


@dataclass(frozen=True)
class Plan:
    """A compiled query: the text, and where its values come from."""

    sql: str
    slots: tuple[Slot, ...]

    def values(self, run: Run) -> tuple[object, ...]:
        """The values to bind, for parameters of the shapes it was compiled for."""
        return tuple([slot(run) for slot in self.slots])


def compile_query(
    schema: Schema,
    query: CheckedQuery,
    shapes: tuple[Shape, ...],
    *,
    dialect: Dialect,
    wanted: Wanted,
) -> Plan:
    """Make the statement for a query.

    :param shapes: of the parameters, in the order of `query.parameters`
    :raises OqlRunError: what the language allows and no database could run
    """
    statement = _Statement(schema, query, shapes, dialect).whole(wanted)
    return Plan(statement.text, statement.slots)


class _Statement:
    def __init__(
        self, schema: Schema, query: CheckedQuery, shapes: tuple[Shape, ...], dialect: Dialect
    ) -> None:
        self._schema = schema
        self._query = query
        self._dialect = dialect
        self._columns = Columns(schema, dialect)
        # For sources that the query has not: its own have numbers from 0 on, and -1 is none.
        self._numbers = count(-2, -1)
        operands = Operands(query, shapes, dialect.placeholder)
        self._conditions = Conditions(
            schema, self._columns, dialect, operands, query.text, self._ids
        )

    def whole(self, wanted: Wanted) -> Sql:
        tuples = wanted is Wanted.TUPLES
        main = self._schema[self._query.class_name]
        sorted_ = wanted is not Wanted.COUNT
        branches = merged(self._schema, self._query)
        selects = [
            self._select(branch, main.order.removeprefix("-") if sorted_ else "", tuples=tuples)
            for branch in branches
        ]
        if len(selects) == 1 and not selects[0].repeats:
            only = selects[0]
            # All rows of a class are counted apart: their order may come from an index.
            everything = branches[0].where is None
            if wanted is not Wanted.PAGE or everything:
                return self._answer(wanted, only.keys, only.sort, only.body)
        every = together(selects)
        answer = self._answer(wanted, every.keys, every.sort, Sql(f"FROM {_FOUND}"))
        return compose(f"WITH {_FOUND} AS ({{}}) {{}}", every.query, answer)

    def _answer(self, wanted: Wanted, keys: Keys, sort: str, rows: Sql) -> Sql:
        """What is wanted of some rows: FROM and what follows."""
        if wanted is Wanted.COUNT:
            return compose("SELECT COUNT(*) {}", rows)
        columns = Sql(", ".join(name for key in keys for name in key))
        if wanted is Wanted.PAGE:
            columns = compose("{}, (SELECT COUNT(*) {})", columns, rows)
        code = self._schema[self._query.class_name].order
        order = self._order(code, sort, [identifier for _class, identifier in keys])
        return compose(f"SELECT {{}} {{}} ORDER BY {order}", columns, rows)

    def _order(self, code: str, sort: str, identifiers: list[str]) -> str:
        """What the objects are sorted by: the order of their class, then their ids."""
        main = self._schema[self._query.class_name]
        order = field_of(self._schema, 0, main, code.removeprefix("-"))
        direction = " DESC" if code.startswith("-") else ""
        if order.code == "friendlyname":
            sort = self._dialect.folded(Sql(sort)).text
        if order.domain in (Domain.DATE, Domain.DATETIME, Domain.KEY, Domain.NUMBER):
            # Where SQLite puts them.
            direction += " NULLS LAST" if direction else " NULLS FIRST"
        return ", ".join([sort + direction, *identifiers])

    def _ids(self, branches: Sequence[Branch]) -> Sql:
        """The ids that a sub-query finds."""
        selects = [self._select(branch, "", ids_only=True) for branch in branches]
        pieces = [compose(f"SELECT {each.keys[0][1]} {{}}", each.body) for each in selects]
        return joined(" UNION ", pieces)

    def _select(
        self, branch: Branch, order: str, *, tuples: bool = False, ids_only: bool = False
    ) -> Select:
        """Compile a branch.

        :param order: the attribute to sort by
        :param tuples: whether all classes selected are wanted, and not the first alone
        :param ids_only: whether nothing is wanted but ids
        """
        required = required_paths(branch)
        branch = without_outer_joins(branch, required)
        kept = set() if ids_only else set(branch.selected)
        if not self._dialect.lists_trees:
            kept |= {source.other for source in branch.sources[1:] if source.operator != "="}
        branch = with_filters_apart(self._schema, branch, kept, self._numbers)
        self._columns.enter(branch, required, stand_ins(self._schema, branch, kept))
        selected = branch.selected if tuples else branch.selected[:1]
        demands = self._demands(branch)
        filters = self._filters(branch, selected, demands)
        where = [
            self._conditions.condition(each)
            for each in conjuncts(branch.where)
            if _only_source(each) not in filters
        ]
        sources = [branch.source(number) for number in selected]
        sort = ""
        if order:
            field = field_of(self._schema, sources[0].number, sources[0].class_def, order)
            sort = self._columns.value(field)
        conditions = [Sql(text) for text in self._columns.branch_conditions(branch)]
        conditions += where
        conditions += [self._columns.in_tree(branch.source(n), demands) for n in sorted(filters)]
        if all(source.nullable for source in sources):
            ids = [self._columns.identifier(number) for number in selected]
            present = " OR ".join(f"{identifier} IS NOT NULL" for identifier in ids)
            conditions.append(Sql(f"({present})"))
        body = self._columns.from_clause(branch, demands, filters)
        if conditions:
            body = compose("{} WHERE {}", body, joined(" AND ", conditions))
        keys = [(self._finalclass(s), self._columns.identifier(s.number)) for s in sources]
        classes = frozenset(self._schema.concrete(sources[0].class_def.name))
        return Select(keys, classes, sort, body, _repeats(branch, {*selected, *filters}))

    def _finalclass(self, source: Source) -> str:
        finalclass = self._columns.finalclass(source)
        if not source.nullable or source.class_def.polymorphic:
            return finalclass
        identifier = self._columns.identifier(source.number)
        return f"CASE WHEN {identifier} IS NOT NULL THEN {finalclass} END"

    def _demands(self, branch: Branch) -> dict[int, Sql]:
        """What must hold for a source alone, for those that are joined by their place in a tree."""
        trees = [source for source in branch.sources if source.operator != "="]
        concerned = {n for source in trees for n in (source.number, source.other)}
        found: dict[int, list[Sql]] = {}
        for condition in conjuncts(branch.where):
            number = _only_source(condition)
            if number in concerned and not branch.source(number).nullable:
                found.setdefault(number, []).append(self._conditions.condition(condition))
        return {number: joined(" AND ", pieces) for number, pieces in found.items()}

    def _filters(
        self, branch: Branch, selected: Sequence[int], demands: Mapping[int, Sql]
    ) -> set[int]:
        """The sources that only say where in a tree other objects are; they need no join."""
        if not self._dialect.lists_trees:
            return set()
        others = {source.other for source in branch.sources[1:]}
        together = {
            field.source
            for condition in conjuncts(branch.where)
            if _only_source(condition) == -1
            for field in fields_in(condition)
        }
        return {
            source.number
            for source in branch.sources[1:]
            if source.operator != "=" and not OPERATORS[source.operator].negated
            if source.number in demands
            if source.number not in {*selected, *others, *together}
        }


def _repeats(branch: Branch, known: set[int]) -> bool:
    """Whether a SELECT may find the same objects several times.

    It may not if they determine everything else: by keys that lead from one to the next.

    :param known: the sources selected, and those that are not joined
    """
    links = [(source, source.other) for source in branch.sources[1:] if source.operator == "="]
    for _round in branch.sources:
        for source, other in links:
            owner, target = (other, source.number) if source.pointing else (source.number, other)
            if owner in known:
                known.add(target)
    return len(known) < len(branch.sources)


def _only_source(condition: Operand) -> int:
    """The source that a condition is about, if it needs nothing else; else -1."""
    fields = list(fields_in(condition))
    alone = all(_plain(field) for field in fields) and not has_query(condition)
    numbers = {field.source for field in fields}
    return numbers.pop() if alone and len(numbers) == 1 else -1


def _plain(field: Field) -> bool:
    return not field.hops and field.code in ("", "id", "finalclass")
