"""What the proxy says of who is signed in, if it is a proxy that is believed."""

from __future__ import annotations

import logging
from ipaddress import ip_address

from cti_single_sign_on import Identity
from flask import Request

from cti_host import peer_address
from cti_proxy_auth.settings import Config

log = logging.getLogger("cti_host.plugin.proxy_auth")


def is_believed(request: Request, config: Config) -> bool:
    """Whether the connection came from one of the addresses in the settings.

    It is the connection's own address that counts, never what `X-Forwarded-For` says.
    """
    try:
        address = ip_address(peer_address(request).partition("%")[0])
    except ValueError:
        return False
    # A socket for both kinds of addresses shows IPv4 as ::ffff:192.0.2.7.
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in config.networks)


def identity_in(request: Request, config: Config) -> Identity | None:
    """Who the proxy says is signed in; `None`: nobody, or it is not the proxy that says so."""
    found = {key: _text(request, name) for key, name in config.headers.items()}
    present = [config.headers[key] for key, text in found.items() if text is not None]
    if not present:
        return None
    if not is_believed(request, config):
        # Neither the names nor the values: whoever sent them may have typed anything.
        log.warning(
            "%s from %s ignored: the address is not in `addresses`",
            ", ".join(present),
            peer_address(request) or "an unknown address",
        )
        return None
    name = found["user_header"]
    if not name:
        return None
    if "," in name:  # the header came twice: from the proxy, and from somebody else
        log.warning("%s came more than once; nobody is signed in", config.user_header)
        return None
    groups = _groups(found.get("groups_header") or "", config.separator)
    return Identity(
        name,
        found.get("display_header") or "",
        found.get("email_header") or "",
        groups,
        groups,
    )


def _text(request: Request, header: str) -> str | None:
    raw = request.headers.get(header)
    if raw is None:
        return None
    try:  # WSGI hands bytes over as Latin-1; proxies send UTF-8
        return raw.encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        return raw.strip()


def _groups(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part for one in text.split(separator) if (part := one.strip()))
