"""Values on their way from iTop to a store, and what two systems' values have in common."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from json import dumps
from typing import Any
from zoneinfo import ZoneInfo

import nh3

from cti_host import LogLine, StoredAttribute, StoredObject, StoredValue, ValueKind
from cti_itop.rest.client import ItopObject

_TRUE = ("1", "true", "yes")
_BYTES = 16
# Tab, line feed and carriage return are text; the others come from no keyboard.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LONGEST_AUTHOR = 255


def stored_object(
    class_name: str, attributes: Sequence[StoredAttribute], found: ItopObject, zone: ZoneInfo
) -> StoredObject:
    """An object of iTop for a store.

    :param attributes: what to take of it
    :param zone: that of iTop's server, in which it gives moments
    """
    values = {a.code: _value(a.kind, found.fields.get(a.code), zone) for a in attributes}
    return StoredObject(class_name, found.id, values)


def _value(kind: ValueKind, raw: Any, zone: ZoneInfo) -> StoredValue:
    if kind is ValueKind.LOG:
        return _log(raw, zone)
    text = "" if raw is None or isinstance(raw, (dict, list)) else _clean(str(raw))
    if kind is ValueKind.KEY:
        return (int(text) if text.isascii() and text.isdigit() else 0) or None
    if kind is ValueKind.NUMBER:
        return int(text) if re.fullmatch(r"-?[0-9]+", text, re.ASCII) else None
    if kind is ValueKind.FLAG:
        return text.lower() in _TRUE
    if kind is ValueKind.DATE:
        moment = _moment(text, zone)
        # A date has no zone: it stays the day that iTop shows.
        return date.fromisoformat(text[:10]) if moment else None
    return _moment(text, zone) if kind is ValueKind.MOMENT else text


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None  # "", and iTop's "0000-00-00 00:00:00"


def _log(raw: Any, zone: ZoneInfo) -> tuple[LogLine, ...]:
    entries = raw.get("entries") if isinstance(raw, dict) else None
    lines = []
    for entry in entries if isinstance(entries, list) else ():
        moment = _moment(str(entry.get("date") or ""), zone)
        text = _clean(str(entry.get("message") or ""))
        if moment and text.strip():
            lines.append(LogLine(moment, _clean(str(entry.get("user_login") or "")), text))
    return tuple(lines)


def _clean(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def common(kind: ValueKind, value: StoredValue) -> Any:
    """What a value says in both systems: without blanks at its ends, of markup the text."""
    if kind is ValueKind.LOG:
        lines = value if isinstance(value, tuple) else ()
        return sorted([_iso(x.created), x.author[:_LONGEST_AUTHOR], x.text.strip()] for x in lines)
    if isinstance(value, datetime):
        return _iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if kind is ValueKind.MARKUP:
        return " ".join(html.unescape(nh3.clean(str(value or ""), tags=set())).split())
    return value.strip() if isinstance(value, str) else value


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(" ", "seconds")


def differences(
    attributes: Sequence[StoredAttribute], one: StoredObject, other: StoredObject
) -> list[str]:
    """The codes of the attributes in which two objects differ."""
    return [
        a.code
        for a in attributes
        if common(a.kind, one.values.get(a.code)) != common(a.kind, other.values.get(a.code))
    ]


@dataclass
class Checksum:
    """Count and checksum of a set of objects, in whatever order they come."""

    objects: int = 0
    value: int = 0

    @classmethod
    def of(cls, objects: int, text: str) -> Checksum:
        """One that was kept as `objects` and `text`."""
        return cls(objects, int(text or "0", 16))

    def add(self, attributes: Sequence[StoredAttribute], one: StoredObject) -> None:
        """Count an object in."""
        said: Mapping[str, Any] = {
            a.code: common(a.kind, one.values.get(a.code)) for a in attributes
        }
        text = dumps([one.id, said], sort_keys=True, ensure_ascii=False)
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()
        self.objects += 1
        self.value = (self.value + int.from_bytes(digest, "big")) % (1 << 8 * _BYTES)

    @property
    def text(self) -> str:
        """The checksum in hexadecimal."""
        return f"{self.value:0{2 * _BYTES}x}"
