"""The classes that queries can name, as data.

Nothing here knows how rows are stored beyond table and column names. `schema_of` makes a schema of
peewee models; an application with a richer model of its data derives classes of its own from
`ClassDef` and `Attribute`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar


class Kind(StrEnum):
    """What an attribute holds; it decides how queries compare it."""

    STRING = "string"  # one line
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
    BOOLEAN = "boolean"  # 1 or 0 in OQL
    LOG = "log"  # entries are only ever added
    EXTERNAL = "external"  # read-only: `target_attribute` of the object behind the key `via`
    IMAGE = "image"  # no place in OQL
    SET = "set"  # the objects whose key `via` leads here; no column, no place in OQL


@dataclass(frozen=True)
class Attribute:
    """One attribute of a class, as queries know it.

    `column` is its column in the class's table ("" for an external field, which has none, and
    for a log, whose entries have a table of their own); an attribute with the column of another
    one shows the same value under a second code. `number_column` is the indexed column with the
    number of a phone attribute, in the form of `PhoneNumber.number_keys`. `mandatory` says of a
    key or an enum that it is never empty. `values` are the codes of an enum. `target` is the
    class a key points to; a `hierarchical` key points to its own class. A set has the objects
    of `target` whose key `via` leads to this one; without `target` they are of a class that
    isn't kept here. `indexed` tells that the folded text of the column has an index. A boolean
    is `truth` where its column is of the database's own type for that, and not 1 or 0.
    """

    code: str
    kind: Kind
    column: str = ""
    mandatory: bool = False
    values: Collection[str] = ()
    target: str = ""
    hierarchical: bool = False
    number_column: str = ""
    via: str = ""
    target_attribute: str = ""
    indexed: bool = False
    truth: bool = False


@dataclass(frozen=True)
class ClassDef:
    """One class: where its rows are, and its attributes, inherited ones included.

    All classes under one root share the root's `table`; the column `finalclass` tells them apart
    where the root has children, which makes them `polymorphic`. Of an `abstract` class there are
    only objects of its children. `friendlyname` names the attributes ("<key>_friendlyname" among
    them) whose values, joined by `friendlyname_separator`, name an object. `order` is the
    attribute that objects are sorted by; with a leading "-" descending. An object whose attribute
    `obsolete[0]` has the value `obsolete[1]` is obsolete; without `obsolete` none ever is. Of a
    class with `few` there are some hundreds of objects at most, so that queries may look at all.
    """

    name: str
    table: str
    parent: str = ""
    abstract: bool = False
    polymorphic: bool = False
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    friendlyname: tuple[str, ...] = ("name",)
    order: str = "friendlyname"
    friendlyname_separator: str = " "
    obsolete: tuple[str, str] | None = None
    few: bool = False


class UnknownClass(KeyError):
    """There is no class of that name."""


C = TypeVar("C", bound=ClassDef, covariant=True)


class SchemaOf(Generic[C]):
    """All classes, by name. They stay as they are: who is above and below whom is kept."""

    def __init__(self, classes: Mapping[str, C]) -> None:
        self.classes: Mapping[str, C] = dict(classes)
        self._above: dict[str, tuple[str, ...]] = {}
        self._below: dict[str, tuple[str, ...]] = {}

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
        return [*self._ancestors(name)]

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether a class is another one or a descendant of it."""
        return ancestor in self._ancestors(name)

    def concrete(self, name: str) -> list[str]:
        """The classes under this one, itself included, that objects can have."""
        found = self._below.get(name)
        if found is None:
            found = tuple(c.name for c in self if not c.abstract and self.is_a(c.name, name))
            if name in self:  # of what anybody asks for, nothing is kept
                self._below[name] = found
        return [*found]

    def _ancestors(self, name: str) -> tuple[str, ...]:
        found = self._above.get(name)
        if found is None:
            names = []
            above = name
            while above:
                names.append(above)
                above = self[above].parent
            found = self._above[name] = tuple(names)
        return found


Schema = SchemaOf[ClassDef]
