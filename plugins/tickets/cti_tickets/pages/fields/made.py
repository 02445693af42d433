"""The field in which a value of an attribute is typed or chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from cti_oql.functions.fold import fold
from cti_oql.schema import Kind
from flask_babel import gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.widgets import (
    DateInput,
    DateTimeLocalInput,
    EmailInput,
    NumberInput,
    TelInput,
    TextInput,
)

from cti_host import current_host
from cti_tickets.model.schema import Attribute
from cti_tickets.pages.fields.choices import MOST_CHOICES, Choices, Offered
from cti_tickets.pages.flag_field import FlagField
from cti_tickets.store.name_search import ids_by_name
from cti_tickets.store.records import Records
from cti_tickets.store.values import LONG_TEXTS, BadValue

_WIDGETS = {
    Kind.EMAIL: EmailInput(),
    Kind.PHONE: TelInput(),
    Kind.DATE: DateInput(),
    Kind.DATETIME: DateTimeLocalInput(),
    Kind.INTEGER: NumberInput(),
    Kind.DURATION: NumberInput(),
}
NO_CHOICE = "–"
_WITH_ID = re.compile(r"(?:.*\s)?#\s*([0-9]{1,10})|([0-9]{1,10})", re.DOTALL)


def id_in(text: str) -> str | None:
    """The id that is typed for an object, alone or behind its name; `None`: there is none."""
    found = _WITH_ID.fullmatch(text)
    return (found[1] or found[2]) if found else None


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
        if not text:
            return ""
        with_id = id_in(text)
        if with_id is not None:
            return with_id
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


class KeyField(SelectField):  # type: ignore[misc]  # wtforms ships no types
    """A list of objects, which is read when somebody looks at it."""

    def __init__(
        self, label: str, *, objects: Callable[[], Sequence[Offered]], **options: Any
    ) -> None:
        self._objects: Callable[[], Sequence[Offered]] | None = objects
        self._offers_what_it_holds = False
        super().__init__(label, validate_choice=False, **options)
        self.type = SelectField.__name__

    def offer(self, objects: Callable[[], Sequence[Offered]]) -> None:
        """Offer some objects, or none of them; and what the field holds, whatever it is."""
        self._objects, self._offers_what_it_holds = objects, True

    def read(self) -> None:
        """Read the list by now: what it offers depends on who acts, and on what they may do."""
        if self._objects is not None:
            found, self._objects = self._objects(), None
            choices = [SelectChoice("", NO_CHOICE), *(SelectChoice(*one) for one in found)]
            data = self.data if self._offers_what_it_holds else None
            self._kept = with_what_is_held(choices, data)

    @property
    def choices(self) -> list[SelectChoice]:
        """None, or one of the objects."""
        self.read()
        return self._kept

    @choices.setter
    def choices(self, choices: list[SelectChoice]) -> None:
        self._objects, self._kept = None, choices


def with_what_is_held(choices: list[SelectChoice], data: str | None) -> list[SelectChoice]:
    """What a list offers, with what it holds: a browser would show, and send, another choice."""
    if not data or any(choice.value == data for choice in choices):
        return choices
    return [*choices, SelectChoice(data, data)]


def form_field(attribute: Attribute, records: Records) -> Any:
    """The field in which a value of an attribute is typed or chosen, not yet bound to a form."""
    if attribute.kind is not Kind.KEY:
        return field_of(attribute, records)
    choices = Choices(records, [attribute.target])
    if choices.are_many(attribute.target):
        return field_of(attribute, records)
    return field_of(attribute, records, lambda: choices.of(attribute.target))


def field_of(
    attribute: Attribute,
    records: Records,
    objects: Callable[[], Sequence[Offered]] | None = None,
    *,
    checks: bool = False,
) -> Any:
    """See `form_field`.

    :param objects: what the list of a key offers; `None`: it is typed
    :param checks: whether a yes or no is a check; else it is a list that may begin with neither
    """
    label = str(attribute.label)
    if attribute.kind is Kind.ENUM:
        choices = [SelectChoice(code, str(text)) for code, text in attribute.values.items()]
        # What has no default must be chosen, also if it is mandatory.
        if not attribute.mandatory or not attribute.default:
            choices.insert(0, SelectChoice("", NO_CHOICE))
        # Whether the code is one of them is the storage's to say, with its own message.
        return SelectField(label, choices=choices, validate_choice=False)
    if attribute.kind is Kind.KEY:
        if objects is None:
            return ReferenceField(label, target=attribute.target, records=records)
        return KeyField(label, objects=objects)
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
