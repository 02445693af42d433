"""Lists: read a page at a time in any order, narrowed down, with an index for each way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from cti_oql import Kind
from cti_oql.running import is_postgresql
from cti_tickets.model.data_model import schema
from cti_tickets.model.list_plan import columns_of, default_sort, filters_of, sortable_of
from cti_tickets.store import objects
from cti_tickets.store.listing.conditions import Condition, containing, equal, within_days
from cti_tickets.store.listing.query import ListQuery, Place
from flask import Flask

from cti_host import database

CLASSES = [cls.name for cls in schema()]


@pytest.fixture
def db(db_app: Flask) -> Any:
    """The database of an application with some objects in it."""
    org = add("Organization", name="Analytical Ltd")
    add("Organization", name="Zoë & fils", parent_id=org)
    for number, name in enumerate(["Byron", "Éluard", "ada", "Zola", "Byron"]):
        phone = f"01 23 45 67 {number:02}"
        add("Person", first_name="Ann", name=name, org_id=org, phone=phone)
    add("Team", name="Desk", org_id=org)
    for number in range(7):
        title = f"Ticket {number}"
        add("UserRequest", title=title, description="x", org_id=org, caller_id=1 + number % 3)
    for number in range(23):
        # Every fourth call has no day, and several have the same.
        day = str(date(2026, 1, 1) + timedelta(days=number // 3)) if number % 4 else ""
        flow = "inbound" if number % 2 else "outbound"
        add(
            "PhoneCall",
            ticket_id=1 + number % 7,
            agent_id=1 + number % 2,
            flow=flow,
            date=day,
            note=f"Note {number}: la Tour d'Été 50%",
        )
    return database.obj


def add(class_name: str, /, **values: Any) -> int:
    return int(objects.create(class_name, values, author=None).id)


def listing(db: Any, name: str, sort: str, *conditions: Condition) -> ListQuery:
    return ListQuery(db, schema(), schema()[name], list(conditions), sort)


def every_sort() -> list[tuple[str, str]]:
    return [
        (name, sign + code)
        for name in CLASSES
        for code in ("id", *sortable_of(schema(), schema()[name]))
        for sign in ("", "-")
    ]


def test_pages_forwards_and_backwards_are_the_whole_list(db: Any) -> None:
    for name, sort in every_sort():
        query = listing(db, name, sort)
        whole = [one.id for batch in query.batches(1000) for one in batch]
        assert len(whole) == query.count(1000) == len({*whole}), (name, sort)
        for size in (1, 2, 5):
            page = query.page(size)
            seen = [one.id for one in page.objects]
            assert not page.more_before
            while page.more_after:
                page = query.page(size, after=page.objects[-1].place)
                seen += [one.id for one in page.objects]
            assert seen == whole, (name, sort, size)
            page = query.last_page(size)
            back = [one.id for one in page.objects]
            while page.more_before:
                page = query.page(size, before=page.objects[0].place)
                back = [one.id for one in page.objects] + back
            assert back == whole, (name, sort, size)


def test_a_list_is_sorted_as_people_read(db: Any) -> None:
    ids = listing(db, "Person", "friendlyname").ids(10)
    names = {person: objects.load("Person", person).name for person in ids}
    assert [names[person] for person in ids] == ["ada", "Byron", "Byron", "Éluard", "Zola"]


def test_what_has_no_value_comes_last_in_both_directions(db: Any) -> None:
    for sort in ("date", "-date"):
        calls = [
            objects.load("PhoneCall", id_).date for id_ in listing(db, "PhoneCall", sort).ids(99)
        ]
        assert calls[-6:] == [None] * 6
        there = [day for day in calls if day]
        assert there == sorted(there, reverse=sort.startswith("-"))


def test_an_object_that_goes_meanwhile_hides_no_other(db: Any) -> None:
    query = listing(db, "PhoneCall", "-date")
    whole = query.ids(99)
    last = query.page(5).objects[-1]
    objects.load("PhoneCall", last.id).delete_instance()
    following = query.page(5, after=last.place)
    assert [one.id for one in following.objects] == whole[5:10]


TEXTS = [
    ("PhoneCall", "note 22", 1),
    ("PhoneCall", "ete tour", 23),
    ("PhoneCall", "our", 23),
    ("PhoneCall", "50%", 23),
    ("PhoneCall", "5_%", 0),
    ("PhoneCall", "dete", 0),
    ("PhoneCall", "", 23),
    ("PhoneCall", " ".join(["note"] * 13), 0),
    ("PhoneCall", "nul\0l", 0),
    ("Person", "0123456702", 1),
    ("Person", "+33 1 23 45 67 02", 1),
    ("Person", "byr", 2),
    ("Person", "ann BYRON", 2),
    ("Person", "eluard", 1),
    ("Contact", "desk", 1),
    ("Contact", "+33123456702", 1),
    ("Ticket", "R-000003", 1),
    ("Ticket", "r-000003", 1),
    ("Ticket", "ticket 3", 2),
    ("Organization", "zoe", 1),
    ("lnkPersonToTeam", "x", 0),
]


def test_a_text_finds_words_numbers_and_references(db: Any) -> None:
    for name, text, count in TEXTS:
        found = containing(db, schema(), schema()[name], text)
        assert listing(db, name, "id", *found).count(99) == count, (name, text)


def test_days_are_those_of_the_site(make_database: Any) -> None:
    app = make_database(toml='timezone = "Asia/Tokyo"\n')
    with app.app_context(), app.extensions["cti_host"].database.connection_context():
        org = add("Organization", name="Analytical Ltd")
        start = "2026-01-01 20:00:00"  # the second of January in Tokyo
        add("UserRequest", title="T", description="D", org_id=org, start_date=start)
        attribute = schema()["UserRequest"].attributes["start_date"]
        for day, count in ((1, 0), (2, 1), (3, 0)):
            days = within_days(database.obj, attribute, date(2026, 1, day), date(2026, 1, day))
            query = listing(database.obj, "UserRequest", "-start_date", *days)
            assert query.count(9) == count, day


def test_days_and_keys_narrow_a_list_down(db: Any) -> None:
    calls = schema()["PhoneCall"]
    attributes = calls.attributes
    days = within_days(db, attributes["date"], date(2026, 1, 2), date(2026, 1, 2))
    # The calls 3 and 5; the fourth has no day.
    assert listing(db, "PhoneCall", "date", *days).count(99) == 2
    ends = within_days(db, attributes["date"], date.min, date.max)
    assert listing(db, "PhoneCall", "date", *ends).count(99) == 17
    agent = equal(db, schema(), calls, attributes["agent_id"], 2)
    assert listing(db, "PhoneCall", "date", agent).count(99) == 11
    nobody = equal(db, schema(), calls, attributes["contact_id"], None)
    assert listing(db, "PhoneCall", "date", nobody, agent).count(99) == 11
    assert listing(db, "PhoneCall", "date", agent).count(5) == 5


def test_a_list_can_only_be_sorted_by_what_its_plan_names(db: Any) -> None:
    for code in ("note", "nothing", "id; DROP TABLE contact"):
        with pytest.raises(KeyError):
            listing(db, "PhoneCall", code)


@pytest.mark.parametrize("name", CLASSES)
def test_the_plan_of_each_list_names_attributes_of_its_class(name: str) -> None:
    cls = schema()[name]
    columns = columns_of(schema(), cls)
    assert columns
    assert all(code == "friendlyname" or code in cls.attributes for code in columns)
    assert {*filters_of(schema(), cls)} <= {*cls.attributes}
    assert default_sort(schema(), cls).removeprefix("-") in ("id", *sortable_of(schema(), cls))


# With a million rows

_PLACES: dict[Kind, Any] = {Kind.DATE: "2026-01-02", Kind.DATETIME: "2026-01-02 03:04:05"}
QUICK = [
    ("PhoneCall", "-date", ""),
    ("PhoneCall", "date", ""),
    ("PhoneCall", "-date", "agent_id"),
    ("PhoneCall", "-date", "flow"),
    ("PhoneCall", "-date", "contact_id"),
    ("PhoneCall", "-date", "ticket_id"),
    ("PhoneCall", "id", ""),
    ("UserRequest", "-friendlyname", ""),
    ("UserRequest", "-last_update", ""),
    ("UserRequest", "start_date", ""),
    ("UserRequest", "-friendlyname", "status"),
    ("UserRequest", "-friendlyname", "agent_id"),
    ("UserRequest", "-friendlyname", "caller_id"),
    ("Ticket", "-friendlyname", ""),
    ("Ticket", "-last_update", ""),
    ("Person", "friendlyname", ""),
    ("Person", "name", ""),
    ("Person", "first_name", ""),
    ("Person", "email", ""),
    ("Person", "friendlyname", "org_id"),
    ("Contact", "name", ""),
    ("Organization", "friendlyname", ""),
]


def test_the_next_page_is_found_by_an_index(db: Any) -> None:
    for name, sort, by in QUICK:
        cls = schema()[name]
        conditions = []
        if by:
            attribute = cls.attributes[by]
            conditions.append(
                equal(db, schema(), cls, attribute, 1 if attribute.kind is Kind.KEY else "new")
            )
        code = sort.removeprefix("-")
        kind = cls.attributes[code].kind if code in cls.attributes else Kind.STRING
        query = listing(db, name, sort, *conditions)
        sql, values = query.statement(51, Place(_PLACES.get(kind, "b"), 5))
        steps = _steps(db, sql, values)
        assert "Seq Scan" not in steps, (sql, steps)
        assert "SCAN" not in steps, (sql, steps)
        if not by or (name == "PhoneCall" and by in ("agent_id", "flow")):
            # At most the objects with the same value are put into the order of their ids.
            rest = steps.replace("Incremental Sort", "").replace("LAST TERM OF ORDER BY", "")
            assert "Sort  (" not in rest, (sql, steps)
            assert "FOR ORDER BY" not in rest, (sql, steps)


def _steps(db: Any, sql: str, values: Any) -> str:
    """The steps that a database takes for a statement when it has many rows."""
    if not is_postgresql(db):
        rows = db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        return "\n".join(row[3] for row in rows)
    with db.atomic():
        # With few rows it would rather read and sort all of them.
        for way in ("seqscan", "sort", "bitmapscan"):
            db.execute_sql(f"SET LOCAL enable_{way} = off")
        rows = db.execute_sql(f"EXPLAIN {sql}", values).fetchall()
    return "\n".join(row[0] for row in rows)
