"""An event that is taken from a request whose sender is known: understood, stored, answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from uuid import uuid4

from cti_calls.api_for_plugins import N_, FactKind, PhoneEvent, Problem
from flask import Response, request

from cti_host import current_host
from cti_webhooks.kinds.understood import Reply, Understood
from cti_webhooks.payload import NotUnderstood, Payload, form_of, read_form, read_json
from cti_webhooks.signatures import Mark, release, remember
from cti_webhooks.sources import ReadySource
from cti_webhooks.store import store

RETRY_SECONDS = 5
# They happen once under a key.
_ONCE = (FactKind.STARTED, FactKind.HUNG_UP, FactKind.ENDED)
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class Refused(Exception):
    """A request is refused.

    :param status: of the response
    :param problem: why, for whoever set the phone system up: a text that is marked for the
        catalogues
    :param field: the field that is wrong; empty: it is not about a field
    :param headers: more of the response
    """

    def __init__(
        self,
        status: HTTPStatus,
        problem: Problem | str,
        field: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.problem = Problem(problem) if isinstance(problem, str) else problem
        super().__init__(str(self.problem))
        self.status, self.field, self.headers = status, field, dict(headers or {})

    @property
    def for_the_log(self) -> str:
        """Why, as a log may hold it: without the words of the payload, which may name somebody."""
        values = {name: "…" if name == "word" else one for name, one in self.problem.values.items()}
        return str(Problem(self.problem.text, values))

    @property
    def response(self) -> Response:
        """What the phone system is told."""
        told = {"error": str(self), **({"field": self.field} if self.field else {})}
        return Response(
            json.dumps(told), self.status, self.headers, content_type="application/json"
        )


@dataclass(frozen=True)
class Answered:
    """What a phone system is told of an event that was taken.

    :param is_repeated: whether it was taken before
    """

    reply: Reply
    is_repeated: bool = False


@dataclass(frozen=True)
class Taking:
    """A request that may be taken: its sender is who it should be."""

    source: ReadySource
    body: bytes
    secret: str
    address: str

    def reply(self, event: str) -> Reply:
        """What to tell the phone system of an event; empty: it was not understood."""
        return self.source.reader.reply(event, self.address)

    def take(self) -> Answered:
        """Understand the event and have it stored; what can't be understood is only noted."""
        source, received_at = self.source, datetime.now(UTC)
        text, word = "", ""
        try:
            payload = _trusted(source, self.body)
            text = payload.for_journal([self.secret, source.token.text if source.token else ""])
            word = _word(payload)
            understood = source.reader.read(payload, received_at)
        except NotUnderstood as bad:
            return self._refuse(bad, PhoneEvent(word, text, received_at=received_at))
        reply = self.reply(understood.event)
        event = PhoneEvent(
            understood.event,
            text,
            understood.facts,
            received_at,
            _dedup(understood, self.body),
            understood.problem,
            answer=f"{reply.status}, {reply.content_type}",
        )
        taken = store(current_host(), source.name, event)
        if taken is None:
            raise later()
        return Answered(reply, taken.repeated > 0)

    def _refuse(self, bad: NotUnderstood, event: PhoneEvent) -> Answered:
        """Note an event that was not understood, and say so, unless the settings say otherwise."""
        generic = self.source.generic
        reply = self.reply("") if generic and generic.never_refuse else None
        status, kind = (reply.status, reply.content_type) if reply else (422, "application/json")
        event = replace(event, dedup=uuid4().hex, problem=bad.problem, answer=f"{status}, {kind}")
        store(current_host(), self.source.name, event)
        if reply:
            return Answered(reply)
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, bad.problem, bad.field) from None


def take_once(mark: Mark, taking: Taking) -> Answered:
    """Take the event of a signed request whose mark is ours; where that fails it may come again."""
    try:
        answered = taking.take()
    except BaseException:
        release(mark)
        raise
    remember(mark)
    return answered


def _trusted(source: ReadySource, body: bytes) -> Payload:
    """The payload of a request that carries its source's token.

    A body that can't be read carries none: unless a header has it, nothing of it is kept.
    """
    unread: NotUnderstood | None = None
    try:
        payload = _payload(body)
    except NotUnderstood as bad:
        payload, unread = Payload({}), bad
    if source.token and not source.token.is_in(request, payload):
        raise Refused(HTTPStatus.UNAUTHORIZED, N_("the token is missing or wrong"))
    if unread is not None:
        raise unread
    return payload


def _dedup(understood: Understood, body: bytes) -> str:
    """What tells an event from all others, however late it is sent again."""
    if understood.reuses_keys:  # the same payload may be another call
        return uuid4().hex
    once = any(fact.kind in _ONCE for fact in understood.facts)
    return sha256(body).hexdigest() if once else ""


def _payload(body: bytes) -> Payload:
    kind = request.mimetype
    if kind == _MULTIPART:
        return form_of([*request.form.items(multi=True)])
    if kind == _FORM:
        return read_form(body)
    if kind == "application/json" or kind.endswith("+json"):
        return read_json(body)
    raise Refused(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        Problem(
            N_("send application/json, %(form)s or %(multipart)s"),
            {"form": _FORM, "multipart": _MULTIPART},
        ),
        headers={"Accept-Post": f"application/json, {_FORM}, {_MULTIPART}"},
    )


def _word(payload: Payload) -> str:
    try:
        return (payload.text("event") or "")[:100]
    except NotUnderstood:
        return ""


def later() -> Refused:
    return Refused(
        HTTPStatus.SERVICE_UNAVAILABLE,
        N_("the event could not be stored; please send it again"),
        headers={"Retry-After": str(RETRY_SECONDS)},
    )
