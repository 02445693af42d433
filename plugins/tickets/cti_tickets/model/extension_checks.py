"""Whether what a plugin adds to the data model can be added; every refusal is here."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

import peewee
from cti_oql.schema import Kind
from flask_wtf import FlaskForm

from cti_tickets.api_for_plugins import DataAttribute, DataClass, DataKind
from cti_tickets.model.schema import Schema

# Names that queries, forms and imports give a meaning of their own.
_TAKEN = {
    "id",
    "friendlyname",
    "finalclass",
    "obsolescence_flag",
    "csrf_token",
    "version",
    "creation_key",
    "next",
    "class_name",
    "about",
    "extended",
    *dir(FlaskForm),
    *dir(peewee.Model),
}
_DERIVED = ("_friendlyname", "_obsolescence_flag", "_finalclass_recall", "_e164")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,49}", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,49}", re.ASCII)
# Kinds whose columns look the same, so that children of one class may share one.
_TEXTS = {Kind.STRING, Kind.EMAIL, Kind.PHONE, Kind.ENUM}
_LONG = {Kind.TEXT, Kind.HTML}
_NUMBERS = {Kind.INTEGER, Kind.DURATION}
# Classes whose objects belong to others by links, or by what these provide; see store.fitting.
_RELATED = {("Person", "Team"), ("Team", "Service")}


class Refused(ValueError):
    """Why something can't be added, and what to do instead."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class Checks:
    """Knows what there is, and what was added so far."""

    def __init__(self, schema: Schema) -> None:
        self._kinds = {
            cls.name: {code: a.kind for code, a in cls.attributes.items()} for cls in schema
        }
        self._targets = {
            (cls.name, code): a.target for cls in schema for code, a in cls.attributes.items()
        }
        self._parents = {cls.name: cls.parent for cls in schema}
        self._polymorphic = {cls.name for cls in schema if cls.polymorphic}
        self._demanded = {
            cls.name: {
                code
                for code, a in cls.attributes.items()
                if a.mandatory and a.storable and not a.read_only and not a.default
            }
            for cls in schema
        }
        self._owners: dict[str, str] = {}

    def check_class(self, plugin: str, cls: DataClass) -> None:
        """Take note of a class.

        :raises Refused: it can't be added
        """
        where = f"class {cls.name}"
        if not _NAME.fullmatch(cls.name) or keyword.iskeyword(cls.name):
            raise Refused(
                f"{cls.name!r} is no name of a class", "letters and digits, such as Contract"
            )
        if cls.name in self._parents:
            owner = self._owners.get(cls.name)
            by = f" from the plugin {owner}" if owner else ""
            raise Refused(
                f"there is a class {cls.name} already{by}",
                "give it another name, or add attributes with data_attributes",
            )
        if cls.parent and cls.parent not in self._parents:
            raise Refused(f"{where}: there is no class {cls.parent} above it", self._known())
        if cls.parent and cls.parent not in self._polymorphic:
            possible = ", ".join(sorted(self._polymorphic))
            raise Refused(f"{where}: {cls.parent} can't have children", f"possible: {possible}")
        if not cls.label:
            raise Refused(f"{where} has no label", 'Localised.of("Contract", "Contrat")')
        self._parents[cls.name] = cls.parent
        self._kinds[cls.name] = dict(self._kinds.get(cls.parent, {}))
        self._demanded[cls.name] = set(self._demanded.get(cls.parent, ()))
        try:
            # Keys first: external fields lead over them.
            for one in sorted(cls.attributes, key=lambda one: one.kind is DataKind.EXTERNAL):
                self._check(cls.name, one)
            for one in cls.attributes:
                self._check_dependence(cls.name, one)
            self._check_names(cls, where)
        except Refused:
            del self._parents[cls.name], self._kinds[cls.name], self._demanded[cls.name]
            raise
        if cls.parent:
            self._polymorphic.add(cls.name)
        self._owners[cls.name] = plugin

    def check_attribute(self, plugin: str, class_name: str, one: DataAttribute) -> None:
        """Take note of an attribute that is added to a class.

        :raises Refused: it can't be added
        """
        if class_name not in self._parents:
            raise Refused(f"there is no class {class_name} to add {one.code!r} to", self._known())
        self._check(class_name, one)
        self._check_dependence(class_name, one)
        self._owners[f"{class_name}.{one.code}"] = plugin
        for name in self._below(class_name):
            self._kinds[name][one.code] = Kind(one.kind)

    def _check(self, class_name: str, one: DataAttribute) -> None:
        where = f"{class_name}.{one.code}"
        self._check_code(where, one)
        holders = [class_name, *self._below(class_name)]
        if any(one.code in self._kinds[name] for name in holders):
            owner = self._owners.get(where)
            by = f" from the plugin {owner}" if owner else ""
            raise Refused(
                f"{where}: there is such an attribute already{by}", "give it another code"
            )
        self._check_column(where, class_name, one)
        if not one.label:
            raise Refused(f"{where} has no label", 'Localised.of("Start", "Début")')
        if one.kind is DataKind.KEY:
            if one.target not in self._parents:
                raise Refused(
                    f"{where}: there is no class {one.target!r} for the key to lead to",
                    f"{self._known()}; classes whose keys lead in a circle need data_attributes",
                )
            self._targets[class_name, one.code] = one.target
        elif one.kind is DataKind.EXTERNAL:
            self._check_path(where, class_name, one)
        self._check_values(where, one)
        self._kinds[class_name][one.code] = Kind(one.kind)
        if one.mandatory and not one.default and one.kind is not DataKind.EXTERNAL:
            if one.read_only:
                raise Refused(
                    f"{where} is mandatory, but nobody can fill it in: it is read-only",
                    "give it a default, or leave mandatory out",
                )
            self._demanded[class_name].add(one.code)

    def _check_code(self, where: str, one: DataAttribute) -> None:
        code = one.code
        taken = {code, code.removesuffix("_id")} if one.kind is DataKind.KEY else {code}
        if not _CODE.fullmatch(code) or keyword.iskeyword(code):
            raise Refused(
                f"{where}: {code!r} is no code of an attribute",
                "small letters, digits and _, such as end_date",
            )
        if taken & _TAKEN or code.endswith(_DERIVED):
            raise Refused(f"{where}: the name {code!r} has a meaning already", "choose another")
        if (one.kind is DataKind.KEY) != code.endswith("_id"):
            raise Refused(f"{where}: keys, and only keys, end in _id", "such as org_id")

    def _check_column(self, where: str, class_name: str, one: DataAttribute) -> None:
        """Classes under one root share a table: what stands in a column there must be alike."""
        root = self._root(class_name)
        for name in [name for name in self._parents if self._root(name) == root]:
            other = self._kinds.get(name, {}).get(one.code)
            same_target = one.kind is not DataKind.KEY or self._root(
                self._target(name, one.code)
            ) == self._root(one.target)
            if other is not None and not (_alike(other, Kind(one.kind)) and same_target):
                raise Refused(
                    f"{where}: {name} has an attribute of that code and another kind, in the same "
                    "table",
                    "give it another code",
                )

    def _check_path(self, where: str, class_name: str, one: DataAttribute) -> None:
        via, dot, code = one.path.partition(".")
        if not dot or self._kinds[class_name].get(via) is not Kind.KEY:
            raise Refused(
                f"{where}: the path {one.path!r} begins with no key", "such as org_id.name"
            )
        target = self._target(class_name, via)
        if code not in self._kinds.get(target, {}):
            raise Refused(f"{where}: {target} has no attribute {code!r}")

    def _check_dependence(self, class_name: str, one: DataAttribute) -> None:
        """A key fits another one if what it leads to leads to what is behind that."""
        on, where = one.depends_on, f"{class_name}.{one.code}"
        if not on:
            return
        keys = [code for code, kind in self._kinds[class_name].items() if kind is Kind.KEY]
        if one.kind is not DataKind.KEY or on not in keys or on == one.code:
            raise Refused(
                f"{where}: it can't depend on {on!r}",
                f"a key may depend on another key of its class: {', '.join(keys) or 'none'}",
            )
        target = self._target(class_name, on)
        lineage = (one.target, *self._above(one.target))
        leads = any(
            found == target for (name, _code), found in self._targets.items() if name in lineage
        )
        if not leads and (one.target, target) not in _RELATED:
            raise Refused(
                f"{where}: it can't depend on {on!r}, since {one.target} has no key to {target}",
                f"give {one.target} such a key, or leave depends_on out",
            )

    def _check_values(self, where: str, one: DataAttribute) -> None:
        if one.kind is DataKind.ENUM and (not one.values or "" in one.values):
            raise Refused(f"{where}: an enum needs values", "each a code with a label")
        if one.kind is DataKind.ENUM and any(len(code) > 255 for code in one.values):
            raise Refused(f"{where}: a code of a value has at most 255 characters")
        if one.default and not _possible(one):
            raise Refused(f"{where}: {one.default!r} is no default for it")

    def _check_names(self, cls: DataClass, where: str) -> None:
        known = self._kinds[cls.name]
        order = cls.order.removeprefix("-")
        named = [code.removesuffix("_friendlyname") for code in cls.friendlyname]
        if not cls.friendlyname:
            raise Refused(f"{where}: its objects have no name", 'friendlyname=("name",)')
        for what, codes in (
            ("friendlyname", named),
            ("form", cls.form),
            ("order", [] if order == "friendlyname" else [order]),
            ("reconciliation", [c for c in cls.reconciliation if c != "finalclass"]),
        ):
            missing = [code for code in codes if code not in known]
            if missing:
                raise Refused(
                    f"{where}: {what} names {missing[0]!r}, which is no attribute of it",
                    f"attributes: {', '.join(known)}",
                )

        lacking = sorted(self._demanded[cls.name] - {*cls.form}) if cls.form else []
        if lacking and not cls.abstract:
            raise Refused(
                f"{where}: its form lacks {', '.join(lacking)}, which is mandatory",
                "add it to form, or leave form out",
            )

    def _root(self, name: str) -> str:
        while self._parents.get(name):
            name = self._parents[name]
        return name

    def _below(self, name: str) -> list[str]:
        return [other for other in self._parents if other != name and name in self._above(other)]

    def _above(self, name: str) -> Iterable[str]:
        while name := self._parents.get(name, ""):
            yield name

    def _target(self, class_name: str, code: str) -> str:
        for name in (class_name, *self._above(class_name)):
            if (name, code) in self._targets:
                return self._targets[name, code]
        return ""

    def _known(self) -> str:
        return f"classes: {', '.join(sorted(self._parents))}"


def _alike(one: Kind, other: Kind) -> bool:
    groups = (_TEXTS, _LONG, _NUMBERS)
    return one is other or any({one, other} <= group for group in groups)


def _possible(one: DataAttribute) -> bool:
    """Whether a default can be one of the attribute's values."""
    if one.kind is DataKind.ENUM:
        return one.default in one.values
    if one.kind is DataKind.BOOLEAN:
        return one.default in ("0", "1")
    if one.kind in (DataKind.INTEGER, DataKind.DURATION):
        return re.fullmatch(r"-?[0-9]{1,9}", one.default, re.ASCII) is not None
    # A database's driver would take a % for a place to put a value.
    return one.kind in (DataKind.STRING, DataKind.TEXT, DataKind.HTML) and "%" not in one.default
