"""The functions of the language to SQL; `scalars` and `moments` say what each answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cti_oql.errors import OqlRunError
from cti_oql.resolve.resolved import Function, Interval
from cti_oql.sql.dialect import Dialect
from cti_oql.sql.fragments import Sql, compose, joined
from cti_oql.sql.operands import Operands
from cti_oql.sql.types import MOMENTS, Type, Typed, common

if TYPE_CHECKING:
    from cti_oql.sql.expressions import Expressions

# The fewest and the most arguments of each function.
ARGUMENTS = {
    "IF": (3, 3),
    "ELT": (2, 1000),
    "COALESCE": (1, 1000),
    "ISNULL": (1, 1),
    "CONCAT": (1, 1000),
    "SUBSTR": (2, 3),
    "TRIM": (1, 1),
    "DATE": (1, 1),
    "TIME": (1, 1),
    "DATE_FORMAT": (2, 2),
    "CURRENT_DATE": (0, 0),
    "NOW": (0, 0),
    "YEAR": (1, 1),
    "MONTH": (1, 1),
    "DAY": (1, 1),
    "TO_DAYS": (1, 1),
    "FROM_DAYS": (1, 1),
    "DATE_ADD": (2, 2),
    "DATE_SUB": (2, 2),
    "ROUND": (1, 2),
    "FLOOR": (1, 1),
    "INET_ATON": (1, 1),
    "INET_NTOA": (1, 1),
}
_PARTS = {"YEAR": (1, 4), "MONTH": (6, 2), "DAY": (9, 2)}
_LONGEST = Sql("CAST(9223372036854775807 AS DOUBLE PRECISION)")
_DAY_UNITS = ("DAY", "MONTH", "YEAR")


class Functions:
    """Compiles calls of functions; `text` is the query, for errors."""

    def __init__(
        self, expressions: Expressions, dialect: Dialect, operands: Operands, text: str
    ) -> None:
        self._to = expressions
        self._dialect = dialect
        self._operands = operands
        self._text = text

    def call(self, call: Function) -> Typed:
        """A call with the type of what it answers.

        :raises OqlRunError: too few or too many arguments, or an interval in the wrong place
        """
        fewest, most = ARGUMENTS[call.name]
        if not fewest <= len(call.arguments) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} or more"
            wanted = f"{fewest} or {most}" if fewest < most < 1000 else wanted
            raise self._error(call, f"takes {wanted} arguments, not {len(call.arguments)}")
        if call.name in ("DATE_ADD", "DATE_SUB"):
            return self._moved(call)
        plain = [argument for argument in call.arguments if not isinstance(argument, Interval)]
        if len(plain) < len(call.arguments):
            raise self._error(call, "takes no INTERVAL")
        arguments = [self._to.typed(argument) for argument in plain]
        return self._called(call.name, arguments)

    def _called(self, name: str, arguments: Sequence[Typed]) -> Typed:
        number, text = self._to.real, self._to.text
        match name, arguments:
            case "IF", [condition, then, otherwise]:
                return self._chosen(condition, then, otherwise)
            case "ELT", [place, *texts]:
                cases = [compose(f"WHEN {n} THEN {{}}", text(t)) for n, t in enumerate(texts, 1)]
                chosen = compose("CASE cti_round({}, 0) {} END", number(place), joined(" ", cases))
                return Typed(chosen, Type.TEXT)
            case "COALESCE", several:
                type_ = common([each.type for each in several])
                if type_ is Type.CONDITION:
                    type_ = Type.WHOLE
                listed = joined(", ", [self._to.as_(each, type_) for each in several])
                return Typed(compose("COALESCE({}, NULL)", listed), type_)
            case "ISNULL", [value]:
                return Typed(compose("({} IS NULL)", value.sql), Type.CONDITION)
            case "CONCAT", several:
                parts = joined(" || ", [text(each) for each in several])
                return Typed(compose("({})", parts), Type.TEXT)
            case "SUBSTR", [value, start, *length]:
                pieces = (text(value), number(start), number(length[0]) if length else _LONGEST)
                return Typed(compose("cti_substr({}, {}, {})", *pieces), Type.TEXT)
            case "TRIM", [value]:
                return Typed(self._dialect.trimmed(text(value)), Type.TEXT)
            case "ROUND", [value]:
                return Typed(compose("cti_round({}, 0)", number(value)), Type.WHOLE)
            case "ROUND", [value, decimals]:
                rounded = compose("cti_round({}, {})", number(value), number(decimals))
                return Typed(rounded, Type.REAL)
            case "FLOOR", [value]:
                return Typed(compose("cti_floor({})", number(value)), Type.WHOLE)
            case "INET_ATON", [value]:
                return Typed(compose("cti_inet_aton({})", text(value)), Type.WHOLE)
            case "INET_NTOA", [value]:
                return Typed(compose("cti_inet_ntoa({})", number(value)), Type.TEXT)
            case _:
                return self._of_moments(name, arguments)

    def _of_moments(self, name: str, arguments: Sequence[Typed]) -> Typed:
        match name, arguments:
            case (("NOW" | "CURRENT_DATE"), _):
                day = name == "CURRENT_DATE"
                slot = (lambda run: str(run.now.date())) if day else (lambda run: str(run.now))
                bound = compose("CAST({} AS TEXT)", Sql(self._dialect.placeholder, (slot,)))
                return Typed(bound, Type.DATE if day else Type.DATETIME)
            case "DATE", [value]:
                if value.type is Type.DATE:
                    return value
                return Typed(compose("substr({}, 1, 10)", self._known(value)), Type.DATE)
            case "TIME", [value]:
                if value.type in MOMENTS:
                    return Typed(compose("substr({}, 12)", self._to.moment(value)), Type.TIME)
                return Typed(compose("cti_time({})", self._to.text(value)), Type.TIME)
            case (("YEAR" | "MONTH" | "DAY"), [value]):
                first, length = _PARTS[name]
                part = compose(f"substr({{}}, {first}, {length})", self._known(value))
                return Typed(compose("CAST({} AS INTEGER)", part), Type.INTEGER)
            case "TO_DAYS", [value]:
                return Typed(compose("cti_to_days({})", self._to.text(value)), Type.WHOLE)
            case "FROM_DAYS", [value]:
                return Typed(compose("cti_from_days({})", self._to.real(value)), Type.DATE)
            case "DATE_FORMAT", [value, template]:
                pieces = (self._to.text(value), self._to.text(template))
                return Typed(compose("cti_date_format({}, {})", *pieces), Type.TEXT)
            case _:
                raise AssertionError(name)

    def _known(self, value: Typed) -> Sql:
        """A value as a moment, NULL if it is none."""
        if value.type in MOMENTS:
            return self._to.moment(value)
        return compose("cti_moment({})", self._to.text(value))

    def _chosen(self, condition: Typed, then: Typed, otherwise: Typed) -> Typed:
        type_ = common([then.type, otherwise.type])
        if type_ is Type.CONDITION:
            type_ = Type.WHOLE
        test = condition.sql
        if condition.type is not Type.CONDITION:
            test = compose("({} <> 0)", self._to.number(condition))
        return Typed(
            compose(
                "CASE WHEN {} THEN {} ELSE {} END",
                test,
                self._to.as_(then, type_),
                self._to.as_(otherwise, type_),
            ),
            type_,
        )

    def _moved(self, call: Function) -> Typed:
        value, interval = call.arguments
        if isinstance(value, Interval) or not isinstance(interval, Interval):
            raise self._error(call, "takes a date and an INTERVAL")
        moment, amount = self._to.typed(value), self._to.real(self._to.typed(interval.amount))
        if call.name == "DATE_SUB":
            amount = compose("(0 - {})", amount)
        moved = compose(
            f"cti_date_add({{}}, {{}}, '{interval.unit}')", self._to.text(moment), amount
        )
        type_ = Type.TEXT
        if moment.type in MOMENTS:
            stays = moment.type is Type.DATE and interval.unit in _DAY_UNITS
            type_ = Type.DATE if stays else Type.DATETIME
        return Typed(moved, type_)

    def _error(self, call: Function, message: str) -> OqlRunError:
        return OqlRunError(
            f"{call.name} {message}", text=self._text, position=call.position, word=call.name
        )
