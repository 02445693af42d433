"""Logs in an import: a text is one more entry; a list of entries, iTop's own form, is a whole log.

A log that is the same as the stored one is not touched, so that its entries keep their ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import Localised
from cti_tickets.model.classes.registry import LogEntry
from cti_tickets.model.schema import Attribute
from cti_tickets.store.deletion import visible
from cti_tickets.store.markup import plain
from cti_tickets.store.values import BadValue, parse

_MOMENT = Attribute("date", Kind.DATETIME, label=Localised.of("Date"))
_AUTHOR = Attribute("user_login", Kind.STRING, label=Localised.of("Author", "Auteur"))
_CONTACT = Attribute("contact_id", Kind.KEY, target="Person", label=Localised.of("Contact"))
_LONGEST_AUTHOR = 255
# How a log stands in the cell of a table.
_ENTRIES_IN_CELL = '{"entries":'


@dataclass(frozen=True)
class Entry:
    """One entry of a log; without a moment it is as old as its ticket.

    `contact_id` is the person who wrote it, 0 if that is nobody here.
    """

    text: str
    author: str = ""
    created: datetime | None = None
    contact_id: int = 0


@dataclass(frozen=True)
class GivenLog:
    """What a file says of a log: entries to add, or, if `whole`, all that it has."""

    entries: Sequence[Entry]
    whole: bool = True


# Tickets to log codes to entries, oldest first.
StoredLogs = Mapping[tuple[int, str], Sequence[Entry]]


def given_log(attribute: Attribute, value: Any, zone: tzinfo = UTC) -> GivenLog:
    """The log in a value of a file: a text, or `{"entries": [{"date": …, "message": …}, …]}`.

    :param zone: that of moments which name none
    :raises BadValue: it is neither
    """
    if isinstance(value, dict):
        value = value.get("entries")
    if value is None or isinstance(value, str):
        text = str(parse(attribute, value, exact=True)).rstrip()
        return GivenLog([Entry(text)] if text else [], whole=False)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadValue(_("must be a text or a list of entries"))
    return GivenLog([_entry(attribute, item, zone) for item in value])


def from_cell(value: Any) -> Any:
    """The value of a log in the cell of a table: a list of entries stands there as JSON."""
    if isinstance(value, str) and value.startswith(_ENTRIES_IN_CELL):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise BadValue(_("must be a text or a list of entries")) from None
    return value


def _entry(attribute: Attribute, item: Mapping[str, Any], zone: tzinfo) -> Entry:
    values = [item.get(name) or "" for name in ("message", "user_login", "date")]
    if not all(isinstance(value, str) for value in values):
        raise BadValue(_("must be a text or a list of entries"))
    message, author, moment = values
    html = item.get("message_html")
    if not message and isinstance(html, str):
        message = plain(html)
    created = parse(_MOMENT, moment, exact=True, zone=zone)
    contact = parse(_CONTACT, item.get("contact_id"))
    return Entry(
        str(parse(attribute, message, exact=True)).rstrip(),
        str(parse(_AUTHOR, author[:_LONGEST_AUTHOR], exact=True)),
        created if isinstance(created, datetime) else None,
        contact if isinstance(contact, int) else 0,
    )


def log_value(entries: Iterable[Entry]) -> dict[str, Any]:
    """A log as a file has it: what `given_log` reads."""
    return {
        "entries": [
            {
                "date": str(entry.created),
                "user_login": entry.author,
                "message": entry.text,
                **({"contact_id": entry.contact_id} if entry.contact_id else {}),
            }
            for entry in entries
        ]
    }


def stored_logs(ids: Sequence[int]) -> StoredLogs:
    """The logs of some tickets; who wrote an entry is known of those who may be seen."""
    logs: dict[tuple[int, str], list[Entry]] = {}
    query: Any = LogEntry.select(
        LogEntry.ticket,
        LogEntry.attribute,
        LogEntry.created,
        LogEntry.author,
        LogEntry.text,
        LogEntry.author_contact,
    ).where(LogEntry.ticket.in_(list(ids)))
    in_order = list(query.order_by(LogEntry.created, LogEntry.id).tuples())
    seen = {*visible("Person", sorted({row[-1] for row in in_order if row[-1]}))}
    for ticket, code, created, author, text, contact in in_order:
        logs.setdefault((ticket, code), []).append(
            Entry(text, author, created, contact if contact in seen else 0)
        )
    return logs


def added_entries(stored: Sequence[Entry], given: GivenLog, now: datetime) -> list[Entry]:
    """The entries that a file adds to a log, oldest first; those that are stored are never changed.

    A text that a log has already is not added again. Of an entry that is stored, a file need not
    know when it was written, nor which person wrote it.
    """
    if not given.whole:
        known = {entry.text for entry in stored}
        return dated([entry for entry in given.entries if entry.text not in known], now)
    left = list(stored)
    added = []
    for entry in given.entries:
        same = next((one for one in left if _is(one, entry)), None)
        if same is None:
            added.append(entry)
        else:
            left.remove(same)
    return sorted(dated(added, now), key=lambda entry: entry.created or now)


def missing_entries(stored: Sequence[Entry], given: GivenLog) -> int:
    """How many entries of a log a file doesn't have which says that it has all of them."""
    if not given.whole:
        return 0
    return sum(not any(_is(one, entry) for entry in given.entries) for one in stored)


def dated(entries: Iterable[Entry], moment: datetime) -> list[Entry]:
    """Entries that all have a moment: this one, where they name none."""
    return [entry if entry.created else replace(entry, created=moment) for entry in entries]


def without_authors(log: GivenLog) -> GivenLog:
    """A log whose entries name no persons of this host."""
    return GivenLog([replace(entry, contact_id=0) for entry in log.entries], log.whole)


def _is(stored: Entry, given: Entry) -> bool:
    """Whether an entry of a file is one that is stored."""
    same = (stored.author, stored.text) == (given.author, given.text)
    return same and given.created in (None, stored.created)
