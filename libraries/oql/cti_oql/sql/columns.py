"""From fields to columns: which tables are joined, and the SQL for a field's value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from cti_oql.fragments import Slot, Sql, compose, joined
from cti_oql.limits import LimitedTables
from cti_oql.resolve.resolved import (
    Branch,
    Domain,
    Field,
    ObjectPath,
    Source,
    StandIn,
    conjuncts,
    fields_in,
)
from cti_oql.rewrite.selectivity import is_anchor
from cti_oql.schema import ClassDef, Schema
from cti_oql.sql.derived import Derived
from cti_oql.sql.dialect import Dialect
from cti_oql.sql.hierarchy import OPERATORS, Walk


class Columns:
    """The tables of one statement; asking for a field joins what it needs.

    :param tables: the tables without the objects that aren't there; `None`: all objects are
    """

    def __init__(
        self, schema: Schema, dialect: Dialect, tables: LimitedTables | None = None
    ) -> None:
        self._schema = schema
        self._dialect = dialect
        self._tables = tables
        self._derived = Derived(schema, dialect, self)
        self._found: set[int] = set()
        self._sources: dict[int, Source] = {}
        self._branch_of: dict[int, int] = {}
        self._hops: dict[int, dict[tuple[str, str], str]] = {}
        self._hop_numbers = count()
        self._joins: dict[int, list[Sql]] = {}
        self._required: set[ObjectPath] = set()
        self._stand_ins: dict[int, StandIn] = {}
        self._starts: set[int] = set()

    def enter(self, branch: Branch) -> None:
        """Make the sources of a SELECT known, before anything in it is asked for."""
        self._required |= branch.required
        self._stand_ins.update(branch.stand_ins)
        self._starts.update(branch.starts)
        first = branch.sources[0].number
        for source in branch.sources:
            self._sources[source.number] = source
            self._branch_of[source.number] = first
        # A sub-query may be there twice: each time it joins what it needs.
        self._joins[first], self._hops[first] = [], {}
        if self._tables is not None:
            self._found |= {
                field.source
                for condition in conjuncts(branch.where)
                if is_anchor(condition)
                for field in fields_in(condition)
            }

    def from_clause(self, branch: Branch, demands: Mapping[int, Sql], left_out: set[int]) -> Sql:
        """FROM with all joins; to be asked for after all fields.

        :param demands: what the query demands of a source alone, by its number
        :param left_out: the numbers of sources that are not to be joined, see `in_hierarchy`
        """
        first = self._first(branch)
        name = self._dialect.name(self._alias(first.number))
        table = self._table(first.class_def, few=first.number in self._found)
        parts = [compose(f"FROM {{}} AS {name}", table)]
        for source in branch.sources:
            if source is first or source.number in {*left_out, *self._stand_ins}:
                continue
            tree = source.operator != "="
            parts.append(self._hierarchy_join(source, demands) if tree else self._join(source))
        parts += self._joins[branch.sources[0].number]
        return joined(" ", parts)

    def _first(self, branch: Branch) -> Source:
        """The source after FROM: the main one, or the one whose key stands for it."""
        main = branch.sources[0]
        stand_in = self._stand_ins.get(main.number)
        return branch.source(stand_in.owner) if stand_in else main

    def class_condition(self, source: Source) -> str:
        """That a row is of the class of a source; "" if all rows of its table are."""
        class_def = source.class_def
        if not class_def.polymorphic:
            return ""
        root = self._schema.ancestors(class_def.name)[-1]
        classes = self._schema.concrete(class_def.name)
        if set(classes) == set(self._schema.concrete(root)):
            return ""
        if not classes:
            return "1 = 0"
        column = self._dialect.name(self._alias(source.number), "finalclass")
        listed = ", ".join(self._dialect.text(name) for name in classes)
        return f"{column} = {listed}" if len(classes) == 1 else f"{column} IN ({listed})"

    def branch_conditions(self, branch: Branch) -> list[str]:
        """What must hold in a SELECT besides its WHERE: the class, and places in a tree."""
        conditions = [self.class_condition(self._first(branch))]
        for source in branch.sources:
            if source.number in self._stand_ins and not source.nullable:
                conditions.append(f"{self.identifier(source.number)} IS NOT NULL")
            if source.operator != "=" and OPERATORS[source.operator].negated:
                conditions.append(f"{self._dialect.name(_pairs(source), 'upper')} IS NULL")
        return [condition for condition in conditions if condition]

    def found_by(self, number: int, ids: Sql) -> Sql:
        """That an object at the start of a walk, of the source with a number, is one of some."""
        return compose(f"{self._dialect.name(self._alias(number), 'id')} IN ({{}})", ids)

    def identifier(self, number: int) -> str:
        """The id of the object of the source with a number."""
        stand_in = self._stand_ins.get(number)
        if stand_in is None:
            return self._dialect.name(self._alias(number), "id")
        return self._dialect.name(self._alias(stand_in.owner), stand_in.key.column)

    def finalclass(self, source: Source) -> str:
        """The real class of the object of a source."""
        if source.class_def.polymorphic:
            return self._dialect.name(self._alias(source.number), "finalclass")
        return self._dialect.text(source.class_def.name)

    def value(self, field: Field) -> str:
        """The SQL for a field as it is stored; NULL where no object is."""
        if field.code == "id" and not field.hops:
            return self.identifier(field.source)
        alias = self._alias_of(field)
        if field.code == "id":
            return self._dialect.name(alias, "id")
        if field.code == "finalclass":
            return self._derived.finalclass(field, alias)
        if field.code == "friendlyname":
            return self._derived.friendlyname(field, alias)
        if field.code == "obsolescence_flag":
            return self._derived.obsolete(field, alias)
        assert field.attribute is not None  # noqa: S101 (all other fields have one)
        if self.may_hide(field):
            return self.target_id(field)
        if field.domain is Domain.LOG:
            identifier = self._dialect.name(alias, "id")
            code = self._dialect.text(field.attribute.code)
            entries = self._dialect.entries_text(identifier, code)
            return f"CASE WHEN {identifier} IS NOT NULL THEN {entries} END"
        column = self._dialect.name(alias, field.attribute.column)
        return f"CAST({column} AS INTEGER)" if field.attribute.truth else column

    def may_hide(self, field: Field) -> bool:
        """Whether a field is a key that may lead to an object that isn't there."""
        key = field.attribute
        if self._tables is None or key is None or field.domain is not Domain.KEY:
            return False
        return self._tables.limits.may_hide(field.owner, key)

    def stored_key(self, field: Field) -> str:
        """The column of a key, whatever it leads to."""
        assert field.attribute is not None  # noqa: S101 (a key is an attribute)
        return self._dialect.name(self._alias_of(field), field.attribute.column)

    def target_id(self, field: Field) -> str:
        """The id of the object that a key leads to; NULL if it isn't there."""
        assert field.attribute is not None  # noqa: S101 (a key is an attribute)
        alias = self._alias_of(replace(field, hops=(*field.hops, field.attribute)))
        return self._dialect.name(alias, "id")

    def number_value(self, field: Field) -> str:
        """The column with the comparable form of a phone attribute."""
        assert field.attribute is not None  # noqa: S101 (phone attributes are attributes)
        return self._dialect.name(self._alias_of(field), field.attribute.number_column)

    def id_if_nullable(self, field: Field) -> str:
        """The id of the object that has the field, if there may be no object; else ""."""
        codes = tuple(key.code for key in field.hops)
        if self._sources[field.source].nullable or any(
            not key.mandatory and (field.source, codes[:length]) not in self._required
            for length, key in enumerate(field.hops, start=1)
        ):
            return self.value(replace(field, code="id"))
        return ""

    def _alias(self, number: int) -> str:
        return f"t{number}" if number >= 0 else f"s{-number}"

    def _table(self, class_def: ClassDef, *, few: bool = True) -> Sql:
        """What to read the objects of a class from.

        :param few: whether something else than the limits finds few of them
        """
        if self._tables is None:
            return Sql(self._dialect.name(class_def.table))
        table = self._tables.of(class_def.name, few=few)
        each = tuple(map(_allowed, range(self._tables.values)))
        return Sql(table.sql, each * table.places)

    def _alias_of(self, field: Field) -> str:
        """The table alias of the object that has the field."""
        alias, first = self._alias(field.source), self._branch_of[field.source]
        hops = self._hops[first]
        path: tuple[str, ...] = ()
        for key in field.hops:
            path = (*path, key.code)
            target = hops.get((alias, key.code))
            if target is None:
                target = hops[alias, key.code] = f"h{next(self._hop_numbers)}"
                name = self._dialect.name
                kind = "JOIN" if (field.source, path) in self._required else "LEFT JOIN"
                join = (
                    f"{kind} {{}} AS {name(target)}"
                    f" ON {name(target, 'id')} = {name(alias, key.column)}"
                )
                table = self._table(self._schema[key.target])
                self._joins[first].append(compose(join, table))
            alias = target
        return alias

    def _join(self, source: Source) -> Sql:
        assert source.key is not None  # noqa: S101 (only joined sources come here)
        name = self._dialect.name
        alias = self._alias(source.number)
        if source.pointing:
            key = name(self._alias(source.other), source.key.column)
            condition = f"{key} = {name(alias, 'id')}"
        else:
            condition = f"{name(alias, source.key.column)} = {self.identifier(source.other)}"
        conditions = [condition, self.class_condition(source)]
        kind = "LEFT JOIN" if source.nullable else "JOIN"
        return compose(
            f"{kind} {{}} AS {name(alias)} ON {' AND '.join(filter(None, conditions))}",
            self._table(source.class_def),
        )

    def _hierarchy_join(self, source: Source, demands: Mapping[int, Sql]) -> Sql:
        """A source joined by its place in a tree, through the pairs of upper and lower objects."""
        operator = OPERATORS[source.operator]
        # `a OP b`: b is the new source if it is pointed to, else a is.
        upper_is_new = source.pointing != operator.above
        new, other = source.number, source.other
        # Begin where the query demands something; of both, at the upper one.
        upper, lower = (new, other) if upper_is_new else (other, new)
        start = upper if upper in demands or lower not in demands else lower
        start = next((end for end in (upper, lower) if end in self._starts), start)
        walk = self._walk(source, start, demands, downwards=start == upper)
        pairs = walk.pairs(self._dialect, strict=operator.strict)
        name = self._dialect.name
        new_id, other_id = self.identifier(new), self.identifier(other)
        new_side, other_side = ("upper", "lower") if upper_is_new else ("lower", "upper")
        place = _pairs(source)
        table = compose(f"{{}} AS {name(self._alias(new))}", self._table(source.class_def))
        conditions = " AND ".join(filter(None, [self.class_condition(source)]))
        on_pair = f"{name(place, other_side)} = {other_id}"
        on_new = f"{name(place, new_side)} = {new_id}"
        if operator.negated:
            return compose(
                f"JOIN {{}} ON {conditions or '1 = 1'}"
                f" LEFT JOIN {{}} AS {name(place)} ON {on_pair} AND {on_new}",
                table,
                pairs,
            )
        also = f" AND {conditions}" if conditions else ""
        return compose(
            f"JOIN {{}} AS {name(place)} ON {on_pair} JOIN {{}} ON {on_new}{also}", pairs, table
        )

    def in_hierarchy(self, source: Source, demands: Mapping[int, Sql]) -> Sql:
        """That an object is where in a tree one can be joined by its place, without joining it."""
        operator = OPERATORS[source.operator]
        downwards = source.pointing != operator.above
        walk = self._walk(source, source.number, demands, downwards=downwards)
        ends = walk.ends(self._dialect, strict=operator.strict)
        return compose(f"{self.identifier(source.other)} IN {{}}", ends)

    def _walk(
        self, source: Source, start: int, demands: Mapping[int, Sql], *, downwards: bool
    ) -> Walk:
        """The walk along the key of a source that begins at one of the two sources it connects."""
        assert source.key is not None  # noqa: S101 (only joined sources come here)
        class_condition = Sql(self.class_condition(self._sources[start]))
        pieces = [class_condition, demands.get(start, Sql(""))]
        return Walk(
            self._table(source.class_def, few=start in demands),
            self._table(source.class_def),
            self._dialect.name(source.key.column),
            self._alias(start),
            joined(" AND ", [piece for piece in pieces if piece.text]),
            downwards,
        )


def _allowed(place: int) -> Slot:
    """One of the values that limits compare with."""
    return lambda run: run.allowed[place]


def _pairs(source: Source) -> str:
    """The alias of the pairs through which a source is joined."""
    return f"w{source.number}"
