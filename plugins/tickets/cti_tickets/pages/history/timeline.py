"""What happened to an object, newest first: changes, entries of logs and phone calls as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import current_host
from cti_tickets.model.classes.registry import PhoneCall
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.history.texts import (
    KnownNames,
    Line,
    Texts,
    class_of,
    headline,
    object_url,
    way_label,
    who,
)
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import READ
from cti_tickets.store import history
from cti_tickets.store.history import Change, Operation
from cti_tickets.store.logs import is_private, log_entries
from cti_tickets.store.records import Records, as_datetime, shown

PAGE_SIZE = 50
_CURSOR = re.compile(r"(\d{0,18})\.(\d{0,14})-(\d{0,18})\.(\d{0,14})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True)
class Happening:
    """One thing that happened: a change, an entry of a log, or a phone call.

    :param kind: "change", "log" or "call"
    :param text: of an entry or a call, what was written
    :param url: the page of a call
    :param code: the log of an entry, or what kind of change it is
    """

    kind: str
    moment: datetime
    title: str
    who: str
    way: str = ""
    lines: Sequence[Line] = ()
    text: str = ""
    url: str = ""
    code: str = ""

    @property
    def private(self) -> bool:
        """Whether only agents are meant to read it."""
        return self.kind == "log" and is_private(self.code)


@dataclass(frozen=True)
class Timeline:
    """A page of what happened, newest first; `older` is where the next one begins, "" for none."""

    happenings: Sequence[Happening]
    older: str = ""


@dataclass(frozen=True)
class _Place:
    """Up to where each of the three sources was read: below these only."""

    change: int | None = None
    entry: tuple[datetime, int] | None = None
    call: tuple[datetime, int] | None = None

    def __str__(self) -> str:
        def pair(one: tuple[datetime, int] | None) -> str:
            return f"{one[0]:%Y%m%d%H%M%S}-{one[1]}" if one else "-"

        return f"{self.change or ''}.{pair(self.entry)}.{pair(self.call)}"

    @classmethod
    def read(cls, text: str) -> _Place:
        """A place in an address; what is none is the beginning."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            return cls()
        change, entry_moment, entry, call_moment, call = found.groups()
        try:
            return cls(
                int(change) if change else None,
                _pair(entry_moment, entry),
                _pair(call_moment, call),
            )
        except ValueError:
            return cls()


def _pair(moment: str, id_: str) -> tuple[datetime, int] | None:
    return (datetime.strptime(moment, "%Y%m%d%H%M%S"), int(id_)) if moment and id_ else None


class _Found(NamedTuple):
    """A row of one of the sources; those of all of them are in order by moment.

    A moment is a second; within it, nothing is earlier than the creation.
    """

    moment: datetime
    is_later: bool
    id: int
    source: str
    row: Any


def _order(one: _Found) -> tuple[datetime, bool, int]:
    return one.moment, one.is_later, one.id


def read_timeline(
    records: Records,
    cls: ClassDef,
    object_id: int,
    after: str = "",
    *,
    with_calls: bool = True,
    known: KnownNames = MappingProxyType({}),
) -> Timeline:
    """A page of what happened to an object.

    :param after: where it begins, the `older` of the page before
    :param with_calls: whether phone calls are wanted as well
    :param known: names of objects that need not be read any more
    """
    place = _Place.read(after)
    sources = [
        _changes(cls, object_id, place),
        _entries(records, cls, object_id, place),
        _calls(records, cls, object_id, place) if with_calls else iter(()),
    ]
    found = sorted(chain(*sources), key=_order, reverse=True)[: PAGE_SIZE + 1]
    page = found[:PAGE_SIZE]
    for one in page:
        at = (one.moment, one.id)
        if one.source == "change":
            place = replace(place, change=one.id)
        elif one.source == "entry":
            place = replace(place, entry=at)
        else:
            place = replace(place, call=at)
    older = str(place) if len(found) > PAGE_SIZE else ""
    return Timeline(_happenings(records, cls, page, known), older)


def _happenings(
    records: Records, cls: ClassDef, found: Sequence[_Found], known: KnownNames
) -> list[Happening]:
    texts = Texts(records, [one.row for one in found if one.source == "change"], known)
    calls = _named_calls(records, [one.id for one in found if one.source == "call"])
    happenings = []
    for one in found:
        if one.source == "change":
            happening = of_change(records, texts, one.row)
            # An entry of a log stands here itself.
            if not happening.lines and one.row.operation is Operation.MODIFY:
                continue
            happenings.append(happening)
        elif one.source == "entry":
            label = cls.attributes[one.row.attribute].label
            happenings.append(
                Happening(
                    "log",
                    one.moment,
                    str(label),
                    one.row.author,
                    text=one.row.text,
                    code=one.row.attribute,
                )
            )
        elif one.id in calls:
            happenings.append(calls[one.id])
    return happenings


def of_change(records: Records, texts: Texts, change: Change) -> Happening:
    """A change as something that happened."""
    cls = class_of(records.schema, change)
    return Happening(
        "change",
        change.moment,
        headline(cls, change),
        who(change.account, change.author),
        way_label(change.through),
        texts.lines(change),
        code=change.operation,
    )


def _changes(cls: ClassDef, object_id: int, place: _Place) -> Iterator[_Found]:
    for one in history.changes_of(cls.name, object_id, before=place.change, limit=PAGE_SIZE + 1):
        is_later = one.operation is not Operation.CREATE
        yield _Found(one.moment, is_later, one.id, "change", one)


def _entries(records: Records, cls: ClassDef, object_id: int, place: _Place) -> Iterator[_Found]:
    codes = [a.code for a in cls.attributes.values() if a.kind is Kind.LOG]
    if not codes or not records.schema.is_a(cls.name, "Ticket"):
        return
    for row in log_entries(object_id, codes, before=place.entry, limit=PAGE_SIZE + 1):
        yield _Found(row.created, True, row.id, "entry", row)


def _calls(records: Records, cls: ClassDef, object_id: int, place: _Place) -> Iterator[_Found]:
    """The calls about a ticket, or with a person."""
    if not current_access().may(READ, "PhoneCall"):
        return
    if records.schema.is_a(cls.name, "Ticket"):
        wanted: Any = PhoneCall.ticket == object_id
    elif records.schema.is_a(cls.name, "Person"):
        wanted = PhoneCall.contact == object_id
    else:
        return
    for row in _older(PhoneCall, PhoneCall.created, wanted, place.call):
        yield _Found(row.created, True, row.id, "call", row)


def _older(model: Any, moment: Any, wanted: Any, place: tuple[datetime, int] | None) -> Any:
    query = model.select().where(wanted, moment.is_null(False))
    if place is not None:
        earlier = (moment < place[0]) | ((moment == place[0]) & (model.id < place[1]))
        query = query.where(earlier)
    return query.order_by(moment.desc(), model.id.desc()).limit(PAGE_SIZE + 1)


def _named_calls(records: Records, ids: Sequence[int]) -> dict[int, Happening]:
    """Calls with the names of who talked, by id; those that may not be seen are left out."""
    codes = ["created", "flow", "note", "contact_id_friendlyname", "agent_id_friendlyname",
             "ticket_ref"]  # fmt: skip
    flow = records.schema["PhoneCall"].attributes["flow"]
    calls = {}
    for record in records.load(current_host().database, "PhoneCall", ids, codes):
        title = _("Phone call: %(flow)s", flow=shown(flow, record.values["flow"]))
        names = [record.text("contact_id_friendlyname"), record.text("ticket_ref")]
        text = "\n".join(filter(None, [", ".join(filter(None, names)), record.text("note")]))
        calls[record.id] = Happening(
            "call",
            as_datetime(record.values["created"]) or datetime.min,
            str(title),
            record.text("agent_id_friendlyname") or "–",
            text=text,
            url=object_url("PhoneCall", record.id),
        )
    return calls
