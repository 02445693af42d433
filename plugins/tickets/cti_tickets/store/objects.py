"""Objects are created, changed and read here; every write is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import peewee
from cti_oql import register_functions
from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import Agent
from cti_tickets.model import data_model
from cti_tickets.model.data_model import model_of, schema
from cti_tickets.model.registry import Person, PhoneCall, Ticket
from cti_tickets.model.schema import ClassDef
from cti_tickets.store import logs
from cti_tickets.store.computed import numbers, obsolescence, ticket_columns, utc_now
from cti_tickets.store.references import next_reference
from cti_tickets.store.state_rules import Rules
from cti_tickets.store.transactions import locked, writing
from cti_tickets.store.validation import changed_values, new_values
from cti_tickets.store.values import InvalidValues, Raw

# Whose tickets from the phone are phone calls: others have no right to those.
PHONE_PROFILES = frozenset({"Support Agent", "Service Desk Agent", "Administrator"})


class NotFound(LookupError):
    """There is no such object."""


def prepare(database: peewee.Database) -> None:
    """Make a database ready for this plugin's queries; call it before anything connects."""
    register_functions(database)


def create(
    class_name: str,
    values: Mapping[str, Raw],
    *,
    author: Agent | None,
    call_note: str = "",
    now: datetime | None = None,
    rules: Rules | None = None,
) -> Any:
    """Store a new object; a ticket that came by phone gets its inbound phone call with it.

    :param class_name: a class that isn't abstract
    :param values: attribute code to text or id; a log's text becomes its first entry
    :param author: who does it
    :param call_note: the note of the phone call; by default a short sentence
    :param now: the moment to store, in UTC; by default this one
    :param rules: what a form has to keep to besides the data model
    :return: the stored object, an instance of the class's model
    :raises InvalidValues: with a message for each attribute that is wrong; nothing was stored
    :raises UnknownClass: there is no such class
    """
    definition = schema()[class_name]
    if definition.abstract:
        raise InvalidValues({"finalclass": _("choose a kind of %(label)s", label=definition.label)})
    moment = _naive(now)
    try:
        with writing():
            row = new_values(definition, values, rules)
            entries = logs.take(definition, row)
            row.update(numbers(definition, row))
            row.update(obsolescence(definition, row, {}, moment))
            if schema().is_a(class_name, "Ticket"):
                row.update(ticket_columns(definition, row, {}, moment))
                row["ref"] = next_reference(class_name)
            if "created" in definition.attributes:
                row["created"] = moment
            if definition.polymorphic:
                row["finalclass"] = class_name
            obj = model_of(class_name)()
            _set(obj, row)
            obj.save(force_insert=True)
            if isinstance(obj, Ticket):
                logs.append_all(obj, entries, author, moment)
                _attach_inbound_call(obj, author, call_note, moment)
    except peewee.IntegrityError as error:
        raise _raced() from error
    return obj


def update(
    class_name: str,
    object_id: int,
    values: Mapping[str, Raw],
    *,
    author: Agent | None,
    now: datetime | None = None,
    rules: Rules | None = None,
) -> Any:
    """Change an object: the attributes that are given, the others stay; see `create`.

    :raises NotFound: there is no such object
    """
    moment = _naive(now)
    try:
        with writing():
            obj = load(class_name, object_id, lock=True)
            definition = definition_of(obj)
            before = {
                a.code: getattr(obj, a.code) for a in definition.attributes.values() if a.stored
            }
            row = changed_values(definition, values, before, object_id, rules)
            entries = logs.take(definition, row)
            row.update(numbers(definition, row))
            row.update(obsolescence(definition, row, before, moment))
            if isinstance(obj, Ticket) and (row or entries):
                row.update(ticket_columns(definition, {**before, **row}, before, moment))
            if row:
                _set(obj, row)
                obj.save(only=obj.dirty_fields)
            if isinstance(obj, Ticket):
                logs.append_all(obj, entries, author, moment)
    except peewee.IntegrityError as error:
        raise _raced() from error
    return obj


def load(class_name: str, object_id: int, *, lock: bool = False) -> Any:
    """The object with this id, as an instance of its own class.

    :param class_name: its class, or one above it
    :raises NotFound: there is none, or it is of another class
    :raises UnknownClass: there is no such class
    """
    definition = schema()[class_name]
    model: Any = model_of(class_name)
    if not 0 < object_id < 2**31:
        raise NotFound(f"{class_name}::{object_id}")
    if definition.polymorphic:
        kind = model.select(model.finalclass).where(model.id == object_id).tuples().first()
        if kind is None or kind[0] not in schema().concrete(class_name):
            raise NotFound(f"{class_name}::{object_id}")
        model = model_of(kind[0])
    query = model.select().where(model.id == object_id)
    obj = (locked(query) if lock else query).first()
    if obj is None:
        raise NotFound(f"{class_name}::{object_id}")
    return obj


def record_outbound_call(
    ticket: Ticket,
    caller_id: int | None,
    agent: Agent,
    note: str = "",
    *,
    now: datetime | None = None,
) -> PhoneCall:
    """Store that an agent called somebody about a ticket."""
    with writing():
        return _store_call(ticket, "outbound", caller_id, agent, note, _naive(now))


def phone_calls(ticket_id: int) -> list[PhoneCall]:
    """The phone calls about a ticket, newest first."""
    query = PhoneCall.select().where(PhoneCall.ticket == ticket_id)
    return list(query.order_by(PhoneCall.created.desc(), PhoneCall.id.desc()))


def definition_of(obj: peewee.Model) -> ClassDef:
    """The class of an object."""
    return schema()[data_model.class_name(type(obj))]


def names(class_name: str, ids: Iterable[int]) -> dict[int, str]:
    """The friendly names of several objects of a class: id to name, without those that are gone."""
    model: Any = model_of(class_name)
    return {obj.id: friendlyname(obj) for obj in model.select().where(model.id.in_(list(ids)))}


def friendlyname(obj: Any) -> str:
    """What an object is called ("Ada Lovelace", "R-000123")."""
    definition = definition_of(obj)
    texts = [attribute_text(obj, code) for code in definition.friendlyname]
    return definition.friendlyname_separator.join(filter(None, texts))


def attribute_texts(obj: Any) -> dict[str, str]:
    """Every attribute as shown: codes of enums as labels, keys as names, external fields read.

    Besides the attributes: "friendlyname". Dates are "2026-01-31 14:30:00" in UTC; logs are left
    out, see `logs.entries`.
    """
    shown = {
        attribute.code: attribute_text(obj, attribute.code)
        for attribute in definition_of(obj).attributes.values()
        if attribute.kind not in (Kind.LOG, Kind.IMAGE, Kind.SET)
    }
    return {**shown, "friendlyname": friendlyname(obj)}


def attribute_text(obj: Any, code: str) -> str:
    """One attribute as shown; see `attribute_texts`."""
    definition = definition_of(obj)
    key = code.removesuffix("_friendlyname")
    attribute = definition.attributes[code if code in definition.attributes else key]
    if attribute.kind is Kind.EXTERNAL:
        target = _behind(obj, attribute.via)
        return attribute_text(target, attribute.target_attribute) if target else ""
    if attribute.kind is Kind.KEY:
        target = _behind(obj, attribute.code)
        return friendlyname(target) if target else ""
    value = form_value(obj, code)
    return str(attribute.values.get(value, value)) if attribute.kind is Kind.ENUM else value


def form_value(obj: Any, code: str) -> str:
    """One attribute as a form needs it and `update` takes it: codes, ids, "" for none."""
    value = getattr(obj, definition_of(obj).attributes[code].column)
    return "" if value is None else str(value)


def _behind(obj: Any, key: str) -> Any:
    """The object behind a key, of its own class, or None."""
    target = definition_of(obj).attributes[key].target
    return load(target, getattr(obj, key)) if getattr(obj, key) else None


def _set(obj: Any, row: Mapping[str, Any]) -> None:
    for code, value in row.items():
        setattr(obj, code, value)


def _naive(now: datetime | None) -> datetime:
    if now is None:
        return utc_now()
    return (now.astimezone(UTC) if now.tzinfo else now).replace(tzinfo=None, microsecond=0)


def _raced() -> InvalidValues:
    # What can be foreseen was checked, so somebody else wrote in between.
    return InvalidValues({"": _("somebody else has just stored something that excludes this")})


def _attach_inbound_call(ticket: Any, agent: Agent | None, note: str, moment: datetime) -> None:
    if agent is None or not agent.profiles & PHONE_PROFILES:
        return
    if getattr(ticket, "origin", "") == "phone":
        note = note or _("The ticket was created during this call.")
        _store_call(ticket, "inbound", ticket.caller_id, agent, note, moment)


def _store_call(
    ticket: Any, flow: str, contact_id: int | None, agent: Agent, note: str, moment: datetime
) -> PhoneCall:
    agent_id = logs.contact_of(agent)
    if agent_id is None:
        note = "\n".join(filter(None, [note, _("Agent: %(agent)s", agent=agent)]))
    known = contact_id and Person.select().where(Person.id == contact_id).exists()
    return PhoneCall.create(
        contact=contact_id if known else None,
        agent=agent_id,
        ticket=ticket.id,
        date=moment.date(),
        flow=flow,
        note=note,
        created=moment,
    )
