"""One list: its conditions and its order, read a page at a time.

A page begins behind the last object of the one before, found by the value it is sorted by and its
id. So the thousandth page of a million objects takes no longer than the first, and an object that
is added or deleted meanwhile neither repeats nor hides another.

An index has in order the objects of one team, or of one class. A list of several is read from each,
as many as a page has, and the first of all of these are the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import peewee
from cti_oql.running import is_postgresql, mark, rows
from cti_oql.schema import Kind

from cti_tickets.model.list_plan import (
    FRIENDLYNAME,
    SORTABLE,
    SORTED_BY_CLASS,
    listed_attribute,
    sortable_of,
)
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.rights import organizations
from cti_tickets.store.classes import of_classes
from cti_tickets.store.listing.conditions import Condition, of_class
from cti_tickets.store.questions import Questions

_TEXTS = (Kind.STRING, Kind.EMAIL, Kind.PHONE)
_ALWAYS_THERE = (Kind.ENUM, Kind.BOOLEAN)
# Of more teams all that is found is sorted, instead of one statement without end.
_MOST_PARTS = 20


class Place(NamedTuple):
    """Where an object is in a list: what it is sorted by, and its id."""

    value: Any
    id: int


@dataclass(frozen=True)
class Listed:
    """An object of a list."""

    class_name: str
    id: int
    place: Place


@dataclass(frozen=True)
class Slice:
    """A page of a list, and whether there is more on either side of it."""

    objects: Sequence[Listed]
    more_before: bool
    more_after: bool


@dataclass(frozen=True)
class _Order:
    """What a list is sorted by: an expression, and when an object has no value of it, if ever.

    :param by_class: whether the index has the objects of each class in that order
    """

    sql: str
    empty: str = ""
    present: str = ""
    by_class: bool = False


class _Range(NamedTuple):
    """Some objects of a list that an index has in order."""

    conditions: tuple[Condition, ...]
    sorted_by: str


class ListQuery:
    """The objects of a class that meet some conditions, in an order.

    :param sort: a code of `sortable_of`, or "id"; with a "-" in front, descending
    :raises KeyError: the list can't be sorted by that
    """

    def __init__(
        self,
        database: peewee.Database,
        schema: Schema,
        cls: ClassDef,
        conditions: Sequence[Condition],
        sort: str,
    ) -> None:
        self._database = database
        self._cls = cls
        self._conditions = [*of_class(schema, cls), *conditions]
        narrow = any(condition.narrow for condition in conditions)
        # Whoever acts may not see what belongs to other organizations.
        self._table = organizations.table(cls.name, few=narrow)
        self._descending = sort.startswith("-")
        self._order = _order(database, schema, cls, sort.removeprefix("-"))
        kinds = schema.concrete(cls.name)
        self._parts = _parts(kinds, self._conditions, self._order)
        # Of a class that has no such attribute, nothing is looked for that has a value of it.
        code = sort.removeprefix("-")
        able = [kind for kind in kinds if code in schema[kind].attributes] or kinds
        lacks_some = self._order.empty and len(able) < len(kinds)
        self._present = _parts(able, self._conditions, self._order) if lacks_some else self._parts

    def page(self, size: int, *, after: Place | None = None, before: Place | None = None) -> Slice:
        """A page: the first one, or the one behind or in front of a place.

        :param size: the most objects on it
        """
        place = after or before
        found = self._read(size + 1, place, backwards=before is not None and after is None)
        further = len(found) > size
        found = found[:size]
        if after is None and before is not None:
            found.reverse()
            return Slice(found, more_before=further, more_after=True)
        return Slice(found, more_before=after is not None, more_after=further)

    def last_page(self, size: int) -> Slice:
        """The page at the end."""
        found = self._read(size + 1, None, backwards=True)
        further = len(found) > size
        return Slice(found[:size][::-1], more_before=further, more_after=False)

    def count(self, most: int) -> int:
        """How many objects there are, counted up to a number: then it is that number."""
        return counts([self], most)[0]

    def counting(self, most: int) -> tuple[str, tuple[Any, ...]]:
        """The SQL that counts the objects, see `count`, and the values that are bound in it."""
        where, values = _joined(self._conditions)
        inner = f"SELECT 1 FROM {self._table.sql} AS listed{where} LIMIT {int(most)}"  # noqa: S608
        return f"(SELECT COUNT(*) FROM ({inner}) AS n)", (*self._table.values, *values)  # noqa: S608

    def ids(self, most: int) -> list[int]:
        """The ids of the first objects."""
        return [listed.id for listed in self._read(most, None, backwards=False)]

    def batches(self, size: int) -> Iterator[list[Listed]]:
        """All objects, so many at a time."""
        place = None
        while found := self._read(size, place, backwards=False):
            yield found
            if len(found) < size:
                return
            place = found[-1].place

    def statement(self, size: int, after: Place | None = None) -> tuple[str, tuple[Any, ...]]:
        """The statement that reads the objects with a value, and what is bound in it."""
        return self._select(size, after, backwards=False, empty=False)

    def _read(self, size: int, place: Place | None, *, backwards: bool) -> list[Listed]:
        """The next objects from a place on: those without a value come last."""
        found: list[Listed] = []
        parts = [False, True] if self._order.empty else [False]
        if backwards:
            parts.reverse()
        if place is not None and self._order.empty:
            parts = parts[parts.index(place.value in (None, "")) :]
        for number, empty in enumerate(parts):
            begin = place if number == 0 else None
            sql, values = self._select(size - len(found), begin, backwards=backwards, empty=empty)
            found += [
                Listed(kind or self._cls.name, id_, Place(value, id_))
                for id_, kind, value in rows(self._database, sql, values)
            ]
            if len(found) == size:
                break
        return found

    def _select(
        self, size: int, place: Place | None, *, backwards: bool, empty: bool
    ) -> tuple[str, tuple[Any, ...]]:
        descending = self._descending != backwards
        direction = " DESC" if descending else ""
        order = self._order.sql
        by_id = empty or order == "id"
        more: list[Condition] = []
        if self._order.empty:
            more.append(Condition(self._order.empty if empty else self._order.present))
        kind = "finalclass" if self._cls.polymorphic else "NULL"
        selects: list[str] = []
        values: list[Any] = []
        ranges = self._ranges(place, descending, by_id)
        for part, range_ in product(self._parts if empty else self._present, ranges):
            where, bound = _joined([*part, *more, *range_.conditions])
            selects.append(
                f"SELECT id, {kind}, {order} FROM {self._table.sql} AS listed{where}"  # noqa: S608
                f" ORDER BY {range_.sorted_by} LIMIT {int(size)}"
            )
            values += [*self._table.values, *bound]
        if len(selects) == 1:
            return selects[0], tuple(values)
        together = " UNION ALL ".join(
            f"SELECT * FROM ({sql}) AS part{number}"  # noqa: S608
            for number, sql in enumerate(selects)
        )
        merged_by = f"1{direction}" if by_id else f"3{direction}, 1{direction}"
        return f"{together} ORDER BY {merged_by} LIMIT {int(size)}", tuple(values)

    def _ranges(self, place: Place | None, descending: bool, by_id: bool) -> list[_Range]:
        """Behind a place, the objects with its value are one range, and those after them another.

        As one range of pairs it would begin for SQLite at the first object with the value.
        """
        direction, sign = (" DESC", "<") if descending else ("", ">")
        order, bound = self._order.sql, mark(self._database)
        alike, in_order = f"id{direction}", f"{order}{direction}, id{direction}"
        if place is None:
            return [_Range((), alike if by_id else in_order)]
        further = Condition(f"id {sign} {bound}", (place.id,))
        if by_id:
            return [_Range((further,), alike)]
        same, after = (
            Condition(f"{order} {compared} {bound}", (place.value,)) for compared in ("=", sign)
        )
        return [_Range((same, further), alike), _Range((after,), in_order)]


def counts(
    queries: Sequence[ListQuery], most: int, questions: Questions | None = None
) -> list[int]:
    """How many objects each of some lists has, in one statement; see `ListQuery.count`.

    :param questions: what is asked along
    """
    questions = questions or Questions()
    answers = [questions.ask(*query.counting(most)) for query in queries]
    return [int(answer()) for answer in answers]


def _joined(conditions: Sequence[Condition]) -> tuple[str, tuple[Any, ...]]:
    if not conditions:
        return "", ()
    where = " AND ".join(condition.sql for condition in conditions)
    values = tuple(value for condition in conditions for value in condition.values)
    return f" WHERE {where}", values


def _parts(
    kinds: Sequence[str], conditions: Sequence[Condition], order: _Order
) -> list[list[Condition]]:
    """The conditions of each part of a list that an index has in order; mostly there is one.

    :param kinds: the classes of its objects
    """
    for number, condition in enumerate(conditions):
        if 1 < len(condition.each) <= _MOST_PARTS:
            rest = [*conditions[:number], *conditions[number + 1 :]]
            return [[*rest, one] for one in condition.each]
    by_class = order.by_class or (order.sql != "id" and any(c.by_class for c in conditions))
    if not by_class or len(kinds) < 2 or any(c.narrow for c in conditions):
        return [[*conditions]]
    return [[Condition(of_classes([kind])), *conditions] for kind in kinds]


def _order(database: peewee.Database, schema: Schema, cls: ClassDef, code: str) -> _Order:
    if code == "id":
        return _Order("id")
    if code not in sortable_of(schema, cls):
        raise KeyError(code)
    if code == FRIENDLYNAME and "ref" in cls.attributes:
        code = "ref"
    if code == "ref":
        return _Order("ref")
    collation = ' COLLATE "C"' if is_postgresql(database) else ""
    if code == FRIENDLYNAME:
        concrete = next((schema[name] for name in schema.concrete(cls.name)), cls)
        between = f" || '{concrete.friendlyname_separator}' || "
        name = between.join(concrete.attributes[part].column for part in concrete.friendlyname)
        return _Order(f"cti_fold({name}){collation}")
    attribute = listed_attribute(schema, cls, code)
    assert attribute is not None  # noqa: S101 -- a list can't be sorted by any other code
    column = f'"{attribute.column}"'
    if attribute.kind in _TEXTS:
        folded = f"cti_fold({column}){collation}"
        if attribute.mandatory:
            return _Order(folded)
        # The index has no empty texts; and some compare as one that are none.
        empty, present = (
            f"({column} {sign} '' {word} {folded} {sign} '')"
            for sign, word in (("=", "OR"), ("<>", "AND"))
        )
        return _Order(folded, empty, present)
    if attribute.kind in _ALWAYS_THERE:
        return _order_of_few(database, cls, attribute)
    by_class = code in SORTED_BY_CLASS.get(cls.table, ())
    return _Order(column, f"{column} IS NULL", f"{column} IS NOT NULL", by_class)


def _order_of_few(database: peewee.Database, cls: ClassDef, attribute: Attribute) -> _Order:
    """The order by an attribute that has one of a few values: that in which the class has them."""
    column = f'"{attribute.column}"'
    by_class = attribute.code in SORTED_BY_CLASS.get(cls.table, ())
    if attribute.code not in cls.attributes:
        # Only some of the classes in the list have it.
        # Not ">": SQLite would begin there, and not at the place where a page begins.
        return _Order(column, f"{column} = ''", f"{column} <> ''", by_class)
    if cls.table in SORTABLE or [*attribute.values] == sorted(attribute.values):
        return _Order(column, by_class=by_class)
    ranks = "".join(
        f" WHEN {_literal(database, code)} THEN '{rank:04}'"
        for rank, code in enumerate(attribute.values)
    )
    return _Order(f"CASE {column}{ranks} ELSE '9999' END")


def _literal(database: peewee.Database, code: str) -> str:
    """A code of the schema as it stands in a statement."""
    text = "'" + code.replace("'", "''") + "'"
    return text.replace("%", "%%") if is_postgresql(database) else text
