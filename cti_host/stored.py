"""The values that cross the hooks of a store: whole objects, as another system has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class ValueKind(StrEnum):
    """What a value of a stored object is."""

    TEXT = "text"  # str, "" for none; codes of enums too
    MARKUP = "markup"  # str with HTML, "" for none
    NUMBER = "number"  # int, or None
    FLAG = "flag"  # bool
    DATE = "date"  # date, or None
    MOMENT = "moment"  # datetime in UTC, with its zone, or None
    KEY = "key"  # int, the id of an object of the target; None for none
    LOG = "log"  # tuple of LogLine, oldest first


@dataclass(frozen=True)
class LogLine:
    """One entry of a log; `created` is in UTC, with its zone, `author` a name to show."""

    created: datetime
    author: str
    text: str


StoredValue = str | int | bool | date | datetime | tuple[LogLine, ...] | None


@dataclass(frozen=True)
class StoredAttribute:
    """An attribute that a store keeps; a key points to an object of the class `target`."""

    code: str
    kind: ValueKind
    target: str = ""
    mandatory: bool = False


@dataclass(frozen=True)
class StoredClass:
    """A class whose objects a store keeps; `ancestors` are the classes above it.

    A key may point to an ancestor: then it leads to an object of any class under that one.
    """

    name: str
    attributes: tuple[StoredAttribute, ...]
    ancestors: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredObject:
    """An object with its id; `values` are by attribute code, as their `ValueKind` says."""

    class_name: str
    id: int
    values: Mapping[str, StoredValue]


@dataclass(frozen=True)
class NotStored:
    """What was not stored of an object, and why.

    Without `target_id` it is the whole object. With it, the object was stored, but its key
    `attribute` was left empty, because the object it leads to is not in the store (yet).
    """

    class_name: str
    id: int
    reason: str
    attribute: str = ""
    target_id: int = 0


@dataclass(frozen=True)
class Storing:
    """What became of some objects: how many were new, changed, or the same as before."""

    new: int = 0
    changed: int = 0
    same: int = 0
    not_stored: Sequence[NotStored] = field(default_factory=tuple)
