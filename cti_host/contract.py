"""What a hook promises, as data that the dispatcher executes and the docs are made from."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, overload

import pluggy

PROJECT = "cti_host"
_pluggy_impl = pluggy.HookimplMarker(PROJECT)
_STRANGERS = f"{PROJECT}_strangers"
_OF = f"{PROJECT}_of"
_CONTRACT = f"{PROJECT}_contract"
_pluggy_spec = pluggy.HookspecMarker(PROJECT)

_Hook = TypeVar("_Hook", bound=Callable[..., object])


class Kind(StrEnum):
    """How the results of several plugins become one."""

    CHANGE = "change"
    COLLECT = "collect"
    FIRST = "first"
    EVENT = "event"
    SETUP = "set-up"


class Budget(StrEnum):
    """How long the calls of a hook may take; the plugin's `timeout` says how many seconds."""

    CALL = "call"  # each call
    REQUEST = "request"  # all calls in one request together
    # Each call in a request, and once one was late, none in that request. It only computes and may
    # be called a million times, so outside of requests, and inside another plugin's call, it runs
    # in place.
    COMPUTING = "computing"
    NONE = "none"  # as long as it likes: at the start, in a command


@dataclass(frozen=True)
class Contract:
    """What the dispatcher guarantees for a hook.

    `result` is the type of a result (with `many`: of each item in it), as an annotation that is
    checked as deep as it goes. `unavailable` is the line that an agent reads when a plugin fails;
    `%(plugin)s` in it is the plugin's name; empty: the failure is only logged.

    `own` are the arguments that hold callers or tickets: a plugin is given only those that it
    returned itself, unless its implementation takes strangers' (see `hookimpl`). Without one in the
    argument `needs` it isn't called at all. `parameters` are the names of all arguments.
    """

    kind: Kind
    result: Any = object
    many: bool = False
    budget: Budget = Budget.CALL
    unavailable: str = ""
    own: tuple[str, ...] = ()
    needs: str = ""
    parameters: tuple[str, ...] = ()


def translated_later(text: str) -> str:
    """Mark a text for translation; imported as `_`. It is translated when it is shown."""
    return text


def contract(
    kind: Kind,
    result: Any = object,
    *,
    many: bool = False,
    budget: Budget = Budget.CALL,
    unavailable: str = "",
    own: tuple[str, ...] = (),
    needs: str = "",
) -> Callable[[_Hook], _Hook]:
    """Mark a method of a class of specifications as a hook; the arguments are `Contract`'s."""

    def mark(function: _Hook) -> _Hook:
        parameters = tuple(inspect.signature(function).parameters)[1:]
        function.__dict__[_CONTRACT] = Contract(
            kind, result, many, budget, unavailable, own, needs, parameters
        )
        return _pluggy_spec(function)

    return mark


def contracts_of(specifications: type) -> dict[str, Contract]:
    """The contract of each hook that a class specifies, by name, in the order of the source.

    Those of the classes above it come after its own.
    """
    found: dict[str, Contract] = {}
    for cls in specifications.__mro__:
        for name, function in vars(cls).items():
            if hasattr(function, _CONTRACT):
                found.setdefault(name, getattr(function, _CONTRACT))
    return found


@overload
def hookimpl(function: _Hook) -> _Hook: ...


@overload
def hookimpl(
    *, strangers: bool = False, of: str = "", **options: Any
) -> Callable[[_Hook], _Hook]: ...


def hookimpl(
    function: _Hook | None = None, *, strangers: bool = False, of: str = "", **options: Any
) -> _Hook | Callable[[_Hook], _Hook]:
    """Mark a method of a plugin as the implementation of the hook of its name.

    :param strangers: whether it is also given callers and tickets of other plugins; else only those
        that its own plugin returned
    :param of: the plugin whose hook it is, if it isn't the host's: the host refuses to start when
        that plugin isn't enabled, or has no such hook
    :param options: those of pluggy; the loader refuses them, with the remedy
    """

    def mark(function: _Hook) -> _Hook:
        function.__dict__[_STRANGERS] = strangers
        function.__dict__[_OF] = of
        marked: _Hook = _pluggy_impl(**options)(function)
        return marked

    return mark if function is None else mark(function)


def takes_strangers(function: Callable[..., object]) -> bool:
    """Whether an implementation is also given callers and tickets of other plugins."""
    return bool(getattr(function, _STRANGERS, False))


def named_owner(function: Callable[..., object]) -> str:
    """The plugin that an implementation names as the owner of its hook; empty: none."""
    return str(getattr(function, _OF, ""))


def hook_marks(function: Any) -> dict[str, Any] | None:
    """The options of a method that is marked as a hook; `None` for any other."""
    marks = getattr(function, f"{PROJECT}_impl", None)
    return marks if isinstance(marks, dict) else None
