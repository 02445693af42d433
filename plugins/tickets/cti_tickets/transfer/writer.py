"""Write what an import found right: in batches, with the ids and references that are missing.

New objects without an id get one above all others, and tickets without a reference get theirs, when
everything has been read. Until then they wait in a file, so that memory holds one batch only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cti_tickets.model.classes.registry import LogEntry
from cti_tickets.model.data_model import current
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.references import number_of, reference, reserve, reserve_up_to
from cti_tickets.transfer import bulk
from cti_tickets.transfer.known import Known
from cti_tickets.transfer.reading.log_parsing import Entry
from cti_tickets.transfer.reading.spill import Spill

BATCH = 1000

Logs = Mapping[str, Sequence[Entry]]


class Writer:
    """Writes objects in the current transaction."""

    def __init__(self, known: Known) -> None:
        self._model = current()
        self._known = known
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._newest_ref = 0
        self._waiting: Spill[tuple[str, dict[str, Any], Logs]] = Spill()
        self._without_ref = 0

    def create(self, definition: ClassDef, row: dict[str, Any], logs: Logs) -> None:
        """Write a new object, now or later.

        :param row: all columns; without an id it gets one
        :param logs: entries with their moments, oldest first, by log
        """
        self._newest_ref = max(self._newest_ref, number_of(row.get("ref") or ""))
        without_ref = "ref" in row and not row["ref"]
        self._without_ref += without_ref
        if row.get("id") is None or without_ref:
            self._waiting.append((definition.name, row, logs))
        else:
            self._queue(definition.name, row, logs)

    def change(
        self, definition: ClassDef, object_id: int, values: Mapping[str, Any], logs: Logs
    ) -> None:
        """Change columns, and whole logs, of an object that is stored."""
        self._newest_ref = max(self._newest_ref, number_of(values.get("ref") or ""))
        if values:
            bulk.update(definition.table, object_id, values)
        for code, entries in logs.items():
            LogEntry.delete().where(
                LogEntry.ticket == object_id, LogEntry.attribute == code
            ).execute()
            self._queue_log(object_id, code, entries)

    def finish(self) -> None:
        """Write what is waiting, and let whoever writes next go on above it."""
        reserve_up_to(self._newest_ref)
        next_ref = reserve(self._without_ref) if self._without_ref else 0
        newest: dict[str, int] = {}
        for class_name, row, logs in self._waiting:
            definition = self._model.schema[class_name]
            if row.get("id") is None:
                newest.setdefault(definition.table, self._known.newest_id(definition))
                newest[definition.table] += 1
                row["id"] = newest[definition.table]
            if "ref" in row and not row["ref"]:
                row["ref"] = reference(class_name, next_ref)
                next_ref += 1
            self._queue(class_name, row, logs)
        self._flush()
        bulk.reset_sequences()

    def _queue(self, class_name: str, row: Mapping[str, Any], logs: Logs) -> None:
        rows = self._rows.setdefault(class_name, [])
        rows.append(tuple(row[column] for column in self._model.columns[class_name]))
        for code, entries in logs.items():
            self._queue_log(row["id"], code, entries)
        if len(rows) >= BATCH:
            self._flush()

    def _queue_log(self, object_id: int, code: str, entries: Sequence[Entry]) -> None:
        lines = self._rows.setdefault(bulk.LOG_TABLE, [])
        lines += [
            (object_id, code, entry.created, entry.author, entry.contact_id or None, entry.text)
            for entry in entries
        ]
        if len(lines) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        # A SQLite row that something refers to before it is there makes each insert a search.
        for definition in self._model.schema:
            rows = self._rows.pop(definition.name, [])
            bulk.insert(definition.table, self._model.columns[definition.name], rows)
        bulk.insert(bulk.LOG_TABLE, bulk.LOG_COLUMNS, self._rows.pop(bulk.LOG_TABLE, []))
