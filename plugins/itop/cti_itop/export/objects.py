"""Copy whole classes from iTop into a store of this host, and verify what is there then.

Pages are stored one by one, so copying can be killed at any moment and continued; what is in the
store unchanged is not written again. A key whose target comes later is left empty at first, and
its object comes again. At the end counts and checksums of both sides are compared; where they
differ, object by object.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from cti_host import Host, NotStored, StoredAttribute, StoredClass, StoredObject, Storing
from cti_itop.export.order import chosen
from cti_itop.export.values import Checksum, differences, stored_object
from cti_itop.mirror.models import ItopCopy
from cti_itop.mirror.windows import MAX_ID, PAGE, Window, ahead, count, windows
from cti_itop.rest.client import Itop, ItopObject
from cti_itop.rest.errors import ItopError, ItopForbidden

# Objects that are asked for by their ids, in one query.
LISTED = 100


class CopyRefused(Exception):
    """Nothing was copied, or copying could not go on; the message says why."""


@dataclass(frozen=True)
class Difference:
    """What is not in the store as it is in iTop."""

    class_name: str
    id: int
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.class_name} {self.id}: {self.reason}"
            if self.id
            else (f"{self.class_name}: {self.reason}")
        )


@dataclass
class CopiedClass:
    """What became of a class: `itop` and `store` are how many objects each side has."""

    name: str
    itop: int = 0
    store: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    verified: bool = False
    differences: list[Difference] = field(default_factory=list)


Progress = Callable[[str, int, int], None]


@dataclass
class _Class:
    """A class under way."""

    definition: StoredClass
    attributes: tuple[StoredAttribute, ...]
    copied: CopiedClass
    waiting: set[int] = field(default_factory=set)
    not_stored: dict[int, list[NotStored]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def fields(self) -> list[str]:
        return [a.code for a in self.attributes] or ["id"]


class Copier:
    """One attempt at copying.

    :param zone: that of iTop's server
    :param overwrite: whether objects in the store that don't come from this iTop may be changed
    """

    def __init__(
        self,
        host: Host,
        itop: Itop,
        zone: ZoneInfo,
        *,
        progress: Progress = lambda name, done, total: None,
        overwrite: bool = False,
        anew: bool = False,
        page: int = PAGE,
    ) -> None:
        self._hooks, self._itop, self._zone = host.hooks, itop, zone
        self._progress, self._overwrite, self._anew, self._page = progress, overwrite, anew, page
        self._classes: Mapping[str, StoredClass] = host.hooks.stored_classes()

    def run(self, names: Sequence[str] = ()) -> list[CopiedClass]:
        """Copy classes, by default all that both sides have, and verify them.

        :raises UnknownClass: the store keeps no such class
        :raises CopyRefused: there is no store, or it has objects of its own, or it refuses a page
        :raises ItopProblem: iTop gives no usable answer; the next attempt goes on from there
        """
        if not self._classes:
            raise CopyRefused('no enabled plugin keeps objects: add "tickets" to `plugins`')
        order = chosen(self._classes, names)
        self._check_store(order)
        found = [one for name in order if (one := self._begin(name, bool(names)))]
        for one in found:
            if one.attributes:
                self._copy(one)
        for one in found:
            self._complete(one)
        for one in found:
            if one.attributes:
                self._verify(one)
        ItopCopy.update(after=0, objects=0, checksum="", finished=0).where(
            ItopCopy.class_name.in_([one.name for one in found])
        ).execute()
        return [one.copied for one in found]

    def _check_store(self, names: Sequence[str]) -> None:
        """Leave a store alone that has objects of its own: their ids may be those of others."""
        for name in names:
            row = ItopCopy.get_or_none(ItopCopy.class_name == name)
            known = row is not None and row.url == self._itop.url
            if not known and not self._overwrite and self._read(name, 0, MAX_ID, 1):
                raise CopyRefused(
                    f"the store has objects of the class {name} that don't come from this iTop: "
                    "copy into an empty database, or say --overwrite to have them changed into "
                    "those of iTop with the same ids"
                )

    def _begin(self, name: str, asked_for: bool) -> _Class | None:
        """Find out what iTop has of a class; None: it has no such class."""
        one = _Class(self._classes[name], (), CopiedClass(name))
        try:
            sample = self._itop.get(f"SELECT {name}", class_name=name, fields=("*",), limit=1)
        except ItopForbidden:
            reason = "the account may not read this class in iTop"
            one.copied.differences.append(Difference(name, 0, reason))
            return one
        except ItopError as error:
            if asked_for:
                raise CopyRefused(f"iTop can't give the class {name}: {error}") from None
            return None
        if not sample.objects:
            if self._read(name, 0, MAX_ID, 1):
                one.copied.differences.append(Difference(name, 0, "is in the store only"))
            one.copied.verified = not one.copied.differences
            return one
        has = sample.objects[0].fields
        one.attributes = tuple(a for a in one.definition.attributes if a.code in has)
        codes = ",".join(one.fields)
        row = ItopCopy.get_or_none(ItopCopy.class_name == name)
        if self._anew or row is None or (row.url, row.attributes) != (self._itop.url, codes):
            ItopCopy.delete().where(ItopCopy.class_name == name).execute()
            ItopCopy.create(class_name=name, url=self._itop.url, attributes=codes)
        return one

    def _copy(self, one: _Class) -> None:
        row = ItopCopy.get_by_id(one.name)
        if row.finished:
            return  # by an attempt that was interrupted later on
        checksum = Checksum.of(row.objects, row.checksum)
        left = count(self._itop, one.name, row.after)
        total = row.objects + left
        self._progress(one.name, row.objects, total)
        for window in self._windows(one, row.after, left):
            objects = self._objects(one, window.objects)
            self._store(one, objects)
            for stored in objects:
                checksum.add(one.attributes, stored)
            ItopCopy.update(
                after=window.upto, objects=checksum.objects, checksum=checksum.text
            ).where(ItopCopy.class_name == one.name).execute()
            self._progress(one.name, len(window.objects), total)
        ItopCopy.update(finished=int(time.time())).where(ItopCopy.class_name == one.name).execute()

    def _complete(self, one: _Class) -> None:
        """Store the objects again whose keys led to what was not there yet."""
        ids = sorted(one.waiting)
        one.waiting = set()
        for start in range(0, len(ids), LISTED):
            some = ids[start : start + LISTED]
            query = f"SELECT {one.name} WHERE id IN ({', '.join(map(str, some))})"
            found = self._itop.get(query, class_name=one.name, fields=one.fields)
            self._store(one, self._objects(one, found.objects), again=True)

    def _store(self, one: _Class, objects: Sequence[StoredObject], again: bool = False) -> None:
        if not objects:
            return
        storing: Storing | None = self._hooks.store_objects(one.name, objects)
        if storing is None:
            raise CopyRefused(f"the store did not take a page of {one.name}: the log says why")
        for stored in objects:
            one.not_stored.pop(stored.id, None)
        for problem in storing.not_stored:
            one.not_stored.setdefault(problem.id, []).append(problem)
            if problem.target_id:
                one.waiting.add(problem.id)
        if not again:
            one.copied.new += storing.new
            one.copied.changed += storing.changed
            one.copied.same += storing.same

    def _windows(self, one: _Class, after: int, expected: int | None = None) -> Iterator[Window]:
        found = windows(self._itop, one.name, one.fields, after, page=self._page, expected=expected)
        return ahead(found)

    def _objects(self, one: _Class, found: Sequence[ItopObject]) -> list[StoredObject]:
        """Those of iTop's objects that belong to the class, for the store."""
        return [
            stored_object(one.name, one.attributes, each, self._zone)
            for each in found
            # A class that only this iTop has is kept as the one above it that the store knows.
            if each.class_name == one.name or each.class_name not in self._classes
        ]

    def _read(self, name: str, after: int, upto: int, limit: int) -> Sequence[StoredObject]:
        found = self._hooks.read_objects(name, after, upto, limit)
        if found is None:
            raise CopyRefused(f"the store did not give back objects of {name}: the log says why")
        return found

    def _stored(self, name: str, after: int, upto: int) -> Iterator[StoredObject]:
        """All objects of the store in a range of ids."""
        while page := self._read(name, after, upto, self._page):
            yield from page
            after = page[-1].id

    def _verify(self, one: _Class) -> None:
        row = ItopCopy.get_by_id(one.name)
        wanted, found = Checksum.of(row.objects, row.checksum), Checksum()
        for stored in self._stored(one.name, 0, MAX_ID):
            found.add(one.attributes, stored)
        one.copied.itop, one.copied.store = wanted.objects, found.objects
        if found == wanted:
            one.copied.verified = True
            return
        one.copied.itop = one.copied.store = 0
        self._progress(f"{one.name} (compared)", 0, wanted.objects)
        for window in self._windows(one, 0):
            self._compare(one, window)
            self._progress(f"{one.name} (compared)", len(window.objects), wanted.objects)
        one.copied.verified = not one.copied.differences

    def _compare(self, one: _Class, window: Window) -> None:
        """Compare a window object by object, after storing once more what differs."""
        wanted = {stored.id: stored for stored in self._objects(one, window.objects)}
        there = {s.id: s for s in self._stored(one.name, window.after, window.upto)}
        again = [
            stored
            for id_, stored in wanted.items()
            if id_ not in there or differences(one.attributes, stored, there[id_])
        ]
        if again:
            self._store(one, again, again=True)
            there = {s.id: s for s in self._stored(one.name, window.after, window.upto)}
        one.copied.itop += len(wanted)
        one.copied.store += len(there)
        for id_ in sorted(wanted.keys() | there.keys()):
            reasons = self._reasons(one, id_, wanted.get(id_), there.get(id_))
            one.copied.differences += [Difference(one.name, id_, reason) for reason in reasons]

    def _reasons(
        self, one: _Class, id_: int, wanted: StoredObject | None, there: StoredObject | None
    ) -> list[str]:
        if wanted is None:
            return ["is in the store and not in iTop"]
        problems = one.not_stored.get(id_, [])
        if there is None:
            return [f"is not in the store: {p.reason}" for p in problems] or ["is not in the store"]
        different = set(differences(one.attributes, wanted, there))
        empty = {p.attribute: p.reason for p in problems if p.target_id}
        refused = [f"was not changed: {p.reason}" for p in problems if not p.target_id]
        return [
            *refused,
            *(f"{code} is left empty: {empty[code]}" for code in sorted(different & empty.keys())),
            *(
                f"{code} is not as it is in iTop"
                for code in sorted(different - empty.keys())
                if not refused
            ),
        ]
