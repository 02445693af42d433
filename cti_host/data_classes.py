"""How a plugin describes classes and attributes that it adds to the data model.

The host only hands these on: the plugin that keeps the data makes tables, forms and queries of
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from cti_host.localised import Localised


class DataKind(StrEnum):
    """What an attribute holds."""

    STRING = "string"  # one line, at most 255 characters
    TEXT = "text"  # several lines
    HTML = "html"  # several lines that may hold harmless markup
    EMAIL = "email"
    PHONE = "phone"  # a number as typed; found however it is written
    ENUM = "enum"  # one of `values`
    KEY = "key"  # the id of an object of the class `target`
    EXTERNAL = "external"  # read-only: an attribute of the object behind a key, see `path`
    DATE = "date"
    DATETIME = "datetime"  # UTC
    INTEGER = "integer"
    DURATION = "duration"  # seconds
    BOOLEAN = "boolean"


class OnDelete(StrEnum):
    """What happens to an object when the object behind one of its keys is deleted."""

    RESET = "reset"  # the key is emptied; the only possibility of a key that may be empty
    MANUAL = "manual"  # refused while there are such objects
    AUTO = "auto"  # it is deleted too


@dataclass(frozen=True)
class DataAttribute:
    """An attribute of a class.

    `code` names it in queries, imports and the database: small letters, digits and "_"; that of a
    key ends in "_id". `values` are the codes of an enum with their labels, `default` is what a new
    object has ("1" for a boolean that is true). `path` says where an external field comes from:
    "org_id.name" is the name of the object behind the key `org_id`.
    """

    code: str
    kind: DataKind
    label: Localised
    mandatory: bool = False
    read_only: bool = False
    default: str = ""
    values: Mapping[str, Localised] = field(default_factory=dict)
    target: str = ""
    on_delete: OnDelete = OnDelete.RESET
    path: str = ""


@dataclass(frozen=True)
class DataClass:
    """A class of objects.

    `name` is what queries call it ("Contract"). With a `parent` that may have children ("Contact",
    "Ticket" and those below them) its objects are found wherever the parent's are. The values of
    `friendlyname`, joined by the separator, name an object; `order` is the attribute lists are
    sorted by, with a leading "-" descending; `form` are the attributes of its form in order, by
    default all.
    """

    name: str
    label: Localised
    attributes: Sequence[DataAttribute]
    parent: str = ""
    abstract: bool = False
    friendlyname: Sequence[str] = ("name",)
    friendlyname_separator: str = " "
    order: str = "friendlyname"
    form: Sequence[str] = ()
    reconciliation: Sequence[str] = ()


@dataclass(frozen=True)
class AddedAttributes:
    """Attributes that a plugin adds to a class that is there already, and to those below it."""

    class_name: str
    attributes: Sequence[DataAttribute]
