"""From a stream of events to what is stored: all of a call, or nothing."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from cti_calls.api_for_plugins import Fact, FactKind, PhoneEvent

from cti_asterisk.ami.messages import Message
from cti_asterisk.translation.facts import Reader

# They say that there is a call. All else may also be a phone that listens to its voicemail.
_TELLING = (FactKind.STARTED, FactKind.DIALLED, FactKind.QUEUED, FactKind.JOINED)
_MOST_CALLS = 10_000
_MOST_HELD = 1_000


class Translator:
    """Translates the events of one phone system.

    What is heard of a channel is held back until something says that it takes part in a call.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._calls: OrderedDict[str, None] = OrderedDict()
        self._held: OrderedDict[str, list[PhoneEvent]] = OrderedDict()

    def events(self, message: Message, received_at: datetime) -> list[PhoneEvent]:
        """What an event says, and what was held back until it came; empty: nothing.

        :param received_at: when it came in, in UTC
        """
        facts = self._reader.facts(message) if message.is_event else ()
        if not facts:
            return []
        event = PhoneEvent(
            kind=message.event,
            payload=message.text,
            facts=facts,
            received_at=received_at,
            dedup=_dedup(message, received_at),
        )
        told = [key for fact in facts if fact.kind in _TELLING for key in _keys(fact)]
        if told or any(fact.call in self._calls for fact in facts):
            return [event, *self._release(told)]
        held = self._held.setdefault(facts[0].call, [])
        held.append(event)
        _limit(self._held, _MOST_HELD)
        return []

    def know(self, calls: Iterable[str]) -> None:
        """There are these calls: nothing of them is held back.

        :param calls: their keys
        """
        self._add(calls)

    def _release(self, told: list[str]) -> Iterator[PhoneEvent]:
        self._add(told)
        for key in told:
            yield from self._held.pop(key, ())

    def _add(self, calls: Iterable[str]) -> None:
        for key in calls:
            self._calls[key] = None
            self._calls.move_to_end(key)
        _limit(self._calls, _MOST_CALLS)


def _keys(fact: Fact) -> list[str]:
    return [key for key in (fact.call, fact.other) if key]


def _limit(kept: OrderedDict[str, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)


def _dedup(message: Message, received_at: datetime) -> str:
    """What tells an event from the next one with the same words: its moment."""
    moment = "" if message.get("Timestamp") else f"{received_at:%Y-%m-%dT%H:%M:%S}"
    return hashlib.sha256(f"{moment}\n{message.text}".encode()).hexdigest()
