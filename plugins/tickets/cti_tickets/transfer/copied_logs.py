"""The logs of stored objects: whole logs, with their dates and authors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cti_oql.schema import Kind

from cti_host import LogLine, StoredObject
from cti_tickets.model.registry import LogEntry
from cti_tickets.model.schema import ClassDef
from cti_tickets.transfer import bulk

_LONGEST_AUTHOR = 255

Logs = dict[tuple[int, str], tuple[LogLine, ...]]


def log_lines(definition: ClassDef, ids: Sequence[int]) -> Logs:
    """The logs of some objects, by id and code, oldest line first."""
    found: dict[tuple[int, str], list[LogLine]] = {}
    if not _codes(definition):
        return {}
    query: Any = LogEntry.select(
        LogEntry.ticket, LogEntry.attribute, LogEntry.created, LogEntry.author, LogEntry.text
    ).where(LogEntry.ticket.in_(list(ids)))
    for ticket, code, created, author, text in query.order_by(
        LogEntry.created, LogEntry.id
    ).tuples():
        line = LogLine(created.replace(tzinfo=UTC), author, text)
        found.setdefault((ticket, code), []).append(line)
    return {key: tuple(lines) for key, lines in found.items()}


def write_logs(definition: ClassDef, objects: Sequence[StoredObject]) -> set[int]:
    """Make the given logs of stored objects what they should be; answers whose were different.

    A log that is the same is not touched, so that its entries keep their authors' persons.
    """
    before = log_lines(definition, [one.id for one in objects])
    different: set[int] = set()
    rows: list[tuple[int, str, datetime, str, str]] = []
    for one in objects:
        for code in _codes(definition):
            given = one.values.get(code)
            if not isinstance(given, tuple):
                continue
            wanted = tuple(map(_as_stored, given))
            if wanted == before.get((one.id, code), ()):
                continue
            different.add(one.id)
            LogEntry.delete().where(LogEntry.ticket == one.id, LogEntry.attribute == code).execute()
            rows += [
                (one.id, code, line.created.replace(tzinfo=None), line.author, line.text)
                for line in wanted
            ]
    bulk.insert(bulk.LOG_TABLE, bulk.LOG_COLUMNS, rows)
    return different


def _codes(definition: ClassDef) -> list[str]:
    return [a.code for a in definition.attributes.values() if a.kind is Kind.LOG]


def _as_stored(line: LogLine) -> LogLine:
    created = line.created.astimezone(UTC).replace(microsecond=0)
    return LogLine(created, line.author[:_LONGEST_AUTHOR], line.text.rstrip())
