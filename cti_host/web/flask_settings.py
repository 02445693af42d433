"""How Flask is set up for this host: its requests, its sessions, its settings."""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.templating import Environment
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, SignatureExpired
from werkzeug.datastructures import Authorization
from werkzeug.utils import cached_property

from cti_host.isolation.ended import failing_only
from cti_host.settings.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from itsdangerous import URLSafeTimedSerializer

STATIC_FILES_SECONDS = 24 * 3600
_MEGABYTE = 1024 * 1024
# So many browsers are known by their cookies; who is behind one is asked anew each time.
_KEPT_COOKIES = 1024
# Pages, and what runs around them: an application has some hundreds of functions.
_KEPT_FUNCTIONS = 2048
_ASCII = "".join(map(chr, range(33, 127)))


class _Request(Request):
    """A request whose query and whose headers may hold any bytes."""

    def __init__(self, environ: WSGIEnvironment, *args: Any, **options: Any) -> None:
        # werkzeug reads bytes that are no UTF-8 only percent-encoded; else it fails.
        raw = environ.get("QUERY_STRING", "").encode("latin-1")
        environ["QUERY_STRING"] = quote_from_bytes(raw, safe=_ASCII)
        super().__init__(environ, *args, **options)

    @cached_property
    def authorization(self) -> Authorization | None:
        """See werkzeug, which fails where a name and password are not written in ASCII."""
        try:
            return super().authorization
        except ValueError:
            return None


class _Templates(Environment):
    """The environment of templates; what all of them know is put together once for each."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """See Jinja, which looks each of these up in two tables whenever a page is rendered."""
        return {**self.globals, **(d or {})}


class Application(Flask):
    """A Flask application in which whatever a page raises is a failure of that page alone.

    Flask lets pass what is meant to end a process: nothing would answer, and nothing count it.
    """

    jinja_environment = _Templates

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._synchronous = lru_cache(_KEPT_FUNCTIONS)(super().ensure_sync)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """See Flask, which finds out for each call whether a function is asynchronous."""
        return self._synchronous(func)

    def preprocess_request(self) -> ResponseReturnValue | None:
        """See Flask: what runs before a page."""
        with failing_only():
            return super().preprocess_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """See Flask: the page."""
        with failing_only():
            return super().dispatch_request()


class _Sessions(SecureCookieSessionInterface):
    """Sessions in signed cookies; what signs them is made once, not for each request."""

    def __init__(self) -> None:
        self._signing = lru_cache(super().get_signing_serializer)
        self._read = lru_cache(_KEPT_COOKIES)(_content)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """See the class above it; an application keeps its key for good."""
        return self._signing(app)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """See the class above it, which drops what was signed in the future.

        It may have been signed before the clock was set back, or by another host whose clock is a
        second ahead: whoever had just signed in would be signed out again.
        """
        serializer = self.get_signing_serializer(app)
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        if serializer is None or not cookie:
            return super().open_session(app, request)
        lasts = int(app.permanent_session_lifetime.total_seconds())
        try:
            known = self._read(serializer, cookie)
        except BadSignature:
            return self.session_class()
        since, content, is_flat = known
        if 0 <= int(time.time()) - since <= lasts:
            return self.session_class(content if is_flat else _copied(content))
        try:
            content = serializer.loads(cookie, max_age=lasts)
        except SignatureExpired as expired:
            signed = expired.date_signed
            if signed is None or signed.timestamp() <= time.time() or expired.payload is None:
                return self.session_class()
            content = serializer.load_payload(expired.payload)
        return self.session_class(content)


def _content(serializer: URLSafeTimedSerializer, cookie: str) -> tuple[float, dict[str, Any], bool]:
    """When a cookie was signed, and what it holds: the same each time that a browser sends it.

    :return: also whether it holds nothing but texts and numbers: nobody can change those in place
    :raises BadSignature: it is not signed by us; of those, none is kept
    """
    content, signed = serializer.loads(cookie, return_timestamp=True)
    is_flat = all(isinstance(value, str | int | float | None) for value in content.values())
    return signed.timestamp(), content, is_flat


def _copied(value: Any) -> Any:
    """What a cookie holds, for one request: what JSON makes that can be changed is made anew."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_copied(one) for one in value]
    if isinstance(value, tuple):
        return tuple(_copied(one) for one in value)
    return value


def configure(app: Flask, settings: Settings) -> None:
    """Settings of Flask and its extensions."""
    app.request_class = _Request
    app.session_interface = _Sessions()
    app.config.update(
        SESSION_COOKIE_NAME="cti_host",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https_only,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        TRUSTED_HOSTS=settings.server.trusted_hosts or None,
        MAX_CONTENT_LENGTH=settings.server.body_megabytes * _MEGABYTE,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_FILES_SECONDS,
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,  # an agent's page stays open all day; the session ends it
        WTF_CSRF_CHECK_DEFAULT=False,  # checked below, after the agent is known
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
