"""A button on the page of a ticket: the caller called about it."""

from __future__ import annotations

import logging

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import TicketKey, current_agent, safe_return_url
from cti_itop.pages.phone_calls import INBOUND, PhoneCalls
from cti_itop.pages.recorded_calls import RecordedCalls
from cti_itop.pages.ticket_details import DetailsReader
from cti_itop.rest.errors import ItopProblem
from cti_itop.settings import SOURCE

log = logging.getLogger("cti_host.plugin.itop")


class ReceivedCalls:
    """The address of the button."""

    def __init__(self, details: DetailsReader, calls: PhoneCalls, recorded: RecordedCalls) -> None:
        self._details, self._calls, self._recorded = details, calls, recorded

    def add_to(self, blueprint: Blueprint) -> None:
        """Add the address."""
        blueprint.add_url_rule(
            "/<class_name>/<int:id_>/received", "received", self.received, methods=["POST"]
        )

    def received(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Record that the caller called about this ticket, and go back to its page."""
        try:
            details = self._details.read(TicketKey(SOURCE, class_name, id_))
        except ItopProblem as problem:
            log.error("a call that came in: %s", problem)
            line = _("The call could not be recorded.")
            abort(503, f"{line} {problem.reason}".strip())
        if details is None:
            abort(404, _("There is no such ticket, or no longer."))
        ticket = details.ticket
        note = _("Call about %(ref)s", ref=ticket.ref)
        agent = current_agent()
        kept = self._calls.record(ticket, details.caller, INBOUND, note, agent)
        self._recorded.stored(ticket, INBOUND, agent, kept)
        flash(_("The call was recorded."), "success")
        page = url_for("cti_host.ticket", source=SOURCE, class_name=class_name, id_=id_)
        return redirect(safe_return_url(request.form.get("next"), page), 303)
