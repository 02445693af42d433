"""Read objects as texts: the attributes asked for, of many objects, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import peewee
from cti_oql.running import marks, rows
from cti_oql.schema import Kind
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from cti_tickets.model.schema import Attribute, ClassDef, Schema

FRIENDLYNAME = "friendlyname"
_SUFFIX = "_friendlyname"


@dataclass(frozen=True)
class Record:
    """One object: its real class, its id, and the values that were asked for, by code."""

    class_name: str
    id: int
    values: Mapping[str, Any]

    def text(self, code: str) -> str:
        """A value as plain text ("" for none), for URLs, JSON and other programs."""
        value = self.values.get(code)
        return "" if value is None else str(value)


class Records:
    """Reads objects of the classes of a schema; the statement for each shape is built once."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._statements: dict[tuple[str, tuple[str, ...]], _Statement] = {}

    def load(
        self,
        database: peewee.Database,
        class_name: str,
        ids: Sequence[int],
        codes: Sequence[str],
    ) -> list[Record]:
        """The objects with these ids, in their order; one that isn't there is left out.

        :param codes: attribute codes of the class, "friendlyname", or "<key>_friendlyname"
        :raises KeyError: a code that the class doesn't have
        """
        if not ids:
            return []
        shape = (class_name, tuple(codes))
        statement = self._statements.get(shape)
        if statement is None:
            statement = self._statements[shape] = _build(self.schema, *shape)
        sql = f"{statement.sql} ({marks(database, len(ids))})"
        records = {row[0]: statement.record(row) for row in rows(database, sql, ids)}
        return [records[id_] for id_ in ids if id_ in records]

    def names(
        self, database: peewee.Database, class_name: str, ids: Sequence[int]
    ) -> dict[int, str]:
        """The friendly names of some objects, by id."""
        records = self.load(database, class_name, ids, [FRIENDLYNAME])
        return {record.id: record.text(FRIENDLYNAME) for record in records}


def shown(attribute: Attribute, value: Any) -> str:
    """A value as the agent reads it: an enum's label, a date in their language."""
    if value is None or value == "":
        return ""
    if attribute.kind is Kind.ENUM:
        label = attribute.values.get(str(value))
        return str(label) if label is not None else str(value)
    if attribute.kind is Kind.DATETIME:
        moment = as_datetime(value)
        return format_datetime(moment, "short") if moment else str(value)
    if attribute.kind is Kind.BOOLEAN:
        return str(_("Yes") if value else _("No"))
    if attribute.kind is Kind.DURATION:
        return _duration(int(value))
    if attribute.kind is Kind.DATE:
        day = value if isinstance(value, date) else _parsed_date(str(value))
        return format_date(day, "medium") if day else str(value)
    return str(value)


def as_datetime(value: Any) -> datetime | None:
    """A moment as the database gave it (SQLite keeps text), as UTC without a zone."""
    if value is None or isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _duration(seconds: int) -> str:
    """A time as people say it: its two largest units."""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = [
        (days, _("%(count)s d", count=days)),
        (hours, _("%(count)s h", count=hours)),
        (minutes, _("%(count)s min", count=minutes)),
        (rest, _("%(count)s s", count=rest)),
    ]
    first = next((n for n, (count, _text) in enumerate(parts) if count), 3)
    return " ".join(text for count, text in parts[first : first + 2] if count or first == 3)


def _parsed_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


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


def _value(shape: _Shape, row: Sequence[Any]) -> Any:
    if isinstance(shape, int):
        return row[shape]
    if isinstance(shape, _ByClass):
        own = shape.names.get(row[shape.position])
        return _value(own, row) if own is not None else ""
    texts = [str(value) for part in shape.parts if (value := _value(part, row))]
    return shape.separator.join(texts)


@dataclass(frozen=True)
class _Statement:
    """A SELECT without its list of ids, and where each value is in its rows."""

    sql: str
    class_name: str
    polymorphic: bool
    shapes: Mapping[str, _Shape]

    def record(self, row: Sequence[Any]) -> Record:
        values = {code: _value(shape, row) for code, shape in self.shapes.items()}
        return Record(row[1] if self.polymorphic else self.class_name, row[0], values)


class _Builder:
    """Collects the columns and joins of one SELECT."""

    def __init__(self, schema: Schema, cls: ClassDef) -> None:
        self.schema = schema
        kind = "t.finalclass" if cls.polymorphic else "NULL"
        self.selected = {"t.id": 0, kind: 1}
        self.joins: list[str] = []
        self._aliases: dict[tuple[str, str], str] = {}

    def shape(self, cls: ClassDef, alias: str, code: str) -> _Shape:
        """Where the value of an attribute of the class behind an alias will be."""
        if code == "id":
            return self._column(f"{alias}.id")
        if code == FRIENDLYNAME:
            return self._name(cls, alias)
        key = cls.attributes.get(code.removesuffix(_SUFFIX))
        if code.endswith(_SUFFIX) and key is not None:
            return self._name(self.schema[key.target], self._join(alias, key))
        attribute = cls.attributes[code]
        if attribute.kind is Kind.EXTERNAL:
            key = cls.attributes[attribute.via]
            behind = self._join(alias, key)
            return self.shape(self.schema[key.target], behind, attribute.target_attribute)
        return self._column(f'{alias}."{attribute.column}"')

    def _column(self, sql: str) -> int:
        return self.selected.setdefault(sql, len(self.selected))

    def _join(self, alias: str, key: Attribute) -> str:
        """The alias of the table behind a key."""
        joined = self._aliases.get((alias, key.code))
        if joined is None:
            joined = self._aliases[alias, key.code] = f"j{len(self._aliases)}"
            table = self.schema[key.target].table
            self.joins.append(
                f'LEFT JOIN "{table}" AS {joined} ON {joined}.id = {alias}."{key.column}"'
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


def _build(schema: Schema, class_name: str, codes: tuple[str, ...]) -> _Statement:
    cls = schema[class_name]
    builder = _Builder(schema, cls)
    shapes = {code: builder.shape(cls, "t", code) for code in codes}
    joins = "".join(f" {join}" for join in builder.joins)
    # Names are the schema's, never a user's; the values are bound.
    sql = f'SELECT {", ".join(builder.selected)} FROM "{cls.table}" AS t{joins} WHERE t.id IN'  # noqa: S608
    return _Statement(sql, class_name, cls.polymorphic, shapes)
