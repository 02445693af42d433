"""The functions of the language, each declared once.

The grammar, the check of the arguments, the completion and the documentation read what they need
from `FUNCTIONS`. Another function is one more declaration here; where it needs an SQL function
that the databases don't have, that is added to `sqlite.SQL_FUNCTIONS` and to `functions.sql`.
"""

from __future__ import annotations

from collections.abc import Sequence

from cti_oql.fragments import Sql, compose, joined
from cti_oql.functions.signature import Compiler, Functions, Interval, Real, Text
from cti_oql.types import MOMENTS, Type, Typed, common

UNITS = ("SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "YEAR")
_DAY_UNITS = ("DAY", "MONTH", "YEAR")
_LONGEST = Sql("CAST(9223372036854775807 AS DOUBLE PRECISION)")
_NO_DECIMALS = Sql("0")

FUNCTIONS = Functions()
_function = FUNCTIONS.declare


# Of any values


@_function("IF")
def _if(compiler: Compiler, condition: Typed, then: Typed, otherwise: Typed) -> Typed:
    """`then` if the condition is true, else `otherwise`."""
    type_ = _common([then, otherwise])
    test = condition.sql
    if condition.type is not Type.CONDITION:
        test = compose("({} <> 0)", compiler.number(condition))
    one, other = compiler.as_(then, type_), compiler.as_(otherwise, type_)
    return Typed(compose("CASE WHEN {} THEN {} ELSE {} END", test, one, other), type_)


@_function("ISNULL", Type.CONDITION)
def _isnull(value: Typed) -> Sql:
    """1 if the value is NULL, else 0."""
    return compose("({} IS NULL)", value.sql)


@_function("COALESCE")
def _coalesce(compiler: Compiler, value: Typed, *more: Typed) -> Typed:
    """The first value that is not NULL."""
    values = [value, *more]
    type_ = _common(values)
    listed = joined(", ", [compiler.as_(each, type_) for each in values])
    return Typed(compose("COALESCE({}, NULL)", listed), type_)


@_function("ELT", Type.TEXT)
def _elt(n: Real, text: Text, *more: Text) -> Sql:
    """The n-th of the texts, from 1; NULL if there is none."""
    texts = enumerate((text, *more), start=1)
    cases = joined(" ", [compose(f"WHEN {place} THEN {{}}", each) for place, each in texts])
    return compose("CASE cti_round({}, 0) {} END", n, cases)


def _common(values: Sequence[Typed]) -> Type:
    type_ = common([each.type for each in values])
    return Type.WHOLE if type_ is Type.CONDITION else type_


# Of texts


@_function("CONCAT", Type.TEXT)
def _concat(text: Text, *more: Text) -> Sql:
    """The texts one after the other; NULL if one of them is NULL."""
    return compose("({})", joined(" || ", [text, *more]))


@_function("SUBSTR", Type.TEXT)
def _substr(text: Text, start: Real, length: Real = _LONGEST) -> Sql:
    """A part of the text; `start` counts from 1, and from the end if it is below 0."""
    return compose("cti_substr({}, {}, {})", text, start, length)


@_function("TRIM", Type.TEXT)
def _trim(compiler: Compiler, text: Text) -> Sql:
    """The text without blanks at both ends."""
    return compose("btrim({})" if compiler.postgresql else "trim({})", text)


@_function("INET_ATON", Type.WHOLE)
def _inet_aton(text: Text) -> Sql:
    """The number of an IPv4 address."""
    return compose("cti_inet_aton({})", text)


@_function("INET_NTOA", Type.TEXT)
def _inet_ntoa(n: Real) -> Sql:
    """The IPv4 address with a number."""
    return compose("cti_inet_ntoa({})", n)


# Of numbers


@_function("ROUND")
def _round(number: Real, decimals: Real = _NO_DECIMALS) -> Typed:
    """The number rounded, to a whole number or to some decimals."""
    type_ = Type.WHOLE if decimals is _NO_DECIMALS else Type.REAL
    return Typed(compose("cti_round({}, {})", number, decimals), type_)


@_function("FLOOR", Type.WHOLE)
def _floor(number: Real) -> Sql:
    """The number rounded down to a whole number."""
    return compose("cti_floor({})", number)


# Of dates


@_function("NOW", Type.DATETIME)
def _now(compiler: Compiler) -> Sql:
    """This moment."""
    return compose("CAST({} AS TEXT)", compiler.bound(lambda run: str(run.now)))


@_function("CURRENT_DATE", Type.DATE)
def _current_date(compiler: Compiler) -> Sql:
    """Today."""
    return compose("CAST({} AS TEXT)", compiler.bound(lambda run: str(run.now.date())))


@_function("DATE")
def _date(compiler: Compiler, moment: Typed) -> Typed:
    """The date of a moment."""
    if moment.type is Type.DATE:
        return moment
    return Typed(compose("substr({}, 1, 10)", _moment(compiler, moment)), Type.DATE)


@_function("TIME", Type.TIME)
def _time(compiler: Compiler, moment: Typed) -> Sql:
    """The time of a moment."""
    if moment.type in MOMENTS:
        return compose("substr({}, 12)", compiler.moment(moment))
    return compose("cti_time({})", compiler.text(moment))


@_function("YEAR", Type.INTEGER)
def _year(compiler: Compiler, date: Typed) -> Sql:
    """The year of a date, as a number."""
    return compose("CAST(substr({}, 1, 4) AS INTEGER)", _moment(compiler, date))


@_function("MONTH", Type.INTEGER)
def _month(compiler: Compiler, date: Typed) -> Sql:
    """The month of a date, from 1 to 12."""
    return compose("CAST(substr({}, 6, 2) AS INTEGER)", _moment(compiler, date))


@_function("DAY", Type.INTEGER)
def _day(compiler: Compiler, date: Typed) -> Sql:
    """The day of a date in its month, from 1 to 31."""
    return compose("CAST(substr({}, 9, 2) AS INTEGER)", _moment(compiler, date))


@_function("DATE_FORMAT", Type.TEXT)
def _date_format(date: Text, template: Text) -> Sql:
    """The date as text, by a template with the codes of MySQL such as `'%d/%m/%Y'`."""
    return compose("cti_date_format({}, {})", date, template)


@_function("DATE_ADD", weight=4)
def _date_add(compiler: Compiler, date: Typed, interval: Interval) -> Typed:
    """The date moved forward."""
    return _moved(compiler, date, interval.amount, interval.unit)


@_function("DATE_SUB", weight=4)
def _date_sub(compiler: Compiler, date: Typed, interval: Interval) -> Typed:
    """The date moved back."""
    return _moved(compiler, date, compose("(0 - {})", interval.amount), interval.unit)


@_function("TO_DAYS", Type.WHOLE)
def _to_days(date: Text) -> Sql:
    """The number of the day: 739377 for 2024-05-06."""
    return compose("cti_to_days({})", date)


@_function("FROM_DAYS", Type.DATE, weight=4)
def _from_days(n: Real) -> Sql:
    """The date of the day with a number."""
    return compose("cti_from_days({})", n)


def _moment(compiler: Compiler, value: Typed) -> Sql:
    """A value as a moment, NULL if it is not one."""
    if value.type in MOMENTS:
        return compiler.moment(value)
    return compose("cti_moment({})", compiler.text(value))


def _moved(compiler: Compiler, date: Typed, amount: Sql, unit: str) -> Typed:
    moved = compose(f"cti_date_add({{}}, {{}}, '{unit}')", compiler.text(date), amount)
    if date.type not in MOMENTS:
        return Typed(moved, Type.TEXT)
    stays = date.type is Type.DATE and unit in _DAY_UNITS
    return Typed(moved, Type.DATE if stays else Type.DATETIME)
