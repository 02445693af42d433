"""What is kept of a merge: where old links lead, and for a day what undoes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cti_tickets.model.classes.merges import ObjectMerge
from cti_tickets.store.computed import naive
from cti_tickets.store.history.change import Plain, root_of
from cti_tickets.store.values import MAX_ID

# So long a merge can be undone.
UNDO_HOURS = 24
# No chain of merges is longer than that; a circle can't be.
_MOST_STEPS = 100


@dataclass(frozen=True)
class MovedKeys:
    """The rows of a table whose key led to the merged object and leads to the other one now.

    :param class_name: the class of the objects; "" for rows that are no objects
    """

    table: str
    column: str
    class_name: str
    ids: Sequence[int]


@dataclass(frozen=True)
class Undo:
    """What undoes a merge. Values are as JSON knows them, by column.

    :param row: the merged object
    :param changed: what the merge changed of the other one: what it was, and what it became
    :param moved: the keys that led to the merged object
    :param links: what was deleted, since it linked the same objects as another one: the class and
        the row of each
    :param elsewhere: what other plugins moved: plugin, kind, label, and ids of each
    """

    row: Mapping[str, Plain]
    changed: Mapping[str, Sequence[Plain]] = field(default_factory=dict)
    moved: Sequence[MovedKeys] = ()
    links: Sequence[tuple[str, Mapping[str, Plain]]] = ()
    elsewhere: Sequence[tuple[str, str, str, Sequence[int]]] = ()

    def as_json(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Undo:
        """What was stored."""
        stored = json.loads(text)
        stored["moved"] = [MovedKeys(**one) for one in stored["moved"]]
        return cls(**stored)


@dataclass(frozen=True)
class Merge:
    """A merge that can still be undone: when, by whom, and until when."""

    id: int
    name: str
    merged_id: int
    moment: datetime
    author: str
    until: datetime


def survivor(class_name: str, object_id: int) -> int | None:
    """The id of what an object became that was merged; `None`: it was not merged."""
    if not 0 < object_id <= MAX_ID:
        return None
    root, current = root_of(class_name), object_id
    for _step in range(_MOST_STEPS):
        query: Any = _merges(root, ObjectMerge.merged_id == current)
        row = query.select(ObjectMerge.kept_id).order_by(ObjectMerge.id.desc()).tuples().first()
        if row is None:
            break
        current = int(row[0])
    return None if current == object_id else current


def former_ids(class_name: str, object_id: int) -> list[int]:
    """The ids of the objects that became this one, also by way of others."""
    root, found, new = root_of(class_name), list[int](), [object_id]
    while new and len(found) < _MOST_STEPS:
        query: Any = _merges(root, ObjectMerge.kept_id.in_(new)).select(ObjectMerge.merged_id)
        new = [int(row[0]) for row in query.tuples() if row[0] not in found]
        found += new
    return found


def open_merges(class_name: str, object_id: int, now: datetime | None = None) -> list[Merge]:
    """The merges by which an object got another one and that can be undone, the newest first."""
    period = timedelta(hours=UNDO_HOURS)
    recent = ObjectMerge.moment > naive(now) - period
    query = _merges(root_of(class_name), ObjectMerge.kept_id == object_id)
    query = query.where(recent, ObjectMerge.undo != "").order_by(ObjectMerge.id.desc())
    return [
        Merge(
            one.id,
            one.name or f"#{one.merged_id}",
            one.merged_id,
            one.moment,
            one.author or one.account,
            one.moment + period,
        )
        for one in query
    ]


def forget(now: datetime | None = None, *, dry_run: bool = False) -> int:
    """Forget, in the current transaction, what would undo merges of longer ago; returns how many.

    :param dry_run: only count them
    """
    old = (ObjectMerge.moment <= naive(now) - timedelta(hours=UNDO_HOURS)) & (
        ObjectMerge.undo != ""
    )
    if dry_run:
        return int(ObjectMerge.select().where(old).count())
    return int(ObjectMerge.update(undo="").where(old).execute())


def erase(class_name: str, object_id: int) -> None:
    """Forget, in the current transaction, all but the ids of what became an object."""
    root = root_of(class_name)
    ids = [object_id, *former_ids(class_name, object_id)]
    about = ObjectMerge.kept_id.in_(ids) | ObjectMerge.merged_id.in_(ids)
    ObjectMerge.update(undo="", name="").where(ObjectMerge.root == root, about).execute()


def _merges(root: str, condition: Any) -> Any:
    """The merges that hold."""
    return ObjectMerge.select().where(
        ObjectMerge.root == root, condition, ObjectMerge.undone.is_null()
    )
