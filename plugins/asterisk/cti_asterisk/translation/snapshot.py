"""What is going on right now, for a connection that has just begun.

Asterisk doesn't repeat what happened in between. Its lists of channels and of queues say which
calls there are, who takes part and who talks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cti_calls.api_for_plugins import Direction, Fact, FactKind

from cti_asterisk.ami.messages import Message
from cti_asterisk.translation.channel_facts import came_in
from cti_asterisk.translation.channels import Channel, ChannelKind, Sorter


class Snapshot:
    """The calls that there are.

    :param channels: the rows of `CoreShowChannels`
    :param queues: the rows of `QueueStatus`
    :param names: what to call queues, by their names in Asterisk
    :param at: when Asterisk was asked, by its own clock
    """

    def __init__(
        self,
        sorter: Sorter,
        channels: Sequence[Message],
        queues: Sequence[Message],
        names: Mapping[str, str],
        at: datetime,
    ) -> None:
        self._at = at
        self._names = names
        self._queues = queues
        self._rows: list[tuple[Channel, Message]] = []
        for row in channels:
            if row.event == "CoreShowChannel" and (channel := sorter.channel(row)):
                self._rows.append((channel, row))
        self._by_key = {channel.key: channel for channel, _row in self._rows}

    @property
    def calls(self) -> frozenset[str]:
        """The keys of the calls."""
        return frozenset(channel.call for channel, _row in self._rows)

    def facts(self) -> tuple[Fact, ...]:
        """What is known of them."""
        facts: list[Fact] = []
        for channel, row in self._rows:
            facts += self._of_channel(channel, row)
        for row in self._queues:
            waiting = self._by_key.get(row.get("Uniqueid"))
            if row.event == "QueueEntry" and waiting is not None:
                name = row.get("Queue")
                since = self._at - timedelta(seconds=_whole(row.get("Wait")))
                queue = self._names.get(name, name)
                facts.append(Fact(FactKind.QUEUED, waiting.call, at=since, queue=queue))
        return tuple(facts)

    def _of_channel(self, channel: Channel, row: Message) -> list[Fact]:
        began = self._at - _duration(row.get("Duration"))
        leg = Fact(
            FactKind.DIALLED,
            channel.call,
            at=began,
            leg=channel.key,
            device=channel.device if channel.kind is ChannelKind.PHONE else "",
        )
        if channel.kind is ChannelKind.INNER:
            return []
        if channel.began:
            return self._of_beginner(channel, leg)
        facts = [leg]
        if channel.state == "Ringing":
            facts.append(replace(leg, kind=FactKind.RINGING))
        elif channel.state == "Up":
            # It talks since it was picked up, nobody knows when.
            facts.append(replace(leg, kind=FactKind.ANSWERED, at=self._at))
        return facts

    def _of_beginner(self, channel: Channel, leg: Fact) -> list[Fact]:
        """The channel that a call began with."""
        others = [one for one, _row in self._rows if one.call == channel.call and one != channel]
        started = replace(leg, kind=FactKind.STARTED)
        if channel.kind is ChannelKind.TRUNK:
            return [came_in(channel, leg.at)]
        for other in others:
            if other.kind is ChannelKind.TRUNK:
                return [replace(started, direction=Direction.OUT, remote=other.number or None)]
        if others:
            return [replace(started, direction=Direction.INTERNAL, remote=channel.number or None)]
        return []


def _duration(text: str) -> timedelta:
    """A duration as "01:02:03"."""
    seconds = 0
    for part in text.split(":"):
        seconds = seconds * 60 + _whole(part)
    return timedelta(seconds=seconds)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() else 0
