"""What an import is about to write, in slices: the objects that come in one transaction.

A slice is JSON, compressed. It waits in a file until all files have been looked through, and in the
database from then on, so that another process can go on with it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cti_tickets.transfer.reading.log_parsing import Entry

# Objects and entries of logs together: some hundredths of a second.
SIZE = 500
# Fast: two thirds of what the best could save.
_LEVEL = 1

# An object of a slice stands in a file and a line: the number of the file, and the line.
Where = Sequence[int]
# What an entry of a log has, besides its ticket: see `bulk.LOG_COLUMNS`.
Line = Sequence[Any]


class Created(NamedTuple):
    """A new object: its columns in order, and entries of its logs."""

    where: Where
    row: list[Any]
    lines: Sequence[Line]


class Changed(NamedTuple):
    """Columns of a stored object, and entries that are added to its logs."""

    where: Where
    class_name: str
    id: int
    values: dict[str, Any]
    lines: Sequence[Line]


@dataclass
class Slice:
    """Objects that are written together: new ones by class, and changes."""

    created: dict[str, list[Created]] = field(default_factory=dict)
    changed: list[Changed] = field(default_factory=list)
    objects: int = 0
    size: int = 0

    def create(self, class_name: str, one: Created) -> None:
        """Add a new object."""
        self.created.setdefault(class_name, []).append(one)
        self._count(len(one.lines))

    def change(self, one: Changed) -> None:
        """Add a change."""
        self.changed.append(one)
        self._count(len(one.lines))

    def _count(self, lines: int) -> None:
        self.objects += 1
        self.size += 1 + lines

    def each(self) -> Iterator[Slice]:
        """Slices of one object each, in an order in which most can be written one by one."""
        for class_name, some in self.created.items():
            for one in some:
                alone = Slice()
                alone.create(class_name, one)
                yield alone
        for change in self.changed:
            alone = Slice()
            alone.change(change)
            yield alone


class Sealed(NamedTuple):
    """A slice as it waits.

    :param without_id: how many of its objects need an id, by table
    :param without_ref: how many of its tickets need a reference
    """

    data: bytes
    objects: int
    without_id: Mapping[str, int]
    without_ref: int


def seal(some: Slice) -> bytes:
    """A slice as bytes; moments and days become texts."""
    text = json.dumps([some.created, some.changed], ensure_ascii=False, default=str)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _LEVEL)


def opened(data: bytes) -> Slice:
    """The slice that `seal` made these bytes of."""
    created, changed = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))
    some = Slice()
    for name, listed in created.items():
        for one in listed:
            some.create(name, Created(*one))
    for one in changed:
        some.change(Changed(*one))
    return some


def lines_of(code: str, entries: Sequence[Entry]) -> list[Line]:
    """Entries of one log, oldest first."""
    return [(code, e.created, e.author, e.contact_id or None, e.text) for e in entries]
