"""The fields of a form, written quickly: a form has dozens of them.

All that a field is but its value is the same on every page in one language. So the template of a
field is rendered once for these, with a mark where the value goes, and kept as the pieces around
it. What is rare is rendered each time: a field with an error, or with a note.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cti_oql.schema import Kind
from flask import current_app
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import Field, SelectField
from wtforms.fields import SelectChoice

from cti_host import kept_for_pages
from cti_tickets.facts import Fact
from cti_tickets.model.form_plan import FormPlan
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.pages.flag_field import FlagField
from cti_tickets.pages.new_targets import NewTarget

_TEMPLATE = "tickets/form_fields.html"
# So many fields are kept; where those of all classes are more, it begins again.
_MOST_KEPT = 4096
_LONG = (Kind.TEXT, Kind.HTML, Kind.LOG)
# No text of a page can be this one.
_MARK = f"mark{secrets.token_hex(16)}"
_VALUE = re.compile(f'<option value="">{_MARK}</option>|{_MARK}')


@dataclass(frozen=True)
class FormFields:
    """Writes the fields of a form.

    :param facts: the attributes that are only shown, by code
    :param unread: those that calls may not find
    :param html: those whose fields hold HTML
    :param first: the one to begin with
    :param new_targets: what may be created on the way, by the code of the key that leads to it
    """

    form: FlaskForm
    cls: ClassDef
    plan: FormPlan
    facts: Mapping[str, Fact]
    unread: Collection[str]
    html: Collection[str]
    first: str
    new_targets: Mapping[str, NewTarget]

    def __call__(self, codes: Iterable[str]) -> Markup:
        """Some attributes, each as a field, or as it is where it can't be changed."""
        kept: dict[Hashable, tuple[str, str]] = kept_for_pages("tickets.fields", dict)
        written = [
            self._fixed(code) if code in self.plan.fixed else self._field(code, kept)
            for code in codes
        ]
        return Markup("".join(written))  # noqa: S704 -- templates, and texts that are escaped

    def _fixed(self, code: str) -> str:
        fact = self.facts.get(code)
        # What is fixed and empty says nothing to somebody who fills in a form.
        if fact is None or not (fact.html or fact.text):
            return ""
        attribute = self.cls.attributes[code]
        return str(_macros().show_fixed(attribute, fact, _is_long(attribute)))

    def _field(self, code: str, kept: dict[Hashable, tuple[str, str]]) -> str:
        field, target = self.form[code], self.new_targets.get(code)
        noted = code in self.unread and not field.errors
        rest = (code in self.plan.required, code == self.first, noted, code in self.html, target)
        if field.errors or noted or (target is not None and target.text):
            return _written(self.cls.attributes[code], field, *rest)
        # A check is one thing or the other: its field holds no text.
        checked = field.checked if isinstance(field, FlagField) else None
        attribute = self.cls.attributes[code]
        # A value of an enum is one of a few: the whole field is the same whenever it has that.
        chosen = field.data if field.data in attribute.values else None
        key = (self.cls.name, code, field.type, checked, chosen, *rest[:-1], target is not None)
        pieces = kept.get(key)
        if pieces is None:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            pieces = _pieces(attribute, field, *rest)
            if chosen is not None:
                pieces = (f"{pieces[0]}{_value(field)}{pieces[1]}", "")
            kept[key] = pieces
        return pieces[0] if chosen is not None else f"{pieces[0]}{_value(field)}{pieces[1]}"


def _written(attribute: Attribute, field: Field, *rest: Any) -> str:
    """A field as its template writes it."""
    return str(_macros().show_field(field, attribute, _is_long(attribute), *rest))


def _pieces(attribute: Attribute, field: Field, *rest: Any) -> tuple[str, str]:
    """What stands before the value of a field, and after it."""
    if isinstance(field, FlagField):
        return _written(attribute, field, *rest), ""
    # A copy: this one's value is still needed. Without a form WTForms makes no field by itself.
    marked = object.__new__(type(field))
    marked.__dict__.update(field.__dict__)
    if isinstance(field, SelectField):
        marked.choices, marked.data = [SelectChoice("", _MARK)], None
    else:
        marked.data = _MARK
    before, after = _VALUE.split(_written(attribute, marked, *rest))
    return before, after


def _value(field: Field) -> str:
    """What a field holds, as HTML: its text, or what can be chosen."""
    data = field.data
    if isinstance(field, FlagField):
        return ""
    if not isinstance(field, SelectField):
        return "" if data is None else escape(str(data))
    return "".join(
        [
            f'<option{" selected" if one.value == data else ""} value="{escape(one.value)}">'
            f"{escape(one.label or one.value)}</option>"
            for one in field.choices
        ]
    )


def _is_long(attribute: Attribute) -> bool:
    return attribute.kind in _LONG or attribute.code == "title"


def _macros() -> Any:
    return current_app.jinja_env.get_template(_TEMPLATE).module
