"""What agents write down of calls: a note, the ticket, and who it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cti_calls.model.tables import CallNote, StoredCall
from cti_calls.store.rows.moments import moment_of, now_ms
from cti_calls.store.rows.transactions import in_transaction, locked

LONGEST_NOTE = 10_000


@dataclass(frozen=True)
class Revision:
    """What the note of a call was from a moment on.

    :param author: the name that an agent signs in with; empty: nobody wrote it as it is, or it was
        not kept who did
    """

    author: str
    written_at: datetime
    note: str


class Outdated(Exception):
    """Somebody else has written something since.

    :param stored: what is stored now
    """

    def __init__(self, stored: str) -> None:
        super().__init__("somebody else has written something since")
        self.stored = stored


def set_note(id_: int, note: str, before: str, author: str) -> bool:
    """Store the note of a call; what it was before is kept as well.

    :param before: the note that its author has seen
    :param author: the name that they sign in with
    :return: whether there is such a call
    :raises Outdated: it is another note by now; nothing was stored
    """

    def write() -> bool:
        # Of two who write at once, the second waits here, and finds what the first has written.
        query: Any = locked(StoredCall.select(StoredCall.note).where(StoredCall.id == id_))
        row = query.tuples().first()
        if row is None:
            return False
        (stored,) = row
        if stored == note:
            return True
        if stored != before:
            raise Outdated(stored)
        StoredCall.update(note=note).where(StoredCall.id == id_).execute()
        CallNote.create(call=id_, author=author, written_at=now_ms(), note=note)
        return True

    return in_transaction(write)


def revisions(id_: int, most: int = 50) -> list[Revision]:
    """What the note of a call was and is, the latest first.

    :param most: how many at most
    """
    query: Any = CallNote.select().where(CallNote.call == id_).order_by(CallNote.id.desc())
    return [Revision(row.author, moment_of(row.written_at), row.note) for row in query.limit(most)]


def set_ticket(id_: int, ticket: str, *, instead_of: str = "") -> bool:
    """Say which ticket a call is about, by its key.

    :param instead_of: the ticket that it is about so far; empty: none
    :return: whether it was stored; it isn't if the call is about another one by now
    """
    change = StoredCall.update(ticket=ticket)
    change = change.where(StoredCall.id == id_, StoredCall.ticket == instead_of)
    return bool(in_transaction(lambda: change.execute()))


def set_caller(id_: int, caller: str, display: str, *, instead_of: str = "") -> bool:
    """Say who it was, by their key and name.

    :param instead_of: who it is so far, by their key; empty: nobody
    :return: whether it was stored; it isn't if it is somebody else by now
    """
    change = StoredCall.update(caller=caller, caller_display=display[:255])
    change = change.where(StoredCall.id == id_, StoredCall.caller == instead_of)
    return bool(in_transaction(lambda: change.execute()))
