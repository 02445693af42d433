"""What a database can't do right now: told from its errors, in words for agents and for the log."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

import peewee
import psycopg
from playhouse.pool import MaxConnectionsExceeded

from cti_host.contract import translated_later as _

# A plugin that works past peewee meets the exceptions of the drivers.
DRIVER_ERRORS = (psycopg.Error, sqlite3.Error)
# Whoever may try again is told when.
RETRY_SECONDS = 5
_PRIMARY = 0xFF  # of a result code of SQLite; the rest of it says more


class Trouble(StrEnum):
    """What is wrong with a database, whichever it is."""

    FULL = "full"
    READ_ONLY = "read-only"
    BUSY = "busy"
    SLOW = "slow"
    GONE = "gone"
    DAMAGED = "damaged"
    AWAY = "away"


class FileGone(peewee.OperationalError):
    """The file of the database was deleted or replaced since this process opened it."""


@dataclass(frozen=True)
class Words:
    """A trouble in words: for an agent (to be translated), and for a log or a command.

    :param passes: whether it may pass by itself, so that it makes sense to try again
    """

    agent: str
    log: str
    remedy: str
    passes: bool = False


_WORDS = {
    Trouble.FULL: Words(
        _("The server's disk is full. Please tell your administrator."),
        "the disk is full",
        "make room on the disk of the database; nothing else is needed",
    ),
    Trouble.READ_ONLY: Words(
        _("The database can only be read. Please tell your administrator."),
        "the database can only be read",
        "let the user of the service write to the file and to its folder; PostgreSQL: see "
        "default_transaction_read_only, and whether this is a standby",
    ),
    Trouble.BUSY: Words(
        _("Somebody else has been writing for too long. Please try again in a moment."),
        "somebody else kept the database locked for too long",
        "see whether an import or a backup runs; lock_seconds in [database_limits] is how long a "
        "save waits",
        passes=True,
    ),
    Trouble.SLOW: Words(
        _("This took the database too long, and was ended."),
        "a statement took too long, and was ended",
        "narrow the query, or raise statement_seconds in [database_limits] or the plugin's timeout",
        passes=True,
    ),
    Trouble.GONE: Words(
        _(
            "The file of the database was deleted or replaced. Nothing can be saved until an "
            "administrator has restarted the server."
        ),
        "the file of the database was deleted or replaced while the host was running",
        "put the file where it was, then restart the host",
    ),
    Trouble.DAMAGED: Words(
        _("The database is damaged. Please tell your administrator."),
        "the file of the database is damaged, or its disk",
        "stop the host, look at the disk, and put back a backup",
    ),
    Trouble.AWAY: Words(
        _("The database is not available right now. Please try again."),
        "the database can't be reached",
        "see whether its server runs, and check the setting `database`",
        passes=True,
    ),
}
_OF_SQLITE = {
    5: Trouble.BUSY,
    6: Trouble.BUSY,
    8: Trouble.READ_ONLY,
    9: Trouble.SLOW,
    10: Trouble.DAMAGED,
    11: Trouble.DAMAGED,
    13: Trouble.FULL,
    14: Trouble.AWAY,
    26: Trouble.DAMAGED,
}
# By the beginning of PostgreSQL's SQLSTATE, longest first.
_OF_POSTGRESQL = {
    "25006": Trouble.READ_ONLY,
    "25P03": Trouble.SLOW,
    "40001": Trouble.BUSY,
    "40P01": Trouble.BUSY,
    "53100": Trouble.FULL,
    "55P03": Trouble.BUSY,
    "57014": Trouble.SLOW,
    "08": Trouble.AWAY,
    "53": Trouble.AWAY,
    "57": Trouble.AWAY,
    "58": Trouble.AWAY,
    "XX": Trouble.DAMAGED,
}

_AWAY = (
    peewee.OperationalError,
    peewee.InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)


def trouble_of(error: BaseException) -> Trouble | None:
    """What an error says of the database; `None`: it is about what was asked of it."""
    cause = _of_driver(error)
    if isinstance(cause, FileGone):
        return Trouble.GONE
    if isinstance(cause, MaxConnectionsExceeded):
        return Trouble.BUSY
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return _OF_SQLITE.get(code & _PRIMARY)
    state = getattr(cause, "sqlstate", None)
    if state:
        matching = (one for begin, one in _OF_POSTGRESQL.items() if state.startswith(begin))
        return next(matching, None)
    # Without a code it comes from the driver: there is no connection, or no longer.
    away = isinstance(error, _AWAY)
    return Trouble.AWAY if away else None


def logged(error: BaseException, words: Words) -> str:
    """A trouble as the log has it, without values: what is wrong, and what to do."""
    return f"{words.log} ({type(_of_driver(error)).__name__}) -> {words.remedy}"


def words_of(trouble: Trouble) -> Words:
    """A trouble in words."""
    return _WORDS[trouble]


def _of_driver(error: BaseException) -> BaseException:
    """The driver's exception that one of peewee stands for."""
    while isinstance(original := getattr(error, "orig", None), BaseException):
        error = original
    return error
