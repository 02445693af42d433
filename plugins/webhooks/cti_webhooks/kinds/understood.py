"""What each kind of phone system makes of a payload."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cti_calls.api_for_plugins import Fact, Problem

from cti_webhooks.payload import Payload


@dataclass(frozen=True)
class Understood:
    """What a payload says.

    :param event: the phone system's word for what happened
    :param facts: the same in ours; empty: nothing about a call that matters
    :param reuses_keys: whether the key of the call may come back for another call, so that the
        same payload may be sent twice and mean two calls
    :param problem: what of it was left out, and why, in words; empty: nothing
    """

    event: str
    facts: tuple[Fact, ...] = ()
    reuses_keys: bool = False
    problem: Problem | str = ""


@dataclass(frozen=True)
class Reply:
    """What a phone system is told when its event was taken."""

    body: str = "{}"
    content_type: str = "application/json"
    status: int = 200


class Reader(Protocol):
    """Understands the payloads of one source."""

    def read(self, payload: Payload, received_at: datetime) -> Understood:
        """What a payload says.

        :param received_at: when it came in, for events that say how long something took
        :raises NotUnderstood: a field is missing or wrong
        """

    def reply(self, event: str, address: str) -> Reply:
        """What to tell the phone system once an event was taken.

        :param event: as it was understood; empty: it was not
        :param address: where it sends its events, for replies that name it
        """
