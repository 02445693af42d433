"""Constructors of attributes: real peewee fields, each carrying its description.

A model says once what an attribute is called, holds and demands; `derive` makes the schema from
it. The code of an attribute is its column's name, so a key is declared without its `_id`:
`org = key(Organization, ...)` has the code and the column `org_id`, `person.org_id` is the id and
`person.org` the organization.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import peewee
from cti_oql.schema import Kind

from cti_host import Localised
from cti_tickets.model.schema import Attribute, OnDelete

Label = tuple[str, str]

_Field = TypeVar("_Field", bound="peewee.Field[Any]")

if TYPE_CHECKING:
    _ForeignKey = peewee.ForeignKeyField[Any]
else:
    _ForeignKey = peewee.ForeignKeyField

RESET, MANUAL, AUTO = OnDelete.RESET, OnDelete.MANUAL, OnDelete.AUTO
_IN_SQL = {RESET: "SET NULL", MANUAL: "RESTRICT", AUTO: "CASCADE"}

# A class that has no value of its own for a column of the shared table leaves it to the database.
EMPTY_TEXT: list[peewee.Node] = [peewee.SQL("DEFAULT ''")]
FALSE: list[peewee.Node] = [peewee.SQL("DEFAULT 0")]


@dataclass(frozen=True)
class ClassInfo:
    """What a model says of its class, as its attribute `about`; see `schema.ClassDef`."""

    label: Localised
    abstract: bool = False
    friendlyname: tuple[str, ...] = ("name",)
    order: str = "friendlyname"
    form: tuple[str, ...] = ()
    friendlyname_separator: str = " "
    reconciliation: tuple[str, ...] = ()
    obsolete: tuple[str, str] | None = None
    few: bool = False
    organization_column: str = ""


def about(label: Label, **options: Any) -> ClassInfo:
    """The description of a class: its label in English and French, and `ClassInfo`'s options."""
    return ClassInfo(Localised.of(*label), **options)


def values(**codes: Label) -> dict[str, Localised]:
    """The codes of an enum with their labels in English and French."""
    return labels(codes)


def labels(codes: Mapping[str, Label]) -> dict[str, Localised]:
    """Like `values`, for codes that aren't Python names."""
    return {code: Localised.of(*label) for code, label in codes.items()}


def _described(field: _Field, kind: Kind, label: Label, **description: Any) -> _Field:
    # Codes and columns are known when the field is bound to its model; `derive` adds them.
    field.__dict__["attribute"] = Attribute("", kind, label=Localised.of(*label), **description)
    return field


def _line(kind: Kind, label: Label, **description: Any) -> peewee.CharField[str]:
    field = peewee.CharField(default="", constraints=EMPTY_TEXT)
    return _described(field, kind, label, **description)


def string(
    label: Label, *, mandatory: bool = False, read_only: bool = False, indexed: bool = False
) -> peewee.CharField[str]:
    """One line of text, at most 255 characters.

    :param indexed: whether a migration made an index of its folded text, for searching
    """
    return _line(Kind.STRING, label, mandatory=mandatory, read_only=read_only, indexed=indexed)


def email(label: Label, *, mandatory: bool = False) -> peewee.CharField[str]:
    """An e-mail address; its folded text has an index."""
    return _line(Kind.EMAIL, label, mandatory=mandatory, indexed=True)


def phone(label: Label, *, mandatory: bool = False) -> peewee.CharField[str]:
    """A phone number as typed; declare `<name>_e164 = number()` beside it. Both have an index."""
    return _line(Kind.PHONE, label, mandatory=mandatory, indexed=True)


def number() -> peewee.CharField[str | None]:
    """The column with `Number.indexed`, joined, of the phone attribute it is named after.

    None, not "", where there is no number: most persons have no mobile phone, and an index full
    of equal values would look useless to the database, which would then read the whole table.
    """
    return peewee.CharField(null=True)


def organization() -> peewee.IntegerField[int | None]:
    """The column with the organization that an object belongs to by its keys.

    The database fills it: a migration makes the triggers. `about` names the column.
    """
    return peewee.IntegerField(null=True)


def text(label: Label, *, mandatory: bool = False, gathers: bool = False) -> peewee.TextField[str]:
    """Several lines of text.

    :param gathers: whether the texts of two objects that become one belong together
    """
    field = peewee.TextField(default="", constraints=EMPTY_TEXT)
    return _described(field, Kind.TEXT, label, mandatory=mandatory, gathers=gathers)


def html(label: Label, *, mandatory: bool = False) -> peewee.TextField[str]:
    """Several lines of text that may hold markup: it is stored as it came."""
    field = peewee.TextField(default="", constraints=EMPTY_TEXT)
    return _described(field, Kind.HTML, label, mandatory=mandatory)


def duration(label: Label, *, read_only: bool = False) -> peewee.IntegerField[int | None]:
    """A time in seconds, or none."""
    return _described(peewee.IntegerField(null=True), Kind.DURATION, label, read_only=read_only)


def boolean(label: Label, *, read_only: bool = False) -> peewee.IntegerField[int]:
    """Yes or no, as 1 or 0."""
    field = peewee.IntegerField(default=0, constraints=FALSE)
    return _described(field, Kind.BOOLEAN, label, read_only=read_only)


def enum(
    label: Label,
    codes: Mapping[str, Localised],
    *,
    default: str = "",
    mandatory: bool = False,
    read_only: bool = False,
) -> peewee.CharField[str]:
    """One of some codes, each with a label."""
    field = peewee.CharField(default=default, constraints=EMPTY_TEXT)
    return _described(
        field,
        Kind.ENUM,
        label,
        values=dict(codes),
        default=default,
        mandatory=mandatory,
        read_only=read_only,
    )


def date(label: Label, *, read_only: bool = False) -> peewee.DateField[dt.date | None]:
    """A day."""
    return _described(peewee.DateField(null=True), Kind.DATE, label, read_only=read_only)


def datetime(label: Label, *, read_only: bool = False) -> peewee.DateTimeField[dt.datetime | None]:
    """A moment, in UTC without a zone, whole seconds."""
    field = peewee.DateTimeField(null=True, formats=["%Y-%m-%d %H:%M:%S"])
    return _described(field, Kind.DATETIME, label, read_only=read_only)


class KeyField(_ForeignKey):
    """A foreign key that children of its class inherit with the same target."""

    def bind(self, model: Any, name: str, set_attribute: bool = True) -> None:
        super().bind(model, name, set_attribute)
        # peewee would let the copy of a child of the class point to that child.
        self._is_self_reference = False


def key(
    target: Any,
    label: Label,
    *,
    on_delete: OnDelete = RESET,
    mandatory: bool = False,
    null: bool | None = None,
    hierarchical: bool = False,
) -> Any:
    """The id of another object.

    :param target: the model it points to; "self" is the one it is declared in
    :param on_delete: what happens to this object when that one is deleted
    :param null: whether the column may be empty; by default when it isn't mandatory
    :param hierarchical: whether the objects of this class form a tree by this key
    """
    field = KeyField(
        target,
        backref="+",
        on_delete=_IN_SQL[on_delete],
        # An import checks its references when it is complete: they may point forward.
        deferrable="INITIALLY IMMEDIATE",
        index=False,
        null=not mandatory if null is None else null,
    )
    return _described(
        field,
        Kind.KEY,
        label,
        mandatory=mandatory,
        hierarchical=hierarchical,
        # A key that may be empty is emptied, whatever was said.
        on_delete=on_delete if mandatory else RESET,
    )


def field_of(attribute: Attribute, target: Any = None, null: bool | None = None) -> Any:
    """The field of an attribute that a plugin described, with an index if it is a key.

    What the database gives to rows that are there already is the attribute's default.

    :param target: the model a key points to; "self" is the one it is declared in
    :param null: whether the column of a key may be empty; by default when it isn't mandatory
    """
    field: Any
    if attribute.kind is Kind.KEY:
        field = KeyField(
            target,
            backref="+",
            on_delete=_IN_SQL[attribute.on_delete or RESET],
            deferrable="INITIALLY IMMEDIATE",
            index=True,
            null=not attribute.mandatory if null is None else null,
        )
    elif attribute.kind is Kind.DATE:
        field = peewee.DateField(null=True)
    elif attribute.kind is Kind.DATETIME:
        field = peewee.DateTimeField(null=True, formats=["%Y-%m-%d %H:%M:%S"])
    elif attribute.kind in (Kind.INTEGER, Kind.DURATION):
        field = peewee.IntegerField(null=True)
    elif attribute.kind is Kind.BOOLEAN:
        number = int(attribute.default or 0)
        field = peewee.IntegerField(default=number, constraints=[peewee.SQL(f"DEFAULT {number}")])
    else:
        long = attribute.kind in (Kind.TEXT, Kind.HTML)
        quoted = "'" + attribute.default.replace("'", "''") + "'"
        field = (peewee.TextField if long else peewee.CharField)(
            default=attribute.default, constraints=[peewee.SQL(f"DEFAULT {quoted}")]
        )
    field.__dict__["attribute"] = attribute
    return field


@dataclass(frozen=True)
class Columnless:
    """An attribute without a column of its own: an external field, a log, a set, ..."""

    attribute: Attribute


def external(label: Label, path: str) -> Columnless:
    """The value of another object's attribute, read through a key: "org_id.name"."""
    via, _, target_attribute = path.partition(".")
    return Columnless(
        Attribute(
            "",
            Kind.EXTERNAL,
            label=Localised.of(*label),
            read_only=True,
            via=via,
            target_attribute=target_attribute,
        )
    )


def log(label: Label) -> Columnless:
    """A log; its entries are rows of `log_entry`."""
    return Columnless(Attribute("", Kind.LOG, label=Localised.of(*label)))


def image(label: Label) -> Columnless:
    """A picture; there is no place for it here."""
    return Columnless(Attribute("", Kind.IMAGE, label=Localised.of(*label), read_only=True))


def link_set(label: Label, path: str = "") -> Columnless:
    """The objects of a class whose key leads here: "Ticket.caller_id"; "": of no class here."""
    target, _, via = path.partition(".")
    return Columnless(
        Attribute("", Kind.SET, label=Localised.of(*label), read_only=True, target=target, via=via)
    )


def same_as(code: str, kind: Kind, label: Label) -> Columnless:
    """Another attribute's value under a second code."""
    return Columnless(Attribute("", kind, label=Localised.of(*label), column=code, read_only=True))
