"""Which links were used, kept in the database: it holds for all processes and hosts of a site."""

from __future__ import annotations

import peewee

from cti_host import database, writing


class UsedLink(peewee.Model):
    """A link that was used; it stays until it is too old in any case. It holds no number."""

    class Meta:
        database = database
        legacy_table_names = False
        table_name = "used_link"

    mark = peewee.CharField(max_length=64, primary_key=True)
    expires = peewee.BigIntegerField(index=True)


def use(mark: str, expires: int, now: float) -> bool:
    """Use a link up; of several requests at the same moment, one does.

    :return: whether it had not been used before
    """
    with writing():
        inserted = (
            UsedLink.insert(mark=mark, expires=expires).on_conflict_ignore().as_rowcount().execute()
        )
        if inserted:
            UsedLink.delete().where(UsedLink.expires < int(now)).execute()
    return bool(inserted)
