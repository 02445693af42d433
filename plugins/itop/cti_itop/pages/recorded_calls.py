"""The phone call of a ticket and the record of the call are one: whatever told of it first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import peewee

from cti_host import Agent, PhoneCall, Ticket, TicketKey, database
from cti_itop.pages.phone_calls import Kept, PhoneCalls
from cti_itop.pages.phone_calls_model import ItopRecordedCall
from cti_itop.pages.ticket_details import DetailsReader

# A click that places a call stores a phone call before its record is told of.
_JUST_NOW = timedelta(minutes=2)


class RecordedCalls:
    """Keeps which phone call is of which record.

    :param url: the address of iTop
    """

    def __init__(self, url: str, details: DetailsReader, calls: PhoneCalls) -> None:
        self._url, self._details, self._calls = url, details, calls

    def stored(self, ticket: Ticket, flow: str, agent: Agent, kept: Kept) -> None:
        """An agent's click stored a phone call: its record, if there is one, is told of next."""
        row, now = ItopRecordedCall, _now()
        row.delete().where(row.record.is_null(), row.created < now - _JUST_NOW).execute()
        row.create(
            itop=self._url,
            ticket_id=ticket.id,
            flow=flow,
            agent=agent.name,
            here=kept.here,
            phone_call=kept.id,
            created=now,
        )

    def told(
        self, key: TicketKey, call: PhoneCall, records: Sequence[int], agent: Agent | None
    ) -> None:
        """Store the phone call of a ticket, or say of the stored one what is known of it now.

        :param records: the number of the record, then others that the same call had before
        :param agent: who linked it; `None`: a phone call that isn't there is not added
        :raises ItopProblem: iTop gives no usable answer
        """
        record = records[0]
        known = self._known(key, records)
        if known is None and agent is not None:
            known = self._moved_here(key, records) or self._claimed(key, call.flow, record, agent)
            if known is None:
                self._add(key, call, record, agent)
                return
        if known is not None and known.id and call.note:
            self._calls.set_note(known, call.note)

    def untold(self, key: TicketKey, records: Sequence[int]) -> None:
        """Delete the phone call of a ticket whose record is about another one now.

        :param records: the number of the record, then others that the same call had before
        :raises ItopProblem: iTop keeps it, and does not delete it; it is found again next time
        """
        row = ItopRecordedCall
        mine = (row.itop == self._url) & (row.ticket_id == key.id) & row.record.in_(records)
        for one in [*row.select().where(mine)]:
            if one.phone_call:
                self._calls.delete(Kept(one.here, one.phone_call))
            one.delete_instance()

    def _add(self, key: TicketKey, call: PhoneCall, record: int, agent: Agent) -> None:
        # Whoever may not see the ticket says nothing of it there.
        details = self._details.read(key)
        if details is None:
            return
        row = ItopRecordedCall
        try:
            # Of two that come here together, the database lets one pass.
            with database.atomic():
                made = row.create(
                    itop=self._url, ticket_id=key.id, flow=call.flow, record=record, created=_now()
                )
        except peewee.IntegrityError:
            return
        when = call.when if isinstance(call.when, datetime) else None
        try:
            kept = self._calls.record(
                details.ticket, details.caller, call.flow, call.note, agent, when
            )
        except Exception:
            made.delete_instance()
            raise
        row.update(here=kept.here, phone_call=kept.id).where(row.id == made.id).execute()

    def _known(self, key: TicketKey, records: Sequence[int]) -> Kept | None:
        row = ItopRecordedCall
        of_ticket = (row.itop == self._url) & (row.ticket_id == key.id)
        rows = {one.record: one for one in row.select().where(of_ticket, row.record.in_(records))}
        one = next((rows[record] for record in records if record in rows), None)
        if one is None:
            return None
        if one.record != records[0]:
            row.update(record=records[0]).where(row.id == one.id).execute()
        return Kept(one.here, one.phone_call)

    def _moved_here(self, key: TicketKey, records: Sequence[int]) -> Kept | None:
        """The phone call of the ticket that the record was about until now: it comes along."""
        row = ItopRecordedCall
        of_record = (row.itop == self._url) & row.record.in_(records) & (row.phone_call != 0)
        one = row.select().where(of_record, row.ticket_id != key.id).order_by(row.id).first()
        # Whoever may not see the ticket says nothing of it there.
        if one is None or self._details.read(key) is None:
            return None
        kept = Kept(one.here, one.phone_call)
        self._calls.move(kept, key)
        row.update(ticket_id=key.id, record=records[0]).where(row.id == one.id).execute()
        return kept

    def _claimed(self, key: TicketKey, flow: str, record: int, agent: Agent) -> Kept | None:
        """The phone call that was stored of it a moment ago, without a word of its record."""
        row = ItopRecordedCall
        one = (
            row.select()
            .where(row.itop == self._url, row.ticket_id == key.id, row.flow == flow)
            .where(row.record.is_null(), row.agent == agent.name)
            .where(row.created >= _now() - _JUST_NOW)
            .order_by(row.id.desc())
            .first()
        )
        if one is None:
            return None
        claim = row.update(record=record, agent="").where(row.id == one.id, row.record.is_null())
        return Kept(one.here, one.phone_call) if claim.execute() else None


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
