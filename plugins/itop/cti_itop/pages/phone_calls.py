"""Phone calls: recorded in iTop where it has the class for them, else in the host's own store."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask_babel import gettext as _

from cti_host import Agent, Caller, PhoneCall, Ticket, TicketKey
from cti_itop.pages.phone_calls_model import ItopPhoneCall
from cti_itop.queries.agent_parameters import Agents
from cti_itop.rest.errors import ItopForbidden, ItopProblem
from cti_itop.rest.reader import Reader, is_unknown_class

log = logging.getLogger("cti_host.plugin.itop")

CLASS = "PhoneCall"
INBOUND, OUTBOUND = "inbound", "outbound"
MOST_SHOWN = 50
_CODES = ("date", "flow", "note", "contact_id_friendlyname", "agent_id_friendlyname")
_LONGEST = 255


@dataclass(frozen=True)
class Kept:
    """Where a phone call is: in the host's own store (`here`) or in iTop, with its id there."""

    here: bool
    id: int


class PhoneCalls:
    """The phone calls about iTop's tickets.

    :param where: "itop", "host", or "auto": in iTop if it has the class
    """

    def __init__(self, reader: Reader, agents: Agents, where: str) -> None:
        self._reader, self._agents, self._where = reader, agents, where
        self._url = reader.itop.url

    def about(self, ticket_id: int) -> list[PhoneCall]:
        """The phone calls about a ticket, newest first; iTop knows their days only.

        :raises ItopProblem: iTop gives no usable answer
        """
        in_itop = self._of_itop(ticket_id)
        here = self._of_the_host(ticket_id, days=bool(in_itop))
        return sorted((*here, *in_itop), key=lambda call: str(call.when or ""), reverse=True)

    def _of_the_host(self, ticket_id: int, *, days: bool) -> list[PhoneCall]:
        """The calls kept here; with `days`, when they were is told as iTop tells it."""
        query = (
            ItopPhoneCall.select()
            .where(ItopPhoneCall.itop == self._url, ItopPhoneCall.ticket_id == ticket_id)
            .order_by(ItopPhoneCall.id.desc())
            .limit(MOST_SHOWN)
        )
        return [
            PhoneCall(
                call.flow,
                self._reader.day(call.created) if days else call.created,
                call.contact,
                call.agent,
                call.note,
            )
            for call in query
        ]

    def _of_itop(self, ticket_id: int) -> list[PhoneCall]:
        if self._where == "host" or self._is_absent():
            return []
        try:
            query = f"SELECT {CLASS} WHERE ticket_id = {ticket_id}"
            answer = self._reader.get(query, CLASS, _CODES, limit=MOST_SHOWN)
        except ItopProblem as problem:
            if isinstance(problem, ItopForbidden):
                return []
            if is_unknown_class(problem):
                self._reader.absent.note(CLASS)
                return []
            raise
        newest = sorted(answer.objects, key=lambda one: (one.text("date"), one.id), reverse=True)
        return [
            PhoneCall(
                one.text("flow"),
                _day(one.text("date")),
                one.text("contact_id_friendlyname"),
                one.text("agent_id_friendlyname"),
                one.text("note"),
            )
            for one in newest
        ]

    def record(
        self,
        ticket: Ticket,
        caller: Caller | None,
        flow: str,
        note: str,
        agent: Agent,
        when: datetime | None = None,
    ) -> Kept:
        """Record a phone call about a ticket, once: in iTop, else in the host's store.

        :param when: in UTC, without a zone; `None`: now
        """
        when = when or datetime.now(UTC).replace(tzinfo=None)
        if self._where != "host" and not self._is_absent():
            made = self._in_itop(ticket, caller, flow, note, agent, self._reader.day(when))
            if made:
                return Kept(False, made)
        one = ItopPhoneCall.create(
            itop=self._url,
            ticket_class=ticket.class_name,
            ticket_id=ticket.id,
            contact_id=caller.id if caller else None,
            contact=(caller.headline if caller else "")[:_LONGEST],
            agent=str(agent)[:_LONGEST],
            flow=flow,
            note=note,
            created=when.replace(microsecond=0),
        )
        return Kept(True, one.id)

    def set_note(self, kept: Kept, note: str) -> None:
        """Change what is noted of a phone call.

        :raises ItopProblem: iTop keeps it, and gives no usable answer
        """
        if kept.here:
            ItopPhoneCall.update(note=note).where(ItopPhoneCall.id == kept.id).execute()
        else:
            comment = _("Recorded by CTI Host")
            self._reader.itop.update(CLASS, kept.id, {"note": note}, comment=comment)

    def move(self, kept: Kept, ticket: TicketKey) -> None:
        """Say that a phone call is about another ticket.

        :raises ItopProblem: iTop keeps it, and gives no usable answer
        """
        if kept.here:
            to = {"ticket_class": ticket.class_name, "ticket_id": ticket.id}
            ItopPhoneCall.update(to).where(ItopPhoneCall.id == kept.id).execute()
        else:
            fields = {"ticket_id": ticket.id}
            comment = _("Recorded by CTI Host")
            self._reader.itop.update(CLASS, kept.id, fields, comment=comment)

    def delete(self, kept: Kept) -> None:
        """Delete a phone call; one that is gone already is as good.

        :raises ItopProblem: iTop keeps it, and gives no usable answer
        """
        if kept.here:
            ItopPhoneCall.delete().where(ItopPhoneCall.id == kept.id).execute()
        else:
            self._reader.itop.delete(CLASS, kept.id, comment=_("Recorded by CTI Host"))

    def _in_itop(
        self,
        ticket: Ticket,
        caller: Caller | None,
        flow: str,
        note: str,
        agent: Agent,
        day: date,
    ) -> int:
        """The id of what iTop has recorded; 0: it has not, and the log says why."""
        try:
            agent_id = self._agents.contact_id(agent)
            if not agent_id:
                log.warning(
                    "a phone call of %s is recorded here, not in iTop: no person of iTop is this "
                    "agent (set the contact id of the account, or its e-mail address)",
                    agent.name,
                )
                return 0
            fields: dict[str, str | int] = {
                "ticket_id": ticket.id,
                "agent_id": agent_id,
                "flow": flow,
                "date": day.isoformat(),
                "note": note,
            }
            if caller is not None:
                fields["contact_id"] = caller.id
            made = self._reader.itop.create(CLASS, fields, comment=_("Recorded by CTI Host"))
        except ItopProblem as problem:
            if is_unknown_class(problem):
                self._reader.absent.note(CLASS)
                log.info("iTop has no class %s: phone calls are recorded here", CLASS)
            else:
                log.error("a phone call is recorded here, not in iTop: %s", problem)
            return 0
        return made.id

    def _is_absent(self) -> bool:
        return self._where == "auto" and self._reader.absent.lacks(CLASS)


def _day(text: str) -> date | None:
    """A day as iTop writes it: more is not known of a call."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
