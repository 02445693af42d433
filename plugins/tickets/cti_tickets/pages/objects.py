"""The pages of objects: seen, changed and created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from cti_oql.schema import Kind
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent, current_host, record_of, safe_return_url, writing
from cti_tickets.facts import fixed_facts
from cti_tickets.hook_values import ticket_with_caller
from cti_tickets.model.form_plan import change_plan, creation_plan, transition_plan
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.attachments.views import AttachmentPages
from cti_tickets.pages.calling import call_view
from cti_tickets.pages.deleting.delete_page import DeletePage
from cti_tickets.pages.desk.typed import DESK
from cti_tickets.pages.desk.views import DeskPages
from cti_tickets.pages.form_pages import FormPage, creation_key, warn_of_unread_phones
from cti_tickets.pages.forms import changed_codes, make_form, show_errors, stored_values
from cti_tickets.pages.history.conflicts import lost, settle
from cti_tickets.pages.lists.list_page import ListPages
from cti_tickets.pages.merging.page import MergePages
from cti_tickets.pages.new_targets import create_targets, new_targets
from cti_tickets.pages.own_person.page import OwnPerson
from cti_tickets.pages.own_person.waiting import keep_waiting
from cti_tickets.pages.panel_link import with_caller
from cti_tickets.pages.parts.facts import facts_of, value_of
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import CREATE, MODIFY
from cti_tickets.store import objects
from cti_tickets.store.calls import Unrecorded
from cti_tickets.store.concurrency.creation_keys import AlreadyCreated
from cti_tickets.store.concurrency.versions import Outdated
from cti_tickets.store.fitting import completed
from cti_tickets.store.state_rules import creating, editing, relaxed
from cti_tickets.store.transitions import NotPossible, apply_stimulus
from cti_tickets.store.values import InvalidValues, Raw

TICKET = "Ticket"


class ObjectPages(DeskPages):
    """The views of the blueprint `tickets`; one for each application."""

    def blueprint(self) -> Blueprint:
        """The pages, under /objects."""
        pages = Blueprint(
            "tickets", __name__, url_prefix="/objects", template_folder="../templates"
        )
        for function in (facts_of, value_of):
            pages.add_app_template_global(function)
        OwnPerson(self._records).add_to(pages)
        MergePages(self._records, self._caller_class).add_to(pages)
        AttachmentPages(self._records, self._caller_class, self._back).add_to(pages)
        ListPages(self._lists).add_to(pages)
        pages.add_url_rule(
            "/<class_name>/<int:id_>/delete",
            "delete",
            DeletePage(self._records).view,
            methods=["GET", "POST"],
        )
        pages.add_url_rule("/new/<class_name>", "new", self.new, methods=["GET", "POST"])
        self.add_to(pages)
        pages.add_url_rule(
            "/<class_name>/<int:id_>/modify", "modify", self.modify, methods=["GET", "POST"]
        )
        pages.add_url_rule(
            "/<class_name>/<int:id_>/stimulus/<stimulus>",
            "transition",
            self.transition,
            methods=["GET", "POST"],
        )
        pages.add_url_rule(
            "/<class_name>/<int:id_>/call/<code>",
            "call",
            call_view(self._records),
            methods=["POST"],
        )
        return pages

    def new(self, class_name: str) -> ResponseReturnValue:
        """The form of a new object, filled with the presets that the address carries."""
        cls = self._class(class_name)
        access = current_access()
        access.require(CREATE, class_name)
        if cls.abstract:
            kinds = [
                self._schema[name]
                for name in self._schema.concrete(class_name)
                if access.may(CREATE, name)
            ]
            known = {"next", *(code for kind in kinds for code in kind.attributes)}
            # Flask would take other names for settings of the address itself.
            args = {name: text for name, text in request.args.items() if name in known}
            return render_template("tickets/choose.html", cls=cls, kinds=kinds, args=args)
        presets = {code: text for code, text in request.args.items() if code in cls.attributes}
        given = {code: text for code, text in request.values.items() if code in cls.attributes}
        plan = creation_plan(cls, given)
        form = make_form(cls, plan.asked, self._records, presets, stored=False)
        problems: list[str] = []
        targets = new_targets(self._schema, cls, plan)
        if request.method == "POST" and self._submitted(form, problems):
            values = completed(cls, stored_values(form, cls, plan.asked))
            author, key, waiting = current_agent(), creation_key(), list[Unrecorded]()
            try:
                with writing() if any(one.text for one in targets.values()) else nullcontext():
                    made = create_targets(self._records, targets, values, author, key)
                    values = {**values, **made}
                    created = objects.create(
                        class_name,
                        values,
                        author=author,
                        rules=creating(cls),
                        key=key,
                        unrecorded=waiting.append,
                    )
            except InvalidValues as error:
                problems += show_errors(form, error.errors)
            except AlreadyCreated as again:
                return self._to_created(cls, again.object_id, values)
            else:
                return self._created(cls, created, values, waiting)
        title = str(_("New %(cls)s", cls=cls.label))
        facts, key = fixed_facts(cls, plan), creation_key()
        page = FormPage(form, cls, plan, problems, title, facts, key=key, new_targets=targets)
        return self._show_form(page)

    def modify(self, class_name: str, id_: int) -> ResponseReturnValue:
        """The form that changes an object; nothing is filled in but what it has.

        A number of a call that is to be added is in the address: see `number_form_url`.
        """
        view = self._view(class_name, id_, MODIFY, told=False)
        cls = self._schema[view.class_name]
        plan = change_plan(cls, view.state, view.values)
        form = make_form(cls, plan.asked, self._records, {**view.values, **_numbers_told(cls)})
        plan = relaxed(cls, plan, form.choices.are_any)
        problems: list[str] = []
        conflict = None
        if request.method == "POST" and self._submitted(form, problems, view):
            values = stored_values(form, cls, changed_codes(form, plan.asked))
            version = request.form["version"]
            try:
                other = version != view.version
                if not values and other and not lost(cls, view, version, plan.asked):
                    return self._saved(cls, id_, values)  # somebody has stored just the same
                objects.update(
                    cls.name,
                    id_,
                    values,
                    author=current_agent(),
                    rules=editing(cls),
                    version=version,
                )
            except objects.NotFound:
                abort(404, _("There is no such object, or no longer."))
            except InvalidValues as error:
                problems += show_errors(form, error.errors)
            except Outdated:
                view = self._view(class_name, id_, MODIFY, told=False)
                plan = change_plan(cls, view.state, view.values)
                form = make_form(cls, plan.asked, self._records, view.values)
                plan = relaxed(cls, plan, form.choices.are_any)
                conflict = settle(self._records, cls, view, version, form, plan.asked)
            else:
                return self._saved(cls, id_, values)
        title = _("Modify %(name)s", name=view.title)
        facts = fixed_facts(cls, plan, view.values, id_)
        page = FormPage(form, cls, plan, problems, title, facts, view, conflict=conflict)
        return self._show_form(page)

    def transition(self, class_name: str, id_: int, stimulus: str) -> ResponseReturnValue:
        """The form of a transition: what the next state asks for."""
        view = self._view(class_name, id_, stimulus, told=False)
        cls = self._schema[view.class_name]
        life = cls.lifecycle
        way = life.transition(view.state, stimulus) if life else None
        if life is None or way is None or life.stimuli[stimulus].internal:
            return self._not_possible(cls, view)
        plan = transition_plan(cls, way, view.values)
        form = make_form(cls, plan.asked, self._records, view.values)
        plan = relaxed(cls, plan, form.choices.are_any)
        problems: list[str] = []
        conflict = None
        if request.method == "POST" and self._submitted(form, problems, view):
            values = stored_values(form, cls, plan.asked)
            version = request.form["version"]
            try:
                apply_stimulus(
                    cls.name, id_, stimulus, values, author=current_agent(), version=version
                )
            except objects.NotFound:
                abort(404, _("There is no such object, or no longer."))
            except NotPossible:
                return self._not_possible(cls, view)
            except InvalidValues as error:
                problems += show_errors(form, error.errors)
            except Outdated:
                view = self._view(class_name, id_, stimulus, told=False)
                way = life.transition(view.state, stimulus)
                if way is None:
                    return self._not_possible(cls, view)
                plan = transition_plan(cls, way, view.values)
                form = make_form(cls, plan.asked, self._records, view.values)
                plan = relaxed(cls, plan, form.choices.are_any)
                conflict = settle(self._records, cls, view, version, form, plan.asked)
            else:
                saved = self._saved(cls, id_, values)
                return self._back(view) if DESK in request.form else saved
        label = str(life.stimuli[stimulus].label)
        title = _("%(stimulus)s: %(name)s", stimulus=label, name=view.title)
        page = FormPage(form, cls, plan, problems, title, {}, view, save=label, conflict=conflict)
        return self._show_form(page)

    def _created(
        self,
        cls: ClassDef,
        created: Any,
        values: Mapping[str, Raw],
        waiting: Sequence[Unrecorded],
    ) -> ResponseReturnValue:
        if self._schema.is_a(cls.name, TICKET):
            self._announce(cls, created)
            for call in waiting:
                keep_waiting(call)
        return self._to_created(cls, created.id, values)

    def _to_created(
        self, cls: ClassDef, id_: int, values: Mapping[str, Raw]
    ) -> ResponseReturnValue:
        """Where an agent gets to who has sent the form of a new object, once or twice."""
        is_ticket = self._schema.is_a(cls.name, TICKET)
        back = safe_return_url(request.form.get("next"), "")
        if back and not is_ticket:
            warn_of_unread_phones(cls, values)
            is_caller = self._schema.is_a(cls.name, self._caller_class)
            return redirect(with_caller(back, cls.name, id_) if is_caller else back, 303)
        flash(_("%(cls)s created.", cls=cls.label), "success")
        warn_of_unread_phones(cls, values)
        url = url_for("tickets.view", class_name=cls.name, id_=id_, next=back or None)
        return redirect(url, 303)

    def _announce(self, cls: ClassDef, created: Any) -> None:
        hooks = current_host().hooks
        if not hooks.owners("ticket_created"):
            return  # what a ticket has to say is read for those who listen
        ticket, caller = ticket_with_caller(
            self._records, cls.name, created.id, self._caller_class, created.caller_id
        )
        record = record_of(request.form.get("next", ""))
        hooks.ticket_created(ticket, caller, current_agent(), record)


def _numbers_told(cls: ClassDef) -> Mapping[str, str]:
    """The numbers that the address of a form brings, by attribute; what is sent has them typed."""
    if request.method != "GET":
        return {}
    codes = [a.code for a in cls.attributes.values() if a.kind is Kind.PHONE]
    return {code: request.args[code] for code in codes if code in request.args}
