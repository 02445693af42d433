"""Calls through the agent's own phone: from a call, a missed one, a person, or a ticket's menu."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import peewee
from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_calls.model.records import CallRecord, Device, Originated
from cti_calls.pages import filters
from cti_calls.pages.calling.own_devices import OwnDevices, device_key
from cti_calls.pages.calling.recording import tell_ticket, ticket_key
from cti_calls.pages.names import AgentNames, ticket_url
from cti_calls.rights.profiles import Action
from cti_calls.rights.rights import Rights
from cti_calls.store import call_backs, once, placing
from cti_calls.store.calls import Calls
from cti_host import (
    Agent,
    Caller,
    Host,
    OutboundAction,
    Ticket,
    current_agent,
    is_phone_attribute,
    safe_return_url,
)

_log = logging.getLogger("cti_host.plugin.calls")


@dataclass(frozen=True)
class Callee:
    """Whom to call: a number as it is stored, and what is known besides.

    :param record: the call on whose page the agent is; 0: on none
    :param call_back: the entry of who was missed; 0: none
    """

    number: str
    caller: Caller | None = None
    ticket: str = ""
    record: int = 0
    call_back: int = 0


class Dialling:
    """Places calls on the phones of agents.

    :param rights: who may do so, and whom they may call back
    """

    def __init__(self, host: Host, calls: Calls, agents: AgentNames, rights: Rights) -> None:
        self._host, self._calls, self._agents, self._rights = host, calls, agents, rights
        self.devices = OwnDevices(host)

    def dialled(self, text: str) -> str:
        """What a phone takes for a stored number; empty: it is not one number."""
        number = self._host.hooks.parse_number(text.strip())
        if number is None:
            digits = text.strip()
            return digits if digits.isascii() and digits.isdigit() else ""
        sure = [one.dialled for one in number.readings if one.doubt is None and one.dialled]
        return sure[0] if len(sure) == 1 else ""

    def actions(self, ticket: Ticket, caller: Caller | None) -> Sequence[OutboundAction]:
        """The entries of a ticket's phone menu that this plugin dials: one for each phone."""
        agent = current_agent()
        if caller is None or not self._rights.may(agent, Action.READ):
            return []
        devices = self.devices.that_call(agent)
        return [
            OutboundAction(
                f"call_{code}/{place}" if place else f"call_{code}",
                call_label(code),
                "",
                "phone" if "mobile" in code else "telephone",
                text,
                post=url_for(
                    "calls.dial",
                    ticket=ticket.key,
                    person=caller.key,
                    attribute=code,
                    device=device_key(device),
                ),
                via=(device.label or device.name) if len(devices) > 1 else "",
            )
            for code, text in self.numbers_of(caller).items()
            for place, device in enumerate(devices)
        ]

    def numbers_of(self, caller: Caller) -> Mapping[str, str]:
        """The numbers of a person that a phone can dial, by the attribute that has each."""
        return {
            code: text
            for code, text in caller.attributes.items()
            if text and is_phone_attribute(code) and self.dialled(text)
        }

    def view(self) -> ResponseReturnValue:
        """Dial, and show what becomes of the call; by a `tel:` address where no phone can."""
        agent = current_agent()
        callee = self._callee()
        number = self.dialled(callee.number)
        if not number:
            abort(404, _("This call can't be placed: there is no such number."))
        devices = self.devices.that_call(agent)
        wanted = request.values.get("device", "")
        chosen = [one for one in devices if device_key(one) == wanted] if wanted else devices
        if wanted and not chosen:
            flash(
                _("No call can be placed from this device any more. Choose another one."), "warning"
            )
            return redirect(self._back(callee), 303)
        if callee.call_back and not self._claimed(callee.call_back):
            return redirect(url_for("calls.missed"), 303)
        click = (agent.name, wanted, number)
        if not once.claim(*click):
            flash(_("This number was called a moment ago. Nothing was dialled again."), "warning")
            return redirect(self._begun(agent, number) or self._back(callee), 303)
        key = ticket_key(callee.ticket)
        for device in chosen:
            placed = self._host.hooks.first(
                "originate", Originated, agent=agent, device=device, number=number, ticket=key
            )
            if placed is not None:
                if not placed.token:
                    once.give_back(*click)
                return self._placed(placed, device, number, callee)
        return redirect(f"tel:{number}", 303)

    def _begun(self, agent: Agent, number: str) -> str:
        """The page of the call that the first of two clicks has placed; empty: not there yet."""
        id_ = placing.just_begun(agent.name, number)
        return url_for("calls.call", id_=id_) if id_ else ""

    def claim(self, ticket: Ticket, action: OutboundAction, agent: Agent) -> bool:
        """Whether a click in the phone menu of a ticket isn't the second one of a double click."""
        return once.claim(agent.name, ticket.key, action.key)

    def _claimed(self, id_: int) -> bool:
        """Take over whom the agent calls back now; false: somebody else does already."""
        agent = current_agent().name
        if call_backs.call_back(id_, self._rights.sight(current_agent())) is None:
            abort(404, _("There is no such missed call, or no longer."))
        if call_backs.claim(id_, agent):
            return True
        entry = call_backs.call_back(id_)
        if entry is None or not entry.owner or entry.owner == agent:
            return True
        name = self._agents.of(entry.owner)
        flash(_("%(agent)s calls back already. Nothing was dialled.", agent=name), "warning")
        return False

    def _placed(
        self, placed: Originated, device: Device, number: str, callee: Callee
    ) -> ResponseReturnValue:
        if not placed.token:
            flash(placed.problem or _("The call could not be placed."), "warning")
            return redirect(self._back(callee), 303)
        try:
            id_ = self._noted(placed, device, number, callee)
        except peewee.PeeweeException as error:
            # The page of an error would let them send the form again: a second call.
            _log.error("a call was placed, and could not be noted (%s)", type(error).__name__)
            flash(
                _(
                    "The call was placed, but it could not be noted here. There is no need to call "
                    "again."
                ),
                "warning",
            )
            return redirect(url_for("calls.calls", show="mine"), 303)
        return redirect(url_for("calls.call", id_=id_), 303)

    def _noted(self, placed: Originated, device: Device, number: str, callee: Callee) -> int:
        """Keep a record of a call that was placed; returns its number."""
        caller = callee.caller
        id_ = placing.begin(
            self._calls,
            device,
            placed.token,
            number,
            current_agent().name,
            caller=caller.key if caller else "",
            caller_display=caller.display if caller else "",
            ticket=callee.ticket,
        )
        record = self._calls.reader.call(id_)
        if record is not None and record.ticket:
            tell_ticket(self._host, record, current_agent())
        return id_

    def _back(self, callee: Callee) -> str:
        """Where the agent came from."""
        if callee.record:
            return url_for("calls.call", id_=callee.record)
        if callee.call_back:
            return url_for("calls.missed")
        found = self._host.hooks.find_tickets([callee.ticket]) if callee.ticket else []
        ticket = next(iter(found), None)
        fallback = ticket_url(ticket) if ticket else url_for("calls.calls", show="mine")
        return safe_return_url(request.form.get("next"), fallback)

    def _callee(self) -> Callee:
        """Whom the form is about; what the browser sends names them, and is looked up again."""
        values = request.values
        sight = self._rights.sight(current_agent())
        if values.get("record") and values.get("call_back"):
            return Callee("")  # no form has both: one could be seen, and the other not
        if values.get("record"):
            record = self._calls.reader.call(_id(values["record"]))
            sees = record is not None and (sight is None or sight.sees(record))
            return self._of_record(record) if record is not None and sees else Callee("")
        if values.get("call_back"):
            entry = call_backs.call_back(_id(values["call_back"]), sight)
            return Callee(entry.remote, call_back=entry.id) if entry is not None else Callee("")
        caller = self._found(values.get("person", ""))
        number = values.get("number", "")
        if caller is not None and values.get("attribute"):
            attribute = values["attribute"]
            number = caller.attributes.get(attribute, "") if is_phone_attribute(attribute) else ""
        ticket = values.get("ticket", "")
        if ticket and not self._host.hooks.find_tickets([ticket]):
            ticket = ""
        return Callee(number, caller, ticket)

    def _of_record(self, record: CallRecord) -> Callee:
        number = "" if record.withheld else record.remote
        ticket = record.ticket if self._host.hooks.find_tickets([record.ticket]) else ""
        return Callee(number, self._found(record.caller), ticket, record=record.id)

    def _found(self, key: str) -> Caller | None:
        found = self._host.hooks.find_callers([key]) if key else []
        return next((one for one in found if one.key == key), None)


def call_label(attribute: str) -> str:
    """What the button says that calls the number in an attribute of a person."""
    return str(_("Call mobile") if "mobile" in attribute else _("Call phone number"))


def _id(text: str) -> int:
    return filters.number(text) or 0
