"""What kind of value an expression has, as far as it decides how it compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from cti_oql.fragments import Sql


class Type(Enum):
    """The kinds of values. Days and moments are texts in SQL, in the site's time zone."""

    NULL = auto()
    CONDITION = auto()  # true, false or unknown; as a number 1, 0 or NULL
    INTEGER = auto()  # in SQL a whole number
    WHOLE = auto()  # in SQL a float, but without decimals
    DECIMAL = auto()  # a float with at most four decimals
    REAL = auto()
    TEXT = auto()
    DATE = auto()  # 2031-05-01
    DATETIME = auto()  # 2031-05-01 10:00:00
    TIME = auto()  # 10:00:00


@dataclass(frozen=True)
class Typed:
    """A piece of SQL and its type. `place` is the place of an enum's code, as a number."""

    sql: Sql
    type: Type
    place: Sql | None = None


MOMENTS = (Type.DATE, Type.DATETIME)
WHOLE = (Type.CONDITION, Type.INTEGER, Type.WHOLE)
NUMERIC = (*WHOLE, Type.DECIMAL, Type.REAL)


def common(types: Sequence[Type]) -> Type:
    """The type of a value that is one of several."""
    known = [type_ for type_ in types if type_ is not Type.NULL]
    if not known:
        return Type.NULL
    if all(type_ is known[0] for type_ in known):
        return known[0]
    if all(type_ in WHOLE for type_ in known):
        return Type.WHOLE
    if all(type_ in NUMERIC for type_ in known):
        return Type.REAL
    if all(type_ in MOMENTS for type_ in known):
        return Type.DATETIME
    return Type.TEXT
