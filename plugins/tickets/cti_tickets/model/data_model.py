"""The schema, made from the models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import peewee
from cti_oql.schema import Kind
from flask import current_app, has_app_context

from cti_tickets.model.classes.registry import MODELS
from cti_tickets.model.fields import ClassInfo, Columnless
from cti_tickets.model.lifecycles.changes import CHANGE_LIFE_CYCLES
from cti_tickets.model.lifecycles.requests import LIFE_CYCLES
from cti_tickets.model.schema import Attribute, ClassDef, Schema

_LIFE_CYCLES = {**LIFE_CYCLES, **CHANGE_LIFE_CYCLES}


# Where an application keeps its data model, among its extensions.
EXTENSION = "cti_tickets"


class DataModel:
    """Models, and the schema made of them.

    :param models: in the order in which their tables depend on each other, parents first
    """

    def __init__(self, models: Sequence[type[peewee.Model]]) -> None:
        self.models = list(models)
        self.schema = schema_of(models)
        self._by_name = {class_name(model): model for model in models if _info(model)}
        # Each table once, and the columns that the objects of each class fill, the id first.
        self.tables = tuple(dict.fromkeys(definition.table for definition in self.schema))
        self.columns = {definition.name: _columns(definition) for definition in self.schema}

    def model(self, name: str) -> type[peewee.Model]:
        """The model behind a class.

        :raises KeyError: there is none
        """
        return self._by_name[name]


@cache
def built_in() -> DataModel:
    """The data model of this plugin alone."""
    return DataModel(MODELS)


def current() -> DataModel:
    """The data model of the current application, which may have classes of other plugins."""
    found = current_app.extensions.get(EXTENSION) if has_app_context() else None
    return found if isinstance(found, DataModel) else built_in()


def schema() -> Schema:
    """The schema of the current application; see `current`."""
    return current().schema


def model_of(name: str) -> type[peewee.Model]:
    """The model behind a class of the current application.

    :raises KeyError: there is none
    """
    return current().model(name)


def schema_of(models: Iterable[type[peewee.Model]]) -> Schema:
    """The schema of some models; those that don't say what they are about have no class in it.

    :param models: parents before their children; `about`, on the class itself, describes each
    """
    described = {model: info for model in models if (info := _info(model))}
    return Schema({class_name(model): _class(model, info) for model, info in described.items()})


def class_name(model: type[peewee.Model]) -> str:
    """The name of a model's class: the Python one, unless the model gives another."""
    return str(vars(model).get("class_name", model.__name__))


def _info(model: type[peewee.Model]) -> ClassInfo | None:
    """What a model says of its class; one that only adds to another says it in `extended`."""
    about: ClassInfo | None = vars(model).get("about") or vars(model).get("extended")
    return about


def _columns(definition: ClassDef) -> tuple[str, ...]:
    own = [a for a in definition.attributes.values() if a.stored]
    extra = ["finalclass"] if definition.polymorphic else []
    numbered = [a.number_column for a in own if a.number_column]
    return ("id", *extra, *(a.column for a in own), *numbered)


def _class(model: type[peewee.Model], info: ClassInfo) -> ClassDef:
    lineage = _lineage(model)
    return ClassDef(
        name=class_name(model),
        label=info.label,
        table=_meta(lineage[0]).table_name,
        parent=class_name(lineage[-2]) if len(lineage) > 1 else "",
        abstract=info.abstract,
        polymorphic="finalclass" in _meta(model).fields,
        attributes={attribute.code: attribute for attribute in _attributes(model)},
        friendlyname=info.friendlyname,
        order=info.order,
        form=info.form,
        friendlyname_separator=info.friendlyname_separator,
        reconciliation=info.reconciliation,
        obsolete=info.obsolete,
        few=info.few,
        organization_column=info.organization_column,
        lifecycle=next(
            (_LIFE_CYCLES[n] for n in map(class_name, reversed(lineage)) if n in _LIFE_CYCLES), None
        ),
    )


def _lineage(model: type[peewee.Model]) -> list[Any]:
    """The described classes from the root down to the model."""
    return [cls for cls in reversed(model.__mro__) if "about" in vars(cls)]


def _attributes(model: type[peewee.Model]) -> Iterator[Attribute]:
    # Parents come first, also those that only share attributes, and an attribute that a child
    # describes anew stays where it was.
    lineage = [cls for cls in reversed(model.__mro__) if hasattr(cls, "_meta")]
    names = dict.fromkeys(name for cls in lineage for name in _declared(cls))
    fields = _meta(model).fields
    for name in names:
        if name in fields:
            yield _of_field(fields[name], fields)
        else:
            declared = next(vars(cls)[name] for cls in reversed(lineage) if name in vars(cls))
            yield replace(declared.attribute, code=name)


def _declared(cls: Any) -> Iterator[str]:
    # peewee appends what a class inherits to what it declares, so a child names the parents'
    # fields again; the parents have put them in their places already.
    fields = _meta(cls).fields
    for name, value in vars(cls).items():
        if isinstance(value, Columnless) or (name in fields and "attribute" in vars(fields[name])):
            yield name


def _of_field(field: Any, fields: dict[str, Any]) -> Attribute:
    described: Attribute = field.attribute
    column = field.column_name
    attribute = replace(described, code=column, column=column)
    if described.kind is Kind.KEY:
        return replace(attribute, target=class_name(field.rel_model))
    if described.kind is Kind.PHONE:
        return replace(attribute, number_column=fields[f"{field.name}_e164"].column_name)
    return attribute


def _meta(model: Any) -> Any:
    return model._meta
