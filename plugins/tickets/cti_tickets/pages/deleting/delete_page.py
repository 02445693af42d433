"""One object is deleted, after a page that says what goes and what stays."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent, current_host, safe_return_url
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.deleting.deletion_text import describe
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import DELETE
from cti_tickets.store import objects
from cti_tickets.store.deletion import (
    DeletionPlan,
    DeletionRefused,
    PlanChanged,
    delete,
    plan_deletion,
)
from cti_tickets.store.records import Records


class DeletePage:
    """The view for deleting an object; GET asks, POST does it."""

    def __init__(self, records: Records) -> None:
        self._records, self._schema = records, records.schema

    def view(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Ask, and say what goes along; then delete it."""
        if class_name not in self._schema:
            abort(404, _("There is no class “%(cls)s”.", cls=class_name))
        # Before it is said whether the object is there.
        current_access().require(DELETE, class_name)
        try:
            cls = objects.definition_of(objects.load(class_name, id_))
        except objects.NotFound:
            abort(404, _("There is no such object, or no longer."))
        current_access().require(DELETE, cls.name)
        if request.method != "POST":
            return self._ask(cls, id_, plan_deletion({cls.name: [id_]}))
        agreed = request.form.get("agreed", "-") or "-"
        try:
            delete({cls.name: [id_]}, author=current_agent(), agreed=agreed)
        except (DeletionRefused, PlanChanged) as error:
            return self._ask(cls, id_, error.plan, problem=str(error)), 409
        flash(_("%(cls)s deleted.", cls=cls.label), "success")
        back = url_for("tickets.list", class_name=cls.name)
        return redirect(safe_return_url(request.form.get("next"), back), 303)

    def _ask(self, cls: ClassDef, id_: int, plan: DeletionPlan, problem: str = "") -> str:
        names = self._records.names(current_host().database, cls.name, [id_])
        name = names.get(id_, "").strip() or f"{cls.label} {id_}"
        return render_template(
            "tickets/delete.html",
            cls=cls,
            title=_("Delete %(name)s", name=name),
            ids=[],
            told=describe(self._records, plan, {cls.name: [id_]}),
            agreed=plan.fingerprint,
            problem=problem,
            next_url=safe_return_url(request.values.get("next"), ""),
            cancel=url_for("tickets.view", class_name=cls.name, id_=id_),
        )
