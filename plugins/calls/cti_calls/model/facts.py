"""What phone systems say, in one vocabulary.

The words are those of ECMA-269 (CSTA) where it has them: a *call* has *legs*, one for each *device*
that takes part; the *remote* is the party outside.

Whose leg a fact is about:

- `device` given: an agent's leg; its key is `leg`, or `device` where legs have no key. On the fact
  `STARTED` of an outbound or internal call it is the phone that dialled.
- `leg` without `device`: the remote's own leg. That it is answered says nothing of an inbound call
  (a queue answers, too), and everything of an outbound one.
- neither: the call as a whole. `RINGING` says that it rings somewhere, `ANSWERED` that somebody
  talks, `LEG_ENDED` (also `HUNG_UP` and `ENDED`) with an `outcome` what became of it, for phone
  systems that don't tell of legs.

Phone systems without keys of calls leave `Fact.call` empty. What they say belongs to the open call
of the same source and the same number where the same device takes part; what begins a call
(`STARTED`, `DIALLED`, `RINGING`) joins one that began or rang within `JOIN_SECONDS`, and nobody has
answered yet, also from another device: so a ring group is one call. Everything else is a call of
its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from cti_calls.model.problems import Problem

PHONE_SYSTEM = "phone system"
"""The kind of the names that sources have: each has one of its own (see `Host.takes_name`)."""
UNKNOWN_SOURCE = "(unknown)"
"""In the journal, the source of requests that were refused as nobody knows who sent them."""
PAYLOAD_BYTES = 16 * 1024
"""The most that is kept of one event's payload."""
JOIN_SECONDS = 60
"""Within this time, facts without a key of a call may belong to a call that is there."""
REPEAT_SECONDS = 30
"""Within this time, an event without `dedup` is the same as another one with the same payload."""


class FactKind(StrEnum):
    """What happened."""

    # There is a call: remote, direction, dialled number, as far as known. For a key whose call has
    # begun and ended before, it is a new call.
    STARTED = "started"
    DIALLED = "dialled"  # a leg to a device was begun
    RINGING = "ringing"  # the device of a leg rings
    ANSWERED = "answered"  # somebody talks on this leg
    LEG_ENDED = "leg_ended"  # a leg has ended, with its outcome if it is known
    QUEUED = "queued"  # the remote waits in a queue
    QUEUE_LEFT = "queue_left"  # the remote waits no more
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"  # a leg handed the call on
    # Two keys are one call, which goes on under `call`: that `other` ends no longer ends it.
    JOINED = "joined"
    VOICEMAIL = "voicemail"  # the remote was put through to voicemail
    # Somebody ended the call: see `by`. A single leg that hangs up is LEG_ENDED.
    HUNG_UP = "hung_up"
    ENDED = "ended"  # nothing more will happen under this key; HUNG_UP says so, too


class Direction(StrEnum):
    """Which way a call goes."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class Party(StrEnum):
    """Who did something."""

    REMOTE = "remote"
    AGENT = "agent"
    SYSTEM = "system"


class LegOutcome(StrEnum):
    """How a leg ended that nobody talked on."""

    BUSY = "busy"
    REJECTED = "rejected"
    UNANSWERED = "unanswered"  # it rang until the phone system gave up
    CANCELLED = "cancelled"  # the caller gave up, or somebody else took the call
    FORWARDED = "forwarded"
    FAILED = "failed"  # not reachable, no route
    ELSEWHERE = "elsewhere"  # somebody else took the call; computed for the legs of a record


@dataclass(frozen=True)
class Fact:
    """One thing that happened in a call. Only `kind` and `call` are needed; the rest as known.

    :param kind: what happened
    :param call: the phone system's key of the call (Linkedid, callId); empty: it has none
    :param at: when, in UTC, by the phone system's clock; `None`: when the event came in
    :param leg: the phone system's key of the leg (Uniqueid; the device, where legs have no key);
        empty: the remote's own leg, or the call as a whole
    :param device: the device of the leg, as its source names it ("PJSIP/201", "201", a user's
        name); empty: the remote's own leg
    :param direction: which way the call goes
    :param remote: the number of the remote as it came; `None`: the event doesn't say
    :param remote_name: the name that came with it
    :param withheld: whether the remote hides their number, even where it is known
    :param dialled: the number that was dialled, as it came
    :param queue: the queue or ring group that the call waits in or came through
    :param other: of `JOINED`: the other key
    :param outcome: of `LEG_ENDED`: how it ended, unless somebody talked on it; of the call as a
        whole, `HUNG_UP` and `ENDED` may say it, too
    :param by: of `HUNG_UP`: who ended the call
    :param cause: why it ended, in the phone system's own word ("normalClearing", "17")
    :param token: of a call that an agent began here: the token that `originate` returned; it is
        another key of the call
    """

    kind: FactKind
    call: str
    at: datetime | None = None
    leg: str = ""
    device: str = ""
    direction: Direction | None = None
    remote: str | None = None
    remote_name: str = ""
    withheld: bool = False
    dialled: str = ""
    queue: str = ""
    other: str = ""
    outcome: LegOutcome | None = None
    by: Party | None = None
    cause: str = ""
    token: str = ""


@dataclass(frozen=True)
class PhoneEvent:
    """Something that a phone system sent: as it came, and what it was understood as.

    :param kind: the phone system's word for it ("newCall", "DialBegin")
    :param payload: the event as it came, to be kept in the journal; secrets are left out
    :param facts: what it says; empty: nothing about a call
    :param received_at: when it came in, in UTC
    :param dedup: a text that the same event has each time it is sent, and no other; empty: the
        same payload within `REPEAT_SECONDS` is the same event
    :param problem: why it could not be understood, as one sentence; empty: it was
    :param simulated: whether the call is made up, by the simulator
    :param answer: what the phone system is told ("200, application/json"); empty: nothing, it only
        tells
    :param refused: how many requests were refused for the same reason, of whoever sent them; 0: it
        is an event. They have neither payload nor facts, and those with the same `dedup` are
        counted in one entry of the journal
    """

    kind: str
    payload: str = ""
    facts: tuple[Fact, ...] = ()
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    dedup: str = ""
    problem: Problem | str = ""
    simulated: bool = False
    answer: str = ""
    refused: int = 0


@dataclass(frozen=True)
class Taken:
    """The events are stored: the sender may forget them.

    :param calls: the record of each call that they touched, oldest first
    :param repeated: how many of the events had been taken before
    """

    calls: tuple[int, ...] = ()
    repeated: int = 0
