"""Phone calls of an agent who is no person in the data: they wait in the session until they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, session
from flask_babel import gettext as _

from cti_host import Agent, has_bearer_token, writing
from cti_tickets.store.agents import contact_of
from cti_tickets.store.calls import Unrecorded, may_record, store_call
from cti_tickets.store.stored_others import exists

_KEY = "cti_tickets_calls"
# A cookie holds little; whoever doesn't say who they are for so long loses the oldest.
_MOST = 10
_MOST_NOTE = 120


def is_nobody(agent: Agent) -> bool:
    """Whether an agent takes phone calls, which need a person, and is none."""
    return may_record(agent) and contact_of(agent) is None


def keep_waiting(call: Unrecorded) -> None:
    """Keep a phone call until the agent says which person they are, and tell them."""
    if has_bearer_token():  # a program has no session
        return
    note = call.note[:_MOST_NOTE]
    entry = [call.ticket_id, call.flow, call.contact_id, note, call.moment.isoformat()]
    session[_KEY] = [*session.get(_KEY, []), entry][-_MOST:]
    flash(
        _(
            "Your phone call is not recorded yet, because you are no person in the data. "
            "Choose “Who are you?” in the menu."
        ),
        "warning",
    )


def record_waiting(agent: Agent, person: int) -> int:
    """Store the phone calls that waited, now that it is known which person the agent is.

    :return: how many there were
    """
    stored = 0
    with writing():
        for entry in session.pop(_KEY, []):
            call = _read(entry)
            if exists("Ticket", call.ticket_id):
                store_call(call, agent, person)
                stored += 1
    return stored


def _read(entry: list[Any]) -> Unrecorded:
    ticket_id, flow, contact_id, note, moment = entry
    return Unrecorded(ticket_id, flow, contact_id, note, datetime.fromisoformat(moment))
