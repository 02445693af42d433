"""Which objects are there for whoever acts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cti_oql.running import marks, rows

from cti_host import database
from cti_tickets.rights import organizations

CHUNK = 1000


def visible(class_name: str, ids: Sequence[int]) -> list[int]:
    """Those of some stored objects that whoever acts may see, in their order."""
    if organizations.allowed() is None:
        return [*ids]
    table = organizations.table(class_name)
    there: set[int] = set()
    for some in chunks(ids):
        # Only names, and marks for bound values, are put into the text.
        places = marks(database.obj, len(some))
        sql = f"SELECT own.id FROM {table.sql} AS own WHERE own.id IN ({places})"  # noqa: S608
        there.update(row[0] for row in rows(database.obj, sql, [*table.values, *some]))
    return [id_ for id_ in ids if id_ in there]


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Ids in lists that a statement takes."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
