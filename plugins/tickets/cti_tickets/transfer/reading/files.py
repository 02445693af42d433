"""Read the files of an import: JSON lines and CSV become records, or problems with a line.

JSON lines: `{"class": "Person", "id": 7, "fields": {"name": "Lovelace", …}}`, one object a line;
`"timezone": "Europe/Paris"` is the zone of its moments, else they are in UTC. Lines that begin
with `#` are comments.

CSV: one class a file, named by the file (`Person.csv`) or on the command line; the first line
names the attributes, `id` if the ids are to be kept, and `finalclass` if the file's class has
several under it; cells are separated by comma, semicolon or tab. Columns whose name begins with
`#` are comments. See `cells` for what stands in a cell.

Both are UTF-8.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from cti_tickets.store.values import MAX_ID
from cti_tickets.transfer.reading.cells import cell_text

# Longer lines are no objects of ours; reading them would only cost memory.
MAX_LINE_BYTES = 64 * 1024 * 1024
COMMENT = "#"
_KEYS = {"class", "id", "fields", "timezone"}


@dataclass(frozen=True)
class Source:
    """A file to read, the name that messages give it, and the class of a CSV file."""

    path: Path
    name: str
    class_name: str = ""

    @property
    def is_table(self) -> bool:
        """Whether it is CSV, else it is JSON lines."""
        return self.path.suffix.lower() == ".csv"


def sources(paths: Sequence[Path], class_name: str | None = None) -> list[Source]:
    """Files, each with a name of its own.

    :param class_name: the class of CSV files; by default the file's name up to the first dot
    """
    names = [path.name for path in paths]
    return [
        Source(
            path,
            path.name if names.count(path.name) == 1 else str(path),
            class_name or path.name.partition(".")[0],
        )
        for path in paths
    ]


@dataclass(frozen=True)
class ImportProblem:
    """A line that can't be imported; lines count from 1.

    A `fatal` one makes the rest of the file unreadable.
    """

    file: str
    line: int
    message: str
    fatal: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Record:
    """One object as it stands in a file; `object_id` is None if it gets one on import.

    `table_class` is the class of the CSV file it is from, "" if it isn't from one; `zone` is that
    of its moments, and `size` is how many bytes of the file it took.
    """

    file: str
    line: int
    class_name: str
    object_id: int | None
    fields: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    table_class: str = ""
    zone: tzinfo = UTC


class BadLine(ValueError):
    """What is wrong with a line."""


def read(source: Source) -> Iterator[Record | ImportProblem]:
    """The records of a file, in order.

    :raises OSError: it can't be read
    """
    yield from _table(source) if source.is_table else _json_lines(source)


def chunks(source: Source) -> Iterator[tuple[int, bytes]]:
    """What stands for an object each, as it is in the file, with the line on which it begins.

    Of a table these are rows: a cell may hold line breaks, so lines are gathered until their
    quotation marks are closed.
    """
    first, gathered = 0, b""
    for line, chunk in _lines(source.path):
        first, gathered = (first, gathered + chunk) if gathered else (line, chunk)
        open_quote = source.is_table and gathered.count(b'"') % 2
        if not open_quote or len(gathered) >= MAX_LINE_BYTES:
            yield first, gathered
            gathered = b""
    if gathered:
        yield first, gathered


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        line = 0
        while chunk := file.readline(MAX_LINE_BYTES):
            line += 1
            yield line, chunk


def _text(chunk: bytes) -> str:
    if len(chunk) >= MAX_LINE_BYTES:
        raise BadLine(_("the line is too long"))
    try:
        return chunk.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadLine(_("is not UTF-8 text")) from None


def _json_lines(source: Source) -> Iterator[Record | ImportProblem]:
    for line, chunk in chunks(source):
        try:
            text = _text(chunk)
            if text.strip() and not text.lstrip().startswith(COMMENT):
                yield _json_record(source.name, line, text, len(chunk))
        except BadLine as error:
            yield ImportProblem(source.name, line, str(error))


def _json_record(file: str, line: int, text: str, size: int) -> Record:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadLine(_("is not JSON")) from None
    if not isinstance(data, dict) or not isinstance(data.get("class"), str):
        raise BadLine(_('must be an object with "class", "id" and "fields"'))
    unknown = ", ".join(sorted(data.keys() - _KEYS))
    if unknown:
        raise BadLine(_("unknown key: %(name)s", name=unknown))
    fields = data.get("fields", {})
    if not isinstance(fields, dict):
        raise BadLine(_('"fields" must be an object'))
    zone = _zone(data["timezone"]) if "timezone" in data else UTC
    return Record(file, line, data["class"], _object_id(data.get("id")), fields, size, zone=zone)


def _zone(name: Any) -> tzinfo:
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ValueError, TypeError, OSError, LookupError):
        raise BadLine(_("there is no time zone %(name)s", name=name)) from None


def _object_id(raw: Any) -> int | None:
    """The id in a file: a number or a text of digits; None or "" for none."""
    if raw is None or raw == "":
        return None
    text = str(raw).strip()
    plain = isinstance(raw, (int, str)) and not isinstance(raw, bool)
    if plain and text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= MAX_ID:
        return int(text)
    raise BadLine(_("the id must be a whole number from 1 to %(limit)s", limit=MAX_ID))


def _table(source: Source) -> Iterator[Record | ImportProblem]:
    header: list[str] | None = None
    delimiter = ""
    for line, chunk in chunks(source):
        try:
            text = _text(chunk)
            if not delimiter and text.strip():
                delimiter = delimiter_of(text)
            cells = row_of(text, delimiter)
            if header is None:
                header = _header(cells) if cells else None
            elif cells:
                yield _table_record(source, line, len(chunk), header, cells)
        except BadLine as error:
            yield ImportProblem(source.name, line, str(error), fatal=header is None)
            if header is None:
                return


def delimiter_of(header: str) -> str:
    """What separates the cells of a table, by its first line."""
    return max(",;\t", key=header.count)


def row_of(text: str, delimiter: str) -> list[str]:
    """The cells of a row; none for an empty line.

    :raises BadLine: it is not CSV
    """
    if not text.strip():
        return []
    if text.count('"') % 2:
        raise BadLine(_("a quotation mark is not closed"))
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise BadLine(_("is not CSV: %(reason)s", reason=error)) from None


def _header(cells: Sequence[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise BadLine(_("a column is named twice: %(name)s", name=", ".join(repeated)))
    return header


def _table_record(
    source: Source, line: int, size: int, header: Sequence[str], cells: Sequence[str]
) -> Record:
    if len(cells) != len(header):
        raise BadLine(
            _(
                "has %(count)s cells, the header has %(expected)s",
                count=len(cells),
                expected=len(header),
            )
        )
    fields = {
        name: cell_text(cell)
        for name, cell in zip(header, cells, strict=True)
        if not name.startswith(COMMENT)
    }
    object_id = _object_id(fields.pop("id", None))
    class_name = fields.get("finalclass") or source.class_name
    return Record(
        source.name, line, class_name, object_id, fields, size, table_class=source.class_name
    )
