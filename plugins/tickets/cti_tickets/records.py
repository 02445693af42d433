"""Read objects as texts: the attributes asked for, of many objects, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import peewee
from flask_babel import format_date, format_datetime

from cti_tickets.schema import Attribute, ClassDef, Kind, Schema
from cti_tickets.sql import marks, rows

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
        found = {row[0]: statement.record(row) for row in rows(database, sql, ids)}
        return [found[id_] for id_ in ids if id_ in found]

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


def _parsed_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


@dataclass(frozen=True)
class _Statement:
    """A SELECT without its list of ids, and where each value is in its rows."""

    sql: str
    class_name: str
    polymorphic: bool
    # Code to the positions whose texts, joined by a blank, are the value; one position: as is.
    columns: Mapping[str, tuple[int, ...]]

    def record(self, row: Sequence[Any]) -> Record:
        values: dict[str, Any] = {}
        for code, positions in self.columns.items():
            if len(positions) == 1:
                values[code] = row[positions[0]]
            else:
                values[code] = " ".join(str(row[p]) for p in positions if row[p])
        return Record(row[1] if self.polymorphic else self.class_name, row[0], values)


class _Builder:
    """Collects the columns and joins of one SELECT."""

    def __init__(self, schema: Schema, cls: ClassDef) -> None:
        self.schema, self.cls = schema, cls
        kind = "t.finalclass" if cls.polymorphic else "NULL"
        self.selected = ["t.id", kind]
        self.joins: dict[str, str] = {}

    def column(self, sql: str) -> int:
        self.selected.append(sql)
        return len(self.selected) - 1

    def join(self, key: Attribute) -> str:
        """The alias of the table behind a key."""
        alias = f"j_{key.code}"
        table = self.schema[key.target].table
        self.joins.setdefault(
            alias, f'LEFT JOIN "{table}" AS {alias} ON {alias}.id = t."{key.column}"'
        )
        return alias

    def positions(self, code: str) -> tuple[int, ...]:
        if code == "id":
            return (0,)
        if code == FRIENDLYNAME:
            return self._friendlyname(self.cls, "t")
        if code.endswith(_SUFFIX) and code.removesuffix(_SUFFIX) in self.cls.attributes:
            key = self.cls.attributes[code.removesuffix(_SUFFIX)]
            return self._friendlyname(self.schema[key.target], self.join(key))
        attribute = self.cls.attributes[code]
        if attribute.kind is Kind.EXTERNAL:
            key = self.cls.attributes[attribute.via]
            target = self.schema[key.target].attributes[attribute.target_attribute]
            return (self.column(f'{self.join(key)}."{target.column}"'),)
        return (self.column(f't."{attribute.column}"'),)

    def _friendlyname(self, cls: ClassDef, alias: str) -> tuple[int, ...]:
        columns = []
        for code in cls.friendlyname:
            attribute = cls.attributes[code]
            if attribute.column:
                columns.append(self.column(f'{alias}."{attribute.column}"'))
        return tuple(columns) or (0,)


def _build(schema: Schema, class_name: str, codes: tuple[str, ...]) -> _Statement:
    cls = schema[class_name]
    builder = _Builder(schema, cls)
    columns = {code: builder.positions(code) for code in codes}
    joins = "".join(f" {join}" for join in builder.joins.values())
    # Names are the schema's, never a user's; the values are bound.
    sql = f'SELECT {", ".join(builder.selected)} FROM "{cls.table}" AS t{joins} WHERE t.id IN'  # noqa: S608
    return _Statement(sql, class_name, cls.polymorphic, columns)
