"""Events of Placetel's notifications."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cti_calls.api_for_plugins import Direction, Fact, FactKind

from cti_webhooks.kinds import zammad
from cti_webhooks.kinds.endings import ending_facts
from cti_webhooks.kinds.legs import begun, legs
from cti_webhooks.kinds.understood import Reply, Understood
from cti_webhooks.payload import NotUnderstood, Payload
from cti_webhooks.settings import Ending

_EVENTS = {
    "incomingcall": "IncomingCall",
    "outgoingcall": "OutgoingCall",
    "callaccepted": "CallAccepted",
    "hungup": "HungUp",
}
_CALL_NAMES = ("call_id", *zammad.CALL_NAMES)
# The direction that an event implies, where it has no field for it.
_IMPLIED = {
    "IncomingCall": Direction.IN,
    "CallAccepted": Direction.IN,
    "OutgoingCall": Direction.OUT,
}
_ENDINGS = {
    "voicemail": Ending.VOICEMAIL,
    "missed": Ending.MISSED,
    "blocked": Ending.REJECTED,
    "accepted": Ending.ANSWERED,
    "busy": Ending.BUSY,
    "canceled": Ending.CANCELLED,
    "cancelled": Ending.CANCELLED,
    "unavailable": Ending.FAILED,
    "congestion": Ending.FAILED,
}
_LONGEST_SECONDS = 7 * 24 * 3600


class PlacetelReader:
    """`IncomingCall`, `OutgoingCall`, `CallAccepted` and `HungUp`."""

    def read(self, payload: Payload, received_at: datetime) -> Understood:
        """See `Reader`."""
        event = zammad.known_event(payload, _EVENTS)
        base, _ = zammad.base_fact(payload, _CALL_NAMES, _IMPLIED.get(event))
        if event == "HungUp":
            return Understood(event, _hung_up(payload, base, received_at))
        peer = payload.texts("peer")[:1] or zammad.own_number(payload, base.direction)
        if event == "CallAccepted":
            answered = replace(base, kind=FactKind.ANSWERED)
            return Understood(event, legs(base, FactKind.ANSWERED, peer) or (answered,))
        if base.remote is None:
            raise NotUnderstood("from" if base.direction is Direction.IN else "to")
        dialled = (payload.number("to") or "").strip()
        started = replace(base, kind=FactKind.STARTED, dialled=dialled)
        return Understood(event, begun(started, peer))

    def reply(self, event: str, address: str) -> Reply:
        """Nothing: an XML document would route the call."""
        return Reply("", "text/plain")


def _hung_up(payload: Payload, base: Fact, received_at: datetime) -> tuple[Fact, ...]:
    word = (payload.text("type") or "").strip()
    ending = _ENDINGS.get(word.lower())
    # A phone that can't be reached is a failure inside; outside it is somebody who didn't come.
    if word.lower() == "unavailable" and base.direction is Direction.OUT:
        ending = Ending.MISSED
    answered_at = None
    length = (payload.text("duration") or "").strip()
    if length.isascii() and length.isdecimal() and 0 < int(length[:9]) <= _LONGEST_SECONDS:
        answered_at = received_at - timedelta(seconds=int(length[:9]))
    return ending_facts(replace(base, cause=word[:100]), ending, answered_at=answered_at)
