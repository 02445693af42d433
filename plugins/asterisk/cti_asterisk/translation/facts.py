"""What one event says of a call.

Each event is read by itself, so that neither its place nor a repetition matters. A call is its
Linkedid, a leg is its Uniqueid, and the remote's own leg is a channel of a trunk. A call that is
placed from here has the token as its Linkedid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from cti_calls.api_for_plugins import Direction, Fact, FactKind, LegOutcome, Party

from cti_asterisk.ami.messages import Message
from cti_asterisk.translation.channel_facts import (
    came_in,
    device_of_called,
    leg_fact,
    moment,
    number_of,
    outside_number,
)
from cti_asterisk.translation.channels import Channel, ChannelKind, Sorter

CALL_PREFIX = "cti-"
"""How the ids of calls begin that are placed from here."""

# How a leg ended that was called. Asterisk writes NOANSWER also for a phone that was declined.
_DIAL_OUTCOMES = {
    "BUSY": LegOutcome.BUSY,
    "NOANSWER": LegOutcome.UNANSWERED,
    "CANCEL": LegOutcome.CANCELLED,
    "ABORT": LegOutcome.CANCELLED,
    "CHANUNAVAIL": LegOutcome.FAILED,
    "CONGESTION": LegOutcome.FAILED,
}
# Q.850 causes with which a phone itself ends its ringing.
_CALLED_OUTCOMES = {"17": LegOutcome.BUSY, "21": LegOutcome.REJECTED, "23": LegOutcome.FORWARDED}
_ANSWERED_ELSEWHERE = "26"
_ORIGINATE_OUTCOMES = {"3": LegOutcome.UNANSWERED, "5": LegOutcome.BUSY}
_MOST_GOING_ON = 1000
_PROHIBITED = range(32, 64)  # AST_PRES_RESTRICTION is bits 5 and 6


class Reader:
    """Reads events.

    :param sorter: tells phones from trunks
    :param queues: what to call queues, by their names in Asterisk
    :param voicemail_contexts: where callers are who leave a message
    """

    def __init__(
        self, sorter: Sorter, queues: Mapping[str, str], voicemail_contexts: Iterable[str]
    ) -> None:
        self._sorter = sorter
        self._queues = queues
        self._voicemail = frozenset(voicemail_contexts)
        # Channels that carry on a call whose beginner has left it; the oldest are forgotten.
        self._going_on: dict[str, None] = {}
        self._readers: Mapping[str, Callable[[Message], Iterable[Fact]]] = {
            "Newchannel": self._new_channel,
            "NewCallerid": self._caller_id,
            "Newstate": self._new_state,
            "DialBegin": self._dial_begin,
            "DialState": self._dial_state,
            "DialEnd": self._dial_end,
            "QueueCallerJoin": self._queue_join,
            "QueueCallerLeave": self._queue_leave,
            "AgentCalled": self._agent_called,
            "AgentConnect": self._agent_connect,
            "Hold": lambda message: self._of_phone(message, FactKind.HELD),
            "Unhold": lambda message: self._of_phone(message, FactKind.RESUMED),
            "BlindTransfer": self._blind_transfer,
            "AttendedTransfer": self._attended_transfer,
            "Pickup": self._pickup,
            "HangupRequest": self._hangup_request,
            "Hangup": self._hangup,
            "OriginateResponse": self._originate_response,
        }

    def facts(self, message: Message) -> tuple[Fact, ...]:
        """What an event says; empty: nothing about a call."""
        read = self._readers.get(message.event)
        return tuple(read(message)) if read else ()

    def _new_channel(self, message: Message) -> Iterator[Fact]:
        self._sorter.learn(message.get("Channel"), message.get("Context"))
        channel = self._sorter.channel(message)
        if channel and channel.kind is ChannelKind.TRUNK and channel.began:
            yield came_in(channel, moment(message), dialled=number_of(channel.extension))

    def _caller_id(self, message: Message) -> Iterator[Fact]:
        """The only event that says that a number is withheld.

        Of a Local channel only the half ";2" tells of the caller.
        """
        channel = self._sorter.channel(message)
        presentation = message.get("CID-CallingPres").partition(" ")[0]
        if channel is None or not presentation.isdecimal() or int(presentation) not in _PROHIBITED:
            return
        incoming = channel.kind is ChannelKind.TRUNK and channel.began
        if incoming or (
            channel.kind is ChannelKind.INNER and message.get("Channel").endswith(";2")
        ):
            yield Fact(FactKind.STARTED, channel.call, at=moment(message), withheld=True)

    def _new_state(self, message: Message) -> Iterator[Fact]:
        channel = self._sorter.channel(message)
        if channel and channel.kind is ChannelKind.PHONE:
            kind = {"Ringing": FactKind.RINGING, "Up": FactKind.ANSWERED}.get(channel.state)
            if kind:
                yield leg_fact(kind, message, channel)

    def _dial_begin(self, message: Message) -> Iterator[Fact]:
        source, called = self._sorter.channel(message), self._sorter.channel(message, "Dest")
        if called is None:
            return
        yield from self._begun(message, source, called)
        if called.kind is not ChannelKind.INNER:
            yield self._called_leg(FactKind.DIALLED, message, source, called)

    def _begun(self, message: Message, source: Channel | None, called: Channel) -> Iterator[Fact]:
        """The call that a channel was dialled in."""
        at = moment(message)
        if source is None:
            # Placed by Originate: the agent's own phone rings first. Whom a call from here is for
            # is known; its phone may show another number.
            ours = called.call.startswith(CALL_PREFIX)
            yield Fact(
                FactKind.STARTED,
                called.call,
                at=at,
                leg=called.key,
                device=called.device if called.kind is ChannelKind.PHONE else "",
                direction=Direction.OUT,
                remote=None if ours else called.connected or None,
            )
            return
        if source.call != called.call:
            yield Fact(FactKind.JOINED, source.call, at=at, other=called.call)
        if not source.began:
            return
        if source.kind is ChannelKind.TRUNK:
            yield came_in(source, at)
        elif called.kind is ChannelKind.TRUNK:
            yield Fact(
                FactKind.STARTED,
                source.call,
                at=at,
                leg=source.key,
                device=source.device if source.kind is ChannelKind.PHONE else "",
                direction=Direction.OUT,
                remote=outside_number(message, called) or source.extension,
                dialled=number_of(source.extension),
            )
        elif source.kind is ChannelKind.PHONE:
            yield self._inside_call(message, source)

    def _inside_call(self, message: Message, channel: Channel) -> Fact:
        """A phone calls a phone, or a queue: whoever is called sees which.

        Its name is left out: after an attended transfer it would be that of the caller outside.
        """
        return Fact(
            FactKind.STARTED,
            channel.call,
            at=moment(message),
            leg=channel.key,
            device=channel.device,
            direction=Direction.INTERNAL,
            remote=channel.number or None,
            dialled=number_of(channel.extension),
        )

    def _called_leg(
        self,
        kind: FactKind,
        message: Message,
        source: Channel | None,
        called: Channel,
        outcome: LegOutcome | None = None,
    ) -> Fact:
        return Fact(
            kind,
            source.call if source else called.call,
            at=moment(message),
            leg=called.key,
            device=device_of_called(message, source, called),
            queue=self._queue(message),
            outcome=outcome,
        )

    def _dial_state(self, message: Message) -> Iterator[Fact]:
        source, called = self._sorter.channel(message), self._sorter.channel(message, "Dest")
        rings = message.get("DialStatus") in ("RINGING", "PROGRESS")
        if called and called.kind is not ChannelKind.INNER and rings:
            yield self._called_leg(FactKind.RINGING, message, source, called)

    def _dial_end(self, message: Message) -> Iterator[Fact]:
        source, called = self._sorter.channel(message), self._sorter.channel(message, "Dest")
        if called is None:
            return
        if source and source.call != called.call:
            yield Fact(FactKind.JOINED, source.call, at=moment(message), other=called.call)
        if called.kind is ChannelKind.INNER:
            return
        status = message.get("DialStatus")
        if status == "ANSWER":
            yield self._called_leg(FactKind.ANSWERED, message, source, called)
        elif outcome := _DIAL_OUTCOMES.get(status):
            outcome = LegOutcome.FORWARDED if message.get("Forward") else outcome
            yield self._called_leg(FactKind.LEG_ENDED, message, source, called, outcome)

    def _queue_join(self, message: Message) -> Iterator[Fact]:
        channel = self._sorter.channel(message)
        if channel is None:
            return
        if channel.began and channel.kind is ChannelKind.PHONE:
            yield self._inside_call(message, channel)
        elif channel.began and channel.kind is ChannelKind.TRUNK:
            yield came_in(channel, moment(message))
        yield self._queue_fact(FactKind.QUEUED, message, channel)

    def _queue_leave(self, message: Message) -> Iterator[Fact]:
        if channel := self._sorter.channel(message):
            yield self._queue_fact(FactKind.QUEUE_LEFT, message, channel)

    def _queue_fact(self, kind: FactKind, message: Message, channel: Channel) -> Fact:
        return Fact(kind, channel.call, at=moment(message), queue=self._queue(message))

    def _queue(self, message: Message) -> str:
        name = message.get("Queue")
        return self._queues.get(name, name)

    def _agent_called(self, message: Message) -> Iterator[Fact]:
        source, called = self._sorter.channel(message), self._sorter.channel(message, "Dest")
        if called and called.kind is ChannelKind.PHONE:
            yield self._called_leg(FactKind.DIALLED, message, source, called)

    def _agent_connect(self, message: Message) -> Iterator[Fact]:
        source, called = self._sorter.channel(message), self._sorter.channel(message, "Dest")
        if called and called.kind is ChannelKind.PHONE:
            yield self._called_leg(FactKind.ANSWERED, message, source, called)

    def _of_phone(self, message: Message, kind: FactKind, prefix: str = "") -> Iterator[Fact]:
        channel = self._sorter.channel(message, prefix)
        if channel and channel.kind is ChannelKind.PHONE:
            yield leg_fact(kind, message, channel)

    def _blind_transfer(self, message: Message) -> Iterator[Fact]:
        if message.get("Result") == "Success":
            yield from self._handed_on(message, "Transferer")

    def _attended_transfer(self, message: Message) -> Iterator[Fact]:
        """Somebody asked another one first: two calls become one."""
        if message.get("Result") != "Success":
            return
        yield from self._handed_on(message, "OrigTransferer")
        first = message.get("OrigTransfererLinkedid")
        others = ("SecondTransfererLinkedid", "TransferTargetLinkedid", "TransfereeLinkedid")
        for other in dict.fromkeys(message.get(key) for key in others):
            if first and other and other != first:
                yield Fact(FactKind.JOINED, first, at=moment(message), other=other)

    def _handed_on(self, message: Message, prefix: str) -> Iterator[Fact]:
        """A phone leaves a call that goes on: where it had begun the call, under another key."""
        leaving = self._sorter.channel(message, prefix)
        staying = self._sorter.channel(message, "Transferee")
        if leaving is None or leaving.kind is not ChannelKind.PHONE:
            return
        transferred = leg_fact(FactKind.TRANSFERRED, message, leaving)
        yield transferred
        if leaving.began and staying is not None and staying.key != leaving.call:
            self._going_on[staying.key] = None
            while len(self._going_on) > _MOST_GOING_ON:
                self._going_on.pop(next(iter(self._going_on)))
            yield replace(transferred, call=staying.key)
            yield Fact(FactKind.JOINED, staying.key, at=moment(message), other=leaving.call)

    def _pickup(self, message: Message) -> Iterator[Fact]:
        channel, target = self._sorter.channel(message), self._sorter.channel(message, "Target")
        if channel is None or target is None:
            return
        at = moment(message)
        if channel.call != target.call:
            yield Fact(FactKind.JOINED, target.call, at=at, other=channel.call)
        if channel.kind is ChannelKind.PHONE:
            yield Fact(
                FactKind.ANSWERED, target.call, at=at, leg=channel.key, device=channel.device
            )

    def _hangup_request(self, message: Message) -> Iterator[Fact]:
        """Whoever is at this channel ends it. A phone that is called may refuse."""
        channel = self._sorter.channel(message)
        if channel is None or channel.kind is ChannelKind.INNER:
            return
        if channel.state in ("Ringing", "Down"):
            if outcome := _CALLED_OUTCOMES.get(message.get("Cause")):
                yield leg_fact(FactKind.LEG_ENDED, message, channel, outcome)
        elif channel.kind is ChannelKind.TRUNK:
            yield Fact(FactKind.HUNG_UP, channel.call, at=moment(message), by=Party.REMOTE)
        elif channel.began:
            yield Fact(FactKind.HUNG_UP, channel.call, at=moment(message), by=Party.AGENT)

    def _hangup(self, message: Message) -> Iterator[Fact]:
        channel = self._sorter.channel(message)
        if channel is None:
            return
        at, cause = moment(message), message.get("Cause")
        inner, is_up = channel.kind is ChannelKind.INNER, channel.state == "Up"
        incoming = channel.kind is ChannelKind.TRUNK and channel.began
        if incoming and channel.context in self._voicemail:
            yield Fact(FactKind.VOICEMAIL, channel.call, at=at)
        if not inner:
            outcome = LegOutcome.CANCELLED if cause == _ANSWERED_ELSEWHERE else None
            yield leg_fact(FactKind.LEG_ENDED, message, channel, outcome)
        # A Local channel that is up leaves when it has connected the others. Where it began the
        # call, the remote's leg ends it.
        if (channel.began and not (inner and is_up)) or (
            channel.kind is ChannelKind.TRUNK and is_up
        ):
            yield Fact(FactKind.ENDED, channel.call, at=at, cause=cause)
        if channel.key in self._going_on:
            yield Fact(FactKind.ENDED, channel.key, at=at, cause=cause)

    def _originate_response(self, message: Message) -> Iterator[Fact]:
        """A call that was placed from here, and that nobody could be rung for."""
        token = message.action_id
        if message.get("Response") != "Failure" or not token.startswith(CALL_PREFIX):
            return
        at, reason = moment(message), message.get("Reason")
        outcome = _ORIGINATE_OUTCOMES.get(reason, LegOutcome.FAILED)
        device = message.get("Channel")
        yield Fact(
            FactKind.STARTED, token, at=at, leg=token, device=device, direction=Direction.OUT
        )
        yield Fact(FactKind.LEG_ENDED, token, at=at, leg=token, device=device, outcome=outcome)
        yield Fact(FactKind.ENDED, token, at=at)
