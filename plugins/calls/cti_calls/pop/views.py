"""The pop as a piece of a page, and the page where agents choose how they are told of calls."""

from __future__ import annotations

from itertools import islice

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_calls.model.facts import Direction
from cti_calls.model.records import CallRecord, CallState, Moment
from cti_calls.pop.choices import Choice, choice_of, choose
from cti_calls.store.agents.screens import note_painted, open_calls_of
from cti_calls.store.lookup import Lookup
from cti_calls.store.reading import Reader
from cti_host import (
    current_agent,
    masked_number,
    panel_address,
    panel_of,
    reserved_thread,
)

ID = "<int(max=9223372036854775807):id_>"
"""The id of a call in an address: what the database has as one."""
MOST_TICKETS = 3
_NOTHING = ("", 204)


class PopPages:
    """What the scripts of the pop ask for, and the choice of an agent.

    :param reader: reads calls
    :param lookup: keeps who calls, once it is found for the pop
    """

    def __init__(self, reader: Reader, lookup: Lookup) -> None:
        self._reader, self._lookup = reader, lookup

    def add_to(self, pages: Blueprint) -> None:
        """Add the pages of the pop to those of the plugin."""
        pages.add_url_rule(f"/calls/{ID}/pop", "pop", self.pop)
        pages.add_url_rule(
            f"/calls/{ID}/painted",
            "painted",
            self.painted,
            methods=["POST"],
        )
        pages.add_url_rule("/calls/pops", "pops", self.pops)
        pages.add_url_rule("/calls/pop", "pop_choice", pop_choice)
        pages.add_url_rule("/calls/pop", "choose_pop", choose_pop, methods=["POST"])

    @reserved_thread
    def pop(self, id_: int) -> ResponseReturnValue:
        """A call in brief; nothing (204) where it doesn't concern the agent, or not any more."""
        record = self._own(id_)
        choice = choice_of(current_agent().name)
        # A call that turned out to be another one is on the screen under the id of that one.
        if record.id != id_ or not _concerns(record, choice):
            return _NOTHING
        shown_number = "" if record.withheld else record.remote
        panel = panel_of(shown_number, record.id)
        self._lookup.keep(record.id, panel.matches, current_agent())
        read = panel.call.number
        number = masked_number(str(read) if read else shown_number) or _("(withheld)")
        found = {
            (one.source, one.class_name, one.id): one
            for tickets in panel.ticket_lists
            if not tickets.folded  # of others, such as the whole organization
            for one in tickets.tickets
        }
        return render_template(
            "cti_calls/pop.html",
            record=record,
            panel=panel,
            talking=record.answered_at is not None,
            number=number,
            title=panel.title,
            status=_status(number, panel.title, withheld=not shown_number),
            choice=choice,
            tickets=list(islice(found.values(), MOST_TICKETS)),
            address=panel_address(shown_number, record.id),
        )

    def pops(self) -> ResponseReturnValue:
        """The ids of the calls that belong on the agent's screen now, as JSON."""
        choice = choice_of(current_agent().name)
        ids = open_calls_of(current_agent().name)
        records = self._reader.calls(ids)
        return jsonify(calls=[one.id for one in records if _concerns(one, choice)])

    @reserved_thread
    def painted(self, id_: int) -> ResponseReturnValue:
        """Note when the first screen has shown a call."""
        note_painted(self._own(id_).id)
        return _NOTHING

    def _own(self, id_: int) -> CallRecord:
        """A call in which the agent takes part; 404 for any other."""
        record = self._reader.call(id_)
        name = current_agent().name
        if record is None or not any(name in leg.agents for leg in record.legs):
            abort(404, _("There is no such call of yours."))
        return record


def pop_choice() -> ResponseReturnValue:
    """How the agent wants to be told of calls."""
    return render_template("cti_calls/pop_choice.html", choice=choice_of(current_agent().name))


def choose_pop() -> ResponseReturnValue:
    """Keep what the agent chose."""
    moment = request.form.get("moment", "")
    if moment not in [*Moment]:
        abort(400, _("There is no such moment: choose when calls are shown."))
    chosen = Choice(Moment(moment), "notification" in request.form, "sound" in request.form)
    choose(current_agent().name, chosen)
    flash(_("Saved."), "success")
    return redirect(url_for("calls.pop_choice"), 303)


def _status(number: str, who: str, *, withheld: bool) -> str:
    """What a screen reader says of a call."""
    if withheld:
        return str(_("Withheld call: %(who)s", who=who))
    return str(_("Call from %(number)s: %(who)s", number=number, who=who))


def _concerns(record: CallRecord, choice: Choice) -> bool:
    """Whether the call belongs on the agent's screen now."""
    if choice.moment is Moment.OFF or record.state is CallState.ENDED:
        return False
    if record.direction is Direction.OUT:
        return False
    name = current_agent().name
    open_legs = [leg for leg in record.legs if name in leg.agents and leg.ended_at is None]
    if any(leg.answered_at is not None for leg in open_legs):
        return True
    # A phone whose call somebody else took has an outcome, before the phone system says so.
    rings = any(leg.outcome is None for leg in open_legs)
    return rings and choice.moment is Moment.RINGING
