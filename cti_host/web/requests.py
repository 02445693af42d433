"""What holds for every page: an agent, a CSRF token, safe headers, and errors for people."""

from __future__ import annotations

import logging
import secrets
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_from_bytes, urlencode, urlsplit

import peewee
from flask import Flask, Request, Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from cti_host.host import Host
from cti_host.isolation.trace import current_trace
from cti_host.localised import current_language
from cti_host.model import Agent, NavigationItem
from cti_host.settings.settings import Settings
from cti_host.web.i18n import LANGUAGES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = logging.getLogger("cti_host.web")

STATIC_FILES_SECONDS = 24 * 3600
MAX_BODY_BYTES = 2 * 1024 * 1024
_ASCII = "".join(map(chr, range(33, 127)))


class _Request(Request):
    """A request whose query may hold any bytes: what is no ASCII becomes percent-encoded.

    werkzeug reads bytes that are no UTF-8 only in that form; else it fails.
    """

    def __init__(self, environ: WSGIEnvironment, *args: Any, **options: Any) -> None:
        raw = environ.get("QUERY_STRING", "").encode("latin-1")
        environ["QUERY_STRING"] = quote_from_bytes(raw, safe=_ASCII)
        super().__init__(environ, *args, **options)


def configure(app: Flask, settings: Settings) -> None:
    """Settings of Flask and its extensions."""
    app.request_class = _Request
    app.config.update(
        SESSION_COOKIE_NAME="cti_host",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https_only,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_FILES_SECONDS,
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,  # an agent's page stays open all day; the session ends it
        WTF_CSRF_CHECK_DEFAULT=False,  # checked below, after the agent is known
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it


def init_app(app: Flask, host: Host, csrf: CSRFProtect) -> None:
    """Register what runs around every request."""

    @app.before_request
    def require_agent() -> ResponseReturnValue | None:
        if request.endpoint is None or request.endpoint in host.public_endpoints:
            return None
        g.cti_agent = host.hooks.identify_agent(request)
        return None if g.cti_agent else _sign_in(host)

    @app.before_request
    def require_csrf_token() -> None:
        if request.endpoint is None:  # there is no such page, nothing will be done
            return
        if has_bearer_token() or request.endpoint in host.own_csrf_endpoints:
            return
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            csrf.protect()

    @app.after_request
    def set_headers(response: Response) -> Response:
        actions = " ".join(["'self'", *g.get("cti_form_targets", ())])
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
            f"frame-ancestors 'self'; form-action {actions}",
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if request.endpoint not in ("static", "bootstrap.static"):
            response.headers.setdefault("Cache-Control", "no-store")
            timing = current_trace().server_timing()
            if timing:
                response.headers["Server-Timing"] = timing
        return response

    @app.teardown_request
    def close_database(_error: BaseException | None) -> None:
        if not host.database.is_closed():
            host.database.close()

    @app.context_processor
    def for_templates() -> dict[str, Any]:
        return {
            "agent": g.get("cti_agent"),
            "here": here() if request.method == "GET" else _sent_from(),
            "language": current_language(),
            "languages": LANGUAGES,
            "navigation": lambda: _navigation(host),
            "problem_lines": lambda: current_trace().lines,
            "lookup_parameter": next(iter(host.settings.url_parameters)),
        }

    app.register_error_handler(HTTPException, _show_error)
    app.register_error_handler(peewee.OperationalError, _database_failed)
    app.register_error_handler(Exception, _show_failure)


def wants_json() -> bool:
    """Whether the client asked for JSON rather than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def has_bearer_token() -> bool:
    """Whether the request came with a token, so that no form needs a proof that it is meant.

    Another site can make a browser send its cookies, and a password that the browser keeps
    ("Basic"), but never a token.
    """
    return request.authorization is not None and request.authorization.type == "bearer"


def here() -> str:
    """The path of this request with the query as it came, to come back to it.

    What a phone system sent must survive the detour: a plus stays a plus, and bytes that are no
    text stay those bytes.
    """
    query = request.query_string.decode("ascii")
    return f"{quote(request.path)}?{query}" if query else quote(request.path)


def _sent_from() -> str:
    """Where the page of a form that was sent is, with the place that it leads back to."""
    try:
        back = request.form.get("next", "")
    except HTTPException:  # too large: this is the page that says so
        back = ""
    return f"{quote(request.path)}?{urlencode({'next': back})}" if back else quote(request.path)


def allow_form_target(url: str) -> None:
    """Let a form of this page lead to another site (the phone system's)."""
    parts = urlsplit(url)
    source = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    g.setdefault("cti_form_targets", {})[source] = True  # each once, in order


def safe_return_url(url: str | None, fallback: str) -> str:
    """A path on this host to go back to; anything else becomes the fallback."""
    if not url or not url.startswith("/") or url.startswith(("//", "/\\")):
        return fallback
    if any(ord(character) < 32 for character in url):
        return fallback
    return url


def _navigation(host: Host) -> list[NavigationItem]:
    agent: Agent | None = g.get("cti_agent")
    if agent is None:
        return []
    items = host.hooks.navigation(agent)
    if agent.is_administrator:
        items.append(NavigationItem(_("Plugins"), url_for("cti_host_health.plugins"), "activity"))
    return items


def _sign_in(host: Host) -> ResponseReturnValue:
    """Where somebody who isn't known gets to: the sign-in page, or 401 for a program."""
    problems = current_trace().lines
    if request.authorization or wants_json():
        message = problems[0] if problems else _("No agent is signed in, or the token is wrong.")
        response = jsonify(error=message)
        response.status_code = 503 if problems else 401
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    if problems:
        raise ServiceUnavailable(problems[0])
    url = host.hooks.sign_in_url(here() if request.method in ("GET", "HEAD") else "/")
    if url is None:
        raise ServiceUnavailable(
            _("No plugin signs agents in. An administrator enables one: plugins = [“accounts”, …].")
        )
    if request.method in ("GET", "HEAD"):
        return redirect(url)
    # A redirect would lose what was typed, and so would the way back: pages are not kept. Only a
    # form that gives back what was typed when its token is too old may be sent again from here.
    typed = _typed() if request.endpoint in host.own_csrf_endpoints else []
    return render_template("cti_host/signed_out.html", sign_in_url=url, typed=typed), 401


def _typed() -> list[tuple[str, str]]:
    """The fields of the form that was sent, without its token."""
    try:
        return [(k, v) for k, v in request.form.items(multi=True) if k != "csrf_token"]
    except HTTPException:  # too large
        return []


def _show_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:  # an abort() that brought its own answer, or a redirect
        return error.get_response()
    code = error.code or 500
    if code < 400:
        return error
    titles = {
        400: _("This request can't be understood"),
        403: _("This is not allowed"),
        404: _("There is no such page"),
        405: _("This is not allowed"),
        413: _("This is too large"),
        500: _("Something went wrong"),
        503: _("This is not available right now"),
    }
    title = titles.get(code, error.name)
    own_text = error.description != type(error).description
    text = (error.description if own_text else "") or ""
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    if wants_json():
        return jsonify(error=text or title), code, headers
    page = render_template("cti_host/error.html", title=title, text=text, code=code)
    return page, code, headers


def _database_failed(error: peewee.OperationalError) -> ResponseReturnValue:
    log.error("database: %s", error)
    return _show_error(
        ServiceUnavailable(
            _("The database is not available right now. Nothing was changed; please try again.")
        )
    )


def _show_failure(error: Exception) -> ResponseReturnValue:
    """An unexpected error: a reference for the agent, and for the log where it happened.

    What the exception says may hold a caller's number or what somebody typed: only at debug level.
    """
    reference = secrets.token_hex(4)
    where = "".join(traceback.format_tb(error.__traceback__))
    kind = type(error).__name__
    log.error("error %s on %s: %s at\n%s", reference, request.endpoint, kind, where)
    log.debug("error %s", reference, exc_info=error)
    return _show_error(
        InternalServerError(
            _("Please tell your administrator the reference %(reference)s.", reference=reference)
        )
    )
