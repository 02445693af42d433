"""The start page of an agent, and who is calling on the left of the panel."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

PLUGINS = '''
from cti_host import Agent, hookimpl


class Plugin:
    """A header says who acts."""

    @hookimpl
    def identify_agent(self, request):
        name = request.headers.get("X-Agent", "ada")
        profiles = request.headers.get("X-Profiles", "Support Agent, Administrator").split(", ")
        return Agent(name, name.title(), email=f"{name}@example.org", profiles=frozenset(profiles))
'''
LISTS = """
[[display_tickets.lists]]
enabled = true
label = "Of their organization"
query = "ORG WHERE p.id IN (:callers_list)"

[[display_tickets.lists]]
enabled = true
label = "Theirs"
query = "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list)"
""".replace(
    "ORG",
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id"
    " JOIN Person AS p ON p.org_id = o.id",
)
ADA, BEN, CLARA, CARL, DESK = 1, 2, 3, 4, 5
NUMBER = "0987654321"


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """Two agents, one of them in a team; two customers with one number; tickets of a customer."""
    built = make_site(
        'timezone = "Europe/Paris"\n' + LISTS,
        plugins=["agents", "phone_reformat", "tickets"],
        sources={"agents": PLUGINS},
        database=database_url,
    )
    for name in ("Provider", "Customer"):
        built.add("Organization", name=name)
    built.add("Location", name="Rennes", org_id=2)
    for name in ("Ada", "Ben"):
        built.add("Person", first_name=name, name="Byron", org_id=1, email=f"{name}@example.org")
    common = {"name": "Doe", "org_id": 2, "phone": NUMBER}
    facts = {"function": "Fitter", "mobile_phone": "0612345678", "notes": "Call <after> nine"}
    built.add("Person", first_name="Clara", location_id=1, vip=True, **facts, **common)
    built.add("Person", first_name="Carl", **common)
    built.add("Team", name="Desk", org_id=1)
    built.add("lnkPersonToTeam", team_id=DESK, person_id=ADA)
    return built


def add_ticket(site: Any, title: str, **values: Any) -> int:
    of_customer = {"org_id": 2, "caller_id": CLARA, "description": "…"}
    added: int = site.add("UserRequest", title=title, **{**of_customer, **values})
    return added


def part(page: Any, heading: str, end: str = "</section>") -> str:
    """The text of a section of a page."""
    html = page.html[page.html.index(f">{heading}") :]
    return " ".join(re.sub(r"<[^>]*>", " ", html[: html.index(end)]).split())


def test_the_start_page_has_the_agents_tickets_the_most_urgent_first(site: Any) -> None:
    add_ticket(site, "Slow", agent_id=ADA, team_id=DESK, status="assigned", urgency="4")
    add_ticket(site, "Burns", agent_id=ADA, team_id=DESK, status="assigned", urgency="1")
    add_ticket(site, "Done", agent_id=ADA, team_id=DESK, status="closed")
    add_ticket(site, "Of Ben", agent_id=BEN, team_id=DESK, status="assigned")
    mine = part(site.get("/"), "My open tickets")
    assert mine.index("Burns") < mine.index("Slow")
    assert "Done" not in mine
    assert "Of Ben" not in mine


def test_the_start_page_has_what_nobody_of_ones_team_has_taken(site: Any) -> None:
    add_ticket(site, "Waits", team_id=DESK)
    add_ticket(site, "Taken", agent_id=BEN, team_id=DESK, status="assigned")
    add_ticket(site, "Of no team")
    queue = part(site.get("/"), "My team&#39;s queue")
    assert "Waits" in queue
    assert "Taken" not in queue
    assert "Of no team" not in queue
    assert "You are in no team." in part(site.get("/", X_Agent="ben"), "My team&#39;s queue")


def test_all_open_tickets_of_ones_teams_are_one_click_away(site: Any) -> None:
    link = "All open tickets of my teams, the most urgent first"
    assert link in site.get("/").links
    add_ticket(site, "Slow", team_id=DESK, urgency="4")
    add_ticket(site, "Burns", agent_id=BEN, team_id=DESK, status="assigned", urgency="1")
    add_ticket(site, "Done", team_id=DESK, status="closed", urgency="1")
    listed = site.get(site.get("/").links[link]).text
    assert listed.index("Burns") < listed.index("Slow")
    assert "Done" not in listed
    # Ben is in no team.
    assert link not in site.get("/", X_Agent="ben").links


def test_a_column_that_would_say_the_same_in_each_row_is_left_out(site: Any) -> None:
    add_ticket(site, "Mine", agent_id=ADA, team_id=DESK, status="assigned")
    add_ticket(site, "Waits", team_id=DESK, caller_id=CARL)
    day = site.get("/")
    for heading in ("My open tickets", "My team&#39;s queue"):
        assert "Caller Started Updated" in part(day, heading)
    of_clara = site.get(f"/pop?phone={NUMBER}&selected_caller={CLARA}")
    assert "Priority Agent Started" in part(of_clara, "Theirs")
    # The organization's list has tickets of others.
    assert "Priority Caller Agent Started" in part(of_clara, "Of their organization")
    # Whose tickets they are is not chosen.
    assert "Priority Caller Agent Started" in part(site.get(f"/pop?phone={NUMBER}"), "Theirs")


def test_many_tickets_are_counted_and_lead_to_their_list(site: Any) -> None:
    for number in range(12):
        add_ticket(site, f"Ticket {number}", agent_id=ADA, team_id=DESK, status="assigned")
    page = site.get("/")
    listed = site.get(page.links["All 12"])
    assert part(page, "My open tickets").count("Modify") == 10
    assert all(f"Ticket {number}" in listed.text for number in range(12))


def test_what_an_agent_worked_on_last_stands_first(site: Any) -> None:
    first, second = add_ticket(site, "First"), add_ticket(site, "Second")
    assert "What you create or change is found here again." in site.get("/").text
    for number, id_ in enumerate((first, second, first)):
        url = f"/objects/UserRequest/{id_}/modify"
        assert site.save(url, title=f"Changed {id_}, {number}").status == 303
    touched = part(site.get("/"), "Last worked on")
    assert touched.index(f"Changed {first}") < touched.index(f"Changed {second}")
    assert touched.count("Changed") == 2
    assert "Changed" not in part(site.get("/", X_Agent="ben"), "Last worked on")


def test_whoever_is_nobody_in_the_data_is_told_what_to_do(site: Any) -> None:
    page = site.get("/", X_Agent="zoe")
    assert page.links["Say who you are"] == "/objects/own-person"
    assert "My team" not in page.text


def test_whoever_may_see_no_tickets_has_no_lists_of_them(site: Any) -> None:
    page = site.get("/", X_Profiles="Configuration Manager")
    assert ("My open tickets" in page.text) == ("Tickets" in page.links)


def test_the_start_page_asks_little(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        add_ticket(site, f"Ticket {number}", agent_id=ADA, team_id=DESK, status="assigned")
        add_ticket(site, f"Waiting {number}", team_id=DESK)
    site.get("/")
    database = site.running.host.database
    execute: Any = database.execute_sql
    asked: list[str] = []

    def executed(sql: str, *arguments: Any, **options: Any) -> Any:
        if threading.current_thread().name != "cti-host-deferred":
            asked.append(sql)
        return execute(sql, *arguments, **options)

    monkeypatch.setattr(database, "execute_sql", executed)
    site.get("/")
    # Who the agent is, their teams, both lists, the tickets in them, what was changed.
    assert len(asked) <= 7, asked


def test_the_panel_tells_who_is_calling_from_the_model(site: Any) -> None:
    person = part(site.get(f"/pop?phone={NUMBER}&selected_caller={CLARA}"), "Person<")
    for text in ("VIP", "Function Fitter", "Location Rennes", "Call &lt;after&gt; nine"):
        assert text in person
    page = site.get(f"/pop?phone={NUMBER}&selected_caller={CLARA}")
    assert page.links["0612345678"] == "tel:+33612345678"
    assert "VIP" not in part(site.get(f"/pop?phone={NUMBER}&selected_caller={CARL}"), "Person<")


def test_people_with_one_number_are_told_apart(site: Any) -> None:
    add_ticket(site, "Open")
    add_ticket(site, "Done", status="closed")
    text = site.get(f"/pop?phone={NUMBER}").text
    assert "Fitter · Rennes · 1 open ticket" in text
    assert "0 open tickets" in text
    # What is known of them finds them as well.
    (only,) = site.panel(f"phone={NUMBER}&filter=fitter&selected_caller=all")["callers"]
    assert only["id"] == CLARA


def test_a_wider_list_is_folded_and_repeats_nothing(site: Any) -> None:
    add_ticket(site, "Of Clara")
    add_ticket(site, "Of Carl", caller_id=CARL)
    page = site.get(f"/pop?phone={NUMBER}&selected_caller={CLARA}")
    assert page.html.index(">Theirs") < page.html.index('<details class="cti-fold">')
    wider = part(page, "Of their organization", "</details>")
    assert "Of Carl" in wider
    assert "Of Clara" not in wider
    assert "1 that stands above is not repeated." in wider
    # A program gets all of them.
    both = site.panel(f"phone={NUMBER}&selected_caller={CLARA}")["ticket_lists"]
    assert [one["total"] for one in both] == [2, 1]
    assert len(both[0]["tickets"]) == 2


def test_a_list_is_folded_as_the_settings_say(make_site: Any) -> None:
    built = make_site(LISTS.replace("enabled = true\n", "enabled = true\nfolded = false\n"))
    built.add("Organization", name="Customer")
    built.add("Person", first_name="Clara", name="Doe", org_id=1, phone=NUMBER)
    assert "cti-fold" not in built.get(f"/pop?phone={NUMBER}").html
