"""Conditions to SQL: how each kind of field compares with each kind of value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cti_tickets.oql import checked, tree
from cti_tickets.oql.checked import Domain, Field
from cti_tickets.oql.columns import Columns
from cti_tickets.oql.convert import (
    codes_of,
    leading_number,
    to_code,
    to_integer,
    to_moment,
    to_number_key,
    to_text,
)
from cti_tickets.oql.errors import OqlRunError, OqlUnsupportedError
from cti_tickets.oql.fold import fold
from cti_tickets.oql.pattern import MAX_PATTERN_BYTES, parse_pattern
from cti_tickets.oql.sql import (
    FALSE,
    TRUE,
    UNKNOWN,
    Convert,
    Dialect,
    Slot,
    Sql,
    chained,
    compose,
    joined,
)
from cti_tickets.oql.values import (
    DIGITS,
    INTEGER,
    NULL,
    NUMBER,
    TEXT,
    ZERO,
    ZERO_DIGITS,
    Known,
    Shape,
    letter,
    scalar,
)
from cti_tickets.schema import Schema

_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SQL_OPERATORS = {"!=": "<>"}
_NUMERIC = (Domain.ID, Domain.KEY)
_MOMENTS = (Domain.DATE, Domain.DATETIME)
_SET_LETTERS = (INTEGER, DIGITS)
_ZERO_LETTERS = (ZERO, ZERO_DIGITS)


@dataclass(frozen=True)
class Val:
    """One value: a literal (`constant`), or an element of a parameter. `letter` is its shape."""

    letter: str
    constant: Known = None
    parameter: int | None = None
    index: int = 0

    @property
    def literal(self) -> bool:
        """Whether it is written in the query."""
        return self.parameter is None


Operand = Val | Field | checked.Condition


class Conditions:
    """Compiles the conditions of one statement."""

    def __init__(
        self,
        schema: Schema,
        columns: Columns,
        dialect: Dialect,
        query: checked.CheckedQuery,
        shapes: tuple[Shape, ...],
    ) -> None:
        self._schema = schema
        self._columns = columns
        self._dialect = dialect
        self._query = query
        self._shapes = shapes

    def condition(self, operand: checked.Operand) -> Sql:
        """Any operand as a condition: true when it is not 0.

        :raises OqlRunError: a list where one value belongs
        :raises OqlUnsupportedError: a comparison that is not supported yet
        """
        match operand:
            case checked.Chain(operator, conditions):
                return chained(operator, [self.condition(c) for c in conditions])
            case checked.Comparison(operator, left, right):
                return self._compare(operator, self._single(left), self._single(right))
            case checked.Membership():
                return self._membership(operand)
            case Field(domain=domain) if domain in _NUMERIC:
                return compose("({} <> 0)", self._number(operand))
            case Field():
                raise self._unsupported("text or a date alone as a condition")
            case _:
                return self._constant_condition(self._one(operand))

    def _constant_condition(self, value: Val) -> Sql:
        if value.letter in (NULL, NUMBER):
            return UNKNOWN
        if value.letter in _SET_LETTERS:
            return TRUE
        if value.letter == TEXT and isinstance(value.constant, str):
            return TRUE if leading_number(value.constant) else FALSE
        return FALSE

    # Values

    def _values(self, operand: checked.Value) -> list[Val]:
        """The values an operand stands for: several if it is a list."""
        match operand:
            case tree.Text(value) | tree.Integer(value):
                constant = scalar("", value)
                return [Val(letter(constant), constant)]
            case tree.Null():
                return [Val(NULL)]
            case tree.Parameter(name):
                number = self._query.parameters.index(name)
                letters = self._shapes[number].letters
                return [
                    Val(letters[index], parameter=number, index=index)
                    for index in range(len(letters))
                ]

    def _one(self, operand: checked.Value) -> Val:
        if isinstance(operand, tree.Parameter):
            number = self._query.parameters.index(operand.name)
            if self._shapes[number].many:
                raise OqlRunError(
                    f"the parameter {operand.name} is a list; write IN (:{operand.name})",
                    text=self._query.text,
                    position=operand.position,
                    word=f":{operand.name}",
                )
        return self._values(operand)[0]

    def _single(self, operand: checked.Operand) -> Operand:
        if isinstance(operand, tree.Text | tree.Integer | tree.Null | tree.Parameter):
            return self._one(operand)
        return operand

    def _bound(self, value: Val, convert: Convert) -> Sql:
        if value.parameter is None:
            slot = Slot(None, constant=convert(value.constant))
        else:
            slot = Slot(value.parameter, value.index, convert=convert)
        return Sql(self._dialect.placeholder, (slot,))

    # Comparisons

    def _compare(self, operator: str, left: Operand, right: Operand) -> Sql:
        if operator in ("LIKE", "NOT LIKE"):
            return self._like(left, right, negated=operator == "NOT LIKE")
        if isinstance(left, Val) and isinstance(right, Field):
            return self._compare(_MIRRORED[operator], right, left)
        if isinstance(left, Field) and isinstance(right, Val):
            if operator in ("=", "!="):
                return self._equals(left, [right], negated=operator == "!=")
            return self._ordered(operator, left, right)
        return self._general(operator, left, right)

    def _membership(self, node: checked.Membership) -> Sql:
        items: list[Operand] = []
        for item in node.items:
            if isinstance(item, tree.Text | tree.Integer | tree.Null | tree.Parameter):
                items += self._values(item)
            else:
                items.append(item)
        if not items:
            return TRUE if node.negated else FALSE
        operand = self._single(node.operand)
        if isinstance(operand, checked.Chain | checked.Comparison | checked.Membership):
            # Once only: a condition in a condition in a condition … must not multiply.
            word = "NOT IN" if node.negated else "IN"
            listed = joined(", ", [self._number(item) for item in items])
            return compose(f"({{}} {word} ({{}}))", self._number(operand), listed)
        parts = []
        values = [item for item in items if isinstance(item, Val)]
        others: list[Operand] = [item for item in items if not isinstance(item, Val)]
        if values and isinstance(operand, Field):
            parts.append(self._equals(operand, values, node.negated))
        elif values:
            others += values
        operator = "!=" if node.negated else "="
        parts += [self._compare(operator, operand, other) for other in others]
        return chained("AND" if node.negated else "OR", parts)

    def _equals(self, field: Field, values: list[Val], negated: bool) -> Sql:
        """A field and one or more values: =, !=, IN and NOT IN."""
        if field.domain in _NUMERIC:
            return self._equals_number(field, values, negated)
        has_null = any(value.letter == NULL for value in values)
        if has_null and negated:
            return UNKNOWN
        values = [value for value in values if value.letter != NULL]
        parts = [
            self._one_of(column, group, negated)
            for column, group in self._groups(field, values, negated)
        ]
        if has_null:
            parts.append(UNKNOWN)
        return chained("AND" if negated else "OR", parts)

    def _one_of(self, column: Sql, values: list[Sql], negated: bool) -> Sql:
        if len(values) == 1:
            return compose(f"({{}} {'<>' if negated else '='} {{}})", column, values[0])
        word = "NOT IN" if negated else "IN"
        return compose(f"({{}} {word} ({{}}))", column, joined(", ", values))

    def _groups(
        self, field: Field, values: list[Val], negated: bool
    ) -> Iterable[tuple[Sql, list[Sql]]]:
        """What to compare with what, for fields that hold no numbers."""
        column = Sql(self._columns.value(field))
        if field.domain is Domain.PHONE:
            numbers = [v for v in values if v.letter == NUMBER]
            if numbers:
                yield (
                    self._number_column(field, negated),
                    [self._bound(v, to_number_key) for v in numbers],
                )
            texts = [v for v in values if v.letter != NUMBER]
            if texts:
                yield column, [self._bound(v, to_text) for v in texts]
        elif values:
            function = {Domain.TEXT: "cti_fold", Domain.EMAIL: "lower"}.get(field.domain)
            bound = [self._bound(v, self._converter(field)) for v in values]
            if function is not None:
                column = compose(f"{function}({{}})", column)
                bound = [compose(f"{function}(CAST({{}} AS TEXT))", value) for value in bound]
            yield column, bound

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
        if field.domain in _MOMENTS:
            return to_moment(
                date_only=field.domain is Domain.DATE, postgresql=self._dialect.postgresql
            )
        if field.code == "finalclass":
            return to_code({fold(name) or "": name for name in self._schema.classes})
        if field.domain is Domain.CODE and field.attribute is not None:
            return to_code(codes_of(field.attribute))
        return to_text

    def _equals_number(self, field: Field, values: list[Val], negated: bool) -> Sql:
        numbers = [self._integer(value) for value in values]
        if negated and None in numbers:
            return UNKNOWN
        column = Sql(self._columns.value(field))
        zero_is_null = field.domain is Domain.KEY
        others = [n for n in numbers if n is not None and not (zero_is_null and n.zero)]
        zero = len(others) < len([n for n in numbers if n is not None])
        parts = []
        if others:
            parts.append(self._one_of(column, [n.sql for n in others], negated))
        if negated and zero and not others:
            parts.append(compose("({} IS NOT NULL)", column))
        if zero_is_null and zero != negated:
            parts.append(self._unset(field, column))
        if None in numbers:
            parts.append(UNKNOWN)
        # Different from 5 are all but 5, the unset ones too.
        return chained("OR", parts)

    def _unset(self, field: Field, column: Sql) -> Sql:
        existing = self._columns.id_if_nullable(field)
        if existing:
            return compose(f"({{}} IS NULL AND {existing} IS NOT NULL)", column)
        return compose("({} IS NULL)", column)

    def _integer(self, value: Val) -> _Integer | None:
        """A value to compare with a number; None if it is none and so matches nothing."""
        if value.letter in _SET_LETTERS or value.letter in _ZERO_LETTERS:
            return _Integer(self._bound(value, to_integer), value.letter in _ZERO_LETTERS)
        if value.letter == TEXT and isinstance(value.constant, str):
            number = leading_number(value.constant)
            sql = Sql(self._dialect.placeholder, (Slot(None, constant=number),))
            return _Integer(sql, not number)
        return None

    def _ordered(self, operator: str, field: Field, value: Val) -> Sql:
        """A field and a value: < <= > >=."""
        if value.letter == NULL:
            return UNKNOWN
        if field.domain in _NUMERIC:
            number = self._integer(value)
            if number is None:
                return UNKNOWN
            return compose(f"({{}} {operator} {{}})", self._number(field), number.sql)
        column = Sql(self._columns.value(field))
        bound = self._bound(value, self._converter(field))
        if field.domain in _MOMENTS:
            return compose(f"({{}} {operator} {{}})", column, bound)
        collation = self._dialect.by_code_point
        if field.domain is Domain.CODE:
            return compose(f"({{}}{collation} {operator} {{}})", column, bound)
        template = f"(cti_fold({{}}){collation} {operator} cti_fold(CAST({{}} AS TEXT)))"
        return compose(template, column, bound)

    def _general(self, operator: str, left: Operand, right: Operand) -> Sql:
        """Two fields, two values, or a condition and something."""
        sql_operator = _SQL_OPERATORS.get(operator, operator)
        if UNKNOWN in (self._null(left), self._null(right)):
            return UNKNOWN
        if self._is_number(left) or self._is_number(right):
            template = f"({{}} {sql_operator} {{}})"
            return compose(template, self._number(left), self._number(right))
        if _is_moment(left) and _is_moment(right):
            template = f"({{}} {sql_operator} {{}})"
            return compose(template, self._plain(left), self._plain(right))
        template = f"({{}}{self._dialect.by_code_point} {sql_operator} {{}})"
        return compose(template, self._folded(left), self._folded(right))

    def _null(self, operand: Operand) -> Sql | None:
        return UNKNOWN if isinstance(operand, Val) and operand.letter == NULL else None

    def _is_number(self, operand: Operand) -> bool:
        if isinstance(operand, Field):
            return operand.domain in _NUMERIC
        if isinstance(operand, Val):
            return operand.letter in (INTEGER, ZERO)
        return True

    def _number(self, operand: Operand) -> Sql:
        """An operand as a number; 0 for an unset key."""
        if isinstance(operand, Val):
            number = self._integer(operand)
            kind = "BIGINT" if number is None or _whole(operand) else "DOUBLE PRECISION"
            return compose(f"CAST({{}} AS {kind})", number.sql if number else Sql("NULL"))
        if not isinstance(operand, Field):
            condition = self.condition(operand)
            # In SQLite it is a number already, and each level of nesting counts.
            return compose(self._dialect.condition_as_number, condition)
        if operand.domain not in _NUMERIC:
            raise self._unsupported("comparing text or a date with a number")
        column = self._columns.value(operand)
        if operand.domain is Domain.ID:
            return Sql(column)
        existing = self._columns.id_if_nullable(operand)
        if existing:
            return Sql(f"CASE WHEN {existing} IS NOT NULL THEN COALESCE({column}, 0) END")
        return Sql(f"COALESCE({column}, 0)")

    def _plain(self, operand: Operand) -> Sql:
        assert isinstance(operand, Field)  # noqa: S101 (only dates come here)
        return Sql(self._columns.value(operand))

    def _text(self, operand: Operand) -> Sql:
        """An operand as text, not folded."""
        if isinstance(operand, Val):
            return compose("CAST({} AS TEXT)", self._bound(operand, to_text))
        if not isinstance(operand, Field) or operand.domain in _NUMERIC:
            return compose("CAST({} AS TEXT)", self._number(operand))
        if operand.domain in _MOMENTS:
            return compose("CAST({} AS TEXT)", self._plain(operand))
        return Sql(self._columns.value(operand))

    def _folded(self, operand: Operand) -> Sql:
        return compose("cti_fold({})", self._text(operand))

    # LIKE

    def _like(self, left: Operand, right: Operand, *, negated: bool) -> Sql:
        word = "NOT LIKE" if negated else "LIKE"
        if not isinstance(right, Val):
            template = f"({{}} {word} {{}} ESCAPE '\\')"
            return compose(template, self._folded(left), self._folded(right))
        if right.letter == NULL:
            return UNKNOWN
        if right.literal:
            pattern = parse_pattern(to_text(right.constant) or "")
            if pattern.literal is None:
                folded = pattern.folded
                if len(folded.encode()) > MAX_PATTERN_BYTES:
                    raise OqlRunError("a pattern is too long", text=self._query.text)
                value = Sql(self._dialect.placeholder, (Slot(None, constant=folded),))
                text = self._text(left)
                if not pattern.blanks_matter:
                    return compose(f"(cti_fold({{}}) {word} {{}} ESCAPE '\\')", text, value)
                # A mark after the text keeps its trailing blanks from being folded away.
                value = Sql(self._dialect.placeholder, (Slot(None, constant=f"{folded}|"),))
                return compose(f"(cti_fold({{}} || '|') {word} {{}} ESCAPE '\\')", text, value)
            right = Val(letter(pattern.literal), pattern.literal)
        # A value without wildcards is alike if it is equal.
        if isinstance(left, Field) and left.domain not in _MOMENTS:
            return self._equals(left, [right], negated)
        template = f"({{}} {'<>' if negated else '='} {{}})"
        return compose(template, self._folded(left), self._folded(right))

    def _unsupported(self, what: str) -> OqlUnsupportedError:
        return OqlUnsupportedError(f"{what} is not supported yet", text=self._query.text)


@dataclass(frozen=True)
class _Integer:
    """A number to compare with, and whether it is 0."""

    sql: Sql
    zero: bool


def _whole(value: Val) -> bool:
    return value.letter != TEXT or not isinstance(
        leading_number(value.constant if isinstance(value.constant, str) else ""), float
    )


def _is_moment(operand: Operand) -> bool:
    return isinstance(operand, Field) and operand.domain in _MOMENTS
