"""The indexed column of a phone attribute, also where its text holds several numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cti_oql.running import mark, marks, rows

from cti_host import Number, database
from cti_tickets.model.classes.numbers import JointNumber

LONGEST = 255
FEW = 4


@dataclass(frozen=True)
class SearchedNumber:
    """A number as queries compare it: with what the column of a phone attribute may hold."""

    number_keys: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return self.text


def column_of(number: Number | None) -> str | None:
    """What the column holds for a number; what it shares with others is remembered.

    :param number: what the text of the attribute means; `None`: it is no number
    """
    if number is None:
        return None
    # An extension of absurd length is no number that anybody dials.
    keys = [key[:LONGEST] for key in number.indexed]
    if len(keys) == 1:
        return keys[0]
    joint = " ".join(keys)[:LONGEST]
    rows = [{"key": key, "joint": joint} for key in keys]
    JointNumber.insert_many(rows).on_conflict_ignore().execute()
    return joint


def searched(number: Number, *, widened: bool = False, alone: bool = False) -> SearchedNumber:
    """A number in the form in which the column holds it, alone or among others.

    :param widened: whether it may also be found by its doubtful readings, and by those of stored
        texts
    :param alone: whether it is known that no column holds it among others, which is asked else
    """
    keys = searched_keys(number, widened=widened)
    return SearchedNumber((*keys, *([] if alone else _joints(keys))), str(number))


def searched_keys(number: Number, *, widened: bool = False) -> tuple[str, ...]:
    """What the column holds for a number that it holds alone; see `searched`."""
    return number.widened_keys if widened else number.number_keys


def are_joint(keys: Sequence[str]) -> bool:
    """Whether a column holds one of some keys among others."""
    return bool(_joints(keys))


def joint_condition(keys: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The same as a condition to ask along with something else: SQL, and the values in it."""
    return f"EXISTS ({_statement(keys)})", keys


def _joints(keys: Sequence[str]) -> list[str]:
    found = rows(database.obj, _statement(keys), keys) if keys else []
    return sorted({joint for (joint,) in found}) if found else []


def _statement(keys: Sequence[str]) -> str:
    # Each lookup asks this, mostly of two keys, so the statement is not built by peewee, and names
    # them one by one: SQLite makes a table of a list.
    opened = database.obj
    few = len(keys) <= FEW
    condition = f"= {mark(opened)}" if few else f"IN ({marks(opened, len(keys))})"
    one = f"SELECT joint FROM joint_number WHERE key {condition}"  # noqa: S608 -- marks of bound values
    return " UNION ALL ".join([one] * len(keys)) if few else one
