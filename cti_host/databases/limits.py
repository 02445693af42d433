"""How long the database may take."""

from __future__ import annotations

from dataclasses import dataclass

# A command waits this long for those who write meanwhile.
COMMAND_LOCK_SECONDS = 60


@dataclass(frozen=True)
class Limits:
    """How long the database may take, in seconds; 0: as long as it likes.

    :param statement: for a statement
    :param lock: to wait for somebody else's write
    :param idle_in_transaction: for a transaction to do nothing; SQLite has no such limit
    """

    statement: float = 30
    lock: float = 10
    idle_in_transaction: float = 60


FOR_COMMANDS = Limits(statement=0, lock=COMMAND_LOCK_SECONDS, idle_in_transaction=0)
