"""What a page says when the database can't do what it was asked for; what was typed is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

import peewee
from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from playhouse.pool import MaxConnectionsExceeded
from werkzeug.exceptions import HTTPException

from cti_host.context_values import context_values
from cti_host.database_troubles import DRIVER_ERRORS, RETRY_SECONDS, logged, trouble_of, words_of
from cti_host.host import current_host
from cti_host.web.accepts import error_as_json, wants_json
from cti_host.web.error_pages import error_page
from cti_host.web.large_forms import FORM_WITH_FILES, large_form
from cti_host.web.sealing import address_as_sent

log = logging.getLogger("cti_host.web")

# Fields that no page gives back.
_SECRET = ("password", "secret")
_READING = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask, show_failure: Callable[[Exception], ResponseReturnValue]) -> None:
    """Register what answers for errors of the database.

    :param show_failure: answers for an error that says nothing of the database itself
    """

    def show(error: Exception) -> ResponseReturnValue:
        trouble = trouble_of(error)
        if trouble is None:
            return show_failure(error)
        words = words_of(trouble)
        log.error("database: %s", logged(error, words))
        parts = [_(words.agent)]
        if request.method not in _READING:
            parts.insert(0, _("Nothing was saved."))
        title, code = _("This is not available right now"), HTTPStatus.SERVICE_UNAVAILABLE
        headers = {"Retry-After": str(RETRY_SECONDS)} if words.passes else {}
        if wants_json():
            return error_as_json(code, title, " ".join(parts)), code, headers
        text, again = " ".join(parts), _may_send_again()
        page = error_page(code.value, title, text, typed=again, action=address_as_sent())
        return page, code, headers

    of_peewee = (peewee.DatabaseError, peewee.InterfaceError, MaxConnectionsExceeded)
    for kind in (*of_peewee, *DRIVER_ERRORS):
        app.register_error_handler(kind, show)


def typed() -> list[tuple[str, str]]:
    """The fields of the form that was sent, without its token; of one that is too large, too."""
    large_form()
    try:
        return [(k, v) for k, v in request.form.items(multi=True) if k != "csrf_token"]
    except HTTPException:  # too many fields
        return []


def brings_files() -> bool:
    """Whether files were sent with the form; no browser lets a page send them once more."""
    if large_form() is not None:
        return request.mimetype == FORM_WITH_FILES
    return any(one.filename for one in request.files.values())


def typed_where_it_may_be_kept() -> list[tuple[str, str]] | None:
    """What was typed, if the form is whole without its files; `None`: no page may hold it.

    The pages of plugins that sign agents in ask for passwords and codes.
    """
    if large_form() is not None or request.files:
        return None
    if request.blueprint in current_host().hooks.owners("identify_agent"):
        return None
    fields = typed()
    secret = any(word in name.lower() for name, _value in fields for word in _SECRET)
    return None if secret else fields


def _may_send_again() -> list[tuple[str, str]]:
    if request.method in _READING or context_values().get("cti_agent") is None:
        return []
    return typed_where_it_may_be_kept() or []
