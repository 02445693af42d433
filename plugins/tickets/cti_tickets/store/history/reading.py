"""The changes of objects, read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cti_oql.running import mark, rows

from cti_host import database
from cti_tickets.model.classes.history import ObjectChange
from cti_tickets.model.data_model import schema
from cti_tickets.store.history.acting import Way
from cti_tickets.store.history.change import Change, Operation, root_of
from cti_tickets.store.history.journals import journal_entries


def changes_of(
    class_name: str, object_id: int, *, before: int | None = None, limit: int | None = None
) -> list[Change]:
    """The changes of an object, newest first; also of one that is deleted.

    :param before: only those before the change with this id
    """
    query: Any = _of_object(class_name, object_id)
    if before is not None:
        query = query.where(ObjectChange.id < before)
    return [_change(row) for row in query.order_by(ObjectChange.id.desc()).limit(limit)]


def changes_since(class_name: str, object_id: int, change_id: int) -> list[Change]:
    """The changes of an object after one of them, oldest first."""
    query: Any = _of_object(class_name, object_id).where(ObjectChange.id > change_id)
    return [_change(row) for row in query.order_by(ObjectChange.id)]


def newest_change(class_name: str, object_id: int) -> int:
    """The id of the last change of an object; 0: none is recorded."""
    # Not built by peewee: it is asked for each page and each save of an object.
    opened = database.obj
    statement = (
        f"SELECT id FROM object_change WHERE root = {mark(opened)} AND object_id = {mark(opened)}"  # noqa: S608 -- marks of bound values
        " ORDER BY id DESC LIMIT 1"
    )
    newest = rows(opened, statement, (root_of(class_name), object_id))
    return int(newest[0][0]) if newest else 0


@dataclass(frozen=True)
class ChangeFilter:
    """Which changes are wanted; what is left out does not count.

    :param class_name: of objects of this class, or of one below it
    :param account: the name that their author signs in with
    :param since: from this moment on
    :param until: before this moment
    """

    class_name: str = ""
    object_id: int | None = None
    account: str = ""
    operation: Operation | None = None
    since: datetime | None = None
    until: datetime | None = None


def all_changes(
    wanted: ChangeFilter, *, before: int | None = None, limit: int | None = None
) -> list[Change]:
    """The changes of all objects, newest first.

    :param before: only those before the change with this id
    """
    conditions: list[Any] = []
    if wanted.class_name:
        conditions.append(ObjectChange.root == root_of(wanted.class_name))
        conditions.append(ObjectChange.class_name.in_(_with_children(wanted.class_name)))
    if wanted.object_id is not None:
        conditions.append(ObjectChange.object_id == wanted.object_id)
    if wanted.operation is not None:
        conditions.append(ObjectChange.operation == wanted.operation)
    return [
        _change(row) for row in journal_entries(ObjectChange, wanted, conditions, before, limit)
    ]


def _with_children(class_name: str) -> list[str]:
    return [class_name, *schema().concrete(class_name)]


def names_of_deleted(class_name: str, ids: Sequence[int]) -> dict[int, str]:
    """What deleted objects of a class were called, by id."""
    query: Any = ObjectChange.select(ObjectChange.object_id, ObjectChange.name).where(
        ObjectChange.root == root_of(class_name),
        ObjectChange.object_id.in_([*ids]),
        ObjectChange.operation == Operation.DELETE,
    )
    return dict(query.order_by(ObjectChange.id).tuples())


def _of_object(class_name: str, object_id: int) -> Any:
    return ObjectChange.select().where(
        ObjectChange.root == root_of(class_name), ObjectChange.object_id == object_id
    )


def _change(row: Any) -> Change:
    pairs = json.loads(row.changes)
    return Change(
        id=row.id,
        class_name=row.class_name,
        object_id=row.object_id,
        moment=row.moment,
        operation=Operation(row.operation),
        through=Way(row.through),
        account=row.account,
        author=row.author,
        stimulus=row.stimulus,
        name=row.name,
        changes={code: (was, to) for code, (was, to) in pairs.items()},
    )
