"""Who looked at whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from cti_tickets.model.classes.registry import AccessEntry
from cti_tickets.store import access_journal
from cti_tickets.store.access_journal import AccessFilter, entries, exported, seen, who_saw
from cti_tickets.store.deferred import deferred
from cti_tickets.store.history import Way
from flask import Flask

from cti_host import Agent

NOON = datetime(2026, 3, 1, 12, 0, 0)
ADA = Agent("ada", "Ada Agent")
BOB = Agent("bob", "Bob Agent")


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_journal, "utc_now", lambda: NOON)


def found(**wanted: Any) -> list[tuple[int, str, str]]:
    return [(one.object_id, one.account, one.through) for one in entries(AccessFilter(**wanted))]


def test_who_saw_a_person_is_kept(db_app: Flask) -> None:
    seen("Person", [7, 8], Way.POP, agent=ADA)
    seen("Person", [7], Way.PAGE, agent=BOB)
    seen("Team", [7], Way.PAGE, agent=BOB)
    seen("UserRequest", [7], Way.PAGE, agent=BOB)
    ((latest, first)) = list(who_saw("Person", 7))
    assert (latest.account, latest.author, latest.through) == ("bob", "Bob Agent", "page")
    assert (first.account, first.through, first.moment) == ("ada", "pop", NOON)


def test_a_search_among_contacts_may_show_persons(db_app: Flask) -> None:
    seen("Contact", [7], Way.SEARCH, agent=ADA)
    assert [one.through for one in who_saw("Person", 7)] == ["search"]


def test_a_command_is_noted_with_its_user(db_app: Flask) -> None:
    seen("Person", [7])
    (only,) = who_saw("Person", 7)
    assert (only.account, only.through) == ("", "command")


def test_an_export_of_everybody_is_one_entry_that_everybody_sees(db_app: Flask) -> None:
    exported("Person", None)
    exported("Person", [7])
    exported("Ticket", None)
    assert [one.object_id for one in who_saw("Person", 7)] == [7, access_journal.EVERYBODY]
    assert len(list(who_saw("Person", 8))) == 1
    assert {one.through for one in who_saw("Person", 8)} == {"export"}


def test_the_journal_is_filtered_and_read_page_by_page(db_app: Flask) -> None:
    seen("Person", range(1, 6), Way.POP, agent=ADA)
    seen("Person", [1], Way.PAGE, agent=BOB)
    assert found(account="bob") == [(1, "bob", "page")]
    assert found(object_id=1) == [(1, "bob", "page"), (1, "ada", "pop")]
    assert found(through=Way.PAGE) == [(1, "bob", "page")]
    assert found(since=NOON + timedelta(seconds=1)) == found(until=NOON) == []
    assert len(found(since=NOON, until=NOON + timedelta(seconds=1))) == 6
    first = entries(AccessFilter(), limit=4)
    rest = entries(AccessFilter(), before=first[-1].id, limit=4)
    assert [one.object_id for one in (*first, *rest)] == [1, 5, 4, 3, 2, 1]


def test_the_journal_of_a_person_is_erased_and_old_entries_expire(db_app: Flask) -> None:
    seen("Person", [7, 8], Way.POP, agent=ADA)
    assert deferred().flush()
    assert access_journal.erase("Person", 7) == 1
    assert access_journal.expire(NOON, dry_run=True) == 0
    assert access_journal.expire(NOON + timedelta(days=1), dry_run=True) == 1
    assert access_journal.expire(NOON + timedelta(days=1)) == 1
    assert AccessEntry.select().count() == 0


def test_people_of_another_plugin_are_kept_apart(db_app: Flask) -> None:
    seen("Person", [7], Way.POP, agent=ADA, source="itop")
    seen("Person", [7], Way.PAGE, agent=BOB)
    (theirs,) = who_saw("Person", 7, "itop")
    assert (theirs.source, theirs.class_name, theirs.account) == ("itop", "Person", "ada")
    (ours,) = who_saw("Person", 7)
    assert (ours.source, ours.account) == ("", "bob")
    assert found(object_id=7) == [(7, "bob", "page")]
    assert access_journal.erase("Person", 7, "itop") == 1
    assert found() == [(7, "bob", "page")]
