"""An id for each request: in its response, on the page of an error, and in each line of the log."""

from __future__ import annotations

import os
import re

from flask import g, has_request_context

HEADER = "X-Request-ID"
# Long enough to be unique, and never digits alone: nobody's number passes for one.
_WELL_FORMED = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9._-]{16,128}", re.ASCII)
# Letters alone: the log would take many digits for somebody's number.
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_KEY = "cti_request_id"


def begin_request(received: str | None) -> str:
    """Give the current request its id.

    :param received: what a trusted proxy calls it; anything else than an id is not taken
    :return: the id
    """
    well_formed = received is not None and _WELL_FORMED.fullmatch(received)
    id_ = received if received and well_formed else os.urandom(8).hex().translate(_LETTERS)
    setattr(g, _KEY, id_)
    return id_


def current_request_id() -> str:
    """The id of the current request; empty: there is none."""
    return str(g.get(_KEY, "")) if has_request_context() else ""
