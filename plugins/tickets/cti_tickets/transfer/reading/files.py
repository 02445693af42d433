"""Read the files of an import: their records, or problems with a line."""

from __future__ import annotations

from collections.abc import Iterator

from cti_tickets.transfer.reading.json_lines import read_lines
from cti_tickets.transfer.reading.records import ImportProblem, Record, Source
from cti_tickets.transfer.reading.tables import read_table


def read(source: Source) -> Iterator[Record | ImportProblem]:
    """The records of a file, in order.

    :raises OSError: it can't be read
    """
    yield from read_table(source) if source.is_table else read_lines(source)
