"""What SQLite is given before it can answer queries: the functions of the language."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import peewee

from cti_oql.functions import expressions, moments, scalars
from cti_oql.functions.fold import fold, fold_like
from cti_oql.functions.patterns import escaped, folded_pattern

# PostgreSQL has twins of these, or something of its own in their place; see `functions.sql`.
SQL_FUNCTIONS: dict[str, Callable[..., object]] = {
    "cti_fold": fold,
    "cti_like": fold_like,
    "cti_number": scalars.to_number,
    "cti_number_text": scalars.number_text,
    "cti_decimal_text": scalars.decimal_text,
    "cti_round": scalars.rounded,
    "cti_floor": scalars.floor,
    "cti_bits": scalars.bits,
    "cti_substr": scalars.substring,
    "cti_inet_aton": scalars.inet_aton,
    "cti_inet_ntoa": scalars.inet_ntoa,
    "cti_regexp": expressions.matches,
    "cti_escape": escaped,
    "cti_pattern": folded_pattern,
    "cti_moment": moments.moment,
    "cti_moment_or_zero": moments.moment_or_zero,
    "cti_time": moments.time_of,
    "cti_to_local": moments.to_local,
    "cti_to_utc": moments.to_utc,
    "cti_date_add": moments.date_add,
    "cti_to_days": moments.to_days,
    "cti_from_days": moments.from_days,
    "cti_date_format": moments.date_format,
}


def register_functions(database: peewee.Database) -> None:
    """Give a SQLite database the functions of the language, before it is connected.

    PostgreSQL keeps its functions itself: see `install_functions`.
    """
    if not isinstance(database, peewee.SqliteDatabase):
        return
    register: Any = database.register_function
    for name, function in SQL_FUNCTIONS.items():
        register(function, name, len(signature(function).parameters), deterministic=True)
