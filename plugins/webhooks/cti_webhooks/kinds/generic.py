"""Events of any phone system, read as the settings say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from cti_calls.api_for_plugins import N_, Direction, Fact, FactKind, Problem

from cti_webhooks.kinds.endings import ending_facts, outcome_of
from cti_webhooks.kinds.legs import begun, is_remotes_number, legs
from cti_webhooks.kinds.paths import Place, values_at
from cti_webhooks.kinds.understood import Reply, Understood
from cti_webhooks.payload import NotUnderstood, Payload
from cti_webhooks.settings import ANYTHING_ELSE, Ending, GenericSource, What
from cti_webhooks.values import believed, remote_number

_T = TypeVar("_T")
# What only says that something happened on a phone, or in the call as a whole.
_PLAIN = {
    What.ANSWERED: FactKind.ANSWERED,
    What.HELD: FactKind.HELD,
    What.RESUMED: FactKind.RESUMED,
    What.TRANSFERRED: FactKind.TRANSFERRED,
    What.QUEUED: FactKind.QUEUED,
    What.LEFT_QUEUE: FactKind.QUEUE_LEFT,
    What.VOICEMAIL: FactKind.VOICEMAIL,
}
_OF_THE_CALL = (What.QUEUED, What.LEFT_QUEUE, What.VOICEMAIL)
_MOST_ELEMENTS, _MOST_FACTS = 100, 500
_LONGEST_PATH = 100
_LONGEST_SECONDS = 7 * 24 * 3600


class GenericReader:
    """Reads payloads by the paths and words of a source's settings."""

    def __init__(self, settings: GenericSource) -> None:
        self._settings = settings

    def read(self, payload: Payload, received_at: datetime) -> Understood:
        """See `Reader`."""
        if not self._settings.each:
            return self._read(Place(payload), received_at)
        elements = values_at(payload.data, self._settings.each)
        elements = [one for one in elements if one is not None]
        if not elements:
            raise NotUnderstood(self._settings.each, N_("%(field)s is missing or empty"))
        read: list[Understood] = []
        facts: list[Fact] = []
        for one in elements[:_MOST_ELEMENTS]:
            read.append(self._read(Place(payload, one), received_at))
            facts += read[-1].facts
            if len(facts) > _MOST_FACTS:
                break
        problem: Problem | str = ""
        each = self._settings.each[:_LONGEST_PATH]
        if len(facts) > _MOST_FACTS:
            text = N_("%(field)s says more than %(most)s things; the others are left out")
            problem = Problem(text, {"field": each, "most": _MOST_FACTS})
        elif len(elements) > _MOST_ELEMENTS:
            text = N_("%(field)s has more than %(most)s elements; the others are left out")
            problem = Problem(text, {"field": each, "most": _MOST_ELEMENTS})
        words = ", ".join(dict.fromkeys(one.event for one in read))
        reuses = any(one.reuses_keys for one in read)
        return Understood(words, tuple(facts[:_MOST_FACTS]), reuses, problem)

    def reply(self, event: str, address: str) -> Reply:
        """What the settings say."""
        reply = self._settings.reply
        return Reply(reply.body, reply.type, reply.status)

    def _read(self, place: Place, received_at: datetime) -> Understood:
        word = (place.text(self._settings.fields.event) or "").strip()
        what = _meaning(self._settings.events, word)
        if what is None:
            raise _unknown(self._settings.fields.event, "events", word)
        if what is What.IGNORED:
            return Understood(word)
        facts = self._facts(what, place, received_at)
        reuses = any(is_remotes_number(fact.call, fact.remote or "") for fact in facts)
        return Understood(word or what, facts, reuses)

    def _facts(self, what: What, place: Place, received_at: datetime) -> tuple[Fact, ...]:
        fields = self._settings.fields
        base = self._base(place, received_at)
        devices = place.texts(fields.agents) or self._own(place, base.direction)
        if what in (What.STARTED, What.RINGING):
            return self._start(what, base, devices, place)
        if what is What.ENDED:
            ending, at = self._ending(place, base, received_at)
            return ending_facts(base, ending, answered_at=at)
        if what is What.LEG_ENDED:
            ending, _at = self._ending(place, base, received_at)
            outcome = outcome_of(ending, base.direction)
            return self._on_phones(FactKind.LEG_ENDED, replace(base, outcome=outcome), devices)
        queue = (place.text(fields.queue) or "").strip()
        base = replace(base, cause="", queue=queue if what is What.QUEUED else "")
        if what in _OF_THE_CALL:
            return (replace(base, kind=_PLAIN[what]),)
        facts = self._on_phones(_PLAIN[what], base, devices)
        if what is What.ANSWERED and base.direction is Direction.OUT and devices:
            return (replace(base, kind=FactKind.ANSWERED), *facts)
        return facts

    def _on_phones(self, kind: FactKind, base: Fact, devices: tuple[str, ...]) -> tuple[Fact, ...]:
        return legs(base, kind, devices) or (replace(base, kind=kind),)

    def _start(
        self, what: What, base: Fact, devices: tuple[str, ...], place: Place
    ) -> tuple[Fact, ...]:
        fields = self._settings.fields
        called = (
            self._remote_paths(base.direction) if base.direction is Direction.OUT else fields.to
        )
        started = replace(
            base,
            kind=FactKind.STARTED,
            remote_name=(place.text(fields.name) or "").strip(),
            dialled=(place.number(called or fields.own) or "").strip(),
            queue=(place.text(fields.queue) or "").strip(),
            cause="",
        )
        first: tuple[Fact, ...] = (started,) if what is What.STARTED else begun(started, devices)
        before = (place.text(fields.other_call) or "").strip()
        if before and before != base.call:
            return (*first, replace(base, kind=FactKind.JOINED, other=before, cause=""))
        return first

    def _base(self, place: Place, received_at: datetime) -> Fact:
        """The call, its direction, its remote and its cause, as an `ENDED`."""
        fields = self._settings.fields
        call = (place.text(fields.call) or "").strip()
        if fields.call and not call:
            raise NotUnderstood(fields.call[0])
        word = (place.text(fields.direction) or "").strip()
        direction = _meaning(self._settings.directions, word)
        if direction is None and word:
            raise _unknown(fields.direction, "directions", word)
        way = Direction(direction) if direction else None
        base = Fact(
            FactKind.ENDED,
            call,
            at=_moment(place, fields.at, received_at),
            direction=way,
            cause=(place.text(fields.cause) or "").strip()[:100],
        )
        number = place.number(self._remote_paths(way))
        if number is None:
            return base
        remote, withheld = remote_number(number)
        return replace(base, remote=remote, withheld=withheld)

    def _remote_paths(self, direction: Direction | None) -> list[str]:
        fields = self._settings.fields
        if fields.remote:
            return fields.remote
        if direction is Direction.OUT:
            return fields.to
        return fields.from_ if direction else []

    def _own(self, place: Place, direction: Direction | None) -> tuple[str, ...]:
        """Our side's number, as the device where no agent is named."""
        fields = self._settings.fields
        paths = fields.own
        if not paths and direction:
            paths = fields.from_ if direction is Direction.OUT else fields.to
        number = (place.number(paths) or "").strip()
        return (number,) if number and not remote_number(number)[1] else ()

    def _ending(
        self, place: Place, base: Fact, received_at: datetime
    ) -> tuple[Ending | None, datetime | None]:
        """Why it ended, and when somebody answered."""
        fields = self._settings.fields
        ending = _meaning(self._settings.causes, base.cause)
        answered_at = _moment(place, fields.answered_at, received_at)
        length = _seconds(place.text(fields.duration))
        if answered_at is None and length and ending is Ending.ANSWERED:
            answered_at = (base.at or received_at) - timedelta(seconds=length)
        if answered_at is not None and ending is None:
            ending = Ending.ANSWERED
        return ending, answered_at


def _meaning(words: Mapping[str, _T], word: str) -> _T | None:
    return words.get(word, words.get(ANYTHING_ELSE))


def _unknown(paths: Sequence[str], table: str, word: str) -> NotUnderstood:
    field = paths[0] if paths else table
    if not word:
        return NotUnderstood(field)
    text = N_("%(field)s has a word that is not in %(table)s: “%(word)s”")
    return NotUnderstood(field, text, table=table, word=word[:50])


def _moment(place: Place, paths: Sequence[str], received_at: datetime) -> datetime | None:
    text = place.text(paths)
    return believed(text, received_at) if text else None


def _seconds(text: str | None) -> float:
    """A number of seconds; 0: it is none, or so long that it is none."""
    try:
        length = float(text or 0)
    except ValueError:
        return 0
    return length if 0 < length <= _LONGEST_SECONDS else 0
