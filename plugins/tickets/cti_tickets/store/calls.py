"""Phone calls about tickets: recorded, and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from cti_host import Agent, writing
from cti_tickets.model.classes.registry import Person, PhoneCall, Ticket
from cti_tickets.model.data_model import schema
from cti_tickets.rights.access import access_of
from cti_tickets.rights.profiles import CREATE
from cti_tickets.store import history
from cti_tickets.store.agents import contact_of
from cti_tickets.store.computed import day_of, naive
from cti_tickets.store.concurrency.clicks import DOUBLE_CLICK
from cti_tickets.store.history.inserting import insert_object
from cti_tickets.store.questions import Questions
from cti_tickets.store.transactions import locked

INBOUND, OUTBOUND = "inbound", "outbound"


@dataclass(frozen=True)
class Unrecorded:
    """A phone call that is not stored yet, perhaps because it isn't known which person took it."""

    ticket_id: int
    flow: str
    contact_id: int | None
    note: str
    moment: datetime


def may_record(agent: Agent) -> bool:
    """Whether an agent may have phone calls: those of others are not recorded."""
    return bool(access_of(agent).may(CREATE, "PhoneCall"))


def record_outbound_call(
    ticket: Ticket,
    caller_id: int | None,
    agent: Agent,
    note: str = "",
    *,
    now: datetime | None = None,
) -> PhoneCall | None:
    """Store that an agent called somebody about a ticket.

    The same click again within a few seconds is a double click: its call is the one before.

    :return: the phone call; `None`: the agent may have none, or is no person in the data
    """
    person = contact_of(agent)
    if person is None or not may_record(agent):
        return None
    call = Unrecorded(ticket.id, OUTBOUND, caller_id, note, naive(now))
    with writing():
        # Of two clicks at the same time the second one waits here for the first.
        list(locked(Ticket.select(Ticket.id).where(Ticket.id == ticket.id)))
        return store_call(call, agent, person)


def attach_inbound_call(
    call: Unrecorded, agent: Agent | None, questions: Questions
) -> PhoneCall | None:
    """Store the phone call by which a new ticket came, in the current transaction.

    Its history is left to whoever calls, see `note_call`.

    :param call: of a caller who is known to be there
    :param questions: those that have asked already who the agent is
    :return: `None`: the agent is no person in the data, and nothing is stored
    """
    person = contact_of(agent, questions)
    if person is None:
        return None
    return _stored(_values(call, person, is_known=True), call.moment)


def inbound_call(
    ticket: Any, agent: Agent | None, note: str = "", moment: datetime | None = None
) -> Unrecorded | None:
    """The phone call by which a new ticket came.

    :return: `None`: its origin is not the phone, or the agent may have no phone calls
    """
    if agent is None or not may_record(agent) or getattr(ticket, "origin", "") != "phone":
        return None
    note = note or _("The ticket was created during this call.")
    return Unrecorded(ticket.id, INBOUND, ticket.caller_id, note, moment or naive(None))


def calls_about(ticket_id: int) -> list[PhoneCall]:
    """The phone calls about a ticket, newest first."""
    query = PhoneCall.select().where(PhoneCall.ticket == ticket_id)
    return list(query.order_by(PhoneCall.created.desc(), PhoneCall.id.desc()))


def store_call(call: Unrecorded, agent: Agent, person: int) -> PhoneCall:
    """Store a phone call, in the current transaction.

    :param person: the id of the person who is the agent
    """
    whom, moment = call.contact_id, call.moment
    known = bool(whom) and Person.select().where(Person.id == whom).exists()
    values = _values(call, person, is_known=known)
    if call.flow == OUTBOUND and (before := _just_now(values, moment)) is not None:
        return before
    stored = _stored(values, moment)
    note_call(stored, agent, moment)
    return stored


def _values(call: Unrecorded, person: int, *, is_known: bool) -> dict[str, Any]:
    return {
        "contact": call.contact_id if is_known else None,
        "agent": person,
        "ticket": call.ticket_id,
        "flow": call.flow,
        "note": call.note,
    }


def _stored(values: Mapping[str, Any], moment: datetime) -> PhoneCall:
    stored = PhoneCall(**values, date=day_of(moment), created=moment)
    insert_object(stored)
    return stored


def _just_now(values: Mapping[str, Any], moment: datetime) -> PhoneCall | None:
    """The same call, if it was stored a few seconds ago."""
    same = [
        field.is_null() if values[name] is None else field == values[name]
        for name, field in ((name, getattr(PhoneCall, name)) for name in values)
    ]
    recent = PhoneCall.created.between(moment - DOUBLE_CLICK, moment)
    found: PhoneCall | None = PhoneCall.select().where(*same, recent).first()
    return found


def note_call(call: PhoneCall, agent: Agent | None, moment: datetime) -> None:
    """Record in the history that a phone call was stored."""
    definition = schema()["PhoneCall"]
    values = {a.code: getattr(call, a.code) for a in definition.attributes.values() if a.stored}
    with history.acting_through(history.Way.PHONE):
        history.created(definition, call.id, values, agent, moment)
