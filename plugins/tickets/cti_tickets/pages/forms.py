"""Forms, made from the schema: a field for each attribute that an agent may change."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from cti_oql.schema import Kind
from flask import request
from flask_babel import gettext as _
from flask_babel import to_user_timezone, to_utc
from flask_wtf import FlaskForm
from wtforms import Field, SelectField

from cti_host import has_bearer_token, kept_for_pages, masks_numbers, restored
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.pages.field_texts import as_typed, html_fields, masked, unbroken
from cti_tickets.pages.fields.choices import Choices
from cti_tickets.pages.fields.made import (
    KeyField,
    ReferenceField,
    field_of,
    id_in,
    references,
    with_what_is_held,
)
from cti_tickets.pages.flag_field import FlagField
from cti_tickets.store.markup import stored_text
from cti_tickets.store.offered import had_many
from cti_tickets.store.records import SUFFIX, Records, as_datetime
from cti_tickets.store.values import BadValue, Raw, is_unread_phone

# So many forms of classes are kept; presets make more of them.
_MOST_KEPT = 256
# An id has no more.
_MOST_DIGITS = 10
LOCAL_FORMAT = "%Y-%m-%dT%H:%M"


def make_form(
    cls: ClassDef,
    codes: Sequence[str],
    records: Records,
    values: Mapping[str, Any],
    *,
    stored: bool = True,
    checks: bool = True,
    shown_again: bool = False,
) -> FlaskForm:
    """A form for some attributes of a class, filled with values.

    Which keys are typed and which chosen from a list is a question to the database. A new object
    that was sent with nothing but ids is read in either way, so it is not asked: see `as_shown`.

    :param values: attribute code to a stored value, or to the text of a preset
    :param stored: whether the values are stored ones; a preset is text, never HTML
    :param checks: whether a yes or no is a check; else it is a list that may begin with neither
    :param shown_again: whether it is shown, although it was sent
    """
    keys = {code: cls.attributes[code].target for code in codes if _is_key(cls, code)}
    is_sent = request.method not in ("GET", "HEAD")
    only_ids = is_sent and not (stored or shown_again) and _have_ids(records, keys)
    shown = {code: _shown(cls.attributes[code], values.get(code)) for code in codes}
    named = values if stored else {}
    held: dict[str, set[int]] = {}
    for code, target in keys.items():
        if not named.get(f"{code}{SUFFIX}") and _is_number(shown[code]):
            held.setdefault(target, set()).add(_id_in(shown[code]))
    choices = Choices(records, keys.values(), held)
    typed = frozenset(c for c, target in keys.items() if only_ids or choices.are_many(target))
    for code in typed:
        shown[code] = _named(records, cls.attributes[code], named, shown[code], choices)
    if masks_numbers():
        shown = {code: masked(cls.attributes[code].kind, text) for code, text in shown.items()}
    form_class = _form_class(cls, tuple(codes), typed, records, checks=checks)
    # What is shown gets its token from the page, which knows it already.
    form = form_class(data=shown, meta={"csrf": is_sent and not has_bearer_token()})
    form.filled_with, form.stored = values, (values if stored else {})
    form.choices = choices
    again = partial(make_form, cls, codes, records, values, stored=stored, checks=checks)
    form.again = partial(again, shown_again=True) if only_ids else None
    for code, target in keys.items():
        if code not in typed:
            form[code].offer(partial(choices.of, target))
    for field in form:
        if field.type == SelectField.__name__ and not isinstance(field, KeyField):
            field.choices = with_what_is_held(field.choices, field.data)
    return form


def as_shown(form: FlaskForm) -> FlaskForm:
    """A form that was sent, to be shown again: with a list for each key that has one."""
    if form.again is None:
        return form
    found: FlaskForm = form.again()
    for field in form:
        found[field.name].errors = field.errors
    return found


def _have_ids(records: Records, keys: Mapping[str, str]) -> bool:
    """Whether all that was sent for keys is nothing, or an id, so it is the same in any field.

    An id behind a name is from a field to type in, as far as there was one.

    :param keys: the targets of the keys, by code
    """
    had = had_many(records)
    texts = {code: request.form.get(code, "").strip() for code in keys}
    return all(
        not text or _is_id(text) or (keys[code] in had and id_in(text) is not None)
        for code, text in texts.items()
    )


def _is_id(text: str) -> bool:
    return len(text) <= _MOST_DIGITS and _is_number(text)


def _form_class(
    cls: ClassDef,
    codes: tuple[str, ...],
    typed: frozenset[str],
    records: Records,
    *,
    checks: bool,
) -> type[FlaskForm]:
    """The form of some attributes of a class, made once for each language.

    The lists of keys are empty in it: what they offer may change at any time.

    :param typed: the keys that are typed and not chosen from a list
    """
    kept: dict[Hashable, type[FlaskForm]] = kept_for_pages("tickets.forms", dict)
    key = (cls.name, codes, typed, checks)
    made = kept.get(key)
    if made is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        fields = {
            code: field_of(
                cls.attributes[code], records, None if code in typed else tuple, checks=checks
            )
            for code in codes
        }
        made = kept[key] = type(f"{cls.name}Form", (FlaskForm,), fields)
    return made


def _is_key(cls: ClassDef, code: str) -> bool:
    return cls.attributes[code].kind is Kind.KEY


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


def field_text(field: Field | None, attribute: Attribute, value: Any) -> str:
    """What a field shows for a stored value; without a field, what one with a list would."""
    text = _shown(attribute, value)
    if isinstance(field, ReferenceField):
        text = _named(field.records, attribute, {}, text)
    return masked(attribute.kind, text) if masks_numbers() else text


def _shown(attribute: Attribute, value: Any) -> str:
    """A stored value, or a preset, as its field shows it; a key as its id."""
    if value is None or value == "":
        return attribute.default if value is None else ""
    if attribute.kind is Kind.DATETIME:
        return _local_text(value)
    return str(as_typed(attribute, value))


def _named(
    records: Records,
    key: Attribute,
    values: Mapping[str, Any],
    text: str,
    choices: Choices | None = None,
) -> str:
    """An id as a field shows it in which names are typed: "Ada Lovelace #12".

    :param values: what the form is filled with, maybe with the name
    :param choices: what has read the name, if the form is to be shown
    """
    if not _is_number(text):
        return text
    known = values.get(f"{key.code}{SUFFIX}")
    if known:
        return f"{known} #{text}"
    id_ = _id_in(text)
    name = choices.held(key.target, id_) if choices else None
    if name is not None:
        return f"{name} #{id_}"
    return next(iter(references(records, key.target, [id_])), "")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _id_in(text: str) -> int:
    return int(text[:18])


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
