"""A list that may be long: its first items are in memory, all others in a temporary file."""

from __future__ import annotations

import pickle
import tempfile
import weakref
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

    def append(self, item: _T) -> None:
        """Add an item."""
        self.count += 1
        if len(self._first) < IN_MEMORY:
            self._first.append(item)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with this list
            weakref.finalize(self, self._file.close)
        pickle.dump(item, self._file)

    def __iter__(self) -> Iterator[_T]:
        yield from self._first
        if self._file is not None:
            self._file.seek(0)
            for _ in range(self.count - len(self._first)):
                yield pickle.load(self._file)  # noqa: S301 -- our own file, without a name
