"""Play a scene through the hook that phone systems use."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from cti_calls.model.facts import Fact, PhoneEvent, Taken
from cti_calls.model.records import SIMULATOR
from cti_calls.simulator.scenes import Beat, Scene, beats
from cti_host import Host

NUMBER = "+33987654321"
"""Who calls in a scene unless somebody else is named: a person of the demonstration."""


@dataclass(frozen=True)
class Played:
    """One moment of a scene that was handed over.

    :param name: what happened ("ringing")
    :param call: the record that was made or changed; `None`: nothing was stored
    :param stored_ms: how long it took until everything was committed, in milliseconds
    """

    name: str
    call: int | None
    stored_ms: float


class NotTaken(Exception):
    """No plugin stored the event."""


def scene_of(
    scene: Scene, agents: Sequence[str], *, number: str = NUMBER, dialled: str = ""
) -> list[Beat]:
    """The moments of a new call."""
    return beats(scene, number, agents, call=secrets.token_hex(8), dialled=dialled)


def play(
    host: Host, moments: Sequence[Beat], pause: Callable[[], object] = lambda: None
) -> Iterator[Played]:
    """Hand the moments over as a phone system's plugin would, one after the other.

    :param pause: called between two moments
    :raises NotTaken: the call could not be stored
    """
    for number, beat in enumerate(moments):
        if number:
            pause()
        yield hand_over(host, beat)


def hand_over(host: Host, beat: Beat) -> Played:
    """Hand one moment over.

    :raises NotTaken: it could not be stored
    """
    at = datetime.now(UTC)
    facts = tuple(replace(fact, at=at) for fact in beat.facts)
    event = PhoneEvent(
        beat.name,
        json.dumps([_told(fact) for fact in beat.facts]),
        facts,
        at,
        dedup=secrets.token_hex(8),
        simulated=True,
    )
    began = time.perf_counter()
    taken = host.hooks.first("take_phone_events", Taken, source=SIMULATOR, events=[event])
    took = (time.perf_counter() - began) * 1000
    if taken is None:
        raise NotTaken(beat.name)
    return Played(beat.name, taken.calls[-1] if taken.calls else None, took)


def _told(fact: Fact) -> dict[str, object]:
    """What the journal shows of a made-up event: only what it says."""
    return {name: value for name, value in asdict(fact).items() if value}
