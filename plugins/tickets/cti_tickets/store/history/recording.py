"""What happened to objects: each change with who made it, when, and by what way.

The data layer records a change in the transaction that makes it. A change has all that is stored
of an object which differs afterwards, also what was worked out; texts of logs are not repeated:
logs are a history of their own. What an import creates has no values here: they are what the first
change of each says it was before, or what is stored now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from cti_oql.schema import Kind

from cti_host import Agent
from cti_tickets.model.classes.history import ObjectChange
from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.history.acting import Actor, actor_of, current_way
from cti_tickets.store.history.change import Changes, Operation, plain, root_of
from cti_tickets.store.history.inserting import insert_later
from cti_tickets.store.history.telling import tell

_LONGEST_NAME = 255


def created(
    definition: ClassDef,
    object_id: int,
    values: Mapping[str, Any],
    author: Agent | None,
    moment: datetime,
) -> None:
    """Record, in the current transaction, that an object was created.

    :param values: what is stored of it
    """
    changes = {
        code: (None, plain(values[code]))
        for code in stored_codes(definition)
        if values.get(code) not in ("", None)
    }
    _record(definition, object_id, Operation.CREATE, changes, author, moment)


def changed(
    definition: ClassDef,
    object_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    author: Agent | None,
    moment: datetime,
    *,
    stimulus: str = "",
) -> None:
    """Record, in the current transaction, that an object was changed.

    :param before: what was stored of it
    :param after: what is stored now; what is left out is as it was
    :param stimulus: what caused it, if it was a transition
    """
    changes = differences(definition, before, after)
    operation = Operation.TRANSITION if stimulus else Operation.MODIFY
    _record(definition, object_id, operation, changes, author, moment, stimulus)


def merged(
    class_name: str, object_id: int, other: str, *, author: Agent | None, now: datetime
) -> None:
    """Record, in the current transaction, that another object became this one.

    :param other: what that was called
    """
    _record(schema()[class_name], object_id, Operation.MERGE, {}, author, now, name=other)


def merge_undone(
    class_name: str,
    object_id: int,
    other: str,
    changes: Changes,
    *,
    author: Agent | None,
    now: datetime,
) -> None:
    """Record, in the current transaction, that a merge with another object was undone.

    :param other: what that is called; "" for what was only linked with both
    :param changes: the values that the object has again, if it was the one that was gone
    """
    _record(schema()[class_name], object_id, Operation.UNMERGE, changes, author, now, name=other)


def attached(
    class_name: str, object_id: int, file: str, *, author: Agent | None, now: datetime
) -> None:
    """Record, in the current transaction, that a file was added to an object.

    :param file: what it is called
    """
    _record(schema()[class_name], object_id, Operation.ATTACH, {}, author, now, name=file)


def detached(
    class_name: str, object_id: int, file: str, *, author: Agent | None, now: datetime
) -> None:
    """Record, in the current transaction, that a file of an object was deleted; see `attached`."""
    _record(schema()[class_name], object_id, Operation.DETACH, {}, author, now, name=file)


def differences(
    definition: ClassDef, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Changes:
    """The attributes that have another value now."""
    return {
        code: (plain(before.get(code)), plain(after[code]))
        for code in stored_codes(definition)
        if code in after and after[code] != before.get(code)
    }


def as_row(
    class_name: str,
    object_id: int,
    operation: Operation,
    changes: Changes,
    actor: Actor,
    moment: datetime,
    *,
    stimulus: str = "",
    name: str = "",
) -> dict[str, Any]:
    """A row of `ObjectChange`, for whoever writes many at once."""
    return {
        "root": root_of(class_name),
        "object_id": object_id,
        "class_name": class_name,
        "moment": moment,
        "operation": operation,
        "through": current_way(),
        "account": actor.account,
        "author": actor.author,
        "stimulus": stimulus,
        "name": name[:_LONGEST_NAME],
        "changes": as_json(changes),
    }


def as_json(changes: Changes) -> str:
    """Changes as they are stored."""
    return json.dumps(changes, ensure_ascii=False, separators=(",", ":"))


def _record(
    definition: ClassDef,
    object_id: int,
    operation: Operation,
    changes: Changes,
    author: Agent | None,
    moment: datetime,
    stimulus: str = "",
    name: str = "",
) -> None:
    actor = actor_of(author)
    row = as_row(
        definition.name,
        object_id,
        operation,
        changes,
        actor,
        moment,
        stimulus=stimulus,
        name=name,
    )
    insert_later(ObjectChange, row)
    tell(definition.name, [object_id], operation, changes, actor, stimulus)


def stored_codes(definition: ClassDef) -> Iterable[str]:
    """The attributes whose values are part of the history."""
    return (a.code for a in definition.attributes.values() if a.stored and a.kind is not Kind.LOG)
