"""The mirror: a copy of iTop's persons in the host's database, made to be looked up in.

Lookups see one complete run of the synchronization, never half of one, and never the persons of
another iTop than the one in the settings.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import peewee

from cti_host import Lease, is_postgresql

PERSON_COLUMNS = (
    "id", "class_name", "friendlyname", "first_name", "name", "email", "phone", "mobile_phone",
    "org_id", "org_name", "status", "more",
)  # fmt: skip
# Where the mirror has what is compared with an attribute.
_KEYS = {"phone": "phone_key", "mobile_phone": "mobile_key", "email": "email_key"}
_JOINTS = 'SELECT joint FROM itop_joint_number WHERE "key" IN'
# What a run has to have: begun by it or before, and not ended by it.
_VISIBLE = 'p."since" <= s.visible AND (p."until" IS NULL OR p."until" > s.visible)'
_STATE_COLUMNS = (
    "visible", "started", "finished", "organizations", "persons",
    "run", "run_started", "run_class", "run_done", "owner", '"until"',
    "problem", "problem_at",
)  # fmt: skip


@dataclass(frozen=True)
class MirroredPerson:
    """A person as iTop had them when they were copied; `attributes` are texts by code.

    There are at least friendlyname, first_name, name, email, phone, mobile_phone, org_id,
    org_name, status, and what `display_name` names.
    """

    id: int
    class_name: str
    attributes: Mapping[str, str]

    def text(self, code: str) -> str:
        """An attribute as text; "" for one that was not copied, or is empty."""
        return self.attributes.get(code, "")


@dataclass(frozen=True)
class MirrorState:
    """How old and how full the mirror is, and what its synchronization is doing.

    Moments are seconds since 1970, 0: never. What is visible is as iTop was at `started`, or
    later. `problem` is why the last attempt failed, "" if it did not.
    """

    visible: int = 0
    started: int = 0
    finished: int = 0
    organizations: int = 0
    persons: int = 0
    run: int = 0
    run_started: int = 0
    run_class: str = ""
    run_done: int = 0
    owner: str = ""
    until: int = 0
    problem: str = ""
    problem_at: int = 0
    now: int = field(default_factory=lambda: int(time.time()))

    @property
    def filled(self) -> bool:
        """Whether there is anything to look up in: a run was completed."""
        return self.visible > 0

    @property
    def age(self) -> int:
        """Seconds since iTop was as the mirror is; it must have been filled."""
        return max(0, self.now - self.started)

    @property
    def interrupted(self) -> bool:
        """Whether a run was begun and not completed."""
        return self.run_started > 0

    @property
    def running(self) -> bool:
        """Whether somebody holds the lease; a process that has ended holds none."""
        valid = bool(self.owner) and self.until > self.now * 1000
        return valid and not Lease.has_ended(self.owner)


class Mirror:
    """Looks persons up in the host's database.

    :param database: the host's
    :param url: the address of iTop; another iTop's persons are never answered
    """

    def __init__(self, database: peewee.Database, url: str) -> None:
        self._database: Any = database
        self._url = url
        self._mark = "%s" if is_postgresql(database) else "?"

    def state(self) -> MirrorState:
        """How old and how full it is."""
        columns = ", ".join(_STATE_COLUMNS)
        sql = f"SELECT {columns} FROM itop_sync WHERE url = {self._mark}"  # noqa: S608 -- constants
        row = self._database.execute_sql(sql, (self._url,)).fetchone()
        return MirrorState(*row) if row else MirrorState()

    def find(
        self, compared: Mapping[str, Sequence[str]], limit: int | None = None
    ) -> tuple[list[MirroredPerson], int]:
        """Whoever has one of these values in one of these attributes, by name.

        :param compared: "phone", "mobile_phone" or "email" to what it may be: `Number.number_keys`
            of a number ("+33987654321", "ext:123"), alone in a field or among others; an e-mail
            address in any case
        :param limit: at most so many of them
        :return: the persons, and how many there are in all
        """
        searched = {
            _KEYS[code]: [key for value in values if (key := _key(code, value))]
            for code, values in compared.items()
        }
        where, bound = self._where({column: keys for column, keys in searched.items() if keys})
        if not bound:
            return [], 0
        selected = ", ".join(f"p.{column}" for column in PERSON_COLUMNS)
        sql = f"SELECT {selected} {where} ORDER BY p.name, p.first_name, p.id"
        if limit is None:
            rows = self._database.execute_sql(sql, bound).fetchall()
            return [_person(row) for row in rows], len(rows)
        # One more than is wanted, to see whether there are more.
        sql = f"{sql} LIMIT {self._mark}"
        rows = self._database.execute_sql(sql, [*bound, limit + 1]).fetchall()
        total = len(rows)
        if total > limit:
            (total,) = self._database.execute_sql(f"SELECT COUNT(*) {where}", bound).fetchone()
        return [_person(row) for row in rows[:limit]], total

    def with_ids(self, ids: Sequence[int]) -> list[MirroredPerson]:
        """The persons with these ids, in no order."""
        selected = ", ".join(f"p.{column}" for column in PERSON_COLUMNS)
        marks = ", ".join([self._mark] * len(ids))
        sql = (
            f"SELECT {selected} FROM itop_person AS p, itop_sync AS s "  # noqa: S608 -- constants
            f"WHERE p.id IN ({marks}) AND s.url = {self._mark} AND {_VISIBLE}"
        )
        return [_person(row) for row in self._database.execute_sql(sql, [*ids, self._url])]

    def _where(self, searched: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
        """The rows of persons who are seen now and have one of the values, and these values."""
        conditions: list[str] = []
        bound: list[str] = []
        for column, values in searched.items():
            marks = f"({', '.join([self._mark] * len(values))})"
            conditions.append(f"p.{column} IN {marks}")
            bound += values
            if column != "email_key":
                conditions.append(f"p.{column} IN ({_JOINTS} {marks})")
                bound += values
        where = " OR ".join(conditions)
        bound.append(self._url)
        sql = f"FROM itop_person AS p, itop_sync AS s WHERE ({where}) AND s.url = {self._mark}"
        return f"{sql} AND {_VISIBLE}", bound if searched else []


def email_key(text: str) -> str | None:
    """What two writings of one e-mail address have in common; `None`: there is none."""
    return text.strip().casefold()[:255] or None


def _key(code: str, value: str) -> str | None:
    return email_key(value) if code == "email" else value


def _person(row: Sequence[Any]) -> MirroredPerson:
    return MirroredPerson(row[0], row[1], dict(_attributes(row)))


def _attributes(row: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for code, value in zip(PERSON_COLUMNS[2:-1], row[2:-1], strict=True):
        yield code, str(value)
    if row[-1]:
        yield from json.loads(row[-1]).items()
