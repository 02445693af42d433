"""A list that may be long: its first items are in memory, all others in a temporary file."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from array import array
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

IN_MEMORY = 1000

_T = TypeVar("_T")


class Spill(Generic[_T]):
    """Items to append, and to go over once all of them are there; they must be picklable."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[_T] = []
        self._file: Any = None
        self._offsets = array("Q")
        self._end = 0

    def append(self, item: _T) -> None:
        """Add an item."""
        self.count += 1
        if len(self._first) < IN_MEMORY:
            self._first.append(item)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with this list
            weakref.finalize(self, self._file.close)
        pickled = pickle.dumps(item)
        self._offsets.append(self._end)
        self._end += self._file.write(pickled)

    def __getitem__(self, index: int) -> _T:
        """The item at a place, from 0."""
        if index < len(self._first):
            return self._first[index]
        self._file.seek(self._offsets[index - IN_MEMORY])
        item: _T = pickle.load(self._file)  # noqa: S301 -- our own file, without a name
        return item

    def __iter__(self) -> Iterator[_T]:
        yield from (self[index] for index in range(self.count))
