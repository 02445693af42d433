"""What a program may reach with a token: each page names its scope, and others are closed to it.

A credential's scopes are in `Agent.scopes`; somebody at a browser has `None` and is not limited
here. A page without a declaration is not reachable with a token at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host.model import SCOPES, Agent
from cti_host.web.accepts import error_as_json

_View = TypeVar("_View", bound=Callable[..., Any])
_ATTRIBUTE = "cti_token_scopes"
_ALL = "*"
_AS_GET = {"HEAD": "GET", "OPTIONS": "GET"}


def token_scope(scope: str = "", /, **by_method: str) -> Callable[[_View], _View]:
    """Open a page to programs whose token has a scope.

    A decorator for a view function or a method; it is written under `@blueprint.get(…)`:

        @token_scope("read")                     # whatever the HTTP method
        @token_scope(GET="read", POST="write")   # only with these methods

    The agent's own rights count as well: a scope only narrows them.

    :param scope: one of `SCOPES`
    :param by_method: the scope for each HTTP method
    :raises ValueError: an unknown scope, or none
    """
    scopes = {_ALL: scope, **by_method} if scope else dict(by_method)
    unknown = sorted({*scopes.values()} - {*SCOPES})
    if unknown or not scopes:
        raise ValueError(f"name one of the scopes {', '.join(SCOPES)}, not {unknown or 'none'}")

    def declare(view: _View) -> _View:
        setattr(view, _ATTRIBUTE, scopes)
        return view

    return declare


def scope_of(app: Flask, endpoint: str, method: str) -> str | None:
    """The scope that a token needs for a page; `None`: no token reaches it."""
    scopes: dict[str, str] = getattr(app.view_functions.get(endpoint), _ATTRIBUTE, {})
    return scopes.get(_AS_GET.get(method, method)) or scopes.get(_ALL)


def refuse_out_of_scope(app: Flask, agent: Agent) -> ResponseReturnValue | None:
    """The refusal of a request whose token lacks the scope of the page; `None`: go on."""
    if agent.scopes is None:
        return None
    needed = scope_of(app, request.endpoint or "", request.method)
    if needed in agent.scopes:
        return None
    if needed is None:
        message = _("This page can't be used with a token. Sign in with a browser.")
    else:
        message = _("The token lacks the scope “%(scope)s”.", scope=needed)
    response = error_as_json(403, _("This is not allowed"), message)
    challenge = 'Bearer error="insufficient_scope"'
    response.headers["WWW-Authenticate"] = f'{challenge}, scope="{needed}"' if needed else challenge
    return response


def keep_no_session() -> None:
    """A request with a token leaves no session behind, whatever its page did."""
    session.modified = False
