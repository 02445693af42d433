"""A whole list as a file, sent while it is read: its size costs no memory.

The lines are those of `cti-host data export`, so that `cti-host data import` reads them; a
spreadsheet runs no text of theirs as a formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response, stream_with_context
from werkzeug.http import dump_options_header

from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.pages.lists.seen import note_seen
from cti_tickets.store.access_journal import exported
from cti_tickets.store.history import Way
from cti_tickets.store.listing.query import Listed, ListQuery
from cti_tickets.store.transactions import reading
from cti_tickets.transfer.export import PAGE, Format, JsonLines, Table, lines_of

# The names of the formats in the address, and their media types.
FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def streamed(
    schema: Schema, cls: ClassDef, query: ListQuery, name: str, *, everything: bool
) -> Response:
    """All objects of a list in a format, one of `FORMATS`; who took people away is noted.

    :param everything: whether it is the list of all objects of its class
    """
    classes = [schema[kind] for kind in schema.concrete(cls.name)]
    if everything:
        exported(cls.name, None)
    chunks = _csv(classes, query, everything) if name == "csv" else _json(query, everything)
    response = Response(stream_with_context(chunks), content_type=FORMATS[name])
    file = dump_options_header("attachment", {"filename": f"{cls.name}.{name}"})
    response.headers["Content-Disposition"] = file
    return response


def _csv(classes: list[ClassDef], query: ListQuery, everything: bool) -> Iterator[bytes]:
    form = Table(classes)
    yield form.head()
    with reading():
        for batch in query.batches(PAGE):
            yield b"".join(_lines(batch, form, everything))


def _json(query: ListQuery, everything: bool) -> Iterator[bytes]:
    """An array, an object in each line."""
    form = JsonLines()
    begin = b"[\n"
    with reading():
        for batch in query.batches(PAGE):
            lines = _lines(batch, form, everything)
            yield begin + b",\n".join(line.rstrip(b"\n") for line in lines)
            begin = b",\n"
    yield b"\n]\n" if begin == b",\n" else b"[]\n"


def _lines(batch: Sequence[Listed], form: Format, everything: bool) -> list[bytes]:
    if not everything:
        note_seen(batch, Way.EXPORT)
    return lines_of([(listed.class_name, listed.id) for listed in batch], form)
