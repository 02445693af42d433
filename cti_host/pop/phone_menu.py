"""A ticket's phone menu: the same on the host's page about a ticket and on those of plugins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for

from cti_host.host import current_host
from cti_host.model import Caller, OutboundAction, Ticket
from cti_host.web.requests import allow_form_target


@dataclass(frozen=True)
class PhoneMenu:
    """What can be called from a ticket.

    `url` is the host's address that a click is sent to. `shortcuts` are the actions that the
    setting `shortcut_actions` names, in its order; `others` the rest, in the order of the plugins.
    """

    url: str
    shortcuts: Sequence[OutboundAction]
    others: Sequence[OutboundAction]


def phone_menu(ticket: Ticket, caller: Caller | None, *, query: str = "") -> PhoneMenu:
    """The phone menu of a ticket, for a page about it.

    The template draws it: `{% from "cti_host/phone_menu.html" import phone_menu_of %}`, then
    `{{ phone_menu_of(menu) }}`. The host takes the click: it reads the ticket again by the
    plugin's `read_ticket`, asks for the actions again, fires `call_placed`, and leads to the phone
    system.

    :param ticket: the ticket; its `source` must be set, as the host does: a plugin that makes the
        ticket for its own page names itself
    :param caller: the ticket's caller with all their attributes, likewise with a `source`
    :param query: the query of the call by which the host finds a ticket that can't be read
    :raises ValueError: the ticket has no `source`
    """
    if not ticket.source:
        raise ValueError("a ticket with a phone menu needs the name of its plugin as its source")
    host = current_host()
    actions = offered_actions(ticket, caller)
    for action in actions:
        # The click leads there, by way of this host.
        if action.url:
            allow_form_target(action.url)
    names = list(dict.fromkeys(host.settings.shortcut_actions))
    url = url_for(
        "cti_host.place_call", source=ticket.source, class_name=ticket.class_name, id_=ticket.id
    )
    return PhoneMenu(
        f"{url}?{query}" if query else url,
        [action for name in names for action in actions if action.name == name],
        [action for action in actions if action.name not in names],
    )


def offered_action(ticket: Ticket, caller: Caller | None, key: str) -> OutboundAction | None:
    """The action that was clicked, as its plugin offers it now; `None`: it is not offered.

    :param key: the action's key, as the browser sent it
    """
    actions = offered_actions(ticket, caller)
    return next((action for action in actions if action.key == key), None)


def offered_actions(ticket: Ticket, caller: Caller | None) -> list[OutboundAction]:
    """The entries of a ticket's phone menu, in the order of the plugins.

    Where a plugin places calls to a number by itself, the entries of other plugins that dial the
    same number do it that way, one for each phone to choose from; its own are left out, unless
    nobody else dials that number.
    """
    actions = current_host().hooks.outbound_actions(ticket, caller)
    posts: dict[str, list[OutboundAction]] = {}
    for action in actions:
        for key in _numbers(action) if action.post else ():
            posts.setdefault(key, []).append(action)
    if not posts:
        return actions
    taken: set[str] = set()
    offered = []
    for action in actions:
        ways = next((posts[key] for key in _numbers(action) if key in posts), [])
        if action.post or not ways:
            offered.append(action)
            continue
        for place, way in enumerate(ways):
            taken.add(way.key)
            name = f"{action.name}/{place}" if place else action.name
            offered.append(replace(action, name=name, url="", post=way.post, via=way.via))
    return [a for a in offered if not (a.key in taken and a.post)]


def _numbers(action: OutboundAction) -> Sequence[str]:
    """What an action dials: the keys of its number; of one that nobody can read, its text."""
    number = current_host().hooks.parse_number(action.number)
    return number.number_keys if number and number.number_keys else [action.number.strip()]
