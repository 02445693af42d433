"""What narrows a list down: read from the address, and shown again as fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import peewee
from cti_oql.functions.fold import fold
from cti_oql.schema import Kind
from flask_babel import gettext as _
from wtforms import Field, Form, SelectField
from wtforms.fields import SelectChoice

from cti_host import current_agent
from cti_tickets.model.list_plan import (
    filter_attribute,
    filters_of,
    is_moment,
    more_filters_of,
)
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.pages.fields.made import ReferenceField, form_field, references
from cti_tickets.store.listing.conditions import (
    NOTHING,
    Condition,
    any_of,
    containing,
    equal,
    within_days,
)
from cti_tickets.store.listing.relative import NONE, ids_meant, label_of, word_for
from cti_tickets.store.records import Records
from cti_tickets.store.values import BadValue, parse

TEXT = "q"
DAYS = _FROM, _UNTIL = "_from", "_until"
# Names of the address that mean something else; an attribute of that name has no filter.
OTHER = frozenset(
    {TEXT, "sort", "after", "before", "page", "format", "ids", "next", "class_name"}
    | {"columns", "choosing", "view", "filters"}
)
# What an address says that asks for the fields of all filters.
FILTERS, ALL = "filters", "all"


@dataclass
class Days:
    """Two fields for the first and the last day of a filter."""

    label: str
    first: str
    last: str
    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Filters:
    """The filters of a list.

    :param conditions: what they demand; of one that can't be read, that nothing is found
    :param args: what was given, by its name in the address; objects by their ids
    :param text: the words to look for
    :param choices: the fields of keys, enums and booleans
    :param days: the fields of dates and moments
    :param targets: the class that a field's key leads to, by its code
    :param problems: what can't be read, as sentences
    :param more: whether the class has filters beside those that are offered
    """

    conditions: list[Condition]
    args: dict[str, str]
    text: str
    choices: list[Field]
    days: list[Days]
    targets: dict[str, str]
    problems: list[str]
    more: bool = False


def read_filters(
    database: peewee.Database, records: Records, cls: ClassDef, args: Mapping[str, str]
) -> Filters:
    """The filters that an address gives, and fields for all that a list offers.

    :param args: the query of the address; names of other things are left out
    """
    schema = records.schema
    codes = [code for code in filters_of(schema, cls) if code not in OTHER]
    asked = {name.removesuffix(_FROM).removesuffix(_UNTIL) for name in args}
    more = (asked | set(args)) - OTHER
    rest = [code for code in more_filters_of(cls) if code not in {*codes, *OTHER}]
    if args.get(FILTERS) == ALL:
        codes += rest
    codes += [code for code in cls.attributes if code in more and code not in codes]
    attributes = [a for code in codes if (a := filter_attribute(cls, code)) is not None]
    text = args.get(TEXT, "").strip()[:200]
    found = Filters([], {}, text, [], [], {}, [], more=not {*rest} <= {*codes})
    if text:
        found.args[TEXT] = text
        found.conditions += containing(database, schema, cls, text)
    for attribute in attributes:
        if is_moment(attribute):
            _read_days(database, attribute, args, found)
    choices = [a for a in attributes if not is_moment(a)]
    _read_choices(database, records, cls, choices, args, found)
    return found


def _read_days(
    database: peewee.Database, attribute: Attribute, args: Mapping[str, str], found: Filters
) -> None:
    names = (attribute.code + _FROM, attribute.code + _UNTIL)
    given = {name: args[name].strip() for name in names if args.get(name, "").strip()}
    days = Days(str(attribute.label), *names, given)
    read: dict[str, date | None] = dict.fromkeys(names)
    for name, text in given.items():
        try:
            read[name] = date.fromisoformat(text)
        except ValueError:
            days.errors[name] = _("must be a date such as 2026-01-31")
            found.problems.append(f"{attribute.label}: {days.errors[name]}")
            found.conditions.append(NOTHING)
    found.args |= given
    found.days.append(days)
    found.conditions += within_days(database, attribute, read[names[0]], read[names[1]])


def _read_choices(
    database: peewee.Database,
    records: Records,
    cls: ClassDef,
    attributes: list[Attribute],
    args: Mapping[str, str],
    found: Filters,
) -> None:
    fields = {attribute.code: form_field(attribute, records) for attribute in attributes}
    form: Any = type("Filters", (Form,), fields)(data={c: args.get(c, "").strip() for c in fields})
    for attribute in attributes:
        field_: Field = form[attribute.code]
        if attribute.kind is Kind.KEY:
            found.targets[attribute.code] = attribute.target
        if field_.data:
            found.args[attribute.code] = field_.data
            try:
                condition, said = _chosen(database, records, cls, attribute, field_)
                found.conditions.append(condition)
                found.args[attribute.code] = said
            except BadValue as error:
                field_.errors = [str(error)]
                found.problems.append(f"{attribute.label}: {error}")
                found.conditions.append(NOTHING)
        if isinstance(field_, SelectField):
            _offer(records.schema, attribute, field_)
        found.choices.append(field_)


def _chosen(
    database: peewee.Database,
    records: Records,
    cls: ClassDef,
    attribute: Attribute,
    field_: Field,
) -> tuple[Condition, str]:
    """What a field demands that holds something, and how an address says it.

    :raises BadValue: it can't be read
    """
    text: str = field_.data
    schema, listed = records.schema, isinstance(field_, ReferenceField)
    word = word_for(schema, attribute)
    if word and fold(text) in (word, fold(label_of(word))):
        field_.data = label_of(word) if listed else word
        meant = ids_meant(word, current_agent())
        return any_of(database, schema, cls, attribute, meant), word
    if attribute.kind is Kind.KEY and (text == NONE or (listed and fold(text) == fold(_("none")))):
        field_.data = _("none") if listed else NONE
        return equal(database, schema, cls, attribute, None), NONE
    if listed:
        text = field_.stored_value()
    elif attribute.kind is Kind.KEY:
        text = field_.data = _by_label(field_, text)
    value = parse(attribute, text)
    if listed and field_.data == text:
        # A link brings the id only; the agent sees the name.
        named = references(records, attribute.target, [int(text)])
        field_.data = named[0] if named else text
    return equal(database, schema, cls, attribute, value), text


def _by_label(field_: SelectField, text: str) -> str:
    """The id that a name stands for where there are few to choose from; else the text."""
    with_id = re.fullmatch(r".*#\s*([0-9]{1,10})", text, re.DOTALL)
    if with_id:
        return with_id[1]
    named = [c.value for c in field_.choices if c.value != text and fold(c.label) == fold(text)]
    return named[0] if len(named) == 1 else text


def _offer(schema: Schema, attribute: Attribute, field_: SelectField) -> None:
    """What can be chosen: anything, nothing where that is possible, and each value."""
    choices = [choice for choice in field_.choices if choice.value]
    first = [SelectChoice("", _("any"))]
    if attribute.kind is Kind.KEY and not attribute.mandatory:
        first.append(SelectChoice(NONE, _("none")))
    word = word_for(schema, attribute)
    if word:
        first.append(SelectChoice(word, label_of(word)))
    known = {choice.value for choice in (*first, *choices)}
    if field_.data and field_.data not in known:
        # Else a browser would show, and send, another choice.
        choices.append(SelectChoice(field_.data, field_.data))
    field_.choices = [*first, *choices]
