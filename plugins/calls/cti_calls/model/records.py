"""A call and its legs as they are kept, devices, and what becomes of an outbound call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cti_calls.model.facts import Direction, LegOutcome

SIMULATOR = "simulator"
"""The source of made-up calls. Its devices are the agents themselves, by name."""
SOMEBODYS_PHONE = "somebody's phone"
"""A device of made-up calls that is nobody's, where a scene needs one more."""


class CallState(StrEnum):
    """Where a call is now."""

    RINGING = "ringing"  # begun, and nobody talks yet
    QUEUED = "queued"
    TALKING = "talking"
    HELD = "held"
    ENDED = "ended"


class Outcome(StrEnum):
    """What became of a call that has ended."""

    ANSWERED = "answered"
    MISSED = "missed"  # it rang, and nobody came
    GAVE_UP = "gave_up"  # missed: the caller hung up before somebody came
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    UNANSWERED = "unanswered"  # outbound: the remote didn't answer
    NOT_PICKED_UP = "not_picked_up"  # click-to-call: the agent's own phone was not picked up
    FORWARDED = "forwarded"  # it was sent on to somewhere else, before anybody here took it
    FAILED = "failed"
    UNKNOWN = "unknown"  # its end was never told


class Change(StrEnum):
    """What changed in a call, for those who are told of it."""

    RINGING = "ringing"
    ANSWERED = "answered"
    TRANSFERRED = "transferred"
    ENDED = "ended"
    MISSED = "missed"  # ended, inbound, and nobody talked to the caller
    JOINED = "joined"  # another, younger record turned out to be this call, and is gone


class Moment(StrEnum):
    """When an agent wants to be shown a call."""

    OFF = "off"
    RINGING = "ringing"  # who chose nothing
    ANSWERED = "answered"


@dataclass(frozen=True)
class Device:
    """A phone, as its phone system names it.

    :param source: the source that it belongs to, as named in the settings ("main")
    :param name: "PJSIP/201", "201", a number, a user's name
    :param label: what people call it; empty: its name
    :param can_call: whether calls can be placed from it (see `originate`)
    """

    source: str
    name: str
    label: str = ""
    can_call: bool = False


@dataclass(frozen=True)
class CallLeg:
    """One device's part in a call.

    :param device: its name in the call's source
    :param agents: the names of the agents whose device it was when it rang
    :param outcome: how it ended if nobody talked on it; "elsewhere": the call was answered on
        another leg while this one rang
    """

    key: str
    device: str
    agents: tuple[str, ...] = ()
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    held: bool = False
    outcome: LegOutcome | None = None


@dataclass(frozen=True)
class CallRecord:
    """A call as it is kept, with or without a ticket. Moments are in UTC.

    :param remote: the number of the other party as it came; empty: withheld or unknown
    :param remote_key: what writings of that number have in common (`Number.key`); empty: none
    :param answered_by: the agents who talked, in order, by name; a device where nobody's is known
    :param caller: the key of who it is (`Caller.key`), if exactly one person was found
    :param caller_display: their name; empty: nobody, or several
    :param ticket: the key of the ticket it is about ("tickets:UserRequest:7"); empty: none
    """

    id: int
    source: str
    direction: Direction
    state: CallState
    remote: str
    remote_key: str = ""
    remote_name: str = ""
    withheld: bool = False
    dialled: str = ""
    queue: str = ""
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    cause: str = ""
    answered_by: tuple[str, ...] = ()
    caller: str = ""
    caller_display: str = ""
    ticket: str = ""
    note: str = ""
    legs: tuple[CallLeg, ...] = ()
    simulated: bool = False


@dataclass(frozen=True)
class Originated:
    """What became of placing a call.

    :param token: what the facts of this call will carry, as their `call` or `token`; empty: it
        was refused
    :param problem: why it was refused, as one sentence in the agent's language
    """

    token: str = ""
    problem: str = ""
