"""What `cti-host check` found, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cti_host.model import Finding, Level
from cti_host.settings.problems import Problem


@dataclass(frozen=True)
class Verdict:
    """The problems of a configuration file, and what was tried of what plugins stand on.

    :param file: the file as it was named
    :param refused: whether the host does not start with it
    :param findings: each with its plugin; `None` if nothing was to be tried
    """

    file: str
    problems: Sequence[Problem]
    refused: bool
    findings: Sequence[tuple[str, Finding]] | None = None

    @property
    def ok(self) -> bool:
        """Whether the host starts, and everything that was tried works."""
        bad = any(finding.level is Level.BAD for _plugin, finding in self.findings or ())
        return not (self.refused or bad)

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints; `online` only if something was to be tried."""
        answer: dict[str, Any] = {
            "ok": self.ok,
            "problems": [_problem_as_json(problem) for problem in self.problems],
        }
        if self.findings is not None:
            answer["online"] = findings_as_json(self.findings)
        return answer

    def summary(self) -> str:
        """Whether the host starts, in one line."""
        errors = sum(not problem.warning for problem in self.problems)
        warnings = len(self.problems) - errors
        if self.refused:
            return f"{_counted(errors, 'mistake')} to correct"
        if warnings:
            return f"{self.file}: it starts, with {_counted(warnings, 'warning')}"
        return f"{self.file}: all right"

    def online_lines(self) -> Iterator[str]:
        """What was tried and how it went."""
        yield from finding_lines(self.findings or ())


def finding_lines(findings: Iterable[tuple[str, Finding]]) -> Iterator[str]:
    """Findings, each with its plugin, as lines for people."""
    for plugin, finding in findings:
        yield f"{plugin}: {finding.level:7}  {finding.what}: {finding.detail}"
        if finding.remedy:
            yield f"    -> {finding.remedy}"


def findings_as_json(findings: Iterable[tuple[str, Finding]]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [{"plugin": plugin, **asdict(finding)} for plugin, finding in findings]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _problem_as_json(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "key": problem.key,
        "message": problem.message,
        "remedy": problem.remedy,
        "level": "warning" if problem.warning else "error",
    }
