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

_COLUMNS = (
    "id, class_name, object_id, moment, operation, through, "
    "account, author, stimulus, name, changes"
)


def changes_of(
    class_name: str, object_id: int, *, before: int | None = None, limit: int | None = None
) -> list[Change]:
    """The changes of an object, newest first; also of one that is deleted.

    :param before: only those before the change with this id
    """
    # Not built by peewee: every page of an object asks for it.
    opened = database.obj
    place = mark(opened)
    where, values = f"root = {place} AND object_id = {place}", [root_of(class_name), object_id]
    if before is not None:
        where, values = f"{where} AND id < {place}", [*values, before]
    most = "" if limit is None else f" LIMIT {int(limit)}"
    # Only names, and marks of bound values.
    sql = f"SELECT {_COLUMNS} FROM object_change WHERE {where} ORDER BY id DESC{most}"  # noqa: S608
    return [_made(*row) for row in rows(opened, sql, values)]


def changes_since(class_name: str, object_id: int, change_id: int) -> list[Change]:
    """The changes of an object after one of them, oldest first."""
    query: Any = _of_object(class_name, object_id).where(ObjectChange.id > change_id)
    return [_change(row) for row in query.order_by(ObjectChange.id)]


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
    return _made(*(getattr(row, name) for name in _COLUMNS.split(", ")))


def _made(
    id_: int,
    class_name: str,
    object_id: int,
    moment: Any,
    operation: str,
    through: str,
    account: str,
    author: str,
    stimulus: str,
    name: str,
    changes: str,
) -> Change:
    """A change, of the values of its columns."""
    return Change(
        id=id_,
        class_name=class_name,
        object_id=object_id,
        # SQLite keeps text.
        moment=moment if isinstance(moment, datetime) else datetime.fromisoformat(moment),
        operation=Operation(operation),
        through=Way(through),
        account=account,
        author=author,
        stimulus=stimulus,
        name=name,
        changes={code: (was, to) for code, (was, to) in json.loads(changes).items()},
    )
