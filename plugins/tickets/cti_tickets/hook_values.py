"""Tickets and callers as the hooks hand them on, and what a call brings to queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import peewee
from cti_oql import Param
from cti_oql.schema import Kind
from flask import url_for

from cti_host import (
    Caller,
    Number,
    PhoneCall,
    Ticket,
    TicketDetails,
    TicketKey,
    Unsearchable,
    Value,
    address_of,
    current_host,
)
from cti_tickets.model import SOURCE
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.store import objects
from cti_tickets.store.calls import calls_about
from cti_tickets.store.joint_numbers import searched
from cti_tickets.store.records import FRIENDLYNAME, Record, Records, as_datetime, shown

# The first of these that a class has is what a ticket list shows.
_STATUS = ("status", "operational_status")
_STARTED = ("start_date", "creation_date")


def tickets(
    records: Records, database: peewee.Database, class_name: str, ids: Sequence[int]
) -> tuple[Ticket, ...]:
    """The tickets with these ids, in their order.

    :param class_name: the class that was asked for; it may be a parent of the tickets' own
    """
    cls = records.schema[class_name]
    codes = [
        code
        for code in ("ref", "title", "caller_id_friendlyname", "agent_id_friendlyname")
        if code.removesuffix("_friendlyname") in cls.attributes
    ]
    codes += [code for code in (*_STATUS, *_STARTED, "last_update") if code in cls.attributes]
    rows = _Rows(cls, records.schema)
    return tuple(rows.ticket(r) for r in records.load(database, class_name, ids, codes))


class _Rows:
    """Makes tickets of records; what all rows of a list share is looked up once."""

    def __init__(self, cls: ClassDef, schema: Schema) -> None:
        self._cls, self._schema = cls, schema
        self._status = next((code for code in _STATUS if code in cls.attributes), "")
        self._labels: dict[str, str] = {}
        self._classes: dict[str, tuple[str, str, str]] = {}

    def ticket(self, record: Record) -> Ticket:
        started = next((record.values[c] for c in _STARTED if record.values.get(c)), None)
        status = record.text(self._status) if self._status else ""
        label, view, modify = self._of_class(record.class_name)
        url = f"{view}{record.id}"
        return Ticket(
            class_name=record.class_name,
            id=record.id,
            ref=record.text("ref") or f"{record.class_name} {record.id}",
            title=record.text("title"),
            status=status,
            status_label=self._status_label(status),
            class_label=label,
            caller=record.text("caller_id_friendlyname"),
            agent=record.text("agent_id_friendlyname"),
            started=as_datetime(started),
            updated=as_datetime(record.values.get("last_update")),
            url=url,
            modify_url=url + modify,
            source=SOURCE,
        )

    def _status_label(self, status: str) -> str:
        if status not in self._labels:
            attribute = self._cls.attributes.get(self._status)
            self._labels[status] = shown(attribute, status) if attribute else ""
        return self._labels[status]

    def _of_class(self, class_name: str) -> tuple[str, str, str]:
        """The label of a class, and its pages: what stands before the id, and after it."""
        if class_name not in self._classes:
            view = address_of("tickets.view", class_name=class_name, id_=0)
            modify = address_of("tickets.modify", class_name=class_name, id_=0).removeprefix(view)
            label = str(self._schema[class_name].label)
            self._classes[class_name] = (label, view.removesuffix("0"), modify)
        return self._classes[class_name]


def caller_codes(cls: ClassDef) -> list[str]:
    """The attributes a caller carries: all that are one line, and the keys."""
    wanted = (Kind.STRING, Kind.EMAIL, Kind.PHONE, Kind.ENUM, Kind.KEY, Kind.EXTERNAL)
    return [FRIENDLYNAME, *(a.code for a in cls.attributes.values() if a.kind in wanted)]


def callers(
    records: Records,
    database: peewee.Database,
    class_name: str,
    ids: Sequence[int],
    display_name: Sequence[str],
    codes: Sequence[str] | None = None,
) -> list[Caller]:
    """The persons with these ids, in their order.

    :param display_name: the attributes that name a person on the panel
    :param codes: the attributes to carry; without, all that are one line
    """
    wanted = list(
        dict.fromkeys([*display_name, *(codes or caller_codes(records.schema[class_name]))])
    )
    return [
        Caller(
            class_name=record.class_name,
            id=record.id,
            display=", ".join(filter(None, (record.text(code) for code in display_name)))
            or f"{record.class_name} {record.id}",
            attributes={code: record.text(code) for code in wanted},
            name=next(filter(None, (record.text(code) for code in display_name)), ""),
            source=SOURCE,
        )
        for record in records.load(database, class_name, ids, wanted)
    ]


def phone_calls(records: Records, database: peewee.Database, ticket_id: int) -> list[PhoneCall]:
    """The phone calls about a ticket with the names of who talked, in two statements."""
    stored = calls_about(ticket_id)
    people = ["contact_id_friendlyname", "agent_id_friendlyname"]
    named = records.load(database, "PhoneCall", [call.id for call in stored], people)
    names = {record.id: [record.text(code) for code in people] for record in named}
    calls = []
    for call in stored:
        contact, agent = names.get(call.id, ["", ""])
        url = url_for("tickets.view", class_name="PhoneCall", id_=call.id)
        when = call.created or call.date
        calls.append(PhoneCall(call.flow, when, contact, agent, call.note, url))
    return calls


def read_ticket(records: Records, key: TicketKey, caller_class: str) -> TicketDetails | None:
    """A ticket and its caller; `None` if there is no such ticket.

    The plugin's own page shows everything else.
    """
    if key.class_name not in records.schema or not records.schema.is_a(key.class_name, "Ticket"):
        return None
    try:
        stored = objects.load(key.class_name, key.id)
    except objects.NotFound:
        return None
    class_name = objects.definition_of(stored).name
    caller_id = getattr(stored, "caller_id", None)
    return TicketDetails(
        *ticket_with_caller(records, class_name, stored.id, caller_class, caller_id)
    )


def ticket_with_caller(
    records: Records, class_name: str, id_: int, caller_class: str, caller_id: int | None
) -> tuple[Ticket, Caller | None]:
    """A stored ticket and its caller, with all the caller's attributes, for the hooks."""
    host = current_host()
    ticket = tickets(records, host.database, class_name, [id_])[0]
    display = host.settings.caller_information.display_name
    ids = [caller_id] if caller_id else []
    persons = callers(records, host.database, caller_class, ids, display)
    return ticket, persons[0] if persons else None


def query_parameters(values: Mapping[str, Value | int | None]) -> dict[str, Param]:
    """The parameters of a call for a query; one that must not be searched for matches nobody."""
    return {name: _parameter(value) for name, value in values.items()}


def _parameter(value: Value | int | None) -> Param:
    if isinstance(value, Unsearchable):
        return None
    return searched(value) if isinstance(value, Number) else value
