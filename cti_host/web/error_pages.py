"""The page of an error."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from flask import Response, render_template
from flask_babel import gettext as _

from cti_host.logs.request_ids import current_request_id

log = logging.getLogger("cti_host.web")


def error_page(code: int, title: str, text: str, **more: Any) -> str | Response:
    """The page of an error, with the id of its request.

    Where the page can't be made, it is a plain text: what makes a page fail may make this one fail
    as well, and nobody could tell anybody what has happened.

    :param text: a sentence about this error; empty: the title says it all
    :param more: what else the template shows
    """
    id_ = current_request_id()
    # A text may tell it in a sentence of its own.
    shown = "" if id_ in text else id_
    try:
        return render_template(
            "cti_host/error.html", title=title, text=text, code=code, request_id=shown, **more
        )
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("the page of error %s failed: %s at\n%s", id_, type(error).__name__, where)
    reference = _("Reference of this request: %(reference)s", reference=shown) if shown else ""
    lines = [line for line in (f"{title}.", text, reference) if line]
    return Response("\n".join([*lines, ""]), mimetype="text/plain")
