"""Objects are created, changed and read here; every write is one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import peewee
from cti_oql import register_functions
from flask_babel import gettext as _

from cti_host import Agent
from cti_tickets.model import data_model
from cti_tickets.model.classes.registry import Ticket
from cti_tickets.model.data_model import model_of, schema
from cti_tickets.model.schema import ClassDef
from cti_tickets.store import logs
from cti_tickets.store.calls import attach_inbound_call
from cti_tickets.store.computed import naive, numbers, obsolescence, ticket_columns
from cti_tickets.store.references import next_reference
from cti_tickets.store.state_rules import Rules
from cti_tickets.store.transactions import locked, writing
from cti_tickets.store.validation import StoredOthers, validate
from cti_tickets.store.values import InvalidValues, Raw


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
    :param values: attribute code to text or id, or to a `BadValue`: what could not be read; a
        log's text becomes its first entry
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
    moment = naive(now)
    try:
        with writing():
            row = validate(definition, values, StoredOthers(), rules=rules).or_refuse()
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
                attach_inbound_call(obj, author, call_note, moment)
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
    moment = naive(now)
    try:
        with writing():
            obj = load(class_name, object_id, lock=True)
            definition = definition_of(obj)
            before = {
                a.code: getattr(obj, a.code) for a in definition.attributes.values() if a.stored
            }
            validated = validate(
                definition,
                values,
                StoredOthers(),
                before=before,
                object_id=object_id,
                rules=rules,
            )
            row = validated.or_refuse()
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


def definition_of(obj: peewee.Model) -> ClassDef:
    """The class of an object."""
    return schema()[data_model.class_name(type(obj))]


def _set(obj: Any, row: Mapping[str, Any]) -> None:
    for code, value in row.items():
        setattr(obj, code, value)


def _raced() -> InvalidValues:
    # What can be foreseen was checked, so somebody else wrote in between.
    return InvalidValues({"": _("somebody else has just stored something that excludes this")})
