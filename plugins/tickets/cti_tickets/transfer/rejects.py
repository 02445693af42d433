"""The bad lines of an import, with the reasons, in a file that can be corrected and imported."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from cti_tickets.transfer.known import Place
from cti_tickets.transfer.reading.records import COMMENT, BadLine, Source, chunks
from cti_tickets.transfer.reading.tables import rows

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
            path, file = _open_new(source, folder or source.path.parent)
            with file:
                (_write_table if source.is_table else _write_lines)(source, reasons, file)
            made.append(path)
    return made


def _open_new(source: Source, folder: Path) -> tuple[Path, IO[bytes]]:
    """A new file in a folder: `Person.bad.csv`, `Person.bad-2.csv`, …"""
    stem = source.path.name.partition(".")[0]
    # Of a workbook or a list it holds the plain form.
    plain = ".csv" if source.is_table else ".jsonl"
    suffix = plain if source.counts_items else source.path.suffix or plain
    number = 1
    while True:
        end = "" if number == 1 else f"-{number}"
        made = folder / f"{stem}.bad{end}{suffix}"
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
    first = None  # where the cells begin: a file that was corrected has the column already
    for row in rows(source):
        is_header = first is None
        if not is_header and row.line not in reasons:
            continue
        cells = [row.text.rstrip("\r\n")] if isinstance(row.cells, BadLine) else row.cells
        if is_header:
            first = int(cells[0].strip() == PROBLEM_COLUMN)
        problem = PROBLEM_COLUMN if is_header else reasons[row.line]
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=row.delimiter, lineterminator="\n")
        writer.writerow([problem, *cells[first:]])
        file.write(text.getvalue().encode())
