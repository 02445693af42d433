"""Are these values allowed? One pass that says everything that is wrong, for whoever writes.

Forms, imports and copies call `validate`. It parses each value, fills in defaults, and checks what
needs more than one value: mandatory attributes, keys, values that must be unique, and the rules of
a form. What it has to know of other objects it asks an `Others`: for a form these are the objects
in the database, for an import also those that are in its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, Protocol

from cti_oql.schema import Kind
from flask import current_app
from flask_babel import gettext as _

from cti_tickets.model.data_model import model_of, schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.questions import Questions
from cti_tickets.store.state_rules import Rules
from cti_tickets.store.values import (
    REFUSE_UNREAD_PHONES,
    BadValue,
    InvalidValues,
    Raw,
    Stored,
    as_it_is,
    default_of,
    is_unread_phone,
    parse,
)

# Attributes that identify an object within its organization, and with it a link.
UNIQUE: dict[str, tuple[str, ...]] = {
    "Person": ("org_id", "employee_number"),
    "lnkPersonToTeam": ("team_id", "person_id"),
    "lnkContactToTicket": ("ticket_id", "contact_id"),
}


@dataclass
class Validated:
    """What became of values.

    :param row: what is to be stored, by attribute code: of a new object all columns, of one that
        is stored what changes; log texts among them
    :param errors: attribute code to what is wrong with it; empty: all of it may be stored
    :param notes: attribute code to what is unusual and was kept all the same: a phone text that
        can't be read, and what a form would have refused of another system
    """

    row: dict[str, Stored]
    errors: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)

    def or_refuse(self) -> dict[str, Stored]:
        """The row.

        :raises InvalidValues: something is wrong
        """
        if self.errors:
            raise InvalidValues(self.errors)
        return self.row


class Others(Protocol):
    """The objects that values have to agree with."""

    questions: Questions

    def will_check(self, definition: ClassDef, keys: Mapping[str, int]) -> None:
        """Note that `key_problems` will most probably be asked for some of these keys."""

    def key_problems(
        self, definition: ClassDef, keys: Mapping[str, int], object_id: int | None
    ) -> Mapping[str, str]:
        """Why keys must not lead to the objects with some ids, by code; "" or nothing: they may."""

    def is_taken(
        self,
        definition: ClassDef,
        codes: tuple[str, ...],
        row: Mapping[str, Any],
        object_id: int | None,
    ) -> bool:
        """Whether another object has the same values of these attributes as a row."""


def validate(
    definition: ClassDef,
    values: Mapping[str, Raw],
    others: Others,
    *,
    before: Mapping[str, Any] | None = None,
    object_id: int | None = None,
    rules: Rules | None = None,
    foreign: bool = False,
    zone: tzinfo = UTC,
) -> Validated:
    """Parse and check the values of an object.

    :param values: attribute code to what was typed or came; a `BadValue` is what could not even
        be read
    :param before: what is stored of the object; `None`: it is new
    :param object_id: the id of the object, as far as it has one
    :param rules: what has to be kept to besides the data model
    :param foreign: whether the values come from another system, not from an agent: attributes that
        agents can't change may be given, texts keep their blanks and an empty text stays empty, and
        what only has an unusual form is kept, with a note
    :param zone: the time zone of moments that name none
    """
    result = _parsed(definition, values, foreign, zone)
    row, errors = result.row, result.errors
    if before is None:
        _fill_in_defaults(definition, values, row, foreign)
        changed, together = row, row
    else:
        # Only what changes is checked: something else that is wrong for long hinders nobody.
        changed = {code: value for code, value in row.items() if value != before.get(code)}
        together = {**before, **changed}
    keys = {
        code: value
        for code, value in changed.items()
        if isinstance(value, int) and definition.attributes[code].kind is Kind.KEY
    }
    others.will_check(definition, keys)
    if rules is not None:
        broken = rules(before or {}, together, others.questions)
        result.errors = errors = {**broken, **errors}
    for code, message in _missing(definition, together, foreign).items():
        if before is None or code in changed:
            errors.setdefault(code, message)
    keys = {code: value for code, value in keys.items() if code not in errors}
    if keys:
        problems = others.key_problems(definition, keys, object_id)
        errors.update((code, message) for code, message in problems.items() if message)
    _check_phones(definition, result, changed)
    _check_unique(definition, together, errors, changed, others, object_id)
    result.row = changed
    return result


def _parsed(
    definition: ClassDef, values: Mapping[str, Raw], foreign: bool, zone: tzinfo
) -> Validated:
    """Values as they are stored, and messages for those that can't be."""
    result = Validated({}, {})
    for code, raw in values.items():
        attribute = definition.attributes.get(code)
        if attribute is None:
            result.errors[code] = _("there is no such attribute")
        elif not attribute.storable or (attribute.read_only and not foreign):
            result.errors[code] = _("can't be changed")
        else:
            try:
                result.row[code] = parse(attribute, raw, exact=foreign, zone=zone)
            except BadValue as error:
                text = as_it_is(attribute, raw) if foreign else None
                if text is None:
                    result.errors[code] = str(error)
                else:
                    result.row[code] = text
                    result.notes[code] = str(error)
    return result


def _fill_in_defaults(
    definition: ClassDef, values: Mapping[str, Raw], row: dict[str, Stored], foreign: bool
) -> None:
    """Let a new object have the default of what was not given."""
    for code, attribute in definition.attributes.items():
        if not attribute.stored or row.get(code) not in ("", None):
            continue
        # Another system's empty text is a value; null, or an empty cell, is not.
        given = foreign and values.get(code) is not None
        if code not in row or not given or attribute.mandatory:
            row[code] = default_of(attribute)


def _missing(definition: ClassDef, row: Mapping[str, Any], foreign: bool) -> dict[str, str]:
    """Messages for the mandatory attributes that have no value."""
    return {
        attribute.code: _("is required")
        for attribute in definition.attributes.values()
        if attribute.mandatory
        and not attribute.read_only
        and row.get(attribute.code) in ("", None)
        and not (foreign and may_be_empty(definition, attribute))
    }


def may_be_empty(definition: ClassDef, attribute: Attribute) -> bool:
    """Whether data may be without a value that forms demand.

    That are keys whose column may be empty: the agent of a phone call may be no person here.
    """
    if not attribute.mandatory or attribute.kind is not Kind.KEY:
        return not attribute.mandatory
    model: Any = model_of(definition.name)
    return bool(model._meta.columns[attribute.column].null)


def _check_phones(definition: ClassDef, result: Validated, changed: Iterable[str]) -> None:
    """Note the phone texts that can't be read: they are data, unless the site refuses new ones."""
    refused = bool(current_app.extensions.get(REFUSE_UNREAD_PHONES)) if current_app else False
    for code, value in result.row.items():
        kind = definition.attributes[code].kind
        if kind is not Kind.PHONE or not is_unread_phone(str(value or "")):
            continue
        if refused and code in changed:
            result.errors.setdefault(code, _("is not a phone number"))
        else:
            result.notes.setdefault(code, _("is not a phone number"))


def _check_unique(
    definition: ClassDef,
    row: Mapping[str, Any],
    errors: dict[str, str],
    changed: Iterable[str],
    others: Others,
    object_id: int | None,
) -> None:
    for codes in unique_codes(definition):
        if errors.keys() & set(codes) or not set(codes) & set(changed):
            continue
        if all(row.get(code) for code in codes) and others.is_taken(
            definition, codes, row, object_id
        ):
            errors[codes[-1]] = _("another object has this already")


def unique_codes(definition: ClassDef) -> list[tuple[str, ...]]:
    """The attributes whose values, taken together, only one object of a class may have."""
    groups = [UNIQUE[definition.name]] if definition.name in UNIQUE else []
    return [*groups, ("ref",)] if "ref" in definition.attributes else groups


def no_such_object(class_name: str, object_id: int) -> str:
    """What to say of a key that leads nowhere."""
    label = schema()[class_name].label
    return str(_("there is no %(class_name)s with the id %(id)s", class_name=label, id=object_id))
