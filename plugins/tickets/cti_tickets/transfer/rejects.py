"""The bad lines of an import, with the reasons, in a file that can be corrected and imported."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from cti_tickets.transfer.known import Place
from cti_tickets.transfer.reading.files import (
    COMMENT,
    BadLine,
    Source,
    chunks,
    delimiter_of,
    row_of,
)

PROBLEM_COLUMN = f"{COMMENT} problem"


def write_rejects(
    files: Sequence[Source], bad: Mapping[Place, str], folder: Path | None = None
) -> list[Path]:
    """Copy the bad lines of each file into one in the same folder, or in another: `Person.bad.csv`.

    A file that is there is never replaced: somebody may be correcting it.

    :raises OSError: such a file can't be written
    :return: the files that were made
    """
    made = []
    for source in files:
        reasons = {place.line: text for place, text in bad.items() if place.file == source.name}
        if reasons:
            path, file = _open_new(source.path, folder or source.path.parent)
            with file:
                (_write_table if source.is_table else _write_lines)(source, reasons, file)
            made.append(path)
    return made


def _open_new(path: Path, folder: Path) -> tuple[Path, IO[bytes]]:
    """A new file in a folder: `Person.bad.csv`, `Person.bad-2.csv`, …"""
    stem = path.name.partition(".")[0]
    number = 1
    while True:
        end = "" if number == 1 else f"-{number}"
        made = folder / f"{stem}.bad{end}{path.suffix}"
        try:
            return made, made.open("xb")
        except FileExistsError:
            number += 1


def _write_lines(source: Source, reasons: Mapping[int, str], file: IO[bytes]) -> None:
    """Lines as they are, each after a comment that says what is wrong with it."""
    for line, chunk in chunks(source):
        if line in reasons:
            comment = " ".join(reasons[line].split())
            file.write(f"{COMMENT} {source.name}:{line}: {comment}\n".encode())
            file.write(chunk.rstrip(b"\r\n") + b"\n")


def _write_table(source: Source, reasons: Mapping[int, str], file: IO[bytes]) -> None:
    """Rows as they are, below the header, behind a column that says what is wrong."""
    delimiter = ""
    first = 0  # where the cells begin: a file that was corrected has the column already
    for line, chunk in chunks(source):
        text = chunk.decode("utf-8-sig", "replace")
        is_header = not delimiter and bool(text.strip())
        if is_header:
            delimiter = delimiter_of(text)
        if not is_header and line not in reasons:
            continue
        try:
            cells = row_of(text, delimiter)
        except BadLine:
            cells = [text.rstrip("\r\n")]
        if is_header and cells[0].strip() == PROBLEM_COLUMN:
            first = 1
        problem = PROBLEM_COLUMN if is_header else reasons[line]
        row = io.StringIO(newline="")
        writer = csv.writer(row, delimiter=delimiter, lineterminator="\n")
        writer.writerow([problem, *cells[first:]])
        file.write(row.getvalue().encode())
