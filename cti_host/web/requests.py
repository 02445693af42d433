"""What holds for every page: an agent, a CSRF token, safe headers, and errors for people."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, Request, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import (
    BadHost,
    BadRequest,
    Forbidden,
    HTTPException,
    InternalServerError,
    SecurityError,
    ServiceUnavailable,
)

from cti_host.context_values import context_values
from cti_host.host import Host, current_host
from cti_host.isolation.ended import Ended
from cti_host.isolation.trace import current_trace
from cti_host.languages.known import LANGUAGES
from cti_host.localised import current_language
from cti_host.logs.request_ids import current_request_id
from cti_host.model import Agent, NavigationItem
from cti_host.web import sealing, troubles
from cti_host.web.accepts import error_as_json, has_bearer_token, wants_json
from cti_host.web.error_pages import error_page
from cti_host.web.late_forms import outlived_page, signed_out_page
from cti_host.web.links import admit
from cti_host.web.masked_pages import mask_response
from cti_host.web.scopes import keep_no_session, refuse_out_of_scope
from cti_host.web.theme import current_theme

log = logging.getLogger("cti_host.web")


def init_app(app: Flask, host: Host, csrf: CSRFProtect) -> None:
    """Register what runs around every request."""

    @app.before_request
    def refuse_host() -> ResponseReturnValue | None:
        # Without a name of this host no page has an address, not even one that says what is wrong.
        if not isinstance(request.routing_exception, BadHost | SecurityError):
            return None
        g.cti_agent = None
        text = _("This is not a name that this host is reached by.")
        if wants_json():
            return error_as_json(400, BadRequest().name, text), 400
        return Response(f"{text}\n", 400, mimetype="text/plain")

    @app.before_request
    def require_agent() -> ResponseReturnValue | None:
        values = context_values()
        values["cti_agent"] = None
        endpoint = request.endpoint
        if endpoint is None or endpoint in host.public_endpoints:
            return None
        agent = values["cti_agent"] = host.hooks.identify_agent(request)
        if agent is None:
            return _sign_in(host)
        out_of_scope = refuse_out_of_scope(app, agent)
        if out_of_scope is not None:
            return out_of_scope
        let_in = values["cti_let_in"] = host.hooks.agent_may(agent, "open")
        # Their password, and the way out, are there for everybody who is signed in.
        if not let_in and request.blueprint not in host.hooks.owners("identify_agent"):
            _refuse(agent)
        sealing.unseal()
        return None

    @app.before_request
    def require_csrf_token() -> ResponseReturnValue | None:
        # Where there is no such page, nothing will be done.
        if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint is None:
            return None
        if not (has_bearer_token() or request.endpoint in host.own_csrf_endpoints):
            check = host.right_checks.get(request.endpoint)
            # Of pages for everybody nobody is asked whether they may.
            if check is not None and g.cti_agent is not None:
                check(**(request.view_args or {}))
            try:
                csrf.protect()
            except CSRFError:
                page = None if wants_json() else outlived_page(host)
                if page is None:
                    raise
                return page
        return None

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
        if has_bearer_token():
            keep_no_session()
        if request.endpoint not in ("static", "bootstrap.static"):
            response.headers.setdefault("Cache-Control", "no-store")
            timing = current_trace().server_timing()
            if timing:
                response.headers["Server-Timing"] = timing
            return mask_response(response, sealing.sealed_address)
        return response

    @app.teardown_request
    def close_database(_error: BaseException | None) -> None:
        if not host.database.is_closed():
            host.database.close()

    @app.context_processor
    def for_templates() -> dict[str, Any]:
        values = context_values()
        return {
            "agent": values.get("cti_agent"),
            "let_in": values.get("cti_let_in", False),
            "here": here() if request.method == "GET" else _sent_from(),
            "language": current_language(),
            "languages": LANGUAGES,
            "current_theme": current_theme,
            "navigation": lambda: _navigation(host),
            "sign_in_links": host.hooks.sign_in_links,
            "page_scripts": host.page_scripts if values.get("cti_let_in") else (),
            "problem_lines": lambda: current_trace().lines,
            "search_sources": lambda: host.hooks.owners("search"),
        }

    app.register_error_handler(HTTPException, _show_error)
    troubles.init_app(app, _show_failure)
    app.register_error_handler(Exception, _show_failure)


def peer_address(of: Request) -> str:
    """The address of whoever opened the connection to this host.

    Behind proxies this is the nearest proxy. `remote_addr` may be what `X-Forwarded-For` says.

    :param of: the request
    """
    before = of.environ.get("werkzeug.proxy_fix.orig", {})
    return str(before.get("REMOTE_ADDR") or of.environ.get("REMOTE_ADDR") or "")


def here() -> str:
    """The path of this request with the query as it came, to come back to it.

    What a phone system sent must survive the detour: a plus stays a plus, and bytes that are no
    text stay those bytes.
    """
    return sealing.address_as_sent()


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
    if not parts.scheme and not parts.netloc:
        return  # a page of this host, where every form may lead
    source = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    g.setdefault("cti_form_targets", {})[source] = True  # each once, in order


def safe_return_url(url: str | None, fallback: str) -> str:
    """A path on this host to go back to; anything else becomes the fallback."""
    if not url or not url.startswith("/") or url.startswith(("//", "/\\")):
        return fallback
    if any(ord(character) < 32 for character in url):
        return fallback
    return url


def menu(agent: Agent, entries: Sequence[NavigationItem]) -> list[NavigationItem]:
    """The menu of an agent.

    :param entries: those of the plugins
    """
    if not agent.is_administrator:
        return [*entries]
    health = NavigationItem(_("Plugins"), url_for("cti_host_health.plugins"), "activity")
    return [*entries, health]


def _navigation(host: Host) -> list[NavigationItem]:
    agent: Agent | None = g.get("cti_agent")
    return menu(agent, host.hooks.navigation(agent)) if agent else []


def _sign_in(host: Host) -> ResponseReturnValue:
    """Where somebody who isn't known gets to: the sign-in page, or 401 for a program."""
    problems = current_trace().lines
    if request.authorization or wants_json():
        message = problems[0] if problems else _("No agent is signed in, or the token is wrong.")
        code = 503 if problems else 401
        response = error_as_json(code, HTTPStatus(code).phrase, message)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    if problems:
        raise ServiceUnavailable(problems[0])
    url = host.hooks.sign_in_url(_back_here() if request.method in ("GET", "HEAD") else "/")
    if url is None:
        raise ServiceUnavailable(
            _("No plugin signs agents in. An administrator enables one: plugins = [“accounts”, …].")
        )
    if request.method in ("GET", "HEAD"):
        return redirect(url)
    return signed_out_page(host, url, here())


def _refuse(agent: Agent) -> NoReturn:
    """Tell somebody who is signed in that this host is not for them."""
    problems = current_trace().lines
    if problems:
        raise ServiceUnavailable(problems[0])
    if not agent.profiles:
        raise Forbidden(
            _(
                "You are signed in as %(agent)s, but have no profile that lets you in. "
                "Please ask your administrator.",
                agent=agent,
            )
        )
    raise Forbidden(
        _(
            "You are signed in as %(agent)s, but none of your profiles lets you in: "
            "%(profiles)s. Please ask your administrator.",
            agent=agent,
            profiles=", ".join(sorted(agent.profiles)),
        )
    )


def _back_here() -> str:
    """Where to come back to after the sign-in; a signed link is checked, and used up, before."""
    if request.endpoint == "cti_host.pop":
        admit()
    return sealing.sealed_before_sign_in() or here()


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
        return error_as_json(code, title, text), code, headers
    if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and not text:
        text = _too_large()
    return error_page(code, title, text), code, headers


def _too_large() -> str:
    """What to do about a form that has more than a request may have."""
    text: str = _(
        "A form may have %(count)s MB, with its files. Nothing was saved: go back, and choose "
        "smaller files, or send a shorter text.",
        count=current_host().settings.server.body_megabytes,
    )
    return text


def _show_failure(error: BaseException) -> ResponseReturnValue:
    """An unexpected error: a reference for the agent, and for the log where it happened.

    What the exception says may hold a caller's number or what somebody typed: only at debug level.
    """
    if isinstance(error, Ended):
        return _show_failure(error.error)
    reference = current_request_id()
    where = "".join(traceback.format_tb(error.__traceback__))
    kind = type(error).__name__
    log.error("error %s on %s: %s at\n%s", reference, request.endpoint, kind, where)
    log.debug("error %s", reference, exc_info=error)
    return _show_error(
        InternalServerError(
            _("Please tell your administrator the reference %(reference)s.", reference=reference)
        )
    )
