"""The statements of the directory report: rows of one text or one group each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee
from cti_oql.running import is_postgresql, mark
from cti_oql.schema import Kind

from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.rights import organizations
from cti_tickets.store.classes import of_classes

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]
MembersOf = Callable[[Row], Statement]


@dataclass(frozen=True)
class Source:
    """A statement whose rows are findings.

    :param order: of its rows, the columns of `sql`
    :param label: the attribute whose text each row is; a row is an id, a class, and the text
    :param members: the statement for the classes and ids of a row that is a group
    :param by_email: whether a group has an e-mail address in common, and not a name
    """

    sql: str
    values: Sequence[Any]
    order: str = "id"
    label: object = ""
    members: MembersOf | None = None
    by_email: bool = False


class Sources:
    """The statements for the objects of a class, and of those under it.

    :param class_name: the class of persons who call
    """

    def __init__(self, database: peewee.Database, schema: Schema, class_name: str) -> None:
        self._database = database
        self._classes = [schema[name] for name in schema.concrete(class_name)]
        # Of persons whom the administrator may not see nothing is told either.
        table, limits = organizations.table(class_name, few=False)
        self._table = f"{table} AS person"
        phones = [a for c in self._classes for a in c.attributes.values() if a.kind is Kind.PHONE]
        self._phones = list({a.code: a for a in phones}.values())
        polymorphic = schema[class_name].polymorphic
        self._own = of_classes(c.name for c in self._classes) if polymorphic else "1=1"
        self._own_values: list[Any] = [*limits]
        self._class = "finalclass" if polymorphic else f"'{class_name}'"
        self._collation = ' COLLATE "C"' if is_postgresql(database) else ""

    def persons(self) -> Statement:
        """How many persons there are."""
        return f"SELECT count(*) FROM {self._table} WHERE {self._own}", self._own_values  # noqa: S608

    def unreadable(self) -> list[Source]:
        """Texts that were not understood."""
        return [self._texts(a, f"{a.number_column} IS NULL") for a in self._phones]

    def several(self) -> list[Source]:
        """Texts that surely hold several numbers: the first keys of a column are the sure ones."""
        return [self._texts(a, _has_blank(_sure_keys(a))) for a in self._phones]

    def shared(self) -> list[Source]:
        """Numbers that several have, in whichever attribute, alone or among others."""
        if not self._phones:
            return []
        parts = [part for a in self._phones for part in self._numbers(a)]
        grouped = (
            f"SELECT k, count(*) AS n FROM ({' UNION '.join(parts)}) AS u"  # noqa: S608
            " GROUP BY k HAVING count(*) > 1"
        )
        values = self._own_values * len(parts)
        return [Source(grouped, values, "n DESC, k", members=self._holders)]

    def twice(self) -> list[Source]:
        """Persons of one name in one organization, or with one e-mail address."""
        found = []
        for definition in self._classes:
            name = _name_of(definition)
            if name and "org_id" in definition.attributes:
                found.append(self._same(self._folded(name), ", org_id"))
        if any("email" in c.attributes for c in self._classes):
            found.append(self._same(self._folded("email"), "", " AND email <> ''", by_email=True))
        return found

    def _texts(self, attribute: Attribute, condition: str) -> Source:
        column = attribute.column
        sql = (
            f"SELECT id, {self._class} AS c, {column} AS t FROM {self._table}"  # noqa: S608
            f" WHERE {self._own} AND {column} <> '' AND {condition}"
        )
        return Source(sql, self._own_values, label=attribute.label)

    def _numbers(self, attribute: Attribute) -> list[str]:
        """Each number of an attribute with whose it is: alone in its column, and among others."""
        key = attribute.number_column
        own = f"{self._own} AND {key} IS NOT NULL"
        several = _has_blank(str(key))
        return [
            f"SELECT {key} AS k, id FROM {self._table} WHERE {own} AND NOT ({several})",  # noqa: S608
            f"SELECT j.key AS k, id FROM {self._table}"  # noqa: S608
            f" JOIN joint_number AS j ON j.joint = {key}"
            f" WHERE {own} AND {several} AND substr(j.key, 1, 1) <> '?'",
        ]

    def _holders(self, row: Row) -> Statement:
        sign = mark(self._database)
        joints = f"(SELECT joint FROM joint_number WHERE key = {sign})"  # noqa: S608
        conditions = " OR ".join(
            f"{a.number_column} = {sign} OR {a.number_column} IN {joints}" for a in self._phones
        )
        return self._members(conditions), [*self._own_values, *[row[0]] * (2 * len(self._phones))]

    def _same(self, text: str, more: str, where: str = "", *, by_email: bool = False) -> Source:
        sign = mark(self._database)
        sql = (
            f"SELECT {text} AS k, count(*) AS n{more} FROM {self._table}"  # noqa: S608
            f" WHERE {self._own}{where} GROUP BY {text}{more} HAVING count(*) > 1"
        )
        conditions = f"{text} = {sign}{where}" + (f" AND org_id = {sign}" if more else "")

        def members(row: Row) -> Statement:
            return self._members(conditions), [*self._own_values, row[0], *row[2:]]

        order = f"n DESC, k{more}"
        return Source(sql, self._own_values, order, members=members, by_email=by_email)

    def _members(self, conditions: str) -> str:
        return f"SELECT {self._class}, id FROM {self._table} WHERE {self._own} AND ({conditions})"  # noqa: S608

    def _folded(self, text: str) -> str:
        """A text as it compares; the expression of the index."""
        return f"(cti_fold({text}){self._collation})"


def _has_blank(text: str) -> str:
    """The condition that a text in SQL has a blank in it; a pattern of LIKE would need a percent
    sign, which PostgreSQL's driver takes for the place of a value."""
    return f"replace({text}, ' ', '') <> {text}"


def _sure_keys(attribute: Attribute) -> str:
    """What a number column holds, without the blanks in front of doubtful numbers."""
    return f"replace({attribute.number_column}, ' ?', '')"


def _name_of(definition: ClassDef) -> str:
    """The name of an object in SQL; "" if it is made of other objects' names."""
    attributes = definition.attributes
    if not all(c in attributes and attributes[c].stored for c in definition.friendlyname):
        return ""
    separator = f" || '{definition.friendlyname_separator}' || "
    return separator.join(definition.friendlyname)
