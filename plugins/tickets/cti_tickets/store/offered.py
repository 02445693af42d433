"""What the keys of a form offer: the names of all objects of the classes that have few of them.

One statement says of some classes whether they have too many objects for a list, and names the
objects of the others. It names the objects as well that keys to the first ones hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import peewee
from cti_oql.running import marks, rows

from cti_tickets.rights import organizations
from cti_tickets.rights.access import current_access
from cti_tickets.store.any_objects import ids_statement
from cti_tickets.store.record_statement import FRIENDLYNAME, RecordStatement
from cti_tickets.store.records import Record, Records

# So many statements are kept; forms with presets make more of them.
_MOST_KEPT = 256


@dataclass(frozen=True)
class Offers:
    """What there is to choose from.

    :param many: the classes that have too many objects for a list
    :param names: the names by id, of the objects of each of the other classes
    :param held: the names by id of those objects of the first that were asked for
    """

    many: set[str] = field(default_factory=set)
    names: dict[str, dict[int, str]] = field(default_factory=dict)
    held: dict[str, dict[int, str]] = field(default_factory=dict)


def offers(
    database: peewee.Database,
    records: Records,
    class_names: Iterable[str],
    most: int,
    held: Mapping[str, Collection[int]],
) -> Offers:
    """What keys to the objects of some classes offer.

    The statement is made for the classes that had many objects when they were asked last, and
    says which of them still have. So it is one statement, or two where that has changed.

    :param most: so many objects are not too many
    :param held: ids to name, by class, if it has many
    """
    found, kept, had = Offers(), _kept(records), had_many(records)
    classes = dict.fromkeys(class_names)
    guessed = [name for name in classes if name in had]
    lists = [name for name in classes if name not in had]
    asked = _Asked(tuple(lists), tuple(guessed), _to_name(held, guessed))
    _ask(database, records, asked, most, found, kept)
    unread = tuple(name for name in guessed if name not in found.many)
    if unread or any(held.get(name) for name in found.many.intersection(lists)):
        left = _to_name(held, [name for name in lists if name in found.many])
        _ask(database, records, _Asked(unread, (), left), most, found, kept)
    had.difference_update(classes)
    had.update(found.many)
    return found


def had_many(records: Records) -> set[str]:
    """The classes that had too many objects for a list when somebody asked last."""
    limited = (current_access().is_limited, organizations.allowed() is not None)
    return _kept(records).many.setdefault(limited, set())


class _Asked(NamedTuple):
    """What one statement asks.

    :param lists: classes whose objects it names, one more than the most
    :param probes: classes of which it says whether they have more than the most
    :param held: classes with ids to name
    """

    lists: tuple[str, ...]
    probes: tuple[str, ...]
    held: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def shape(self) -> tuple[object, ...]:
        """What its text depends on."""
        return self.lists, self.probes, tuple((name, len(ids)) for name, ids in self.held)


class _Kept:
    """What is kept from one form to the next.

    :param many: the classes that had many objects, by how whoever asked is limited
    """

    def __init__(self) -> None:
        self.many: dict[tuple[bool, bool], set[str]] = {}
        self.statements: dict[tuple[object, ...], list[_Statement]] = {}


def _kept(records: Records) -> _Kept:
    found: _Kept = records.kept.setdefault("offers", _Kept())
    return found


@dataclass(frozen=True)
class _Part:
    """What is asked about a class.

    :param read: where its names are in the rows; `None`: it only says that it has many
    :param limits: the values that are bound in it, before ids
    """

    class_name: str
    sql: str
    limits: tuple[Any, ...]
    read: RecordStatement | None
    place: int


class _Statement(NamedTuple):
    """A statement, and what its rows are about: a row ends with the place of its part."""

    sql: str
    parts: Mapping[int, _Part]


def _to_name(
    held: Mapping[str, Collection[int]], class_names: Iterable[str]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple((name, tuple(held[name])) for name in class_names if held.get(name))


def _ask(
    database: peewee.Database,
    records: Records,
    asked: _Asked,
    most: int,
    found: Offers,
    kept: _Kept,
) -> None:
    """Ask, and add what is found."""
    ids = dict(enumerate((ids for _name, ids in asked.held), len(asked.lists)))
    for name in asked.lists:
        found.names[name] = {}
    for sql, parts in _statements(database, records, asked, most, kept):
        values = [v for one in parts.values() for v in (*one.limits, *ids.get(one.place, ()))]
        names = {place: _reader(records, one) for place, one in parts.items()}
        for row in rows(database, sql, values):
            part = parts[row[-1]]
            text = names[part.place](row)
            if part.read is None:
                found.many.add(part.class_name)
            elif text is not None:
                into = found.held if part.place in ids else found.names
                into.setdefault(part.class_name, {})[row[0]] = text
    for name in asked.lists:
        if len(found.names[name]) > most:
            found.many.add(name)
            del found.names[name]


def _statements(
    database: peewee.Database, records: Records, asked: _Asked, most: int, kept: _Kept
) -> list[_Statement]:
    """What asks: one statement, but for names that are made of something else than texts."""
    if organizations.allowed() is not None:  # what limits an agent changes at any time
        return _made(_parts(database, records, asked, most))
    shape = (*asked.shape, most, organizations.hidden())
    made = kept.statements.get(shape)
    if made is None:
        if len(kept.statements) >= _MOST_KEPT:
            kept.statements.clear()
        made = kept.statements[shape] = _made(_parts(database, records, asked, most))
    return made


def _parts(
    database: peewee.Database, records: Records, asked: _Asked, most: int
) -> Iterable[_Part]:
    counted = [(name, None) for name in asked.lists] + [(n, len(ids)) for n, ids in asked.held]
    for place, (name, count) in enumerate(counted):
        read, limits = records.statement(database, name, [FRIENDLYNAME])
        among, more = (marks(database, count), ()) if count else ids_statement(records.schema, name)
        among = among if count else f"{among} LIMIT {int(most) + 1}"
        yield _Part(name, among, (*limits, *more), read, place)
    for place, name in enumerate(asked.probes, len(counted)):
        sql, limits = ids_statement(records.schema, name)
        yield _Part(name, f"{sql} LIMIT 1 OFFSET {int(most)}", tuple(limits), None, place)


def _made(parts: Iterable[_Part]) -> list[_Statement]:
    together: list[_Part] = []
    alone: list[_Part] = []
    for part in parts:
        # The columns of what is asked at once have to be of one type.
        (together if part.read is None or part.read.only_texts else alone).append(part)
    width = max((one.read.width for one in together if one.read), default=2)
    groups = [together, *([one] for one in alone)] if together else [[one] for one in alone]
    return [
        _Statement(
            " UNION ALL ".join(_selected(one, width) for one in group),
            {one.place: one for one in group},
        )
        for group in groups
    ]


def _selected(part: _Part, width: int) -> str:
    # Names are the schema's, never a user's; the values are bound.
    if part.read is None:
        empty = ", NULL" * (width - 1)
        return f"SELECT 0{empty}, {part.place} FROM ({part.sql}) AS more"  # noqa: S608
    empty = ", NULL" * (width - part.read.width)
    return (
        f"SELECT {part.read.columns}{empty}, {part.place} FROM {part.read.tables}"  # noqa: S608
        f" WHERE t.id IN ({part.sql})"
    )


def _reader(records: Records, part: _Part) -> Callable[[Sequence[Any]], str | None]:
    """What reads a name from a row; `None`: the object is not for whoever acts."""
    read = part.read
    if read is None:
        return lambda _row: None
    if not current_access().is_limited:
        return partial(read.text, FRIENDLYNAME)
    readable = records.readable(part.class_name, [FRIENDLYNAME])

    def name(row: Sequence[Any]) -> str | None:
        found = readable(Record(read.class_of(row), row[0], read.values(row)))
        return None if found is None else found.text(FRIENDLYNAME)

    return name
