"""The pages on which an agent saves views of a list, changes them, and chooses the first one."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.lists.reader import ListReader
from cti_tickets.pages.views.asked import VIEW, Asked, gone_text, read_asked
from cti_tickets.pages.views.bar import change_url, view_bar
from cti_tickets.pages.views.chips import chips
from cti_tickets.pages.views.columns import column_labels
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ
from cti_tickets.store.listing.saved_views import (
    LONGEST_NAME,
    View,
    ViewRefused,
    delete_view,
    save_view,
    set_default,
    views_of,
)


@dataclass(frozen=True)
class _Typed:
    """What the form of a view holds."""

    name: str = ""
    shared: bool = False
    begins: bool = False
    takes_over: bool = False


class ViewPages:
    """The views of saved views, in the blueprint `tickets`; one for each application.

    :param lists: reads lists of this application's classes
    """

    def __init__(self, lists: ListReader) -> None:
        self._lists, self._schema = lists, lists.schema

    def add_to(self, pages: Blueprint) -> None:
        """Add the pages to the blueprint of objects."""
        at, post = "/<class_name>/views", ["GET", "POST"]
        pages.add_url_rule(at, "list_views", self.views, methods=post)
        pages.add_url_rule(f"{at}/new", "save_view", self.save, methods=post)
        pages.add_url_rule(f"{at}/<int:view_id>", "change_view", self.change, methods=post)

    def views(self, class_name: str) -> ResponseReturnValue:
        """All views of a class, and which one its list begins with."""
        cls, agent = self._class(class_name), current_agent()
        bar = view_bar(self._schema, cls, agent)
        if request.method == "POST":
            name = request.form.get(VIEW, "")
            tab = bar.tab(name)
            set_default(agent, cls.name, tab.name if tab else "")
            text = _("The list begins with “%(name)s” now.", name=tab.label) if tab else ""
            flash(text or _("The list begins with everything now."), "success")
            return redirect(url_for("tickets.list_views", class_name=cls.name), 303)
        changes = {
            t.name: change_url(cls, t.view) for t in bar.tabs if t.view and t.view.may_change
        }
        return render_template("tickets/views.html", cls=cls, bar=bar, changes=changes)

    def save(self, class_name: str) -> ResponseReturnValue:
        """Save what the address says of a list under a name."""
        cls, agent = self._class(class_name), current_agent()
        asked = read_asked(self._lists, cls, request.args)
        if request.method != "POST":
            return self._form(cls, asked, None, _Typed())
        typed = _typed()
        if asked.filters.problems:
            return self._form(cls, asked, None, typed, " ".join(asked.filters.problems)), 400
        try:
            id_ = save_view(agent, cls.name, typed.name, asked.args, shared=typed.shared)
        except ViewRefused as error:
            return self._form(cls, asked, None, typed, str(error)), 400
        if typed.begins:
            set_default(agent, cls.name, str(id_))
        flash(_("The view is saved."), "success")
        return self._to(cls, id_)

    def change(self, class_name: str, view_id: int) -> ResponseReturnValue:
        """Rename a view, share it, let it say what the list shows now, or delete it."""
        cls, agent = self._class(class_name), current_agent()
        view = self._view(cls, view_id)
        asked = read_asked(self._lists, cls, request.args)
        bar = view_bar(self._schema, cls, agent)
        begins = bar.begins == str(view.id)
        if request.method != "POST":
            takes_over = VIEW in request.args and asked.args != view.arguments
            return self._form(cls, asked, view, _Typed(view.name, view.shared, begins, takes_over))
        typed = _typed()
        if request.form.get("step") == "delete":
            delete_view(agent, cls.name, view.id)
            flash(_("The view “%(name)s” is deleted.", name=view.name), "success")
            return redirect(url_for("tickets.list_views", class_name=cls.name), 303)
        problems = asked.filters.problems if typed.takes_over else []
        if problems:
            return self._form(cls, asked, view, typed, " ".join(problems)), 400
        arguments = asked.args if typed.takes_over else view.arguments
        try:
            save_view(agent, cls.name, typed.name, arguments, shared=typed.shared, changes=view.id)
        except ViewRefused as error:
            return self._form(cls, asked, view, typed, str(error)), 400
        if typed.begins != begins:
            set_default(agent, cls.name, str(view.id) if typed.begins else "")
        flash(_("The view is saved."), "success")
        return self._to(cls, view.id)

    def _class(self, class_name: str) -> ClassDef:
        cls = self._lists.class_of(class_name)
        current_access().require(BULK_READ, cls.name)
        return cls

    def _view(self, cls: ClassDef, view_id: int) -> View:
        views = views_of(current_agent(), cls.name)
        view = next((v for v in views if v.id == view_id and v.may_change), None)
        if view is None:
            abort(404, _("There is no such view, or no longer."))
        return view

    def _to(self, cls: ClassDef, view_id: int) -> ResponseReturnValue:
        """To the list as a view has it."""
        tab = view_bar(self._schema, cls, current_agent()).tab(str(view_id))
        return redirect(tab.url if tab else url_for("tickets.list", class_name=cls.name), 303)

    def _form(
        self, cls: ClassDef, asked: Asked, view: View | None, typed: _Typed, problem: str = ""
    ) -> str:
        bar = view_bar(self._schema, cls, current_agent())
        tab = bar.tab(str(view.id)) if view else None
        return render_template(
            "tickets/view_form.html",
            cls=cls,
            view=view,
            typed=typed,
            problem=problem,
            gone=gone_text(asked.gone),
            chips=chips(asked.filters, asked.args, bar.to_list),
            columns=column_labels(self._schema, asked),
            can_take_over=view is not None and VIEW in request.args,
            may_share=current_agent().is_administrator,
            longest=LONGEST_NAME,
            cancel=tab.url if tab else bar.to_list(asked.args),
        )


def _typed() -> _Typed:
    form = request.form
    return _Typed(
        form.get("name", ""),
        form.get("shared") == "1",
        form.get("begins") == "1",
        form.get("takes_over") == "1",
    )
