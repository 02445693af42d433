"""Mistakes in the configuration: each with its place, what is wrong, and what to write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake. `line` counts from 1, 0 where there is none; `key` is the dotted key.

    An error keeps the host from starting; a warning doesn't.
    """

    file: str
    line: int
    key: str
    message: str
    remedy: str = ""
    warning: bool = False

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line else "")
        text = f"{place}: {'warning: ' if self.warning else ''}"
        text += f"{self.key}: {self.message}" if self.key else self.message
        return f"{text}\n    -> {self.remedy}" if self.remedy else text


class ConfigRefused(Exception):
    """The configuration has errors; `problems` are all of them, and the warnings."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
