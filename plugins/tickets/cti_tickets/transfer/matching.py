"""Which stored object is meant by one in a file: by its id, or by what identifies it.

As in iTop, several attributes identify an object together: the object that has all of their values
is meant, and if several have them, none is. Texts compare as queries compare them, whatever their
case and accents; numbers compare by what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cti_oql.functions.fold import fold
from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.values import BadValue, default_of, number_of, parse
from cti_tickets.transfer import bulk

ID = "id"
_TEXTS = (Kind.STRING, Kind.EMAIL)
_EXACT = (Kind.ENUM, Kind.KEY, Kind.DATE, Kind.INTEGER)
# An object that the files have already; if it is new, it has no id yet.
MET = 0


class BadMatch(ValueError):
    """What was said of matching makes no sense; the message says why."""


@dataclass(frozen=True)
class MatchBy:
    """The attributes that identify objects: of all classes, and of single ones instead."""

    codes: tuple[str, ...] = ()
    by_class: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, definition: ClassDef) -> tuple[str, ...]:
        """The attributes that identify the objects of a class: `("id",)`, or others.

        :raises BadMatch: there are none
        """
        for name in schema().ancestors(definition.name):
            if name in self.by_class:
                return self.by_class[name]
        codes = tuple(c for c in self.codes if c == ID or c in definition.attributes)
        if not codes:
            named = ",".join(self.codes) or "…"
            raise BadMatch(
                _(
                    "%(name)s has none of the attributes to match by (%(codes)s): say which "
                    "identify it, --match %(name)s:%(example)s",
                    name=definition.name,
                    codes=named,
                    example=",".join(definition.reconciliation) or ID,
                )
            )
        return codes


def match_by(texts: Iterable[str]) -> MatchBy | None:
    """What the options `--match` say: "email", "name,org_id", or "Team:name" for one class.

    :return: None if nothing was said
    :raises BadMatch: a class or an attribute does not exist, or nobody can be found by it
    """
    codes: list[str] = []
    by_class: dict[str, tuple[str, ...]] = {}
    for text in texts:
        class_name, colon, listed = text.rpartition(":")
        named = [code.strip() for code in listed.split(",") if code.strip()]
        if colon and class_name not in schema():
            raise BadMatch(_("there is no class %(name)s", name=class_name))
        classes = [schema()[class_name]] if colon else list(schema())
        for code in named:
            _check(code, classes)
        if not named or (ID in named and len(named) > 1):
            raise BadMatch(_("name the attributes that identify an object, or id alone"))
        if colon:
            by_class[class_name] = tuple(named)
        else:
            codes += named
    if ID in codes and len(set(codes)) > 1:
        raise BadMatch(_("name the attributes that identify an object, or id alone"))
    return MatchBy(tuple(dict.fromkeys(codes)), by_class) if codes or by_class else None


def _check(code: str, classes: Sequence[ClassDef]) -> None:
    """Refuse an attribute by which nothing can be found."""
    usable = (*_TEXTS, *_EXACT, Kind.PHONE)
    attributes = [cls.attributes[code] for cls in classes if code in cls.attributes]
    if code == ID or any(a.stored and a.kind in usable for a in attributes):
        return
    if len(classes) > 1:
        raise BadMatch(_("no class has an attribute %(code)s to match by", code=code))
    raise BadMatch(
        _("%(name)s has no attribute %(code)s to match by", name=classes[0].name, code=code)
    )


class Matcher:
    """Finds the objects that are meant, in memory; each table is read once."""

    def __init__(self, by: MatchBy) -> None:
        self._by = by
        self._indexes: dict[str, dict[int, int | tuple[int, ...]]] = {}

    def codes(self, definition: ClassDef) -> tuple[str, ...]:
        """See `MatchBy.of`."""
        return self._by.of(definition)

    def values(self, definition: ClassDef, fields: Mapping[str, Any]) -> tuple[Any, ...]:
        """What identifies an object of a file, in the form in which it is compared.

        :raises BadValue: nothing does; the message says which attribute is missing or wrong
        """
        values = []
        for code in self.codes(definition):
            raw = fields.get(code)
            if isinstance(raw, BadValue):
                raise BadValue(f"{code}: {raw}")
            usable = raw is None or (isinstance(raw, (str, int)) and not isinstance(raw, bool))
            try:
                if not usable:
                    raise BadValue(_("must be a text, a whole number or null"))
                values.append(_key(definition.attributes[code], _parsed(definition, code, raw)))
            except BadValue as error:
                raise BadValue(f"{code}: {error}") from None
        if not any(value not in (None, "") for value in values):
            codes = ", ".join(self.codes(definition))
            raise BadValue(_("there is nothing to match by: %(codes)s is empty", codes=codes))
        return tuple(values)

    def candidates(self, definition: ClassDef, values: tuple[Any, ...]) -> tuple[int, ...]:
        """The ids of the objects that may be meant; `MET` for one that the files had already.

        Check each with `is_meant`.
        """
        entry = self._index(definition).get(hash(values), ())
        return entry if isinstance(entry, tuple) else (entry,)

    def is_meant(
        self, definition: ClassDef, values: tuple[Any, ...], stored: Mapping[str, Any]
    ) -> bool:
        """Whether a stored object has these values."""
        codes = self.codes(definition)
        return values == tuple(_key(definition.attributes[c], stored[c]) for c in codes)

    def met(self, definition: ClassDef, values: tuple[Any, ...]) -> None:
        """An object of the files has these values: no other one may mean the same."""
        self._index(definition)[hash(values)] = MET

    def _index(self, definition: ClassDef) -> dict[int, int | tuple[int, ...]]:
        """Hashes of the values of each stored object of a class, to its id or ids."""
        if definition.name in self._indexes:
            return self._indexes[definition.name]
        index: dict[int, int | tuple[int, ...]] = {}
        codes = self.codes(definition)
        attributes = [definition.attributes[code] for code in codes]
        own = definition.name if definition.polymorphic else ""
        for object_id, *stored in bulk.existing_values(definition.table, (ID, *codes), own):
            entry = hash(tuple(map(_key, attributes, stored)))
            known = index.get(entry)
            if known is None:
                index[entry] = object_id
            else:
                index[entry] = (*(known if isinstance(known, tuple) else (known,)), object_id)
        self._indexes[definition.name] = index
        return index


def _parsed(definition: ClassDef, code: str, raw: Any) -> Any:
    attribute = definition.attributes[code]
    if attribute.kind is Kind.PHONE:
        return "" if raw is None else str(raw).strip()
    value = parse(attribute, raw, exact=True)
    # Nothing given is what a new object would have.
    return default_of(attribute) if raw is None else value


def _key(attribute: Attribute, value: Any) -> Any:
    """A stored value in the form in which it is compared."""
    if value is None or value == "":
        return None
    if attribute.kind is Kind.PHONE:
        number = number_of(str(value))
        return (number and " ".join(number.number_keys)) or fold(str(value))
    if attribute.kind in _TEXTS:
        return fold(str(value))
    return str(value) if attribute.kind is Kind.DATE else value
