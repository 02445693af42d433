"""Forms, made from the schema: a field for each attribute that an agent may change."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import to_user_timezone, to_utc
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import DateInput, DateTimeLocalInput, EmailInput, TelInput, TextInput

from cti_host import current_host
from cti_tickets.records import Records, as_datetime
from cti_tickets.schema import Attribute, ClassDef, Kind
from cti_tickets.search import ids_by_name
from cti_tickets.values import InvalidValues

# A class with at most so many objects gets a list to choose from, others a box to type in.
MOST_CHOICES = 60
# Attributes of a ticket that a form for changing it shows first, besides those of its creation.
_FIRST = ("status", "team_id", "agent_id")
_WIDGETS = {
    Kind.EMAIL: EmailInput(),
    Kind.PHONE: TelInput(),
    Kind.DATE: DateInput(),
    Kind.DATETIME: DateTimeLocalInput(),
}
LOCAL_FORMAT = "%Y-%m-%dT%H:%M"


class ReferenceField(StringField):  # type: ignore[misc]  # wtforms ships no types
    """The name of an object, with its id behind it: "Ada Lovelace #12".

    A name alone is enough where only one object has it.
    """

    widget = TextInput()

    def __init__(self, label: str, *, target: str, records: Records, **options: Any) -> None:
        super().__init__(label, **options)
        self.target, self.records = target, records
        self.suggestions: list[str] = []

    def stored_value(self) -> str:
        """The id that the text stands for, as text; "" for an empty field.

        :raises InvalidValues: nobody, or several, have that name
        """
        text = (self.data or "").strip()
        with_id = re.fullmatch(r"(?:.*\s)?#\s*([0-9]{1,9})|([0-9]{1,9})", text, re.DOTALL)
        if not text or with_id:
            return (with_id[1] or with_id[2]) if with_id else ""
        database = current_host().database
        found = ids_by_name(database, self.records.schema, self.target, text, MOST_CHOICES)
        if len(found) == 1:
            return str(found[0])
        if not found:
            raise InvalidValues({self.name: _("Nothing is called “%(text)s”.", text=text)})
        self.suggestions = references(self.records, self.target, found)
        raise InvalidValues(
            {self.name: _("Several are called “%(text)s”: choose one of them.", text=text)}
        )


def references(records: Records, class_name: str, ids: Sequence[int]) -> list[str]:
    """How objects are written in a `ReferenceField`: "Ada Lovelace, Analytical Ltd #12"."""
    names = records.names(current_host().database, class_name, ids)
    return [f"{names[id_]} #{id_}" for id_ in ids if id_ in names]


def creation_codes(cls: ClassDef) -> list[str]:
    """The attributes of the form that creates an object, in order; logs come last."""
    editable = _editable(cls)
    codes = [code for code in cls.form if code in editable]
    return [*codes, *(c for c in editable if cls.attributes[c].kind is Kind.LOG and c not in codes)]


def change_codes(cls: ClassDef) -> list[str]:
    """The attributes of the form that changes an object: those of its creation first."""
    editable = _editable(cls)
    first = [*(code for code in _FIRST if code in editable), *creation_codes(cls)]
    return [*dict.fromkeys(first), *(code for code in editable if code not in first)]


def _editable(cls: ClassDef) -> list[str]:
    return [
        attribute.code
        for attribute in cls.attributes.values()
        if attribute.kind is not Kind.EXTERNAL and not attribute.read_only
    ]


def make_form(
    cls: ClassDef, codes: Sequence[str], records: Records, values: Mapping[str, Any]
) -> FlaskForm:
    """A form for some attributes of a class, filled with values.

    :param values: attribute code to a stored value, or to the text of a preset
    """
    fields = {code: _field(cls.attributes[code], records) for code in codes}
    # A token in a header needs no second proof that the request is meant.
    meta = {"csrf": not request.authorization}
    # Attributes may be called what a form calls its own things ("data", "errors"): a prefix.
    form_class = type(f"{cls.name}Form", (FlaskForm,), fields)
    shown = {code: _shown(cls.attributes[code], values.get(code), records) for code in codes}
    return form_class(data=shown, meta=meta)


def stored_values(form: FlaskForm, cls: ClassDef, codes: Sequence[str]) -> dict[str, str]:
    """What was typed, as texts to store.

    :raises InvalidValues: with a message for each field that can't be read
    """
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    for code in codes:
        field: Field = form[code]
        try:
            if isinstance(field, ReferenceField):
                values[code] = field.stored_value()
            elif cls.attributes[code].kind is Kind.DATETIME:
                values[code] = _utc_text(field.data or "")
            else:
                values[code] = field.data or ""
        except InvalidValues as error:
            errors.update(error.errors)
    if errors:
        raise InvalidValues(errors)
    return values


def show_errors(form: FlaskForm, errors: Mapping[str, str]) -> list[str]:
    """Put messages beside their fields; answers those that belong to no field."""
    rest = []
    for code, message in errors.items():
        if code in form:
            sentence = message[:1].upper() + message[1:]
            form[code].errors = [*form[code].errors, sentence]
        else:
            rest.append(message)
    return rest


def _field(attribute: Attribute, records: Records) -> Any:
    label = str(attribute.label)
    flags = {"cti_mandatory": attribute.mandatory}
    if attribute.kind is Kind.ENUM:
        choices = [(code, str(text)) for code, text in attribute.values.items()]
        if not attribute.mandatory:
            choices.insert(0, ("", "–"))
        # Whether the code is one of them is the storage's to say, with its own message.
        return SelectField(label, choices=choices, validate_choice=False, render_kw=flags)
    if attribute.kind is Kind.KEY:
        return _key_field(attribute, label, records, flags)
    if attribute.kind in (Kind.TEXT, Kind.LOG):
        rows = 3 if attribute.kind is Kind.LOG else 5
        return TextAreaField(label, render_kw={**flags, "rows": rows})
    validators = [Length(max=attribute.max_length)] if attribute.max_length else []
    return StringField(
        label,
        validators,
        widget=_WIDGETS.get(attribute.kind, TextInput()),
        render_kw={**flags, "autocomplete": "off"},
    )


def _key_field(attribute: Attribute, label: str, records: Records, flags: Mapping[str, Any]) -> Any:
    database = current_host().database
    few = ids_by_name(database, records.schema, attribute.target, "", MOST_CHOICES + 1)
    if len(few) > MOST_CHOICES:
        return ReferenceField(label, target=attribute.target, records=records, render_kw=flags)
    names = records.names(database, attribute.target, few)
    choices = [("", "–"), *((str(id_), names[id_]) for id_ in few)]
    return SelectField(label, choices=choices, validate_choice=False, render_kw=flags)


def _shown(attribute: Attribute, value: Any, records: Records) -> str:
    """A stored value, or a preset, as its field shows it."""
    if value is None or value == "":
        return attribute.default if value is None else ""
    if attribute.kind is Kind.DATETIME:
        moment = as_datetime(value)
        return to_user_timezone(moment).strftime(LOCAL_FORMAT) if moment else str(value)
    if attribute.kind is Kind.KEY and str(value).isdigit():
        field_ids = [int(value)]
        database = current_host().database
        few = ids_by_name(database, records.schema, attribute.target, "", MOST_CHOICES + 1)
        if len(few) > MOST_CHOICES:
            return next(iter(references(records, attribute.target, field_ids)), "")
    return str(value)


def _utc_text(text: str) -> str:
    """A moment typed in the site's time zone, as UTC; what can't be read stays as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return to_utc(moment).isoformat(sep=" ") if moment.tzinfo is None else text
