"""Persons and tickets that other pages name: by their keys, by name, by reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cti_oql.schema import Kind
from flask import url_for

from cti_host import (
    Caller,
    Ticket,
    current_agent,
    current_host,
    masks_numbers,
    own_keys,
    typed_names,
)
from cti_tickets import hook_values
from cti_tickets.model import SOURCE
from cti_tickets.model.classes.registry import Ticket as StoredTicket
from cti_tickets.model.schema import Attribute, Schema
from cti_tickets.panel.accesses import note_found
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import MODIFY, READ
from cti_tickets.store import objects
from cti_tickets.store.concurrency.versions import Outdated, version_of_object
from cti_tickets.store.name_search import MOST_SUGGESTIONS, ids_by_name
from cti_tickets.store.records import Records
from cti_tickets.store.state_rules import editing
from cti_tickets.store.values import InvalidValues

_LONGEST_REFERENCE = 100


def find_callers(records: Records, caller_class: str, texts: Sequence[str]) -> list[Caller]:
    """The persons with these keys or names whom the agent may see.

    :param caller_class: the class of persons who call
    """
    host = current_host()
    if not current_access().may(READ, caller_class):
        return []
    classes = records.schema.concrete(caller_class)
    wanted = [id_ for cls, id_ in own_keys(texts, SOURCE) if cls in classes]
    for name in typed_names(texts):
        found = ids_by_name(host.database, records.schema, caller_class, name, MOST_SUGGESTIONS)
        note_found(caller_class, found)
        wanted += found
    ids = list(dict.fromkeys(wanted))
    display = host.settings.caller_information.display_name
    return hook_values.callers(records, host.database, caller_class, ids, display) if ids else []


def find_tickets(records: Records, texts: Sequence[str]) -> Sequence[Ticket]:
    """The tickets with these keys or references that the agent may see."""
    ids = [id_ for cls, id_ in own_keys(texts, SOURCE) if _is_ticket(records.schema, cls)]
    references = [text.strip().upper() for text in typed_names(texts)]
    references = [one for one in references if 0 < len(one) <= _LONGEST_REFERENCE]
    if references:
        query: Any = StoredTicket.select(StoredTicket.id).where(StoredTicket.ref.in_(references))
        ids += [row[0] for row in query.tuples()]
    if not ids:
        return []
    each = list(dict.fromkeys(ids))
    return hook_values.tickets(records, current_host().database, "Ticket", each)


def number_form_url(schema: Schema, caller: Caller, number: str, return_url: str) -> str | None:
    """The form of a person with a number in the first field that has none, else behind another.

    Whoever sees no numbers can't say whose they are.
    """
    field = _field_for(schema, caller)
    if field is None:
        return None
    values: dict[str, Any] = {field.code: _with(caller.attributes.get(field.code, ""), number)}
    return url_for(
        "tickets.modify", class_name=caller.class_name, id_=caller.id, **values, next=return_url
    )


def add_number(schema: Schema, caller: Caller, number: str) -> str | None:
    """Store a number with a person, in the field of `number_form_url`, and name that field.

    What somebody else stores at the same moment stays.

    :return: `None`: whoever acts may not, or the form is needed
    """
    field = _field_for(schema, caller)
    if field is None:
        return None
    current = objects.load(caller.class_name, caller.id)
    changed = _with(getattr(current, field.code) or "", number)
    if field.max_length is not None and len(changed) > field.max_length:
        return None
    values: dict[str, Any] = {field.code: changed}
    version = version_of_object(current)
    rules = editing(schema[caller.class_name])
    try:
        objects.update(
            caller.class_name,
            caller.id,
            values,
            author=current_agent(),
            rules=rules,
            version=version,
        )
    except (Outdated, objects.NotFound, InvalidValues):
        return None  # the form says what is wrong
    return str(field.label)


def _field_for(schema: Schema, caller: Caller) -> Attribute | None:
    """The field for another number of a person; `None`: there is none, or not for this agent."""
    if masks_numbers() or not current_access().may(MODIFY, caller.class_name):
        return None
    attributes = schema[caller.class_name].attributes.values()
    fields = [a for a in attributes if a.kind is Kind.PHONE and not a.read_only]
    free = (field for field in fields if not caller.attributes.get(field.code))
    return next(free, fields[0] if fields else None)


def _with(stored: str, number: str) -> str:
    return f"{stored} / {number}" if stored else number


def _is_ticket(schema: Schema, class_name: str) -> bool:
    return class_name in schema and schema.is_a(class_name, "Ticket")
