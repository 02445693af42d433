"""What keeps persons from being found by their numbers: a list to work off.

The database groups and picks out what is wrong, and hands over one page of it at a time, so that
neither memory nor time grows with what is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from cti_oql.running import rows
from flask_babel import gettext as _

from cti_host import Host
from cti_tickets.directory.sources import MembersOf, Row, Source, Sources
from cti_tickets.store.records import Records

# A number has at least so many digits.
_FEWEST, _MOST = 3, 15
_CUT = re.compile(r"\d[.,]\d+[Ee]\+?\d+")
# Members of a group that are named; the others are only counted.
NAMED = 5


class FindingKind(StrEnum):
    """What can be wrong.

    :cvar UNREADABLE: numbers that can never match
    :cvar SEVERAL: fields with more than one number
    :cvar SHARED: numbers that several persons have
    :cvar TWICE: persons who seem to be stored more than once
    """

    UNREADABLE = "unreadable"
    SEVERAL = "several"
    SHARED = "shared"
    TWICE = "twice"


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
    """Some of the findings of a kind, and how many there are in all."""

    total: int = 0
    findings: list[Finding] = field(default_factory=list)


class DirectoryReader:
    """Reads what is wrong with the objects of a class.

    :param class_name: the class of persons who call; there may be several under it
    """

    def __init__(self, host: Host, records: Records, class_name: str) -> None:
        self._database, self._records = host.database, records
        self._sources = Sources(host.database, records.schema, class_name)

    def persons(self) -> int:
        """How many persons there are."""
        return int(self._rows(self._sources.persons())[0][0])

    def listed(self, kind: FindingKind, most: int, offset: int = 0) -> Listed:
        """Some of the findings of a kind, in an order that stays the same.

        :param most: at most so many
        :param offset: how many to leave out before them
        """
        listed = Listed()
        for source in self._of_kind(kind):
            skipped = max(0, offset - listed.total)
            total, found = self._page(source, most - len(listed.findings), skipped)
            listed.total += total
            listed.findings += [self._finding(kind, source, row) for row in found]
        return replace(listed, findings=self._named(listed.findings))

    def _of_kind(self, kind: FindingKind) -> Sequence[Source]:
        sources = self._sources
        return {
            FindingKind.UNREADABLE: sources.unreadable,
            FindingKind.SEVERAL: sources.several,
            FindingKind.SHARED: sources.shared,
            FindingKind.TWICE: sources.twice,
        }[kind]()

    def _page(self, source: Source, most: int, offset: int) -> tuple[int, list[Row]]:
        """How many rows a source has, and some of them."""
        sql, values = source.sql, source.values
        paged = (
            f"SELECT s.*, count(*) OVER () FROM ({sql}) AS s"  # noqa: S608 -- made of names
            f" ORDER BY {source.order} LIMIT {int(most)} OFFSET {int(offset)}"
        )
        found = self._rows((paged, values)) if most > 0 else []
        if found:
            return int(found[0][-1]), [tuple(row[:-1]) for row in found]
        counted = f"SELECT count(*) FROM ({sql}) AS s"  # noqa: S608 -- made of names
        return int(self._rows((counted, values))[0][0]), []

    def _rows(self, statement: tuple[str, Sequence[Any]]) -> list[Any]:
        return rows(self._database, *statement)

    def _finding(self, kind: FindingKind, source: Source, row: Row) -> Finding:
        if source.members is not None:
            text, about, count = _group(kind, row, source.by_email)
            members = self._members(source.members, row)
            return Finding(text, about, count, members)
        id_, class_name, text = row
        what = _("two numbers in one field") if kind is FindingKind.SEVERAL else why_not(text)
        return Finding(text, f"{source.label}: {what}", 1, [Member(class_name, id_, "")])

    def _members(self, members: MembersOf, row: Row) -> list[Member]:
        sql, values = members(row)
        found = self._rows((f"{sql} ORDER BY id LIMIT {NAMED}", values))
        return [Member(class_name, id_, "") for class_name, id_ in found]

    def _named(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings with the names of their members, read class by class."""
        ids: dict[str, list[int]] = {}
        for one in findings:
            for member in one.members:
                ids.setdefault(member.class_name, []).append(member.id)
        names = {
            class_name: self._records.names(self._database, class_name, list(dict.fromkeys(some)))
            for class_name, some in ids.items()
        }
        named = []
        for one in findings:
            members = [replace(m, name=names[m.class_name].get(m.id, "")) for m in one.members]
            text = one.text or (members[0].name if members else "")
            named.append(replace(one, text=text, members=members))
        return named


def _group(kind: FindingKind, row: Row, by_email: bool) -> tuple[str, str, int]:
    """The text of a group, what its members have in common, and how many they are."""
    if kind is FindingKind.SHARED:
        return shown(row[0]), str(_("several persons have this number")), int(row[1])
    same = _("one e-mail address") if by_email else _("one name in one organization")
    return "", str(same), int(row[1])


def shown(key: str) -> str:
    """The key of a number as people know it: "+33987654321", "118218"."""
    return key.lstrip("?").rpartition(":")[2]


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
    return str(_("can't be read as a number: is a digit, the area or the country missing?"))
