"""The environment that WSGI (PEP 3333) hands to an application, from a request of ASGI."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from cti_host.server.bodies import BODY
from cti_host.server.protocol import Scope

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_BASE: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "CTI Host",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    # The body is here, whatever its headers say.
    "wsgi.input_terminated": True,
}
_NAMES = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
_MOST_NAMES, _LONGEST_NAME = 500, 50


def environ_of(scope: Scope) -> WSGIEnvironment:
    """The environment for a request, whose body was read before.

    Headers with an underscore in their name are dropped: WSGI could not tell `X_Forwarded_For`,
    which a client may have made up, from the `X-Forwarded-For` of a proxy.
    """
    server, port = scope.get("server") or ("", 0)
    client = scope.get("client")
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    path = unquote_to_bytes(raw_path) if b"%" in raw_path else raw_path
    environ: WSGIEnvironment = {
        **_BASE,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server,
        "SERVER_PORT": str(port or 0),
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": scope.get(BODY) or BytesIO(),
    }
    for raw, value in scope["headers"]:
        name = _NAMES.get(raw) or _name(raw)
        if not name:
            continue
        text = value.decode("latin-1")
        if name in environ:
            text = environ[name] + ("; " if name == "HTTP_COOKIE" else ",") + text
        environ[name] = text
    return environ


def _name(raw: bytes) -> str:
    """The name of a header in the environment; empty: it is not handed on."""
    if b"_" in raw:
        return ""
    name = "HTTP_" + raw.decode("latin-1").upper().replace("-", "_")
    # Clients send the same few again and again; those who make up others fill no memory.
    if len(_NAMES) < _MOST_NAMES and len(raw) <= _LONGEST_NAME:
        _NAMES[raw] = name
    return name
