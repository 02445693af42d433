"""Channels: which are phones, which are lines to the outside, which only connect others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from fnmatch import fnmatchcase

from cti_asterisk.ami.messages import Message

# "PJSIP/201-0000002a"; the halves of a Local channel end in ";1" and ";2".
_NAME = re.compile(r"(?P<device>.+)-[0-9a-f]+(;[12])?", re.ASCII)
# Extensions have few digits, and nobody calls a line "201".
_EXTENSION = re.compile(r"[^/]+/\d{1,6}", re.ASCII)
_INNER = (
    "Local/",
    "Message/",
    "Recorder/",
    "Announcer/",
    "CBAnn/",
    "CBRec/",
    "Bridge/",
    "Surrogate/",
)


class ChannelKind(Enum):
    """What is at the other end of a channel."""

    PHONE = auto()
    TRUNK = auto()
    INNER = auto()  # nobody: it connects channels inside of Asterisk


@dataclass(frozen=True)
class Channel:
    """A channel, as one event tells of it.

    :param device: its name without the number of this call ("PJSIP/201")
    :param key: Uniqueid, the key of the leg
    :param call: Linkedid, the key of the call
    :param state: "Ring" (it calls), "Ringing" (it is called), "Up", "Down", …
    """

    device: str
    kind: ChannelKind
    key: str
    call: str
    state: str
    number: str
    name: str
    connected: str
    context: str
    extension: str

    @property
    def began(self) -> bool:
        """Whether the call began with this channel."""
        return self.key == self.call


class Sorter:
    """Tells phones from trunks: by patterns of names, by contexts, by what extensions look like."""

    def __init__(
        self, trunks: Sequence[str], phones: Sequence[str], trunk_contexts: Sequence[str]
    ) -> None:
        self._trunks = trunks
        self._phones = phones
        self._trunk_contexts = frozenset(trunk_contexts)
        # A channel begins in the context of its endpoint, and may leave it.
        self._seen_in_trunk_context: set[str] = set()

    def learn(self, channel: str, context: str) -> None:
        """A channel was made in a context."""
        if context in self._trunk_contexts:
            self._seen_in_trunk_context.add(device_of(channel))

    def kind(self, device: str) -> ChannelKind:
        """What is behind a device ("PJSIP/201")."""
        if device.startswith(_INNER):
            return ChannelKind.INNER
        if any(fnmatchcase(device, pattern) for pattern in self._trunks):
            return ChannelKind.TRUNK
        if any(fnmatchcase(device, pattern) for pattern in self._phones):
            return ChannelKind.PHONE
        if device in self._seen_in_trunk_context or not _EXTENSION.fullmatch(device):
            return ChannelKind.TRUNK
        return ChannelKind.PHONE

    def is_incoming(self, message: Message) -> bool:
        """Whether this says that a call comes in on a trunk, with a number.

        :param message: `Newchannel`, or a row of `CoreShowChannels`
        """
        if message.event not in ("Newchannel", "CoreShowChannel"):
            return False
        self.learn(message.get("Channel"), message.get("Context"))
        channel = self.channel(message)
        if channel is None or channel.kind is not ChannelKind.TRUNK:
            return False
        return channel.began and bool(channel.number)

    def channel(self, message: Message, prefix: str = "") -> Channel | None:
        """A channel of an event; `None`: it has no such channel.

        :param prefix: "Dest", "Transferer", …: events of two channels name the keys so
        """
        name = message.get(f"{prefix}Channel")
        key = message.get(f"{prefix}Uniqueid")
        if not name or not key:
            return None
        device = device_of(name)
        return Channel(
            device=device,
            kind=self.kind(device),
            key=key,
            call=message.get(f"{prefix}Linkedid") or key,
            state=message.get(f"{prefix}ChannelStateDesc"),
            number=message.get(f"{prefix}CallerIDNum"),
            name=message.name(f"{prefix}CallerIDName"),
            connected=message.get(f"{prefix}ConnectedLineNum"),
            context=message.get(f"{prefix}Context"),
            extension=message.get(f"{prefix}Exten"),
        )


def device_of(channel: str) -> str:
    """The device of a channel: its name without the number of this call."""
    match = _NAME.fullmatch(channel)
    return match["device"] if match else channel
