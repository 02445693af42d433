"""The pages of objects: seen, changed and created."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cti_oql.schema import UnknownClass
from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from cti_host import current_agent, current_host, safe_return_url
from cti_tickets.hook_values import ticket_with_caller
from cti_tickets.model.form_plan import FormPlan, change_plan, creation_plan, transition_plan
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.forms import (
    changed_codes,
    make_form,
    references,
    show_errors,
    stored_now,
    stored_values,
    unread_phones,
)
from cti_tickets.pages.object_page import Fact, ObjectView, new_facts, view_object
from cti_tickets.pages.panel_link import with_caller
from cti_tickets.store import objects
from cti_tickets.store.name_search import MOST_SUGGESTIONS, ids_by_name
from cti_tickets.store.records import Records
from cti_tickets.store.state_rules import creating, editing, relaxed
from cti_tickets.store.transitions import NotPossible, apply_stimulus
from cti_tickets.store.values import InvalidValues, Raw

TICKET = "Ticket"


class ObjectPages:
    """The views of the blueprint `tickets`; one for each application.

    :param records: reads objects of this application's schema
    :param caller_class: the class of persons who call, from `caller_information`
    """

    def __init__(self, records: Records, caller_class: str) -> None:
        self._records, self._schema = records, records.schema
        self._caller_class = caller_class

    def blueprint(self) -> Blueprint:
        """The pages, under /objects."""
        pages = Blueprint(
            "tickets", __name__, url_prefix="/objects", template_folder="../templates"
        )
        pages.add_url_rule("/new/<class_name>", "new", self.new, methods=["GET", "POST"])
        pages.add_url_rule("/options/<class_name>", "options", self.options)
        pages.add_url_rule("/<class_name>/<int:id_>", "view", self.view)
        pages.add_url_rule(
            "/<class_name>/<int:id_>/modify", "modify", self.modify, methods=["GET", "POST"]
        )
        pages.add_url_rule(
            "/<class_name>/<int:id_>/stimulus/<stimulus>",
            "transition",
            self.transition,
            methods=["GET", "POST"],
        )
        return pages

    def view(self, class_name: str, id_: int) -> ResponseReturnValue:
        """All attributes of an object; for a ticket its logs and phone calls too."""
        view = self._view(class_name, id_)
        return render_template(
            "tickets/view.html",
            view=view,
            tab=request.args.get("tab", ""),
            back=safe_return_url(request.args.get("next"), ""),
        )

    def new(self, class_name: str) -> ResponseReturnValue:
        """The form of a new object, filled with the presets that the address carries."""
        cls = self._class(class_name)
        if cls.abstract:
            kinds = [self._schema[name] for name in self._schema.concrete(class_name)]
            known = {"next", *(code for kind in kinds for code in kind.attributes)}
            # Flask would take other names for settings of the address itself.
            args = {name: text for name, text in request.args.items() if name in known}
            return render_template("tickets/choose.html", cls=cls, kinds=kinds, args=args)
        presets = {code: text for code, text in request.args.items() if code in cls.attributes}
        plan = creation_plan(cls, [code for code in request.values if code in cls.attributes])
        form = make_form(cls, plan.asked, self._records, presets)
        problems: list[str] = []
        if request.method == "POST" and self._submitted(form, problems):
            values = stored_values(form, cls, plan.asked)
            author = current_agent()
            try:
                created = objects.create(class_name, values, author=author, rules=creating(cls))
            except InvalidValues as error:
                problems += show_errors(form, error.errors)
            else:
                return self._created(cls, created, values)
        title = str(_("New %(cls)s", cls=cls.label))
        return self._show_form(FormPage(form, cls, plan, problems, title, new_facts(cls, plan)))

    def modify(self, class_name: str, id_: int) -> ResponseReturnValue:
        """The form that changes an object; nothing is filled in but what it has."""
        view = self._view(class_name, id_, brief=True)
        cls = self._schema[view.class_name]
        plan = relaxed(cls, change_plan(cls, view.state, view.values))
        form = make_form(cls, plan.asked, self._records, view.values)
        problems: list[str] = []
        if request.method == "POST" and self._submitted(form, problems, view):
            values = stored_values(form, cls, changed_codes(form, plan.asked))
            try:
                objects.update(cls.name, id_, values, author=current_agent(), rules=editing(cls))
            except objects.NotFound:
                abort(404, _("There is no such object, or no longer."))
            except InvalidValues as error:
                problems += show_errors(form, error.errors)
            else:
                return self._saved(cls, id_, values)
        title = _("Modify %(name)s", name=view.title)
        facts = {fact.code: fact for fact in view.facts}
        return self._show_form(FormPage(form, cls, plan, problems, title, facts, view))

    def transition(self, class_name: str, id_: int, stimulus: str) -> ResponseReturnValue:
        """The form of a transition: what the next state asks for."""
        view = self._view(class_name, id_, brief=True)
        cls = self._schema[view.class_name]
        life = cls.lifecycle
        way = life.transition(view.state, stimulus) if life else None
        if life is None or way is None or life.stimuli[stimulus].internal:
            return self._not_possible(cls, id_)
        plan = relaxed(cls, transition_plan(cls, way, view.values))
        form = make_form(cls, plan.asked, self._records, view.values)
        problems: list[str] = []
        if request.method == "POST" and self._submitted(form, problems, view):
            values = stored_values(form, cls, plan.asked)
            try:
                apply_stimulus(cls.name, id_, stimulus, values, author=current_agent())
            except objects.NotFound:
                abort(404, _("There is no such object, or no longer."))
            except NotPossible:
                return self._not_possible(cls, id_)
            except InvalidValues as error:
                problems += show_errors(form, error.errors)
            else:
                return self._saved(cls, id_, values)
        label = str(life.stimuli[stimulus].label)
        title = _("%(stimulus)s: %(name)s", stimulus=label, name=view.title)
        return self._show_form(FormPage(form, cls, plan, problems, title, {}, view, save=label))

    def options(self, class_name: str) -> ResponseReturnValue:
        """The objects whose name begins with what is typed, for a field that holds a key."""
        cls = self._class(class_name)
        text = request.args.get("q", "")[:100]
        database = current_host().database
        ids = ids_by_name(database, self._schema, cls.name, text, MOST_SUGGESTIONS)
        return jsonify(references(self._records, cls.name, ids))

    def _class(self, class_name: str) -> ClassDef:
        try:
            return self._schema[class_name]
        except UnknownClass:
            abort(404, _("There is no class “%(cls)s”.", cls=class_name))

    def _view(self, class_name: str, id_: int, *, brief: bool = False) -> ObjectView:
        self._class(class_name)
        view = view_object(self._records, class_name, id_, self._caller_class, brief=brief)
        if view is None:
            abort(404, _("There is no such object, or no longer."))
        return view

    def _submitted(
        self, form: FlaskForm, problems: list[str], view: ObjectView | None = None
    ) -> bool:
        """Whether what was sent may be stored; why not is added to the problems."""
        if not form.validate():
            if "csrf_token" in form.errors:
                problems.append(_("This page was open for too long. Please save again."))
            return False
        if view is None or request.form.get("version", view.version) == view.version:
            return True
        problems.append(
            _(
                "Somebody else changed this in the meantime. What you typed is still "
                "here: compare, and save again to overwrite."
            )
        )
        cls = self._schema[view.class_name]
        codes = [code for code in cls.attributes if code in form]
        show_errors(form, stored_now(form, cls, changed_codes(form, codes)))
        return False

    def _saved(self, cls: ClassDef, id_: int, values: Mapping[str, Raw]) -> ResponseReturnValue:
        flash(_("Saved."), "success")
        _warn_of_unread_phones(cls, values)
        back = url_for("tickets.view", class_name=cls.name, id_=id_)
        return redirect(safe_return_url(request.form.get("next"), back), 303)

    def _not_possible(self, cls: ClassDef, id_: int) -> ResponseReturnValue:
        """Somebody else was quicker, or the address is an old one."""
        flash(_("That is not possible in the present state."), "warning")
        return redirect(url_for("tickets.view", class_name=cls.name, id_=id_), 303)

    def _created(
        self, cls: ClassDef, created: Any, values: Mapping[str, Raw]
    ) -> ResponseReturnValue:
        is_ticket = self._schema.is_a(cls.name, TICKET)
        if is_ticket:
            self._announce(cls, created)
        back = safe_return_url(request.form.get("next"), "")
        if back and not is_ticket:
            _warn_of_unread_phones(cls, values)
            is_caller = self._schema.is_a(cls.name, self._caller_class)
            return redirect(with_caller(back, cls.name, created.id) if is_caller else back, 303)
        flash(_("%(cls)s created.", cls=cls.label), "success")
        _warn_of_unread_phones(cls, values)
        url = url_for("tickets.view", class_name=cls.name, id_=created.id, next=back or None)
        return redirect(url, 303)

    def _announce(self, cls: ClassDef, created: Any) -> None:
        ticket, caller = ticket_with_caller(
            self._records, cls.name, created.id, self._caller_class, created.caller_id
        )
        current_host().hooks.ticket_created(ticket, caller, current_agent())

    def _show_form(self, shown: FormPage) -> ResponseReturnValue:
        plan, view = shown.plan, shown.view
        failed = bool(shown.problems) or any(shown.form[code].errors for code in plan.asked)
        typed = {code: shown.form[code].data for code in plan.asked}
        page = render_template(
            "tickets/form.html",
            form=shown.form,
            cls=shown.cls,
            title=shown.title,
            save=shown.save or _("Save"),
            plan=plan,
            facts=shown.facts,
            attributes=shown.cls.attributes,
            problems=shown.problems,
            unread=unread_phones(shown.cls, typed),
            failed=failed,
            version=view.version if view else "",
            cancel=self._cancel_url(view),
            next_url=safe_return_url(request.values.get("next"), ""),
        )
        return page, (400 if failed else 200)

    def _cancel_url(self, view: ObjectView | None) -> str:
        if view is not None:
            return url_for("tickets.view", class_name=view.class_name, id_=view.id)
        return safe_return_url(request.values.get("next"), url_for("cti_host.home"))


def _warn_of_unread_phones(cls: ClassDef, values: Mapping[str, Raw]) -> None:
    """Say of what was stored that calls may not find it: gently, it may be meant so."""
    for code, text in unread_phones(cls, values).items():
        sentence = _(
            "%(label)s: “%(text)s” can't be read as a phone number. It was kept as typed; "
            "calls may not find it.",
            label=cls.attributes[code].label,
            text=text,
        )
        flash(sentence, "warning")


@dataclass
class FormPage:
    """A form as its page shows it; `facts` are the attributes that are only shown, by code."""

    form: FlaskForm
    cls: ClassDef
    plan: FormPlan
    problems: list[str]
    title: str
    facts: Mapping[str, Fact]
    view: ObjectView | None = None
    save: str = ""
