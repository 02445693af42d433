"""Make CSV of a workbook (.xlsx): its first sheet, row by row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from flask_babel import gettext as _

from cti_tickets.transfer.reading.records import BadLine

# A format such as "00 00 00 00 00" shows zeros that the number itself hasn't.
_ZEROS = re.compile(r"[0 ./-]*0[0 ./-]*")


def write_sheet(path: Path, file: IO[str]) -> list[str]:
    """Write the first sheet as CSV.

    :return: the names of the sheets that were not read
    :raises BadLine: it is no workbook
    """
    # Every command would load it, and hardly any reads a workbook.
    import openpyxl

    # Opened here: of a path, openpyxl wants a certain ending.
    with path.open("rb") as source:
        try:
            book = openpyxl.load_workbook(source, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows(_rows(sheet))
            return [other.title for other in book.worksheets[1:]]
        except Exception as error:  # what a broken workbook ends in is up to three libraries
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise BadLine(_("is no workbook that can be read: save it as .xlsx or CSV")) from error


def _rows(sheet: Any) -> Iterator[Sequence[str]]:
    # Some programs write a wrong size into the file.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        yield [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """What a cell shows, as far as it matters."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time.min:
        return f"{value:%d.%m.%Y}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y %H:%M:%S}" if isinstance(value, datetime) else f"{value:%d.%m.%Y}"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and _ZEROS.fullmatch(cell.number_format or ""):
        return str(value).zfill(cell.number_format.count("0"))
    return str(value)
