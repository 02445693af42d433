"""What a file of an import holds: records, or problems with a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from cti_tickets.store.values import MAX_ID
from cti_tickets.transfer.reading.dates import Dates

# Longer lines are no objects of ours; reading them would only cost memory.
MAX_LINE_BYTES = 64 * 1024 * 1024
COMMENT = "#"


@dataclass(frozen=True)
class Source:
    """A file in the form in which it is read: CSV or JSON lines, both in UTF-8.

    :param path: the file as it was given
    :param name: what messages call it
    :param plain: where its plain form is: the file itself, or a temporary one made of it
    :param is_table: whether that is CSV, else it is JSON lines
    :param class_name: the class of a table
    :param delimiter: what separates the cells of a table; "": its header shows it
    :param counts_items: whether messages count its rows or objects, because it has no lines
    :param zone: the time zone of its moments; None: UTC, or what each line says
    """

    path: Path
    name: str
    plain: Path
    is_table: bool
    class_name: str = ""
    delimiter: str = ""
    counts_items: bool = False
    zone: tzinfo | None = None
    dates: Dates = field(default_factory=Dates)


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

    `fields` are its values by attribute code: what JSON can hold, a `Named` for an object that is
    named and not numbered, a `BadValue` for what is none. `table_class` is the class of the table
    it is from, "" if it isn't from one; `zone` is that of its moments, `dates` reads those that
    people wrote, and `size` is how many bytes of the file it took.
    """

    file: str
    line: int
    class_name: str
    object_id: int | None
    fields: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    table_class: str = ""
    zone: tzinfo = UTC
    dates: Dates = field(default_factory=Dates)


@dataclass(frozen=True)
class Named:
    """An object in place of whose id stands a text: the value of its attribute `by`."""

    text: str
    by: str


class BadLine(ValueError):
    """What is wrong with a line."""


def chunks(source: Source) -> Iterator[tuple[int, bytes]]:
    """What stands for an object each, in its plain form, with the line on which it begins.

    Of a table these are rows: a cell may hold line breaks, so lines are gathered until their
    quotation marks are closed.
    """
    first, gathered, item = 0, b"", 0
    for line, chunk in _lines(source.plain):
        first, gathered = (first, gathered + chunk) if gathered else (line, chunk)
        open_quote = source.is_table and gathered.count(b'"') % 2
        if not open_quote or len(gathered) >= MAX_LINE_BYTES:
            item += 1
            yield (item if source.counts_items else first), gathered
            gathered = b""
    if gathered:
        yield (item + 1 if source.counts_items else first), gathered


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        line = 0
        while chunk := file.readline(MAX_LINE_BYTES):
            line += 1
            yield line, chunk


_WHOLE = re.compile(r"(-?[0-9]+)\.0+", re.ASCII)


def json_decimal(literal: str) -> int | float | str:
    """What a number with a point or an exponent means in JSON.

    Programs write whole numbers as `7.0`. An exponent is what is left of a number whose digits were
    cut: it stays a text, which is no number.
    """
    if whole := _WHOLE.fullmatch(literal):
        return int(whole[1])
    return literal if "e" in literal.lower() else float(literal)


def text_of(chunk: bytes) -> str:
    """The text of a line or row.

    :raises BadLine: it is none
    """
    if len(chunk) >= MAX_LINE_BYTES:
        raise BadLine(_("the line is too long"))
    try:
        return chunk.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadLine(_("is not UTF-8 text; name its encoding with --encoding")) from None


def id_of(raw: Any) -> int | None:
    """The id in a file: a number or a text of digits; None or "" for none.

    :raises BadLine: it is none
    """
    if raw is None or raw == "":
        return None
    text = str(raw).strip()
    plain = isinstance(raw, (int, str)) and not isinstance(raw, bool)
    if plain and text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= MAX_ID:
        return int(text)
    raise BadLine(_("the id must be a whole number from 1 to %(limit)s", limit=MAX_ID))


def zone_of(name: Any) -> tzinfo:
    """The time zone of a name.

    :raises BadLine: there is none
    """
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ValueError, TypeError, OSError, LookupError):
        raise BadLine(_("there is no time zone %(name)s", name=name)) from None
