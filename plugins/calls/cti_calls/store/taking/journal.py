"""The journal of what phone systems sent: an entry for each event, and what became of it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from cti_calls.merging.gathered import CallFacts
from cti_calls.model.facts import PAYLOAD_BYTES, REPEAT_SECONDS, Fact, FactKind
from cti_calls.model.problems import stored_problem
from cti_calls.model.records import Moment
from cti_calls.store.rows.sql import execute
from cti_calls.store.silence import Silence
from cti_calls.store.taking.prepared import DatedFact, Prepared, PreparedEvent, plain_fact
from cti_host import mask_numbers

HIDDEN = "***"
_UNIQUE_ID = r"(?<![\d.])\d{10}\.\d{1,9}(?![\d.])"
# So many digits at the end of a number tell whose it is.
_SIGNIFICANT = 6
_RINGS = (FactKind.RINGING, FactKind.ANSWERED)


def names_of(events: Iterable[PreparedEvent]) -> set[str]:
    """What events may have been stored under."""
    return {text for one in events for text in (one.dedup, *one.alike)}


def known_events(events: Sequence[PreparedEvent], stored: Mapping[str, int]) -> set[int]:
    """Which of the events were taken before, by their places; also those that repeat another.

    :param stored: when those of their names were received that are stored
    """
    taken, known = dict(stored), set[int]()
    for place, one in enumerate(events):
        near = (
            text in taken and abs(taken[text] - one.received_at) <= REPEAT_SECONDS * 1000
            for text in one.alike
        )
        if one.dedup in taken or any(near):
            known.add(place)
        else:
            taken[one.dedup] = one.received_at
    return known


def entry(
    source: str,
    prepared: PreparedEvent,
    call: int | None,
    agents: Iterable[str],
    silence: str,
    *,
    about: CallFacts | None,
    whole_numbers: bool,
) -> dict[str, Any]:
    """The row of an event.

    :param call: the record that it touched
    :param agents: those whose screens were told
    :param silence: why nobody's was (see `silence`)
    :param about: what is known of that call by now
    :param whole_numbers: whether numbers are kept as they came, but for those that are withheld
    """
    event, facts = prepared.event, [dated.fact for dated in prepared.facts]
    payload = event.payload.replace("\0", "").encode("utf-8", "replace")
    text = payload[:PAYLOAD_BYTES].decode("utf-8", "ignore")
    mask = _Mask.of(facts, about, whole=whole_numbers)
    return {
        "source": source,
        "received_at": prepared.received_at,
        "dedup": prepared.dedup,
        "kind": event.kind[:100],
        "payload": mask.text(text),
        "facts": mask.facts(prepared.facts),
        "call": call,
        "agents": ", ".join(dict.fromkeys(agents)),
        "silence": mask.text(silence, keys=False)[:255],
        "problem": stored_problem(event.problem, mask.text),
        "answer": event.answer[:60],
        "count": max(1, event.refused),
        "refused": int(event.refused > 0),
    }


def count_refused(source: str, events: Iterable[PreparedEvent]) -> None:
    """Count refused requests in the entry that there is of their minute and reason."""
    for one in events:
        if one.event.refused:
            execute(
                "UPDATE phone_event SET count = count + ? WHERE source = ? AND dedup = ?",
                [one.event.refused, source, one.dedup],
            )


def silence(
    prepared: Prepared, facts: Sequence[Fact], rung: Collection[str], *, over: bool, own: bool
) -> str:
    """Why an event made nobody's screen show its call; empty: it did, or it says of no ringing.

    :param facts: those of one event
    :param rung: the keys of the legs that began to ring now
    :param over: whether the call has ended, or somebody has answered it
    :param own: whether it is a call that the agent makes
    """
    reasons = [_silence(prepared, fact, rung, over=over, own=own) for fact in facts
               if fact.kind in _RINGS]  # fmt: skip
    if own and not reasons and any(fact.kind is FactKind.STARTED for fact in facts):
        return Silence.OWN_CALL
    return "" if "" in reasons else next(iter(reasons), "")


def _silence(
    prepared: Prepared, fact: Fact, rung: Collection[str], *, over: bool, own: bool
) -> str:
    if not fact.device:
        return "" if fact.leg or fact.kind is FactKind.ANSWERED else Silence.NO_DEVICE
    if fact.device not in prepared.agents:
        return f"{Silence.UNKNOWN_DEVICE}:{fact.device}"
    agents = prepared.agents[fact.device]
    if not agents:
        return f"{Silence.NOBODYS}:{fact.device}"
    if own:
        return Silence.OWN_CALL
    moments = {prepared.moments.get(agent, "") for agent in agents}
    if moments == {Moment.OFF}:
        return f"{Silence.OFF}:{fact.device}"
    if fact.kind is FactKind.ANSWERED:
        return ""
    if (fact.leg or fact.device) in rung:
        return (
            f"{Silence.ON_ANSWER}:{fact.device}" if moments <= {Moment.OFF, Moment.ANSWERED} else ""
        )
    return Silence.OVER if over else Silence.KNOWN


@dataclass(frozen=True)
class _Mask:
    """What must not be readable in an entry.

    :param remotes: the numbers that are masked in any writing; those that are withheld, if the
        others are kept whole
    :param withheld: texts of which nothing is kept: the numbers and names of who hides
    :param keys: keys of calls and legs
    """

    remotes: Collection[str]
    withheld: Collection[str]
    keys: Collection[str]
    whole: bool

    @classmethod
    def of(cls, facts: Sequence[Fact], about: CallFacts | None, *, whole: bool) -> _Mask:
        """What an event's facts and what is known of its call forbid."""
        hides = about is not None and about.is_withheld
        hidden = [fact for fact in facts if fact.withheld or hides]
        names = {fact.remote_name for fact in hidden}
        withheld = {fact.remote for fact in facts if fact.withheld}
        withheld |= {fact.remote for fact in hidden if _last(fact.remote or "")} | names
        remotes = withheld if whole else {*withheld, *(fact.remote for fact in facts)}
        if about is not None and not whole:
            remotes.add(about.text("remote"))
        keys = {key for fact in facts for key in (fact.call, fact.leg, fact.other, fact.token)}
        return cls(
            {last for remote in remotes if (last := _last(remote or ""))},
            {text for text in withheld if text and len(text) > 1},
            {key for key in keys if len(key) >= _SIGNIFICANT},
            whole,
        )

    def facts(self, dated: Sequence[DatedFact]) -> str:
        """Facts as JSON."""
        plain = [plain_fact(one) for one in dated]
        for one in plain:
            if one.get("remote_name") in self.withheld:
                del one["remote_name"]
        return self.text(json.dumps(plain, ensure_ascii=False))

    def text(self, text: str, *, keys: bool = True) -> str:
        """A text as it is kept.

        Keys of calls and legs stay, or nobody could follow a call; those with a number don't.

        :param keys: whether there are any in it
        """
        for hidden in sorted(self.withheld, key=len, reverse=True):
            for written in {hidden, json.dumps(hidden)[1:-1], quote(hidden), quote_plus(hidden)}:
                text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", HIDDEN, text)
        if not text or (self.whole and not self._tells(text)):
            return text
        every = sorted(self.keys, key=len, reverse=True) if keys else []
        pieces = re.split(f"({'|'.join([*map(re.escape, every), _UNIQUE_ID])})", text)
        return "".join(self._piece(piece, is_key=place % 2 > 0)
                       for place, piece in enumerate(pieces))  # fmt: skip

    def _piece(self, text: str, *, is_key: bool) -> str:
        masked = text if is_key or self.whole else mask_numbers(text)
        if not self._tells(masked):
            return masked
        masked = mask_numbers(text, in_words=True)
        return HIDDEN if is_key and self._tells(masked) else masked

    def _tells(self, text: str) -> bool:
        """Whether one of the numbers can be read in a text, in any writing."""
        digits = _digits(text) if self.remotes else ""
        return any(last in digits for last in self.remotes)


def _last(number: str) -> str:
    """What all writings of a number end with; empty: it is too short to be one."""
    digits = _digits(number)
    return digits[-_SIGNIFICANT:] if len(digits) >= _SIGNIFICANT else ""


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
