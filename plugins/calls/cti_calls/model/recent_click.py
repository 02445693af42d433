"""What was dialled a few seconds ago."""

from __future__ import annotations

import peewee

from cti_host import database


class RecentClick(peewee.Model):
    """A call that was dialled a few seconds ago, by a digest of who dialled what."""

    class Meta:
        database = database
        legacy_table_names = False
        table_name = "recent_click"

    mark = peewee.CharField(max_length=64, primary_key=True)
    at = peewee.BigIntegerField(index=True)
