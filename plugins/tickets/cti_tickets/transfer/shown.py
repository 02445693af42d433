"""The columns of a list as a file: what an agent sees in them, whole, and nothing else.

A table has the headings of the list, and names and labels in its cells; it is for people. As JSON,
attributes have the values that an export of all of them has, and the names of what keys lead to
beside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cti_oql.schema import Kind
from flask_babel import get_timezone

from cti_host import current_host
from cti_tickets.model.list_plan import FRIENDLYNAME, listed_attribute
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.listing.query import Listed
from cti_tickets.store.records import SUFFIX, Record, Records, as_datetime, shown, shown_name
from cti_tickets.transfer.export import csv_row, json_value
from cti_tickets.transfer.reading.cells import cell_of

_Cell = Callable[[Record], str]
# A spreadsheet takes a file without it for one of the last century.
_UTF_8 = b"\xef\xbb\xbf"


class ShownColumns:
    """Writes the columns of a list of a class.

    :param headings: what each column is called, by its code: of an attribute, "friendlyname" or
        "finalclass"
    """

    def __init__(self, records: Records, cls: ClassDef, headings: Mapping[str, str]) -> None:
        self._records, self._cls = records, cls
        self._headings = headings
        found = {code: listed_attribute(records.schema, cls, code) for code in headings}
        self._attributes = {code: one for code, one in found.items() if one is not None}
        keys = [code for code, one in self._attributes.items() if one.kind is Kind.KEY]
        named = [code + SUFFIX for code in keys]
        self._codes = list(dict.fromkeys((FRIENDLYNAME, *self._attributes, *named)))

    def head(self) -> bytes:
        """The headings of a table."""
        return _UTF_8 + csv_row([cell_of(heading) for heading in self._headings.values()])

    def rows(self, objects: Sequence[Listed]) -> list[bytes]:
        """The rows of some objects."""
        cells = [self._cell(code) for code in self._headings]
        return [csv_row([cell_of(cell(one)) for cell in cells]) for one in self._load(objects)]

    def lines(self, objects: Sequence[Listed]) -> list[bytes]:
        """Some objects as JSON, a line each."""
        return [self._line(record) for record in self._load(objects)]

    def _load(self, objects: Sequence[Listed]) -> list[Record]:
        ids = [listed.id for listed in objects]
        return self._records.load(current_host().database, self._cls.name, ids, self._codes)

    def _cell(self, code: str) -> _Cell:
        cls, attribute = self._cls, self._attributes.get(code)
        if code == FRIENDLYNAME:
            return lambda record: shown_name(cls, record.text(FRIENDLYNAME), record.id)
        if attribute is None:
            schema = self._records.schema
            return lambda record: str(schema[record.class_name].label)
        if attribute.kind is Kind.KEY:
            return lambda record: _name_behind(record, code)
        return lambda record: _text(attribute, record.values[code])

    def _line(self, record: Record) -> bytes:
        fields: dict[str, Any] = {}
        for code in self._headings:
            attribute = self._attributes.get(code)
            if code == FRIENDLYNAME:
                fields[code] = record.text(code)
            if attribute is None:
                continue
            fields[code] = json_value(attribute, record.values[code])
            if attribute.kind is Kind.KEY:
                fields[code + SUFFIX] = record.text(code + SUFFIX)
        data = {"class": record.class_name, "id": record.id, "fields": fields}
        return json.dumps(data, ensure_ascii=False).encode() + b"\n"


def _name_behind(record: Record, code: str) -> str:
    id_ = record.values[code]
    return record.text(code + SUFFIX).strip() or f"#{id_}" if id_ else ""


def _text(attribute: Attribute, value: Any) -> str:
    """A value as people read it, and as a spreadsheet sorts it."""
    if attribute.kind is Kind.DATETIME:
        moment = as_datetime(value)
        return str(_local(moment)) if moment else ""
    if attribute.kind is Kind.DATE:
        return str(value)[:10] if value else ""
    return shown(attribute, value)


def _local(moment: datetime) -> datetime:
    """A stored moment in the time zone of the pages."""
    zone = get_timezone() or UTC
    return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
