"""What phone systems sent, for administrators: as it came, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_calls.model.problems import problem_text
from cti_calls.pages import filters
from cti_calls.pages.names import AgentNames
from cti_calls.store.journal import events
from cti_calls.store.rows.moments import moment_of
from cti_calls.store.silence import silence_text
from cti_host import current_agent

PAGE_SIZE = 50
_ORDER = ("kind", "at")


@dataclass(frozen=True)
class Event:
    """An event as the page shows it.

    :param facts: what was understood, a line each
    :param silence: why nobody's screen showed the call; empty: nothing is missing
    :param answer: what the phone system was told; empty: nothing, it only tells
    :param count: how many requests it stands for, of those that were refused
    """

    received_at: datetime
    source: str
    kind: str
    payload: str
    facts: str
    call: int | None
    agents: Sequence[str]
    silence: str
    problem: str
    answer: str
    count: int
    is_refused: bool


class JournalPage:
    """The view of the journal.

    :param days: how long events are kept
    """

    def __init__(self, agents: AgentNames, days: int) -> None:
        self._agents, self._days = agents, days

    def view(self) -> ResponseReturnValue:
        """The events that the address asks for, newest first."""
        if not current_agent().is_administrator:
            abort(403, _("Only administrators see what the phone system sent."))
        problems: list[str] = []
        typed = {name: filters.text(name) for name in ("source", "day", "call", "problem")}
        since = filters.day(typed["day"], problems)
        until = filters.day(typed["day"], [], days=1)
        call = filters.number(typed["call"])
        if typed["call"] and call is None:
            problems.append(_("“%(text)s” is not the number of a call.", text=typed["call"]))
        found: list[Any] = []
        if not problems:
            found = events(
                source=typed["source"],
                since=since,
                until=until,
                call=call,
                problem=bool(typed["problem"]),
                limit=PAGE_SIZE + 1,
                before=filters.number(filters.text("before")),
            )
        kept: dict[str, Any] = {name: text for name, text in typed.items() if text}
        last = found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None
        page = render_template(
            "cti_calls/journal.html",
            events=[self._event(one) for one in found[:PAGE_SIZE]],
            typed=typed,
            problems=problems,
            days=self._days,
            newest=url_for("calls.journal", **kept) if filters.text("before") else "",
            older=url_for("calls.journal", **kept, before=last) if last else "",
        )
        return page, (400 if problems else 200)

    def _event(self, row: Any) -> Event:
        return Event(
            moment_of(row.received_at),
            row.source,
            row.kind,
            row.payload,
            _lines(row.facts),
            row.call,
            [self._agents.of(name) for name in row.agents.split(", ") if name],
            silence_text(row.silence),
            problem_text(row.problem),
            row.answer,
            row.count,
            bool(row.refused),
        )


def _lines(text: str) -> str:
    """Facts that are stored as JSON, a line each: "ringing at=… device=…"."""
    try:
        facts: Sequence[Mapping[str, Any]] = json.loads(text or "[]")
    except ValueError:
        return text
    return "\n".join(
        " ".join(
            [
                str(fact.get("kind", "")),
                *(f"{name}={value}" for name, value in fact.items() if name not in _ORDER),
                f"at={fact.get('at', '')}",
            ]
        )
        for fact in facts
    )
