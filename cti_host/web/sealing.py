"""Addresses without numbers: what a page's links say of a call is sealed, and read again here.

A sealed query is encrypted with the key of the sessions, so any host of a site reads it, nothing
is kept, and a browser's history, the referrer and a proxy's log show no number. It opens for the
agent whom it was made for, for as long as a session lasts; one that was made before sign-in opens
for whoever signs in, and of a signed link for as long as the link is good.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import cast
from urllib.parse import quote, urlencode

from cryptography.fernet import Fernet, InvalidToken
from flask import abort, current_app, g, has_request_context, request
from flask_babel import gettext as _

from cti_host.context_values import context_values
from cti_host.host import current_host
from cti_host.model import Agent
from cti_host.settings.settings import SEALED
from cti_host.web.accepts import wants_json
from cti_host.web.masked_pages import masks_numbers

_SEALER = "cti_host_sealer"
_FROM_SEAL = "cti_from_seal"
_TURNED_ON = "cti_seals"
_EXPIRES = "cti_seals_until"
_SECONDS = 12 * 3600


def seals_addresses() -> bool:
    """Whether the addresses of this page hide what they say of a call.

    They do by a setting, for agents who see no numbers, and where the page itself was opened by
    such an address or by a signed link.
    """
    if not has_request_context():
        return False
    values = context_values()
    known: bool | None = values.get(_TURNED_ON)
    if known is None:  # asked for each link of a panel
        known = current_host().settings.privacy.hide_parameters or masks_numbers()
        if values.get("cti_agent") is not None:
            values[_TURNED_ON] = known
    return known


def turn_on(expires: int | None = None) -> None:
    """Seal the addresses of this page.

    :param expires: until when those that are made before sign-in are good, in seconds since 1970
    """
    setattr(g, _TURNED_ON, True)
    if expires is not None:
        setattr(g, _EXPIRES, expires)


def was_sealed() -> bool:
    """Whether this page was opened by a sealed address."""
    return g.get(_FROM_SEAL) is not None


def sealed_fields(parameters: dict[str, str], *, always: bool = False) -> dict[str, str]:
    """Parameters of a call as an address of this page carries them: sealed, if that is wanted.

    :param always: whether they are sealed on any page, so that the address needs no other proof
    :return: the parameters themselves, or one that holds all of them
    """
    if not parameters or not (always or seals_addresses()):
        return parameters
    query = urlencode(parameters)
    kept: dict[str, str] = g.setdefault("cti_sealed", {})
    if query not in kept:  # a panel's many links say the same
        kept[query] = _seal(query)
    return {SEALED: kept[query]}


def sealed_address(url: str) -> str:
    """An address of this host with its query sealed, if addresses of this page are."""
    path, mark, query = url.partition("?")
    if not query or not path.startswith("/") or not seals_addresses():
        return url
    return f"{path}{mark}{SEALED}={_seal(query, path)}"


def unseal() -> None:
    """Read the sealed part of this request's query, once it is known who asks.

    Whatever reads the request's parameters later sees them as if they had come openly.
    """
    query = request.query_string.decode("ascii")
    opened = opened_query(query)
    if opened == query:
        return
    setattr(g, _FROM_SEAL, query)
    turn_on()
    replace_query(opened)


def opened_query(query: str) -> str:
    """The query of an address of this host with its sealed part opened, for the agent who asks."""
    if SEALED not in query:
        return query
    parts = query.split("&")
    tokens = [one for one in parts if one.startswith(f"{SEALED}=")]
    opened = [_open(one.removeprefix(f"{SEALED}=")) for one in tokens]
    others = [one for one in parts if one not in tokens]
    return "&".join([*opened, *others])


def replace_query(query: str) -> None:
    """Go on as if this request had come with another query."""
    request.query_string = query.encode("ascii")
    for cached in ("args", "values", "full_path", "url"):
        request.__dict__.pop(cached, None)


def tidied_address() -> str | None:
    """Where to send a browser, so that its address shows no number; `None`: it may stay."""
    if was_sealed() or request.method != "GET" or wants_json() or not seals_addresses():
        return None
    query = request.query_string.decode("ascii")
    return sealed_address(f"{quote(request.path)}?{query}") if query else None


def sealed_before_sign_in() -> str | None:
    """The address of this request for after the sign-in, sealed; `None`: it may be as it is.

    Whether the agent sees numbers isn't known yet, so it is if some don't.
    """
    privacy = current_host().settings.privacy
    if g.get(_TURNED_ON) or privacy.hide_parameters or privacy.mask_on_screen:
        turn_on()
        return tidied_address()
    return None


def query_as_sent() -> str:
    """The query of this request as the browser has it: to come back here."""
    return cast(str, g.get(_FROM_SEAL) or request.query_string.decode("ascii"))


def address_as_sent() -> str:
    """The path of this request with the query as the browser has it."""
    query = query_as_sent()
    return f"{quote(request.path)}?{query}" if query else quote(request.path)


def _seal(query: str, path: str = "") -> str:
    agent: Agent | None = g.get("cti_agent")
    # Made before sign-in it opens for anybody, so only where it was made: it must not admit what
    # anybody typed to a page that wants a signature, nor for longer than the address it is of.
    owner = quote(agent.name, safe="") if agent else f"{path} {g.get(_EXPIRES, '')}"
    return _sealer().encrypt(f"{owner}\n{query}".encode()).decode("ascii")


def _open(token: str) -> str:
    agent: Agent | None = g.get("cti_agent")
    try:
        text = _sealer().decrypt(token.replace("%3D", "="), ttl=_SECONDS).decode()
    except (InvalidToken, UnicodeError, ValueError):
        abort(400, _("This address is too old or not whole. Please look the caller up again."))
    owner, _newline, query = text.partition("\n")
    # No name begins with a slash once it is quoted, and no path has a space.
    place, _space, expires = owner.partition(" ")
    if expires and int(expires) < time.time():
        abort(400, _("This address is too old or not whole. Please look the caller up again."))
    own = place == quote(request.path) if owner.startswith("/") else _is(agent, owner)
    if not own:
        abort(403, _("This address was made for another agent. Please look the caller up again."))
    return query


def _is(agent: Agent | None, owner: str) -> bool:
    return agent is not None and owner == quote(agent.name, safe="")


def _sealer() -> Fernet:
    found: Fernet | None = current_app.extensions.get(_SEALER)
    if found is None:
        secret = str(current_app.secret_key).encode()
        key = urlsafe_b64encode(sha256(b"cti-host sealed addresses\n" + secret).digest())
        found = current_app.extensions[_SEALER] = Fernet(key)
    return found
