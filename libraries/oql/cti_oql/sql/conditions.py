"""Conditions to SQL: each goes to the room that knows its kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cti_oql.errors import OqlRunError
from cti_oql.fragments import FALSE, TRUE, UNKNOWN, Sql, chained, compose, joined
from cti_oql.parameters import DIGITS, INTEGER, NULL, NUMBERS, TEXT
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

    def _compare(self, comparison: resolved.Comparison) -> Sql:
        operator, left, right = comparison.operator, comparison.left, comparison.right
        match operator:
            case "LIKE" | "NOT LIKE":
                return self._likes.like(left, right, negated=operator == "NOT LIKE")
            case "REGEXP":
                return self._search(left, right)
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

    def _search(self, left: Operand, right: Operand) -> Sql:
        text = self._expressions.text(self._expressions.typed(left))
        if is_value(right):
            value = self._operands.one(right)
            if value.letter == NULL:
                return UNKNOWN
            convert = to_expression(postgresql=self._dialect.postgresql)
            bound = compose("CAST({} AS TEXT)", self._operands.bound(value, convert))
            return self._dialect.search(text, bound)
        return self._dialect.search(text, self._expressions.text(self._expressions.typed(right)))

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

    def _in_query(self, node: resolved.SubMembership) -> Sql:
        if any(len(branch.selected) > 1 for branch in node.branches):
            raise OqlRunError(
                "a query inside IN can select one class only",
                text=self._text,
                position=node.position,
                word="IN",
            )
        query = self._sub_query(node.branches)
        operand = node.operand
        if isinstance(operand, Field) and operand.domain in _KEYS and not node.negated:
            column = self._columns.value(operand)
            if not self._columns.id_if_nullable(operand):
                condition = compose(f"({column} IN ({{}}))", query)
                if operand.domain is Domain.ID:
                    return condition
                return compose(f"({column} IS NOT NULL AND {{}})", condition)
        number = self._expressions.number(self._expressions.typed(operand))
        return compose(f"({{}} {'NOT IN' if node.negated else 'IN'} ({{}}))", number, query)


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
