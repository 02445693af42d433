"""The kinds of objects that the search shows in groups, made from the data model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cti_oql.schema import Kind

from cti_tickets.model.list_plan import columns_of, named_alike
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.store.name_search import name_columns
from cti_tickets.store.records import FRIENDLYNAME, SUFFIX

TICKET = "Ticket"
_SHOWN = (Kind.STRING, Kind.ENUM, Kind.KEY, Kind.EXTERNAL)
_MOST_SHOWN = 4


@dataclass(frozen=True)
class FoundKind:
    """A class whose objects are a group of what is found.

    :param names: the columns of its names
    :param texts: other columns that are looked through by their words
    :param emails: those of e-mail addresses
    :param shown: what tells objects apart
    """

    cls: ClassDef
    names: tuple[str, ...]
    texts: tuple[str, ...]
    emails: tuple[str, ...]
    has_numbers: bool
    shown: tuple[Attribute, ...]

    @property
    def codes(self) -> list[str]:
        """What is read of an object, to show it."""
        codes = [a.code + (SUFFIX if a.kind is Kind.KEY else "") for a in self.shown]
        return [FRIENDLYNAME, *codes]


def found_kinds(schema: Schema, caller_class: str) -> list[FoundKind]:
    """The kinds of a data model: whoever calls first, then tickets, then as the model has them."""
    kinds = [kind for cls in _groups(schema) if (kind := kind_of(schema, cls)) is not None]

    def place(kind: FoundKind) -> int:
        if schema.is_a(kind.cls.name, caller_class) or schema.is_a(caller_class, kind.cls.name):
            return 0
        return 1 if schema.is_a(kind.cls.name, TICKET) else 2

    return sorted(kinds, key=place)


def _groups(schema: Schema) -> Iterator[ClassDef]:
    """The classes whose objects are named alike, as far up as that goes."""
    for cls in schema:
        above = [schema[name] for name in schema.ancestors(cls.name)[1:]]
        if not schema.concrete(cls.name) or not named_alike(schema, cls):
            continue
        if not any(named_alike(schema, one) for one in above):
            yield cls


def kind_of(schema: Schema, cls: ClassDef) -> FoundKind | None:
    """What is looked through of a class; `None`: its objects have no names of their own."""
    own = [schema[name] for name in schema.concrete(cls.name)]
    named = [kind.attributes.get(code) for kind in own for code in kind.friendlyname]
    kinds = (Kind.STRING, Kind.TEXT, Kind.EMAIL)
    if not named or not all(a and a.stored and a.kind in kinds for a in named):
        return None
    attributes = cls.attributes
    emails = tuple(a.column for a in attributes.values() if a.kind is Kind.EMAIL and a.stored)
    texts = ("title",) if "title" in attributes and "title" not in cls.friendlyname else ()
    obsolete = cls.obsolete[0] if cls.obsolete and not schema.is_a(cls.name, TICKET) else ""
    codes = [c for c in columns_of(schema, cls) if c in attributes and c != obsolete]
    shown = [attributes[c] for c in codes if c not in cls.friendlyname]
    shown = [a for a in shown if a.kind in _SHOWN][:_MOST_SHOWN]
    return FoundKind(
        cls,
        tuple(name_columns(schema, cls)),
        texts,
        emails,
        any(a.number_column for kind in own for a in kind.attributes.values()),
        tuple(shown),
    )
