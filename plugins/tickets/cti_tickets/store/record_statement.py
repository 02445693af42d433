"""SQL that reads attributes of objects: columns, joins, and where in a row each value is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from cti_oql.limits import LimitedTables
from cti_oql.schema import Kind

from cti_tickets.model.list_plan import listed_attribute
from cti_tickets.model.schema import Attribute, ClassDef, Schema

FRIENDLYNAME = "friendlyname"
SUFFIX = "_friendlyname"
# Behind the code of a phone attribute: what its indexed column holds.
KEYS = ":keys"
# The kinds whose columns hold texts.
_TEXTS = (Kind.STRING, Kind.TEXT, Kind.HTML, Kind.EMAIL, Kind.PHONE, Kind.ENUM)


@dataclass(frozen=True)
class _Name:
    """Values that make up a name, joined by a separator."""

    separator: str
    parts: tuple[_Shape, ...]


@dataclass(frozen=True)
class _ByClass:
    """Names that each class makes in its own way; `position` is where the class is."""

    position: int
    names: Mapping[str, _Shape]


# Where a value is in a row: at one position as it is, or made of several.
_Shape = int | _Name | _ByClass


_Reader = Callable[[Sequence[Any]], Any]


def _reader(shape: _Shape) -> _Reader:
    """A function that reads a value of a row; a panel reads two names in each of its rows."""
    if isinstance(shape, int):
        return itemgetter(shape)
    if isinstance(shape, _ByClass):
        position = shape.position
        readers = {name: _reader(own) for name, own in shape.names.items()}
        return lambda row: readers[row[position]](row) if row[position] in readers else ""
    separator, positions = shape.separator, [one for one in shape.parts if isinstance(one, int)]
    if len(positions) == len(shape.parts):
        return lambda row: separator.join([str(row[one]) for one in positions if row[one]])
    parts = [_reader(part) for part in shape.parts]
    return lambda row: separator.join([str(value) for read in parts if (value := read(row))])


class RecordStatement:
    """Columns to select and the tables they are in, and where each value is in the rows.

    :param places: how many times the values of limits are bound in it
    :param width: how many columns there are; the first one is the id
    :param only_texts: whether all others are texts
    """

    def __init__(
        self,
        columns: str,
        tables: str,
        class_name: str,
        polymorphic: bool,
        shapes: Mapping[str, _Shape],
        *,
        places: int = 0,
        width: int = 0,
        only_texts: bool = False,
    ) -> None:
        self.columns, self.tables, self.places = columns, tables, places
        self.width, self.only_texts = width, only_texts
        self._class_name, self._polymorphic = class_name, polymorphic
        self._readers = {code: _reader(shape) for code, shape in shapes.items()}
        # Most values are at one position: these are read without a call for each.
        self._plain = [(code, shape) for code, shape in shapes.items() if isinstance(shape, int)]
        self._made = [(c, self._readers[c]) for c, s in shapes.items() if not isinstance(s, int)]

    def values(self, row: Sequence[Any]) -> dict[str, Any]:
        """The values of a row, by their codes."""
        values = {code: row[position] for code, position in self._plain}
        for code, read in self._made:
            values[code] = read(row)
        return values

    def text(self, code: str, row: Sequence[Any]) -> str:
        """One value of a row as plain text; "" for none."""
        value = self._readers[code](row)
        return "" if value is None else str(value)

    def class_of(self, row: Sequence[Any]) -> str:
        """The real class of the object of a row, whose id comes first in it."""
        kind: str = row[1] if self._polymorphic else self._class_name
        return kind


class _Builder:
    """Collects the columns and joins of one SELECT."""

    def __init__(self, schema: Schema, cls: ClassDef, tables: LimitedTables | None) -> None:
        self.schema = schema
        self._tables = tables
        self.places = 0
        self.only_texts = True
        kind = "t.finalclass" if cls.polymorphic else "NULL"
        self.selected = {"t.id": 0, kind: 1}
        self.joins: list[str] = []
        self._aliases: dict[tuple[str, str], str] = {}

    def shape(self, cls: ClassDef, alias: str, code: str) -> _Shape:
        """Where the value of an attribute of the class behind an alias will be."""
        if code == "id":
            self.only_texts = False
            return self._column(f"{alias}.id")
        if code == FRIENDLYNAME:
            return self._name(cls, alias)
        key = cls.attributes.get(code.removesuffix(SUFFIX))
        if code.endswith(SUFFIX) and key is not None:
            return self._name(self.schema[key.target], self._join(alias, key))
        if code.endswith(KEYS):
            phone = cls.attributes[code.removesuffix(KEYS)]
            return self._column(f'{alias}."{phone.number_column}"')
        attribute = listed_attribute(self.schema, cls, code)
        if attribute is None:
            raise KeyError(code)
        if attribute.kind is Kind.EXTERNAL:
            key = cls.attributes[attribute.via]
            behind = self._join(alias, key)
            return self.shape(self.schema[key.target], behind, attribute.target_attribute)
        self.only_texts &= attribute.kind in _TEXTS
        if attribute.kind is Kind.KEY and self._may_hide(cls, attribute):
            return self._column(f"{self._join(alias, attribute)}.id")
        return self._column(f'{alias}."{attribute.column}"')

    def table(self, class_name: str) -> str:
        """What to read the objects of a class from."""
        if self._tables is None:
            return f'"{self.schema[class_name].table}"'
        limited = self._tables.of(class_name, few=True)
        self.places += limited.places
        return limited.sql

    def _may_hide(self, cls: ClassDef, key: Attribute) -> bool:
        return self._tables is not None and self._tables.limits.may_hide(cls, key)

    def _column(self, sql: str) -> int:
        return self.selected.setdefault(sql, len(self.selected))

    def _join(self, alias: str, key: Attribute) -> str:
        """The alias of the table behind a key."""
        joined = self._aliases.get((alias, key.code))
        if joined is None:
            joined = self._aliases[alias, key.code] = f"j{len(self._aliases)}"
            table = self.table(key.target)
            self.joins.append(
                f'LEFT JOIN {table} AS {joined} ON {joined}.id = {alias}."{key.column}"'
            )
        return joined

    def _name(self, cls: ClassDef, alias: str) -> _Shape:
        """The friendly name, by the rule of each object's own class."""
        classes = [self.schema[name] for name in self.schema.concrete(cls.name)] or [cls]
        rules = {(own.friendlyname, own.friendlyname_separator) for own in classes}
        if len(rules) == 1:
            return self._name_of(classes[0], alias)
        position = self._column(f"{alias}.finalclass")
        return _ByClass(position, {own.name: self._name_of(own, alias) for own in classes})

    def _name_of(self, cls: ClassDef, alias: str) -> _Shape:
        parts = tuple(self.shape(cls, alias, code) for code in cls.friendlyname)
        return parts[0] if len(parts) == 1 else _Name(cls.friendlyname_separator, parts)


def record_statement(
    schema: Schema, class_name: str, codes: tuple[str, ...], tables: LimitedTables | None
) -> RecordStatement:
    """The statement that reads attributes of the objects of a class.

    :param tables: what to read from in place of the tables, for somebody who may not see all
    """
    cls = schema[class_name]
    builder = _Builder(schema, cls, tables)
    shapes = {code: builder.shape(cls, "t", code) for code in codes}
    joins = "".join(f" {join}" for join in builder.joins)
    # Names are the schema's, never a user's; the values are bound.
    source = f"{builder.table(class_name)} AS t{joins}"
    columns = ", ".join(builder.selected)
    return RecordStatement(
        columns,
        source,
        class_name,
        cls.polymorphic,
        shapes,
        places=builder.places,
        width=len(builder.selected),
        only_texts=builder.only_texts,
    )
