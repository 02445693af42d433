"""The address that phone systems post to: `/webhooks/NAME/SECRET`."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address

import peewee
from cti_calls.api_for_plugins import N_, Problem
from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import HTTPException

from cti_host import reserved_thread
from cti_webhooks.brake import Brake
from cti_webhooks.kinds.understood import Reply
from cti_webhooks.refusals import Refusals
from cti_webhooks.secrets import secret_of
from cti_webhooks.settings import Config
from cti_webhooks.signatures import Claim, Mark, NotSigned, claim
from cti_webhooks.sources import ReadySource
from cti_webhooks.taking import Answered, Refused, Taking, later, take_once

log = logging.getLogger("cti_host.plugin.webhooks")

ENDPOINT = "webhooks.receive"
MOST_BYTES = 64 * 1024
MOST_ECHOED = 1024
BRAKE_SECONDS = 60
TOO_MANY = N_("too many requests with a wrong secret came from this address; please wait")
REPEATED = N_("the same request came again, and changed nothing")
# An event that isn't understood has an entry of its own; one that can't be stored has none.
_NOTED_ELSEWHERE = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
_SUSPICIOUS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Endpoint:
    """The endpoint; `blueprint` holds it.

    :param sources: gives the sources by their names, once their files were read
    :param refusals: where it is noted that a request was refused
    :param brake: keeps those waiting who try secrets
    """

    def __init__(
        self,
        config: Config,
        sources: Callable[[], Mapping[str, ReadySource]],
        refusals: Refusals,
        brake: Brake | None = None,
    ) -> None:
        self._config, self._sources = config, sources
        self._refusals, self._brake = refusals, brake or Brake()
        self.blueprint = Blueprint("webhooks", __name__)
        # GET, so that whoever set it in place of POST is told so by the phone system's log.
        self.blueprint.add_url_rule(
            "/webhooks/<name>/<secret>", "receive", self.receive, methods=["GET", "POST"]
        )

    @reserved_thread
    def receive(self, name: str, secret: str) -> Response:
        """Take an event, and tell the phone system so once it is stored."""
        try:
            return self._receive(name, secret)
        except Refused as refused:
            level = logging.WARNING if refused.status in _SUSPICIOUS else logging.INFO
            why = refused.for_the_log  # an exception's own text is left out of logs
            log.log(level, "webhook %s: %d, %s", self._known(name), refused.status, why)
            if refused.status not in _NOTED_ELSEWHERE:
                self._note(name, refused.status, refused.problem)
            return refused.response
        except HTTPException as error:  # too large, or broken off
            status = HTTPStatus(error.code or 400)
            self._note(name, status, Problem(status.phrase))
            return Refused(status, status.phrase).response
        except (peewee.OperationalError, peewee.InterfaceError) as error:
            log.error("webhook %s: database: %s", self._known(name), type(error).__name__)
            return later().response

    def _note(self, name: str, status: HTTPStatus, problem: Problem) -> None:
        self._refusals.note(name if name in self._sources() else None, status, problem)

    def _known(self, name: str) -> str:
        return name if name in self._sources() else "(unknown)"

    def _receive(self, name: str, secret: str) -> Response:
        source = self._sources().get(name)
        # An unknown name takes as long as a known one, and is told the same.
        good = secret_of(name if source else "")
        if not hmac.compare_digest(good.encode(), secret.encode()) or source is None:
            raise self._wrong_secret()
        _check_address(source)
        echo = _echo(source)
        if echo is not None:
            return echo
        if request.method != "POST":
            allow = {"Allow": "POST"}
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, N_("events are posted"), headers=allow)
        request.max_content_length = MOST_BYTES
        body = request.get_data()
        address = self.address(name, secret)
        mark = _check_signature(source, body, self._asked(address))
        taking = Taking(source, body, secret, address)
        if mark is None:
            taken = taking.take()
        else:
            match claim(mark):
                case Claim.OURS:
                    taken = take_once(mark, taking)
                case Claim.SOMEBODYS:
                    raise later()
                case Claim.TAKEN:
                    taken = Answered(taking.reply(""), is_repeated=True)
        if taken.is_repeated:
            self._note(name, HTTPStatus.OK, Problem(REPEATED))
        return _response(taken.reply)

    def _wrong_secret(self) -> Refused:
        """What whoever tries secrets is told. The right one is never kept waiting."""
        peer = request.remote_addr or ""
        if self._brake.is_on(peer):
            wait = {"Retry-After": str(BRAKE_SECONDS)}
            return Refused(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY, headers=wait)
        self._brake.failed(peer)
        return Refused(HTTPStatus.UNAUTHORIZED, N_("no such webhook, or its secret is wrong"))

    def address(self, name: str, secret: str) -> str:
        """The address that a source posts to, as the phone system reaches it."""
        path = url_for(ENDPOINT, name=name, secret=secret)
        base = self._config.public_url or request.host_url.rstrip("/")
        return f"{base}{path}"

    def _asked(self, address: str) -> str:
        """The address with the query that it was asked with."""
        query = request.query_string.decode("ascii", "replace")
        return f"{address}?{query}" if query else address


def _check_address(source: ReadySource) -> None:
    networks = source.settings.networks
    if not networks:
        return
    # Behind the proxies of the settings it is what they say; nobody else's word is taken.
    try:
        peer = ip_address(request.remote_addr or "")
    except ValueError:
        peer = None
    if isinstance(peer, IPv6Address) and peer.ipv4_mapped:
        peer = peer.ipv4_mapped
    if peer is None or not any(peer in network for network in networks):
        told = {"address": str(peer or "?")}
        raise Refused(
            HTTPStatus.FORBIDDEN, Problem(N_("the address %(address)s may not post here"), told)
        )


def _check_signature(source: ReadySource, body: bytes, url: str) -> Mark | None:
    if source.verifier is None:
        return None
    try:
        return source.verifier.verify(request, body, url)
    except NotSigned as wrong:
        raise Refused(HTTPStatus.UNAUTHORIZED, wrong.problem) from None


def _echo(source: ReadySource) -> Response | None:
    """What a phone system wants back that checks the address; `None`: it doesn't."""
    echo = source.generic.echo if source.generic else None
    sent = request.headers.get(echo.header, "") if echo and echo.header else ""
    if echo and sent:
        return Response("", headers={echo.header: sent[:MOST_ECHOED]}, content_type="text/plain")
    text = request.args.get(echo.query, "") if echo and echo.query else ""
    return Response(text[:MOST_ECHOED], content_type="text/plain") if text else None


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, content_type=reply.content_type)
