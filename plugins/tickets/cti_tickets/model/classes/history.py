"""Who changed what, who looked at whom, and which forms were sent: rows that are only added."""

from __future__ import annotations

import peewee

from cti_host import database
from cti_tickets.model import fields as a
from cti_tickets.model.classes.people import Base

_SECONDS = ["%Y-%m-%d %H:%M:%S"]


def _text() -> peewee.CharField[str]:
    return peewee.CharField(default="", constraints=a.EMPTY_TEXT)


class ObjectChange(Base):
    """One change of one object; `changes` is JSON: attribute code to a pair, from and to.

    `root` is the class above all those that share the object's table. `account` is the name that
    an agent signs in with, `author` what they are called; both are "" for nobody. `name` is what
    a deleted object was called.
    """

    class Meta:
        table_name = "object_change"

    id = peewee.BigAutoField()
    root = peewee.CharField()
    object_id = peewee.IntegerField()
    class_name = peewee.CharField()
    moment = peewee.DateTimeField(formats=_SECONDS)
    operation = peewee.CharField()
    through = peewee.CharField()
    account = _text()
    author = _text()
    stimulus = _text()
    name = _text()
    changes = peewee.TextField()


class AccessEntry(Base):
    """Somebody saw an object; with the `object_id` 0, all objects of the class."""

    class Meta:
        table_name = "access_entry"

    id = peewee.BigAutoField()
    moment = peewee.DateTimeField(formats=_SECONDS)
    class_name = peewee.CharField()
    object_id = peewee.IntegerField()
    account = _text()
    author = _text()
    through = peewee.CharField()


class CreationKey(peewee.Model):
    """A form that was sent, by a digest of its one-time key and its values, and what it made."""

    class Meta:
        database = database
        table_name = "creation_key"

    digest = peewee.CharField(primary_key=True)
    created = peewee.DateTimeField(formats=_SECONDS)
    class_name = peewee.CharField()
    object_id = peewee.IntegerField(default=0)
