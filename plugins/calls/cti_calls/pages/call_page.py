"""The page of one call: what happened, and what agents make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from cti_calls.model.records import CallRecord, CallState
from cti_calls.pages import filters
from cti_calls.pages.as_json import call_as_json, number_of
from cti_calls.pages.call_forms import Replacing, Typed, legs_of, refused, typed_for
from cti_calls.pages.calling.dialling import Dialling
from cti_calls.pages.calling.recording import tell_former_ticket, tell_ticket
from cti_calls.pages.names import names_of
from cti_calls.pages.note_view import changed_lines, versions
from cti_calls.pages.rows import Rows, number_shown, seen_by
from cti_calls.pages.telling import tell
from cti_calls.rights.profiles import Action
from cti_calls.rights.rights import Rights
from cti_calls.store import notes
from cti_calls.store.calls import Calls
from cti_calls.store.lists import CallFilter, calls_page
from cti_host import (
    Caller,
    Host,
    allow_form_target,
    current_agent,
    has_bearer_token,
    masked_text,
    panel_address,
    restored,
    token_scope,
    wants_json,
)

_MOST_OTHERS = 5


class CallPage:
    """The views of a call."""

    def __init__(
        self, host: Host, calls: Calls, rows: Rows, dialling: Dialling, rights: Rights
    ) -> None:
        self._host, self._calls, self._rows = host, calls, rows
        self._dialling, self._rights = dialling, rights

    @token_scope("read")
    def view(self, id_: int) -> ResponseReturnValue:
        """Everything that is known of a call; for a program, what the list says of it.

        A number that the call had before it turned out to be an older one leads there.
        """
        record = self._record(id_)
        if wants_json():
            return self._as_json(record)
        if record.id != id_:
            return redirect(url_for("calls.call", id_=record.id), 301)
        typed = Typed(masked_text(record.note), person=filters.text("person"))
        return self._found(record, typed)

    def find(self, id_: int) -> ResponseReturnValue:
        """Find a person by name; without one, link the ticket that is named.

        It is what Enter presses in a field of the page.
        """
        record = self._changeable(id_)
        typed = typed_for(record)
        if typed.ticket and not typed.person:
            return self.ticket(id_)
        return self._found(record, typed)

    def _found(self, record: CallRecord, typed: Typed) -> ResponseReturnValue:
        """The page with the people who have the name that was typed."""
        persons = self._host.hooks.find_callers([typed.person]) if typed.person else []
        if typed.person and not persons:
            typed.problems["person"] = self._host.hooks.failure_of("find_callers") or _(
                "Nobody is called “%(text)s”.", text=typed.person
            )
        return self._show(record, typed, persons)

    def panel(self, id_: int) -> ResponseReturnValue:
        """The panel of a call, with its record on it."""
        record = self._record(id_)
        return redirect(panel_address("" if record.withheld else record.remote, record.id), 303)

    @token_scope("write")
    def note(self, id_: int) -> ResponseReturnValue:
        """Save the note."""
        record = self._changeable(id_)
        typed = typed_for(record, is_note=True)
        before = typed.before or ""
        if not has_bearer_token():
            try:
                validate_csrf(request.form.get("csrf_token"))
            except ValidationError:
                typed.problems["note"] = _("This page was open for too long. Please save again.")
                return self._show(record, typed)
        length = max(len(typed.note), len(before))
        if length > notes.LONGEST_NOTE:
            typed.problems["note"] = _(
                "A note has at most %(most)s characters; this one has %(length)s.",
                most=notes.LONGEST_NOTE,
                length=length,
            )
            return self._show(record, typed)
        try:
            # Of a note whose numbers the agent sees masked, what they left is what is stored.
            stored = record.note if before == masked_text(record.note) else before
            author = current_agent().name
            notes.set_note(record.id, restored(typed.note, stored), stored, author)
        except notes.Outdated as other:
            typed.before = masked_text(other.stored)
            typed.changes = changed_lines(before, typed.before)
            typed.problems["note"] = _(
                "%(agent)s has saved another note meanwhile. Yours is still here; save again to "
                "replace theirs.",
                agent=self._last_author(record.id),
            )
            return self._show(record, typed, status=409)
        tell("call %d: note saved", record.id)
        self._tell(record.id)
        flash(_("Saved."), "success")
        return self._back(record.id, replace(typed, note="", before=None))

    @token_scope("write")
    def ticket(self, id_: int) -> ResponseReturnValue:
        """Link the call to a ticket, by its reference; in place of another one only when asked."""
        record = self._changeable(id_)
        typed = typed_for(record)
        # Whoever agrees to a question means the ticket in it, whatever they have typed since.
        text = request.form.get("chosen", "").strip()[:100] or typed.ticket
        found = self._host.hooks.find_tickets([text]) if text else []
        if len(found) != 1:
            away = self._host.hooks.failure_of("find_tickets")
            typed.problems["ticket"] = (
                _("Type the reference of a ticket, such as R-000012.")
                if not text
                else _("Several tickets have the reference “%(text)s”: write it whole.", text=text)
                if found
                else away or _("There is no ticket “%(text)s”.", text=text)
            )
            return self._show(record, typed, status=503 if away and not found else 0)
        (ticket,) = found
        instead_of = request.values.get("instead_of", "")
        changes = record.ticket != ticket.key
        if changes and not notes.set_ticket(record.id, ticket.key, instead_of=instead_of):
            record = self._record(id_)
            named = names_of(self._host, [record], current_agent()).ticket(record)
            typed.replacing["ticket"] = Replacing(
                _(
                    "The call is linked to %(ref)s. Link it to %(other)s instead?",
                    ref=named.ref if named else _("another ticket"),
                    other=ticket.ref,
                ),
                record.ticket,
                text,
            )
            return self._show(record, typed, status=409)
        if changes:
            tell("call %d: linked to %s", record.id, ticket.key)
        self._tell(record.id, instead_of if changes else "")
        flash(_("The call is linked to %(ref)s.", ref=ticket.ref), "success")
        return self._back(record.id, replace(typed, ticket=""))

    def person(self, id_: int) -> ResponseReturnValue:
        """Say whose number it is: the call is theirs, and the number is added to them."""
        record = self._changeable(id_)
        typed = typed_for(record)
        key = request.form.get("chosen") or request.form.get("person", "")
        person = next((p for p in self._host.hooks.find_callers([key]) if p.key == key), None)
        if person is None and (away := self._host.hooks.failure_of("find_callers")):
            abort(503, away)
        if person is None or record.withheld or not record.remote:
            abort(404, _("There is no such person, or no longer."))
        if typed.is_unsaved:
            typed.problems["note"] = _("Save the note first: the number is added on another page.")
            return self._show(record, typed, [person])
        if record.caller != person.key and not notes.set_caller(
            record.id, person.key, person.display, instead_of=request.values.get("instead_of", "")
        ):
            record = self._record(id_)
            named = names_of(self._host, [record], current_agent()).caller(record)
            typed.replacing["person"] = Replacing(
                _(
                    "The call is one of %(name)s. Make it one of %(other)s instead?",
                    name=named.display if named else _("somebody else"),
                    other=person.display,
                ),
                record.caller,
                person.key,
            )
            return self._show(record, typed, status=409)
        if record.caller != person.key:
            tell("call %d: said to be one of %s", record.id, person.key)
        number = number_shown(self._host, record.remote)
        here = url_for("calls.call", id_=record.id)
        form = self._host.hooks.number_form_url(person, number, here)
        if form is None:
            flash(
                _(
                    "The call is now one of %(name)s. Their number could not be added: you may not "
                    "change them, or they are kept elsewhere.",
                    name=person.display,
                ),
                "info",
            )
        return redirect(form or here, 303)

    def _record(self, id_: int) -> CallRecord:
        record = self._calls.reader.call(id_)
        sight = self._rights.sight(current_agent())
        if sight is not None and (record is None or not sight.sees(record)):
            self._rights.require(Action.READ_ALL)  # whether it is there is told to nobody else
        if record is None:
            abort(404, _("There is no such call, or no longer."))
        return record

    def _changeable(self, id_: int) -> CallRecord:
        """A call that the agent may write something down of; 403 for any other."""
        record = self._record(id_)
        if not self._rows.may_change(record, current_agent()):
            abort(403, _("This call is with somebody you may not see."))
        return record

    def _tell(self, id_: int, before: str = "") -> None:
        """Have the ticket of a call, if it has one, say what the call does now; no other one does.

        :param before: the ticket that it was about until now
        """
        agent = current_agent()
        were = [before]
        while (record := self._calls.reader.call(id_)) is not None and record.ticket != were[-1]:
            # Whoever links it to another ticket meanwhile may have been told of first.
            were.append(record.ticket)
            for line in tell_ticket(self._host, record, agent):
                flash(line, "warning")
        if record is not None:
            for ticket in {*were} - {record.ticket}:
                for line in tell_former_ticket(self._host, record, ticket, agent):
                    flash(line, "warning")

    def _last_author(self, id_: int) -> str:
        latest = notes.revisions(id_, 1)
        return self._rows.agent(latest[0].author) if latest and latest[0].author else _("Somebody")

    def _back(self, id_: int, typed: Typed) -> ResponseReturnValue:
        """Lead back to the page of a call; with what was typed beside what was sent."""
        if has_bearer_token():
            return "", 204
        if not (typed.is_unsaved or typed.ticket or typed.person):
            return redirect(url_for("calls.call", id_=id_), 303)
        record = self._record(id_)
        if typed.before is None:
            typed = replace(typed, note=masked_text(record.note), changes=())
        persons = self._host.hooks.find_callers([typed.person]) if typed.person else ()
        return self._show(record, typed, persons)

    def _as_json(self, record: CallRecord) -> ResponseReturnValue:
        agent = current_agent()
        named = names_of(self._host, [record], agent)
        seen = seen_by(record, agent, named)
        return jsonify(call_as_json(seen, named, number_of(seen))), 200, {"Vary": "Accept"}

    def _show(
        self,
        record: CallRecord,
        typed: Typed,
        persons: Sequence[Caller] = (),
        *,
        status: int = 0,
    ) -> ResponseReturnValue:
        if has_bearer_token() and (typed.problems or typed.replacing):
            return refused(typed), status or 400
        agent = current_agent()
        others: Sequence[CallRecord] = ()
        if record.remote_key:
            sight = self._rights.sight(agent)
            wanted = CallFilter(remote_keys=[record.remote_key], sight=sight)
            found = calls_page(self._calls.reader, wanted, _MOST_OTHERS + 1).records
            others = [one for one in found if one.id != record.id][:_MOST_OTHERS]
        row, *more = self._rows.of([record, *others], agent)
        sees_note = row.record.note == record.note
        if not row.record.note:
            typed = replace(typed, note=typed.note if request.method == "POST" else "")
        has_number = bool(row.record.remote) and not row.record.withheld
        allow_form_target("tel:")
        ended = record.state is CallState.ENDED
        may_call = has_number and ended and bool(self._dialling.dialled(record.remote))
        page = render_template(
            "cti_calls/call.html",
            row=row,
            legs=legs_of(record, self._rows),
            others=more,
            typed=typed,
            problems=typed.problems,
            persons=persons,
            note_before=masked_text(row.record.note) if typed.before is None else typed.before,
            versions=versions(record.id, self._rows.agents) if sees_note else (),
            panel_url=url_for("calls.panel", id_=record.id),
            devices=self._dialling.devices.that_call(agent) if may_call else [],
            may_call=may_call,
        )
        wrong = bool(typed.problems) and request.method == "POST"
        return page, status or (400 if wrong else 200)
