"""The filters of a list as chips: what each says, and the list without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from wtforms import Field, SelectField

from cti_tickets.pages.lists.filters import TEXT, Filters

ToList = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Chip:
    """A filter that is active.

    :param url: the list without it
    """

    label: str
    value: str
    url: str


def chips(filters: Filters, args: Mapping[str, str], to_list: ToList) -> list[Chip]:
    """The active filters of a list.

    :param args: all that its address says
    :param to_list: makes the address of a list
    """

    def chip(label: str, value: str, name: str) -> Chip:
        rest = {key: text for key, text in args.items() if key != name}
        return Chip(label, value, to_list(rest))

    found = [chip(_("Text or number"), filters.text, TEXT)] if filters.text else []
    for field in filters.choices:
        if field.name in filters.args:
            found.append(chip(field.label.text, _said(field), field.name))
    for days in filters.days:
        for name, word in ((days.first, _("from")), (days.last, _("until"))):
            if name in days.values:
                found.append(chip(f"{days.label} {word}", days.values[name], name))
    return found


def _said(field: Field) -> str:
    if isinstance(field, SelectField):
        return next((str(c.label) for c in field.choices if c.value == field.data), field.data)
    return str(field.data)
