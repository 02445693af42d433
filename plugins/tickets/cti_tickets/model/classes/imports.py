"""An import that is being written, a slice at a time: what is left of it, for whoever goes on."""

from __future__ import annotations

from typing import Any

import peewee

from cti_host import database


class _Bytes(peewee.Field):
    """Bytes; peewee's own field asks for the database before there is one."""

    field_type = "BLOB"


class PendingImport(peewee.Model):
    """The import that is being written: there is at most one, with the id 1.

    `digest` is that of its files. Once it is `complete` (1), all its slices are stored, and it will
    be written to its end; until then nothing of it is. `files`, `outcome` and `left_out` are JSON.
    `account` and `author` are who imports, `moment` is what the history says. The last three are
    its lease: one process writes it.
    """

    class Meta:
        database = database
        table_name = "pending_import"

    id: Any = peewee.IntegerField(primary_key=True)
    digest: Any = peewee.CharField()
    moment: Any = peewee.DateTimeField(formats=["%Y-%m-%d %H:%M:%S"])
    account: Any = peewee.CharField(default="")
    author: Any = peewee.CharField(default="")
    files: Any = peewee.TextField()
    outcome: Any = peewee.TextField(default="")
    left_out: Any = peewee.TextField(default="[]")
    complete: Any = peewee.IntegerField(default=0)
    objects: Any = peewee.IntegerField()
    written: Any = peewee.IntegerField(default=0)
    owner: Any = peewee.CharField(default="")
    number: Any = peewee.BigIntegerField(default=0)
    until: Any = peewee.BigIntegerField(default=0)


class ImportSlice(peewee.Model):
    """Objects that are written together; the row goes in the same transaction.

    `first_ids` is JSON: by table, the id of the first object that has none. `first_ref` is the
    number of the first ticket without a reference.
    """

    class Meta:
        database = database
        table_name = "import_slice"

    id: Any = peewee.IntegerField(primary_key=True)
    objects: Any = peewee.IntegerField()
    first_ids: Any = peewee.TextField()
    first_ref: Any = peewee.IntegerField()
    data: Any = _Bytes()
