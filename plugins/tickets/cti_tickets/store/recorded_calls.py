"""Phone calls of tickets of which another plugin keeps a record: each is there once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cti_host import Agent, writing
from cti_host import PhoneCall as ToldCall
from cti_tickets.model.classes.registry import PhoneCall, RecordedCall, Ticket
from cti_tickets.model.data_model import schema
from cti_tickets.rights.access import everything_allowed
from cti_tickets.store import history
from cti_tickets.store.agents import contact_of
from cti_tickets.store.calls import Unrecorded, may_record, store_call
from cti_tickets.store.computed import naive, utc_now
from cti_tickets.store.deletion.delete import delete
from cti_tickets.store.transactions import locked

# A click that creates a ticket or places a call stores a phone call before its record is told of.
_JUST_NOW = timedelta(minutes=2)


def record_call(
    ticket_id: int, told: ToldCall, numbers: Sequence[int], agent: Agent | None
) -> None:
    """Store the phone call of a ticket, or say of the stored one what is known of it by now.

    :param told: the call as its record has it
    :param numbers: the number of that record, and others that it had before
    :param agent: who linked it to the ticket; `None`: a phone call that isn't there is not added
    """
    person = contact_of(agent) if agent is not None and may_record(agent) else None
    with writing():
        # Of two that tell of one call at the same time the second one waits here for the first.
        ticket = locked(Ticket.select().where(Ticket.id == ticket_id)).first()
        if ticket is None:
            return
        call = _known(ticket_id, numbers, agent)
        if call is None and agent is not None:
            call = _moved_here(
                ticket_id, numbers, agent, _just_stored(ticket_id, told.flow, person)
            )
        if call is None and agent is not None and person is not None:
            call = _just_stored(ticket_id, told.flow, person)
            if call is None:
                moment = told.when if isinstance(told.when, datetime) else None
                caller = getattr(ticket, "caller_id", None)
                new = Unrecorded(ticket_id, told.flow, caller, told.note, naive(moment))
                call = store_call(new, agent, person)
            RecordedCall.create(record=numbers[0], ticket_id=ticket_id, phone_call=call.id)
        if call is not None and told.note and call.note != told.note:
            _change(call, "note", told.note, agent)


def forget_call(ticket_id: int, numbers: Sequence[int], agent: Agent) -> None:
    """Delete the phone call of a ticket whose record is about another plugin's ticket now.

    :param numbers: the number of the record, and others that it had before
    :param agent: who linked it to the other ticket; the history says so
    """
    with writing():
        if locked(Ticket.select().where(Ticket.id == ticket_id)).first() is None:
            return
        _delete([*_recorded(ticket_id, numbers)], agent)


def _recorded(ticket_id: int, numbers: Sequence[int]) -> Any:
    """The phone calls that were stored of a record for a ticket, the oldest first."""
    about = RecordedCall.record.in_(list(numbers)) & (RecordedCall.ticket_id == ticket_id)
    return PhoneCall.select().join(RecordedCall).where(about).order_by(PhoneCall.id)


def _known(ticket_id: int, numbers: Sequence[int], agent: Agent | None) -> Any:
    """The phone call that was stored of the record, under whichever of its numbers.

    Two records that turned out to be one may have had one each: the older one stays.
    """
    call, *more = [*_recorded(ticket_id, numbers)] or [None]
    _delete(more, agent)
    if len(numbers) > 1:
        about = RecordedCall.record.in_(list(numbers)) & (RecordedCall.ticket_id == ticket_id)
        RecordedCall.update(record=numbers[0]).where(about).execute()
    return call


def _moved_here(ticket_id: int, numbers: Sequence[int], agent: Agent, here: Any) -> Any:
    """The phone call of the ticket that the record was about until now: it comes along.

    :param here: what may have been stored of the same call a moment ago: it goes
    """
    elsewhere = RecordedCall.record.in_(list(numbers)) & (RecordedCall.ticket_id != ticket_id)
    query = PhoneCall.select().join(RecordedCall).where(elsewhere).order_by(PhoneCall.id)
    call, *more = [*query] or [None]
    if call is None:
        return None
    _delete([*more, *([here] if here else [])], agent)
    _change(call, "ticket_id", ticket_id, agent)
    RecordedCall.update(record=numbers[0], ticket_id=ticket_id).where(elsewhere).execute()
    return call


def _delete(calls: Sequence[Any], agent: Agent | None) -> None:
    """Delete phone calls that are there twice, or where they do not belong."""
    if calls:
        with everything_allowed(), history.acting_through(history.Way.PHONE):
            delete({"PhoneCall": [one.id for one in calls]}, author=agent)


def _just_stored(ticket_id: int, flow: str, person: int | None) -> Any:
    """The phone call that was stored of it a moment ago, without a word of its record."""
    known: Any = RecordedCall.select(RecordedCall.phone_call)
    return (
        PhoneCall.select()
        .where(
            PhoneCall.ticket == ticket_id,
            PhoneCall.flow == flow,
            PhoneCall.agent == person,
            PhoneCall.created >= utc_now() - _JUST_NOW,
            PhoneCall.id.not_in(known),
        )
        .order_by(PhoneCall.id.desc())
        .first()
    )


def _change(call: Any, code: str, value: Any, agent: Agent | None) -> None:
    """Change an attribute of a phone call; its history says what it was."""
    before = {code: getattr(call, code)}
    with history.acting_through(history.Way.PHONE):
        history.changed(schema()["PhoneCall"], call.id, before, {code: value}, agent, utc_now())
    PhoneCall.update({code: value}).where(PhoneCall.id == call.id).execute()
