"""What happened while plugins were called: for the page, its headers, and `cti-host explain`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cti_host.context_values import context_values
from cti_host.isolation.jobs import current_job


class Span(NamedTuple):
    """One implementation that was called: what it got and returned, and how long it took.

    `problem` is empty, or what went wrong, for an administrator; `line` is what the agent reads of
    it. The `result` of a call that failed is `None`, or
    a part of it (see `Incomplete`).
    """

    plugin: str
    hook: str
    arguments: Mapping[str, Any]
    result: Any
    seconds: float
    problem: str = ""
    line: str = ""


@dataclass
class Trace:
    """The spans of one request, in the order in which they ended.

    `spent` are the seconds that a plugin took for a hook whose calls share a budget.
    """

    spans: list[Span] = field(default_factory=list)
    spent: dict[tuple[str, str], float] = field(default_factory=dict)

    def add(self, span: Span) -> None:
        """Keep a span, unless a plugin made the call although its own time is over."""
        job = current_job()
        if job is None or not job.overdue:
            self.spans.append(span)

    @property
    def lines(self) -> list[str]:
        """What the agent reads: a line for each failure, each once."""
        return list(dict.fromkeys(span.line for span in self.spans if span.line))

    def server_timing(self) -> str:
        """The spans as the value of a `Server-Timing` header (milliseconds)."""
        totals: dict[str, float] = {}
        for span in self.spans:
            name = f"{span.hook}.{span.plugin}"
            totals[name] = totals.get(name, 0.0) + span.seconds
        return ", ".join(f"{name};dur={seconds * 1000:.1f}" for name, seconds in totals.items())


def current_trace() -> Trace:
    """What was recorded since this application context began: for a page, its request."""
    values = context_values()
    found: Trace | None = values.get("cti_trace")
    if found is None:
        found = values["cti_trace"] = Trace()
    return found
