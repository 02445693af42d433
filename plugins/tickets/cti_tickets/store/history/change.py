"""What a change of an object is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from cti_tickets.model.data_model import schema
from cti_tickets.store.history.acting import Way

# What JSON knows of the values that are stored.
Plain = str | int | None
# Attribute code to what it was and what it is.
Changes = Mapping[str, tuple[Plain, Plain]]


# The stimulus of the deletion of an object that became another one.
MERGED = "merge"


class Operation(StrEnum):
    """What was done with an object."""

    CREATE = "create"
    MODIFY = "modify"
    TRANSITION = "transition"
    DELETE = "delete"
    MERGE = "merge"  # another object became this one
    UNMERGE = "unmerge"  # that was undone, and the other object is there again
    ATTACH = "attach"  # a file was added
    DETACH = "detach"  # a file was deleted


@dataclass(frozen=True)
class Change:
    """One change of one object, as it was recorded.

    :param id: later changes have higher ones
    :param account: the name that its author signs in with; "" for none
    :param author: what its author is called
    :param stimulus: of a transition, what caused it: "ev_assign"
        of a deletion "merge", if the object became another one
    :param name: of a deletion, what the object was called; of a merge, what the other one was;
        of a file, what that is called
    """

    id: int
    class_name: str
    object_id: int
    moment: datetime
    operation: Operation
    through: Way
    account: str
    author: str
    stimulus: str
    name: str
    changes: Changes


def root_of(class_name: str) -> str:
    """The class above all those that share a table with this one."""
    return schema().ancestors(class_name)[-1]


def plain(value: Any) -> Plain:
    """A stored value as a change holds it."""
    return str(value) if isinstance(value, date) else value


def replayed(changes: Iterable[Change]) -> dict[str, Plain]:
    """The values of an object after changes, oldest first; what never had one is left out."""
    values: dict[str, Plain] = {}
    for change in changes:
        values.update({code: to for code, (_was, to) in change.changes.items()})
    return values


def unwound(values: Mapping[str, Any], changes: Sequence[Change]) -> dict[str, Plain]:
    """The values of an object before changes.

    :param values: those after them
    :param changes: oldest first
    """
    earlier = {code: plain(value) for code, value in values.items()}
    for change in reversed(changes):
        earlier.update({code: was for code, (was, _to) in change.changes.items()})
    return earlier
