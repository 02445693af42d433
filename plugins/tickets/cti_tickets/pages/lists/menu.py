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


def own_person_item() -> NavigationItem:
    """The entry for an agent who takes phone calls, and is no person in the data."""
    return NavigationItem(_("Who are you?"), address_of("tickets.own_person"), "person-exclamation")


def watching_items() -> tuple[NavigationItem, NavigationItem]:
    """The entries of those who watch over the data: the directory report, and the journal."""
    return (
        NavigationItem(_("Directory"), address_of("tickets.directory"), "journal-check"),
        NavigationItem(_("Journal"), address_of("tickets.access_journal"), "eye"),
    )


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
