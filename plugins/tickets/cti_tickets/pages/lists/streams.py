"""A whole list as a file, sent while it is read: its size costs no memory.

With all attributes, the lines are those of `cti-host data export`, so that `cti-host data import`
reads them; or a file has the columns of the list. A spreadsheet runs no text of either as a
formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from flask import Response, stream_with_context
from werkzeug.http import dump_options_header

from cti_tickets.model.schema import ClassDef
from cti_tickets.store.access_journal import exported
from cti_tickets.store.history import Way
from cti_tickets.store.listing.query import Listed, ListQuery
from cti_tickets.store.listing.seen import note_seen
from cti_tickets.store.records import Records
from cti_tickets.store.transactions import reading
from cti_tickets.transfer.export import PAGE, Format, JsonLines, Table, lines_of
from cti_tickets.transfer.shown import ShownColumns

_CSV, _JSON = "text/csv; charset=utf-8", "application/json"
# The names of the formats in the address, and their media types.
FORMATS = {"csv": _CSV, "json": _JSON}
OF_COLUMNS = {"columns.csv": _CSV, "columns.json": _JSON}
_Write = Callable[[Sequence[Listed]], list[bytes]]


def streamed(
    records: Records,
    cls: ClassDef,
    query: ListQuery,
    name: str,
    headings: Mapping[str, str],
    *,
    everything: bool,
) -> Response:
    """All objects of a list in a format, of `FORMATS` or `OF_COLUMNS`; who took people is noted.

    :param headings: what the columns of the list are called, by their codes
    :param everything: whether it is the list of all objects of its class
    """
    if everything:
        exported(cls.name, None)
    head, write = _writer(records, cls, name, headings)
    is_table = name.endswith("csv")
    chunks = _table(query, head, write, everything) if is_table else _json(query, write, everything)
    media_type = {**FORMATS, **OF_COLUMNS}[name]
    response = Response(stream_with_context(chunks), content_type=media_type)
    # An import takes a file for one of the class that it is named after.
    filename = f"{cls.name}.{name}" if name in FORMATS else f"{cls.name}-{name}"
    file = dump_options_header("attachment", {"filename": filename})
    response.headers["Content-Disposition"] = file
    return response


def _writer(
    records: Records, cls: ClassDef, name: str, headings: Mapping[str, str]
) -> tuple[bytes, _Write]:
    """What a file begins with, and what writes objects."""
    if name in OF_COLUMNS:
        columns = ShownColumns(records, cls, headings)
        return columns.head(), columns.rows if name.endswith("csv") else columns.lines
    classes = [records.schema[kind] for kind in records.schema.concrete(cls.name)]
    form: Format = Table(classes) if name == "csv" else JsonLines()
    return form.head(), lambda objects: lines_of([(o.class_name, o.id) for o in objects], form)


def _table(query: ListQuery, head: bytes, write: _Write, everything: bool) -> Iterator[bytes]:
    yield head
    with reading():
        for batch in query.batches(PAGE):
            yield b"".join(_lines(batch, write, everything))


def _json(query: ListQuery, write: _Write, everything: bool) -> Iterator[bytes]:
    """An array, an object in each line."""
    begin = b"[\n"
    with reading():
        for batch in query.batches(PAGE):
            lines = _lines(batch, write, everything)
            yield begin + b",\n".join(line.rstrip(b"\n") for line in lines)
            begin = b",\n"
    yield b"\n]\n" if begin == b",\n" else b"[]\n"


def _lines(batch: Sequence[Listed], write: _Write, everything: bool) -> list[bytes]:
    if not everything:
        note_seen(batch, Way.EXPORT)
    return write(batch)
