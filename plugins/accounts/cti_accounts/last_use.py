"""When a session or a token was last used: written now and then, and never waited for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import peewee

from cti_accounts.models import AgentSession, AgentToken
from cti_host import database, is_postgresql

log = logging.getLogger("cti_accounts")

# How old what is written may be, in seconds.
SESSION_SECONDS = 300
TOKEN_SECONDS = 60
_PATIENCE_MS = 50


def session_seconds(idle: int) -> int:
    """How old what is written of a session may be, in seconds.

    :param idle: after how many seconds without use sessions end; 0: never
    """
    return min(SESSION_SECONDS, idle // 10) if idle else SESSION_SECONDS


def note_use(model: type[AgentSession | AgentToken], id_: int, now: int, **columns: int) -> None:
    """Write when a session or a token is used; where the database is busy, the next use will.

    :param columns: other columns to write
    """
    try:
        with _short_patience():
            model.update(used=now, **columns).where(model.id == id_).execute()
    except peewee.PeeweeException as error:
        log.debug("the last use was not written: %s", error)


@contextmanager
def _short_patience() -> Iterator[None]:
    """Don't wait for another one's write: a page waits for this. Only SQLite locks that much."""
    if is_postgresql(database.obj):
        yield
        return
    before = database.execute_sql("PRAGMA busy_timeout").fetchone()[0]
    database.execute_sql(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    try:
        yield
    finally:
        database.execute_sql(f"PRAGMA busy_timeout = {int(before)}")
