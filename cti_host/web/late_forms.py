"""A form that comes when its session is over is kept, for whoever filled it in here."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host.host import Host
from cti_host.web import troubles
from cti_host.web.error_pages import error_page
from cti_host.web.sealing import address_as_sent

# A browser says so of each request, unless it is an old one, which says where it comes from.
_FROM_HERE = ("same-origin", "none")


def signed_out_page(host: Host, sign_in_url: str, action: str) -> ResponseReturnValue:
    """What is shown to whoever sends a form and isn't signed in any more.

    A redirect would lose what was typed, and so would the way back: pages are not kept.
    """
    fields = _kept(host)
    return render_template(
        "cti_host/signed_out.html",
        sign_in_url=sign_in_url,
        kept=fields is not None,
        typed=fields or [],
        brought_files=bool(fields) and troubles.brings_files(),
        action=action,
    ), HTTPStatus.UNAUTHORIZED


def outlived_page(host: Host) -> ResponseReturnValue | None:
    """What is shown for a form whose token is that of a session which is over.

    :return: `None`: it was not filled in here, or a page may not hold it
    """
    fields = _kept(host)
    if fields is None or request.files or "csrf_token" not in request.form:
        return None
    title, text = _("Nothing was changed yet"), _("This page was open for too long.")
    code = HTTPStatus.BAD_REQUEST
    return error_page(code, title, text, typed=fields, late=True, action=address_as_sent()), code


def _kept(host: Host) -> Sequence[tuple[str, str]] | None:
    """The fields of the form that was sent, to be sent once more; `None`: it can't be.

    A page of somebody else may send a form here without the agent's cookies, and must not have it
    come back as one that the agent has only to confirm.
    """
    if not _came_from_here():
        return None
    if request.endpoint in host.own_csrf_endpoints:
        return troubles.typed()
    return troubles.typed_where_it_may_be_kept()


def _came_from_here() -> bool:
    """Whether a page of this host sent the request, or a program, which no page uses."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _FROM_HERE
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
