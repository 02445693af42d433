"""The addresses of a ticket on this host: its page in brief, and a click in its phone menu."""

from __future__ import annotations

import logging
from typing import NoReturn
from urllib.parse import urlsplit

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host.host import current_agent, current_host
from cti_host.isolation.trace import current_trace
from cti_host.model import Call, TicketDetails, TicketKey
from cti_host.pop.phone_menu import offered_action
from cti_host.pop.received import with_trusted_record
from cti_host.pop.search import UnknownChoice
from cti_host.pop.ticket_page import build_ticket_page, find_ticket
from cti_host.pop.url import BadCall, call_of
from cti_host.web.requests import safe_return_url

log = logging.getLogger("cti_host.ticket")


def ticket(source: str, class_name: str, id_: int) -> ResponseReturnValue:
    """A ticket in brief; one that has a page on this host is shown there."""
    opened_from = _opened_from()
    details = _find(TicketKey(source, class_name, id_), opened_from)
    own_page = safe_return_url(details.ticket.url, "")
    if own_page and urlsplit(own_page).path != request.path:
        return redirect(own_page)
    page = build_ticket_page(current_host(), details, opened_from)
    return render_template("cti_host/ticket.html", page=page)


def place_call(source: str, class_name: str, id_: int) -> ResponseReturnValue:
    """Place a call from a ticket: tell the plugins, then open the phone system, or dial.

    What the browser sends only names the ticket and the action; both are looked up again.
    """
    details = _find(TicketKey(source, class_name, id_), _opened_from())
    action = offered_action(details.ticket, details.caller, request.form.get("action", ""))
    if action is None:
        abort(404, _("This call can't be placed: the caller has no such number."))
    hooks, agent = current_host().hooks, current_agent()
    if not hooks.claim_call(details.ticket, action, agent):
        # Without JavaScript a double click sends the form twice.
        flash(_("This number was called a moment ago. Nothing was dialled again."), "warning")
        page = url_for("cti_host.ticket", source=source, class_name=class_name, id_=id_)
        query = request.query_string.decode()
        return redirect(f"{page}?{query}" if query else page, 303)
    for line in hooks.call_placed(details.ticket, details.caller, action, agent):
        flash(line, "warning")
    if action.post:
        return redirect(action.post, 307)  # as a form again, with its token
    return redirect(action.url, 303)


def _opened_from() -> Call | None:
    """The call that the address carries, if any."""
    try:
        call = call_of(request.query_string, current_host().settings, partial=True)
        return with_trusted_record(call)
    except BadCall:
        return None


def _find(key: TicketKey, opened_from: Call | None) -> TicketDetails:
    try:
        details = find_ticket(current_host(), key, opened_from)
    except UnknownChoice as unknown:
        abort(400, unknown.explanation)
    if details is None:
        _not_found(key, opened_from)
    return details


def _not_found(key: TicketKey, opened_from: Call | None) -> NoReturn:
    problems = current_trace().lines
    if problems:
        abort(503, problems[0])
    hooks = current_host().hooks
    lists_it = key.source in hooks.owners("ticket_lists")
    reads_it = key.source in hooks.owners("read_ticket")
    if opened_from is None and lists_it and not reads_it:
        log.warning("%s can't be found without a call: its plugin has no read_ticket", key)
        abort(404, _("This ticket can only be opened from a call: look the caller up first."))
    abort(404, _("There is no such ticket, or no longer."))
