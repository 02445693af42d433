"""A resolved query, rewritten, to one SQL statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from cti_oql.fragments import Run, Slot, Sql, compose, joined
from cti_oql.limits import MANY, LimitedTables
from cti_oql.parameters import Shape
from cti_oql.resolve.fields import field_of
from cti_oql.resolve.resolved import (
    Branch,
    Domain,
    Field,
    Operand,
    ResolvedQuery,
    Source,
    SubMembership,
    conjuncts,
    fields_in,
    has_query,
    sources_of,
)
from cti_oql.schema import Schema
from cti_oql.sql.columns import Columns
from cti_oql.sql.conditions import Conditions
from cti_oql.sql.dialect import Dialect
from cti_oql.sql.hierarchy import OPERATORS
from cti_oql.sql.operands import Operands
from cti_oql.sql.select import Select, together

# A name that no table has.
_FOUND = '"found objects"'


class Wanted(Enum):
    """What a statement returns."""

    KEYS = auto()  # finalclass, id
    PAGE = auto()  # finalclass, id, how many there are without the limit
    COUNT = auto()  # how many there are


@dataclass(frozen=True)
class CompiledQuery:
    """A compiled query: the text, and where its values come from."""

    sql: str
    slots: tuple[Slot, ...]

    def values(self, run: Run) -> tuple[object, ...]:
        """The values to bind, for parameters of the shapes it was compiled for."""
        return tuple([slot(run) for slot in self.slots])


def compile_query(
    schema: Schema,
    query: ResolvedQuery,
    shapes: tuple[Shape, ...],
    *,
    dialect: Dialect,
    wanted: Wanted,
    size: int | None = None,
) -> CompiledQuery:
    """Make the statement for a query.

    :param shapes: of the parameters, in the order of `query.parameters`
    :param size: how many objects its limits allow, see `Allowed`; only for a query that is
        limited to some of them
    :raises OqlRunError: what the language allows and no database could run
    """
    tables = None
    if query.limits is not None:
        # Where only classes are hidden, there are no objects to compare with.
        tables = LimitedTables(
            schema, query.limits, MANY if size is None else size, dialect.postgresql
        )
    statement = _Statement(schema, query, shapes, dialect, tables).whole(wanted)
    return CompiledQuery(statement.text, statement.slots)


class _Statement:
    def __init__(
        self,
        schema: Schema,
        query: ResolvedQuery,
        shapes: tuple[Shape, ...],
        dialect: Dialect,
        tables: LimitedTables | None,
    ) -> None:
        self._schema = schema
        self._query = query
        self._dialect = dialect
        self._columns = Columns(schema, dialect, tables)
        operands = Operands(query, shapes, dialect.placeholder)
        self._conditions = Conditions(
            schema, self._columns, dialect, operands, query.text, self._ids
        )

    def whole(self, wanted: Wanted) -> Sql:
        main = self._schema[self._query.class_name]
        order = "" if wanted is Wanted.COUNT else main.order.removeprefix("-")
        selects = [self._select(branch, order) for branch in self._query.branches]
        if len(selects) == 1 and not selects[0].repeats:
            only = selects[0]
            # All rows of a class are counted apart: their order may come from an index.
            if wanted is not Wanted.PAGE or not self._query.filtered:
                return self._result(wanted, only.key, only.sort, only.body)
        every = together(selects)
        result = self._result(wanted, every.key, every.sort, Sql(f"FROM {_FOUND}"))
        return compose(f"WITH {_FOUND} AS ({{}}) {{}}", every.query, result)

    def _result(self, wanted: Wanted, key: tuple[str, str], sort: str, rows: Sql) -> Sql:
        """What is wanted of some rows: FROM and what follows."""
        if wanted is Wanted.COUNT:
            return compose("SELECT COUNT(*) {}", rows)
        columns = Sql(", ".join(key))
        if wanted is Wanted.PAGE:
            columns = compose("{}, (SELECT COUNT(*) {})", columns, rows)
        code = self._schema[self._query.class_name].order
        _finalclass, identifier = key
        order = self._order(code, sort, identifier)
        return compose(f"SELECT {{}} {{}} ORDER BY {order}", columns, rows)

    def _order(self, code: str, sort: str, identifier: str) -> str:
        """What the objects are sorted by: the order of their class, then their ids."""
        main = self._schema[self._query.class_name]
        order = field_of(self._schema, 0, main, code.removeprefix("-"))
        direction = " DESC" if code.startswith("-") else ""
        if order.code == "friendlyname":
            sort = self._dialect.folded(Sql(sort)).text
        if order.domain in (Domain.DATE, Domain.DATETIME, Domain.KEY, Domain.NUMBER):
            # Where SQLite puts them.
            direction += " NULLS LAST" if direction else " NULLS FIRST"
        return f"{sort}{direction}, {identifier}"

    def _ids(self, branches: Sequence[Branch]) -> Sql:
        """The ids that a sub-query finds."""
        selects = [self._select(branch, "") for branch in branches]
        pieces = [compose(f"SELECT {each.key[1]} {{}}", each.body) for each in selects]
        return joined(" UNION ", pieces)

    def _select(self, branch: Branch, order: str) -> Select:
        """Compile a branch.

        :param order: the attribute to sort by
        """
        self._columns.enter(branch)
        source = branch.source(branch.selected[0])
        demands = self._demands(branch)
        filters = self._filters(branch, source.number, demands)
        where = [
            self._conditions.holds(each)
            for each in conjuncts(branch.where)
            if self._only_source(each) not in filters
        ]
        sort = ""
        if order:
            field = field_of(self._schema, source.number, source.class_def, order)
            sort = self._columns.value(field)
        conditions = [Sql(text) for text in self._columns.branch_conditions(branch)]
        conditions += where
        conditions += [
            self._columns.in_hierarchy(branch.source(number), demands) for number in sorted(filters)
        ]
        identifier = self._columns.identifier(source.number)
        if source.nullable:
            conditions.append(Sql(f"({identifier} IS NOT NULL)"))
        body = self._columns.from_clause(branch, demands | self._starts(branch, demands), filters)
        if conditions:
            body = compose("{} WHERE {}", body, joined(" AND ", conditions))
        classes = frozenset(self._schema.concrete(source.class_def.name))
        repeats = _repeats(branch, {source.number, *filters})
        return Select((self._finalclass(source), identifier), classes, sort, body, repeats)

    def _finalclass(self, source: Source) -> str:
        finalclass = self._columns.finalclass(source)
        if not source.nullable or source.class_def.polymorphic:
            return finalclass
        identifier = self._columns.identifier(source.number)
        return f"CASE WHEN {identifier} IS NOT NULL THEN {finalclass} END"

    def _demands(self, branch: Branch) -> dict[int, Sql]:
        """What must hold for a source alone, for those joined by their place."""
        trees = [source for source in branch.sources if source.operator != "="]
        concerned = {n for source in trees for n in (source.number, source.other)}
        demands: dict[int, list[Sql]] = {}
        for condition in conjuncts(branch.where):
            number = self._only_source(condition)
            if number in concerned and not branch.source(number).nullable:
                demands.setdefault(number, []).append(self._conditions.condition(condition))
        return {number: joined(" AND ", pieces) for number, pieces in demands.items()}

    def _starts(self, branch: Branch, demands: Mapping[int, Sql]) -> dict[int, Sql]:
        """What must hold for the objects at which walks begin because others find them."""
        starts = {}
        for number, start in branch.starts.items():
            pieces = [self._columns.found_by(number, self._ids([start]))]
            pieces += [demands[number]] if number in demands else []
            starts[number] = joined(" AND ", pieces)
        return starts

    def _only_source(self, condition: Operand) -> int:
        """The source that a condition is about, if it needs nothing else; else -1."""
        if isinstance(condition, SubMembership) and not condition.negated:
            operand = condition.operand
            alone = isinstance(operand, Field) and self._plain(operand)
        else:
            alone = all(map(self._plain, fields_in(condition))) and not has_query(condition)
        numbers = sources_of(condition)
        return numbers.pop() if alone and len(numbers) == 1 else -1

    def _plain(self, field: Field) -> bool:
        plain = not field.hops and field.code in ("", "id", "finalclass")
        return plain and not self._columns.may_hide(field)

    def _filters(self, branch: Branch, selected: int, demands: Mapping[int, Sql]) -> set[int]:
        """The sources that only say where in a hierarchy others are; they need no join."""
        if not self._dialect.lists_hierarchies:
            return set()
        others = {source.other for source in branch.sources[1:]}
        together = {
            field.source
            for condition in conjuncts(branch.where)
            if self._only_source(condition) == -1
            for field in fields_in(condition)
        }
        return {
            source.number
            for source in branch.sources[1:]
            if source.operator != "=" and not OPERATORS[source.operator].negated
            if source.number in demands and source.other not in branch.starts
            if source.number not in {selected, *others, *together}
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
