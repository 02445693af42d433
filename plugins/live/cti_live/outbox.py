"""Messages are written to a table, in the transaction of whoever publishes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any

import peewee

from cti_host import Message, Published, database, is_postgresql, with_commit, writing
from cti_live.models import Outbox

# Whoever was away for longer looks at the present state instead.
KEPT_SECONDS = 600
# So many rows are read at once.
PORTION = 1_000
# What PostgreSQL calls the notification of new rows, and the lock of those who write them.
CHANNEL = "cti_live"
LOCK = 0x6374_695F_6C69_7665
# The last message is old some time, too: nothing is left of it but its id, which is the position.
EMPTIED = "[]"
_POSTGRESQL_NOW = "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) AS BIGINT)"
_SQLITE_NOW = "CAST(strftime('%s', 'now') AS INTEGER)"
# The id of the first message that is kept, and a portion of those after one.
FIRST = f"SELECT MIN(CASE WHEN topics = '{EMPTIED}' THEN id + 1 ELSE id END) FROM outbox"  # noqa: S608
_INSERT = f"INSERT INTO outbox (created, topics, event, data) VALUES ({_SQLITE_NOW}, ?, ?, ?)"  # noqa: S608
# Rows get their ids after the lock is there, in this order. The notification carries nothing:
# whoever hears it reads the table.
_WITH_LOCK = (
    "WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(%s), pg_notify(%s, ''))"  # noqa: S608
    " INSERT INTO outbox (created, topics, event, data)"
    f" SELECT {_POSTGRESQL_NOW}, topics, event, data"
    " FROM turn, (VALUES {rows}) AS message (topics, event, data)"
)
COLUMNS = "id, topics, event, data"
READ = f"SELECT {COLUMNS} FROM outbox WHERE id > {{}} ORDER BY id LIMIT {PORTION}"  # noqa: S608


def write(topics: Sequence[str], message: Message) -> None:
    """Write a message; it is on its way once the transaction is committed.

    Ids are given at the insert and rows become visible at the commit. Without the lock two
    transactions could do these in a different order, and a reader that asks for what came after the
    last id would never see the row that had the smaller one. All that publish, on all hosts, wait
    for whoever has it; so it is taken with the commit, and not before.

    :raises TypeError: its data is not JSON
    """
    values = json.dumps([*topics]), message.event, message.json
    if not is_postgresql(database.obj):
        # Of its own, or within the caller's: there an error undoes this and nothing else.
        with writing():
            database.execute_sql(_INSERT, values)
        return
    with nullcontext() if database.in_transaction() else writing():
        with_commit(_WITH_LOCK, (LOCK, CHANNEL), row=values)


def published(row: Sequence[Any]) -> Published:
    """A row of the table as a message; its columns are `COLUMNS`."""
    id_, topics, event, data = row
    return Published(int(id_), tuple(json.loads(topics)), Message(event, json.loads(data)))


def read(after: int, most: int) -> list[Published]:
    """The messages after one, oldest first."""
    query = Outbox.select(Outbox.id, Outbox.topics, Outbox.event, Outbox.data)
    rows: Any = query.where(Outbox.id > after).order_by(Outbox.id).limit(most).tuples()
    return [published(row) for row in rows]


def extent() -> tuple[int, int]:
    """The ids of the first message that is kept and of the last; zeros: there never was one.

    When no message is kept any more, the first one is the one that will come next.
    """
    ((first,),) = database.execute_sql(FIRST).fetchall()
    last: Any = Outbox.select(peewee.fn.MAX(Outbox.id)).scalar()
    return int(first or 0), int(last or 0)


def old() -> Any:
    """The condition of messages that are too old."""
    return (Outbox.created < now() - KEPT_SECONDS) & (Outbox.topics != EMPTIED)


def purge() -> int:
    """Delete what is old; returns how many messages that were.

    The last row stays, emptied: its id is the position.
    """
    count = int(Outbox.select().where(old()).count())
    if count:  # else without waiting for other writers
        last = Outbox.select(peewee.fn.MAX(Outbox.id))
        too_old = Outbox.created < now() - KEPT_SECONDS
        with writing():
            Outbox.delete().where(too_old & (Outbox.id < last)).execute()
            Outbox.update(topics=EMPTIED, event="emptied", data="{}").where(old()).execute()
    return count


def now() -> Any:
    """The time by the clock of the database: those of two hosts may differ."""
    return peewee.SQL(_POSTGRESQL_NOW if is_postgresql(database.obj) else _SQLITE_NOW)


def concerning(messages: Iterable[Published], topics: Iterable[str]) -> list[Published]:
    """Those of the messages that are about one of these topics."""
    followed = {*topics}
    return [one for one in messages if not followed.isdisjoint(one.topics)]
