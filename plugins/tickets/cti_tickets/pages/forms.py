"""Forms, made from the schema: a field for each attribute that an agent may change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cti_oql.functions.fold import fold
from cti_oql.schema import Kind
from flask_babel import gettext as _
from flask_babel import to_user_timezone, to_utc
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.widgets import (
    DateInput,
    DateTimeLocalInput,
    EmailInput,
    NumberInput,
    TelInput,
    TextInput,
)

from cti_host import (
    current_host,
    has_bearer_token,
    masks_numbers,
    restored,
)
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.pages.field_texts import as_typed, html_fields, masked, unbroken
from cti_tickets.pages.flag_field import FlagField
from cti_tickets.store.markup import stored_text
from cti_tickets.store.name_search import any_ids, ids_by_name
from cti_tickets.store.records import Records, as_datetime
from cti_tickets.store.values import LONG_TEXTS, BadValue, Raw, is_unread_phone

# A class with at most so many objects gets a list to choose from, others a box to type in.
MOST_CHOICES = 60
_WIDGETS = {
    Kind.EMAIL: EmailInput(),
    Kind.PHONE: TelInput(),
    Kind.DATE: DateInput(),
    Kind.DATETIME: DateTimeLocalInput(),
    Kind.INTEGER: NumberInput(),
    Kind.DURATION: NumberInput(),
}
LOCAL_FORMAT = "%Y-%m-%dT%H:%M"
NO_CHOICE = "–"


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

        :raises BadValue: nothing, or several objects, have that name
        """
        text = (self.data or "").strip()
        with_id = re.fullmatch(r"(?:.*\s)?#\s*([0-9]{1,10})|([0-9]{1,10})", text, re.DOTALL)
        if not text or with_id:
            return (with_id[1] or with_id[2]) if with_id else ""
        database = current_host().database
        found = ids_by_name(database, self.records.schema, self.target, text, MOST_CHOICES)
        if not found:
            raise BadValue(_("Nothing is called “%(text)s”.", text=text))
        names = self.records.names(database, self.target, found)
        # "Analytical" means that one, not "Analytical France".
        exact = [id_ for id_, name in names.items() if fold(name) == fold(text)]
        if len(found) == 1 or len(exact) == 1:
            return str((exact or found)[0])
        self.suggestions = references(self.records, self.target, found)
        raise BadValue(_("Several are called “%(text)s”: choose one of them.", text=text))


def references(records: Records, class_name: str, ids: Sequence[int]) -> list[str]:
    """How objects are written in a `ReferenceField`: "Ada Lovelace, Analytical Ltd #12"."""
    names = records.names(current_host().database, class_name, ids)
    return [f"{names[id_]} #{id_}" for id_ in ids if id_ in names]


def make_form(
    cls: ClassDef,
    codes: Sequence[str],
    records: Records,
    values: Mapping[str, Any],
    *,
    stored: bool = True,
    checks: bool = True,
) -> FlaskForm:
    """A form for some attributes of a class, filled with values.

    :param values: attribute code to a stored value, or to the text of a preset
    :param stored: whether the values are stored ones; a preset is text, never HTML
    :param checks: whether a yes or no is a check; else it is a list that may begin with neither
    """
    fields = {code: form_field(cls.attributes[code], records, checks=checks) for code in codes}
    form_class = type(f"{cls.name}Form", (FlaskForm,), fields)
    shown = {
        code: _shown(
            cls.attributes[code],
            values.get(code),
            records if fields[code].field_class is ReferenceField else None,
        )
        for code in codes
    }
    if masks_numbers():
        shown = {code: masked(cls.attributes[code].kind, text) for code, text in shown.items()}
    form = form_class(data=shown, meta={"csrf": not has_bearer_token()})
    form.filled_with, form.stored = values, (values if stored else {})
    for field in form:
        _offer(field)
    return form


def changed_codes(form: FlaskForm, codes: Sequence[str]) -> list[str]:
    """The attributes whose fields no longer hold what the form was filled with.

    A field that shows less than what is stored (a moment without its seconds) so keeps the rest.
    """
    return [code for code in codes if unbroken(form[code].data) != unbroken(form[code].object_data)]


def stored_now(form: FlaskForm, cls: ClassDef, codes: Sequence[str]) -> dict[str, str]:
    """What is stored now, as messages beside fields that hold something else."""
    messages = {}
    for code in codes:
        field: Field = form[code]
        text = str(field.object_data or "")
        if isinstance(field, SelectField):
            text = next((c.label for c in field.choices if c.value == text), text)
        elif isinstance(field, FlagField):
            text = field.said(text)
        if cls.attributes[code].kind is not Kind.LOG:
            messages[code] = _("Stored now: “%(text)s”", text=text)
    return messages


def stored_values(form: FlaskForm, cls: ClassDef, codes: Sequence[str]) -> dict[str, Raw]:
    """What was typed, as texts to store; a `BadValue` for each field that can't be read."""
    values: dict[str, Raw] = {}
    html = html_fields(form, cls, codes)
    for code in codes:
        field: Field = form[code]
        try:
            if isinstance(field, ReferenceField):
                values[code] = field.stored_value()
            elif cls.attributes[code].kind is Kind.DATETIME:
                values[code] = _utc_text(field.data or "")
            else:
                before = as_typed(cls.attributes[code], form.filled_with.get(code))
                text = restored(field.data or "", _text_of(before))
                if cls.attributes[code].kind is Kind.HTML and code not in html:
                    text = stored_text(unbroken(text).rstrip())
                values[code] = text
        except BadValue as error:
            values[code] = error
    return values


def show_errors(form: FlaskForm, errors: Mapping[str, str]) -> list[str]:
    """Put messages beside their fields; returns those that belong to no field."""
    rest = []
    for code, message in errors.items():
        if code in form:
            sentence = message[:1].upper() + message[1:]
            form[code].errors = [*form[code].errors, sentence]
        else:
            rest.append(message)
    return rest


def unread_phones(cls: ClassDef, values: Mapping[str, Any]) -> dict[str, str]:
    """The texts for phone attributes that can't be read as numbers, by attribute code."""
    return {
        code: value.strip()
        for code, value in values.items()
        if cls.attributes[code].kind is Kind.PHONE
        and isinstance(value, str)
        and not (masks_numbers() and "*" in value)
        and is_unread_phone(value.strip())
    }


def form_field(attribute: Attribute, records: Records, *, checks: bool = False) -> Any:
    """The field in which a value of an attribute is typed or chosen, not yet bound to a form."""
    label = str(attribute.label)
    if attribute.kind is Kind.ENUM:
        choices = [SelectChoice(code, str(text)) for code, text in attribute.values.items()]
        # What has no default must be chosen, also if it is mandatory.
        if not attribute.mandatory or not attribute.default:
            choices.insert(0, SelectChoice("", NO_CHOICE))
        # Whether the code is one of them is the storage's to say, with its own message.
        return SelectField(label, choices=choices, validate_choice=False)
    if attribute.kind is Kind.KEY:
        return _key_field(attribute, label, records)
    if attribute.kind is Kind.BOOLEAN and checks:
        return FlagField(label)
    if attribute.kind is Kind.BOOLEAN:
        choices = [SelectChoice("0", _("No")), SelectChoice("1", _("Yes"))]
        return SelectField(label, choices=choices, validate_choice=False)
    if attribute.kind in LONG_TEXTS:
        return TextAreaField(label, render_kw={"rows": 3 if attribute.kind is Kind.LOG else 5})
    options: dict[str, Any] = {"autocomplete": "off"}
    if attribute.max_length:
        options["maxlength"] = attribute.max_length
    return StringField(label, widget=_WIDGETS.get(attribute.kind, TextInput()), render_kw=options)


def _key_field(attribute: Attribute, label: str, records: Records) -> Any:
    database = current_host().database
    few = any_ids(database, records.schema, attribute.target, MOST_CHOICES + 1)
    if len(few) > MOST_CHOICES:
        return ReferenceField(label, target=attribute.target, records=records)
    names = records.names(database, attribute.target, few)
    count = Counter(names.values())
    choices = [
        SelectChoice(str(id_), name if count[name] == 1 else f"{name} #{id_}")
        for id_, name in sorted(names.items(), key=lambda item: (fold(item[1]), item[0]))
    ]
    return SelectField(
        label, choices=[SelectChoice("", NO_CHOICE), *choices], validate_choice=False
    )


def _offer(field: Field) -> None:
    """Let a list offer what it holds: else a browser would show, and send, another choice."""
    if isinstance(field, SelectField) and field.data:
        known = {choice.value for choice in field.choices}
        if field.data not in known:
            field.choices = [*field.choices, SelectChoice(field.data, field.data)]


def field_text(field: Field | None, attribute: Attribute, value: Any) -> str:
    """What a field shows for a stored value; without a field, what one with a list would."""
    records = field.records if isinstance(field, ReferenceField) else None
    text = _shown(attribute, value, records)
    return masked(attribute.kind, text) if masks_numbers() else text


def _shown(attribute: Attribute, value: Any, named_by: Records | None) -> str:
    """A stored value, or a preset, as its field shows it.

    :param named_by: what reads names, for a field that shows a key as a name
    """
    if value is None or value == "":
        return attribute.default if value is None else ""
    if attribute.kind is Kind.DATETIME:
        return _local_text(value)
    text = str(as_typed(attribute, value))
    if named_by is not None and text.isascii() and text.isdigit():
        return next(iter(references(named_by, attribute.target, [int(text[:18])])), "")
    return text


def _text_of(value: Any) -> str:
    return "" if value is None else str(value)


def _local_text(value: Any) -> str:
    """A stored moment in the site's time zone, as a browser's field takes it."""
    try:
        moment = as_datetime(value)
        return to_user_timezone(moment).strftime(LOCAL_FORMAT) if moment else str(value)
    except OverflowError:
        return str(value)


def _utc_text(text: str) -> str:
    """A moment typed in the site's time zone, as UTC; what can't be read stays as it is."""
    try:
        moment = datetime.fromisoformat(text)
        return to_utc(moment).isoformat(sep=" ") if moment.tzinfo is None else text
    except (ValueError, OverflowError):
        return text
