"""Classes and attributes that plugins add: checked, then models beside those of this plugin.

Models exist once in a process, applications don't: a class that gets attributes in one application
is a model of its own there, made of the one that is for all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import peewee
from cti_oql.schema import Kind

from cti_host import Host
from cti_tickets.api_for_plugins import AddedAttributes, DataAttribute, DataClass, DataKind
from cti_tickets.model import fields as a
from cti_tickets.model.classes.people import Base
from cti_tickets.model.data_model import DataModel, built_in, class_name
from cti_tickets.model.extension_checks import Checks, Refused
from cti_tickets.model.schema import Attribute, OnDelete


@dataclass(frozen=True)
class _Added:
    """What a plugin adds to a class that is there."""

    plugin: str
    attribute: DataAttribute


@dataclass
class _Extended:
    """The models of an application while they are being made, by class."""

    models: dict[str, type[peewee.Model]]
    added: dict[str, list[_Added]] = field(default_factory=dict)


def data_model_of(host: Host) -> DataModel:
    """The data model of an application: this plugin's, and what other plugins add.

    What can't be added is reported to the host, with the plugin's name and a remedy, and left out.
    """
    classes: list[tuple[str, DataClass]] = _brought(host, "data_classes")
    extensions: list[tuple[str, AddedAttributes]] = _brought(host, "data_attributes")
    own = built_in()
    if not classes and not extensions:
        return own
    checks = Checks(own.schema)
    extended = _Extended({class_name(model): model for model in own.models})
    for plugin, cls in _in_order(classes):
        try:
            checks.check_class(plugin, cls)
        except Refused as refused:
            host.plugin_problem(plugin, str(refused), refused.remedy)
        else:
            extended.models[cls.name] = _new_model(extended.models, plugin, cls)
    for plugin, extension in extensions:
        for attribute in extension.attributes:
            try:
                checks.check_attribute(plugin, extension.class_name, attribute)
            except Refused as refused:
                host.plugin_problem(plugin, str(refused), refused.remedy)
            else:
                added = _Added(plugin, attribute)
                extended.added.setdefault(extension.class_name, []).append(added)
    for name, model in list(extended.models.items()):
        extra = [one for above in _lineage(model) for one in extended.added.get(above, ())]
        if extra:
            extended.models[name] = _with_attributes(extended.models, name, model, extra)
    return DataModel(list(extended.models.values()))


def _brought(host: Host, hook: str) -> list[tuple[str, Any]]:
    """What each plugin returned from a set-up hook of this one, with the plugin's name."""
    return [(plugin, item) for plugin, items in host.hooks.set_up(hook) for item in items]


def _in_order(classes: Sequence[tuple[str, DataClass]]) -> list[tuple[str, DataClass]]:
    """Classes after those that they are children of or have keys to, as far as that goes."""
    waiting = list(classes)
    names = {cls.name for _plugin, cls in waiting}
    ordered: list[tuple[str, DataClass]] = []
    while waiting:
        done = {cls.name for _plugin, cls in ordered}
        # In a circle nobody is free: the checks will say so.
        free = next((item for item in waiting if _needs(item[1], names) <= done), waiting[0])
        waiting.remove(free)
        ordered.append(free)
    return ordered


def _needs(cls: DataClass, names: set[str]) -> set[str]:
    """The classes among some that have to be there before this one."""
    return {cls.parent, *(one.target for one in cls.attributes)} & names - {cls.name}


def _new_model(
    models: dict[str, type[peewee.Model]], plugin: str, cls: DataClass
) -> type[peewee.Model]:
    parent: Any = models.get(cls.parent, Base)
    table = parent._meta.table_name if cls.parent else f"data_{_snake(cls.name)}"
    form = [*cls.form] or [one.code for one in cls.attributes]
    if cls.parent and not cls.form:
        # The parent's form and what is added to it; everything, if the parent doesn't say.
        form = [*parent.about.form, *form] if parent.about.form else []
    about = a.ClassInfo(
        cls.label,
        abstract=cls.abstract,
        friendlyname=tuple(cls.friendlyname),
        order=cls.order,
        form=tuple(form),
        friendlyname_separator=cls.friendlyname_separator,
        reconciliation=tuple(cls.reconciliation),
        obsolete=parent.about.obsolete if cls.parent else None,
    )
    members: dict[str, Any] = {"about": about}
    for one in cls.attributes:
        # In a table that is there, or shared with other classes, a key may always be empty.
        members |= _members(models, cls.name, one, null=True if cls.parent else None)
    return _model(parent, cls.name, plugin, table, members)


def _with_attributes(
    models: dict[str, type[peewee.Model]], name: str, model: Any, added: Sequence[_Added]
) -> type[peewee.Model]:
    # What must be filled in has to be on the form of a new object; where a form has everything,
    # because the class doesn't say what is on it, it is there by itself.
    demanded = [one.attribute.code for one in added if one.attribute.mandatory]
    form = (*model.about.form, *demanded) if model.about.form else ()
    members: dict[str, Any] = {"extended": replace(model.about, form=form)}
    for one in added:
        members |= _members(models, name, one.attribute, null=True)
    return _model(model, name, added[0].plugin, model._meta.table_name, members)


def _model(
    parent: Any, name: str, plugin: str, table: str, members: dict[str, Any]
) -> type[peewee.Model]:
    members |= {
        "class_name": name,
        # What stands for the module: such tables are made as they are missing, not by migrations.
        "__module__": f"data.{plugin}",
        "Meta": type("Meta", (), {"table_name": table}),
    }
    made: type[peewee.Model] = type(parent)(name, (parent,), members)
    return made


def _members(
    models: dict[str, type[peewee.Model]], owner: str, one: DataAttribute, null: bool | None
) -> dict[str, Any]:
    """The field of an attribute, and what belongs to it, by their names in the model."""
    if one.kind is DataKind.EXTERNAL:
        via, _, code = one.path.partition(".")
        described = replace(_description(one), read_only=True, via=via, target_attribute=code)
        return {one.code: a.Columnless(described)}
    description = _description(one)
    if one.kind is DataKind.KEY:
        target: Any = "self" if one.target == owner else models[one.target]
        return {one.code.removesuffix("_id"): a.field_of(description, target, null)}
    found: dict[str, Any] = {one.code: a.field_of(description)}
    if one.kind is DataKind.PHONE:
        found[f"{one.code}_e164"] = peewee.CharField(null=True, index=True)
    return found


def _description(one: DataAttribute) -> Attribute:
    return Attribute(
        "",
        Kind(one.kind),
        label=one.label,
        mandatory=one.mandatory,
        read_only=one.read_only,
        default=one.default,
        depends_on=one.depends_on,
        values=dict(one.values),
        on_delete=(OnDelete(one.on_delete) if one.mandatory else OnDelete.RESET)
        if one.kind is DataKind.KEY
        else None,
    )


def _lineage(model: Any) -> list[str]:
    """The classes from the root down to a model, itself included."""
    return [class_name(cls) for cls in reversed(model.__mro__) if "about" in vars(cls)]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
