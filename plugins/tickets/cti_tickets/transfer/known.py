"""What an import knows of other objects: those in the database, and those in its files.

Everything is asked of memory, never of the database, so an object costs no query; and what is kept
is small, so that a million objects fit: an id and its class each, a number for each value that must
be unique, and a few bytes for a key that leads to an object which has not come yet.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from cti_tickets.model.data_model import current
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.questions import Questions
from cti_tickets.store.validation import may_be_empty, no_such_object, unique_codes
from cti_tickets.transfer import bulk


@dataclass(frozen=True)
class Place:
    """Where an object stands: a file, by its name in messages, and a line of it."""

    file: str
    line: int


@dataclass(frozen=True)
class Dangling:
    """A key that leads to an object which is neither stored nor in the files."""

    place: Place
    code: str
    mandatory: bool
    reason: str


class Known:
    """The objects that an import's values have to agree with: see `validation.Others`.

    Call `at` before each object, so that it is known where a key stands.

    :param tell_new: whether `is_new` will be asked
    """

    def __init__(self, *, tell_new: bool = False) -> None:
        self.questions = Questions()
        self._model = current()
        self._schema = self._model.schema
        self._concrete = {
            cls.name: frozenset(self._schema.concrete(cls.name)) for cls in self._schema
        }
        # Each table's ids with their classes.
        self.ids = {table: bulk.existing_ids(table) for table in self._model.tables}
        self._tell_new = tell_new
        self._new: dict[str, set[int]] = {table: set() for table in self._model.tables}
        # Hashes: of a million values two are the same by chance once in ten million imports.
        self._unique: dict[tuple[str, tuple[str, ...]], set[int]] = {}
        self._place = Place("", 0)
        self._files: list[str] = []
        # Keys that lead to what has not come yet, side by side: file, line, which key, target.
        self._keys: list[tuple[str, str, bool]] = []
        self._open = array("I"), array("Q"), array("I"), array("I")
        # Table and id of the new objects that are to be written after others, because they lead to
        # what came later; and of those that the object here has to wait for.
        self.postponed: set[tuple[str, int]] = set()
        self.awaited: set[tuple[str, int]] = set()
        # Hierarchies: table to object to what is above it, and where that was said.
        self._above: dict[tuple[str, str], dict[int, tuple[int, Place]]] = {}

    def at(self, place: Place) -> None:
        """Say where the object stands that comes next."""
        self._place = place
        self.awaited = set()
        if not self._files or self._files[-1] != place.file:
            self._files.append(place.file)

    def class_of(self, definition: ClassDef, object_id: int) -> str | None:
        """The class of the object that has an id in the table of a class."""
        return self.ids[definition.table].get(object_id)

    def add(self, definition: ClassDef, object_id: int) -> None:
        """A new object of the files has this id."""
        self.ids[definition.table][object_id] = definition.name
        if self._tell_new:
            self._new[definition.table].add(object_id)

    def is_new(self, definition: ClassDef, object_id: int) -> bool:
        """Whether a new object of the files has this id."""
        return object_id in self._new[definition.table]

    def is_there(self, class_name: str, object_id: int) -> bool:
        """Whether there is an object of a class, or of one under it."""
        own = self.ids[self._schema[class_name].table].get(object_id)
        return own is not None and own in self._concrete[class_name]

    # What validation asks

    def will_check(self, definition: ClassDef, keys: Mapping[str, int]) -> None:
        """Nothing is asked of the database."""

    def key_problems(
        self, definition: ClassDef, keys: Mapping[str, int], object_id: int | None
    ) -> Mapping[str, str]:
        """Why keys must not lead there; what is not there now may still come."""
        return {
            code: self._key_problem(definition, definition.attributes[code], value, object_id)
            for code, value in keys.items()
        }

    def _key_problem(
        self, definition: ClassDef, attribute: Attribute, value: int, object_id: int | None
    ) -> str:
        if attribute.code.startswith("parent_") and value == object_id:
            return str(_("an object can't be its own parent"))
        if not self.refers(attribute.target, value):
            self.expect(
                attribute.target, value, attribute.code, not may_be_empty(definition, attribute)
            )
        if attribute.hierarchical and object_id is not None:
            hierarchy = self._above.setdefault((definition.table, attribute.code), {})
            hierarchy[object_id] = (value, self._place)
        return ""

    def refers(self, class_name: str, object_id: int) -> bool:
        """The object here leads to another: whether that is there, now or when it is written."""
        there = self.is_there(class_name, object_id)
        key = (self._schema[class_name].table, object_id)
        if not there or key in self.postponed:
            self.awaited.add(key)
        return there

    def expect(self, class_name: str, object_id: int, code: str, mandatory: bool) -> None:
        """Remember that an object which is not there has to be there in the end."""
        key = (class_name, code, mandatory)
        if key not in self._keys:
            self._keys.append(key)
        entry = len(self._files) - 1, self._place.line, self._keys.index(key), object_id
        for column, value in zip(self._open, entry, strict=True):
            column.append(value)

    def is_taken(
        self,
        definition: ClassDef,
        codes: tuple[str, ...],
        row: Mapping[str, Any],
        object_id: int | None,
    ) -> bool:
        """Whether another object, stored or before it in the files, has the same values."""
        return hash(tuple(row[code] for code in codes)) in self._taken(definition, codes)

    def take(
        self, definition: ClassDef, row: Mapping[str, Any], before: Mapping[str, Any] | None
    ) -> None:
        """An object has now what must be unique; what it had before is free again.

        :param row: what is stored of it now, of an object that was stored what changes
        :param before: what was stored of it
        """
        for codes in unique_codes(definition):
            if not row.keys() & set(codes):
                continue
            taken = self._taken(definition, codes)
            if before is not None and all(before[code] for code in codes):
                taken.discard(hash(tuple(before[code] for code in codes)))
            together = {**(before or {}), **row}
            if all(together[code] for code in codes):
                taken.add(hash(tuple(together[code] for code in codes)))

    def _taken(self, definition: ClassDef, codes: tuple[str, ...]) -> set[int]:
        # A reference is unique among tickets of all classes: they share a table.
        key = (definition.table, codes)
        if key not in self._unique:
            self._unique[key] = {
                hash(values)
                for values in bulk.existing_values(definition.table, codes)
                if all(values)
            }
        return self._unique[key]

    # What is wrong in the end

    def dangling(self) -> Iterator[Dangling]:
        """The keys that lead to what has not come."""
        for file, line, key, object_id in zip(*self._open, strict=True):
            class_name, code, mandatory = self._keys[key]
            if not self.is_there(class_name, object_id):
                reason = no_such_object(class_name, object_id)
                yield Dangling(Place(self._files[file], line), code, mandatory, reason)

    def circles(self) -> Iterator[tuple[Place, str, str]]:
        """Where an object of the files is put below itself: the place, the key, and why."""
        for (table, code), said in self._above.items():
            stored = bulk.existing_values(table, ("id", code))
            above = {below: parent for below, parent in stored if parent is not None}
            above.update({below: parent for below, (parent, _place) in said.items()})
            fine: set[int] = set()
            for start, (_parent, place) in said.items():
                path: dict[int, None] = {}
                here = start
                while here in above and here not in fine and here not in path:
                    path[here] = None
                    here = above[here]
                if here in path:
                    yield place, code, str(_("this one is below the object itself"))
                fine.update(path)
