"""What became of each setting, line by line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What became of a setting."""

    TAKEN = "taken"
    DEFAULT = "default"
    DIFFERS = "differs"
    OVERLAID = "overlaid"
    NOT_MOVED = "could not be moved"


@dataclass(frozen=True)
class Place:
    """A line of a file, counted from 1; the file is named as on the command line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Entry:
    """One setting: where it stands (`None`: in no file), its key, what became of it, and why."""

    place: Place | None
    key: str
    status: Status
    message: str = ""


@dataclass
class Report:
    """The settings of all files; `files` are their names in the order of the command line."""

    files: Sequence[str]
    entries: list[Entry] = field(default_factory=list)

    def add(self, place: Place | None, key: str, status: Status, message: str = "") -> None:
        """Note what became of a setting."""
        self.entries.append(Entry(place, key, status, message))

    @property
    def complete(self) -> bool:
        """Whether everything could be moved."""
        return all(entry.status is not Status.NOT_MOVED for entry in self.entries)

    def ordered(self) -> list[Entry]:
        """The entries by file and line; settings that are in no file come last."""
        return sorted(self.entries, key=self._order)

    def as_text(self) -> str:
        """One line for each setting, then the totals."""
        lines = []
        for entry in self.ordered():
            place = f"{entry.place}: " if entry.place else ""
            message = f": {entry.message}" if entry.message else ""
            lines.append(f"{place}{entry.key}: {entry.status}{message}")
        return "\n".join([*lines, self._totals()])

    def as_json(self, **more: Any) -> str:
        """The same for a program; `file` and `line` are null for a setting that is in no file."""
        entries = [
            {
                "file": entry.place.file if entry.place else None,
                "line": entry.place.line if entry.place else None,
                "key": entry.key,
                "status": entry.status,
                "message": entry.message,
            }
            for entry in self.ordered()
        ]
        return json.dumps({**more, "complete": self.complete, "settings": entries})

    def _order(self, entry: Entry) -> tuple[int, int]:
        if entry.place is None:
            return len(self.files), 0
        return self.files.index(entry.place.file), entry.place.line

    def _totals(self) -> str:
        counts = [
            f"{number} {status.value}"
            for status in Status
            if (number := sum(entry.status is status for entry in self.entries))
        ]
        return ", ".join(counts)
