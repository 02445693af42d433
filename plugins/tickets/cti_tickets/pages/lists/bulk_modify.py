"""Many objects are changed at once, after a page that says what would become of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cti_oql.schema import Kind
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields import SelectChoice

from cti_host import current_agent, current_host
from cti_tickets.model.form_plan import editable
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.pages.fields.made import NO_CHOICE
from cti_tickets.pages.forms import make_form, show_errors, stored_values
from cti_tickets.pages.lists.reader import ListReader
from cti_tickets.pages.lists.selection import (
    MOST_SELECTED,
    back_to_list,
    refuse_selection,
    selected,
)
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_MODIFY
from cti_tickets.store.listing.changes import Change, NotAll, change_all, fingerprint, preview
from cti_tickets.store.markup import readable
from cti_tickets.store.records import shown
from cti_tickets.store.values import BadValue, Raw

# So many objects are shown one by one; of the others it is told how many there are.
MOST_SHOWN = 200
CHANGE = "change"


@dataclass(frozen=True)
class ShownChange:
    """A line of the preview: an object, and each attribute before and after, or what is wrong."""

    name: str
    url: str
    values: Sequence[tuple[str, str, str]]
    errors: Sequence[str]


class BulkModifyPage:
    """The view for changing many objects of a class."""

    def __init__(self, lists: ListReader) -> None:
        self._records, self._lists = lists.records, lists

    def view(self, class_name: str) -> ResponseReturnValue:
        """Ask what shall change; show what would become of each object; change them all."""
        cls = self._lists.class_of(class_name)
        current_access().require(BULK_MODIFY, cls.name)
        if request.method != "POST":
            return redirect(url_for("tickets.list", class_name=cls.name))
        codes = _changeable(cls)
        form = make_form(cls, codes, self._records, dict.fromkeys(codes, ""), checks=False)
        for code in codes:
            _let_it_be_empty(form[code])
        ids = selected(self._lists, cls)
        step = request.form.get("step", "")
        if not ids or len(ids) > MOST_SELECTED:
            return refuse_selection(cls, len(ids))
        if not form.validate():
            problem = _("This page was open for too long. Please try again.")
            return self._ask(cls, form, codes, ids, [problem] if step else []), 400
        if not step:
            return self._ask(cls, form, codes, ids, [])
        return self._answer(cls, form, codes, ids, step)

    def _answer(
        self, cls: ClassDef, form: FlaskForm, codes: list[str], ids: list[int], step: str
    ) -> ResponseReturnValue:
        """What becomes of what was typed."""
        ticked = {*request.form.getlist(CHANGE), *(code for code in codes if form[code].data)}
        chosen = [code for code in codes if code in ticked]
        if step == "back" or not chosen:
            problems = [] if step == "back" else [_("Choose what shall change.")]
            return self._ask(cls, form, codes, ids, problems), (400 if problems else 200)
        values = stored_values(form, cls, chosen)
        unread = {code: str(value) for code, value in values.items() if isinstance(value, BadValue)}
        if unread:
            show_errors(form, unread)
            return self._ask(cls, form, codes, ids, []), 400
        author = current_agent()
        if step == "store":
            try:
                agreed = request.form.get("agreed", "-") or "-"
                changes = change_all(cls, ids, values, author=author, agreed=agreed)
            except NotAll as error:
                changed = not any(change.errors for change in error.changes)
                return self._show(cls, form, chosen, values, error.changes, changed=changed), 409
            flash(_("Changed: %(count)s.", count=_count_changed(changes)), "success")
            return redirect(back_to_list(cls), 303)
        return self._show(cls, form, chosen, values, preview(cls, ids, values, author=author))

    def _ask(
        self,
        cls: ClassDef,
        form: FlaskForm,
        codes: list[str],
        ids: list[int],
        problems: list[str],
    ) -> str:
        main = [c for c in codes if not cls.form or c in (*cls.form, "team_id", "agent_id")]
        ticked = {*request.form.getlist(CHANGE)}
        return render_template(
            "tickets/bulk_modify.html",
            cls=cls,
            form=form,
            main=main,
            more=[code for code in codes if code not in main],
            ids=ids,
            ticked=ticked,
            problems=problems,
            attributes=cls.attributes,
            next_url=back_to_list(cls),
            failed=bool(problems) or any(form[code].errors for code in codes),
        )

    def _show(
        self,
        cls: ClassDef,
        form: FlaskForm,
        chosen: list[str],
        values: Mapping[str, Raw],
        changes: Sequence[Change],
        *,
        changed: bool = False,
    ) -> str:
        failing = [change for change in changes if change.errors]
        changing = [change for change in changes if change.after and not change.errors]
        first = (failing or changing)[:MOST_SHOWN]
        return render_template(
            "tickets/bulk_preview.html",
            cls=cls,
            form=form,
            chosen=chosen,
            lines=self._lines(cls, first),
            rest=len(failing or changing) - len(first),
            failing=len(failing),
            changing=len(changing),
            same=len(changes) - len(failing) - len(changing),
            ids=[change.id for change in changes],
            agreed=fingerprint(changes),
            changed=changed,
            next_url=back_to_list(cls),
        )

    def _lines(self, cls: ClassDef, changes: Sequence[Change]) -> list[ShownChange]:
        names = self._records.names(current_host().database, cls.name, [c.id for c in changes])
        behind = self._names_behind(changes)
        lines = []
        for change in changes:
            own = self._records.schema[change.class_name]
            values = [
                (
                    str(own.attributes[code].label),
                    _text(own.attributes[code], change.before.get(code), behind),
                    _text(own.attributes[code], value, behind),
                )
                for code, value in change.after.items()
            ]
            errors = [
                f"{own.attributes[code].label}: {text}" if code in own.attributes else text
                for code, text in change.errors.items()
            ]
            name = names.get(change.id, "").strip() or str(own.label)
            url = url_for("tickets.view", class_name=change.class_name, id_=change.id)
            lines.append(ShownChange(f"{name} #{change.id}", url, values, errors))
        return lines

    def _names_behind(self, changes: Sequence[Change]) -> dict[tuple[str, int], str]:
        """The names of the objects that keys lead to, before and after."""
        ids: dict[str, set[int]] = {}
        for change in changes:
            own = self._records.schema[change.class_name]
            for values in (change.before, change.after):
                for code, value in values.items():
                    attribute = own.attributes[code]
                    if attribute.kind is Kind.KEY and value:
                        ids.setdefault(attribute.target, set()).add(int(value))
        return {
            (target, id_): name
            for target, some in ids.items()
            for id_, name in self._records.names(
                current_host().database, target, sorted(some)
            ).items()
        }


def _changeable(cls: ClassDef) -> list[str]:
    """The attributes that may be changed in some state at least, those of the form first."""
    life = cls.lifecycle
    states = [*life.states] if life else [""]
    leading = [code for code in ("team_id", "agent_id", *cls.form) if code in cls.attributes]
    return [
        code
        for code in dict.fromkeys([*leading, *cls.attributes])
        if any(editable(cls, state, code) for state in states)
    ]


def _let_it_be_empty(field: Any) -> None:
    """Let a list of choices begin with none: what isn't chosen doesn't change."""
    if isinstance(field, SelectField) and "" not in {c.value for c in field.choices}:
        field.choices = [SelectChoice("", NO_CHOICE), *field.choices]
    if isinstance(field, SelectField) and request.form.get(field.name) is None:
        field.data = ""


def _count_changed(changes: Sequence[Change]) -> int:
    return sum(1 for change in changes if change.after)


def _text(attribute: Attribute, value: Any, names: Mapping[tuple[str, int], str]) -> str:
    if attribute.kind is Kind.KEY:
        return f"{names.get((attribute.target, int(value)), '')} #{value}" if value else ""
    text = shown(attribute, value)
    return readable(text) if attribute.kind is Kind.HTML else text
