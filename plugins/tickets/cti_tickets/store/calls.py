"""Phone calls about tickets: recorded, and read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from cti_host import Agent
from cti_tickets.model.classes.registry import Person, PhoneCall, Ticket
from cti_tickets.store.agents import contact_of
from cti_tickets.store.computed import naive
from cti_tickets.store.transactions import writing

# Whose tickets from the phone are phone calls: others have no right to those.
PHONE_PROFILES = frozenset({"Support Agent", "Service Desk Agent", "Administrator"})


def record_outbound_call(
    ticket: Ticket,
    caller_id: int | None,
    agent: Agent,
    note: str = "",
    *,
    now: datetime | None = None,
) -> PhoneCall:
    """Store that an agent called somebody about a ticket."""
    with writing():
        return _store_call(ticket, "outbound", caller_id, agent, note, naive(now))


def attach_inbound_call(ticket: Any, agent: Agent | None, note: str, moment: datetime) -> None:
    """Store the phone call by which a new ticket came, in the current transaction.

    Nothing is stored unless its origin is the phone and the agent's profile takes calls.

    :param note: the note of the call; "" for a short sentence
    """
    if agent is None or not agent.profiles & PHONE_PROFILES:
        return
    if getattr(ticket, "origin", "") == "phone":
        note = note or _("The ticket was created during this call.")
        _store_call(ticket, "inbound", ticket.caller_id, agent, note, moment)


def calls_about(ticket_id: int) -> list[PhoneCall]:
    """The phone calls about a ticket, newest first."""
    query = PhoneCall.select().where(PhoneCall.ticket == ticket_id)
    return list(query.order_by(PhoneCall.created.desc(), PhoneCall.id.desc()))


def _store_call(
    ticket: Any, flow: str, contact_id: int | None, agent: Agent, note: str, moment: datetime
) -> PhoneCall:
    agent_id = contact_of(agent)
    if agent_id is None:
        note = "\n".join(filter(None, [note, _("Agent: %(agent)s", agent=agent)]))
    known = contact_id and Person.select().where(Person.id == contact_id).exists()
    return PhoneCall.create(
        contact=contact_id if known else None,
        agent=agent_id,
        ticket=ticket.id,
        date=moment.date(),
        flow=flow,
        note=note,
        created=moment,
    )
