"""What installed distributions add to the host: their entry points, looked for once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

# Groups of entry points, for a search path.
_KEPT = 32


@dataclass(frozen=True)
class InstalledPoint:
    """An entry point, and the distribution it comes with (empty: with none)."""

    name: str
    value: str
    distribution: str
    version: str
    load: Callable[[], Any]

    @property
    def owner(self) -> str:
        """Whose it is, for a message."""
        return f"distribution {self.distribution}" if self.distribution else self.value


def installed_points(group: str) -> tuple[InstalledPoint, ...]:
    """The entry points of a group, as `importlib.metadata` finds them.

    That reads files of every distribution, so what was found is kept for as long as the folders of
    the search path are as they were.
    """
    return _found(group, tuple((folder, _changed(folder)) for folder in sys.path))


@lru_cache(_KEPT)
def _found(group: str, _where: tuple[tuple[str, int], ...]) -> tuple[InstalledPoint, ...]:
    return tuple(_installed(point) for point in entry_points(group=group))


def _installed(point: EntryPoint) -> InstalledPoint:
    name, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
    return InstalledPoint(point.name, point.value, name, version, point.load)


def _changed(folder: str) -> int:
    try:
        return Path(folder).stat().st_mtime_ns
    except OSError:
        return 0
