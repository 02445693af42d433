"""What is no longer kept of the history."""

from __future__ import annotations

from datetime import datetime

from cti_tickets.model.classes.history import ObjectChange
from cti_tickets.store.history.change import root_of


def erase(class_name: str, object_id: int) -> int:
    """Delete, in the current transaction, the history of an object; returns how many changes."""
    of_object = (ObjectChange.root == root_of(class_name)) & (ObjectChange.object_id == object_id)
    return int(ObjectChange.delete().where(of_object).execute())


def expire(before: datetime, *, dry_run: bool = False) -> int:
    """Delete the changes before a moment, in the current transaction; returns how many.

    :param dry_run: only count them
    """
    old = ObjectChange.moment < before
    if dry_run:
        return int(ObjectChange.select().where(old).count())
    return int(ObjectChange.delete().where(old).execute())
