"""Values of stored objects, as other systems have them, and as the columns here have them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from cti_oql.schema import Attribute, Kind

from cti_host import StoredValue, ValueKind
from cti_tickets.store.values import NOT_TEXT, BadValue, Stored, parse

KINDS = {
    Kind.STRING: ValueKind.TEXT,
    Kind.TEXT: ValueKind.TEXT,
    Kind.HTML: ValueKind.MARKUP,
    Kind.EMAIL: ValueKind.TEXT,
    Kind.PHONE: ValueKind.TEXT,
    Kind.ENUM: ValueKind.TEXT,
    Kind.KEY: ValueKind.KEY,
    Kind.DATE: ValueKind.DATE,
    Kind.DATETIME: ValueKind.MOMENT,
    Kind.INTEGER: ValueKind.NUMBER,
    Kind.DURATION: ValueKind.NUMBER,
    Kind.BOOLEAN: ValueKind.FLAG,
    Kind.LOG: ValueKind.LOG,
}
# Their form is a rule for what agents type; what another system has kept for long stays.
_LENIENT = (Kind.STRING, Kind.PHONE, Kind.EMAIL)


def to_store(attribute: Attribute, value: StoredValue) -> Stored:
    """What the column holds for a value.

    :raises BadValue: the attribute can't hold it
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return parse(attribute, str(int(value)))
    raw = value if isinstance(value, (str, int)) else None
    try:
        return parse(attribute, raw, exact=True)
    except BadValue:
        text = str(raw).strip()
        too_long = attribute.max_length is not None and len(text) > attribute.max_length
        if attribute.kind not in _LENIENT or NOT_TEXT.search(text) or too_long:
            raise
        return text


def from_store(attribute: Attribute, value: Any) -> StoredValue:
    """A value of a column, for other systems."""
    if attribute.kind is Kind.DATETIME:
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None
    if attribute.kind is Kind.DATE:
        return value if isinstance(value, date) else None
    if attribute.kind is Kind.BOOLEAN:
        return bool(value)
    if attribute.kind in (Kind.KEY, Kind.INTEGER, Kind.DURATION):
        return int(value) if value is not None else None
    return str(value if value is not None else "")
