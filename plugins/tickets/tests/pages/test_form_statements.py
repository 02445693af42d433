"""How many statements the forms of tickets ask the database, and what they offer all the same."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from cti_tickets.model.data_model import schema
from cti_tickets.store.fitting import fitting_ids, misfits, rules_of

from cti_host import is_postgresql

# A class with more objects gets a field to type in, in place of a list.
MOST = 60
NEW = "/objects/new/UserRequest?caller_id=2&org_id=1"
MODIFY = "/objects/UserRequest/1/modify"
AGENT = 'cti_fold("t1"."email")'
ACCOUNTS = '''
from cti_host import Agent, hookimpl


class Plugin:
    """An agent who is a person in the data."""

    @hookimpl
    def identify_agent(self, request):
        return Agent("sam", "Sam Hill", profiles={"Administrator"}, contact_id=2)
'''
TYPED = {"title": "Printer", "description": "It is on fire.", "origin": "phone"}


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """More persons than a list has, two organizations, teams, services, and a ticket."""
    made = make_site(database=database_url)
    made.add("Organization", name="Analytical Ltd")
    made.add("Organization", name="Engines", parent_id=1)
    for number in range(MOST + 1):
        made.add("Person", name=f"P{number:02}", first_name="Ada", org_id=1 + number % 2)
    for name, org in (("Desk", 1), ("Field", 2)):
        team = made.add("Team", name=name, org_id=org)
    made.add("lnkPersonToTeam", team_id=team, person_id=3)
    for name, org in (("Printing", 1), ("Network", 2)):
        service = made.add("Service", name=name, org_id=org)
    made.add("ServiceSubcategory", name="Cables", service_id=service)
    made.add("UserRequest", title="Smoke", description="…", org_id=1, caller_id=1)
    return made


@pytest.fixture
def desk(make_site: Any, database_url: str) -> Any:
    """An agent who is linked to a person of two teams, and a caller."""
    plugins, sources = ["phone_reformat", "tickets", "own"], {"own": ACCOUNTS}
    made = make_site(plugins=plugins, sources=sources, sign_in=False, database=database_url)
    made.add("Organization", name="Desk Ltd")
    for name in ("Lovelace", "Hill"):
        made.add("Person", first_name="Ada", name=name, org_id=1)
    for name in ("Desk", "Field"):
        team = made.add("Team", name=name, org_id=1)
        made.add("lnkPersonToTeam", team_id=team, person_id=2)
    return made


def asked(site: Any, monkeypatch: pytest.MonkeyPatch, act: Any) -> list[str]:
    """What something asks the database; what is written a moment later is not the page's.

    Nor is whether an agent to whom no person is linked is one, for the menu and for a call.
    """
    database = site.running.host.database
    execute: Any = database.execute_sql
    statements: list[str] = []

    def executed(sql: str, *arguments: Any, **options: Any) -> Any:
        if threading.current_thread().name != "cti-host-deferred" and AGENT not in sql:
            statements.append(sql)
        return execute(sql, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(database, "execute_sql", executed)
        act()
    return statements


@pytest.mark.parametrize(("path", "most"), [(NEW, 1), (MODIFY, 2)], ids=["new", "modify"])
def test_a_form_reads_all_that_its_keys_offer_at_once(
    site: Any, path: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first one finds out which classes have too many objects for a list.
    site.get(path)
    statements = asked(site, monkeypatch, lambda: site.get(path))
    # What the fields offer and the name of what they hold; before it the ticket with its version.
    assert len(statements) == most, statements


def test_a_ticket_is_stored_with_few_statements(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {**site.get("/objects/new/UserRequest").fields, **TYPED, "caller_id": "Ada P01 #2"}
    fields |= {"org_id": "2", "service_id": "2", "servicesubcategory_id": "1"}
    path = "/objects/new/UserRequest"
    statements = asked(site, monkeypatch, lambda: site.post(path, fields))
    (stored,) = site.rows("UserRequest", title="Printer")
    assert stored["ref"] == "R-000002"
    told = [" ".join(one.split()[:3]).replace('"', "") for one in statements]
    # PostgreSQL counts and inserts at once, and writes the last two at once.
    inserting = ["UPDATE ticket_counter SET", "SELECT value FROM", "INSERT INTO ticket"]
    ending = ["INSERT INTO object_change", "UPDATE creation_key SET"]
    if is_postgresql(site.running.host.database):
        inserting, ending = ["WITH source AS"], ["WITH w0 AS"]
    # Whether keys fit each other is asked along with whether they lead somewhere.
    assert told == ["INSERT INTO creation_key", "SELECT EXISTS (SELECT", *inserting, *ending]


def test_the_phone_call_of_a_new_ticket_is_stored_with_two_statements_more(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {**desk.get("/objects/new/UserRequest").fields, **TYPED, "caller_id": "1"}
    path = "/objects/new/UserRequest"
    statements = asked(desk, monkeypatch, lambda: desk.post(path, fields))
    (stored,), (call,) = desk.rows("UserRequest"), desk.rows("PhoneCall")
    assert (stored["ref"], stored["org_id"]) == ("R-000001", 1)
    assert (call["ticket_id"], call["agent_id"], call["contact_id"]) == (stored["id"], 2, 1)
    told = [" ".join(one.split()[:3]).replace('"', "") for one in statements]
    inserting = ["UPDATE ticket_counter SET", "SELECT value FROM", "INSERT INTO ticket"]
    change = "INSERT INTO object_change"
    ending = [change, "UPDATE creation_key SET", change]
    if is_postgresql(desk.running.host.database):
        inserting, ending = ["WITH source AS"], ["WITH w0 AS"]
    # Who the agent is, is asked with the rest; the caller is known to be there.
    assert told == [
        "SELECT org_id FROM",
        "INSERT INTO creation_key",
        "SELECT EXISTS (SELECT",
        *inserting,
        "INSERT INTO phone_call",
        *ending,
    ]


def test_the_page_of_a_ticket_asks_once_which_of_the_agents_teams_it_fits(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, org in (("Printing", 1), ("Nothing", desk.add("Organization", name="Elsewhere"))):
        desk.add("Service", name=name, org_id=org)
    desk.add("Team", name="Elsewhere", org_id=2)
    desk.add("UserRequest", title="Smoke", description="…", org_id=1, caller_id=1, service_id=1)
    page = "/objects/UserRequest/1"
    desk.get(page)
    statements = asked(desk, monkeypatch, lambda: desk.get(page))
    told = [one for one in statements if "lnk_person_to_team" in one]
    assert len(told) == 1, told
    # The ticket, its caller, its phone calls; what refers to it and whether it has files; which
    # teams may have it; what changed, and its logs.
    assert len(statements) == 7, statements
    assert 'name="to" value="3:2"' in desk.get(page).html
    # Nobody takes it for a team that does not provide its service.
    desk.add("UserRequest", title="Fog", description="…", org_id=1, caller_id=1, service_id=2)
    assert 'name="to"' not in desk.get("/objects/UserRequest/2").html


def test_a_form_with_nothing_but_ids_comes_back_as_it_was(site: Any) -> None:
    page = site.get("/objects/new/UserRequest")
    again = site.submit(page, caller_id="Ada P01 #2", org_id="2", title="")
    assert again.status == 400
    assert again.fields["caller_id"] == "Ada P01 #2"
    assert again.fields["org_id"] == "2"
    assert "Analytical Ltd" in again.text
    assert again.fields.keys() == page.fields.keys()


def test_a_list_that_has_grown_too_long_becomes_a_field_to_type_in(site: Any) -> None:
    site.get(NEW)
    assert "Engines" in site.get(NEW).text
    for number in range(MOST):
        last = site.add("Organization", name=f"O{number:02}")
    page = site.get("/objects/new/UserRequest?org_id=2")
    assert page.fields["org_id"] == "Engines #2"
    assert "O17" not in page.text
    for organization in range(3, last + 1):
        site.post(f"/objects/Organization/{organization}/delete", _confirmed(site, organization))
    page = site.get("/objects/new/UserRequest?org_id=2")
    assert page.fields["org_id"] == "2"
    assert "Analytical Ltd" in page.text


def _confirmed(site: Any, organization: int) -> dict[str, str]:
    fields: dict[str, str] = site.get(f"/objects/Organization/{organization}/delete").fields
    return fields


def test_what_does_not_fit_is_what_is_not_offered(site: Any) -> None:
    ids = {
        "Organization": (1, 2),
        "Person": (1, 2, 3, 4),
        "Team": (MOST + 2, MOST + 3),
        "Service": (1, 2),
        "ServiceSubcategory": (1,),
    }
    running = site.running
    with running.app.app_context(), running.host.database.connection_context():
        cls = schema()["UserRequest"]
        for rule in rules_of(cls):
            target, other = rule.targets
            for on in ids[other]:
                fitting = fitting_ids(rule, on, 200)
                for value in ids[target]:
                    wrong = misfits(cls, {rule.code: value, rule.on: on}, {rule.code})
                    fits = fitting is None or value in fitting
                    assert (rule.code not in wrong) == fits, (rule.code, value, on)
            # Of what isn't there nothing is said: that is told by itself.
            row = {rule.code: ids[target][0], rule.on: 999}
            assert not misfits(cls, row, {rule.code})
