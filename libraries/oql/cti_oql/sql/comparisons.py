"""A field compared with values: what nearly all conditions are. Indexes are used where there are.

Values are bound in the form that the column has, so that the database has nothing to convert.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cti_oql.fragments import FALSE, UNKNOWN, Convert, Sql, chained, compose, joined
from cti_oql.functions.fold import fold
from cti_oql.parameters import DIGITS, EMPTY, INTEGER, NULL, NUMBERS, TEXT, ZERO, ZERO_DIGITS
from cti_oql.resolve.resolved import Domain, Field
from cti_oql.schema import Schema
from cti_oql.sql.columns import Columns
from cti_oql.sql.converters import (
    codes_of,
    leading_number,
    to_code,
    to_folded,
    to_folded_like,
    to_integer,
    to_number_key,
)
from cti_oql.sql.dialect import Dialect
from cti_oql.sql.operands import Operands, ValueRef

NUMERIC = (Domain.ID, Domain.KEY, Domain.NUMBER, Domain.FLAG)
MOMENTS = (Domain.DATE, Domain.DATETIME)
_SET_LETTERS = (INTEGER, DIGITS)
_ZERO_LETTERS = (ZERO, ZERO_DIGITS)

# Up to so many values are compared one by one, and not in a list.
_FEW = 4


class Comparisons:
    """Compiles the comparisons of fields with values of one statement."""

    def __init__(
        self, schema: Schema, columns: Columns, dialect: Dialect, operands: Operands
    ) -> None:
        self._schema = schema
        self._columns = columns
        self._dialect = dialect
        self._operands = operands

    def fits(self, field: Field, value: ValueRef) -> bool:
        """Whether the field and the value compare as what the column holds.

        A number in the query compares with the number that a text begins with, and with the place
        of an enum's code.
        """
        number = value.literal and value.letter in (INTEGER, ZERO)
        return not number or field.domain in NUMERIC or field.domain in MOMENTS

    def equals(
        self, field: Field, values: list[ValueRef], *, negated: bool, exact: bool = True
    ) -> Sql:
        """A field and one or more values: =, !=, IN and NOT IN.

        :param exact: whether it counts that the condition is unknown and not false
        """
        if field.domain in NUMERIC:
            return self._equals_number(field, values, negated, exact)
        has_null = any(value.letter == NULL for value in values)
        if has_null and negated:
            return UNKNOWN
        values = [value for value in values if value.letter != NULL]
        apart = field.domain is Domain.PHONE and self._dialect.stores_lists
        parts = [
            chained("AND", [*present, _one_of(column, group, negated, apart=apart)])
            for present, column, group in self._groups(field, values, negated)
        ]
        if has_null:
            parts.append(UNKNOWN)
        return chained("AND" if negated else "OR", parts)

    def alike(self, field: Field, value: ValueRef, *, negated: bool) -> Sql:
        """A field and a value without wildcards: LIKE, which compares each character."""
        equal = self.equals(field, [value], negated=negated)
        if value.letter in (NULL, *NUMBERS) or field.domain not in (Domain.TEXT, Domain.PHONE):
            return equal
        column = Sql(self._columns.value(field))
        whole = _one_of(
            self._dialect.folded_like(column),
            [self._operands.bound(value, to_folded_like)],
            negated,
        )
        # The first one has an index.
        return chained("OR" if negated else "AND", [equal, whole])

    def ordered(self, operator: str, field: Field, value: ValueRef) -> Sql:
        """A field and a value: < <= > >=."""
        if value.letter == NULL:
            return UNKNOWN
        if field.domain in NUMERIC:
            number = self._integer(value)
            if number is None:
                return UNKNOWN
            return compose(f"({{}} {operator} {{}})", self.number(field), number.sql)
        column = Sql(self._columns.value(field))
        if field.domain not in MOMENTS:
            column = self._dialect.folded(column)
        bound = self._operands.bound(value, self._ordering(field))
        return compose(f"({{}} {operator} {{}})", column, bound)

    def number(self, field: Field) -> Sql:
        """A field that holds a number; 0 for an unset key."""
        column = self._columns.value(field)
        if field.domain is not Domain.KEY:
            return Sql(column)
        existing = self._columns.id_if_nullable(field)
        if existing:
            return Sql(f"CASE WHEN {existing} IS NOT NULL THEN COALESCE({column}, 0) END")
        return Sql(f"COALESCE({column}, 0)")

    def _groups(
        self, field: Field, values: list[ValueRef], negated: bool
    ) -> Iterator[tuple[list[Sql], Sql, list[Sql]]]:
        """What to compare with what, for fields that hold no numbers; and what must hold, too."""
        numbers = [v for v in values if field.domain is Domain.PHONE and v.letter in NUMBERS]
        if numbers:
            bound = [
                self._operands.bound(value, to_number_key(place))
                for value in numbers
                for place in range(NUMBERS[value.letter])
            ]
            yield [], self._number_column(field, negated), bound
            values = [value for value in values if value.letter not in NUMBERS]
        if not values:
            return
        column = Sql(self._columns.value(field))
        if field.domain is Domain.CODE:
            optional = field.attribute is not None and not field.attribute.mandatory
            # No code at all differs from nothing, and equals nothing.
            if optional and (negated or not all(v.literal and v.constant for v in values)):
                column = compose("NULLIF({}, '')", column)
        elif field.domain not in MOMENTS:
            column = self._dialect.folded(column)
        converter = self._converter(field)
        for present, group in self._apart(field, values, negated):
            yield present, column, [self._written(field, value, converter) for value in group]

    def _apart(
        self, field: Field, values: list[ValueRef], negated: bool
    ) -> Iterator[tuple[list[Sql], list[ValueRef]]]:
        """Values that no empty text has, and the others."""
        present = self.present(field)
        if negated or not present:
            yield [], values
            return
        for empty in (False, True):
            group = [value for value in values if (value.letter == EMPTY) is empty]
            if group:
                yield [] if empty else present, group

    def present(self, field: Field) -> list[Sql]:
        """That a text is not empty, if its index has no others."""
        attribute = field.attribute
        if attribute is None or not attribute.indexed or attribute.mandatory:
            return []
        return [Sql(f"{self._columns.value(field)} <> ''")]

    def _written(self, field: Field, value: ValueRef, convert: Convert) -> Sql:
        """A value as the column has it.

        A code that the classes have is part of the statement and not bound, so that the databases
        can estimate how many objects have it.
        """
        if field.domain is Domain.CODE and value.literal:
            code = convert(value.constant)
            of_attribute = field.attribute.values if field.attribute is not None else ()
            known = self._schema.classes if field.code == "finalclass" else of_attribute
            if isinstance(code, str) and code in known:
                return Sql(self._dialect.text(code))
        return self._operands.bound(value, convert)

    def _number_column(self, field: Field, negated: bool) -> Sql:
        column = self._columns.number_value(field)
        if not negated:
            return Sql(column)
        # No number differs from every number; no object differs from nothing.
        existing = self._columns.id_if_nullable(field)
        if existing:
            return Sql(f"CASE WHEN {existing} IS NOT NULL THEN COALESCE({column}, '') END")
        return Sql(f"COALESCE({column}, '')")

    def _converter(self, field: Field) -> Convert:
        if field.domain in MOMENTS:
            date_only = field.domain is Domain.DATE
            return lambda value: self._dialect.moment_value(value, date_only=date_only)
        if field.code == "finalclass":
            return to_code({fold(name) or "": name for name in self._schema.classes})
        if field.domain is Domain.CODE and field.attribute is not None:
            return to_code(codes_of(field.attribute))
        return to_folded

    def _ordering(self, field: Field) -> Convert:
        return self._converter(field) if field.domain in MOMENTS else to_folded

    def _equals_number(
        self, field: Field, values: list[ValueRef], negated: bool, exact: bool
    ) -> Sql:
        numbers = [self._integer(value) for value in values]
        if negated and None in numbers:
            return UNKNOWN
        column = Sql(self._columns.value(field))
        zero_is_null = field.domain is Domain.KEY
        others = [n for n in numbers if n is not None and not (zero_is_null and n.zero)]
        zero = len(others) < len([n for n in numbers if n is not None])
        parts = []
        if others and not (exact or negated) and self._columns.may_hide(field):
            # The key has an index.
            key = Sql(self._columns.stored_key(field))
            listed = _one_of(key, [n.sql for n in others], negated)
            parts.append(
                compose(f"({{}} AND {self._columns.target_id(field)} IS NOT NULL)", listed)
            )
        elif others:
            parts.append(_one_of(column, [n.sql for n in others], negated))
        if negated and zero and not others:
            parts.append(compose("({} IS NOT NULL)", column))
        if zero_is_null and zero != negated:
            parts.append(self._unset(field, column))
        if None in numbers:
            parts.append(UNKNOWN)
        # Different from 5 are all but 5, the unset ones too.
        return chained("OR", parts) if parts else FALSE

    def _unset(self, field: Field, column: Sql) -> Sql:
        existing = self._columns.id_if_nullable(field)
        if existing:
            return compose(f"({{}} IS NULL AND {existing} IS NOT NULL)", column)
        return compose("({} IS NULL)", column)

    def _integer(self, value: ValueRef) -> _Integer | None:
        """A value to compare with a number; None if it is not a number and so matches nothing."""
        if value.letter in _SET_LETTERS or value.letter in _ZERO_LETTERS:
            return _Integer(self._operands.bound(value, to_integer), value.letter in _ZERO_LETTERS)
        if value.letter in (TEXT, EMPTY) and value.literal and isinstance(value.constant, str):
            number = leading_number(value.constant)
            return _Integer(Sql(self._dialect.placeholder, (lambda run: number,)), not number)
        return None


@dataclass(frozen=True)
class _Integer:
    """A number to compare with, and whether it is 0."""

    sql: Sql
    zero: bool


def _one_of(column: Sql, values: list[Sql], negated: bool, *, apart: bool = False) -> Sql:
    """A column and some values.

    :param apart: whether few values that it equals are compared one by one, too
    """
    if (negated or apart) and len(values) <= _FEW and "(" not in column.text:
        # Where no index helps, SQLite is quicker at this than at a list.
        word, operator = ("AND", "<>") if negated else ("OR", "=")
        return chained(word, [compose(f"({{}} {operator} {{}})", column, v) for v in values])
    if len(values) == 1:
        return compose(f"({{}} {'<>' if negated else '='} {{}})", column, values[0])
    word = "NOT IN" if negated else "IN"
    return compose(f"({{}} {word} ({{}}))", column, joined(", ", values))
