"""What a hook promises, as data that the dispatcher executes and the docs are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, overload

import pluggy

PROJECT = "cti_host"
_pluggy_impl = pluggy.HookimplMarker(PROJECT)
_STRANGERS = f"{PROJECT}_strangers"
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

    `own` are the arguments that hold callers or tickets: a plugin is given only those that it
    returned itself, unless its implementation takes strangers' (see `hookimpl`). Without one in the
    argument `needs` it isn't called at all.
    """

    kind: Kind
    result: type | tuple[type, ...]
    many: bool = False
    budget: bool = True
    unavailable: str = ""
    own: tuple[str, ...] = ()
    needs: str = ""


def contract(
    kind: Kind,
    result: type | tuple[type, ...] = object,
    *,
    many: bool = False,
    budget: bool = True,
    unavailable: str = "",
    own: tuple[str, ...] = (),
    needs: str = "",
) -> Callable[[_Hook], _Hook]:
    """Mark a method of `HookSpecs` as a hook with this contract."""

    def mark(function: _Hook) -> _Hook:
        function.__dict__["contract"] = Contract(
            kind, result, many, budget, unavailable, own, needs
        )
        return _pluggy_spec(function)

    return mark


@overload
def hookimpl(function: _Hook) -> _Hook: ...


@overload
def hookimpl(*, strangers: bool = False, **options: Any) -> Callable[[_Hook], _Hook]: ...


def hookimpl(
    function: _Hook | None = None, *, strangers: bool = False, **options: Any
) -> _Hook | Callable[[_Hook], _Hook]:
    """Mark a method of a plugin as the implementation of the hook of its name.

    :param strangers: whether it is also given callers and tickets of other plugins; else only those
        that its own plugin returned
    :param options: those of pluggy; the loader refuses them, with the remedy
    """

    def mark(function: _Hook) -> _Hook:
        function.__dict__[_STRANGERS] = strangers
        marked: _Hook = _pluggy_impl(**options)(function)
        return marked

    return mark if function is None else mark(function)


def takes_strangers(function: Callable[..., object]) -> bool:
    """Whether an implementation is also given callers and tickets of other plugins."""
    return bool(getattr(function, _STRANGERS, False))
