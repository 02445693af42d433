"""The views of a list, as they stand above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask_babel import gettext as _

from cti_host import Agent, address_of
from cti_tickets.facts import list_url
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.pages.views.asked import VIEW
from cti_tickets.store.listing.ready_made import ready_made
from cti_tickets.store.listing.saved_views import View, default_of, views_of

# The list as it is without any view.
NO_VIEW = "0"


@dataclass(frozen=True)
class Tab:
    """A view of a list.

    :param name: what an address calls it
    :param view: what is stored of it; `None` of one that is ready-made
    """

    name: str
    label: str
    url: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    view: View | None = None


@dataclass(frozen=True)
class ViewBar:
    """The views of a list.

    :param tabs: the whole list first, then what is ready-made, then what is saved
    :param begins: the name of the view that the list begins with; "" without one
    """

    cls: ClassDef
    tabs: list[Tab]
    begins: str

    def tab(self, name: str) -> Tab | None:
        """A view of that name."""
        return next((tab for tab in self.tabs[1:] if tab.name == name), None)

    def to_list(self, args: Mapping[str, str]) -> str:
        """The address of the list with some arguments: without any, not that of a view."""
        return list_url(self.cls, args if args or not self.begins else {VIEW: NO_VIEW})


def view_bar(schema: Schema, cls: ClassDef, agent: Agent) -> ViewBar:
    """The views of a class's list that an agent sees."""
    tabs = tabs_of(schema, cls, views_of(agent, cls.name))
    begins = default_of(agent, cls.name)
    known = begins if any(tab.name == begins for tab in tabs[1:]) else ""
    bar = ViewBar(cls, tabs, known)
    whole = Tab(NO_VIEW, _("All"), bar.to_list({}))
    return ViewBar(cls, [whole, *tabs[1:]], known)


def tabs_of(schema: Schema, cls: ClassDef, views: Iterable[View]) -> list[Tab]:
    """The whole list, the ready-made views of a class, and some saved ones."""
    tabs = [Tab(NO_VIEW, _("All"), list_url(cls, {VIEW: NO_VIEW}))]
    for made in ready_made(schema, cls):
        url = list_url(cls, {**made.arguments, VIEW: made.name})
        tabs.append(Tab(made.name, made.label, url, made.arguments))
    for view in views:
        name = str(view.id)
        url = list_url(cls, {**view.arguments, VIEW: name})
        tabs.append(Tab(name, view.name, url, view.arguments, view))
    return tabs


def save_url(cls: ClassDef, args: Mapping[str, str]) -> str:
    """The page that saves a list under a name."""
    return list_url(cls, args, "tickets.save_view")


def change_url(cls: ClassDef, view: View, args: Mapping[str, str] | None = None) -> str:
    """The page that changes a view.

    :param args: what the list says now, to be taken over
    """
    path = address_of("tickets.change_view", class_name=cls.name, view_id=view.id)
    return f"{path}?{urlencode(args)}" if args else path
