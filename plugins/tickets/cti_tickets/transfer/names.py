"""Which object a name means, where a file has it in place of an id: `org_id` is "Acme".

Each class is read once, when the first name of it comes. Objects of the files count as well: from
then on they are noted; and if some have been passed already, the import begins again and notes
them from the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cti_oql.functions.fold import fold
from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import current_host
from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.records import Records
from cti_tickets.store.values import BadValue
from cti_tickets.transfer import bulk
from cti_tickets.transfer.reading.header import FRIENDLYNAME
from cti_tickets.transfer.reading.records import Named

# An object of the files that gets its id in the end.
WITHOUT_ID = 0
# Attributes that identify an object on their own, though a person's last name does not.
_IDENTIFYING = ("name", "code", "email", "ref", "employee_number")


class BeginAgain(Exception):
    """Objects went by whose names are needed now."""


class Names:
    """Finds objects by name.

    :param wanted: the classes whose objects are named in the files, as far as it is known; names
        that turn up are added
    """

    def __init__(self, wanted: set[str]) -> None:
        self._wanted = wanted
        self._passed: set[str] = set()
        self._indexes: dict[str, _Index] = {}
        for target in wanted:
            self._index(target)

    def note(self, definition: ClassDef, object_id: int | None, row: Mapping[str, Any]) -> None:
        """A new object of the files has these values."""
        self._passed.add(definition.name)
        for target, index in self._indexes.items():
            if schema().is_a(definition.name, target):
                index.add(definition, object_id or WITHOUT_ID, row)

    def id_of(self, attribute: Attribute, name: str | Named) -> int:
        """The id of the object that a key leads to.

        :raises BadValue: there is none, or there are several
        :raises BeginAgain: see there
        """
        target = attribute.target
        named = name if isinstance(name, Named) else Named(name, "")
        if target not in self._wanted:
            self._wanted.add(target)
            if self._passed & set(schema().concrete(target)):
                raise BeginAgain
        ids = self._index(target).ids(named)
        label = schema()[target].label
        if not ids:
            raise BadValue(
                _("there is no %(class_name)s %(name)s", class_name=label, name=named.text)
            )
        if len(ids) > 1:
            raise BadValue(_("several are meant: %(names)s", names=listed(target, ids)))
        if ids[0] == WITHOUT_ID:
            raise BadValue(
                _(
                    "%(name)s is new and has no id yet: give it one, or import it first",
                    name=named.text,
                )
            )
        return ids[0]

    def _index(self, target: str) -> _Index:
        if target not in self._indexes:
            self._indexes[target] = _Index(target)
        return self._indexes[target]


class _Index:
    """The objects of a class, and of those under it, by what they are called."""

    def __init__(self, target: str) -> None:
        self._codes = {
            name: [*_whole_name(schema()[name]), *_identifying(schema()[name])]
            for name in schema().concrete(target)
        }
        # Hashes, as in `known`: of a million names two are the same by chance in no import.
        self._ids: dict[int, int | tuple[int, ...]] = {}
        for name in self._codes:
            definition = schema()[name]
            columns = _columns(definition)
            own = name if definition.polymorphic else ""
            for id_, *values in bulk.existing_values(definition.table, ("id", *columns), own):
                self.add(definition, id_, dict(zip(columns, values, strict=True)))

    def add(self, definition: ClassDef, id_: int, row: Mapping[str, Any]) -> None:
        """An object has these values."""
        for code in self._codes[definition.name]:
            value = friendlyname(definition, row) if code == FRIENDLYNAME else row.get(code)
            if value:
                entry = hash((code, fold(str(value).strip())))
                known = self._ids.get(entry, ())
                ids = known if isinstance(known, tuple) else (known,)
                if id_ not in ids:
                    self._ids[entry] = (*ids, id_) if ids else id_

    def ids(self, named: Named) -> Sequence[int]:
        """The objects that are meant: by the first attribute by which any is."""
        codes = dict.fromkeys(code for codes in self._codes.values() for code in codes)
        for code in [named.by] if named.by else codes:
            known = self._ids.get(hash((code, fold(named.text.strip()))), ())
            ids = known if isinstance(known, tuple) else (known,)
            if ids:
                return ids
        return ()


def friendlyname(definition: ClassDef, row: Mapping[str, Any]) -> str:
    """What an object is called, by its row."""
    parts = [str(row.get(code) or "") for code in definition.friendlyname]
    return definition.friendlyname_separator.join(parts).strip()


def _identifying(definition: ClassDef) -> list[str]:
    attributes = definition.attributes.values()
    texts = [a.code for a in attributes if a.stored and a.kind in (Kind.STRING, Kind.EMAIL)]
    whole = definition.friendlyname
    return [c for c in texts if c in _IDENTIFYING and (c not in whole or len(whole) == 1)]


def _whole_name(definition: ClassDef) -> list[str]:
    """The code of the name, unless it is made of those of other objects."""
    attributes = definition.attributes
    own = all(code in attributes and attributes[code].stored for code in definition.friendlyname)
    return [FRIENDLYNAME] if own else []


def _columns(definition: ClassDef) -> list[str]:
    own = definition.friendlyname if _whole_name(definition) else ()
    return list(dict.fromkeys([*own, *_identifying(definition)]))


def listed(class_name: str, ids: Sequence[int]) -> str:
    """Objects as messages name them: "Ada Lovelace (id 7), Ada Byron (id 9)"."""
    names = Records(schema()).names(current_host().database, class_name, list(ids))
    return ", ".join(
        _("%(name)s (id %(id)s)", name=names[id_], id=id_) if id_ in names else _("a new one")
        for id_ in ids
    )
