"""The list of a class, and the page with all lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent
from cti_tickets.facts import list_url
from cti_tickets.model.list_plan import PRIORITY, listed_attribute, sortable_of
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.deleting.bulk_delete import BulkDeletePage
from cti_tickets.pages.lists.bulk_modify import BulkModifyPage
from cti_tickets.pages.lists.narrowed import Narrowed
from cti_tickets.pages.lists.reader import ListReader
from cti_tickets.pages.lists.rows import FINALCLASS, Column, list_columns, list_rows
from cti_tickets.pages.lists.selection import MOST_SELECTED
from cti_tickets.pages.lists.streams import FORMATS, OF_COLUMNS, streamed
from cti_tickets.pages.views.asked import (
    COLUMNS,
    MOST_COLUMNS,
    SORT,
    VIEW,
    Asked,
    gone_text,
    read_asked,
)
from cti_tickets.pages.views.bar import (
    NO_VIEW,
    Tab,
    ViewBar,
    change_url,
    save_url,
    tabs_of,
    view_bar,
)
from cti_tickets.pages.views.chips import chips
from cti_tickets.pages.views.columns import column_choices
from cti_tickets.pages.views.view_pages import ViewPages
from cti_tickets.rights.access import Access, current_access
from cti_tickets.rights.profiles import BULK_DELETE, BULK_MODIFY, BULK_READ, CREATE
from cti_tickets.store.history import Way
from cti_tickets.store.listing.places import place_in, text_of
from cti_tickets.store.listing.query import ListQuery, Slice
from cti_tickets.store.listing.saved_views import View, views_of
from cti_tickets.store.listing.seen import note_seen

PAGE_SIZE = 50
LAST = "last"
_AT_ONCE = ("modify", "delete")
_EXPORT = "tickets.export"


@dataclass(frozen=True)
class Heading:
    """The heading of a column, and how the list is sorted by it.

    :param url: the list sorted by this column, "" if it can't be
    :param direction: "ascending" or "descending" if it is sorted by it now
    """

    column: Column
    url: str = ""
    direction: str = ""


class ListPages:
    """The views of lists, in the blueprint `tickets`; one for each application.

    :param lists: reads lists of this application's classes
    """

    def __init__(self, lists: ListReader) -> None:
        self._lists, self._schema = lists, lists.schema

    def add_to(self, pages: Blueprint) -> None:
        """Add the pages to the blueprint of objects."""
        pages.add_url_rule("/", "lists", self.lists)
        pages.add_url_rule("/<class_name>", "list", self.list_)
        pages.add_url_rule("/<class_name>/export", "export", self.export)
        ViewPages(self._lists).add_to(pages)
        modify, delete = BulkModifyPage(self._lists), BulkDeletePage(self._lists)
        post = ["GET", "POST"]
        pages.add_url_rule("/<class_name>/bulk-modify", "bulk_modify", modify.view, methods=post)
        pages.add_url_rule("/<class_name>/bulk-delete", "bulk_delete", delete.view, methods=post)

    def lists(self) -> ResponseReturnValue:
        """All classes whose objects may be listed."""
        access = current_access()
        classes = [cls for cls in self._schema if access.may(BULK_READ, cls.name)]
        if not classes:
            access.require(BULK_READ, "Ticket")
        saved: dict[str, list[View]] = {}
        for view in views_of(current_agent()):
            saved.setdefault(view.class_name, []).append(view)
        tabs = {c.name: tabs_of(self._schema, c, saved.get(c.name, []))[1:] for c in classes}
        return render_template("tickets/lists.html", classes=classes, tabs=tabs)

    def list_(self, class_name: str) -> ResponseReturnValue:
        """A page of the objects of a class, narrowed down and sorted as the address says.

        An address that says nothing leads to the view that the agent has chosen to begin with.
        """
        cls = self._lists.class_of(class_name)
        access = current_access()
        access.require(BULK_READ, cls.name)
        bar = view_bar(self._schema, cls, current_agent())
        first = None if request.args else bar.tab(bar.begins)
        if first is not None:
            return redirect(first.url)
        asked = read_asked(self._lists, cls, request.args)
        filters, sort = asked.filters, asked.sort
        query = self._lists.query(cls, filters.conditions, sort)
        page = self._page(cls, query, sort)
        note_seen(page.objects, Way.SEARCH)
        columns = list_columns(self._schema, cls, asked.columns)
        view = bar.tab(request.args.get(VIEW, ""))
        args = {**asked.args, **({VIEW: view.name} if view else {})}
        shown = render_template(
            "tickets/list.html",
            cls=cls,
            headings=self._headings(cls, columns, args, sort),
            rows=list_rows(self._lists.records, cls, columns, page.objects),
            filters=filters,
            sort=sort,
            sorts=self._sorts(cls),
            count=self._count(query, page),
            most=MOST_SELECTED,
            links=self._links(bar, args, page),
            bulk={name: list_url(cls, args, f"tickets.bulk_{name}") for name in _AT_ONCE},
            formats=_exports(cls, args, FORMATS),
            of_columns=_exports(cls, args, OF_COLUMNS),
            may=self._may(access, cls),
            kept=args,
            gone=gone_text(asked.gone),
            narrowed=Narrowed(cls, args),
            **self._views(bar, view, asked, args),
        )
        return shown, (400 if filters.problems else 200)

    def _views(
        self, bar: ViewBar, view: Tab | None, asked: Asked, args: Mapping[str, str]
    ) -> dict[str, Any]:
        """What the page shows of views, of active filters and of columns."""
        changed = view is not None and dict(view.arguments) != asked.args
        change = None
        if view and view.view and view.view.may_change:
            change = change_url(bar.cls, view.view, args)
        rest = {name: text for name, text in args.items() if name not in asked.filters.args}
        usual = {name: text for name, text in args.items() if name != COLUMNS}
        return {
            "bar": bar,
            "current": view.name if view else ("" if asked.args else NO_VIEW),
            "changed": changed,
            "change_view": change,
            "save_view": save_url(bar.cls, asked.args),
            "chips": chips(asked.filters, args, bar.to_list),
            "no_filter": bar.to_list({n: t for n, t in rest.items() if n != VIEW}),
            "choices": column_choices(self._schema, asked, args, bar.to_list),
            "choosing": "choosing" in request.args,
            "usual_columns": bar.to_list(usual),
            "most_columns": MOST_COLUMNS,
        }

    def export(self, class_name: str) -> ResponseReturnValue:
        """All objects of a list, as CSV or JSON: with all attributes, or with its columns."""
        cls = self._lists.class_of(class_name)
        current_access().require(BULK_READ, cls.name)
        name = request.args.get("format", "")
        if name not in (*FORMATS, *OF_COLUMNS):
            formats = ", ".join((*FORMATS, *OF_COLUMNS))
            abort(400, _("Choose a format: %(formats)s.", formats=formats))
        asked = read_asked(self._lists, cls, request.args)
        if asked.filters.problems:
            abort(400, " ".join(asked.filters.problems))
        query = self._lists.query(cls, asked.filters.conditions, asked.sort)
        columns = list_columns(self._schema, cls, asked.columns)
        headings = {column.code: column.label for column in columns}
        everything = not asked.filters.args
        return streamed(self._lists.records, cls, query, name, headings, everything=everything)

    def _page(self, cls: ClassDef, query: ListQuery, sort: str) -> Slice:
        before = request.args.get("before", "")
        if before == LAST:
            return query.last_page(PAGE_SIZE)
        attribute = listed_attribute(self._schema, cls, sort.removeprefix("-"))
        return query.page(
            PAGE_SIZE,
            after=place_in(request.args.get("after", ""), attribute, sort),
            before=place_in(before, attribute, sort),
        )

    def _count(self, query: ListQuery, page: Slice) -> int:
        if not page.more_before and not page.more_after:
            return len(page.objects)
        return query.count(MOST_SELECTED + 1)

    def _links(self, bar: ViewBar, args: Mapping[str, str], page: Slice) -> dict[str, str]:
        """The pages around this one."""
        links = {}

        def to(**place: str) -> str:
            return bar.to_list({**args, **place})

        if page.more_before:
            links["first"] = to()
            if page.objects:
                links["previous"] = to(before=text_of(page.objects[0].place))
        if page.more_after:
            if page.objects:
                links["next"] = to(after=text_of(page.objects[-1].place))
            links["last"] = to(before=LAST)
        return links

    def _headings(
        self, cls: ClassDef, columns: list[Column], args: Mapping[str, str], sort: str
    ) -> list[Heading]:
        sortable = sortable_of(self._schema, cls)
        headings = []
        for column in columns:
            if column.code not in sortable:
                headings.append(Heading(column))
                continue
            direction = ""
            if sort.removeprefix("-") == column.code:
                direction = "descending" if sort.startswith("-") else "ascending"
            to = f"-{column.code}" if direction == "ascending" else column.code
            url = list_url(cls, {**args, SORT: to})
            headings.append(Heading(column, url, direction))
        return headings

    def _sorts(self, cls: ClassDef) -> list[tuple[str, str]]:
        """What a list can be sorted by, with the words of the choice."""
        sorts = []
        columns = list_columns(self._schema, cls, sortable_of(self._schema, cls))
        for column in (c for c in columns if c.code != FINALCLASS):
            up = _("%(label)s, ascending", label=column.label)
            down = _("%(label)s, descending", label=column.label)
            if column.code == PRIORITY:
                # The highest priority has the lowest number.
                up = _("%(label)s, the most urgent first", label=column.label)
                down = _("%(label)s, the least urgent first", label=column.label)
            sorts += [(column.code, up), (f"-{column.code}", down)]
        if not sorts:
            sorts = [("id", _("oldest first")), ("-id", _("newest first"))]
        return sorts

    def _may(self, access: Access, cls: ClassDef) -> dict[str, bool]:
        actions = {"create": CREATE, "bulk_modify": BULK_MODIFY, "bulk_delete": BULK_DELETE}
        return {name: bool(access.may(action, cls.name)) for name, action in actions.items()}


def _exports(cls: ClassDef, args: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """The addresses of a list as a file, by the names of the formats."""
    return {name: list_url(cls, {**args, "format": name}, _EXPORT) for name in names}
