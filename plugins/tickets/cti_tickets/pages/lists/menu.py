"""The main lists in the menu, and a new ticket."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from cti_host import Agent, NavigationItem, address_of, kept_for_pages
from cti_tickets.rights.access import Access, access_of
from cti_tickets.rights.profiles import BULK_READ, CREATE


def main_items(agent: Agent) -> Sequence[NavigationItem]:
    """The menu entries of what everybody may see who has the profiles of an agent."""
    return kept_for_pages(("tickets.menu", agent.profiles), lambda: _items(access_of(agent)))


def _items(access: Access) -> Sequence[NavigationItem]:
    main = [
        ("Ticket", _("Tickets"), "card-list"),
        ("Person", _("Persons"), "people"),
        # Not "Calls": another plugin may have all of them, with tickets or without.
        ("PhoneCall", _("Ticket calls"), "telephone-forward"),
    ]
    items = [
        NavigationItem(label, address_of("tickets.list", class_name=name), icon)
        for name, label, icon in main
        if access.may(BULK_READ, name)
    ]
    if access.may(CREATE, "Ticket"):
        url = address_of("tickets.new", class_name="Ticket")
        items.append(NavigationItem(_("New ticket"), url, "plus-lg"))
    return tuple(items)
