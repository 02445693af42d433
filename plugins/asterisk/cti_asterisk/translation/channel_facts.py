"""Facts of channels, and what else several events have in common."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from cti_calls.api_for_plugins import Direction, Fact, FactKind, LegOutcome

from cti_asterisk.ami.messages import Message
from cti_asterisk.translation.channels import Channel, ChannelKind

# "0639980123@trunk", "PJSIP/0639980123@trunk"
_DIALLED = re.compile(r"(?:.*/)?(?P<number>[+*#\d]+)@.*", re.ASCII)
_ANONYMOUS = frozenset({"anonymous", "restricted", "unavailable", "private", "withheld"})


def came_in(channel: Channel, at: datetime | None, dialled: str = "") -> Fact:
    """That a call came in on a trunk.

    :param channel: the trunk's channel
    :param dialled: the number that the caller dialled, as long as the channel tells it
    """
    withheld = channel.number.casefold() in _ANONYMOUS
    return Fact(
        FactKind.STARTED,
        channel.call,
        at=at,
        leg=channel.key,
        direction=Direction.IN,
        remote="" if withheld else channel.number,
        remote_name="" if withheld else channel.name,
        withheld=withheld,
        dialled=dialled,
    )


def moment(message: Message) -> datetime | None:
    """When it happened, by the phone system's clock; `None`: it doesn't say.

    `timestampevents = yes` in its manager.conf lets it say so.
    """
    try:
        return datetime.fromtimestamp(float(message.get("Timestamp")), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def leg_fact(
    kind: FactKind, message: Message, channel: Channel, outcome: LegOutcome | None = None
) -> Fact:
    """That something happened to a channel, as a leg of its call."""
    return Fact(
        kind,
        channel.call,
        at=moment(message),
        leg=channel.key,
        device=channel.device if channel.kind is ChannelKind.PHONE else "",
        outcome=outcome,
        cause=message.get("Cause"),
    )


def device_of_called(message: Message, source: Channel | None, called: Channel) -> str:
    """The device of a channel that is called; empty: it is the remote.

    An inbound call that goes out again rings somebody's phone elsewhere: their number.
    """
    if called.kind is ChannelKind.PHONE:
        return called.device
    if source is None or source.kind is ChannelKind.PHONE:
        return ""
    if source.kind is ChannelKind.INNER and source.began:
        return ""
    return outside_number(message, called)


def outside_number(message: Message, called: Channel) -> str:
    """The number that was sent to a trunk, without the prefix that phones dial before it."""
    match = _DIALLED.fullmatch(message.get("DialString"))
    return match["number"] if match else number_of(called.number)


def number_of(text: str) -> str:
    """A text that was dialled; empty: it is a name of the dialplan ("s", "h")."""
    return text if re.fullmatch(r"[+*#\d]+", text, re.ASCII) else ""
