"""How many statements a panel asks the database: each costs as much as some rows of the page."""

from __future__ import annotations

import threading
from typing import Any

import pytest

PHONE = "0987654321"
LISTS = '''
[[display_tickets.lists]]
enabled = true
label = "Theirs"
query = "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list)"

[[display_tickets.lists]]
enabled = true
label = "Of their organization"
query = """SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id
 JOIN Person AS p ON p.org_id = o.id WHERE p.id IN (:callers_list)"""

[[display_tickets.lists]]
enabled = true
label = "Not theirs"
query = "SELECT UserRequest AS u WHERE u.caller_id NOT IN (:callers_list)"

[[display_tickets.lists]]
enabled = true
label = "Fires"
query = "SELECT Incident AS i WHERE i.caller_id IN (:callers_list)"

[[display_tickets.lists]]
enabled = true
label = "Not solved"
query = "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'resolved'"
'''


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """A caller with twelve requests and an incident, on each database."""
    made = make_site(LISTS, database=database_url)
    made.add("Organization", name="Analytical Ltd")
    made.add("Person", first_name="Ada", name="Byron", org_id=1, phone=PHONE)
    common = {"org_id": 1, "caller_id": 1, "description": "…"}
    for number in range(12):
        made.add("UserRequest", title=f"Request {number}", **common)
    made.add("Incident", title="Fire", **common)
    return made


def statements(site: Any, path: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a page asks the database; what is written a moment later is not the page's."""
    database = site.running.host.database
    execute: Any = database.execute_sql
    asked: list[str] = []

    def executed(sql: str, *arguments: Any, **options: Any) -> Any:
        if threading.current_thread().name != "cti-host-deferred":
            asked.append(sql)
        return execute(sql, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(database, "execute_sql", executed)
        assert site.browser.get(path).status_code == 200
    return asked


def tables_of(asked: list[str]) -> list[str]:
    """The table that each statement is about."""
    known = ("phone_call", '"ticket"', '"contact"')
    return [next(table for table in known if table in one) for one in asked]


def test_a_panel_asks_once_for_the_callers_and_once_for_the_lists_of_a_class(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = statements(site, f"/pop?phone={PHONE}", monkeypatch)
    # Whose the number is, and whether it may be stored among others; all lists of requests, the
    # incidents, calls; and for the menu, whether an agent to whom no person is linked is one.
    assert "joint_number" in asked[0]
    assert tables_of(asked) == ['"contact"', '"ticket"', '"ticket"', "phone_call", '"contact"']


def test_a_number_of_nobody_may_be_stored_among_others_which_is_asked_then(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = statements(site, "/pop?phone=0987654322", monkeypatch)
    assert [one.startswith("SELECT joint") for one in asked[:3]] == [False, True, False]


def test_a_number_that_stands_among_others_in_a_text_finds_whoever_has_it(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.add("Person", first_name="Two", name="Numbers", org_id=1, phone=f"0140000011 / {PHONE}")
    found = {one["display"] for one in site.panel(f"phone={PHONE}")["callers"]}
    assert {name.split(",")[0] for name in found} == {"Ada Byron", "Two Numbers"}
    (only,) = site.panel("phone=0140000011")["callers"]
    assert only["display"].startswith("Two Numbers")


def test_a_later_page_of_a_list_costs_no_more(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = statements(site, f"/pop?phone={PHONE}", monkeypatch)
    second = statements(site, f"/pop?phone={PHONE}&page_0=2", monkeypatch)
    assert len(second) == len(first)


def test_what_is_too_much_for_one_statement_is_asked_one_by_one(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = site.panel(f"phone={PHONE}")
    # The lookup binds seven values, each list two.
    monkeypatch.setattr("cti_oql.engine.MAX_VALUES", 7)
    panel = site.panel(f"phone={PHONE}")
    assert panel["ticket_lists"] == before["ticket_lists"]
    assert [one["total"] for one in panel["ticket_lists"]] == [12, 12, 0, 1, 12]
    assert panel["problems"] == []
