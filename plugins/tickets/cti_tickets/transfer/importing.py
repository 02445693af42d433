"""Import objects with their ids: all of them, or none and a list of every bad line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_tickets.model.data_model import current
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.computed import numbers, ticket_columns, utc_now
from cti_tickets.store.references import number_of, reference, reserve, reserve_up_to
from cti_tickets.store.transactions import defer_references, writing
from cti_tickets.store.validation import UNIQUE, defaults, missing, parse_all
from cti_tickets.store.values import Stored
from cti_tickets.transfer import bulk
from cti_tickets.transfer.files import ImportProblem, Record, read
from cti_tickets.transfer.log_parsing import Entry, split_logs

BATCH = 1000


class ImportRefused(Exception):
    """Nothing was imported; `problems` are all lines that are wrong."""

    def __init__(self, problems: Sequence[ImportProblem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


def import_files(
    paths: Iterable[Path],
    class_name: str | None = None,
    progress: Callable[[int], None] = lambda size: None,
) -> dict[str, int]:
    """Import files, in one transaction; objects may refer to others that come later.

    :param class_name: the class of CSV files that aren't named after one
    :param progress: told the bytes read since it was last told
    :return: how many objects of each class were imported
    :raises ImportRefused: a line is wrong; nothing was imported
    :raises OSError: a file can't be read; nothing was imported
    """
    records = (record for path in paths for record in read(path, class_name))
    return import_records(records, progress)


def import_records(
    records: Iterable[Record | ImportProblem],
    progress: Callable[[int], None] = lambda size: None,
) -> dict[str, int]:
    """Import what was read, in one transaction; see `import_files`."""
    try:
        with writing():
            bulk.keep_others_out()
            defer_references()
            run = _Import()
            for record in records:
                if isinstance(record, ImportProblem):
                    run.problems.append(record)
                else:
                    run.add(record)
                    progress(record.size)
            run.finish()
    except bulk.INTEGRITY_ERRORS as error:
        message = _("the database refuses it: %(reason)s", reason=str(error).partition("\n")[0])
        raise ImportRefused([ImportProblem("", 0, message)]) from error
    return dict(run.counts)


class _Import:
    """One import under way, inside its transaction."""

    def __init__(self) -> None:
        self.problems: list[ImportProblem] = []
        self.counts: Counter[str] = Counter()
        self._now = utc_now()
        self._model = current()
        self._schema = self._model.schema
        self._keys = {
            cls.name: [a for a in cls.attributes.values() if a.kind is Kind.KEY]
            for cls in self._schema
        }
        self._concrete = {
            cls.name: frozenset(self._schema.concrete(cls.name)) for cls in self._schema
        }
        # Each table's ids with their classes, and the values that must be unique.
        self._known = {table: bulk.existing_ids(table) for table in self._model.tables}
        self._unique: dict[tuple[str, ...], set[Any]] = {}
        self._open: list[tuple[Record, str, str, int]] = []
        self._parents: dict[int, tuple[int, Record]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._without_id: list[tuple[Record, dict[str, Any], list[Entry]]] = []
        self._without_ref: list[tuple[str, dict[str, Any]]] = []
        self._newest_ref = 0

    def add(self, record: Record) -> None:
        """Check an object and queue it."""
        messages, row, entries = self._checked(record)
        if messages:
            text = "; ".join(f"{code}: {m}" if code else m for code, m in messages.items())
            self.problems.append(ImportProblem(record.file, record.line, text))
        elif record.object_id is None:
            self._without_id.append((record, row, entries))
        else:
            self._queue(record, {**row, "id": record.object_id}, entries)

    def finish(self) -> None:
        """Write what is queued, check what refers to what, or refuse everything."""
        self._give_ids()
        for record, code, target, value in self._open:
            if not self._is_there(target, value):
                label = self._schema[target].label
                text = _(
                    "there is no %(class_name)s with the id %(id)s", class_name=label, id=value
                )
                self._refuse(record, f"{code}: {text}")
        self._check_loops()
        if self.problems:
            raise ImportRefused(sorted(self.problems, key=lambda p: (p.file, p.line)))
        reserve_up_to(self._newest_ref)
        if self._without_ref:
            first = reserve(len(self._without_ref))
            for number, (class_name, row) in enumerate(self._without_ref, first):
                self._write_later(class_name, {**row, "ref": reference(class_name, number)})
        self._flush()
        bulk.reset_sequences()

    def _give_ids(self) -> None:
        """Queue the objects that brought no id, above all others."""
        newest = {table: max(known, default=0) for table, known in self._known.items()}
        for record, row, entries in self._without_id:
            table = self._schema[record.class_name].table
            newest[table] += 1
            self._known[table][newest[table]] = record.class_name
            self._queue(record, {**row, "id": newest[table]}, entries)

    def _refuse(self, record: Record, message: str) -> None:
        self.problems.append(ImportProblem(record.file, record.line, message))

    def _checked(self, record: Record) -> tuple[dict[str, str], dict[str, Any], list[Entry]]:
        """What is wrong with a record, its row and its log entries."""
        if record.class_name not in self._schema:
            return {"": _("there is no class %(name)s", name=record.class_name)}, {}, []
        definition = self._schema[record.class_name]
        if definition.abstract:
            return {"": _("%(name)s is abstract", name=record.class_name)}, {}, []
        fields, entries, messages = split_logs(definition, record.fields)
        if record.object_id is not None:
            known = self._known[definition.table]
            if record.object_id in known:
                messages[""] = _("the id %(id)s is taken already", id=record.object_id)
            else:
                known[record.object_id] = record.class_name
        row, bad = parse_all(definition, _by_column(definition, fields), as_they_are=True)
        messages.update(bad)
        for code, default in defaults(definition).items():
            if row.get(code) in ("", None):
                row[code] = default
        for code, message in missing(definition, row).items():
            messages.setdefault(code, message)
        self._check_keys(record, definition, row, messages)
        self._check_unique(definition, row, messages)
        if not messages:
            self._compute(definition, row)
        return messages, row, entries

    def _check_keys(
        self,
        record: Record,
        definition: ClassDef,
        row: Mapping[str, Stored],
        messages: dict[str, str],
    ) -> None:
        for attribute in self._keys[record.class_name]:
            value = row.get(attribute.code)
            if not isinstance(value, int):
                continue
            if attribute.code.startswith("parent_") and value == record.object_id:
                messages[attribute.code] = _("an object can't be its own parent")
            elif not self._is_there(attribute.target, value):
                self._open.append((record, attribute.code, attribute.target, value))
            if attribute.hierarchical and record.object_id is not None:
                self._parents[record.object_id] = (value, record)

    def _is_there(self, class_name: str, object_id: int) -> bool:
        found = self._known[self._schema[class_name].table].get(object_id)
        return found is not None and found in self._concrete[class_name]

    def _check_unique(
        self, definition: ClassDef, row: Mapping[str, Stored], messages: dict[str, str]
    ) -> None:
        codes = ("ref",) if "ref" in definition.attributes else UNIQUE.get(definition.name, ())
        values = tuple(row.get(code) for code in codes)
        if not codes or not all(values):
            return
        key = (definition.table, *codes)
        if key not in self._unique:
            self._unique[key] = bulk.existing_values(*key)
        if values in self._unique[key]:
            messages.setdefault(codes[-1], _("another object has this already"))
        self._unique[key].add(values)

    def _check_loops(self) -> None:
        """Refuse organizations that are below themselves; those in the database are not."""
        fine: set[int] = set()
        for start in self._parents:
            path: dict[int, None] = {}
            current = start
            while current in self._parents and current not in fine and current not in path:
                path[current] = None
                current = self._parents[current][0]
            if current in path:
                record = self._parents[start][1]
                self._refuse(record, "parent_id: " + _("this one is below the object itself"))
            fine.update(path)

    def _compute(self, definition: ClassDef, row: dict[str, Any]) -> None:
        row.update(numbers(definition, row))
        if "ref" in definition.attributes:
            found = ticket_columns(definition, row, {}, self._now)
            always = {"priority", "operational_status"}
            given_or_now = {"last_update", "start_date", "creation_date"}
            for column, value in found.items():
                if column in always or (column in given_or_now and not row.get(column)):
                    row[column] = value
            self._newest_ref = max(self._newest_ref, number_of(row["ref"]))
        if "created" in definition.attributes and not row["created"]:
            day = row["date"]
            row["created"] = datetime(day.year, day.month, day.day) if day else self._now
        if definition.polymorphic:
            row["finalclass"] = definition.name

    def _queue(self, record: Record, row: dict[str, Any], entries: list[Entry]) -> None:
        self.counts[record.class_name] += 1
        if "ref" in row and not row["ref"]:
            self._without_ref.append((record.class_name, row))
        else:
            self._write_later(record.class_name, row)
        for entry in entries:
            moment = entry.created or row["last_update"]
            line = (row["id"], entry.attribute, moment, entry.author, entry.text)
            self._rows.setdefault(bulk.LOG_TABLE, []).append(line)

    def _write_later(self, class_name: str, row: Mapping[str, Any]) -> None:
        rows = self._rows.setdefault(class_name, [])
        rows.append(tuple(row[column] for column in self._model.columns[class_name]))
        if len(rows) >= BATCH and not self.problems:
            self._flush()

    def _flush(self) -> None:
        # A SQLite row that something refers to before it is there makes each insert a search.
        for definition in self._schema:
            rows = self._rows.pop(definition.name, [])
            bulk.insert(definition.table, self._model.columns[definition.name], rows)
        bulk.insert(bulk.LOG_TABLE, bulk.LOG_COLUMNS, self._rows.pop(bulk.LOG_TABLE, []))


def _by_column(definition: ClassDef, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the attributes that hold them: some go by a second code too."""
    found: dict[str, Any] = {}
    for code, value in fields.items():
        attribute = definition.attributes.get(code)
        if attribute is not None and attribute.column and not attribute.stored:
            found.setdefault(attribute.column, value)
        else:
            found[code] = value
    return found
