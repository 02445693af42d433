"""Read JSON lines: `{"class": "Person", "id": 7, "fields": {"name": "Lovelace", …}}`.

`"timezone": "Europe/Paris"` is the zone of the moments of a line. Lines that begin with `#` are
comments.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC

from flask_babel import gettext as _

from cti_tickets.transfer.reading.records import (
    COMMENT,
    BadLine,
    ImportProblem,
    Record,
    Source,
    chunks,
    id_of,
    json_decimal,
    text_of,
    zone_of,
)

_KEYS = {"class", "id", "fields", "timezone"}


def read_lines(source: Source) -> Iterator[Record | ImportProblem]:
    """The records of a file, in order."""
    for line, chunk in chunks(source):
        try:
            text = text_of(chunk)
            if text.strip() and not text.lstrip().startswith(COMMENT):
                yield _record(source, line, text, len(chunk))
        except BadLine as error:
            yield ImportProblem(source.name, line, str(error))


def _record(source: Source, line: int, text: str, size: int) -> Record:
    try:
        data = json.loads(text, parse_float=json_decimal)
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
    zone = zone_of(data["timezone"]) if "timezone" in data else source.zone or UTC
    id_ = id_of(data.get("id"))
    return Record(
        source.name, line, data["class"], id_, fields, size, zone=zone, dates=source.dates
    )
