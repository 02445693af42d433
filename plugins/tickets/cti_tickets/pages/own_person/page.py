"""The page on which an agent says which person of the data they are: one click, or a new person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cti_oql.functions.fold import fold
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from cti_host import Agent, current_agent, current_host
from cti_tickets.model.classes.registry import Person
from cti_tickets.pages.fields.made import KeyField
from cti_tickets.pages.form_pages import creation_key, has_creation_key
from cti_tickets.pages.forms import make_form, show_errors, stored_values
from cti_tickets.pages.own_person.waiting import is_nobody, record_waiting
from cti_tickets.rights.access import everything_allowed
from cti_tickets.store import objects
from cti_tickets.store.agents import persons_with_email
from cti_tickets.store.concurrency.creation_keys import AlreadyCreated
from cti_tickets.store.name_search import ids_by_name
from cti_tickets.store.records import FRIENDLYNAME, Records
from cti_tickets.store.values import InvalidValues

_ASKED = ("first_name", "name", "org_id")
_MOST = 20


class OwnPerson:
    """The page.

    :param records: reads persons
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def add_to(self, pages: Blueprint) -> None:
        """Add the page to a blueprint."""
        pages.add_url_rule("/own-person", "own_person", self.view, methods=["GET", "POST"])

    def view(self) -> ResponseReturnValue:
        """Who the agent may be; a click links them, or makes a person of them."""
        agent = current_agent()
        if not is_nobody(agent):
            return redirect(url_for("cti_host.home"))
        candidates = self._candidates(agent)
        cls = self._records.schema["Person"]
        with everything_allowed():
            form = make_form(cls, _ASKED, self._records, _presets(agent))
            for field in form:
                if isinstance(field, KeyField):
                    field.read()
        problems: list[str] = []
        if request.method == "POST" and form.validate():
            chosen = request.form.get("person", "")
            person = next((id_ for id_ in candidates if str(id_) == chosen), None)
            if not chosen and has_creation_key(problems):
                person = self._make(agent, form, problems)
            if person is not None and self._link(agent, person, problems):
                return _done(agent, person)
        page = render_template(
            "tickets/own_person.html",
            candidates=candidates,
            form=form,
            problems=problems,
            creation_key=creation_key(),
        )
        failed = bool(problems) or any(field.errors for field in form)
        return page, 400 if failed else 200

    def _candidates(self, agent: Agent) -> Mapping[int, str]:
        """The persons who have the agent's e-mail address, or their name, with what tells them."""
        database, schema = current_host().database, self._records.schema
        with everything_allowed():
            ids = persons_with_email(agent.email, _MOST) if agent.email else []
            ids += ids_by_name(database, schema, "Person", str(agent), _MOST)
            codes = [FRIENDLYNAME, "email", "org_name"]
            found = self._records.load(database, "Person", [*dict.fromkeys(ids)], codes)
        same = {fold(str(agent)), fold(agent.email)} - {""}
        return {
            one.id: ", ".join(filter(None, (one.text(FRIENDLYNAME), one.text("org_name"))))
            for one in found
            if same & {fold(one.text(FRIENDLYNAME)), fold(one.text("email"))}
        }

    def _make(self, agent: Agent, form: FlaskForm, problems: list[str]) -> int | None:
        """A new person for the agent: for oneself it takes no right to create persons."""
        cls = self._records.schema["Person"]
        values = {**stored_values(form, cls, _ASKED), "email": agent.email}
        try:
            with everything_allowed():
                made = objects.create("Person", values, author=agent, key=creation_key())
                return int(made.id)
        except AlreadyCreated as again:
            return again.object_id
        except InvalidValues as error:
            problems += show_errors(form, error.errors)
            return None

    def _link(self, agent: Agent, person: int, problems: list[str]) -> bool:
        """Keep who the agent is; where nobody can, the same e-mail address says so."""
        linked = current_host().hooks.link_agent(agent, person)
        same_address = bool(agent.email) and persons_with_email(agent.email, 2) == [person]
        if linked or (linked is None and same_address):
            return True
        problems.append(
            _("Another agent is this person already.")
            if linked is False
            else _("This can't be kept here: please ask your administrator to link your account.")
        )
        return False


def _presets(agent: Agent) -> dict[str, str]:
    first, _space, last = str(agent).rpartition(" ")
    home: Any = Person.select(Person.org).group_by(Person.org).limit(2).tuples()
    only = [row[0] for row in home]
    org = {"org_id": str(only[0])} if len(only) == 1 else {}
    return {"first_name": first, "name": last, **org}


def _done(agent: Agent, person: int) -> ResponseReturnValue:
    recorded = record_waiting(agent, person)
    flash(_("From now on your phone calls are recorded."), "success")
    if recorded:
        flash(
            ngettext(
                "One phone call that waited is recorded.",
                "%(num)s phone calls that waited are recorded.",
                recorded,
            ),
            "success",
        )
    return redirect(url_for("tickets.view", class_name="Person", id_=person), 303)
