"""The table of messages on their way to open pages."""

from __future__ import annotations

import peewee

from cti_host import database


class Outbox(peewee.Model):
    """A message, for some minutes.

    `id` grows in the order in which the messages become visible to others. `created` is in seconds
    since 1970, by the clock of the database. `topics` and `data` are JSON.
    """

    id = peewee.BigAutoField()
    created = peewee.BigIntegerField(index=True)
    topics = peewee.TextField()
    event = peewee.CharField(max_length=64)
    data = peewee.TextField()

    class Meta:
        database = database
        legacy_table_names = False
        table_name = "outbox"


MODELS = (Outbox,)
