"""Many objects are deleted at once, after a page that says what goes and what stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent, current_host
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.deleting.deletion_text import describe
from cti_tickets.pages.lists.reader import ListReader
from cti_tickets.pages.lists.selection import (
    MOST_SELECTED,
    back_to_list,
    refuse_selection,
    selected,
)
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_DELETE
from cti_tickets.store.deletion import (
    DeletionPlan,
    DeletionRefused,
    PlanChanged,
    delete,
    plan_deletion,
)
from cti_tickets.store.listing.conditions import among


class BulkDeletePage:
    """The view for deleting many objects of a class."""

    def __init__(self, lists: ListReader) -> None:
        self._records, self._lists = lists.records, lists

    def view(self, class_name: str) -> ResponseReturnValue:
        """Ask, and say what goes along; then delete them all."""
        cls = self._lists.class_of(class_name)
        current_access().require(BULK_DELETE, cls.name)
        if request.method != "POST":
            return redirect(url_for("tickets.list", class_name=cls.name))
        ids = selected(self._lists, cls)
        if not ids or len(ids) > MOST_SELECTED:
            return refuse_selection(cls, len(ids))
        objects = self._by_class(cls, ids)
        for name in objects:
            current_access().require(BULK_DELETE, name)
        if request.form.get("step") != "delete":
            return self._ask(cls, objects, plan_deletion(objects))
        agreed = request.form.get("agreed", "-") or "-"
        try:
            plan = delete(objects, author=current_agent(), agreed=agreed)
        except (DeletionRefused, PlanChanged) as error:
            return self._ask(cls, objects, error.plan, problem=str(error)), 409
        count = sum(map(len, plan.deleted.values()))
        flash(_("Deleted: %(count)s.", count=count), "success")
        return redirect(back_to_list(cls), 303)

    def _by_class(self, cls: ClassDef, ids: Sequence[int]) -> dict[str, list[int]]:
        """The objects that are there and may be seen, by their own class."""
        database = current_host().database
        query = self._lists.query(cls, [among(database, "id", ids)], "id")
        objects: dict[str, list[int]] = {}
        for listed in query.page(len(ids)).objects:
            objects.setdefault(listed.class_name, []).append(listed.id)
        return objects

    def _ask(
        self,
        cls: ClassDef,
        objects: Mapping[str, Sequence[int]],
        plan: DeletionPlan,
        problem: str = "",
    ) -> str:
        ids = [id_ for some in objects.values() for id_ in some]
        return render_template(
            "tickets/delete.html",
            cls=cls,
            title=_("Delete %(count)s × %(cls)s", count=len(ids), cls=cls.label),
            ids=ids,
            told=describe(self._records, plan, objects),
            agreed=plan.fingerprint,
            problem=problem,
            next_url=back_to_list(cls),
            cancel=back_to_list(cls),
        )
