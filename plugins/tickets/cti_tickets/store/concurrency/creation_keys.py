"""Forms of new objects that are sent twice, by a double click or again later, make one object."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cti_oql.running import mark

from cti_host import database, postponed
from cti_tickets.model.classes.history import CreationKey
from cti_tickets.store.deferred import deferred
from cti_tickets.store.history.inserting import insert_unless_there

# A form that was open for longer than this makes a second object.
KEPT = timedelta(days=3)
# How often old keys are deleted, counted in forms.
_SWEEP = 200


class AlreadyCreated(Exception):
    """The same form was sent before, and made this object."""

    def __init__(self, class_name: str, object_id: int) -> None:
        super().__init__(f"{class_name}::{object_id}")
        self.class_name, self.object_id = class_name, object_id


def new_key() -> str:
    """A one-time key for the form of a new object."""
    return secrets.token_urlsafe(16)


def digest_of(key: str, class_name: str, values: Mapping[str, Any], account: str) -> str:
    """What identifies a form that was sent: with other values it makes another object."""
    said = json.dumps([key, class_name, account, sorted(values.items())], default=repr)
    return sha256(said.encode()).hexdigest()


def claim(digest: str, class_name: str, now: datetime) -> None:
    """Take the digest of a form for the current transaction, before it makes its object.

    Of two at the same time the second waits here until the first one has ended.

    :raises AlreadyCreated: it was taken before
    """
    row = {"digest": digest, "class_name": class_name, "created": now}
    if insert_unless_there(CreationKey, row):
        return
    before: Any = CreationKey.get_by_id(digest)
    if before.object_id:
        raise AlreadyCreated(before.class_name, before.object_id)


def made(digest: str, object_id: int, now: datetime) -> None:
    """Say in the same transaction which object the form has made."""
    place = mark(database.obj)
    sql = f"UPDATE creation_key SET object_id = {place} WHERE digest = {place}"  # noqa: S608 -- marks of bound values
    postponed(sql, (object_id, digest))
    if object_id % _SWEEP == 0:
        deferred().call(lambda: sweep(now))


def sweep(now: datetime) -> None:
    """Delete the keys that are too old."""
    CreationKey.delete().where(CreationKey.created < now - KEPT).execute()
