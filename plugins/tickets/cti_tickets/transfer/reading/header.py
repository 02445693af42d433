"""Which attributes the columns of a table are: by code, by label, or `org_id->name`.

iTop's exports name columns in all of these ways, in the user's language; people change the case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cti_oql.functions.fold import fold
from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute
from cti_tickets.transfer.reading.records import COMMENT, BadLine

ID, FRIENDLYNAME, FINALCLASS = "id", "friendlyname", "finalclass"
ARROW = "->"
# What iTop calls the columns that every class has, in English and French.
_COMMON = {
    ID: ("id",),
    FRIENDLYNAME: ("friendlyname", "Full name", "Friendly name", "Nom complet", "Nom usuel"),
    FINALCLASS: ("finalclass", "Object class", "Classe", "Sous-classe"),
    "obsolescence_flag": ("obsolescence_flag", "Obsolete", "Obsolète"),
}
# What iTop calls columns in French, where the labels here are others.
_ITOP_FRENCH = {
    "caller_id": ("Demandeur",),
    "caller_name": ("Nom du demandeur",),
    "close_date": ("Date de clôture",),
    "email": ("Email", "Adresse e-mail"),
    "servicesubcategory_id": ("Sous catégorie de service",),
    "servicesubcategory_name": ("Nom de la sous catégorie de service",),
}
# Byte order marks and marks of the writing direction, which nobody sees.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Attributes by whose value an object can be named in place of its id.
_NAMES = (Kind.STRING, Kind.EMAIL)


@dataclass(frozen=True)
class Column:
    """A column: the code of its attribute, "" for one without a name, as it is if unknown.

    :param by: of a key, the attribute of the object behind it that stands in the cells
    """

    name: str
    code: str
    by: str = ""
    is_comment: bool = False
    is_phone: bool = False


def columns(cells: Sequence[str], class_name: str) -> list[Column]:
    """The columns of a table.

    :param class_name: its class; several may be under it
    :raises BadLine: two columns are the same attribute, or it isn't certain which one is
    """
    names = [_INVISIBLE.sub("", cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise BadLine(_("a column is named twice: %(name)s", name=", ".join(repeated)))
    known = _Names(class_name)
    found = [known.column(name) for name in names]
    by_code: dict[str, Column] = {}
    for column in found:
        if column.code and not column.by and not column.is_comment:
            other = by_code.setdefault(column.code, column)
            if other is not column:
                raise BadLine(
                    _(
                        "two columns are %(code)s: %(one)s and %(other)s",
                        code=column.code,
                        one=other.name,
                        other=column.name,
                    )
                )
    return [_unless_numbered(column, by_code) for column in found]


def _unless_numbered(column: Column, by_code: Mapping[str, Column]) -> Column:
    """Where the id of an object is there, its name follows from it and is left out."""
    if column.by and column.code in by_code:
        return Column(column.name, f"{column.code}{ARROW}{column.by}")
    return column


class _Names:
    """What the columns of a class may be called."""

    def __init__(self, class_name: str) -> None:
        names = schema().concrete(class_name) if class_name in schema() else []
        self._attributes: dict[str, Attribute] = {}
        for name in names:
            self._attributes = {**schema()[name].attributes, **self._attributes}
        self._by_text = _texts(a for name in names for a in schema()[name].attributes.values())

    def column(self, name: str) -> Column:
        """The column of this name."""
        if not name or name.startswith(COMMENT):
            return Column(name, "", is_comment=bool(name))
        key, arrow, further = (part.strip(" *") for part in name.partition(ARROW))
        code = self._code(key)
        attribute = self._attributes.get(code)
        if not arrow:
            is_phone = attribute is not None and attribute.kind is Kind.PHONE
            return Column(name, code or name, is_phone=is_phone)
        if attribute is None or attribute.kind is not Kind.KEY:
            return Column(name, name)
        target = _Names(attribute.target)
        by = target._code(further) or further
        if by == ID:
            return Column(name, code)
        usable = target._attributes.get(by)
        if by == FRIENDLYNAME or (usable and usable.stored and usable.kind in _NAMES):
            return Column(name, code, by)
        return Column(name, f"{code}{ARROW}{by}")

    def _code(self, name: str) -> str:
        """The code that a name stands for; "" if it is unknown."""
        if name in self._attributes:
            return name
        codes = self._by_text.get(str(fold(name)), [])
        if len(codes) > 1:
            raise BadLine(
                _(
                    "the column %(name)s may be any of these: %(codes)s; name it by its code",
                    name=name,
                    codes=", ".join(codes),
                )
            )
        return codes[0] if codes else ""


def _texts(attributes: Iterable[Attribute]) -> dict[str, list[str]]:
    """Codes and labels, folded, to the codes that they may stand for.

    A code counts more than a label, and what can be stored more than what follows from it.
    """
    ranked: dict[str, dict[str, int]] = {}

    def add(text: str, code: str, rank: int) -> None:
        if text:
            codes = ranked.setdefault(str(fold(text)), {})
            codes[code] = min(rank, codes.get(code, rank))

    for code, texts in _COMMON.items():
        for text in texts:
            add(text, code, 0 if text == code else 3)
    for attribute in attributes:
        add(attribute.code, attribute.code, 0)
        labels = (*attribute.label.in_all_languages(), *_ITOP_FRENCH.get(attribute.code, ()))
        for text in labels:
            add(text, attribute.code, 1 if attribute.stored or attribute.kind is Kind.LOG else 2)
    return {
        text: [code for code, rank in codes.items() if rank == min(codes.values())]
        for text, codes in ranked.items()
    }
