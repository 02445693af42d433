"""What the pages of objects have in common: who is let in, what a form shows and says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cti_oql.schema import UnknownClass
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from cti_host import safe_return_url
from cti_tickets.facts import Fact
from cti_tickets.model.form_plan import FormPlan
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.call_strip import call_address, call_strip, page_url
from cti_tickets.pages.field_texts import html_fields
from cti_tickets.pages.fields.html import FormFields
from cti_tickets.pages.forms import (
    as_shown,
    changed_codes,
    make_form,
    show_errors,
    stored_now,
    unread_phones,
)
from cti_tickets.pages.history.conflicts import Conflict, settle
from cti_tickets.pages.lists.reader import ListReader
from cti_tickets.pages.new_targets import NewTarget
from cti_tickets.pages.object_page import ObjectView, view_object
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import READ
from cti_tickets.store import access_journal, objects
from cti_tickets.store.concurrency.creation_keys import new_key
from cti_tickets.store.fitting import keys_of_rules
from cti_tickets.store.merging.kept import survivor
from cti_tickets.store.records import Records
from cti_tickets.store.values import Raw

# The field of the form of a new object that makes it one of its own: sent twice, it makes one.
CREATION_KEY = "creation_key"
_TICKET = "Ticket"


@dataclass
class FormPage:
    """A form as its page shows it; `facts` are the attributes that are only shown, by code.

    `key` is the one-time key of the form of a new object, `conflict` what its agent has missed,
    `new_targets` what may be created on the way, by the code of the key that leads to it.
    """

    form: FlaskForm
    cls: ClassDef
    plan: FormPlan
    problems: list[str]
    title: str
    facts: Mapping[str, Fact]
    view: ObjectView | None = None
    save: str = ""
    key: str = ""
    conflict: Conflict | None = None
    new_targets: Mapping[str, NewTarget] = field(default_factory=dict)


class FormPages:
    """What views of objects need.

    :param records: reads objects of this application's schema
    :param caller_class: the class of persons who call, from `caller_information`
    """

    def __init__(self, records: Records, caller_class: str) -> None:
        self._records, self._schema = records, records.schema
        self._caller_class = caller_class
        self._lists = ListReader(records)

    def _class(self, class_name: str) -> ClassDef:
        try:
            return self._schema[class_name]
        except UnknownClass:
            abort(404, _("There is no class “%(cls)s”.", cls=class_name))

    def _view(
        self, class_name: str, id_: int, action: str = READ, *, told: bool = True
    ) -> ObjectView:
        """An object, for somebody who may do this with it; only to see it, with all there is.

        :param told: whether what it has is told attribute by attribute
        """
        self._class(class_name)
        access, brief = current_access(), action != READ
        # Before it is known whether there is such an object: that is not for everybody to know.
        access.require(READ, class_name)
        access.require(action, class_name)
        view = view_object(
            self._records, class_name, id_, self._caller_class, brief=brief, told=told
        )
        if view is None:
            self._lead_on(class_name, id_)
            abort(404, _("There is no such object, or no longer."))
        access.require(action, view.class_name)
        if request.method == "GET":
            access_journal.seen(view.class_name, [id_])
        return view

    def _ticket(self, class_name: str, id_: int, action: str = READ) -> ObjectView:
        """A ticket, as `_view` gives it; of other objects nobody has files, replies or calls.

        Their ids are those of tickets, too.
        """
        view = self._view(class_name, id_, action)
        if not self._schema.is_a(view.class_name, _TICKET):
            abort(404, _("There is no such object, or no longer."))
        return view

    def _lead_on(self, class_name: str, id_: int) -> None:
        """Lead an old link to the object that the one of the link was merged into."""
        became = survivor(class_name, id_) if request.method == "GET" else None
        if became is None:
            return
        try:
            name = objects.class_of(class_name, became)
        except objects.NotFound:
            return
        arguments = {**(request.view_args or {}), "class_name": name, "id_": became}
        query = request.query_string.decode()
        url = url_for(request.endpoint or "tickets.view", **arguments)
        flash(_("#%(id)s was merged into this one.", id=id_), "info")
        abort(redirect(f"{url}?{query}" if query else url))

    def _submitted(
        self, form: FlaskForm, problems: list[str], view: ObjectView | None = None
    ) -> bool:
        """Whether what was sent may be stored; why not is added to the problems."""
        if not form.validate():
            if "csrf_token" in form.errors:
                problems.append(_("This page was open for too long. Please save again."))
            return False
        if view is None:
            return has_creation_key(problems)
        if request.form.get("version"):
            return True
        problems.append(_("This form doesn't say what it was made of. Please compare, and save."))
        cls = self._schema[view.class_name]
        codes = [code for code in cls.attributes if code in form]
        show_errors(form, stored_now(form, cls, changed_codes(form, codes)))
        return False

    def _saved(self, cls: ClassDef, id_: int, values: Mapping[str, Raw]) -> ResponseReturnValue:
        flash(_("Saved."), "success")
        warn_of_unread_phones(cls, values)
        return redirect(safe_return_url(request.form.get("next"), page_url(cls.name, id_)), 303)

    def _not_possible(self, cls: ClassDef, view: ObjectView) -> ResponseReturnValue:
        """Somebody else was quicker, or the address is an old one."""
        sentence = _("That is not possible in the present state.")
        if request.method == "POST" and request.form.get("version"):
            # What was typed for the transition can still be copied.
            form = make_form(cls, [], self._records, view.values)
            conflict = settle(self._records, cls, view, request.form["version"], form, [])
            if conflict.lost:
                title = _("Modify %(name)s", name=view.title)
                page = FormPage(
                    form, cls, FormPlan(()), [sentence], title, {}, view, conflict=conflict
                )
                return self._show_form(page)
        flash(sentence, "warning")
        return redirect(page_url(cls.name, view.id), 303)

    def _show_form(self, shown: FormPage) -> ResponseReturnValue:
        plan, view, shown.form = shown.plan, shown.view, as_shown(shown.form)
        failed = bool(shown.problems) or any(shown.form[code].errors for code in plan.asked)
        failed = failed or shown.conflict is not None
        typed = {code: shown.form[code].data for code in plan.asked}
        fields = FormFields(
            shown.form,
            shown.cls,
            plan,
            shown.facts,
            unread=unread_phones(shown.cls, typed),
            html=html_fields(shown.form, shown.cls, plan.asked),
            first="" if failed else _first_empty(plan, typed),
            new_targets=shown.new_targets,
        )
        page = render_template(
            "tickets/form.html",
            form=shown.form,
            fields=fields,
            cls=shown.cls,
            title=shown.title,
            save=shown.save or _("Save"),
            plan=plan,
            attributes=shown.cls.attributes,
            problems=shown.problems,
            failed=failed,
            follows=keys_of_rules(shown.cls),
            version=view.version if view else "",
            creation_key=shown.key,
            conflict=shown.conflict,
            cancel=self._cancel_url(view),
            next_url=safe_return_url(request.values.get("next"), ""),
            strip=call_strip(self._records, *(() if view else ("next",))),
            carried=call_address(),
        )
        return page, (409 if shown.conflict else 400 if failed else 200)

    def _cancel_url(self, view: ObjectView | None) -> str:
        if view is not None:
            return page_url(view.class_name, view.id)
        return safe_return_url(request.values.get("next"), url_for("cti_host.home"))


def _first_empty(plan: FormPlan, typed: Mapping[str, object]) -> str:
    """The field to begin with: the first one that has to be filled in and is empty."""
    return next((code for code in plan.asked if code in plan.required and not typed[code]), "")


def creation_key() -> str:
    """The one-time key of a form of a new object: the one that was sent, or a fresh one."""
    return request.form.get(CREATION_KEY, "").strip() or new_key()


def has_creation_key(problems: list[str]) -> bool:
    """Whether the form of a new object came with its one-time key; if not, the problems say so."""
    if request.form.get(CREATION_KEY, "").strip():
        return True
    problems.append(
        _("This form came without its one-time key, so nothing was created. Please save again.")
    )
    return False


def warn_of_unread_phones(cls: ClassDef, values: Mapping[str, Raw]) -> None:
    """Say of what was stored that calls may not find it: gently, it may be meant so."""
    for code, text in unread_phones(cls, values).items():
        sentence = _(
            "%(label)s: “%(text)s” can't be read as a phone number. It was kept as typed; "
            "calls may not find it.",
            label=cls.attributes[code].label,
            text=text,
        )
        flash(sentence, "warning")
