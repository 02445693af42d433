"""The journal of what phone systems sent, as it is read; how it is written, `taking` knows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cti_calls.model.tables import JournalEntry
from cti_calls.store.former import present_id
from cti_calls.store.rows.moments import ms_of


def events(
    *, source: str = "", since: datetime | None = None, until: datetime | None = None,
    call: int | None = None, problem: bool = False, limit: int = 50, before: int | None = None,
) -> list[JournalEntry]:  # fmt: skip
    """What phone systems sent, newest first.

    :param call: only those about this call, also by an id that it had before
    :param problem: only what was not understood, or made nobody's screen show its call
    :param before: only entries older than the one with this id
    """
    if call is not None:
        call = present_id(call) or call
    query: Any = JournalEntry.select().order_by(JournalEntry.id.desc()).limit(limit)
    conditions = [
        (source, JournalEntry.source == source),
        (since, JournalEntry.received_at >= (ms_of(since) if since else 0)),
        (until, JournalEntry.received_at < (ms_of(until) if until else 0)),
        (call, JournalEntry.call == call),
        (problem, (JournalEntry.problem != "") | (JournalEntry.silence != "")),
        (before, JournalEntry.id < (before or 0)),
    ]
    return list(query.where(*[condition for given, condition in conditions if given], True))
