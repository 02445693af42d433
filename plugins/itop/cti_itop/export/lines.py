"""Objects of iTop as lines of JSON, as `cti-host data import` reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cti_itop.rest.client import ItopObject

# Tab, line feed and carriage return are text; the others come from no keyboard.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# What iTop derives for every class, and for each key.
_DERIVED = re.compile(r"(.*_)?(friendlyname|obsolescence_flag)|finalclass|.*_finalclass_recall")
_ENTRY = ("date", "user_login", "message", "message_html")


def codes_to_copy(sample: Mapping[str, Any]) -> list[str]:
    """The attributes worth copying, by the fields of one object that has all of them.

    Sets of links are not: they say what other objects say. Nor are images, nor names.
    """
    return [
        code
        for code, value in sample.items()
        if code != "id"
        and not _DERIVED.fullmatch(code)
        and not isinstance(value, list)
        and (not isinstance(value, dict) or "entries" in value)
    ]


def line(class_name: str, codes: Sequence[str], one: ItopObject, timezone: str) -> bytes:
    """A line with an object.

    :param codes: what to take of it
    :param timezone: that of iTop's server, in which it gives moments
    """
    fields = {code: _value(one.fields.get(code)) for code in codes}
    zone = {} if timezone == "UTC" else {"timezone": timezone}
    data = {"class": class_name, "id": one.id, **zone, "fields": fields}
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        entries = value.get("entries")
        listed = entries if isinstance(entries, list) else []
        # Newest first, as iTop keeps them; the order of those of one second would be lost.
        return {"entries": [entry for raw in reversed(listed) if (entry := _entry(raw))]}
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, int):
        return value
    return None if isinstance(value, list) else _clean(str(value))


def _entry(raw: Any) -> dict[str, str]:
    """An entry of a log; empty for what is none: without a moment, or without a text."""
    if not isinstance(raw, dict):
        return {}
    entry = {name: _clean(str(raw[name])) for name in _ENTRY if raw.get(name)}
    if entry.get("message"):
        entry.pop("message_html", None)
    says = entry.get("message", entry.get("message_html", "")).strip()
    return entry if "date" in entry and says else {}


def _clean(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
