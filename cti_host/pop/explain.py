"""What each plugin did with one call, for an integrator."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, quote_from_bytes, urlsplit

from flask import Flask, g, request, url_for

from cti_host.isolation.trace import Span, current_trace
from cti_host.model import (
    ADMINISTRATOR,
    Agent,
    Call,
    Caller,
    Match,
    Matches,
    Number,
    PanelSection,
    Reading,
    TicketList,
    Unsearchable,
)
from cti_host.pop.creations import direct_target
from cti_host.pop.panel import Panel, build_panel
from cti_host.pop.panel_json import panel_as_json
from cti_host.pop.search import UnknownChoice, search
from cti_host.pop.url import BadCall, call_of

# Nobody is at the keyboard; whoever can run commands may see everything.
_WHOEVER_RUNS_COMMANDS = Agent("explain", profiles=frozenset({ADMINISTRATOR}))

MAX_SHOWN = 400
LOOKUP = "cti_host.lookup"


@dataclass
class Explanation:
    """The spans of a call, the panel it led to, or the error."""

    spans: list[Span] = field(default_factory=list)
    panel: Panel | None = None
    panel_json: dict[str, Any] = field(default_factory=dict)
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        steps = [
            {
                "hook": span.hook,
                "plugin": span.plugin,
                "got": {name: repr(value) for name, value in span.arguments.items()},
                "answered": None if span.result is None else repr(span.result),
                "milliseconds": round(span.seconds * 1000, 3),
                "problem": span.problem,
            }
            for span in self.spans
        ]
        return {"error": self.error, "steps": steps, "panel": self.panel_json}

    def as_text(self) -> str:
        """What is printed for a person."""
        lines = [f"error: {self.error}"] if self.error else []
        for number, span in enumerate(self.spans, start=1):
            lines.append(f"{number}. {span.hook} · {span.plugin} · {span.seconds * 1000:.1f} ms")
            lines += [
                f"     got {name} = {_short(value)}" for name, value in span.arguments.items()
            ]
            lines.append(f"     FAILED {span.problem}" if span.problem else _returned(span))
        if self.panel is not None:
            lines.append("")
            lines.append(self.panel.label)
            for match in self.panel.matches:
                perhaps = f"; perhaps: {match.doubt}" if match.doubt else ""
                who = f"{match.caller.key} {match.caller.display}"
                lines.append(f"  {who}  ({match.why}{perhaps})")
            lines += [f"  {self.panel.shown}"] if self.panel.shown else []
            lines.append(f"  chosen: {self.panel.selected}")
            lines += [
                f"  {entry.key} {entry.label}: {entry.problem or entry.total}"
                for entry in self.panel.ticket_lists
            ]
            lines += [f"  ! {text}" for text in (*self.panel.notices, *self.panel.problems)]
        return "\n".join(lines)


def explain_url(app: Flask, url: str) -> Explanation:
    """Take a call's URL through the plugins as the panel does, without an agent."""
    explanation = Explanation()
    url = _encoded(url)
    try:
        parts = urlsplit(url if "?" in url else f"?{url}")
    except ValueError as error:
        explanation.error = f"{url!r} is not a URL: {error}"
        return explanation
    parts = _led_to(app, parts)
    # Events are left out: nothing was received, an integrator only asks.
    with app.test_request_context(f"/pop?{parts.query}"):
        host = app.extensions["cti_host"]
        g.cti_agent, g.cti_command = _WHOEVER_RUNS_COMMANDS, True
        with host.database.connection_context():
            try:
                by_hand = parts.path == url_for(LOOKUP)
                query = parts.query.encode()
                call = call_of(query, host.settings, partial=by_hand, typed=by_hand)
                found = search(host, call)
                if not call.wanted:
                    direct_target(host, found)
                explanation.panel = build_panel(host, found)
                explanation.panel_json = panel_as_json(explanation.panel)
            except BadCall as bad:
                explanation.error = " ".join(bad.problems) + f" Example: /pop?{bad.example}"
            except UnknownChoice as unknown:
                explanation.error = (
                    f"selected_caller is {unknown}: the key of a caller, “all” or “unknown”"
                )
        explanation.spans = current_trace().spans
    return explanation


def _encoded(url: str) -> str:
    """An address from a command line, whose bytes may be no text, as a browser would send it."""
    raw = "".join(c for c in url if not "\ud800" <= c < "\udc80").encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return quote_from_bytes(raw, safe=string.printable)


def _led_to(app: Flask, parts: SplitResult) -> SplitResult:
    """Where a plugin's page sends a call on to, if the URL is that of one; else the URL itself."""
    if not parts.path.startswith("/"):
        return parts
    with app.test_request_context(f"{parts.path}?{parts.query}"):
        if request.url_rule is None or request.blueprint == "cti_host":
            return parts
        g.cti_agent, g.cti_command = _WHOEVER_RUNS_COMMANDS, True
        panels = (url_for("cti_host.pop"), url_for(LOOKUP))
        with app.extensions["cti_host"].database.connection_context():
            try:
                location = app.make_response(app.dispatch_request()).location or ""
            except Exception:  # whatever a page of a plugin does: then it leads nowhere
                location = ""
    onward = urlsplit(location)
    return onward if onward.path in panels else parts


def _returned(span: Span) -> str:
    return f"     answered {_short(span.result)}" if span.result is not None else "     no answer"


def _reading(one: Reading) -> str:
    """A reading as an integrator compares it: its key, extension and doubt."""
    key = one.key.replace("ext:", "extension ").replace("digits:", "digits ")
    extension = f" with the extension {one.extension}" if one.extension else ""
    return f"{key}{extension} (perhaps: {one.doubt})" if one.doubt else f"{key}{extension}"


def _short(value: Any) -> str:
    text = _worded(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def _worded(value: Any) -> str:
    """A value in the words an integrator needs; the `--json` output has all of it."""
    match value:
        case Call():
            return "a call with " + ", ".join(
                f"{name} = {_worded(given)}" for name, given in value.parameters.items()
            )
        case Number():
            readings = ", or ".join(_reading(one) for one in value.readings)
            return f"the number {readings} (from {value.raw!r})"
        case Unsearchable():
            return f"{value.raw!r}, not to be searched for: {value.reason}"
        case Caller():
            return f"{value.key} {value.display!r}"
        case Match():
            return f"{_worded(value.caller)} because {value.why!r}"
        case TicketList():
            return f"{value.key} {value.label!r} with {value.total} tickets"
        case PanelSection():
            return repr(value.title)
        case Matches() if value.total > len(value):
            return f"{len(value)} of {value.total}: {_worded(list(value))}"
        case list() | tuple():
            return "; ".join(_worded(item) for item in value) if value else "nothing"
    return repr(value)
