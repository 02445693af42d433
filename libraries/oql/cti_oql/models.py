"""Classes for queries, made of peewee models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import peewee

from cti_oql.schema import Attribute, ClassDef, Kind, Schema

# By how the database holds a field: so what an application derives from one counts as that one.
_KINDS = {
    "VARCHAR": Kind.STRING,
    "CHAR": Kind.STRING,
    "TEXT": Kind.TEXT,
    "INT": Kind.INTEGER,
    "BIGINT": Kind.INTEGER,
    "SMALLINT": Kind.INTEGER,
    "BOOL": Kind.BOOLEAN,
    "DATE": Kind.DATE,
    "DATETIME": Kind.DATETIME,
}
_NUMBERS = ("INT", "BIGINT", "SMALLINT", "AUTO", "BIGAUTO")
_TEXTS = (Kind.STRING, Kind.TEXT)


class UnsuitableModel(ValueError):
    """A model can't be a class for queries; the message says why."""


def schema_of(models: Iterable[type[peewee.Model] | ClassDef]) -> Schema:
    """The schema of some models.

    :param models: for each class its model, or what `class_of` made of it
    :raises UnsuitableModel: one of them can't be a class
    """
    classes = [model if isinstance(model, ClassDef) else class_of(model) for model in models]
    return Schema({each.name: each for each in classes})


def class_of(
    model: type[peewee.Model],
    *,
    friendlyname: tuple[str, ...] = (),
    friendlyname_separator: str = " ",
    order: str = "friendlyname",
    obsolete: tuple[str, str] | None = None,
    indexed: tuple[str, ...] = (),
    few: bool = False,
) -> ClassDef:
    """The class of a model: it has the name of the model, and of its fields an attribute each.

    The code of an attribute is the name of its column. A foreign key is a key (to its own class: a
    hierarchy), a text field with `choices` an enum, and a text, integer, boolean, date or moment
    is what it looks like; moments are stored in UTC. Fields of other types have no place in a
    query and are left out.

    :param friendlyname: the attributes that name an object; by default `name`, else the first text
    :param friendlyname_separator: what stands between their values
    :param order: the attribute that objects are sorted by, "-created" for the latest first
    :param obsolete: ("status", "inactive") for objects that are out of use in that state
    :param indexed: the text attributes that have an index of `cti_fold(…)`
    :param few: whether there are some hundreds of objects at most
    :raises UnsuitableModel: its primary key is not an integer in the column `id`, or an option
        names an attribute that it doesn't have
    """
    name, meta = model.__name__, _meta(model)
    key = meta.primary_key
    if not key or getattr(key, "column_name", "") != "id" or key.field_type not in _NUMBERS:
        raise UnsuitableModel(f"{name} needs an integer as primary key, in a column called id")
    attributes = {each.code: each for each in _attributes(model, indexed)}
    named = [*friendlyname, order.removeprefix("-"), *indexed, *(obsolete or ())[:1]]
    for code in named:
        if code not in attributes and code not in ("id", "friendlyname"):
            raise UnsuitableModel(f"{name} has no attribute {code}; it has {', '.join(attributes)}")
    return ClassDef(
        name,
        meta.table_name,
        attributes=attributes,
        friendlyname=friendlyname or _friendlyname(attributes),
        friendlyname_separator=friendlyname_separator,
        order=order,
        obsolete=obsolete,
        few=few,
    )


def _attributes(model: type[peewee.Model], indexed: tuple[str, ...]) -> Iterator[Attribute]:
    for field in _meta(model).sorted_fields:
        code, mandatory = field.column_name, not field.null
        if field.primary_key:
            continue
        if isinstance(field, peewee.ForeignKeyField):
            target: Any = field.rel_model
            if field.rel_field is _meta(target).primary_key:
                yield Attribute(
                    code,
                    Kind.KEY,
                    code,
                    mandatory=mandatory,
                    target=target.__name__,
                    hierarchical=target is model,
                )
            continue
        kind = _KINDS.get(field.field_type)
        if kind is None:
            continue
        values: tuple[str, ...] = ()
        if kind in _TEXTS and field.choices:
            kind, values = Kind.ENUM, tuple(value for value, _label in field.choices)
        yield Attribute(
            code,
            kind,
            code,
            mandatory=mandatory,
            values=values,
            indexed=code in indexed,
            truth=kind is Kind.BOOLEAN,
        )


def _friendlyname(attributes: Mapping[str, Attribute]) -> tuple[str, ...]:
    texts = [code for code, attribute in attributes.items() if attribute.kind in _TEXTS]
    return ("name",) if "name" in texts else tuple(texts[:1]) or ("id",)


def _meta(model: Any) -> Any:
    return model._meta
