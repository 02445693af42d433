"""Lists: read a page at a time in any order, narrowed down, with an index for each way."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from cti_oql import Kind
from cti_oql.running import is_postgresql
from cti_tickets.model.data_model import schema
from cti_tickets.model.list_plan import (
    columns_of,
    default_sort,
    filter_attribute,
    filters_of,
    listed_attribute,
    sortable_of,
)
from cti_tickets.store import objects
from cti_tickets.store.listing.conditions import (
    Condition,
    any_of,
    containing,
    equal,
    within_days,
)
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


def add_urgent_ones() -> None:
    """A team has tickets of every priority, and a change, which has none; so has another team."""
    add("Team", name="Other", org_id=1)
    common = {"title": "Queued", "description": "x", "org_id": 1}
    for number, urgency in enumerate("4132"):
        name = ("UserRequest", "Incident")[number % 2]
        add(name, team_id=6, impact="2", urgency=urgency, **common)
    add("RoutineChange", team_id=6, **common)
    add("UserRequest", team_id=7, impact="2", urgency="1", **common)


def test_tickets_of_all_kinds_are_sorted_by_how_urgent_they_are(db: Any) -> None:
    add_urgent_ones()
    cls = schema()["Ticket"]
    teams = any_of(db, schema(), cls, cls.attributes["team_id"], (6, 7))
    expected = ["1", "1", "2", "3", "4", ""]
    for sort in ("priority", "-priority"):
        query = listing(db, "Ticket", sort, teams)
        found = [objects.load("Ticket", id_) for id_ in query.ids(99)]
        priorities = [getattr(one, "priority", "") for one in found]
        # What has none comes last in both directions; of the same priority, the oldest first.
        assert priorities == (expected if sort == "priority" else [*expected[-2::-1], ""])
        ids = [one.id for one in found if getattr(one, "priority", "") == "1"]
        assert ids == sorted(ids, reverse=sort != "priority")
        whole, page = query.ids(99), query.page(2)
        seen = [one.id for one in page.objects]
        while page.more_after:
            page = query.page(2, after=page.objects[-1].place)
            seen += [one.id for one in page.objects]
        assert seen == whole
        page = query.last_page(2)
        back = [one.id for one in page.objects]
        while page.more_before:
            page = query.page(2, before=page.objects[0].place)
            back = [one.id for one in page.objects] + back
        assert back == whole


def test_only_what_has_a_priority_is_sorted_by_it() -> None:
    offer = [cls.name for cls in schema() if "priority" in sortable_of(schema(), cls)]
    assert offer == ["Ticket", "UserRequest", "Incident", "Problem"]


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
    shown = [code for code in columns if code != "friendlyname"]
    assert all(listed_attribute(schema(), cls, code) for code in shown)
    assert all(filter_attribute(cls, code) for code in filters_of(schema(), cls))
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
    ("UserRequest", "priority", ""),
    ("UserRequest", "-priority", ""),
    ("UserRequest", "-friendlyname", "status"),
    ("UserRequest", "-friendlyname", "agent_id"),
    ("UserRequest", "-friendlyname", "caller_id"),
    ("Ticket", "-friendlyname", ""),
    ("Ticket", "-last_update", ""),
    ("Ticket", "start_date", ""),
    ("Ticket", "priority", ""),
    ("Ticket", "-priority", ""),
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
        for sql, steps in _steps_of_parts(db, query, Place(_PLACES.get(kind, "b"), 5)):
            assert not _reads_all(steps), (sql, steps)
            if not by or (name == "PhoneCall" and by in ("agent_id", "flow")):
                assert not _sorts(steps), (sql, steps)


def test_people_with_the_same_name_are_not_sorted(db: Any) -> None:
    for code in ("name", "-name", "first_name", "-first_name"):
        sql, values = listing(db, "Person", code).statement(51)
        steps = _steps(db, sql, values)
        assert f"contact_{code.removeprefix('-')}_folded" in steps
        assert "Sort" not in steps, (sql, steps)
        assert "B-TREE" not in steps, (sql, steps)


def test_a_page_begins_amid_the_objects_with_the_same_value(db: Any) -> None:
    ways = (
        ("Ticket", "priority", Place("2", 5)),
        ("Ticket", "-priority", Place("2", 5)),
        ("UserRequest", "start_date", Place("2026-01-02 03:04:05", 5)),
        ("Person", "name", Place("b", 5)),
        ("Person", "-first_name", Place("b", 5)),
        ("PhoneCall", "-date", Place("2026-01-02", 5)),
    )
    for name, sort, place in ways:
        parts = _steps_of_parts(db, listing(db, name, sort), place)
        alike = [(sql, steps) for sql, steps in parts if re.search(r" = (\?|%s) AND id ", sql)]
        assert alike, (name, sort)
        for sql, steps in alike:
            # All those in front of it would be read otherwise.
            assert re.search(r"Cond: .*\bid [<>]|=\? AND (row)?id[<>]", steps), (sql, steps)


def test_tickets_that_are_not_closed_are_found_by_an_index_in_every_order(db: Any) -> None:
    for name in ("UserRequest", "Ticket"):
        cls = schema()[name]
        for status in cls.attributes["operational_status"].values:
            condition = equal(db, schema(), cls, cls.attributes["operational_status"], status)
            for code in sortable_of(schema(), cls):
                attribute = listed_attribute(schema(), cls, code)
                place = Place(_PLACES.get(attribute.kind if attribute else Kind.STRING, "2"), 5)
                for sign in ("", "-"):
                    query = listing(db, name, sign + code, condition)
                    for sql, steps in _steps_of_parts(db, query, place):
                        assert not _reads_all(steps), (sql, steps)
                        assert not _sorts(steps), (sql, steps)
                        if "USING INDEX ticket_ref " not in steps:  # which there is once
                            assert ("ticket_open_" in steps) == (status != "closed"), (sql, steps)


FEW = (("team_id", (6,)), ("team_id", (6, 7)), ("agent_id", (1,)), ("org_id", (1,)))


def test_the_open_tickets_of_teams_agents_and_organizations_are_few_to_read(db: Any) -> None:
    for name in ("UserRequest", "Ticket"):
        cls = schema()[name]
        status = equal(db, schema(), cls, cls.attributes["operational_status"], "ongoing")
        for code, ids in FEW:
            these = any_of(db, schema(), cls, cls.attributes[code], ids)
            for sign in ("", "-"):
                query = listing(db, name, f"{sign}priority", these, status)
                for sql, steps in _steps_of_parts(db, query, Place("2", 5)):
                    assert f"ticket_open_{code}" in steps, (sql, steps)
                    assert not _sorts(steps), (sql, steps)


def _steps_of_parts(db: Any, query: ListQuery, place: Place) -> list[tuple[str, str]]:
    """The statement of the page behind a place, or each of its parts, with its steps."""
    sql, values = query.statement(51, place)
    parts = re.findall(r"SELECT \* FROM \((SELECT .*?)\) AS part\d+", sql) or [sql]
    found, sign = [], "%s" if is_postgresql(db) else "?"
    for part in parts:
        bound, values = values[: part.count(sign)], values[part.count(sign) :]
        found.append((part, _steps(db, part, bound)))
    assert not values
    return found


def _reads_all(steps: str) -> bool:
    return "Seq Scan" in steps or "SCAN" in steps


def _sorts(steps: str) -> bool:
    """Whether more is sorted than objects with the same value, by their ids."""
    rest = steps.replace("Incremental Sort", "").replace("LAST TERM OF ORDER BY", "")
    return "Sort  (" in rest or "FOR ORDER BY" in rest


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
