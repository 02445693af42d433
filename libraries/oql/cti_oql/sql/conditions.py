"""Conditions to SQL: each goes to the room that knows its kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cti_oql.errors import OqlRunError
from cti_oql.fragments import FALSE, TRUE, UNKNOWN, Convert, Sql, chained, compose, joined
from cti_oql.parameters import DIGITS, INTEGER, NULL, NUMBERS, TEXT, Scalar
from cti_oql.resolve import resolved
from cti_oql.resolve.resolved import Branch, Domain, Field, Operand, fields_in, has_query, is_value
from cti_oql.schema import Schema
from cti_oql.sql.columns import Columns
from cti_oql.sql.comparisons import MOMENTS as MOMENT_DOMAINS
from cti_oql.sql.comparisons import NUMERIC as NUMERIC_DOMAINS
from cti_oql.sql.comparisons import Comparisons
from cti_oql.sql.converters import leading_number, to_expression
from cti_oql.sql.dialect import Dialect
from cti_oql.sql.expressions import Expressions
from cti_oql.sql.like import LikeConditions
from cti_oql.sql.operands import Operands, ValueRef
from cti_oql.syntax import tree
from cti_oql.types import MOMENTS, NUMERIC, Type, Typed

_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SQL_OPERATORS = {"!=": "<>"}
_KEYS = (Domain.ID, Domain.KEY)


class Conditions:
    """Compiles the conditions of one statement.

    :param text: the query, for errors
    :param sub_query: compiles the branches of a sub-query to a SELECT of ids
    """

    def __init__(
        self,
        schema: Schema,
        columns: Columns,
        dialect: Dialect,
        operands: Operands,
        text: str,
        sub_query: Callable[[Sequence[Branch]], Sql],
    ) -> None:
        self._schema = schema
        self._columns = columns
        self._dialect = dialect
        self._operands = operands
        self._text = text
        self._sub_query = sub_query
        self._comparisons = Comparisons(schema, columns, dialect, operands)
        self._expressions = Expressions(columns, dialect, operands, text, self.condition)
        self._likes = LikeConditions(
            columns, self._comparisons, self._expressions, operands, dialect, text
        )

    def condition(self, operand: Operand) -> Sql:
        """Any operand as a condition: true when it is not 0.

        :raises OqlRunError: what the language allows and no database could run
        """
        match operand:
            case resolved.Chain(operator, conditions):
                return chained(operator, [self.condition(each) for each in conditions])
            case resolved.Comparison():
                return self._compare(operand)
            case resolved.Membership():
                return self._membership(operand)
            case resolved.SubMembership():
                return self._in_query(operand)
            case Field(domain=domain) if domain in NUMERIC_DOMAINS:
                return compose("({} <> 0)", self._comparisons.number(operand))
            case tree.Text() | tree.Integer() | tree.Null() | tree.Parameter():
                return _truth(self._operands.one(operand))
            case _:
                return compose(
                    "({} <> 0)", self._expressions.number(self._expressions.typed(operand))
                )

    def holds(self, operand: Operand) -> Sql:
        """A condition of which only counts whether it is true, or else: unknown is like false."""
        match operand:
            case resolved.Chain(operator, conditions):
                return chained(operator, [self.holds(each) for each in conditions])
            case resolved.Comparison("=", Field() as field, right) if self._is_hidden(field, right):
                return self._leads_to(field, operand, [right])
            case resolved.Comparison("=", left, Field() as field) if self._is_hidden(field, left):
                return self._leads_to(field, operand, [left])
            case resolved.Membership(Field() as field, items, negated=False) if self._is_hidden(
                field, *items
            ):
                return self._leads_to(field, operand, items)
            case resolved.Comparison("=", Field() as field, Field(domain=Domain.ID) as other) | (
                resolved.Comparison("=", Field(domain=Domain.ID) as other, Field() as field)
            ) if self._is_hidden(field) and not self._columns.id_if_nullable(other):
                key, value = self._columns.stored_key(field), self._columns.value(other)
                return Sql(f"({key} = {value} AND {self._columns.target_id(field)} IS NOT NULL)")
            case resolved.SubMembership(Field() as field, negated=False) if self._is_hidden(field):
                return self._in_query(operand, exact=False)
        return self.condition(operand)

    def _is_hidden(self, field: Field, *values: Operand) -> bool:
        """Whether a field is a key to what may not be there, and all else are values."""
        return self._columns.may_hide(field) and all(map(is_value, values))

    def _leads_to(self, field: Field, whole: Operand, items: Sequence[Operand]) -> Sql:
        """That a key leads to one of some objects."""
        values = [
            value for item in items if is_value(item) for value in self._operands.several(item)
        ]
        many = isinstance(whole, resolved.Membership)
        if not values or not all(self._comparisons.fits(field, value) for value in values):
            return self.condition(whole)
        if not many:
            values = [self._operands.one(item) for item in items if is_value(item)]
        return self._comparisons.equals(field, values, negated=False, exact=False)

    def _compare(self, comparison: resolved.Comparison) -> Sql:
        operator, left, right = comparison.operator, comparison.left, comparison.right
        match operator:
            case "LIKE" | "NOT LIKE":
                return self._likes.like(left, right, negated=operator == "NOT LIKE")
            case "REGEXP":
                return self._search(left, right, comparison.position)
            case "MATCHES":
                raise OqlRunError(
                    "no attribute has the index that MATCHES needs; use LIKE or REGEXP",
                    text=self._text,
                    position=comparison.position,
                    word=operator,
                )
        quick = self._quick(operator, left, right)
        if quick is None:
            quick = self._quick(_MIRRORED[operator], right, left)
        if quick is not None:
            return quick
        sql_operator = _SQL_OPERATORS.get(operator, operator)
        return self._expressions.compare(
            sql_operator, self._expressions.typed(left), self._expressions.typed(right)
        )

    def _quick(self, operator: str, left: Operand, right: Operand) -> Sql | None:
        """A field compared with something that is bound or stored in the form of its column."""
        if not isinstance(left, Field):
            return None
        sql_operator = _SQL_OPERATORS.get(operator, operator)
        if is_value(right):
            value = self._operands.one(right)
            if not self._comparisons.fits(left, value):
                return None
            if operator in ("=", "!="):
                return self._comparisons.equals(left, [value], negated=operator == "!=")
            return self._comparisons.ordered(operator, left, value)
        column = self._columns.value(left)
        if isinstance(right, Field):
            other = self._columns.value(right)
            if left.domain is right.domain and left.domain in MOMENT_DOMAINS:
                return Sql(f"({column} {sql_operator} {other})")
            if operator == "=" and {left.domain, right.domain} == {Domain.ID, Domain.KEY}:
                # An unset key is no object's id; said this way, an index can be used.
                key = column if left.domain is Domain.KEY else other
                if not (self._columns.id_if_nullable(left) or self._columns.id_if_nullable(right)):
                    return Sql(f"({key} IS NOT NULL AND {column} = {other})")
            return None
        if left.domain is Domain.DATETIME and not has_query(right) and not any(fields_in(right)):
            moment = self._dialect.stored_moment(
                self._expressions.text(self._expressions.typed(right))
            )
            return compose(f"({{}} {sql_operator} {{}})", Sql(column), moment)
        return None

    def _search(self, left: Operand, right: Operand, position: int) -> Sql:
        text = self._expressions.text(self._expressions.typed(left))
        if is_value(right):
            value = self._operands.one(right)
            if value.letter == NULL:
                return UNKNOWN
            convert = self._placed(to_expression(postgresql=self._dialect.postgresql), position)
            bound = compose("CAST({} AS TEXT)", self._operands.bound(value, convert))
            return self._dialect.search(text, bound)
        return self._dialect.search(text, self._expressions.text(self._expressions.typed(right)))

    def _placed(self, convert: Convert, position: int) -> Convert:
        """A conversion that says where in the query it failed."""

        def placed(value: Scalar) -> object:
            try:
                return convert(value)
            except OqlRunError as error:
                raise OqlRunError(
                    error.message, text=self._text, position=position, word="REGEXP"
                ) from None

        return placed

    def _membership(self, node: resolved.Membership) -> Sql:
        values: list[ValueRef] = []
        others: list[Typed] = []
        field = node.operand if isinstance(node.operand, Field) else None
        for item in node.items:
            if is_value(item):
                number = isinstance(item, tree.Integer)
                for value in self._operands.several(item):
                    if field is not None and self._comparisons.fits(field, value):
                        values.append(value)
                    else:
                        others.append(self._expressions.value(value, number=number))
            else:
                others.append(self._expressions.typed(item))
        if not values and not others:
            return TRUE if node.negated else FALSE
        parts = []
        if field is not None and values:
            parts.append(self._comparisons.equals(field, values, negated=node.negated))
        if others:
            parts += self._among(
                self._expressions.typed(node.operand), others, negated=node.negated
            )
        return chained("AND" if node.negated else "OR", parts)

    def _among(self, operand: Typed, items: list[Typed], *, negated: bool) -> list[Sql]:
        """An expression compared with others: those that compare alike in one list."""
        if operand.type is Type.NULL:
            return [UNKNOWN]
        texts, moments, numbers, parts = [], [], [], []
        for item in items:
            if item.type is Type.NULL:
                parts.append(UNKNOWN)
            elif operand.type in NUMERIC or item.type in NUMERIC:
                numbers.append(self._expressions.number(item))
            elif operand.type is Type.TEXT and item.type is Type.TEXT:
                texts.append(self._dialect.folded(item.sql))
            elif operand.type in MOMENTS and item.type in (*MOMENTS, Type.TEXT):
                moments.append(self._expressions.moment(item))
            else:
                parts.append(self._expressions.compare("<>" if negated else "=", operand, item))
        word = "NOT IN" if negated else "IN"
        if numbers:
            parts.append(_listed(self._expressions.number(operand), word, numbers))
        if texts:
            parts.append(_listed(self._dialect.folded(operand.sql), word, texts))
        if moments:
            parts.append(_listed(self._expressions.moment(operand), word, moments))
        return parts

    def _in_query(self, node: resolved.SubMembership, *, exact: bool = True) -> Sql:
        if any(len(branch.selected) > 1 for branch in node.branches):
            raise OqlRunError(
                "a query inside IN can select one class only",
                text=self._text,
                position=node.position,
                word="IN",
            )
        query = self._sub_query(node.branches)
        operand = node.operand
        if not exact and isinstance(operand, Field):
            key = self._columns.stored_key(operand)
            if self._finds_targets(operand, node.branches):
                return compose(f"({key} IN ({{}}))", query)
            return compose(
                f"({key} IN ({{}}) AND {self._columns.target_id(operand)} IS NOT NULL)", query
            )
        if isinstance(operand, Field) and operand.domain in _KEYS and not node.negated:
            column = self._columns.value(operand)
            if not self._columns.id_if_nullable(operand):
                condition = compose(f"({column} IN ({{}}))", query)
                if operand.domain is Domain.ID:
                    return condition
                return compose(f"({column} IS NOT NULL AND {{}})", condition)
        number = self._expressions.number(self._expressions.typed(operand))
        return compose(f"({{}} {'NOT IN' if node.negated else 'IN'} ({{}}))", number, query)

    def _finds_targets(self, key: Field, branches: Sequence[Branch]) -> bool:
        """Whether a sub-query finds only objects that a key may lead to; it finds none hidden."""
        target = key.attribute.target if key.attribute is not None else ""
        selected = [branch.source(branch.selected[0]) for branch in branches]
        return all(self._schema.is_a(one.class_def.name, target) for one in selected)


def _listed(operand: Sql, word: str, items: list[Sql]) -> Sql:
    return compose(f"({{}} {word} ({{}}))", operand, joined(", ", items))


def _truth(value: ValueRef) -> Sql:
    """A literal or parameter alone as a condition."""
    if value.letter in (NULL, *NUMBERS):
        return UNKNOWN
    if value.letter in (INTEGER, DIGITS):
        return TRUE
    if value.letter == TEXT and isinstance(value.constant, str):
        return TRUE if leading_number(value.constant) else FALSE
    return FALSE
