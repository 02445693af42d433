"""Facts of phone systems whose legs have no keys: a leg is named by its device."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cti_calls.api_for_plugins import Direction, Fact, FactKind

_NUMBER = re.compile(r"[+(]*\d[\d\s+()./-]*")


def begun(started: Fact, devices: Sequence[str]) -> tuple[Fact, ...]:
    """The facts of a call that begins at some devices: they ring, or the first of them dialled."""
    if started.direction is Direction.OUT:
        first = replace(started, device=devices[0]) if devices else started
        return (first, *legs(started, FactKind.DIALLED, devices[1:]))
    rings = legs(started, FactKind.RINGING, devices)
    # Where nobody says which phone it is, one rings all the same.
    return (started, *(rings or (_bare(started, FactKind.RINGING),)))


def legs(base: Fact, kind: FactKind, devices: Iterable[str]) -> tuple[Fact, ...]:
    """A fact for the leg of each device: where legs have no key of their own, it is its name."""
    return tuple(replace(_bare(base, kind), device=device) for device in devices)


def _bare(base: Fact, kind: FactKind) -> Fact:
    return replace(base, kind=kind, dialled="", queue="")


def is_remotes_number(call: str, remote: str) -> bool:
    """Whether the key of a call is the remote's number, in whatever writing, or there is no key.

    Then it comes back with their next call, and the same payload may mean another call.
    """
    if not call:
        return True
    return _NUMBER.fullmatch(call) is not None and _digits(call) == _digits(remote)


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())
