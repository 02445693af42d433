"""From fields to columns: which tables are joined, and the SQL for a field's value."""

from __future__ import annotations

from dataclasses import replace

from cti_tickets.oql.checked import CheckedQuery, Domain, Field, Source
from cti_tickets.oql.fields import MAX_HOPS, field_of
from cti_tickets.oql.sql import Dialect
from cti_tickets.schema import ClassDef, Schema

_BLANK = " || ' ' || "


class Columns:
    """The tables of one statement; asking for a field joins what it needs."""

    def __init__(self, schema: Schema, query: CheckedQuery, dialect: Dialect) -> None:
        self._schema = schema
        self._sources = query.sources
        self._dialect = dialect
        self._hops: dict[tuple[str, str], str] = {}
        self._joins: list[str] = []

    def from_clause(self) -> str:
        """FROM with all joins; to be asked for after all fields."""
        main = self._sources[0]
        parts = [f"FROM {self._table(main.class_def)} AS {self._dialect.name(self._alias(0))}"]
        parts += [self._join(n, s) for n, s in enumerate(self._sources) if s.key is not None]
        return " ".join(parts + self._joins)

    def class_condition(self, alias: str, class_def: ClassDef) -> str:
        """That a row of the class's table is of the class; "" if all rows are."""
        if not class_def.polymorphic:
            return ""
        root = self._schema.ancestors(class_def.name)[-1]
        classes = self._schema.concrete(class_def.name)
        if set(classes) == set(self._schema.concrete(root)):
            return ""
        if not classes:
            return "1 = 0"
        column = self._dialect.name(alias, "finalclass")
        listed = ", ".join(self._dialect.text(name) for name in classes)
        return f"{column} = {listed}" if len(classes) == 1 else f"{column} IN ({listed})"

    def main_condition(self) -> str:
        """That a row is of the class of the query; "" if all are."""
        return self.class_condition(self._alias(0), self._sources[0].class_def)

    def value(self, field: Field) -> str:
        """The SQL for a field as it is stored; NULL where no object is."""
        alias = self._alias_of(field)
        if field.code == "id":
            return self._dialect.name(alias, "id")
        if field.code == "finalclass":
            return self.finalclass(alias, field.owner)
        if field.code == "friendlyname":
            return self._friendlyname(field, alias)
        assert field.attribute is not None  # noqa: S101 (all other fields have one)
        return self._dialect.name(alias, field.attribute.column)

    def number_value(self, field: Field) -> str:
        """The column with the comparable form of a phone attribute."""
        assert field.attribute is not None  # noqa: S101 (phone attributes are attributes)
        return self._dialect.name(self._alias_of(field), field.attribute.number_column)

    def id_if_nullable(self, field: Field) -> str:
        """The id of the object that has the field, if there may be no object; else ""."""
        if self._sources[field.source].nullable or any(not k.mandatory for k in field.hops):
            return self._dialect.name(self._alias_of(field), "id")
        return ""

    def finalclass(self, alias: str, class_def: ClassDef) -> str:
        """The SQL for an object's real class."""
        if class_def.polymorphic:
            return self._dialect.name(alias, "finalclass")
        return self._dialect.text(class_def.name)

    def _alias(self, number: int) -> str:
        return f"t{number}"

    def _table(self, class_def: ClassDef) -> str:
        return self._dialect.name(class_def.table)

    def _alias_of(self, field: Field) -> str:
        """The table alias of the object that has the field."""
        alias = self._alias(field.source)
        for key in field.hops:
            found = self._hops.get((alias, key.code))
            if found is None:
                found = self._hops[alias, key.code] = f"h{len(self._hops)}"
                name = self._dialect.name
                self._joins.append(
                    f"LEFT JOIN {self._table(self._schema[key.target])} AS {name(found)}"
                    f" ON {name(found, 'id')} = {name(alias, key.column)}"
                )
            alias = found
        return alias

    def _join(self, number: int, source: Source) -> str:
        assert source.key is not None  # noqa: S101 (only joined sources come here)
        name = self._dialect.name
        alias, other = self._alias(number), self._alias(source.other)
        if source.pointing:
            condition = f"{name(other, source.key.column)} = {name(alias, 'id')}"
        else:
            condition = f"{name(alias, source.key.column)} = {name(other, 'id')}"
        conditions = [condition, self.class_condition(alias, source.class_def)]
        kind = "LEFT JOIN" if source.nullable else "JOIN"
        return (
            f"{kind} {self._table(source.class_def)} AS {name(alias)}"
            f" ON {' AND '.join(filter(None, conditions))}"
        )

    def _friendlyname(self, field: Field, alias: str) -> str:
        """The name of an object, made by the rule of its own class."""
        if len(field.hops) > MAX_HOPS:  # names that are made of each other
            return "''"
        rules: dict[tuple[str, ...], list[str]] = {}
        for name in self._schema.concrete(field.owner.name):
            rules.setdefault(self._schema[name].friendlyname, []).append(name)
        if len(rules) <= 1:
            rule = next(iter(rules), field.owner.friendlyname)
            text = self._concatenated(field, field.owner, rule, rules.get(rule))
        else:
            cases = [
                f"WHEN {self._dialect.text(name)} THEN "
                + self._concatenated(field, field.owner, rule, [name])
                for rule, names in rules.items()
                for name in names
            ]
            text = f"CASE {self._dialect.name(alias, 'finalclass')} {' '.join(cases)} END"
        if not field.empty_if_unset:
            return text
        return self._empty_if_unset(field, text)

    def _concatenated(
        self, field: Field, owner: ClassDef, rule: tuple[str, ...], names: list[str] | None
    ) -> str:
        # Attributes of the name may belong to a child class, in the same table.
        holder = self._schema[names[0]] if names else owner
        parts = []
        for code in rule:
            part = field_of(self._schema, field.source, holder, code, hops=1)
            value = self.value(replace(part, hops=(*field.hops, *part.hops)))
            if part.domain not in (Domain.TEXT, Domain.EMAIL, Domain.PHONE, Domain.CODE):
                value = f"CAST({value} AS TEXT)"
            parts.append(f"COALESCE({value}, '')" if part.hops else value)
        return f"({_BLANK.join(parts)})" if len(parts) > 1 else parts[0]

    def _empty_if_unset(self, field: Field, text: str) -> str:
        before = replace(field, hops=field.hops[:-1], code="id", empty_if_unset=False)
        holder = self.id_if_nullable(before)
        if not holder:
            return f"COALESCE({text}, '')"
        return f"CASE WHEN {holder} IS NOT NULL THEN COALESCE({text}, '') END"
