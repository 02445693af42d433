"""Events in the manner of Zammad's generic CTI, which many phone systems and bridges send."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cti_calls.api_for_plugins import N_, Direction, Fact, FactKind

from cti_webhooks.kinds.endings import ZAMMAD_CAUSES, ending_facts
from cti_webhooks.kinds.legs import begun, is_remotes_number, legs
from cti_webhooks.kinds.understood import Reply, Understood
from cti_webhooks.payload import NotUnderstood, Payload
from cti_webhooks.values import remote_number

CALL_NAMES = ("callId", "call_id", "callid", "callID")
_EVENTS = {"newcall": "newCall", "answer": "answer", "hangup": "hangup"}
_DIRECTIONS = {
    "in": Direction.IN,
    "incoming": Direction.IN,
    "out": Direction.OUT,
    "outgoing": Direction.OUT,
}
REMOTE_SIDE = {Direction.IN: "from", Direction.OUT: "to"}
_OWN_SIDE = {Direction.IN: "to", Direction.OUT: "from"}
_DURATION = re.compile(r"(?:(\d{1,2})\.)?(\d{1,4}):(\d\d):(\d\d)(?:\.\d+)?")


class ZammadReader:
    """`newCall`, `answer` and `hangup`, as JSON or as a form."""

    def read(self, payload: Payload, received_at: datetime) -> Understood:
        """See `Reader`."""
        event = known_event(payload, _EVENTS)
        base, key_is_number = base_fact(payload)
        if event == "newCall":
            facts = new_call(payload, base)
        elif event == "answer":
            facts = answer(payload, base)
        else:
            facts = hangup(payload, base, received_at)
        return Understood(event, facts, reuses_keys=key_is_number)

    def reply(self, event: str, address: str) -> Reply:
        """An empty object, to each event: clients of this interface read it as JSON."""
        return Reply()


def known_event(payload: Payload, events: dict[str, str]) -> str:
    """The event of a payload, one of those that are known.

    :param events: names in lower case to names
    """
    word = payload.text("event")
    if not word:
        raise NotUnderstood("event")
    if word.lower() not in events:
        raise NotUnderstood(
            "event", N_("%(field)s is none of %(known)s"), known=", ".join(events.values())
        )
    return events[word.lower()]


def base_fact(
    payload: Payload, names: Sequence[str] = CALL_NAMES, implied: Direction | None = None
) -> tuple[Fact, bool]:
    """What every event says: which call, which way, with whom.

    :param names: of the field with the key of the call
    :param implied: the direction, where no field says it
    :return: as an `ENDED`, and whether the call's key is the number of the other party: such a
        key comes back with their next call
    """
    call = (payload.text(*names) or "").strip()
    if not call:
        raise NotUnderstood(names[0])
    word = (payload.text("direction") or "").strip().lower()
    if word and word not in _DIRECTIONS:
        raise NotUnderstood("direction", N_('%(field)s is neither "in" nor "out"'))
    direction = _DIRECTIONS.get(word, implied)
    base = Fact(FactKind.ENDED, call, direction=direction)
    # Where an event doesn't say which way the call goes, the stored call knows who the remote is.
    side = payload.number(REMOTE_SIDE[direction]) if direction else None
    if side is None:
        return base, False
    remote, withheld = remote_number(side)
    base = replace(base, remote=remote, withheld=withheld)
    return base, call == side.strip() or is_remotes_number(call, remote)


def new_call(payload: Payload, base: Fact) -> tuple[Fact, ...]:
    """The facts of a call that begins: whose phones ring, or who places it."""
    if base.direction is None:
        raise NotUnderstood("direction")
    if base.remote is None:
        raise NotUnderstood(REMOTE_SIDE[base.direction])
    devices = payload.texts("user") or own_number(payload, base.direction)
    dialled = (payload.number("to") or "").strip()
    queue = (payload.text("queue") or "").strip()
    started = replace(base, kind=FactKind.STARTED, dialled=dialled, queue=queue)
    return begun(started, devices)


def answer(payload: Payload, base: Fact) -> tuple[Fact, ...]:
    """The facts of a call that somebody answers."""
    answered = replace(base, kind=FactKind.ANSWERED)
    users = payload.texts("user") or payload.texts("caller")
    number = payload.texts("answeringNumber", "answering_number")
    # The phone of a user who is named rang under that name. Of several users only one answered.
    named = users if len(users) == 1 or not number else number
    devices = named or number or own_number(payload, base.direction)
    by = legs(answered, FactKind.ANSWERED, devices)
    # Where nobody says who, somebody answered all the same; of an outbound call it is the remote.
    return (answered, *by) if base.direction is Direction.OUT or not by else by


def hangup(payload: Payload, base: Fact, received_at: datetime) -> tuple[Fact, ...]:
    """The facts of a call that ends."""
    cause = (payload.text("cause") or "").strip()
    ended = replace(base, cause=cause[:100])
    # 3CX, by a template that reports calls once they are over, tells who talked and how long.
    agent = (payload.text("Agent") or "").strip()
    length = _DURATION.fullmatch((payload.text("Duration") or "").strip())
    answered_at = None
    if agent and length:
        days, hours, minutes, seconds = (int(part or 0) for part in length.groups())
        answered_at = received_at - timedelta(
            days=days, hours=hours, minutes=minutes, seconds=seconds
        )
    ending = ZAMMAD_CAUSES.get(cause.lower())
    return ending_facts(ended, ending, answered_by=agent, answered_at=answered_at)


def own_number(payload: Payload, direction: Direction | None) -> tuple[str, ...]:
    """Our side of a call, as the device where no user is named: an extension, or a shared line."""
    number = (payload.number(_OWN_SIDE[direction]) or "").strip() if direction else ""
    return (number,) if number and not remote_number(number)[1] else ()
