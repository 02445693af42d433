"""The indexed column of a phone attribute, also where its text holds several numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cti_host import Number
from cti_tickets.model.classes.numbers import JointNumber

LONGEST = 255


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


def searched(number: Number) -> SearchedNumber:
    """A number in the form in which the column holds it, alone or among others."""
    keys = number.number_keys
    return SearchedNumber((*keys, *_joints(keys)), str(number))


def _joints(keys: Sequence[str]) -> list[str]:
    rows = JointNumber.select().where(JointNumber.key.in_(keys)).order_by(JointNumber.joint)
    return list(dict.fromkeys(str(row.joint) for row in rows))
