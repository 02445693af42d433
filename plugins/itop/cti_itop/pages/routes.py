"""This host's pages about iTop's tickets: seen in brief, and called from."""

from __future__ import annotations

import logging

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent, current_host
from cti_itop.pages.calls import INBOUND, PhoneCalls
from cti_itop.pages.ticket_page import Brief, Briefs
from cti_itop.rest.errors import ItopProblem

log = logging.getLogger("cti_host.plugin.itop")


class Pages:
    """The views of the blueprint `itop`; one for each application."""

    def __init__(self, briefs: Briefs, calls: PhoneCalls) -> None:
        self._briefs, self._calls = briefs, calls

    def blueprint(self) -> Blueprint:
        """The pages, under /itop."""
        found = Blueprint("itop", __name__, url_prefix="/itop", template_folder="../templates")
        found.add_url_rule("/<class_name>/<int:id_>", "view", self.view)
        found.add_url_rule(
            "/<class_name>/<int:id_>/call/<action_name>", "call", self.call, methods=["POST"]
        )
        found.add_url_rule(
            "/<class_name>/<int:id_>/received", "received", self.received, methods=["POST"]
        )
        return found

    def view(self, class_name: str, id_: int) -> ResponseReturnValue:
        """A ticket in brief, with its phone menu and its phone calls."""
        return render_template("itop/view.html", brief=self._brief(class_name, id_))

    def call(self, class_name: str, id_: int, action_name: str) -> ResponseReturnValue:
        """Place a call from a ticket: tell the plugins, then open the phone system."""
        found = self._brief(class_name, id_)
        action = next((a for a in found.actions if a.name == action_name), None)
        if action is None:
            abort(404, _("This call can't be placed: the caller has no such number."))
        agent = current_agent()
        for line in current_host().hooks.call_placed(found.ticket, found.caller, action, agent):
            flash(line, "warning")
        return redirect(action.url, 303)

    def received(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Record that the caller called about this ticket."""
        found = self._brief(class_name, id_)
        note = _("Call about %(ref)s", ref=found.ticket.ref)
        self._calls.record(found.ticket, found.caller, INBOUND, note, current_agent())
        flash(_("The call was recorded."), "success")
        return redirect(url_for("itop.view", class_name=class_name, id_=id_), 303)

    def _brief(self, class_name: str, id_: int) -> Brief:
        try:
            found = self._briefs.read(class_name, id_)
        except ItopProblem as problem:
            log.error("the page of a ticket: %s", problem)
            text = _("The ticket is not available right now.")
            abort(503, f"{text} {problem.reason}".strip())
        if found is None:
            abort(404, _("There is no such ticket, or no longer."))
        return found
