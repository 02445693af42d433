"""What became of each setting, line by line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What became of a setting."""

    TAKEN = "taken"
    DEFAULT = "default"
    DIFFERS = "differs"
    NOT_MOVED = "could not be moved"


@dataclass(frozen=True)
class Entry:
    """One setting: its line in the file (0: it isn't there), its key, what became of it, why."""

    line: int
    key: str
    status: Status
    message: str = ""


@dataclass
class Report:
    """All settings of a file, in the order of its lines."""

    file: str
    entries: list[Entry] = field(default_factory=list)

    def add(self, line: int, key: str, status: Status, message: str = "") -> None:
        """Note what became of a setting."""
        self.entries.append(Entry(line, key, status, message))

    @property
    def complete(self) -> bool:
        """Whether everything could be moved."""
        return all(entry.status is not Status.NOT_MOVED for entry in self.entries)

    def ordered(self) -> list[Entry]:
        """By line; what is not in the file comes last."""
        return sorted(self.entries, key=lambda entry: (not entry.line, entry.line))

    def as_text(self) -> str:
        """One line for each setting, and their number."""
        lines = []
        for entry in self.ordered():
            place = self.file + (f":{entry.line}" if entry.line else "")
            message = f": {entry.message}" if entry.message else ""
            lines.append(f"{place}: {entry.key}: {entry.status}{message}")
        return "\n".join([*lines, self._total()])

    def as_json(self, **more: Any) -> str:
        """The same for a program."""
        entries = [{"file": self.file, **asdict(entry)} for entry in self.ordered()]
        return json.dumps({**more, "complete": self.complete, "settings": entries})

    def _total(self) -> str:
        counts = [
            f"{number} {status.value}"
            for status in Status
            if (number := sum(entry.status is status for entry in self.entries))
        ]
        return ", ".join(counts)
