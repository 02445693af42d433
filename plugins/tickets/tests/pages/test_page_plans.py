"""What the pages of a ticket ask begins at an index, however many persons and tickets there are."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from cti_tickets.model.data_model import schema
from cti_tickets.store.fitting import misfits
from data_at_size import FILL

from cti_host import update_statistics

# Tables that are small at every site: of teams and of what they provide, of profiles.
SMALL = ("service", "service_subcategory", "profile", "team", "lnk_person_to_team")
# Lists with the columns that somebody has chosen, in an order that an index has.
LISTS = (
    "/objects/UserRequest?sort=-last_update&columns=priority,title,team_id,parent_request_id",
    "/objects/UserRequest?sort=start_date&columns=title,approver_id,sla_tto_passed",
    "/objects/Person?sort=name&columns=name,location_id,obsolescence_date",
    "/objects/UserRequest?sort=-priority",
    "/objects/UserRequest?operational_status=ongoing",
    "/objects/UserRequest?operational_status=resolved&sort=-last_update",
    "/objects/UserRequest?operational_status=ongoing&sort=priority&agent_id=3",
)
TYPED = {
    "title": "Printer",
    "description": "It is on fire.",
    "org_id": "4",
    "caller_id": "3",
    "service_id": "1",
    "servicesubcategory_id": "1",
}
CALLS = ("/objects/PhoneCall?org_id=3",)
# Every tenth ticket is open.
PAGES = (
    "/objects/UserRequest/10",
    "/objects/UserRequest/10/assign",
    "/objects/UserRequest/10/modify",
    "/objects/UserRequest/10/stimulus/ev_assign",
    "/objects/new/UserRequest",
    "/objects/new/UserRequest?org_id=3&caller_id=2",
    "/objects/Person/3",
    "/objects/Person/3/modify",
    "/objects/Organization/3",
    *LISTS,
    "/objects/Ticket?sort=priority",
    "/objects/Ticket?operational_status=ongoing",
    "/objects/Ticket?operational_status=ongoing&sort=-priority",
    *CALLS,
)


@pytest.fixture(params=[True, False], ids=["with statistics", "without"])
def site(make_site: Any, request: pytest.FixtureRequest) -> Any:
    """Thousands of persons and tickets, and a team of three of them."""
    built = make_site('timezone = "Europe/Paris"\n')
    database = built.running.host.database
    execute: Any = database.execute_sql
    with built.running.app.app_context(), database.connection_context():
        for statement in FILL:
            execute(statement)
        if request.param:
            update_statistics(database)
    desk = built.add("Team", name="Desk", org_id=1)
    for person in (1, 2, 3):
        built.add("lnkPersonToTeam", team_id=desk, person_id=person)
    return built


def asked_by(
    site: Any, monkeypatch: pytest.MonkeyPatch, paths: tuple[str, ...], open_page: Any = None
) -> dict[tuple[str, str], Any]:
    """What pages select: the path and the statement, and what is bound in it.

    :param open_page: opens a page and returns its status; without, a browser gets it
    """
    database = site.running.host.database
    execute: Any = database.execute_sql
    asked: dict[tuple[str, str], Any] = {}
    path = ""

    def executed(sql: str, params: Any = None, **options: Any) -> Any:
        if threading.current_thread().name != "cti-host-deferred" and sql.startswith("SELECT"):
            asked[path, sql] = params
        return execute(sql, params, **options)

    with monkeypatch.context() as patched:
        patched.setattr(database, "execute_sql", executed)
        for path in paths:
            status = open_page(path) if open_page else site.browser.get(path).status_code
            assert status in (200, 303), path
    assert {path for path, _sql in asked} == {*paths}
    return asked


def steps_of(site: Any, sql: str, params: Any) -> list[str]:
    """The steps of a statement's plan."""
    execute: Any = site.running.host.database.execute_sql
    return [str(row[3]) for row in execute(f"EXPLAIN QUERY PLAN {sql}", params).fetchall()]


def test_no_page_reads_a_whole_table(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asked_by(site, monkeypatch, PAGES)
    database = site.running.host.database
    with site.running.app.app_context(), database.connection_context():
        for (path, sql), params in asked.items():
            steps = steps_of(site, sql, params)
            assert not [one for one in steps if reads_a_table(one, sql)], (path, sql, steps)


def test_what_is_looked_up_to_store_a_ticket_is_found_by_an_index(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.add("Service", name="Printing", org_id=1)
    site.add("ServiceSubcategory", name="Paper", service_id=1)
    (desk,) = site.rows("Team", name="Desk")
    path = "/objects/new/UserRequest"
    fields = {**site.get(path).fields, **TYPED}
    chosen = {"org_id": 4, "caller_id": 3, "service_id": 1, "servicesubcategory_id": 1}
    chosen |= {"team_id": desk["id"], "agent_id": 3}
    running, cls = site.running, schema()["UserRequest"]

    def stored(path: str) -> int:
        status = int(site.post(path, fields).status)
        with running.app.app_context(), running.host.database.connection_context():
            assert misfits(cls, chosen, chosen) == {}
        return status

    asked = asked_by(site, monkeypatch, (path,), stored)
    with running.app.app_context(), running.host.database.connection_context():
        for (_path, sql), params in asked.items():
            steps = steps_of(site, sql, params)
            assert not [one for one in steps if reads_all(one)], (sql, steps)


def test_whatever_columns_a_list_has_its_page_is_found_by_an_index(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_by(site, monkeypatch, (*LISTS, *CALLS))
    with site.running.app.app_context(), site.running.host.database.connection_context():
        for path in (*LISTS, *CALLS):
            found = [
                sql for by, sql in asked if by == path and "ORDER BY" in sql and "listed" in sql
            ]
            assert found, path
            for sql in found:
                steps = steps_of(site, sql, asked[path, sql])
                assert all("USING" in step and "INDEX" in step for step in steps), (sql, steps)
                assert "ORDER BY" not in " ".join(steps), (sql, steps)


def test_the_latest_of_those_who_have_many_tickets_and_calls_are_not_sorted(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk,) = site.rows("Team", name="Desk")
    pages = ("/objects/Person/3", "/objects/Organization/3", f"/objects/Team/{desk['id']}")
    narrowed = ("agent_id=3", "org_id=3", f"team_id={desk['id']}")
    lists = [f"/objects/Ticket?sort=-last_update&{one}" for one in narrowed]
    asked = asked_by(site, monkeypatch, (*pages, *lists))
    many = re.compile(r'"ticket" AS listed WHERE "(agent|org|team)_id"|"phone_call" AS listed')
    sorted_ones = [
        (path, sql) for path, sql in asked if "ORDER BY" in sql and many.search(sql) is not None
    ]
    assert {path for path, _sql in sorted_ones} >= {*pages[:2], *lists}
    with site.running.app.app_context(), site.running.host.database.connection_context():
        for path, sql in sorted_ones:
            steps = steps_of(site, sql, asked[path, sql])
            assert "ORDER BY" not in " ".join(steps), (sql, steps)


def reads_all(step: str) -> bool:
    """Whether a step of a plan goes through all persons, tickets, or organizations."""
    found = re.match(r"SCAN (\w+)", step)
    return found is not None and found[1] in ("contact", "ticket", "organization", "t", "o")


def reads_a_table(step: str, sql: str) -> bool:
    """Whether a step of a plan goes through all of a table that grows with a site."""
    words = step.removeprefix("BLOOM FILTER ON").split()  # it is made of the whole table
    if words[0] == "SCAN":
        words.pop(0)
    elif not step.startswith("BLOOM"):
        return False
    # Everything else that is scanned is what the statement found before.
    tables = {alias: table for table, alias in re.findall(r'"(\w+)" AS "?(\w+)"?', sql)}
    table = tables.get(words[0])
    # The few rows that a list of choices shows are the first ones of a table.
    few = words[0] == "named" and "LIMIT" in sql
    # So are those that a list shows or counts, by an index.
    few = few or (words[0] == "listed" and "INDEX" in step and "LIMIT" in sql)
    return table is not None and table not in SMALL and not few
