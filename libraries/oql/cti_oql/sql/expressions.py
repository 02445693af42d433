"""Any expression to SQL with a type, and from one type to another.

A field compared with a value is a matter of `comparisons`; nearly all conditions are, and they are
quick. All the rest is done here: arithmetic, functions, and what compares with them.
"""

from __future__ import annotations

from collections.abc import Callable

from cti_oql.errors import OqlRunError
from cti_oql.fragments import Slot, Sql, chained, compose
from cti_oql.functions import signature
from cti_oql.functions.registry import FUNCTIONS
from cti_oql.parameters import NULL, to_text
from cti_oql.resolve import resolved
from cti_oql.resolve.resolved import Domain, Field, Operand
from cti_oql.sql.columns import Columns
from cti_oql.sql.dialect import Dialect
from cti_oql.sql.operands import Operands, ValueRef
from cti_oql.syntax import tree
from cti_oql.types import MOMENTS, NUMERIC, WHOLE, Type, Typed

_OF_DOMAIN = {
    Domain.ID: Type.INTEGER,
    Domain.KEY: Type.INTEGER,
    Domain.NUMBER: Type.INTEGER,
    Domain.FLAG: Type.INTEGER,
    Domain.TEXT: Type.TEXT,
    Domain.PHONE: Type.TEXT,
    Domain.CODE: Type.TEXT,
    Domain.LOG: Type.TEXT,
    Domain.DATE: Type.DATE,
    Domain.DATETIME: Type.DATETIME,
}
_BITS = ("&", "|", "^", "<<", ">>")


class Expressions:
    """Compiles the expressions of one statement; for functions it is their `Compiler`.

    :param text: the query, for errors
    :param condition: compiles what is a condition
    """

    def __init__(
        self,
        columns: Columns,
        dialect: Dialect,
        operands: Operands,
        text: str,
        condition: Callable[[Operand], Sql],
    ) -> None:
        self._columns = columns
        self._dialect = dialect
        self._operands = operands
        self.condition = condition
        self._text = text

    @property
    def postgresql(self) -> bool:
        """Whether the statement is for PostgreSQL, else for SQLite."""
        return self._dialect.postgresql

    def bound(self, slot: Slot) -> Sql:
        """The place of a value that is only known when the statement runs."""
        return Sql(self._dialect.placeholder, (slot,))

    def typed(self, operand: Operand) -> Typed:
        """An expression with its type.

        :raises OqlRunError: a list where one value belongs, or a wrong number of arguments
        """
        match operand:
            case tree.Text() | tree.Integer() | tree.Null() | tree.Parameter():
                # Whatever its value, a parameter is text: so it compares as a text in quotes does.
                number = isinstance(operand, tree.Integer)
                return self.value(self._operands.one(operand), number=number)
            case Field():
                return self._field(operand)
            case resolved.Arithmetic(operator, left, right):
                return self._arithmetic(operator, self.typed(left), self.typed(right))
            case resolved.Function():
                return self._call(operand)
            case _:
                return Typed(self.condition(operand), Type.CONDITION)

    def value(self, value: ValueRef, *, number: bool = False) -> Typed:
        """A literal or parameter with its type."""
        if value.letter == NULL:
            return Typed(Sql("NULL"), Type.NULL)
        if number:
            bound = self._operands.bound(value, lambda known: known)
            return Typed(compose("CAST({} AS BIGINT)", bound), Type.INTEGER)
        bound = self._operands.bound(value, to_text)
        return Typed(compose("CAST({} AS TEXT)", bound), Type.TEXT)

    def _field(self, field: Field) -> Typed:
        column = self._columns.value(field)
        type_ = _OF_DOMAIN[field.domain]
        match field.domain:
            case Domain.KEY:
                existing = self._columns.id_if_nullable(field)
                number = f"COALESCE({column}, 0)"
                if existing:
                    number = f"CASE WHEN {existing} IS NOT NULL THEN {number} END"
                return Typed(Sql(number), type_)
            case Domain.DATE:
                return Typed(Sql(self._dialect.day_text(column)), type_)
            case Domain.DATETIME:
                return Typed(Sql(self._dialect.moment_text(column)), type_)
            case Domain.CODE if field.attribute is not None:
                codes = enumerate(field.attribute.values, start=1)
                cases = " ".join(f"WHEN {self._dialect.text(code)} THEN {n}" for n, code in codes)
                # The empty code of an optional enum is NULL.
                if not field.attribute.mandatory:
                    column = f"NULLIF({column}, '')"
                place = f"CASE {column} {cases} WHEN '' THEN 0 END" if cases else "NULL"
                return Typed(Sql(column), type_, Sql(place))
            case _:
                return Typed(Sql(column), type_)

    def _arithmetic(self, operator: str, left: Typed, right: Typed) -> Typed:
        one, other = self.real(left), self.real(right)
        if operator in _BITS:
            return Typed(compose(f"cti_bits('{operator}', {{}}, {{}})", one, other), Type.WHOLE)
        whole = all(each.type in WHOLE for each in (left, right))
        if operator == "/":
            quotient = compose("({} / NULLIF({}, 0))", one, other)
            if whole:
                return Typed(compose("(cti_round({}, 4) + 0.0)", quotient), Type.DECIMAL)
            return Typed(quotient, Type.REAL)
        return Typed(
            compose(f"({{}} {operator} {{}})", one, other), Type.WHOLE if whole else Type.REAL
        )

    def _call(self, call: resolved.Function) -> Typed:
        function = FUNCTIONS[call.name]
        try:
            function.check([isinstance(each, resolved.Interval) for each in call.arguments])
        except signature.WrongArguments as error:
            raise OqlRunError(
                f"{call.name} {error}", text=self._text, position=call.position, word=call.name
            ) from None
        return function.call(self, [self._argument(each) for each in call.arguments])

    def _argument(self, argument: Operand | resolved.Interval) -> Typed | signature.Interval:
        if isinstance(argument, resolved.Interval):
            return signature.Interval(self.real(self.typed(argument.amount)), argument.unit)
        return self.typed(argument)

    # From one type to another

    def number(self, typed: Typed) -> Sql:
        """A value as a number; a text as the number it begins with, an enum's code as its place."""
        if typed.place is not None:
            return typed.place
        if typed.type is Type.NULL:
            return Sql("CAST(NULL AS DOUBLE PRECISION)")
        if typed.type is Type.CONDITION:
            return self._dialect.condition_as_number(typed.sql)
        if typed.type in NUMERIC:
            return typed.sql
        text = typed.sql
        if typed.type is not Type.TEXT:
            text = compose("replace(replace(replace({}, '-', ''), ':', ''), ' ', '')", text)
        return compose("cti_number({})", text)

    def real(self, typed: Typed) -> Sql:
        """A value as a floating-point number: both databases calculate alike with those."""
        number = self.number(typed)
        if typed.type in (Type.INTEGER, Type.CONDITION) or typed.place is not None:
            return compose("CAST({} AS DOUBLE PRECISION)", number)
        return number

    def text(self, typed: Typed) -> Sql:
        """A value as text."""
        match typed.type:
            case Type.NULL:
                return Sql("CAST(NULL AS TEXT)")
            case Type.INTEGER | Type.CONDITION:
                return compose("CAST({} AS TEXT)", self.number(typed))
            case Type.WHOLE | Type.REAL:
                return compose("cti_number_text({})", typed.sql)
            case Type.DECIMAL:
                return self._dialect.decimal_text(typed.sql)
            case _:
                return typed.sql

    def moment(self, typed: Typed) -> Sql:
        """A value as a moment; what is not one becomes the zero date, before all others."""
        if typed.type is Type.DATETIME:
            return typed.sql
        if typed.type is Type.DATE:
            return compose("({} || ' 00:00:00')", typed.sql)
        return compose("cti_moment_or_zero({})", self.text(typed))

    def as_(self, typed: Typed, wanted: Type) -> Sql:
        """A value as one of a type that several values have in common."""
        if wanted is Type.INTEGER:
            return self.number(typed)
        if wanted in NUMERIC:
            return self.real(typed)
        if wanted is Type.DATETIME and typed.type in MOMENTS:
            return self.moment(typed)
        return self.text(typed)

    # Comparisons

    def compare(self, operator: str, left: Typed, right: Typed) -> Sql:
        """Two values compared by = <> < <= > or >=.

        Moments compare as such with texts; two texts as texts; everything else as numbers.
        """
        if Type.NULL in (left.type, right.type):
            return Sql("(1 = NULL)")
        template = f"({{}} {operator} {{}})"
        types = (left.type, right.type)
        as_moments = all(t in MOMENTS or (t is Type.TEXT) for t in types)
        if as_moments and (left.type in MOMENTS or right.type in MOMENTS):
            if left.type is right.type:
                return compose(template, left.sql, right.sql)
            return self._by_code_point(operator, self.moment(left), self.moment(right))
        if Type.TIME in types and all(t in (Type.TIME, Type.TEXT) for t in types):
            one, other = (
                each.sql if each.type is Type.TIME else compose("cti_time({})", each.sql)
                for each in (left, right)
            )
            return self._by_code_point(operator, one, other)
        if types == (Type.TEXT, Type.TEXT):
            folded = self._dialect.folded
            return compose(template, folded(left.sql), folded(right.sql))
        return compose(template, self.number(left), self.number(right))

    def _by_code_point(self, operator: str, left: Sql, right: Sql) -> Sql:
        return compose(f"({{}}{self._dialect.by_code_point} {operator} {{}})", left, right)

    def chain(self, operator: str, left: Typed, others: list[Typed], word: str) -> Sql:
        """A value compared with several, the comparisons joined by AND or OR."""
        return chained(word, [self.compare(operator, left, other) for other in others])
