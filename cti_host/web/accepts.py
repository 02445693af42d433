"""What a request says of who sent it: a browser, or a program."""

from __future__ import annotations

from functools import lru_cache

from flask import Response, jsonify, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

# Browsers and programs send few different lists of types.
_KEPT_TYPES = 256


def is_for_programs() -> bool:
    """Whether the address is one of those under /api/, whose errors are problems (RFC 9457)."""
    return request.path.startswith("/api/")


def wants_json() -> bool:
    """Whether the client asked for JSON rather than a page; under /api/ there is nothing else.

    Who asked for a stream of events can't read pages either.
    """
    if is_for_programs():
        return True
    return _prefers_json(request.headers.get("Accept", ""))


@lru_cache(_KEPT_TYPES)
def _prefers_json(accepted: str) -> bool:
    """What `wants_json` says of an `Accept` header; a page asks several times."""
    kinds = ["text/html", "application/json", "text/event-stream"]
    return parse_accept_header(accepted, MIMEAccept).best_match(kinds) in kinds[1:]


def has_bearer_token() -> bool:
    """Whether the request came with a token, so that no form needs a proof that it is meant.

    Another site can make a browser send its cookies, and a password that the browser keeps
    ("Basic"), but never a token.
    """
    sent = request.authorization
    return sent is not None and sent.type == "bearer"


def error_as_json(code: int, title: str, text: str) -> Response:
    """An error for a program.

    :param title: what the status means
    :param text: a sentence about this error; empty: the title says it all
    """
    if is_for_programs():
        response = jsonify(type="about:blank", title=title, status=code, detail=text or title)
        response.content_type = "application/problem+json"
    else:
        response = jsonify(error=text or title)
    response.status_code = code
    return response
