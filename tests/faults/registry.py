"""All faults: the modules of the rooms of this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.kit.outcome import Outcome, Size

ROOMS = ("waiting", "lost", "access", "itop", "outside")


@dataclass(frozen=True)
class Fault:
    """One fault.

    :param name: that of its module
    :param point: the numbered point that it is of: "1", "iTop"
    :param about: what is done and what must hold: the docstring of the module
    :param run: does it, in an empty folder
    """

    name: str
    point: str
    about: str
    run: Callable[[Size, Path], Outcome]


def faults(*rooms: str) -> list[Fault]:
    """The faults of some rooms, or of all, in the order of rooms and names."""
    return [fault for room in rooms or ROOMS for fault in _of_room(room)]


def named(names: Sequence[str]) -> list[Fault]:
    """The faults with these names; all of them without any.

    :raises LookupError: there is none of that name; the message lists those that are
    """
    every = {fault.name: fault for fault in faults()}
    unknown = [name for name in names if name not in every]
    if unknown:
        raise LookupError(f"no fault is called {unknown[0]!r}; there are {', '.join(every)}")
    return [every[name] for name in names] if names else list(every.values())


def _of_room(room: str) -> list[Fault]:
    package = f"{__package__}.{room}"
    folder = importlib.import_module(package).__path__
    found = []
    for one in sorted(pkgutil.iter_modules(folder), key=lambda one: one.name):
        if one.name.startswith(("_", "test_")):
            continue
        module = importlib.import_module(f"{package}.{one.name}")
        about = " ".join((module.__doc__ or "").split())
        found.append(Fault(one.name, module.POINT, about, module.run))
    return found
