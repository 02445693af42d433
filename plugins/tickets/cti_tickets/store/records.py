"""Read objects as texts: the attributes asked for, of many objects, in one statement."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any, NamedTuple

import peewee
from cti_oql import Found, Oql
from cti_oql.running import is_postgresql, marks, rows
from cti_oql.schema import Kind
from flask_babel import format_date
from flask_babel import gettext as _

from cti_host import moment
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.rights import organizations
from cti_tickets.rights.access import Access, current_access
from cti_tickets.store.record_statement import (
    FRIENDLYNAME,
    KEYS,
    SUFFIX,
    RecordStatement,
    record_statement,
)

__all__ = [
    "FRIENDLYNAME",
    "KEYS",
    "SUFFIX",
    "FoundPage",
    "Record",
    "Records",
    "as_date",
    "as_datetime",
    "shown",
    "shown_name",
]


# Where a row stands: its query, and the place in what that finds.
_place = itemgetter(-3, -2)


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


class FoundPage(NamedTuple):
    """Objects that a query finds, in its order, and how many it finds in all.

    `also` is what was asked along with it; `None`: nothing was, or no object was found.
    """

    records: list[Record]
    total: int
    also: Any = None


class Records:
    """Reads objects of the classes of a schema; the statement for each shape is built once.

    What whoever acts may not see isn't there, and a key that leads to it is empty.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._statements: dict[tuple[str, tuple[str, ...], int | None], RecordStatement] = {}
        # What others make once of the schema.
        self.kept: dict[Hashable, Any] = {}

    def load(
        self,
        database: peewee.Database,
        class_name: str,
        ids: Sequence[int],
        codes: Sequence[str],
    ) -> list[Record]:
        """The objects with these ids, in their order; one that isn't there is left out.

        So is one that whoever acts may not see, and what it says of another one that they may not
        see is empty.

        :param codes: attribute codes of the class, "friendlyname", "<key>_friendlyname", or
            "<phone>:keys" for what the indexed column of a phone attribute holds
        :raises KeyError: a code that the class doesn't have
        """
        if not ids:
            return []
        found = self.load_among(database, class_name, (marks(database, len(ids)), ids), codes)
        records = {record.id: record for record in found}
        return [records[id_] for id_ in ids if id_ in records]

    def load_among(
        self,
        database: peewee.Database,
        class_name: str,
        among: tuple[str, Sequence[object]],
        codes: Sequence[str],
    ) -> list[Record]:
        """The objects whose ids SQL names, in no order; see `load`.

        :param among: what stands within "id IN (…)", and the values that are bound in it
        """
        statement, found = self._rows(database, class_name, among, codes)
        readable = self.readable(class_name, codes)
        made = (readable(_record(statement, row)) for row in found)
        return [record for record in made if record is not None]

    def _rows(
        self,
        database: peewee.Database,
        class_name: str,
        among: tuple[str, Sequence[object]],
        codes: Sequence[str],
    ) -> tuple[RecordStatement, list[Any]]:
        """The statement for attributes of a class, and what it finds; see `load_among`."""
        statement, limits = self.statement(database, class_name, codes)
        access = current_access()
        if access.is_limited and not access.readable(class_name):
            return statement, []
        ids, values = among
        sql = f"SELECT {statement.columns} FROM {statement.tables} WHERE t.id IN ({ids})"  # noqa: S608 -- names of the schema
        return statement, rows(database, sql, [*limits, *values])

    def load_found(
        self,
        oql: Oql,
        database: peewee.Database,
        class_name: str,
        begin: Found,
        codes: Sequence[str],
        also: tuple[str, Sequence[object]] = ("NULL", ()),
    ) -> list[FoundPage]:
        """What each of some queries finds, in their order, in one statement; see `load`.

        :param begin: the queries, about objects of the class, see `Oql.found`, with totals
        :param also: what else to ask: SQL that depends on no object, and the values in it
        """
        statement, limits = self.statement(database, class_name, codes)
        asked, values = also
        # Begin with what was found, which is little: SQLite keeps the order of a CROSS JOIN.
        rest = (
            f'SELECT {statement.columns}, {asked}, f."query", f."place", f."total" '  # noqa: S608 -- names of the schema
            f'FROM "found" AS f CROSS JOIN {statement.tables} WHERE t.id = f."id"'
        )
        readable = self.readable(class_name, codes)
        pages = [FoundPage([], 0) for _query in begin.queries]
        found = oql.rows_of(database, begin, rest, (*values, *limits))
        found.sort(key=_place)
        for row in found:
            query, total = row[-3], row[-1]
            page = pages[query]
            if page.total != total:  # its first one
                page = pages[query] = FoundPage(page.records, total, row[-4])
            record = readable(_record(statement, row))
            if record is not None:
                page.records.append(record)
        return pages

    def names(
        self, database: peewee.Database, class_name: str, ids: Sequence[int]
    ) -> dict[int, str]:
        """The friendly names of some objects, by id."""
        records = self.load(database, class_name, ids, [FRIENDLYNAME])
        return {record.id: record.text(FRIENDLYNAME) for record in records}

    def statement(
        self, database: peewee.Database, class_name: str, codes: Sequence[str]
    ) -> tuple[RecordStatement, Sequence[object]]:
        """The statement for attributes of a class, and what its limits bind in it.

        For whoever puts it into a statement of their own: what they find is to go through
        `readable`.
        """
        allowed = organizations.allowed()
        shape = (class_name, tuple(codes), None if allowed is None else allowed.size)
        statement = self._statements.get(shape)
        if statement is None:
            tables = None if allowed is None else organizations.tables_for(self.schema, allowed)
            statement = record_statement(self.schema, class_name, tuple(codes), tables)
            self._statements[shape] = statement
        if allowed is None:
            return statement, ()
        return statement, allowed.values(is_postgresql(database)) * statement.places

    def readable(self, class_name: str, codes: Sequence[str]) -> Callable[[Record], Record | None]:
        """What leaves out what whoever acts may not see: values, or the whole object."""
        access = current_access()
        if not access.is_limited:
            return lambda record: record
        classes = access.readable(class_name)
        hidden = {code: "" for code in codes if _is_hidden(self.schema, access, class_name, code)}

        def readable(record: Record) -> Record | None:
            if record.class_name not in classes:
                return None
            return replace(record, values={**record.values, **hidden}) if hidden else record

        return readable


def _record(statement: RecordStatement, row: Sequence[Any]) -> Record:
    return Record(statement.class_of(row), row[0], statement.values(row))


def _is_hidden(schema: Schema, access: Access, class_name: str, code: str) -> bool:
    """Whether a value is made of an object behind a key that whoever acts may not see."""
    cls = schema[class_name]
    if code == FRIENDLYNAME:
        kinds = [schema[name] for name in schema.concrete(class_name)]
        return any(
            _is_hidden(schema, access, kind.name, part)
            for kind in kinds
            for part in kind.friendlyname
        )
    attribute = cls.attributes.get(code)
    if attribute is not None and attribute.kind is not Kind.EXTERNAL:
        return False
    via = cls.attributes.get(attribute.via if attribute else code.removesuffix(SUFFIX))
    if via is None:
        return False
    behind = attribute.target_attribute if attribute else FRIENDLYNAME
    seen = access.readable(via.target) == frozenset(schema.concrete(via.target))
    return not seen or _is_hidden(schema, access, via.target, behind)


def shown(attribute: Attribute, value: Any) -> str:
    """A value as the agent reads it: an enum's label, a date in their language."""
    if value is None or value == "":
        return ""
    if attribute.kind is Kind.ENUM:
        label = attribute.values.get(str(value))
        return str(label) if label is not None else str(value)
    if attribute.kind is Kind.DATETIME:
        at = as_datetime(value)
        return moment(at) if at else str(value)
    if attribute.kind is Kind.BOOLEAN:
        return str(_("Yes") if value else _("No"))
    if attribute.kind is Kind.DURATION:
        return _duration(int(value))
    if attribute.kind is Kind.DATE:
        day = as_date(value)
        return format_date(day, "medium") if day else str(value)
    return str(value)


def shown_name(cls: ClassDef, friendlyname: str, id_: int) -> str:
    """What pages call an object; one whose only name is a value of an enum, by its label and id."""
    name = friendlyname.strip()
    own = cls.attributes.get(cls.friendlyname[0]) if name and cls.friendlyname else None
    if own is not None and own.kind is Kind.ENUM:
        return f"{shown(own, name)} #{id_}"
    return name or f"{cls.label} {id_}"


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


def as_date(value: Any) -> date | None:
    """A day as the database gave it: SQLite keeps text."""
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
