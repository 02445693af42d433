"""Where a page of a list begins, as a text that an address carries."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date, datetime
from typing import Any

from cti_oql.schema import Kind

from cti_tickets.model.schema import Attribute
from cti_tickets.store.listing.query import Place
from cti_tickets.store.values import MAX_ID, NOT_TEXT

_NUMBERS = (Kind.INTEGER, Kind.DURATION, Kind.BOOLEAN, Kind.KEY)
_MAY_BE_EMPTY = (Kind.INTEGER, Kind.DURATION, Kind.KEY, Kind.DATE, Kind.DATETIME)


def text_of(place: Place) -> str:
    """The text for a place."""
    value = place.value if isinstance(place.value, str | int | None) else str(place.value)
    said = json.dumps([value, place.id], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def place_in(text: str, attribute: Attribute | None, sort: str) -> Place | None:
    """The place that a text stands for.

    :param attribute: what the list is sorted by; `None`: the id or the name
    :param sort: its code, with or without a "-" in front
    :return: `None`: no list that is sorted so gave this text
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        value, id_ = json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (ValueError, binascii.Error, TypeError, RecursionError):
        return None
    by_id = sort.removeprefix("-") == "id"
    fits = _is_id(value) if by_id else _fits(value, attribute.kind if attribute else Kind.STRING)
    return Place(value, id_) if fits and _is_id(id_) else None


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID


def _fits(value: Any, kind: Kind) -> bool:
    if value is None:
        return kind in _MAY_BE_EMPTY
    if kind in _NUMBERS:
        return isinstance(value, int) and abs(value) <= MAX_ID
    if not isinstance(value, str) or NOT_TEXT.search(value):
        return False
    try:
        if kind is Kind.DATE:
            date.fromisoformat(value)
        elif kind is Kind.DATETIME:
            datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
