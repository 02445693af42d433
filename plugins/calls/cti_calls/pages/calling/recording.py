"""A call that is about a ticket is told to the plugin of the ticket, which keeps phone calls."""

from __future__ import annotations

from flask_babel import gettext as _

from cti_calls.model.facts import Direction
from cti_calls.model.records import CallRecord, CallState
from cti_calls.pages.words import duration, seconds_between, status_of
from cti_calls.store.former import former_ids
from cti_host import Agent, Host, PhoneCall, TicketKey


def tell_ticket(host: Host, record: CallRecord, agent: Agent | None) -> list[str]:
    """Have the call noted with its ticket, once.

    :param agent: who linked it to the ticket; `None`: the call has ended
    :return: lines for the agent that say what failed
    """
    key = ticket_key(record.ticket)
    if key is None:
        return []
    flow = "outbound" if record.direction is Direction.OUT else "inbound"
    call = PhoneCall(flow, record.started_at, record.caller_display, note=_note(record))
    return host.hooks.call_recorded(key, call, record.id, agent, former_ids(record.id))


def tell_former_ticket(host: Host, record: CallRecord, ticket: str, agent: Agent) -> list[str]:
    """Have the call no longer noted with a ticket that it was about until now.

    :param ticket: the key of that ticket; empty: there was none
    :param agent: who linked the call to another one
    :return: lines for the agent that say what failed
    """
    key = ticket_key(ticket)
    if key is None:
        return []
    return host.hooks.call_unlinked(key, record.id, agent, former_ids(record.id))


def ticket_key(text: str) -> TicketKey | None:
    """A ticket's key out of its text "tickets:UserRequest:7"; `None`: it is none."""
    source, class_name, id_ = [*text.split(":"), "", ""][:3]
    if not (source and class_name and id_.isascii() and id_.isdigit() and len(id_) < 19):
        return None
    return TicketKey(source, class_name, int(id_))


def _note(record: CallRecord) -> str:
    """What became of a call, in one line, and what its agent wrote."""
    _status, label = status_of(record)
    parts = [label]
    if record.answered_at is not None and record.state is CallState.ENDED:
        talked = duration(seconds_between(record.answered_at, record.ended_at))
        parts.append(_("talked for %(duration)s", duration=talked))
    if record.queue:
        parts.append(_("queue %(queue)s", queue=record.queue))
    line = ", ".join(parts)
    return f"{line}\n{record.note}" if record.note else line
