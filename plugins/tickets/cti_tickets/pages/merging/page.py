"""Two objects become one: choose the other one, compare, do it; and undo it."""

from __future__ import annotations

from cti_oql.schema import Kind
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from cti_host import Localised, current_agent, masked_number, masks_numbers
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.pages.fields.made import form_field
from cti_tickets.pages.form_pages import FormPages
from cti_tickets.pages.forms import make_form
from cti_tickets.pages.merging.comparison import compare
from cti_tickets.pages.merging.section import candidate_links
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import DELETE, MODIFY
from cti_tickets.store import access_journal, objects
from cti_tickets.store.concurrency.versions import Outdated
from cti_tickets.store.merging.elsewhere import MovingFailed
from cti_tickets.store.merging.kept import survivor
from cti_tickets.store.merging.merge import Merged, NotMergeable, merge
from cti_tickets.store.merging.mergeable import is_mergeable
from cti_tickets.store.merging.plan import plan_merge
from cti_tickets.store.merging.undo import NotUndoable, Undone, undo_merge
from cti_tickets.store.values import BadValue, InvalidValues

OTHER, BOTH = "other", "both"
_PICK = "pick-"


class MergePages(FormPages):
    """The views of merging."""

    def add_to(self, pages: Blueprint) -> None:
        """Add the views."""
        at = "/<class_name>/<int:id_>"
        pages.add_url_rule(f"{at}/merge", "merge", self.merge, methods=["GET", "POST"])
        pages.add_url_rule(
            f"{at}/undo-merge/<int:merge>", "undo_merge", self.undo, methods=["POST"]
        )

    def merge(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Ask with what an object is to be merged; compare both; do it."""
        cls, kept = self._mergeable(class_name, id_)
        form, problem = self._choice(cls), ""
        other = request.values.get(OTHER, "")
        if request.method == "GET" and not other:
            return self._ask(cls, kept, form)
        try:
            other_id = int(form[OTHER].stored_value() if hasattr(form[OTHER], "stored_value")
                           else form[OTHER].data or 0)  # fmt: skip
        except (BadValue, ValueError) as error:
            problem = str(error) if isinstance(error, BadValue) else _("There is no such object.")
            return self._ask(cls, kept, form, problem), 400
        if not other_id:
            return self._ask(cls, kept, form, _("There is no such object.")), 400
        became = survivor(cls.name, other_id)
        if became == kept.id:
            # The button was pressed twice, or the page is an old one.
            flash(_("#%(id)s was merged into this one.", id=other_id), "info")
            return redirect(url_for("tickets.view", class_name=cls.name, id_=kept.id), 303)
        other_id = became or other_id
        if other_id == kept.id:
            return self._ask(cls, kept, form, _("These are one and the same already.")), 400
        _cls, merged = self._mergeable(cls.name, other_id)
        if merged.class_name != cls.name:
            return self._ask(cls, kept, form, _("Only objects of one class can be merged.")), 400
        if request.method == "GET":
            return self._compare(cls, kept, merged)
        return self._done(cls, kept, merged)

    def undo(self, class_name: str, id_: int, merge: int) -> ResponseReturnValue:
        """Undo a merge, and say what was left as it is."""
        cls, kept = self._mergeable(class_name, id_)
        back = url_for("tickets.view", class_name=cls.name, id_=kept.id)
        if not make_form(cls, [], self._records, {}).validate():
            flash(_("This page was open for too long. Please try again."), "danger")
            return redirect(back, 303)
        try:
            undone = undo_merge(cls.name, merge, author=current_agent())
        except (NotUndoable, MovingFailed) as error:
            nothing = _("Nothing was undone.")
            flash(f"{nothing} {error}", "danger")
        except objects.NotFound:
            abort(404, _("There is no such object, or no longer."))
        else:
            flash(_("The merge was undone."), "success")
            for sentence in _left(undone):
                flash(sentence, "warning")
        return redirect(back, 303)

    def _mergeable(self, class_name: str, id_: int) -> tuple[ClassDef, ObjectView]:
        view = self._view(class_name, id_, MODIFY)
        cls = self._schema[view.class_name]
        current_access().require(DELETE, cls.name)
        if not is_mergeable(cls):
            abort(404, _("Objects of this class can't be merged."))
        return cls, view

    def _choice(self, cls: ClassDef) -> FlaskForm:
        """The form with the field for the other object."""
        label = Localised.of(str(cls.label))
        field = Attribute(code=OTHER, kind=Kind.KEY, label=label, target=cls.name)
        form_class = type("MergeForm", (FlaskForm,), {OTHER: form_field(field, self._records)})
        return form_class(formdata=request.values, meta={"csrf": False})

    def _ask(self, cls: ClassDef, kept: ObjectView, form: FlaskForm, problem: str = "") -> str:
        return render_template(
            "tickets/merge_choose.html",
            cls=cls,
            view=kept,
            field=form[OTHER],
            problem=problem,
            candidates=candidate_links(self._records, cls, kept),
        )

    def _compare(
        self,
        cls: ClassDef,
        kept: ObjectView,
        merged: ObjectView,
        problem: str = "",
        errors: dict[str, str] | None = None,
    ) -> str:
        sent = request.method == "POST"
        chosen, joined = (_chosen(OTHER), _chosen(BOTH)) if sent else (None, None)
        numbers = not sent or request.form.get("numbers") == "1"
        access_journal.seen(cls.name, [merged.id])
        plan = plan_merge(cls, kept.id, merged.id)
        return render_template(
            "tickets/merge.html",
            cls=cls,
            comparison=compare(
                self._records, cls, kept, merged, plan, chosen, joined, numbers=numbers
            ),
            numbers=numbers,
            has_numbers=any(a.kind is Kind.PHONE for a in cls.attributes.values()),
            problem=problem,
            errors=errors or {},
        )

    def _done(self, cls: ClassDef, kept: ObjectView, merged: ObjectView) -> ResponseReturnValue:
        """Merge them, or show the page again with all that was chosen."""
        if not make_form(cls, [], self._records, {}).validate():
            problem = _("This page was open for too long. Please try again.")
            return self._compare(cls, kept, merged, problem), 400
        versions = (request.form.get("version", ""), request.form.get("other_version", ""))
        try:
            done = merge(
                cls.name,
                kept.id,
                merged.id,
                author=current_agent(),
                others=_chosen(OTHER),
                both=_chosen(BOTH),
                numbers=request.form.get("numbers") == "1",
                versions=versions,
            )
        except Outdated:
            problem = _("Somebody else changed one of them in the meantime: look, and merge again.")
            return self._compare(cls, kept, merged, problem), 409
        except objects.NotFound:
            abort(404, _("There is no such object, or no longer."))
        except InvalidValues as error:
            sentence = _("Please correct this:")
            return self._compare(cls, kept, merged, sentence, error.errors), 400
        except (NotMergeable, MovingFailed) as error:
            return self._compare(cls, kept, merged, str(error)), 409
        flash(_("%(name)s was merged into this one.", name=merged.title), "success")
        for sentence in _lost(done):
            flash(sentence, "warning")
        return redirect(url_for("tickets.view", class_name=cls.name, id_=kept.id), 303)


def _chosen(pick: str) -> set[str]:
    """The attributes of which the other object's value was chosen, or both."""
    return {
        name.removeprefix(_PICK)
        for name, value in request.form.items()
        if name.startswith(_PICK) and value == pick
    }


def _lost(done: Merged) -> list[str]:
    sentence = _("There is no room for one more number, so this is not kept:")
    return [
        f"{sentence} {attribute.label} {masked_number(text) if masks_numbers() else text}"
        for attribute, text in done.lost
    ]


def _left(undone: Undone) -> list[str]:
    """What was left as it is, in sentences."""
    sentences = []
    if undone.objects:
        told = ", ".join(f"{count} × {label}" for label, count in undone.objects.items())
        sentences.append(_("Changed since the merge, and left as it is: %(what)s", what=told))
    if undone.values:
        labels = ", ".join(str(attribute.label) for attribute in undone.values)
        sentences.append(
            _("Changed here since the merge, and left as it is: %(what)s", what=labels)
        )
    if undone.restored:
        labels = ", ".join(str(attribute.label) for attribute in undone.restored)
        sentences.append(
            _("Empty now, since it led to what is gone or is another one's: %(what)s", what=labels)
        )
    return sentences
