"""Files for imports, and what is in the tables, for tests of imports and exports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cti_tickets.model.classes.registry import LogEntry, TicketCounter
from cti_tickets.model.data_model import current
from cti_tickets.transfer.importing import ImportRefused, import_files
from cti_tickets.transfer.matching import match_by
from cti_tickets.transfer.outcome import Action, Imported
from cti_tickets.transfer.run import Options

from cti_host import database, is_postgresql


def line(class_name: str, object_id: Any = None, **fields: Any) -> str:
    """An object as JSON."""
    return json.dumps({"class": class_name, "id": object_id, "fields": fields})


def written(folder: Path, *lines: str | bytes, name: str = "data.jsonl") -> Path:
    """A file with these lines."""
    path = folder / name
    raw = [text if isinstance(text, bytes) else text.encode() for text in lines]
    path.write_bytes(b"\n".join(raw) + b"\n")
    return path


def imported(path: Path | Sequence[Path], match: str = "", **options: Any) -> Imported:
    """Import files, as `cti-host data import --match … …` does."""
    paths = [path] if isinstance(path, Path) else path
    return import_files(
        paths, options=Options(match_by=match_by([match] if match else []), **options)
    )


def done(outcome: Imported) -> tuple[int, int, int]:
    """How many objects were created, changed and skipped."""
    created, changed, skipped = (sum(outcome.counts[action].values()) for action in Action)
    return created, changed, skipped


def problems(path: Path, match: str = "", **options: Any) -> list[str]:
    """Why an import of a file is refused, as "line: message"."""
    try:
        outcome = imported(path, match, **options)
    except ImportRefused as refused:
        return [f"{p.line}: {p.message}" for p in refused.problems]
    raise AssertionError(f"it was imported: {done(outcome)}")


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables of objects, and all log entries but for their ids."""
    tables = {
        table: [
            tuple(map(str, row))
            for row in database.execute_sql(f'SELECT * FROM "{table}" ORDER BY id')  # noqa: S608
        ]
        for table in current().tables
    }
    entries: Any = LogEntry.select(
        LogEntry.ticket,
        LogEntry.attribute,
        LogEntry.created,
        LogEntry.author,
        LogEntry.author_contact,
        LogEntry.text,
    ).order_by(LogEntry.ticket, LogEntry.attribute, LogEntry.created, LogEntry.id)
    return {**tables, "log_entry": [tuple(map(str, row)) for row in entries.tuples()]}


def empty() -> None:
    """Delete all objects."""
    with database.atomic():
        if is_postgresql(database.obj):
            names = ", ".join(f'"{table}"' for table in (*current().tables, "log_entry"))
            database.execute_sql(f"TRUNCATE {names} CASCADE")
        else:
            database.execute_sql("PRAGMA defer_foreign_keys = ON")
            for table in ("log_entry", *reversed(current().tables)):
                database.execute_sql(f'DELETE FROM "{table}"')  # noqa: S608 -- our own tables
    TicketCounter.update(value=0).execute()
