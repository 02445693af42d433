"""What a hook promises, as data that the dispatcher executes and the docs are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import pluggy

PROJECT = "cti_host"
hookimpl = pluggy.HookimplMarker(PROJECT)
_pluggy_spec = pluggy.HookspecMarker(PROJECT)

_Hook = TypeVar("_Hook", bound=Callable[..., object])


class Kind(StrEnum):
    """How the answers of several plugins become one."""

    CHANGE = "change"
    COLLECT = "collect"
    FIRST = "first"
    EVENT = "event"
    SETUP = "set-up"


@dataclass(frozen=True)
class Contract:
    """What the dispatcher guarantees for a hook.

    `result` is the type of an answer (for `COLLECT` with `many`: of each item in it). A hook with
    `budget` is cut off at the plugin's `timeout`; one without runs in place, because it only
    computes or because it runs at the start. `unavailable` is the line an agent reads when a
    plugin fails; `{plugin}` is its name; an empty one means the failure is only logged.
    """

    kind: Kind
    result: type | tuple[type, ...]
    many: bool = False
    budget: bool = True
    unavailable: str = ""


def contract(
    kind: Kind,
    result: type | tuple[type, ...] = object,
    *,
    many: bool = False,
    budget: bool = True,
    unavailable: str = "",
) -> Callable[[_Hook], _Hook]:
    """Mark a method of `HookSpecs` as a hook with this contract."""

    def mark(function: _Hook) -> _Hook:
        function.__dict__["contract"] = Contract(kind, result, many, budget, unavailable)
        return _pluggy_spec(function)

    return mark
