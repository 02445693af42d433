"""Logs in an import: a text is one entry; a list of entries is iTop's own form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import Localised
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.markup import plain
from cti_tickets.store.values import BadValue, parse

_MOMENT = Attribute("date", Kind.DATETIME, label=Localised.of("Date"))
_AUTHOR = Attribute("user_login", Kind.STRING, label=Localised.of("Author", "Auteur"))


@dataclass(frozen=True)
class Entry:
    """One entry of the log `attribute`; without a moment it is as old as its ticket."""

    attribute: str
    text: str
    author: str = ""
    created: datetime | None = None


def split_logs(
    definition: ClassDef, fields: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Entry], dict[str, str]]:
    """Plain values, log entries, and messages about values that are neither.

    A log is a text, or `{"entries": [{"date": …, "user_login": …, "message": …}, …]}`.
    """
    plain: dict[str, Any] = {}
    entries: list[Entry] = []
    messages: dict[str, str] = {}
    for code, value in fields.items():
        attribute = definition.attributes.get(code)
        try:
            if attribute is not None and attribute.kind is Kind.LOG:
                entries += _entries(attribute, value)
            elif isinstance(value, bool):
                if attribute is None or attribute.kind is not Kind.BOOLEAN:
                    raise BadValue(_("must be a text, a whole number or null"))
                plain[code] = int(value)
            elif value is None or isinstance(value, (str, int)):
                plain[code] = value
            else:
                raise BadValue(_("must be a text, a whole number or null"))
        except BadValue as error:
            messages[code] = str(error)
    return plain, entries, messages


def _entries(attribute: Attribute, value: Any) -> list[Entry]:
    if isinstance(value, dict):
        value = value.get("entries")
    if value is None or isinstance(value, str):
        text = str(parse(attribute, value))
        return [Entry(attribute.code, text)] if text else []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadValue(_("must be a text or a list of entries"))
    return [_entry(attribute, item) for item in value]


def _entry(attribute: Attribute, item: Mapping[str, Any]) -> Entry:
    values = [item.get(name) or "" for name in ("message", "user_login", "date")]
    if not all(isinstance(value, str) for value in values):
        raise BadValue(_("must be a text or a list of entries"))
    message, author, moment = values
    html = item.get("message_html")
    if not message and isinstance(html, str):
        message = plain(html)
    created = parse(_MOMENT, moment)
    return Entry(
        attribute.code,
        str(parse(attribute, message)),
        str(parse(_AUTHOR, author))[:255],
        created if isinstance(created, datetime) else None,
    )
