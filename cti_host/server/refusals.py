"""Responses of the server itself, for requests that get no thread.

They are written here and not by Flask, which would need a thread; so they are short, and in both
languages at once.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from cti_host.server.protocol import Scope, Send

# Where a layer finds, in the scope, whom to tell the status of a request that is refused.
REFUSED = "cti_host.refused"
BUSY = (
    "The server has too much to do right now. Please try again in a moment.",
    "Le serveur est surchargé pour le moment. Veuillez réessayer dans un instant.",
)
TOO_MANY = (
    "As many pages as this server keeps open are open already. Please try again in a moment.",
    "Ce serveur tient déjà autant de pages ouvertes qu’il peut. Réessayez dans un instant.",
)
BROKEN = (
    "What came after the head of the request can't be read. Please send it again.",
    "La suite de l’en-tête de la requête est illisible. Veuillez la renvoyer.",
)
TOO_SLOW = (
    "The rest of the request did not arrive in time. Please send it again.",
    "La suite de la requête n’est pas arrivée à temps. Veuillez la renvoyer.",
)


async def refuse(
    scope: Scope,
    send: Send,
    status: HTTPStatus,
    texts: tuple[str, str],
    *headers: tuple[bytes, bytes],
) -> None:
    """Send a response that refuses a request.

    :param texts: why, in English and in French
    :param headers: further ones
    """
    counted = scope.get(REFUSED)
    if counted is not None:
        counted(status.value)
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept")
    if scope["path"].startswith("/api/"):
        kind = "application/problem+json"
        problem = {"type": "about:blank", "title": status.phrase, "status": status.value}
        body = json.dumps({**problem, "detail": texts[0]})
    elif b"text/html" not in accepted:  # a program, such as a phone system: few say what they read
        kind, body = "application/json", json.dumps({"error": texts[0]})
    else:
        kind, body = "text/plain; charset=utf-8", "\n".join(texts) + "\n"
    raw = body.encode()
    own = [
        (b"content-type", kind.encode()),
        (b"content-length", b"%d" % len(raw)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    start = {"type": "http.response.start", "status": status.value, "headers": [*own, *headers]}
    await send(start)
    await send({"type": "http.response.body", "body": raw})
