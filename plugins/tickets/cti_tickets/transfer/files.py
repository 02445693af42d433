"""Read the files of an import: JSON lines and CSV become records, or problems with a line.

JSON lines: `{"class": "Person", "id": 7, "fields": {"name": "Lovelace", …}}`, one object a line.
CSV: one class a file, named by the file (`Person.csv`) or on the command line; the first line
names the attributes, and `id` if the ids are to be kept; cells are separated by comma, semicolon
or tab. Both are UTF-8.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from cti_tickets.store.values import MAX_ID

# Longer lines are no objects of ours; reading them would only cost memory.
MAX_LINE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class ImportProblem:
    """A line that can't be imported; lines count from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Record:
    """One object as it stands in a file; `object_id` is None if it gets one on import."""

    file: str
    line: int
    class_name: str
    object_id: int | None
    fields: dict[str, Any] = field(default_factory=dict)
    size: int = 0


class _BadLine(ValueError):
    """What is wrong with a line."""


def read(path: Path, class_name: str | None = None) -> Iterator[Record | ImportProblem]:
    """The records of a file, in order.

    :param class_name: the class of a CSV file; by default the file's name without its ending
    :raises OSError: it can't be read
    """
    if path.suffix.lower() == ".csv":
        yield from _csv(path, class_name or path.stem)
    else:
        yield from _json_lines(path)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        line = 0
        while chunk := file.readline(MAX_LINE_BYTES):
            line += 1
            yield line, chunk


def _text(chunk: bytes) -> str:
    if len(chunk) >= MAX_LINE_BYTES:
        raise _BadLine(_("the line is too long"))
    try:
        return chunk.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _BadLine(_("is not UTF-8 text")) from None


def _json_lines(path: Path) -> Iterator[Record | ImportProblem]:
    for line, chunk in _lines(path):
        if not chunk.strip():
            continue
        try:
            yield _json_record(path.name, line, _text(chunk), len(chunk))
        except _BadLine as error:
            yield ImportProblem(path.name, line, str(error))


def _json_record(file: str, line: int, text: str, size: int) -> Record:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise _BadLine(_("is not JSON")) from None
    if not isinstance(data, dict) or not isinstance(data.get("class"), str):
        raise _BadLine(_('must be an object with "class", "id" and "fields"'))
    unknown = ", ".join(sorted(data.keys() - {"class", "id", "fields"}))
    if unknown:
        raise _BadLine(_("unknown key: %(name)s", name=unknown))
    fields = data.get("fields", {})
    if not isinstance(fields, dict):
        raise _BadLine(_('"fields" must be an object'))
    return Record(file, line, data["class"], object_id(data.get("id")), fields, size)


def object_id(raw: Any) -> int | None:
    """The id in a file: a number or a text of digits; None or "" for none."""
    if raw is None or raw == "":
        return None
    text = str(raw).strip()
    plain = isinstance(raw, (int, str)) and not isinstance(raw, bool)
    if plain and text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= MAX_ID:
        return int(text)
    raise _BadLine(_("the id must be a whole number from 1 to %(limit)s", limit=MAX_ID))


def _csv(path: Path, class_name: str) -> Iterator[Record | ImportProblem]:
    header: list[str] | None = None
    for line, size, cells in _rows(path):
        if isinstance(cells, str):
            yield ImportProblem(path.name, line, cells)
            if header is None:
                return
        elif header is None:
            header = [cell.strip() for cell in cells]
            repeated = sorted({name for name in header if header.count(name) > 1})
            if repeated:
                message = _("a column is named twice: %(name)s", name=", ".join(repeated))
                yield ImportProblem(path.name, line, message)
                return
        elif cells:
            if len(cells) != len(header):
                message = _(
                    "has %(count)s cells, the header has %(expected)s",
                    count=len(cells),
                    expected=len(header),
                )
                yield ImportProblem(path.name, line, message)
                continue
            # Blanks in a table are for those who read it.
            fields = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            try:
                number = object_id(fields.pop("id", None))
            except _BadLine as error:
                yield ImportProblem(path.name, line, str(error))
            else:
                yield Record(path.name, line, class_name, number, fields, size)


def _rows(path: Path) -> Iterator[tuple[int, int, list[str] | str]]:
    """Rows with the line on which they begin and their bytes; a text is a problem."""
    # A cell may hold line breaks, so lines are gathered until their quotes are closed.
    delimiter, first, gathered = "", 0, b""
    for line, chunk in _lines(path):
        first, gathered = (first, gathered + chunk) if gathered else (line, chunk)
        if gathered.count(b'"') % 2 and len(gathered) < MAX_LINE_BYTES:
            continue
        complete, gathered = gathered, b""
        try:
            text = _text(complete)
            delimiter = delimiter or max(",;\t", key=text.count)
            row = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
            yield first, len(complete), row
        except csv.Error as error:
            yield first, len(complete), _("is not CSV: %(reason)s", reason=error)
        except _BadLine as error:
            yield first, len(complete), str(error)
    if gathered:
        yield first, len(gathered), _("a quotation mark is not closed")
