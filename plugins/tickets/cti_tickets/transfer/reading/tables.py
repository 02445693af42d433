"""Read tables: one class a file, a row for each object.

The first line names the attributes (see `header`), `id` if the ids are to be kept, and `finalclass`
if the file's class has several under it. Cells are separated by comma, semicolon or tab, or by what
a line `sep=…` before the header says. Rows without any text are skipped, and of a row that is
shorter than the header the rest is not given. See `cells` for what stands in a cell.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC

from flask_babel import gettext as _

from cti_tickets.store.values import BadValue
from cti_tickets.transfer.reading.cells import cell_text, is_cut
from cti_tickets.transfer.reading.header import FINALCLASS, ID, Column, columns
from cti_tickets.transfer.reading.records import (
    BadLine,
    ImportProblem,
    Named,
    Record,
    Source,
    chunks,
    id_of,
    text_of,
)

_QUOTED = re.compile(r'"[^"]*"')
_SEPARATOR_LINE = re.compile(r"\ufeff?\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
SEMICOLON = ";"


@dataclass(frozen=True)
class Row:
    """A row with any text in it; `cells` is a `BadLine` if it could not be read."""

    line: int
    size: int
    text: str
    cells: Sequence[str] | BadLine
    delimiter: str


def rows(source: Source) -> Iterator[Row]:
    """The rows of a table, the header first."""
    delimiter = source.delimiter
    for line, chunk in chunks(source):
        try:
            text = text_of(chunk)
        except BadLine as error:
            text = chunk.decode("utf-8-sig", "replace")
            yield Row(line, len(chunk), text, error, delimiter or delimiter_of(text))
            continue
        if not delimiter:
            if said := _SEPARATOR_LINE.fullmatch(text):
                delimiter = said[1]
                continue
            if not text.strip(" \t\r\n,;"):
                continue
            delimiter = delimiter_of(text)
        try:
            cells = _cells(text, delimiter)
        except BadLine as error:
            yield Row(line, len(chunk), text, error, delimiter)
            continue
        if any(cells) and not all(map(str.isspace, filter(None, cells))):
            yield Row(line, len(chunk), text, cells, delimiter)


def delimiter_of(header: str) -> str:
    """What separates the cells of a table, by its first line."""
    return max(",;\t", key=_QUOTED.sub("", header).count)


def _cells(text: str, delimiter: str) -> list[str]:
    if text.count('"') % 2:
        raise BadLine(_("a quotation mark is not closed"))
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error as error:
        raise BadLine(_("is not CSV: %(reason)s", reason=error)) from None


def read_table(source: Source) -> Iterator[Record | ImportProblem]:
    """The records of a table, in order."""
    header: list[Column] | None = None
    for row in rows(source):
        try:
            if isinstance(row.cells, BadLine):
                raise row.cells
            if header is None:
                header = columns(row.cells, source.class_name)
                if row.delimiter == SEMICOLON:
                    source.dates.suppose_day_first()
            else:
                yield _record(source, row, header, row.cells)
        except BadLine as error:
            yield ImportProblem(source.name, row.line, str(error), fatal=header is None)
            if header is None:
                return


def _record(source: Source, row: Row, header: Sequence[Column], cells: Sequence[str]) -> Record:
    if len(cells) > len(header) and any(map(str.strip, cells[len(header) :])):
        raise BadLine(
            _(
                "has %(count)s cells, the header has %(expected)s",
                count=len(cells),
                expected=len(header),
            )
        )
    fields: dict[str, object] = {}
    for column, cell in zip(header, cells, strict=False):
        code = column.code
        if code and not column.by and not column.is_phone:
            fields[code] = cell_text(cell)
        elif code and column.by:
            name = cell_text(cell)
            if name is not None or code not in fields:
                fields[code] = None if name is None else Named(name, column.by)
        elif code:
            fields[code] = _cut() if is_cut(cell) else cell_text(cell)
        elif not column.is_comment and cell.strip():
            raise BadLine(_("has a value in a column without a name"))
    object_id = id_of(fields.pop(ID, None))
    class_name = fields.get(FINALCLASS)
    return Record(
        source.name,
        row.line,
        class_name if isinstance(class_name, str) else source.class_name,
        object_id,
        fields,
        row.size,
        table_class=source.class_name,
        zone=source.zone or UTC,
        dates=source.dates,
    )


def _cut() -> BadValue:
    return BadValue(
        _(
            "a spreadsheet has cut this number: make its column one of text there, and fill it in "
            "anew"
        )
    )
