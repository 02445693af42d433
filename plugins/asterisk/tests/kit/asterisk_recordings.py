"""The recordings of real calls, what they are translated to, and the calls that come of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

from cti_asterisk.ami.messages import Message, Parser
from cti_asterisk.translation.channels import Sorter
from cti_asterisk.translation.facts import Reader
from cti_asterisk.translation.translator import Translator
from cti_calls.api_for_plugins import Direction, PhoneEvent
from cti_calls.merging.gathered import CallFacts, LegFacts, gathered
from cti_calls.merging.verdict import leg_outcome, verdict

FOLDER = Path(__file__).parent.parent / "recordings"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
_HEADER_ENDS = b"# ---\n"
_WRITTEN = (FOLDER.parent / "expected.txt").read_text(encoding="utf-8")


def _expectations() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in _WRITTEN.splitlines():
        if line.startswith("    "):
            lines.append(line.removeprefix("    "))
        elif line and not line.startswith("#"):
            lines = found.setdefault(line, [])
    return {name: "\n".join(told) for name, told in found.items()}


EXPECTED = _expectations()
"""The calls of each recording, as expected.txt tells them: it is written from the headers."""


def bytes_of(name: str) -> bytes:
    """What the server sent, to the byte."""
    return (FOLDER / f"{name}.txt").read_bytes().partition(_HEADER_ENDS)[2]


@cache
def messages(name: str) -> Sequence[Message]:
    """The messages of a recording."""
    return tuple(Parser().feed(bytes_of(name)))


def chance(seed: int) -> Random:
    """Chance that can be had again."""
    return Random(seed)  # noqa: S311


def sorter() -> Sorter:
    """What tells phones from trunks in the recordings: the trunk is "PJSIP/trunk"."""
    return Sorter(["PJSIP/trunk"], [], ["from-trunk"])


def translated(sent: Iterable[Message]) -> list[PhoneEvent]:
    """What messages come to, as if they came in now."""
    translator = Translator(Reader(sorter(), {}, ["macro-vm"]))
    now = datetime.now(UTC)
    return [event for message in sent for event in translator.events(message, now)]


def calls_of(events: Iterable[PhoneEvent]) -> list[CallFacts]:
    """The calls that events come to, in the order that they began."""
    by_key: dict[str, CallFacts] = {}
    for event in events:
        for fact in event.facts:
            at = round((fact.at or event.received_at).timestamp() * 1000)
            number = fact.remote if any(map(str.isdigit, fact.remote or "")) else None
            call = gathered(fact, fact.call, at, number)
            same = {id(by_key[key]): by_key[key] for key in call.keys if key in by_key}
            for known in same.values():
                call.join(known)
            by_key |= dict.fromkeys(call.keys, call)
    distinct = {id(call): call for call in by_key.values()}.values()
    return sorted(distinct, key=lambda call: call.started_at or 0)


def told(call: CallFacts) -> str:
    """A call as text; moments in half seconds since it began."""
    return "\n".join(_lines(call))


def _lines(call: CallFacts) -> Iterator[str]:
    now = verdict(call)
    start = call.started_at or 0
    remote = "withheld" if call.is_withheld else call.text("remote") or "unknown"
    name = f" ({call.text('remote_name')})" if call.text("remote_name") else ""
    dialled = f" for {call.text('dialled')}" if call.text("dialled") else ""
    queue = f" in queue {call.queue.text}" if call.queue else ""
    what = now.outcome or now.state
    by = f" by {now.hung_up_by}" if now.hung_up_by else ""
    ended = f", ended at {_since(now.ended_at, start)}{by}" if now.ended_at is not None else ""
    yield f"{now.direction} {remote}{name}{dialled}{queue}: {what}{ended}"
    legs = sorted(call.legs.values(), key=lambda leg: (_first(leg), leg.device))
    for leg in legs:
        if leg.device or now.direction is Direction.OUT:
            yield f"    {_leg(leg, call, start)}"


def _first(leg: LegFacts) -> int:
    moments = (leg.dialled_at, leg.ringing_at, leg.answered_at, leg.ended_at)
    return min((moment for moment in moments if moment is not None), default=0)


def _leg(leg: LegFacts, call: CallFacts, start: int) -> str:
    outcome = leg_outcome(leg, call.legs.values())
    moments = [
        ("rings", leg.ringing_at),
        ("answered", leg.answered_at),
        ("held", leg.held_at),
        ("resumed", leg.resumed_at if leg.held_at else None),
        ("hands on", leg.transferred_at),
        (str(outcome or "ended"), leg.ended_at),
    ]
    words = [f"{word} at {_since(at, start)}" for word, at in moments if at is not None]
    return f"{leg.device or 'remote'}{' (dials)' if leg.began else ''}: {', '.join(words)}"


def _since(moment: int | None, start: int) -> str:
    return f"{round(((moment or 0) - start) / 500) / 2:g}"
