"""The logs of tickets: entries are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cti_oql.schema import Kind

from cti_host import Agent
from cti_tickets.model.classes.registry import LogEntry, Ticket
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.agents import contact_of


def entries(ticket_id: int, code: str) -> list[LogEntry]:
    """The entries of one log of a ticket, newest first."""
    query = LogEntry.select().where(LogEntry.ticket == ticket_id, LogEntry.attribute == code)
    return list(query.order_by(LogEntry.created.desc(), LogEntry.id.desc()))


def take(definition: ClassDef, row: dict[str, Any]) -> dict[str, str]:
    """Take the texts of logs out of a row: they are no columns. Empty ones are no entries."""
    codes = [a.code for a in definition.attributes.values() if a.kind is Kind.LOG and a.code in row]
    return {code: text for code in codes if (text := row.pop(code))}


def append_all(
    ticket: Ticket, texts: Mapping[str, str], author: Agent | None, moment: datetime
) -> None:
    """Add an entry to each of some logs, in the current transaction."""
    contact = contact_of(author) if texts else None
    for code, text in texts.items():
        LogEntry.create(
            ticket=ticket,
            attribute=code,
            created=moment,
            author=str(author or "")[:255],
            author_contact=contact,
            text=text,
        )
