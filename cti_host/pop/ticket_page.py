"""The host's page about one ticket, in brief, and where a click in its phone menu leads.

Nothing is kept between requests. A ticket is read by its key; one that its plugin can't read is
looked for in the ticket lists of the call whose parameters the address carries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from cti_host.host import Host
from cti_host.model import Call, Caller, NavigationItem, PhoneCall, Ticket, TicketDetails, TicketKey
from cti_host.pop.addresses import call_query, panel_url
from cti_host.pop.phone_menu import PhoneMenu, phone_menu
from cti_host.pop.search import search

# How many pages of a list are looked through for a ticket that moved.
MOST_PAGES = 10


@dataclass(frozen=True)
class TicketPage:
    """Everything that the agent sees of a ticket; `calls` is `None` where nobody could say."""

    details: TicketDetails
    menu: PhoneMenu
    links: Sequence[NavigationItem]
    calls: Sequence[PhoneCall] | None
    back: str


def build_ticket_page(host: Host, details: TicketDetails, opened_from: Call | None) -> TicketPage:
    """The page of a ticket that was found."""
    ticket = details.ticket
    query = back = ""
    if opened_from is not None:
        query = call_query(opened_from, opened_from.wanted)
        back = panel_url(opened_from, opened_from.wanted)
    return TicketPage(
        details,
        phone_menu(ticket, details.caller, query=query),
        details.links or _links(ticket),
        host.hooks.phone_calls(ticket),
        back,
    )


def find_ticket(host: Host, key: TicketKey, opened_from: Call | None) -> TicketDetails | None:
    """The ticket with this key: read by its plugin, else found in the lists of the call.

    :raises UnknownChoice: the entry chosen is not one of the combo box
    """
    details = host.hooks.read_ticket(key)
    if details is not None or opened_from is None:
        return details
    found = search(host, opened_from)
    if found.missed:
        return None  # nobody else's tickets instead
    callers = found.callers(found.selected)
    for ticket in _listed(host, found.call, callers, key.source):
        if ticket.key == str(key):
            return TicketDetails(ticket, caller_of(ticket, callers))
    return None


def caller_of(ticket: Ticket, callers: Sequence[Caller]) -> Caller | None:
    """Whom a ticket in a list is for, of the callers whose tickets were asked for.

    The plugin says so by the key, or by the name. Where it says neither, it is the caller chosen;
    of several it could be anyone, and nobody is guessed.
    """
    if ticket.caller_key:
        named = [caller for caller in callers if caller.key == ticket.caller_key]
    elif ticket.caller:
        named = [c for c in callers if ticket.caller in (c.headline, c.display)]
    else:
        named = list(callers)
    return named[0] if len(named) == 1 else None


def _listed(host: Host, call: Call, callers: Sequence[Caller], source: str) -> Iterator[Ticket]:
    """The tickets in the lists of a plugin: on the pages shown, then on the first ones of each."""
    if not callers:
        return
    lists = host.hooks.ticket_lists(call, callers, only=source)
    yield from (ticket for one in lists for ticket in one.tickets)
    pages = max((one.page_count for one in lists), default=1)
    for page in range(1, min(pages, MOST_PAGES) + 1):
        elsewhere = {one.key: page for one in lists if page <= one.page_count and page != one.page}
        if elsewhere:
            again = host.hooks.ticket_lists(replace(call, pages=elsewhere), callers, only=source)
            yield from (ticket for one in again for ticket in one.tickets)


def _links(ticket: Ticket) -> list[NavigationItem]:
    """The pages that a ticket has elsewhere."""
    links = []
    if ticket.url:
        links.append(NavigationItem(_("Open the ticket"), ticket.url, "eye"))
    if ticket.modify_url:
        links.append(NavigationItem(_("Modify"), ticket.modify_url, "pencil"))
    return links
