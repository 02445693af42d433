"""Calling a stored number that is not shown: the click comes here, and leads to the phone."""

from __future__ import annotations

from collections.abc import Callable

from cti_oql.schema import Kind, UnknownClass
from flask import abort, flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent, current_host
from cti_tickets.facts import dialled
from cti_tickets.pages.call_strip import page_url
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import READ
from cti_tickets.store.concurrency.clicks import claim_click
from cti_tickets.store.records import Records


def call_view(records: Records) -> Callable[[str, int, str], ResponseReturnValue]:
    """The view that opens the phone for a number of an object."""

    def call(class_name: str, id_: int, code: str) -> ResponseReturnValue:
        current_access().require(READ, class_name)
        try:
            attribute = records.schema[class_name].attributes.get(code)
        except UnknownClass:
            attribute = None
        if class_name in records.schema:
            current_access().require(READ, class_name)
        url = ""
        if attribute is not None and attribute.kind is Kind.PHONE:
            found = records.load(current_host().database, class_name, [id_], [code])
            url = dialled(found[0].text(code)) if found and found[0].text(code) else ""
        if not url:
            abort(404, _("This call can't be placed: the caller has no such number."))
        if not claim_click(current_agent().name, f"{class_name}:{id_}", code):
            flash(_("This number was called a moment ago. Nothing was dialled again."), "warning")
            return redirect(page_url(class_name, id_), 303)
        return redirect(url, 303)

    return call
