"""What keeps persons from being found by their numbers: a list to work off.

Each finding is a few rows that the database groups or picks out, so that memory does not grow with
the number of persons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cti_oql.running import mark, marks, rows
from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import Host
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.records import Records
from cti_tickets.store.values import number_of

# A number has at least so many digits, or it is an extension.
_FEWEST, _MOST = 3, 15
_OUTSIDE = 6
# What people put between two numbers.
_BETWEEN = re.compile(r"[/;,|\n\r]|\s-\s|\s(?:or|ou|oder|and|et|und|&)\s", re.IGNORECASE)
_CUT = re.compile(r"\d[.,]\d+[Ee]\+?\d+")
# Members of a group that are named; the others are only counted.
NAMED = 5


@dataclass(frozen=True)
class Member:
    """An object that is named, with its class and id."""

    class_name: str
    id: int
    name: str


@dataclass(frozen=True)
class Finding:
    """A text or number, what is to be said of it, and whose it is.

    `count` is how many have it; `members` are the first few of them.
    """

    text: str
    about: str
    count: int
    members: Sequence[Member]


@dataclass
class Listed:
    """The first findings of a kind, and how many there are."""

    total: int = 0
    first: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Directory:
    """What is wrong with the numbers of the persons who call.

    :param persons: how many persons there are
    :param unreadable: numbers that can never match
    :param several: fields with more than one number
    :param shared: numbers that several persons have
    :param twice: persons who seem to be stored more than once
    """

    persons: int
    unreadable: Listed
    several: Listed
    shared: Listed
    twice: Listed


class DirectoryReader:
    """Reads what is wrong with the objects of a class.

    :param class_name: the class of persons who call; there may be several under it
    :param most: how many findings of each kind to name; None: all
    """

    def __init__(self, host: Host, records: Records, class_name: str, most: int | None) -> None:
        self._database, self._records, self._most = host.database, records, most
        schema = records.schema
        self._class_name = class_name
        self._classes = [schema[name] for name in schema.concrete(class_name)]
        self._table = schema[class_name].table
        phones = [a for c in self._classes for a in c.attributes.values() if a.kind is Kind.PHONE]
        self._phones = list({a.code: a for a in phones}.values())
        polymorphic = schema[class_name].polymorphic
        names = [c.name for c in self._classes]
        self._own = f"finalclass IN ({marks(self._database, len(names))})" if polymorphic else "1=1"
        self._own_values = names if polymorphic else []

    def read(self) -> Directory:
        """Everything that is wrong."""
        unreadable, several = self._texts()
        return Directory(
            int(self._rows(f"SELECT count(*) FROM {self._table} WHERE {self._own}")[0][0]),  # noqa: S608
            unreadable,
            several,
            self._shared(),
            self._twice(),
        )

    def _rows(self, sql: str, *values: Any, own: int = 1) -> list[Any]:
        """Rows of a statement that names the classes so many times before its other values."""
        return rows(self._database, sql, [*self._own_values * own, *values])

    # Texts

    def _texts(self) -> tuple[Listed, Listed]:
        unreadable, several = Listed(), Listed()
        for attribute in self._phones:
            for id_, class_name, text, key in self._odd(attribute):
                numbers = numbers_in(text)
                if len(numbers) > 1:
                    about = _("%(label)s: two numbers in one field", label=attribute.label)
                    self._add(several, text, about, class_name, id_)
                elif key is None:
                    about = f"{attribute.label}: {why_not(text)}"
                    self._add(unreadable, text, about, class_name, id_)
        return unreadable, several

    def _odd(self, attribute: Attribute) -> Iterator[tuple[int, str, str, str | None]]:
        """The texts that are not understood, or long enough for two numbers, in pages."""
        column, key = attribute.column, attribute.number_column
        kind = "finalclass" if self._own_values else f"'{self._class_name}'"
        last = 0
        while True:
            page = self._rows(
                f"SELECT id, {kind}, {column}, {key} FROM {self._table} WHERE {self._own}"  # noqa: S608
                f" AND {column} <> '' AND ({key} IS NULL OR length({column}) > 14)"
                f" AND id > {mark(self._database)} ORDER BY id LIMIT 1000",
                last,
            )
            yield from page
            if not page:
                return
            last = page[-1][0]

    def _add(self, listed: Listed, text: str, about: str, class_name: str, id_: int) -> None:
        listed.total += 1
        if self._most is None or len(listed.first) < self._most:
            listed.first.append(Finding(text, about, 1, self._members([(class_name, id_)])))

    # Groups

    def _shared(self) -> Listed:
        """Numbers that several have, in whichever attribute."""
        if not self._phones:
            return Listed()
        each = " UNION ".join(
            f"SELECT {a.number_column} AS k, id FROM {self._table} WHERE {self._own}"  # noqa: S608
            f" AND {a.number_column} IS NOT NULL"
            for a in self._phones
        )
        grouped = f"SELECT k, count(*) AS n FROM ({each}) AS u GROUP BY k HAVING count(*) > 1"  # noqa: S608
        own = len(self._phones)
        having = " OR ".join(f"{a.number_column} = {mark(self._database)}" for a in self._phones)
        return self._listed(
            grouped, own, lambda row: (row[0], _("several persons have this number"), row[1],
                                       having, [row[0]] * len(self._phones))
        )  # fmt: skip

    def _twice(self) -> Listed:
        """Persons of one name in one organization, or with one e-mail address."""
        listed = Listed()
        for definition in self._classes:
            name = _name_of(definition)
            if name and "org_id" in definition.attributes:
                about = str(_("one name in one organization"))
                self._merge(listed, self._same(f"cti_fold({name})", ", org_id", about))
        if any("email" in c.attributes for c in self._classes):
            about = str(_("one e-mail address"))
            self._merge(listed, self._same("cti_fold(email)", "", about, " AND email <> ''"))
        return listed

    def _same(self, text: str, more: str, about: str, where: str = "") -> Listed:
        grouped = (
            f"SELECT {text} AS k, count(*) AS n{more} FROM {self._table}"  # noqa: S608
            f" WHERE {self._own}{where} GROUP BY {text}{more} HAVING count(*) > 1"
        )
        sign = mark(self._database)
        having = f"{text} = {sign}" + (f" AND org_id = {sign}" if more else "")
        return self._listed(grouped, 1, lambda row: ("", about, row[1], having, [row[0], *row[2:]]))

    def _listed(self, grouped: str, own: int, described: Any) -> Listed:
        total = self._rows(f"SELECT count(*) FROM ({grouped}) AS g", own=own)[0][0]  # noqa: S608
        limit = "" if self._most is None else f" LIMIT {int(self._most)}"
        listed = Listed(int(total))
        for row in self._rows(f"{grouped} ORDER BY n DESC, k{limit}", own=own):
            text, about, count, having, values = described(row)
            kind = "finalclass" if self._own_values else f"'{self._class_name}'"
            members = self._rows(
                f"SELECT {kind}, id FROM {self._table} WHERE {self._own} AND ({having})"  # noqa: S608
                f" ORDER BY id LIMIT {NAMED}",
                *values,
            )
            named = self._members(members)
            listed.first.append(Finding(text or named[0].name, about, int(count), named))
        return listed

    def _merge(self, into: Listed, other: Listed) -> None:
        into.total += other.total
        into.first = [*into.first, *other.first][: self._most]

    def _members(self, ids: Sequence[tuple[str, int]]) -> list[Member]:
        names: dict[tuple[str, int], str] = {}
        for class_name in {name for name, _id in ids}:
            wanted = [id_ for name, id_ in ids if name == class_name]
            found = self._records.names(self._database, class_name, wanted)
            names |= {(class_name, id_): text for id_, text in found.items()}
        return [Member(name, id_, names.get((name, id_), "")) for name, id_ in ids]


def _name_of(definition: ClassDef) -> str:
    """The name of an object in SQL; "" if it is made of other objects' names."""
    attributes = definition.attributes
    if not all(c in attributes and attributes[c].stored for c in definition.friendlyname):
        return ""
    separator = f" || '{definition.friendlyname_separator}' || "
    return separator.join(f'"{code}"' for code in definition.friendlyname)


def numbers_in(text: str) -> list[str]:
    """The outside numbers in a text that holds more than one; else none."""
    parts = [part.strip() for part in _BETWEEN.split(text)]
    long = [part for part in parts if sum(map(str.isdigit, part)) >= _OUTSIDE]
    if len(long) < 2:
        return []
    return [part for part in long if number_of(part) is not None]


def why_not(text: str) -> str:
    """Why nobody is found by a text in a field for a number."""
    digits = sum(map(str.isdigit, text))
    if not digits:
        return str(_("has no digits"))
    if _CUT.search(text):
        return str(_("a spreadsheet has cut it"))
    if digits < _FEWEST:
        return str(_("has too few digits"))
    if digits > _MOST:
        return str(_("has more digits than any number"))
    return str(_("is no number as it stands: is a digit, the area or the country missing?"))
