"""Objects that turned out to be one: which became which, and what undoes it for a day."""

from __future__ import annotations

import peewee

from cti_tickets.model import fields as a
from cti_tickets.model.classes.people import Base

_SECONDS = ["%Y-%m-%d %H:%M:%S"]


class ObjectMerge(Base):
    """An object became another one, and isn't there any more; links to it lead to the other one.

    `root` is the class above all those that share the objects' table. `account` and `author` are
    who did it, as in `ObjectChange`. `name` is what the object was called that is gone. `undo` is
    JSON (see `store/merging/kept.py`), as long as it may be undone; `undone` is when it was.
    """

    class Meta:
        table_name = "object_merge"

    id = peewee.BigAutoField()
    root = peewee.CharField()
    class_name = peewee.CharField()
    kept_id = peewee.IntegerField()
    merged_id = peewee.IntegerField()
    moment = peewee.DateTimeField(formats=_SECONDS)
    account = peewee.CharField(default="", constraints=a.EMPTY_TEXT)
    author = peewee.CharField(default="", constraints=a.EMPTY_TEXT)
    name = peewee.CharField(default="", constraints=a.EMPTY_TEXT)
    undo = peewee.TextField(default="", constraints=a.EMPTY_TEXT)
    undone = peewee.DateTimeField(formats=_SECONDS, null=True)
