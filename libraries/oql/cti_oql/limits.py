"""Limits: somebody sees those objects only that belong to some objects of one class.

Besides, there are classes of which they see none at all. All others are as if they did not exist: a
class is read as a table without them, and a key that leads to one of them leads nowhere. Which
objects are allowed is known when a query runs; where a statement has places for them is all that it
depends on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cti_oql.schema import Attribute, ClassDef, Schema

# A statement lists one id, up to so many, or has all of them in one value (0).
_SIZES = (1, 8, 64)
MANY = 0


@dataclass(frozen=True)
class Limits:
    """What the objects of each class belong to.

    An object of `root` is there if it is among those allowed. An object of a class in `keys` is
    there if those behind all of these keys are there. All objects of other classes are. Where the
    table of a class says in a column which object of `root` that comes down to, it is looked up in
    there.

    :param columns: these columns, by class
    :param hidden: the classes that have objects, none of which are there, see `hiding`
    :param hides_some: these, and those above them
    """

    root: str
    keys: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    hides_some: frozenset[str] = frozenset()

    def hiding(self, schema: Schema, hidden: frozenset[str]) -> Limits:
        """The same limits, and none of the objects of some classes.

        :param hidden: classes that have objects
        """
        above = frozenset(name for each in hidden for name in schema.ancestors(each))
        return replace(self, hidden=hidden, hides_some=above | hidden)

    def limited(self, class_name: str) -> bool:
        """Whether some objects of a class may not be there."""
        return class_name == self.root or class_name in self.keys

    def may_hide(self, owner: ClassDef, key: Attribute) -> bool:
        """Whether a key of an object that is there may lead to one that isn't."""
        if key.target in self.hides_some:
            return True
        return self.limited(key.target) and key.code not in self.keys.get(owner.name, ())


# Limits of somebody who may see the objects of all organizations.
NO_LIMITS = Limits("", {})


class Allowed:
    """The objects of the root of limits that somebody may see, by their ids."""

    def __init__(self, ids: Iterable[int]) -> None:
        self.ids = frozenset(ids)
        # No object has the id 0.
        listed = sorted(self.ids) or [0]
        self.size = next((size for size in _SIZES if len(listed) <= size), MANY)
        self._listed = listed
        self._padded = tuple(listed + listed[:1] * (self.size - len(listed)))
        self._json = json.dumps(listed) if self.size == MANY else ""

    def values(self, postgresql: bool) -> tuple[object, ...]:
        """What is bound where a statement compares with the ids, once."""
        if self.size != MANY:
            return self._padded
        return (self._listed,) if postgresql else (self._json,)


@dataclass(frozen=True)
class LimitedTable:
    """A table without the objects that aren't there: SQL to read from, in place of its name.

    :param places: how many times `Allowed.values` is bound in it
    """

    sql: str
    places: int


@dataclass(frozen=True)
class LimitedTables:
    """The tables of a schema with limits, for statements with so many ids.

    :param size: the size of what is allowed, see `Allowed`
    """

    schema: Schema
    limits: Limits
    size: int
    postgresql: bool

    @property
    def values(self) -> int:
        """How many values are bound where a statement compares with the ids, once."""
        return self.size if self.size != MANY else 1

    _made: dict[tuple[str, bool], LimitedTable] = field(default_factory=dict, compare=False)

    def of(self, class_name: str, *, few: bool) -> LimitedTable:
        """The table of a class.

        :param few: whether other conditions find few of its rows, by an index
        """
        made = self._made.get((class_name, few))
        if made is None:
            made = self._made[class_name, few] = self._make(self.schema[class_name], few)
        return made

    def _make(self, class_def: ClassDef, few: bool) -> LimitedTable:
        table = _quoted(class_def.table)
        conditions, places = self._of_hidden(class_def), 0
        if self.limits.limited(class_def.name):
            condition, places = self.condition(class_def.name, "own", few=few)
            conditions.append(condition)
        if not conditions:
            return LimitedTable(table, 0)
        condition = " AND ".join(conditions)
        # Names are the schema's, never a user's; the values are bound.
        return LimitedTable(f"(SELECT own.* FROM {table} AS own WHERE {condition})", places)  # noqa: S608

    def _of_hidden(self, class_def: ClassDef) -> list[str]:
        """That a row is not of a class of which no object is there; nothing where none can be."""
        concrete = frozenset(self.schema.concrete(class_def.name))
        hidden = concrete & self.limits.hidden
        if hidden == concrete:
            return ["1 = 0"] if hidden else []
        listed = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(hidden))
        return [f"own.finalclass NOT IN ({listed})"] if hidden else []

    def condition(
        self, class_name: str, alias: str, *, few: bool, depth: int = 0
    ) -> tuple[str, int]:
        """That a row of a class is there, and how many times `Allowed.values` is bound in it.

        :param alias: what the statement calls the table, or the table's name
        """
        # Without an index SQLite does not begin at the condition: others find less.
        hint = "+" if few and not self.postgresql else ""
        if class_name == self.limits.root:
            return self._among(f"{hint}{alias}.id"), 1
        if class_name in self.limits.columns:
            column = _quoted(self.limits.columns[class_name])
            return self._among(f"{hint}{alias}.{column}"), 1
        parts, places = [], 0
        for code in self.limits.keys.get(class_name, ()):
            key = self.schema[class_name].attributes[code]
            column = f"{alias}.{_quoted(key.column)}"
            if key.target == self.limits.root:
                parts.append(self._among(f"{hint}{column}"))
                places += 1
                continue
            inner = f"behind{depth}"
            condition, more = self.condition(key.target, inner, few=few, depth=depth + 1)
            table = _quoted(self.schema[key.target].table)
            if few:
                parts.append(
                    f"EXISTS (SELECT 1 FROM {table} AS {inner}"  # noqa: S608 -- names only
                    f" WHERE {inner}.id = {column} AND {condition})"
                )
            else:
                parts.append(
                    f"{column} IN (SELECT {inner}.id FROM {table} AS {inner} WHERE {condition})"  # noqa: S608 -- names only
                )
            places += more
        return " AND ".join(parts) or "1 = 1", places

    def _among(self, column: str) -> str:
        mark = "%s" if self.postgresql else "?"
        if self.size == MANY:
            if self.postgresql:
                return f"{column} = ANY({mark})"
            return f"{column} IN (SELECT value FROM json_each({mark}))"  # noqa: S608 -- a mark
        if self.size == 1:
            return f"{column} = {mark}"
        return f"{column} IN ({', '.join([mark] * self.size)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
