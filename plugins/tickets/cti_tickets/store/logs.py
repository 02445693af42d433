"""The logs of tickets: entries are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import peewee
from cti_oql.functions.fold import fold
from cti_oql.schema import Kind

from cti_host import Agent, database, is_postgresql
from cti_tickets.model import SOURCE
from cti_tickets.model.registry import LogEntry, Person, Ticket
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.validation import exists


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


def contact_of(agent: Agent | None) -> int | None:
    """The id of the person who is this agent, or None.

    It is the person that the agent is linked to, else the only one with their e-mail address.
    """
    if agent is None:
        return None
    linked = agent.contact_in(SOURCE)
    if linked:
        return linked if exists("Person", linked) else None
    if not agent.email:
        return None
    # As a query compares, and with the same index.
    email: Any = peewee.fn.cti_fold(Person.email)
    if is_postgresql(database.obj):
        email = email.collate('"C"')
    of_agent = (email == fold(agent.email)) & (Person.finalclass == "Person")
    found = list(Person.select().where(of_agent).limit(2))
    return int(found[0].id) if len(found) == 1 else None
