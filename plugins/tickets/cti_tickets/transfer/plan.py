"""What an import found right, in the slices in which it is written.

No slice leads to an object that is in a later one, so that each can be there without the rest: an
object that leads to one which came later in the files waits for it. Those that lead to each other
in a circle come together. Memory holds one slice, and a few bytes for each object that waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Any

from cti_tickets.model.data_model import current
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.references import number_of
from cti_tickets.transfer.known import Known, Place
from cti_tickets.transfer.reading.log_parsing import Entry
from cti_tickets.transfer.reading.spill import Spill
from cti_tickets.transfer.slices import SIZE, Changed, Created, Sealed, Slice, lines_of, seal

Logs = Mapping[str, Sequence[Entry]]


class Plan:
    """Takes objects one by one; call `close` after the last.

    `slices` are those to write, in order, with so many `objects`. `newest_ids` is the highest id
    that they bring, by table, `newest_ref` the highest number of a reference; `without_id` and
    `without_ref` are how many need one. `files` are the names of the files that they are from.
    """

    def __init__(self, known: Known) -> None:
        self.slices: Spill[Sealed] = Spill()
        self.objects = 0
        self.newest_ref = 0
        self.newest_ids: Counter[str] = Counter()
        self.files: list[str] = []
        self._model, self._known = current(), known
        self.without_id: Counter[str] = Counter()
        self.without_ref = 0
        self._slice = Slice()
        self._slice_without_id: Counter[str] = Counter()
        self._slice_without_ref = 0
        self._waiting: Spill[tuple[str, Created] | Changed] = Spill()
        # What each of them waits for, and where each new object among them is, by table and id.
        self._awaited: list[tuple[tuple[str, int], ...]] = []
        self._position: dict[tuple[str, int], int] = {}

    def create(
        self, definition: ClassDef, row: Mapping[str, Any], logs: Logs, place: Place
    ) -> None:
        """Write a new object.

        :param row: all columns; without an id, or a reference, it gets one
        :param logs: entries with their moments, oldest first, by log
        """
        self.newest_ref = max(self.newest_ref, number_of(row.get("ref") or ""))
        object_id = row["id"]
        self.newest_ids[definition.table] = max(self.newest_ids[definition.table], object_id or 0)
        columns = [row[column] for column in self._model.columns[definition.name]]
        one = Created(self._where(place), columns, _lines(logs))
        key = (definition.table, object_id or 0)
        if awaited := self._known.awaited - {key}:
            if object_id:
                self._known.postponed.add(key)
                self._position[key] = self._waiting.count
            self._waiting.append((definition.name, one))
            self._awaited.append(tuple(awaited))
        else:
            self._create(definition.name, one)

    def change(
        self,
        definition: ClassDef,
        object_id: int,
        values: dict[str, Any],
        logs: Logs,
        place: Place,
    ) -> None:
        """Change columns of an object that is stored, and add entries to its logs."""
        self.newest_ref = max(self.newest_ref, number_of(values.get("ref") or ""))
        one = Changed(self._where(place), definition.name, object_id, values, _lines(logs))
        if self._known.awaited:
            self._awaited.append(tuple(self._known.awaited))
            self._waiting.append(one)
        else:
            self._change(one)

    def close(self) -> None:
        """Put what has waited in its place, and end the last slice."""
        order: TopologicalSorter[int] = TopologicalSorter(
            {
                waiting: [self._position[key] for key in awaited if key in self._position]
                for waiting, awaited in enumerate(self._awaited)
            }
        )
        with suppress(CycleError):
            order.prepare()
        left = dict.fromkeys(range(self._waiting.count))
        while ready := order.get_ready():
            for position in sorted(ready):
                self._add(self._waiting[position])
                del left[position]
            order.done(*ready)
        self._end_slice()
        for position in left:
            self._add(self._waiting[position], alone=False)
        self._end_slice()

    def _add(self, one: tuple[str, Created] | Changed, *, alone: bool = True) -> None:
        if isinstance(one, Changed):
            self._change(one, alone=alone)
        else:
            self._create(*one, alone=alone)

    def _create(self, class_name: str, one: Created, *, alone: bool = True) -> None:
        columns = self._model.columns[class_name]
        self._slice.create(class_name, one)
        if one.row[0] is None:
            self._slice_without_id[self._model.schema[class_name].table] += 1
        if "ref" in columns and not one.row[columns.index("ref")]:
            self._slice_without_ref += 1
        self._end_full_slice(alone)

    def _change(self, one: Changed, *, alone: bool = True) -> None:
        self._slice.change(one)
        self._end_full_slice(alone)

    def _end_full_slice(self, alone: bool) -> None:
        if alone and self._slice.size >= SIZE:
            self._end_slice()

    def _end_slice(self) -> None:
        if not self._slice.objects:
            return
        without_id, without_ref = dict(self._slice_without_id), self._slice_without_ref
        objects = self._slice.objects
        self.slices.append(Sealed(seal(self._slice), objects, without_id, without_ref))
        self.objects += objects
        self.without_id.update(without_id)
        self.without_ref += without_ref
        self._slice, self._slice_without_ref = Slice(), 0
        self._slice_without_id.clear()

    def _where(self, place: Place) -> tuple[int, int]:
        if place.file not in self.files:
            self.files.append(place.file)
        return self.files.index(place.file), place.line


def _lines(logs: Logs) -> list[Sequence[Any]]:
    return [line for code, entries in logs.items() for line in lines_of(code, entries)]
