"""Export objects: what an import reads, JSON lines or CSV, a page of objects at a time.

An import of all that was exported into an empty database gives the same objects.
"""

from __future__ import annotations

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO, Any

from cti_oql.schema import Kind

from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.values import default_of
from cti_tickets.transfer import bulk
from cti_tickets.transfer.reading.cells import EMPTY_TEXT, cell_of
from cti_tickets.transfer.reading.log_parsing import Entry, log_value, stored_logs

PAGE = 1000
_NUMBERS = (Kind.KEY, Kind.INTEGER, Kind.DURATION, Kind.BOOLEAN)

# The ids of the objects of each class to export; None for all of them.
Selection = Mapping[str, Sequence[int] | None]


@dataclass
class ExportedClass:
    """How many objects of a class were exported, and the checksum of what was written."""

    name: str
    objects: int = 0
    _digest: Any = field(default_factory=sha256)

    def add(self, line: bytes) -> None:
        """Count an object in."""
        self.objects += 1
        self._digest.update(line)

    @property
    def checksum(self) -> str:
        """SHA-256 of the lines, in hexadecimal: the same objects have the same."""
        return str(self._digest.hexdigest())


@dataclass(frozen=True)
class _Object:
    """An object on its way: its columns by code, and its logs by code."""

    id: int
    values: Mapping[str, Any]
    logs: Mapping[str, Sequence[Entry]]


class Format(ABC):
    """How objects are written."""

    @abstractmethod
    def head(self) -> bytes:
        """What comes before the objects."""

    @abstractmethod
    def line(self, definition: ClassDef, one: _Object) -> bytes:
        """An object."""


class JsonLines(Format):
    """One object a line: `{"class": …, "id": …, "fields": {…}}`."""

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def line(self, definition: ClassDef, one: _Object) -> bytes:
        """An object, with all its attributes."""
        fields = {
            a.code: log_value(one.logs.get(a.code, ()))
            if a.kind is Kind.LOG
            else json_value(a, one.values[a.code])
            for a in _exported(definition)
        }
        data = {"class": definition.name, "id": one.id, "fields": fields}
        return json.dumps(data, ensure_ascii=False).encode() + b"\n"


class Table(Format):
    """CSV: a header, and a row for each object; see `cells`.

    :param classes: the classes of the objects; of several, a column says which
    """

    def __init__(self, classes: Sequence[ClassDef]) -> None:
        self._several = len(classes) > 1
        self._codes = list(
            dict.fromkeys(a.code for definition in classes for a in _exported(definition))
        )

    def head(self) -> bytes:
        """The names of the columns."""
        return csv_row(["id", *(["finalclass"] if self._several else []), *self._codes])

    def line(self, definition: ClassDef, one: _Object) -> bytes:
        """An object; cells of attributes that its class doesn't have are empty."""
        attributes = {a.code: a for a in _exported(definition)}
        cells = [
            self._cell(attributes[code], one) if code in attributes else "" for code in self._codes
        ]
        return csv_row([str(one.id), *([definition.name] if self._several else []), *cells])

    def _cell(self, attribute: Attribute, one: _Object) -> str:
        if attribute.kind is Kind.LOG:
            entries = one.logs.get(attribute.code, ())
            return json.dumps(log_value(entries), ensure_ascii=False) if entries else ""
        value = one.values[attribute.code]
        if value is None or value == "":
            return EMPTY_TEXT if default_of(attribute) not in (None, "") else ""
        return str(value) if attribute.kind in _NUMBERS else cell_of(str(value))


def csv_row(cells: Sequence[str]) -> bytes:
    """A row of a table."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def json_value(attribute: Attribute, value: Any) -> Any:
    """A stored value as it stands in a line of JSON."""
    if value is None or value == "":
        # Null would stand for the default.
        return "" if value == "" or default_of(attribute) not in (None, "") else None
    return value if attribute.kind in _NUMBERS else str(value)


def export(
    selection: Selection,
    form: Format,
    file: IO[bytes],
    progress: Callable[[int], None] = lambda count: None,
) -> list[ExportedClass]:
    """Write objects, by their classes and ids; call it inside `transactions.reading`.

    :param selection: concrete classes, in the order in which they are to be written
    :param progress: told the number of objects written since it was last told
    :return: what was written of each class that has objects
    """
    exported = []
    file.write(form.head())
    for name, ids in selection.items():
        counted = ExportedClass(name)
        for objects in _pages(schema()[name], ids):
            for one in objects:
                line = form.line(schema()[name], one)
                file.write(line)
                counted.add(line)
            progress(len(objects))
        if counted.objects:
            exported.append(counted)
    return exported


def lines_of(keys: Sequence[tuple[str, int]], form: Format) -> list[bytes]:
    """The lines of some objects, in their order; of one that isn't there any more, none.

    :param keys: the class and the id of each
    """
    ids: dict[str, list[int]] = {}
    for name, id_ in keys:
        ids.setdefault(name, []).append(id_)
    lines = {
        (name, one.id): form.line(schema()[name], one)
        for name in ids
        for objects in _pages(schema()[name], ids[name])
        for one in objects
    }
    return [lines[key] for key in keys if key in lines]


def count(selection: Selection) -> int:
    """How many objects `export` writes."""
    return sum(
        len(ids) if ids is not None else bulk.count(schema()[name])
        for name, ids in selection.items()
    )


def _pages(definition: ClassDef, ids: Sequence[int] | None) -> Iterator[list[_Object]]:
    codes = [a.code for a in _exported(definition) if a.kind is not Kind.LOG]
    for rows in _rows(definition, ("id", *codes), ids):
        logs: dict[int, dict[str, Sequence[Entry]]] = {}
        if any(a.kind is Kind.LOG for a in _exported(definition)):
            for (id_, code), entries in stored_logs([row[0] for row in rows]).items():
                logs.setdefault(id_, {})[code] = entries
        yield [
            _Object(id_, dict(zip(codes, values, strict=True)), logs.get(id_, {}))
            for id_, *values in rows
        ]


def _rows(
    definition: ClassDef, names: Sequence[str], ids: Sequence[int] | None
) -> Iterator[list[tuple[Any, ...]]]:
    if ids is not None:
        in_order = sorted(ids)
        for start in range(0, len(in_order), PAGE):
            yield bulk.some(definition, names, in_order[start : start + PAGE])
        return
    after = 0
    while rows := bulk.page(definition, names, after, PAGE):
        yield rows
        after = rows[-1][0]


def _exported(definition: ClassDef) -> list[Attribute]:
    """The attributes with values of their own: in a column, or as a log."""
    return [a for a in definition.attributes.values() if a.stored or a.kind is Kind.LOG]
