"""`/metrics`: what all processes of this host counted, for Prometheus."""

from __future__ import annotations

import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.http import parse_list_header

from cti_host.health.processes import EXTENSION as PROCESSES
from cti_host.health.processes import Processes
from cti_host.host import Host
from cti_host.web.requests import peer_address

EXTENSION = "cti_host_metrics_readers"
SHORTEST_TOKEN = 16
# A proxy sets one of them; where none was announced, its address says nothing about the client.
_PROXY_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


class Readers:
    """Who may read the metrics: whoever has the token, or comes from one of the addresses.

    :param host: its settings say so; a token that can't be read is refused
    """

    def __init__(self, host: Host) -> None:
        settings = host.settings.metrics
        self._networks = [ip_network(one) for one in settings.addresses]
        self._proxies = host.settings.server.proxies
        self._token = _token(host, settings.token_file) if settings.token_file else b""

    @property
    def are_any(self) -> bool:
        """Whether anybody may."""
        return bool(self._networks or self._token)

    def may_read(self) -> bool:
        """Whether the current request may.

        Both the nearest address and the one that proxies name must be among those of the settings:
        either alone could be somebody else's. Where proxies name none, nobody may: without their
        word, all requests seem to come from the nearest proxy.
        """
        sent = request.authorization
        if self._token and sent is not None and sent.type == "bearer" and sent.token:
            return hmac.compare_digest(sent.token.encode("utf-8", "replace"), self._token)
        if self._proxies == 0 and any(name in request.headers for name in _PROXY_HEADERS):
            return False
        client = _named_by(self._proxies) if self._proxies else request.remote_addr
        return all(self._is_listed(one) for one in {peer_address(request), client})

    def _is_listed(self, text: str | None) -> bool:
        try:
            address: IPv4Address | IPv6Address = ip_address(text or "")
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def _named_by(proxies: int) -> str | None:
    """The client's address, as so many proxies have it; `None`: one of them said nothing."""
    named = parse_list_header(request.headers.get("X-Forwarded-For", ""))
    return named[-proxies] if len(named) >= proxies else None


def metrics() -> ResponseReturnValue:
    """Counters and gauges of all processes, without anything of a person."""
    readers: Readers = current_app.extensions[EXTENSION]
    if not readers.are_any:
        abort(404)
    if not readers.may_read():
        response = Response("The settings say who may read this: [metrics].\n", 403)
        response.mimetype = "text/plain"
        return response
    processes: Processes = current_app.extensions[PROCESSES]
    body, content_type = processes.metrics().exposition(request.headers.get("Accept", ""))
    return Response(body, content_type=content_type)


def _token(host: Host, file: str) -> bytes:
    path = host.config.resolve(file)
    remedy = "name a readable file with a long random text, such as: openssl rand -hex 32"
    try:
        token = path.read_bytes().strip()
    except OSError as error:
        host.problem(("metrics", "token_file"), f"{path} can't be read: {error.strerror}", remedy)
        return b""
    if len(token) < SHORTEST_TOKEN:
        message = f"the token in {path} has fewer than {SHORTEST_TOKEN} characters"
        host.problem(("metrics", "token_file"), message, remedy)
        return b""
    return token
