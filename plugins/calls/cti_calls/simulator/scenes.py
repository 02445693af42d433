"""The scenes that a made-up call can play, as the facts that a phone system would tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cti_calls.model.facts import Direction, Fact, FactKind, LegOutcome, Party
from cti_calls.model.records import SOMEBODYS_PHONE

QUEUE = "Support"


class Scene(StrEnum):
    """What happens in a made-up call."""

    PLAIN = "plain"  # one phone rings, and is answered
    RING_GROUP = "ring-group"  # two phones ring; the first one answers
    QUEUE = "queue"  # the caller waits in a queue before two phones ring
    TRANSFER = "transfer"  # the first agent hands the call on to the second
    WITHHELD = "withheld"  # as plain, without a number
    MISSED = "missed"  # it rings until the caller gives up


@dataclass(frozen=True)
class Beat:
    """What happens at one moment of a scene.

    :param name: a word for it, which is the kind of the event in the journal ("ringing")
    """

    name: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class _Cast:
    call: str
    number: str
    dialled: str
    first: str
    second: str

    def fact(self, kind: FactKind, device: str = "", **more: object) -> Fact:
        return Fact(kind, self.call, leg=device, device=device, **more)  # type: ignore[arg-type]

    def begins(self, *, withheld: bool = False) -> Fact:
        return self.fact(
            FactKind.STARTED,
            direction=Direction.IN,
            remote="" if withheld else self.number,
            withheld=withheld,
            dialled=self.dialled,
        )

    def rings(self, *devices: str) -> tuple[Fact, ...]:
        return tuple(self.fact(FactKind.RINGING, device) for device in devices)

    def ends(self, by: Party) -> Beat:
        return Beat("ended", (self.fact(FactKind.HUNG_UP, by=by), self.fact(FactKind.ENDED)))


def beats(
    scene: Scene, number: str, agents: Sequence[str], *, call: str, dialled: str = ""
) -> list[Beat]:
    """The moments of a scene, in order.

    :param number: who calls, as a phone system would send it
    :param agents: whose phones take part, by name; the scene takes one or two of them
    :param call: the key of the call, which no other call has
    :param dialled: the number that was dialled
    """
    first = agents[0] if agents else SOMEBODYS_PHONE
    second = agents[1] if len(agents) > 1 else SOMEBODYS_PHONE
    return _SCENES[scene](_Cast(call, number, dialled, first, second))


def _plain(cast: _Cast, *, withheld: bool = False) -> list[Beat]:
    return [
        Beat("ringing", (cast.begins(withheld=withheld), *cast.rings(cast.first))),
        Beat("answered", (cast.fact(FactKind.ANSWERED, cast.first),)),
        cast.ends(Party.REMOTE),
    ]


def _ring_group(cast: _Cast) -> list[Beat]:
    return [
        Beat("ringing", (cast.begins(), *cast.rings(cast.first, cast.second))),
        Beat("answered", _one_answers(cast)),
        cast.ends(Party.AGENT),
    ]


def _queue(cast: _Cast) -> list[Beat]:
    waits = cast.fact(FactKind.QUEUED, queue=QUEUE)
    leaves = cast.fact(FactKind.QUEUE_LEFT, queue=QUEUE)
    return [
        Beat("queued", (cast.begins(), waits)),
        Beat("ringing", cast.rings(cast.first, cast.second)),
        Beat("answered", (*_one_answers(cast), leaves)),
        cast.ends(Party.REMOTE),
    ]


def _transfer(cast: _Cast) -> list[Beat]:
    handed_on = cast.fact(FactKind.TRANSFERRED, cast.first)
    leaves = cast.fact(FactKind.LEG_ENDED, cast.first)
    return [
        *_plain(cast)[:-1],
        Beat("transferred", (handed_on, leaves, *cast.rings(cast.second))),
        Beat("answered", (cast.fact(FactKind.ANSWERED, cast.second),)),
        cast.ends(Party.REMOTE),
    ]


def _missed(cast: _Cast) -> list[Beat]:
    rung = cast.fact(FactKind.LEG_ENDED, cast.first, outcome=LegOutcome.CANCELLED)
    ends = cast.ends(Party.REMOTE)
    return [*_plain(cast)[:1], Beat(ends.name, (ends.facts[0], rung, *ends.facts[1:]))]


def _one_answers(cast: _Cast) -> tuple[Fact, ...]:
    return (
        cast.fact(FactKind.ANSWERED, cast.first),
        cast.fact(FactKind.LEG_ENDED, cast.second, outcome=LegOutcome.CANCELLED),
    )


_SCENES: dict[Scene, Callable[[_Cast], list[Beat]]] = {
    Scene.PLAIN: _plain,
    Scene.RING_GROUP: _ring_group,
    Scene.QUEUE: _queue,
    Scene.TRANSFER: _transfer,
    Scene.WITHHELD: lambda cast: _plain(cast, withheld=True),
    Scene.MISSED: _missed,
}
