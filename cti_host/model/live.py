"""What open pages and programs are told as it happens."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cti_host.isolation.read_only import make_read_only

_EVENT = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Message:
    """Something that open pages and programs are told: an event and its data.

    :param event: its name ("ringing"): a letter, then letters, digits, ".", "_" and "-"
    :param data: what belongs to it: texts, numbers, lists and mappings, since it travels as JSON
    """

    event: str
    data: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not _EVENT.fullmatch(self.event):
            raise ValueError(f"not the name of an event: {self.event!r}")
        make_read_only(self, "data")

    @property
    def json(self) -> str:
        """The data as JSON, in one line; `TypeError`: it holds what JSON doesn't know."""
        return json.dumps(self.data, default=_plain)


def _plain(value: object) -> dict[str, Any]:
    """Read-only mappings are unknown to `json`."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


@dataclass(frozen=True)
class Published:
    """A message that was published.

    :param id: its number: those of later messages are larger
    :param topics: what it is about ("agent:ada"): whoever follows one of them receives it
    :param message: the message itself
    """

    id: int
    topics: tuple[str, ...]
    message: Message


class Deliver(Protocol):
    """Where `follow` hands over what was published: `deliver(messages)`, in the order of their ids.

    It belongs to the event loop that `follow` runs in.
    """

    @property
    def is_watched(self) -> bool:
        """Whether a stream is open in this process: without one, nobody waits for messages."""

    def begin(self, position: int) -> None:
        """Say that all messages with larger ids follow, and that earlier ones may be unknown.

        It comes before the first message, and again after following was interrupted. Messages that
        were delivered before are left out.
        """

    async def watched(self, seconds: float) -> None:
        """Wait until a stream is open, or for so many seconds."""

    def __call__(self, messages: Sequence[Published]) -> None:
        """Deliver messages to the streams that follow their topics."""
