"""A ticket is given to somebody: the form that offers the people, when it is asked for."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent
from cti_tickets.facts import page_of
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.call_strip import CALL, call_strip
from cti_tickets.pages.desk.assigning import (
    AGENT,
    TEAM,
    Assigning,
    people_for,
    way_to_assign,
)
from cti_tickets.pages.desk.page import DeskPage
from cti_tickets.pages.desk.typed import typed_reply
from cti_tickets.pages.forms import make_form
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.pages.parts.facts import facts_of
from cti_tickets.pages.parts.head import carry, own_page
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import MODIFY, READ
from cti_tickets.store import objects
from cti_tickets.store.concurrency.versions import Outdated
from cti_tickets.store.state_rules import editing
from cti_tickets.store.transitions import NotPossible, apply_stimulus
from cti_tickets.store.values import InvalidValues


class AssignPage(DeskPage):
    """The form that gives a ticket to somebody of a team.

    It is a page of its own; with JavaScript it opens on the page of the ticket. What can't be
    stored comes back there, with what was chosen.
    """

    def assign(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Offer the people of the teams; sent, "3:12" is the person 12 of the team 3."""
        view = self._ticket(class_name, id_, MODIFY)
        cls = self._schema[view.class_name]
        stimulus = way_to_assign(cls, view.state, view.values)
        if request.method == "POST":
            return self._assigned(cls, view, stimulus)
        current_access().require(READ, "Person")
        if stimulus is None:
            return self._not_possible(cls, view)
        return render_template(
            "tickets/assign.html",
            view=view,
            assigning=self._assigning(cls, view, stimulus, request.args.get("version", "")),
            now=facts_of(fact for fact in view.facts if fact.code in (TEAM, AGENT)),
            strip=call_strip(self._records, "next"),
        )

    def _assigned(
        self, cls: ClassDef, view: ObjectView, stimulus: str | None
    ) -> ResponseReturnValue:
        chosen, version = request.form.get("to", ""), request.form.get("version", "")
        if not self._is_sent_from_here(cls):
            problem = _("This page was open for too long. Please try again.")
            return self._refused(view, chosen, problem, 400)
        if stimulus is None:
            return self._not_possible(cls, view)
        team, _colon, person = chosen.partition(":")
        values, author = {TEAM: team, AGENT: person}, current_agent()
        try:
            if stimulus:
                apply_stimulus(cls.name, view.id, stimulus, values, author=author, version=version)
            else:
                rules = editing(cls)
                objects.update(
                    cls.name, view.id, values, author=author, rules=rules, version=version
                )
        except objects.NotFound:
            abort(404, _("There is no such object, or no longer."))
        except NotPossible:
            return self._not_possible(cls, view)
        except InvalidValues as error:
            lines = [
                f"{one.label if (one := cls.attributes.get(code)) else code}{_(':')} {message}"
                for code, message in error.errors.items()
            ]
            return self._refused(view, chosen, "\n".join(lines), 400)
        except Outdated:
            sentence = _("Somebody else changed this in the meantime: look, and assign it again.")
            problem = f"{_('Nothing was saved yet.')} {sentence}"
            return self._refused(view, chosen, problem, 409)
        flash(_("Saved."), "success")
        return self._back(view)

    def _refused(
        self, view: ObjectView, chosen: str, problem: str, status: int
    ) -> ResponseReturnValue:
        """The page of the ticket as it is by now, with the form open and what is wrong."""
        view = self._view(view.class_name, view.id)
        cls = self._schema[view.class_name]
        stimulus = way_to_assign(cls, view.state, view.values)
        if stimulus is None or not current_access().may(READ, "Person"):
            flash(problem, "warning")
            return self._back(view)
        assigning = self._assigning(cls, view, stimulus, "", chosen, problem)
        return self._page(view, typed_reply(), assigning=assigning), status

    def _assigning(
        self,
        cls: ClassDef,
        view: ObjectView,
        stimulus: str,
        version: str,
        chosen: str = "",
        problem: str = "",
    ) -> Assigning:
        """The form, for the transition that gives the ticket to somebody.

        :param version: that of the page on which it opens; "": the ticket's own
        """
        other = (
            page_of(cls.name, view.id, "tickets.transition", stimulus=stimulus)
            if stimulus
            else page_of(cls.name, view.id, "tickets.modify")
        )
        call = call_strip(self._records, "next")
        carried = {CALL: call.url} if call else {}
        return Assigning(
            people_for(self._records, cls, view.values, stimulus),
            carry(version or view.version, carried),
            other,
            own_page(view, "tickets.view", carried),
            chosen,
            problem,
        )

    def _is_sent_from_here(self, cls: ClassDef) -> bool:
        """Whether a form has its token; asked after the rights, which are told first."""
        return bool(make_form(cls, [], self._records, {}).validate())
