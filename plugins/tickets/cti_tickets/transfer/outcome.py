"""What became of the objects of an import, as its command tells it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from cti_tickets.transfer.reading.records import ImportProblem
from cti_tickets.transfer.reading.spill import Spill

Item = Mapping[str, Any]


class Action(StrEnum):
    """What an import does with an object."""

    CREATE = "create"
    CHANGE = "change"
    SKIP = "skip"  # it is stored as the file has it


@dataclass
class Imported:
    """What an import did, or would do.

    :param counts: for each action, how many objects of each class
    :param lists: for each action, the objects as `{"class", "id", "file", "line"}`, changed ones
        with the `"attributes"` that change; only of a dry run
    :param notes: what was kept although a form would refuse it, and keys that were left empty, as
        `{"file", "line", "attribute", "message"}`
    :param ignored: attributes that were left out, as "Class.code", with how often they came
    :param skipped: the lines that were left out because they are wrong
    :param bad_files: the files into which these lines were put
    :param remarks: what was guessed of the files
    """

    counts: dict[Action, Counter[str]] = field(
        default_factory=lambda: {action: Counter() for action in Action}
    )
    lists: dict[Action, Spill[Item]] = field(
        default_factory=lambda: {action: Spill() for action in Action}
    )
    notes: Spill[Item] = field(default_factory=Spill)
    ignored: Counter[str] = field(default_factory=Counter)
    skipped: Sequence[ImportProblem] = ()
    bad_files: Sequence[Path] = ()
    remarks: Sequence[str] = ()

    def as_json(self) -> str:
        """What whoever finishes an import has to tell; without the notes: they may be many."""
        return json.dumps(
            {
                "counts": self.counts,
                "ignored": self.ignored,
                "skipped": [[p.file, p.line, p.message] for p in self.skipped],
                "bad_files": [str(path) for path in self.bad_files],
                "remarks": list(self.remarks),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Imported:
        """What `as_json` gave."""
        data = json.loads(text)
        return cls(
            counts={Action(action): Counter(counts) for action, counts in data["counts"].items()},
            ignored=Counter(data["ignored"]),
            skipped=[ImportProblem(*one) for one in data["skipped"]],
            bad_files=[Path(path) for path in data["bad_files"]],
            remarks=data["remarks"],
        )

    @property
    def created(self) -> dict[str, int]:
        """How many objects of each class were new."""
        return dict(self.counts[Action.CREATE])
