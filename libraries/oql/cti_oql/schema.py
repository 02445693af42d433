"""The classes as data: what forms, lists, OQL, import and the pages are made from.

Nothing here knows how rows are stored beyond table and column names; `models` derives a schema
from the peewee models, which are the single source of truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeVar


class Label(Protocol):
    """A text for people; `str()` gives it in the language of whoever reads."""

    def __str__(self) -> str: ...

    def in_language(self, language: str) -> str:
        """The text in a language ("fr")."""


class OnDelete(StrEnum):
    """What happens to an object when the object behind one of its keys is deleted."""

    RESET = "reset"  # the key is emptied
    MANUAL = "manual"  # refused while there are such objects
    AUTO = "auto"  # it is deleted too


class Kind(StrEnum):
    """What an attribute holds; it decides the column, the form field and how OQL compares it."""

    STRING = "string"  # one line, at most 255 characters
    TEXT = "text"  # several lines
    HTML = "html"  # several lines that may hold harmless markup; compared with it
    EMAIL = "email"
    PHONE = "phone"  # one line as typed, plus an indexed column with its E.164 form
    ENUM = "enum"
    KEY = "key"  # the id of an object of `target`; NULL in the table, 0 in OQL: no object
    DATE = "date"
    DATETIME = "datetime"  # UTC
    INTEGER = "integer"  # NULL in the table and in OQL: none
    DURATION = "duration"  # seconds; NULL in the table and in OQL: none
    BOOLEAN = "boolean"  # 1 or 0 in the table and in OQL
    LOG = "log"  # entries are only ever added
    EXTERNAL = "external"  # read-only: `target_attribute` of the object behind the key `via`
    IMAGE = "image"  # no place in OQL
    SET = "set"  # the objects whose key `via` leads here; no column, no place in OQL


@dataclass(frozen=True)
class Attribute:
    """One attribute of a class.

    `column` is its column in the class's table ("" for an external field, which has none, and for
    a log, whose entries have a table of their own); an attribute with the column of another one
    shows the same value under a second code. `number_column` is the indexed column with the
    `Number.key` of a phone attribute. `values` are the codes of an enum with their labels.
    `target` is the class a key points to; a `hierarchical` key points to its own class, and
    `on_delete` is what happens to the object when the one behind the key is deleted. A set has
    the objects of `target` whose key `via` leads to this one; without `target` they are of a
    class that isn't kept here. `indexed` tells that the folded text of the column has an index.
    """

    code: str
    kind: Kind
    label: Label
    column: str = ""
    mandatory: bool = False
    read_only: bool = False
    default: str = ""
    values: Mapping[str, Label] = field(default_factory=dict)
    target: str = ""
    hierarchical: bool = False
    number_column: str = ""
    via: str = ""
    target_attribute: str = ""
    indexed: bool = False
    on_delete: OnDelete | None = None

    @property
    def stored(self) -> bool:
        """Whether it has a column, and one of its own."""
        return self.column != "" and self.column == self.code

    @property
    def storable(self) -> bool:
        """Whether a value can be given for it: not for external fields, images and sets."""
        return self.kind not in (Kind.EXTERNAL, Kind.IMAGE, Kind.SET)

    @property
    def max_length(self) -> int | None:
        """The most characters a value may have, where there is a limit."""
        return 255 if self.kind in (Kind.STRING, Kind.EMAIL, Kind.PHONE) else None


@dataclass(frozen=True)
class ClassDef:
    """One class: where its rows are, and its attributes, inherited ones included.

    All classes under one root share the root's `table`; the column `finalclass` tells them apart
    where the root has children. `friendlyname` names the attributes ("<key>_friendlyname" among
    them) whose values, joined by `friendlyname_separator`, name an object. `order` is the
    attribute lists are sorted by; with a leading "-" descending. `reconciliation` are the codes by
    which other programs recognise an object. An object whose attribute `obsolete[0]` has the value
    `obsolete[1]` is obsolete; without `obsolete` none ever is. Of a class with `few` a site has
    some hundreds of objects at most, so that queries may look at all.
    """

    name: str
    label: Label
    table: str
    parent: str = ""
    abstract: bool = False
    polymorphic: bool = False
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    friendlyname: tuple[str, ...] = ("name",)
    order: str = "friendlyname"
    friendlyname_separator: str = " "
    reconciliation: tuple[str, ...] = ()
    obsolete: tuple[str, str] | None = None
    few: bool = False


class UnknownClass(KeyError):
    """There is no class of that name."""


C = TypeVar("C", bound=ClassDef, covariant=True)


class SchemaOf(Generic[C]):
    """All classes, by name."""

    def __init__(self, classes: Mapping[str, C]) -> None:
        self.classes: Mapping[str, C] = dict(classes)

    def __contains__(self, name: object) -> bool:
        return name in self.classes

    def __iter__(self) -> Iterator[C]:
        return iter(self.classes.values())

    def __getitem__(self, name: str) -> C:
        """The class of that name.

        :raises UnknownClass: there is none
        """
        try:
            return self.classes[name]
        except KeyError:
            raise UnknownClass(name) from None

    def ancestors(self, name: str) -> list[str]:
        """The class itself and its parents, nearest first."""
        found = []
        while name:
            found.append(name)
            name = self[name].parent
        return found

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether a class is another one or a descendant of it."""
        return ancestor in self.ancestors(name)

    def concrete(self, name: str) -> list[str]:
        """The classes under this one, itself included, that objects can have."""
        return [c.name for c in self if not c.abstract and self.is_a(c.name, name)]


Schema = SchemaOf[ClassDef]
