"""Objects are created, changed and read here; every write is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import peewee
from cti_oql import register_functions
from cti_oql.running import mark, rows
from flask_babel import gettext as _

from cti_host import Agent, database, masks_numbers, restored, writing
from cti_tickets.model import data_model
from cti_tickets.model.classes.registry import Ticket
from cti_tickets.model.data_model import model_of, schema
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights import organizations
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import CREATE, MODIFY, READ
from cti_tickets.store import history, logs
from cti_tickets.store.agents import will_need
from cti_tickets.store.calls import Unrecorded, attach_inbound_call, inbound_call, note_call
from cti_tickets.store.computed import naive, numbers, obsolescence, ticket_columns
from cti_tickets.store.concurrency import creation_keys
from cti_tickets.store.concurrency.versions import check_version
from cti_tickets.store.history.inserting import insert_object
from cti_tickets.store.references import insert_with_reference
from cti_tickets.store.state_rules import Rules
from cti_tickets.store.stored_others import StoredOthers
from cti_tickets.store.transactions import locked
from cti_tickets.store.validation import validate
from cti_tickets.store.values import MAX_ID, InvalidValues, Raw
from cti_tickets.store.words import marks


class NotFound(LookupError):
    """There is no such object."""


def prepare(database: peewee.Database) -> None:
    """Make a database ready for this plugin's queries; call it before anything connects."""
    register_functions(database)
    marks.register(database)


def create(
    class_name: str,
    values: Mapping[str, Raw],
    *,
    author: Agent | None,
    call_note: str = "",
    now: datetime | None = None,
    rules: Rules | None = None,
    key: str = "",
    unrecorded: Callable[[Unrecorded], None] | None = None,
) -> Any:
    """Store a new object; a ticket that came by phone gets its inbound phone call with it.

    :param class_name: a class that isn't abstract
    :param values: attribute code to text or id, or to a `BadValue`: what could not be read; a
        log's text becomes its first entry
    :param author: who does it
    :param call_note: the note of the phone call; by default a short sentence
    :param now: the moment to store, in UTC; by default this one
    :param rules: what a form has to keep to besides the data model
    :param key: the one-time key of the form; "" for none
    :param unrecorded: is given the phone call if its agent is no person in the data; the object may
        still be refused after that
    :return: the stored object, an instance of the class's model
    :raises Forbidden: who acts may not create objects of this class
    :raises InvalidValues: with a message for each attribute that is wrong; nothing was stored
    :raises AlreadyCreated: the same author has sent the same values with this key before
    :raises UnknownClass: there is no such class
    """
    definition = schema()[class_name]
    current_access().require(CREATE, class_name)
    if definition.abstract:
        raise InvalidValues({"finalclass": _("choose a kind of %(label)s", label=definition.label)})
    moment = naive(now)
    account = author.name if author else ""
    digest = creation_keys.digest_of(key, class_name, values, account) if key else ""
    others, is_ticket = StoredOthers(), schema().is_a(class_name, "Ticket")
    if is_ticket:
        will_need(author, others.questions)
    try:
        with writing():
            if digest:
                creation_keys.claim(digest, class_name, moment)
            validated = validate(definition, values, others, rules=rules)
            validated.errors.update(organizations.refusals(definition, validated.row))
            row = validated.or_refuse()
            entries = logs.take(definition, row)
            row.update(numbers(definition, row))
            row.update(obsolescence(definition, row, {}, moment))
            if is_ticket:
                row.update(ticket_columns(definition, row, {}, moment))
            if "created" in definition.attributes:
                row["created"] = moment
            if definition.polymorphic:
                row["finalclass"] = class_name
            obj: Any = model_of(class_name)()
            _set(obj, row)
            if is_ticket:
                insert_with_reference(obj, class_name)
                row["ref"] = obj.ref
            else:
                insert_object(obj)
            call = inbound_call(obj, author, call_note, moment) if is_ticket else None
            phone_call = attach_inbound_call(call, author, others.questions) if call else None
            added = logs.store_all(obj, entries, author, moment, others.questions)
            # What nobody has to wait for comes last: it is written with the commit.
            history.created(definition, obj.id, row, author, moment)
            if digest:
                creation_keys.made(digest, obj.id, moment)
            logs.tell_added(obj, added, author)
            if phone_call is not None:
                note_call(phone_call, author, moment)
            elif call is not None and unrecorded is not None:
                unrecorded(call)
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
    version: str | None = None,
    stimulus: str = "",
    resets: Collection[str] = (),
) -> Any:
    """Change an object: the attributes that are given, the others stay; see `create`.

    :param version: the version that the author has seen (`concurrency.versions`); `None`: any
    :param stimulus: what causes the change, if it is a transition: the right to that counts, and
        whoever calls has asked for it
    :param resets: attributes that are emptied, unless they are given
    :raises Forbidden: who acts may not modify objects of this class
    :raises Outdated: it has another version by now; nothing was stored
    :raises NotFound: there is no such object
    """
    access, moment = current_access(), naive(now)
    if not stimulus:
        access.require(MODIFY, class_name)
    try:
        with writing():
            obj = _load(class_name, object_id, lock=True)
            definition = definition_of(obj)
            if not stimulus:
                access.require(MODIFY, definition.name)
            before = {
                a.code: getattr(obj, a.code) for a in definition.attributes.values() if a.stored
            }
            if version is not None:
                check_version(definition, object_id, before, version)
            # A key to what whoever acts can't see looks empty to them: they do not empty it.
            hidden = organizations.hidden_keys(definition, before)
            given = {code: raw for code, raw in values.items() if raw or code not in hidden}
            validated = validate(
                definition,
                {**dict.fromkeys(resets, ""), **_unmasked(given, before)},
                StoredOthers(),
                before=before,
                object_id=object_id,
                rules=rules,
            )
            together = {**before, **validated.row}
            validated.errors.update(organizations.refusals(definition, together, object_id))
            row = validated.or_refuse()
            entries = logs.take(definition, row)
            row.update(numbers(definition, row))
            row.update(obsolescence(definition, row, before, moment))
            if isinstance(obj, Ticket) and (row or entries):
                row.update(ticket_columns(definition, {**before, **row}, before, moment))
            if row:
                _set(obj, row)
                obj.save(only=obj.dirty_fields)
            if row or entries:
                history.changed(definition, obj.id, before, row, author, moment, stimulus=stimulus)
            if isinstance(obj, Ticket):
                logs.append_all(obj, entries, author, moment)
    except peewee.IntegrityError as error:
        raise _raced() from error
    return obj


def load(class_name: str, object_id: int, *, lock: bool = False) -> Any:
    """The object with this id, as an instance of its own class.

    :param class_name: its class, or one above it
    :raises Forbidden: who acts may not see objects of this class
    :raises NotFound: there is none, or it is of another class
    :raises UnknownClass: there is no such class
    """
    access = current_access()
    access.require(READ, class_name)
    obj = _load(class_name, object_id, lock=lock)
    access.require(READ, definition_of(obj).name)
    return obj


def is_id(number: int) -> bool:
    """Whether there can be an object with a number as its id."""
    return 0 < number <= MAX_ID


def class_of(class_name: str, object_id: int) -> str:
    """The class of an object by itself: `load` reads all of its columns to know that.

    Of a class without others in its table it is not looked up whether there is such an object.

    :param class_name: its class, or one above it
    :raises Forbidden: who acts may not see objects of this class
    :raises NotFound: there is none, or it is of another class
    :raises UnknownClass: there is no such class
    """
    access = current_access()
    access.require(READ, class_name)
    name = _class_of(class_name, object_id)
    if not organizations.is_there(name, object_id):
        raise NotFound(f"{class_name}::{object_id}")
    access.require(READ, name)
    return name


def _class_of(class_name: str, object_id: int) -> str:
    if not is_id(object_id):
        raise NotFound(f"{class_name}::{object_id}")
    if not schema()[class_name].polymorphic:
        return class_name
    # Not built by peewee: every page of an object begins with it.
    table, opened = schema()[class_name].table, database.obj
    # Of the text, only the name of the table is put in.
    statement = f'SELECT finalclass FROM "{table}" WHERE id = {mark(opened)}'  # noqa: S608
    kinds = [kind for (kind,) in rows(opened, statement, (object_id,))]
    if not kinds or kinds[0] not in schema().concrete(class_name):
        raise NotFound(f"{class_name}::{object_id}")
    return str(kinds[0])


def _load(class_name: str, object_id: int, *, lock: bool) -> Any:
    model: Any = model_of(_class_of(class_name, object_id))
    query = model.select().where(model.id == object_id)
    obj = (locked(query) if lock else query).first()
    if obj is None or not organizations.shows(obj, definition_of(obj)):
        raise NotFound(f"{class_name}::{object_id}")
    return obj


def definition_of(obj: peewee.Model) -> ClassDef:
    """The class of an object."""
    return schema()[data_model.class_name(type(obj))]


def _set(obj: Any, row: Mapping[str, Any]) -> None:
    for code, value in row.items():
        setattr(obj, code, value)
    if definition_of(obj).name == organizations.ROOT:
        organizations.forget()


def _unmasked(values: Mapping[str, Raw], before: Mapping[str, Any]) -> Mapping[str, Raw]:
    """The values of an agent who sees numbers masked: what they sent back masked is what it was."""
    if not masks_numbers():
        return values
    return {
        code: restored(value, str(before.get(code) or "")) if isinstance(value, str) else value
        for code, value in values.items()
    }


def _raced() -> InvalidValues:
    # What can be foreseen was checked, so somebody else wrote in between.
    return InvalidValues({"": _("somebody else has just stored something that excludes this")})
