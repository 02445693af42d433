"""Tickets and callers as the hooks hand them on, and what a call brings to queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import peewee
from cti_oql import Found, Oql, Param
from cti_oql.running import mark
from cti_oql.schema import Kind

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
from cti_tickets.rights.access import Forbidden, current_access
from cti_tickets.rights.profiles import MODIFY, READ
from cti_tickets.store import objects
from cti_tickets.store.joint_numbers import LONGEST, searched
from cti_tickets.store.records import (
    FRIENDLYNAME,
    KEYS,
    Record,
    Records,
    as_date,
    as_datetime,
    shown,
)

# The first of these that a class has is what a ticket list shows.
_STATUS = ("status", "operational_status")
_STARTED = ("start_date", "creation_date")
_OF_CALLS = (
    "created", "date", "flow", "note", "contact_id_friendlyname", "agent_id_friendlyname",
)  # fmt: skip


def tickets(
    records: Records, database: peewee.Database, class_name: str, ids: Sequence[int]
) -> tuple[Ticket, ...]:
    """The tickets with these ids, in their order.

    :param class_name: the class that was asked for; it may be a parent of the tickets' own
    """
    rows = _Rows(records.schema[class_name], records.schema)
    return tuple(rows.ticket(r) for r in records.load(database, class_name, ids, rows.codes))


def tickets_found(
    records: Records, oql: Oql, database: peewee.Database, class_name: str, begin: Found
) -> list[tuple[tuple[Ticket, ...], int]]:
    """The tickets that each of some queries finds, and how many it finds in all.

    :param begin: the queries, see `Oql.found`
    """
    rows = _Rows(records.schema[class_name], records.schema)
    pages = records.load_found(oql, database, class_name, begin, rows.codes)
    return [(tuple(map(rows.ticket, page.records)), page.total) for page in pages]


class CallersFound(NamedTuple):
    """Callers, how many there are in all, and what else was asked, see `FoundPage`.

    `keys` is what the indexed columns of their phone attributes hold, by id and code.
    """

    people: list[Caller]
    total: int
    also: Any
    keys: Mapping[int, Mapping[str, str]]


class _Rows:
    """Makes tickets of records; what all rows of a list share is looked up once."""

    def __init__(self, cls: ClassDef, schema: Schema) -> None:
        names = ("caller_id_friendlyname", "agent_id_friendlyname")
        codes = ("ref", "title", *names, *_STATUS, "priority", *_STARTED, "last_update")
        self.codes = [c for c in codes if c.removesuffix("_friendlyname") in cls.attributes]
        self._status = next((code for code in _STATUS if code in cls.attributes), "")
        self._started = [code for code in _STARTED if code in cls.attributes]
        self._labels, self._classes = _Labels(cls), _Classes(schema)

    def ticket(self, record: Record) -> Ticket:
        values, class_name, id_ = record.values, record.class_name, record.id
        value = values.get(self._status)
        status, priority = "" if value is None else str(value), values.get("priority") or ""
        label, view, modify = self._classes[class_name]
        url = f"{view}{id_}"
        started = None
        for code in self._started:
            started = started or values.get(code)
        return Ticket(
            class_name=class_name,
            id=id_,
            ref=values.get("ref") or f"{class_name} {id_}",
            title=values.get("title") or "",
            status=status,
            status_label=self._labels[self._status, status],
            class_label=label,
            caller=values.get("caller_id_friendlyname") or "",
            agent=values.get("agent_id_friendlyname") or "",
            started=as_datetime(started or None),
            updated=as_datetime(values.get("last_update")),
            url=url,
            modify_url=url + modify if modify else "",
            source=SOURCE,
            priority=priority,
            priority_label=self._labels["priority", priority] if priority else "",
        )


class _Labels(dict[tuple[str, str], str]):
    """The names of values of enums by their attributes, each looked up once for all rows."""

    def __init__(self, cls: ClassDef) -> None:
        super().__init__()
        self._cls = cls

    def __missing__(self, key: tuple[str, str]) -> str:
        code, value = key
        attribute = self._cls.attributes.get(code)
        found = self[key] = shown(attribute, value) if attribute else ""
        return found


class _Classes(dict[str, tuple[str, str, str]]):
    """Of each class its label, and its pages: what stands before the id, and after it.

    After the id of what the agent may not modify there is nothing.
    """

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self._schema = schema

    def __missing__(self, class_name: str) -> tuple[str, str, str]:
        view = address_of("tickets.view", class_name=class_name, id_=0)
        modify = address_of("tickets.modify", class_name=class_name, id_=0).removeprefix(view)
        if not current_access().may(MODIFY, class_name):
            modify = ""
        label = str(self._schema[class_name].label)
        found = self[class_name] = (label, view.removesuffix("0"), modify)
        return found


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
        _caller(record, wanted, display_name)
        for record in records.load(database, class_name, ids, wanted)
    ]


def callers_found(
    records: Records,
    oql: Oql,
    database: peewee.Database,
    class_name: str,
    begin: Found,
    display_name: Sequence[str],
    codes: Sequence[str],
    also: tuple[str, Sequence[object]] = ("NULL", ()),
) -> CallersFound:
    """The persons whom a query finds.

    :param begin: the query, see `Oql.found`
    """
    wanted = list(dict.fromkeys([*display_name, *codes]))
    attributes = records.schema[class_name].attributes
    phones = [(c, c + KEYS) for c in wanted if c in attributes and attributes[c].number_column]
    read = [*wanted, *(column for _code, column in phones)]
    (page,) = records.load_found(oql, database, class_name, begin, read, also)
    keys: dict[int, dict[str, str]] = {}
    for record in page.records:
        held = [(code, record.values[column]) for code, column in phones]
        # One that is as long as it can be may have been cut.
        keys[record.id] = {code: text for code, text in held if text and len(text) < LONGEST}
    people = [_caller(record, wanted, display_name) for record in page.records]
    return CallersFound(people, page.total, page.also, keys)


def _caller(record: Record, codes: Sequence[str], display_name: Sequence[str]) -> Caller:
    # As `Record.text` does, without a call for each: a panel has a hundred persons.
    values = map(record.values.get, codes)
    attributes = {
        code: "" if value is None else str(value) for code, value in zip(codes, values, strict=True)
    }
    names = [text for code in display_name if (text := attributes[code])]
    return Caller(
        class_name=record.class_name,
        id=record.id,
        display=", ".join(names) or f"{record.class_name} {record.id}",
        attributes=attributes,
        name=names[0] if names else "",
        source=SOURCE,
    )


def phone_calls(records: Records, database: peewee.Database, ticket_id: int) -> list[PhoneCall]:
    """The phone calls about a ticket with the names of who talked, newest first.

    None where the agent may not see any.
    """
    if not current_access().may(READ, "PhoneCall"):
        return []
    about = f"SELECT id FROM phone_call WHERE ticket_id = {mark(database)}"  # noqa: S608 -- the mark of a bound value
    found = records.load_among(database, "PhoneCall", (about, [ticket_id]), _OF_CALLS)
    calls = [(as_datetime(record.values["created"]), record) for record in found]
    calls.sort(key=lambda one: (one[0] or datetime.min, one[1].id), reverse=True)
    page = address_of("tickets.view", class_name="PhoneCall", id_=0).removesuffix("0")
    return [
        PhoneCall(
            record.text("flow"),
            created or as_date(record.values["date"]),
            record.text("contact_id_friendlyname"),
            record.text("agent_id_friendlyname"),
            record.text("note"),
            f"{page}{record.id}",
        )
        for created, record in calls
    ]


def read_ticket(records: Records, key: TicketKey, caller_class: str) -> TicketDetails | None:
    """A ticket and its caller; `None` if there is no such ticket, or none that the agent may see.

    The plugin's own page shows everything else.
    """
    if key.class_name not in records.schema or not records.schema.is_a(key.class_name, "Ticket"):
        return None
    try:
        stored = objects.load(key.class_name, key.id)
    except (objects.NotFound, Forbidden):
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
    ticket = tickets(records, current_host().database, class_name, [id_])[0]
    return ticket, caller_of(records, caller_class, caller_id)


def ticket_of(records: Records, record: Record) -> Ticket:
    """A ticket of which all attributes were read, and the names of what they lead to."""
    return _Rows(records.schema[record.class_name], records.schema).ticket(record)


def caller_of(records: Records, caller_class: str, caller_id: int | None) -> Caller | None:
    """A person with all their attributes, for the hooks; `None`: there is none, or nobody."""
    if not caller_id:
        return None
    host = current_host()
    display = host.settings.caller_information.display_name
    persons = callers(records, host.database, caller_class, [caller_id], display)
    return persons[0] if persons else None


def query_parameters(
    values: Mapping[str, Value | int | None], *, widened: bool = False, alone: bool = False
) -> dict[str, Param]:
    """The parameters of a call for a query; one that must not be searched for matches nobody.

    :param widened: whether a number equals all that it may mean and that stored texts may mean
    :param alone: whether it is known that no text holds one of the numbers among others
    """
    return {name: _parameter(value, widened, alone) for name, value in values.items()}


def _parameter(value: Value | int | None, widened: bool, alone: bool) -> Param:
    if isinstance(value, Unsearchable):
        return None
    if isinstance(value, Number):
        return searched(value, widened=widened, alone=alone)
    return value
