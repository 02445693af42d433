"""The logs of tickets: entries are only ever added."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cti_oql.running import mark, marks, rows
from cti_oql.schema import Kind
from flask import Flask, current_app

from cti_host import Agent, database
from cti_tickets.model.classes.registry import LogEntry, Ticket
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.agents import contact_of
from cti_tickets.store.history.acting import Way, current_way
from cti_tickets.store.history.inserting import insert_object
from cti_tickets.store.questions import Questions

_EXTENSION = "cti_tickets.log_added"
_TOLD_WAYS = (Way.PAGE, Way.API, Way.PHONE)

ToldOfEntries = Callable[[Ticket, Sequence[LogEntry], Agent], None]


class Entry(NamedTuple):
    """An entry of a log, as pages show it."""

    id: int
    attribute: str
    created: datetime
    author: str
    text: str


def entries(ticket_id: int, code: str) -> list[LogEntry]:
    """The entries of one log of a ticket, newest first."""
    query = LogEntry.select().where(LogEntry.ticket == ticket_id, LogEntry.attribute == code)
    return list(query.order_by(LogEntry.created.desc(), LogEntry.id.desc()))


def log_entries(
    ticket_id: int, codes: Sequence[str], *, before: tuple[datetime, int] | None, limit: int
) -> list[Entry]:
    """The entries of some logs of a ticket, newest first.

    :param before: only those before the entry of a moment with an id
    """
    # Not built by peewee: every page of a ticket asks for it.
    opened = database.obj
    place, values = mark(opened), [ticket_id, *codes]
    where = f"ticket_id = {place} AND attribute IN ({marks(opened, len(codes))})"
    if before is not None:
        where += f" AND (created, id) < ({place}, {place})"
        values += [f"{before[0]:%Y-%m-%d %H:%M:%S}", before[1]]
    # Only names, and marks of bound values.
    sql = (
        f"SELECT id, attribute, created, author, text FROM log_entry WHERE {where}"  # noqa: S608
        f" ORDER BY created DESC, id DESC LIMIT {int(limit)}"
    )
    return [
        # SQLite keeps text.
        Entry(id_, code, at if isinstance(at, datetime) else datetime.fromisoformat(at), who, text)
        for id_, code, at, who, text in rows(opened, sql, values)
    ]


def take(definition: ClassDef, row: dict[str, Any]) -> dict[str, str]:
    """Take the texts of logs out of a row: they are no columns. Empty ones are no entries."""
    codes = [a.code for a in definition.attributes.values() if a.kind is Kind.LOG and a.code in row]
    return {code: text for code in codes if (text := row.pop(code))}


def append_all(
    ticket: Ticket, texts: Mapping[str, str], author: Agent | None, moment: datetime
) -> None:
    """Add an entry to each of some logs, in the current transaction."""
    tell_added(ticket, store_all(ticket, texts, author, moment), author)


def store_all(
    ticket: Ticket,
    texts: Mapping[str, str],
    author: Agent | None,
    moment: datetime,
    questions: Questions | None = None,
) -> Sequence[LogEntry]:
    """Store an entry of each of some logs, in the current transaction; nobody is told.

    :param questions: those that have asked already who the author is
    """
    contact = contact_of(author, questions) if texts else None
    added = [
        LogEntry(
            ticket=ticket,
            attribute=code,
            created=moment,
            author=str(author or "")[:255],
            author_contact=contact,
            text=text,
        )
        for code, text in texts.items()
    ]
    for entry in added:
        insert_object(entry)
    return added


def tell_added_to(app: Flask, told: ToldOfEntries) -> None:
    """Have entries told that agents and their programs add, once they are stored.

    :param told: is given the ticket, the entries, and who wrote them; it must not fail
    """
    app.extensions[_EXTENSION] = told


def is_private(code: str) -> bool:
    """Whether only agents are meant to read a log."""
    return code.startswith("private")


def tell_added(ticket: Ticket, added: Sequence[LogEntry], author: Agent | None) -> None:
    """Tell of entries once the current transaction has ended well."""
    if not added:
        return
    told: ToldOfEntries | None = current_app.extensions.get(_EXTENSION)
    if told is None or author is None or current_way() not in _TOLD_WAYS:
        return
    to, by = told, author
    database.after_commit(lambda: to(ticket, added, by))
