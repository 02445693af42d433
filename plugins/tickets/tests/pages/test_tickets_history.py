"""The history of objects, the journals, and two agents at one object, as browsers see them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from cti_tickets.store import access_journal, history
from cti_tickets.store.access_journal import AccessFilter
from flask import Flask

TICKET = "/objects/UserRequest/1"
PERSON = "/objects/Person/1"
# Signs in whom the header X-Agent names, an administrator if they are called root.
AGENTS = """
    from cti_host import Agent, hookimpl


    class Plugin:
        @hookimpl
        def identify_agent(self, request):
            name = request.headers.get("X-Agent", "ada")
            usual = {"Support Agent", "Configuration Manager"}
            profiles = {"Administrator"} if name == "root" else usual
            email = f"{name}@cti.example"
            return Agent(name, f"{name.title()} Agent", email, frozenset(profiles))
"""
BOOK = """
    from cti_host import Caller, Match, hookimpl


    class Plugin:
        label = "phone list"

        @hookimpl
        def lookup_callers(self, call):
            return [Match(Caller("Person", 1, "Grace Hopper", {"phone": "0987654321"}), "phone")]
"""
WITNESS = """
    from pathlib import Path

    from cti_host import hookimpl


    class Plugin:
        @hookimpl(strangers=True)
        def ticket_created(self, ticket, caller, agent):
            with Path(__file__).with_suffix(".seen").open("a") as file:
                file.write(f"{ticket.id}\\n")
"""


@pytest.fixture
def desk(make_site: Any) -> Any:
    """A site with a person and a ticket, where several agents work."""
    site = make_site(
        'timezone = "Europe/Paris"\n',
        plugins=["phone_reformat", "tickets", "agents", "witness"],
        sources={"agents": AGENTS, "witness": WITNESS},
        sign_in=False,
    )
    site.add("Organization", name="Analytical Ltd")
    site.add("Person", first_name="Ada", name="Lovelace", org_id=1, phone="0987654321")
    site.add("UserRequest", title="Printer", description="On fire", org_id=1, caller_id=1)
    # Ada, the agent; only persons have phone calls.
    site.add("Person", first_name="S", name="Desk", org_id=1, email="ada@cti.example")
    return site


def as_agent(desk: Any, name: str) -> None:
    desk.browser.environ_base["HTTP_X_AGENT"] = name


def journal(desk: Any, **wanted: Any) -> list[tuple[int, str, str]]:
    app: Flask = desk.running.app
    with app.app_context(), desk.running.host.database.connection_context():
        found = access_journal.entries(AccessFilter(**wanted))
        return [(one.object_id, one.account, one.through) for one in found]


# The history of an object


def test_the_history_of_a_person_says_who_changed_what(desk: Any) -> None:
    desk.save(f"{PERSON}/modify", function="Mathematician")
    page = desk.get(f"{PERSON}?tab=history")
    assert "Modified · Ada Agent (ada) ·" in page.text
    assert "through: page" in page.text
    assert "Function – Mathematician" in page.text
    assert "Created · setup ·" in page.text
    assert "History" in desk.get(PERSON).links


def test_values_are_labels_and_names_in_the_language_of_the_agent(desk: Any) -> None:
    desk.add("Organization", name="Babbage & Sons")
    desk.save(f"{PERSON}/modify", status="inactive", org_id="2")
    page = desk.get(f"{PERSON}?tab=history", Accept_Language="fr")
    assert "Statut Actif Inactif" in page.text
    assert "Organisation Analytical Ltd Babbage & Sons" in page.text
    assert "Modifié · Ada Agent (ada)" in page.text


def test_a_key_to_what_was_deleted_shows_what_it_was_called(desk: Any) -> None:
    desk.add("Organization", name="Short-lived")
    desk.save(f"{PERSON}/modify", org_id="2")
    desk.save(f"{PERSON}/modify", org_id="1")
    with desk.running.app.app_context(), desk.running.host.database.connection_context():
        history.deleted({"Organization": [2]}, author=None)
        desk.running.host.database.execute_sql("DELETE FROM organization WHERE id = 2")
    page = desk.get(f"{PERSON}?tab=history")
    assert "Organization Short-lived (deleted) Analytical Ltd" in page.text
    as_agent(desk, "root")
    changes = desk.get("/objects/changes?class=Organization&what=delete")
    assert "Deleted · Organization: Short-lived (deleted)" in changes.text


def test_the_timeline_has_changes_entries_and_calls_as_one(desk: Any) -> None:
    desk.save(f"{TICKET}/modify", title="Scanner", public_log="It is the scanner.")
    made = desk.save("/objects/new/UserRequest", title="By phone", description="D", org_id="1",
                     caller_id="1", origin="phone")  # fmt: skip
    assert made.status == 303
    page = desk.get(f"{TICKET}?tab=history")
    assert "Title Printer Scanner" in page.text
    assert "Public log · Ada Agent ·" in page.text
    assert "It is the scanner." in page.text
    assert "Last update" not in page.text
    called = desk.get("/objects/UserRequest/2?tab=history")
    assert "Phone call: Inbound" in called.text
    of_person = desk.get(f"{PERSON}?tab=history")
    assert "Phone call: Inbound" in of_person.text


def test_a_long_history_is_read_page_by_page(desk: Any) -> None:
    for number in range(30):
        desk.save(f"{TICKET}/modify", title=f"Title {number}", public_log=f"Entry {number}")
    page = desk.get(f"{TICKET}?tab=history")
    texts = f"{page.text} "
    pages = 1
    while "Older" in page.links:
        page = desk.get(page.links["Older"])
        texts += f" {page.text} "
        pages += 1
    assert pages == 2
    for number in range(30):
        assert texts.count(f"Entry {number} ") == 1
        if number < 29:  # the last one stands above the history, too
            assert texts.count(f" Title {number} ") == 2
    assert texts.count("Created ·") == 1


@pytest.mark.parametrize("after", ["x", "99999999999999999999..", "1.99999999999999-1.-", "\0"])
def test_a_wrong_place_in_the_history_is_its_beginning(desk: Any, after: str) -> None:
    page = desk.get(f"{TICKET}?tab=history&after={after}")
    assert page.status == 200
    assert "Created" in page.text


def test_hostile_values_are_only_text(desk: Any) -> None:
    desk.save(f"{TICKET}/modify", title="<script>alert(1)</script>")
    page = desk.get(f"{TICKET}?tab=history")
    assert "<script>alert" not in page.html
    assert "<script>alert(1)</script>" in page.text


def test_an_object_that_was_imported_has_its_way(desk: Any, tmp_path: Any) -> None:
    file = tmp_path / "people.csv"
    file.write_text("finalclass,first_name,name,org_id\nPerson,Grace,Hopper,1\n")
    assert desk.command("data", "import", str(file), "--class", "Person").exit_code == 0
    page = desk.get("/objects/Person/3?tab=history")
    assert "through: import" in page.text


# Two agents at one object


def test_the_second_sees_what_changed_and_keeps_what_they_typed(desk: Any) -> None:
    as_agent(desk, "bob")
    mine = desk.get(f"{TICKET}/modify")
    as_agent(desk, "eve")
    desk.save(f"{TICKET}/modify", title="Scanner", description="Smokes", public_log="Eve's entry")
    as_agent(desk, "bob")
    told = desk.submit(mine, title="Copier", impact="2")
    assert told.status == 409
    assert "Title Printer Scanner Eve Agent (eve)," in told.text
    assert "Description On fire Smokes Eve Agent (eve)," in told.text
    assert "Eve's entry" in told.text
    # What Bob typed stays; what he did not touch is what Eve has stored.
    assert (told.fields["title"], told.fields["impact"]) == ("Copier", "2")
    assert told.fields["description"] == "Smokes"
    stored = desk.stored("UserRequest", 1)
    assert (stored["title"], stored["impact"]) == ("Scanner", "1")
    assert desk.submit(told).status == 303
    stored = desk.stored("UserRequest", 1)
    assert (stored["title"], stored["description"], stored["impact"]) == ("Copier", "Smokes", "2")


def test_a_save_without_a_version_is_refused(desk: Any) -> None:
    page = desk.get(f"{TICKET}/modify")
    values = {**page.fields, "title": "Copier"}
    del values["version"]
    refused = desk.post(f"{TICKET}/modify", values)
    assert refused.status == 400
    assert refused.fields["title"] == "Copier"
    assert desk.stored("UserRequest", 1)["title"] == "Printer"
    assert desk.submit(refused).status == 303


def test_what_can_no_longer_be_changed_is_shown_to_be_copied(desk: Any) -> None:
    mine = desk.get(f"{TICKET}/modify")
    with desk.running.app.app_context(), desk.running.host.database.connection_context():
        from cti_tickets.store import objects

        objects.update("UserRequest", 1, {"status": "closed"}, author=None)
    told = desk.submit(mine, title="Typed for an hour")
    assert told.status == 409
    assert "can't be saved in the present state" in told.text
    assert "Title Typed for an hour" in told.text


def test_the_same_save_twice_is_no_conflict(desk: Any) -> None:
    page = desk.get(f"{TICKET}/modify")
    assert desk.submit(page, title="Scanner").status == 303
    assert desk.submit(page, title="Scanner").status == 303
    assert desk.stored("UserRequest", 1)["title"] == "Scanner"


# Forms that are sent twice


def test_a_form_that_is_sent_twice_makes_one_ticket_and_one_call(desk: Any) -> None:
    page = desk.get("/objects/new/UserRequest")
    values = {"title": "T", "description": "D", "org_id": "1", "caller_id": "1", "origin": "phone"}
    first, second = desk.submit(page, **values), desk.submit(page, **values)
    assert (first.status, second.status) == (303, 303)
    assert first.location == second.location == "/objects/UserRequest/2"
    assert desk.count("PhoneCall") == 1
    (seen,) = desk.running.config_file.parent.glob("plugins.d/witness.seen")
    assert seen.read_text() == "2\n"


@pytest.mark.parametrize("attempt", range(2))
def test_of_parallel_forms_one_makes_a_ticket(
    make_site: Any, database_url: str, attempt: int
) -> None:
    plugins = ["phone_reformat", "tickets", "witness"]
    site = make_site(database=database_url, plugins=plugins, sources={"witness": WITNESS})
    site.add("Organization", name="Analytical Ltd")
    site.add("Person", first_name="Ada", name="Lovelace", org_id=1)
    site.add("Person", first_name="T", name="A", org_id=1, email="test@cti.example")
    page = site.get("/objects/new/UserRequest")
    values = {**page.fields, "title": "T", "description": "D", "org_id": "1", "caller_id": "1",
              "origin": "phone"}  # fmt: skip
    cookie = site.browser.get_cookie("cti_host")
    together = Barrier(3)

    def send(_number: int) -> str:
        browser = site.running.client()
        browser.set_cookie("cti_host", cookie.value)
        together.wait()
        return str(browser.post(page.url, data=values).headers.get("Location"))

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(send, range(3))) == {"/objects/UserRequest/1"}
    assert (site.count("UserRequest"), site.count("PhoneCall")) == (1, 1)
    (seen,) = site.running.config_file.parent.glob("plugins.d/witness.seen")
    assert seen.read_text() == "1\n"


# Who looked at whom


def test_pops_pages_and_searches_are_kept(desk: Any) -> None:
    desk.panel("phone=0987654321")
    desk.get(PERSON)
    desk.get(TICKET)
    desk.browser.get("/api/v1/objects/Person/suggestions?q=ada")
    assert journal(desk) == [(1, "ada", "search"), (1, "ada", "page"), (1, "ada", "pop")]


def test_who_comes_back_to_a_panel_sees_the_person_again(desk: Any) -> None:
    desk.panel("phone=0987654321&selected_caller=tickets:Person:1")
    assert journal(desk) == [(1, "ada", "pop")]


def test_a_caller_of_another_plugin_is_in_the_journal_too(make_site: Any) -> None:
    site = make_site(
        plugins=["phone_reformat", "tickets", "agents", "book"],
        sources={"agents": AGENTS, "book": BOOK},
        sign_in=False,
    )
    site.panel("phone=0987654321")
    site.panel("phone=0987654321&selected_caller=book:Person:1")
    assert journal(site, account="ada", object_id=1) == []  # not our person 1
    assert journal(site, account="ada") == [(1, "ada", "pop")] * 2
    as_agent(site, "root")
    page = site.get("/objects/access-journal")
    assert page.text.count("Ada Agent (ada) panel phone list: Person #1") == 2
    assert "Nothing is recorded" in site.get("/objects/access-journal?person=1").text


def test_an_export_is_kept(desk: Any) -> None:
    assert desk.command("data", "export", "SELECT Person").exit_code == 0
    assert desk.command("data", "export", "Person").exit_code == 0
    assert desk.command("data", "export", "Organization").exit_code == 0
    assert journal(desk) == [(0, "", "export"), (2, "", "export"), (1, "", "export")]


def test_administrators_read_the_journal(desk: Any) -> None:
    desk.get(PERSON)
    as_agent(desk, "bob")
    desk.panel("phone=0987654321")
    as_agent(desk, "root")
    page = desk.get("/objects/access-journal")
    assert "Bob Agent (bob) panel Ada Lovelace" in page.text
    assert "Ada Agent (ada) page Ada Lovelace" in page.text
    assert "Bob Agent" not in desk.get("/objects/access-journal?agent=ada").text
    assert "Ada Agent" not in desk.get("/objects/access-journal?way=pop").text
    for whom in ("1", "Ada+Lovelace+%231", "lovelace"):
        assert "Bob Agent (bob)" in desk.get(f"/objects/access-journal?person={whom}").text
    assert "Nothing is recorded" in desk.get("/objects/access-journal?person=7").text
    assert "Nothing is recorded" in desk.get("/objects/access-journal?until=2020-01-01").text
    assert "Bob Agent (bob)" in desk.get("/objects/access-journal?since=2020-01-01").text


def test_the_journals_are_for_administrators(desk: Any) -> None:
    for path in ("/objects/access-journal", "/objects/changes"):
        refused = desk.get(path)
        assert refused.status == 403
        assert "Only administrators see the journals." in refused.text


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("person=nobody", "Nothing is called “nobody”."),
        ("since=yesterday", "“yesterday” is not a day"),
        ("until=9999-12-31", "“9999-12-31” is not a day"),
    ],
)
def test_a_filter_that_makes_no_sense_is_told(desk: Any, query: str, message: str) -> None:
    as_agent(desk, "root")
    page = desk.get(f"/objects/access-journal?{query}")
    assert page.status == 400
    assert message in page.text


def test_the_journals_are_read_page_by_page(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cti_tickets.pages.history.journal.PAGE_SIZE", 2)
    for _ in range(3):
        desk.get(PERSON)
    as_agent(desk, "root")
    page = desk.get("/objects/access-journal?agent=ada")
    assert page.html.count("Ada Agent (ada)") == 2
    older = desk.get(page.links["Older"])
    assert older.html.count("Ada Agent (ada)") == 1
    assert "Older" not in older.links
    page = desk.get("/objects/changes")
    assert "Older" in page.links
    assert "Organization: Analytical Ltd" in desk.get(page.links["Older"]).text


def test_administrators_read_all_changes(desk: Any) -> None:
    desk.save(f"{PERSON}/modify", function="Mathematician")
    as_agent(desk, "root")
    page = desk.get("/objects/changes?class=Person&what=modify")
    assert "Modified · Person: Ada Lovelace · Ada Agent (ada) ·" in page.text
    assert "Function – Mathematician" in page.text
    assert "Person: Ada" not in desk.get("/objects/changes?class=UserRequest").text
    assert desk.get("/objects/changes?class=Nonsense").status == 400
