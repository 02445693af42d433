"""Values that no column holds: the name of an object, whether it is obsolete, its class."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from cti_oql.resolve.fields import MAX_HOPS, field_of
from cti_oql.resolve.resolved import Domain, Field
from cti_oql.schema import ClassDef, Schema
from cti_oql.sql.dialect import Dialect

_TEXTS = (Domain.TEXT, Domain.PHONE, Domain.CODE)


class Values(Protocol):
    """Where the values of fields are."""

    def value(self, field: Field) -> str:
        """The SQL for a field as it is stored; NULL where no object is."""

    def id_if_nullable(self, field: Field) -> str:
        """The id of the object that has the field, if there may be no object; else ""."""


class Derived:
    """The SQL for such values of one statement.

    :param columns: where the values are that they are made of
    """

    def __init__(self, schema: Schema, dialect: Dialect, columns: Values) -> None:
        self._schema = schema
        self._dialect = dialect
        self._columns = columns

    def finalclass(self, field: Field, alias: str) -> str:
        """The real class of an object."""
        if field.owner.polymorphic:
            return self._dialect.name(alias, "finalclass")
        return self._dialect.text(field.owner.name)

    def obsolete(self, field: Field, alias: str) -> str:
        """1 for an object that is obsolete by the rule of its own class, else 0."""
        cases = []
        for class_name in self._schema.concrete(field.owner.name):
            rule = self._schema[class_name].obsolete
            if rule is not None:
                code, value = rule
                column = self._schema[class_name].attributes[code].column
                condition = f"{self._dialect.name(alias, column)} = {self._dialect.text(value)}"
                if field.owner.polymorphic:
                    finalclass = self._dialect.name(alias, "finalclass")
                    condition = f"{finalclass} = {self._dialect.text(class_name)} AND {condition}"
                cases.append(f"WHEN {condition} THEN 1")
        # Where no object is, nothing is obsolete.
        return f"CASE {' '.join(cases)} ELSE 0 END" if cases else "0"

    def friendlyname(self, field: Field, alias: str) -> str:
        """The name of an object, made by the rule of its own class."""
        if len(field.hops) > MAX_HOPS:  # names that are made of each other
            return "''"
        rules: dict[tuple[str, ...], list[str]] = {}
        for name in self._schema.concrete(field.owner.name):
            definition = self._schema[name]
            rule = (definition.friendlyname_separator, *definition.friendlyname)
            rules.setdefault(rule, []).append(name)
        if len(rules) <= 1:
            own = (field.owner.friendlyname_separator, *field.owner.friendlyname)
            rule = next(iter(rules), own)
            text = self._concatenated(field, field.owner, rule, rules.get(rule))
        else:
            cases = [
                f"WHEN {self._dialect.text(name)} THEN "
                + self._concatenated(field, field.owner, rule, [name])
                for rule, names in rules.items()
                for name in names
            ]
            text = f"CASE {self._dialect.name(alias, 'finalclass')} {' '.join(cases)} END"
        # Where no object is, the name is empty, or what stands between its parts.
        return f"COALESCE({text}, '')" if self._columns.id_if_nullable(field) else text

    def _concatenated(
        self, field: Field, owner: ClassDef, rule: tuple[str, ...], names: list[str] | None
    ) -> str:
        # Attributes of the name may belong to a child class, in the same table.
        holder = self._schema[names[0]] if names else owner
        separator, *codes = rule
        parts = []
        for code in codes:
            part = field_of(self._schema, field.source, holder, code, hops=1)
            value = self._columns.value(replace(part, hops=(*field.hops, *part.hops)))
            if part.domain not in _TEXTS:
                value = f"CAST({value} AS TEXT)"
            optional = bool(part.hops) or self._columns.id_if_nullable(field)
            parts.append(f"COALESCE({value}, '')" if optional else value)
        between = f" || {self._dialect.text(separator)} || "
        return f"({between.join(parts)})" if len(parts) > 1 else parts[0]
