"""The head of the page of an object, as HTML: what it is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import current_app, url_for
from jinja2.filters import do_urlencode
from markupsafe import Markup

from cti_host import PhoneMenu, escaped, form_token, icon, kept_for_pages
from cti_host import translate as _
from cti_tickets.facts import page_of
from cti_tickets.pages.desk.assigning import Assignable
from cti_tickets.pages.lists.object_links import ObjectLinks
from cti_tickets.pages.merging.section import Merging
from cti_tickets.pages.object_hub import Hub
from cti_tickets.pages.object_page import ObjectView

# The names of tabs, in the address.
_CALLS, _HISTORY = "calls", "history"


class _Words(NamedTuple):
    """Texts and icons as they stand in a page."""

    caller: str
    take: str
    modify: str
    merge: str
    delete: str
    parts: str
    properties: str
    calls: str
    history: str


def _words() -> _Words:
    # A text inside an f-string is not found by whoever translates.
    take, modify, merge, delete = _("Take"), _("Modify"), _("Merge …"), _("Delete …")
    return _Words(
        caller=_("Caller:"),
        take=f"{icon('person-check')} {take}",
        modify=f"{icon('pencil')} {modify}",
        merge=f"{icon('union')} {merge}",
        delete=f"{icon('trash')} {delete}",
        parts=_("Parts of this object"),
        properties=_("Properties"),
        calls=_("Phone Calls"),
        history=_("History"),
    )


def _kept_words() -> _Words:
    return kept_for_pages("tickets.head", _words)


def own_page(view: ObjectView, endpoint: str, carried: Mapping[str, str], **more: str) -> str:
    """The address of a page about an object; the call goes along.

    :param carried: what says which call it is
    """
    if not carried and not more:
        return page_of(view.class_name, view.id, endpoint)
    values: dict[str, Any] = {"class_name": view.class_name, "id_": view.id, **more, **carried}
    return url_for(endpoint, **values)


def carry(version: str, carried: Mapping[str, str]) -> Markup:
    """What each form on the page of an object sends along: token, version, and the call."""
    more = "".join([_hidden(name, value) for name, value in carried.items()])
    return Markup(  # noqa: S704 -- every value is escaped
        f"{_hidden('csrf_token', form_token())}{_hidden('version', version)}{more}"
    )


def object_head(
    view: ObjectView,
    links: ObjectLinks,
    carried: Mapping[str, str],
    *,
    tab: str = "",
    shows_calls: bool = False,
    assignable: Assignable | None = None,
    hub: Hub | None = None,
    merging: Merging | None = None,
    form: str = "",
) -> Markup:
    """The head of the page of an object: its name, buttons, and tabs.

    :param tab: the one that is shown; "": the object itself
    :param form: the form of the page that buttons send; "": each has one of its own
    """
    ticket, status, ref = view.ticket, "", ""
    if ticket is not None:
        ref = f' · <span class="cti-ref">{escaped(ticket.ref)}</span>'
        caller = ""
        if view.caller is not None:
            caller = f" {_kept_words().caller} <strong>{escaped(view.caller.display)}</strong>"
        status = (
            f'<p class="mb-0"><span class="cti-status cti-status-{escaped(ticket.status)}">'
            f"{escaped(ticket.status_label)}</span>{caller}</p>"
        )
    buttons = _buttons(view, links, carried, assignable, hub, merging, form)
    return Markup(  # noqa: S704 -- every value is escaped
        '<div class="cti-object-head">\n  <div>\n'
        f'    <p class="cti-eyebrow">{escaped(view.class_label)}{ref}</p>\n'
        f"    <h1>{escaped(ticket.title if ticket else view.title)}</h1>\n    {status}\n  </div>\n"
        f'  <div class="cti-actions">\n{buttons}  </div>\n</div>\n'
        f"{_tabs(view, carried, tab, shows_calls)}"
    )


def _buttons(
    view: ObjectView,
    links: ObjectLinks,
    carried: Mapping[str, str],
    assignable: Assignable | None,
    hub: Hub | None,
    merging: Merging | None,
    form: str,
) -> str:
    words = _kept_words()
    sent = "" if form else carry(view.version, carried)

    def sending(url: str, look: str, text: str, more: str = "") -> str:
        """A button that sends to an address."""
        if form:
            return (
                f'<button class="btn {look}" type="submit" form="{form}" formaction="{url}"{more}>'
                f"{text}</button>"
            )
        return (
            f'<form method="post" action="{url}">{sent}'
            f'<button class="btn {look}" type="submit"{more}>{text}</button></form>'
        )

    new_tickets = _new_tickets(hub) if hub is not None and hub.new_tickets else ""
    made = [new_tickets, _phone_menu(view.menu) if view.menu is not None else ""]
    if assignable is not None and assignable.me:
        to = f' name="to" value="{escaped(assignable.me)}" aria-keyshortcuts="t"'
        made.append(sending(own_page(view, "tickets.assign", {}), "btn-primary", words.take, to))
    asked = f"?{escaped(do_urlencode(carried))}" if carried else ""
    for way in view.ways:
        url, label = escaped(way.url), escaped(way.label)
        made.append(
            f'<a class="btn btn-outline-primary" href="{url}{asked}">{label}</a>'
            if way.asks
            else sending(url, "btn-outline-primary", label)
        )
    if view.may_modify:
        kind = "btn-outline-secondary" if view.ticket is not None or new_tickets else "btn-primary"
        url = escaped(own_page(view, "tickets.modify", carried))
        made.append(f'<a class="btn {kind}" href="{url}" aria-keyshortcuts="m">{words.modify}</a>')
    if merging is not None and merging.url:
        made.append(
            f'<a class="btn btn-outline-secondary" href="{escaped(merging.url)}">{words.merge}</a>'
        )
    if links.delete_url:
        made.append(
            f'<a class="btn btn-outline-danger" href="{escaped(links.delete_url)}">'
            f"{words.delete}</a>"
        )
    return "".join([f"    {one}\n" for one in made if one])


def _new_tickets(hub: Hub) -> str:
    plus = icon("plus-lg")
    if len(hub.new_tickets) == 1:
        (only,) = hub.new_tickets
        text = _("New %(cls)s", cls=only.name)
        return f'<a class="btn btn-primary" href="{escaped(only.url)}">{plus} {text}</a>'
    choices = "".join(
        [
            f'<a class="btn btn-light text-start w-100" href="{escaped(one.url)}">'
            f"{escaped(one.name)}</a>"
            for one in hub.new_tickets
        ]
    )
    text = _("New ticket for …")
    return (
        f'<details class="cti-menu"><summary class="btn btn-primary">{plus}'
        f" {text} {icon('chevron-down')}</summary>\n"
        f'<div class="cti-menu-items">{choices}</div>\n</details>'
    )


def _phone_menu(menu: PhoneMenu) -> str:
    if not menu.shortcuts and not menu.others:
        return ""
    module: Any = current_app.jinja_env.get_template("cti_host/phone_menu.html").module
    return str(module.phone_menu_of(menu))


def _tabs(view: ObjectView, carried: Mapping[str, str], tab: str, shows_calls: bool) -> str:
    words, here = _kept_words(), escaped(own_page(view, "tickets.view", carried))
    joined = "&amp;" if carried else "?"

    def link(name: str, text: str) -> str:
        at = f"{here}{joined}tab={name}" if name else here
        shown = ' active" aria-current="page' if tab == name else ""
        return f'  <a class="nav-link{shown}" href="{at}">{text}</a>\n'

    calls = ""
    if shows_calls:
        count = len(view.calls or ())
        calls = link(
            _CALLS,
            f'{words.calls} <span class="badge text-bg-light"'
            f' id="calls-count" data-after-call>{count}</span>',
        )
    return (
        f'<nav class="nav nav-tabs cti-tabs" aria-label="{words.parts}">\n'
        f"{link('', words.properties)}{calls}"
        f"{link(_HISTORY, words.history)}</nav>\n"
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escaped(name)}" value="{escaped(value)}">'
