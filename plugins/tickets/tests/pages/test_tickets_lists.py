"""The lists of tickets on the panel."""

from __future__ import annotations

from typing import Any

import pytest

LISTS = """
[[display_tickets.lists]]
enabled = true
label = "Theirs"
"label/FR FR" = "Les siens"
query = "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'"

[[display_tickets.lists]]
enabled = false
label = "Off"
query = "SELECT Incident AS i WHERE i.caller_id IN (:callers_list)"

[[display_tickets.lists]]
enabled = true
label = "All kinds"
query = "SELECT Ticket AS t WHERE t.caller_id IN (:callers_list)"

[[display_tickets.lists]]
enabled = true
label = "Of the one"
query = "SELECT Incident AS i WHERE i.caller_id = :selected_caller"
"""


@pytest.fixture
def busy(make_site: Any) -> Any:
    """Two persons behind one number; the first has twelve requests, the second an incident."""
    return fill(make_site(LISTS))


def fill(site: Any) -> Any:
    site.add("Organization", name="Analytical Ltd")
    for name in ("Ada", "Bea"):
        site.add("Person", first_name=name, name="Byron", org_id=1, phone="0987654321")
    common = {"org_id": 1, "description": "…"}
    for number in range(12):
        site.add("UserRequest", title=f"Request {number}", caller_id=1, **common)
    site.add("UserRequest", title="Done", caller_id=1, status="closed", **common)
    site.add("Incident", title="Fire", caller_id=2, **common)
    return site


def shown(panel: Any) -> dict[str, int]:
    return {one["label"]: one["total"] for one in panel["ticket_lists"]}


def refs(panel: Any, label: str = "Theirs") -> list[str]:
    (found,) = [one for one in panel["ticket_lists"] if one["label"] == label]
    return [ticket["ref"] for ticket in found["tickets"]]


def test_the_databases_show_the_same(make_site: Any, database_url: str) -> None:
    site = fill(make_site(LISTS, database=database_url))
    panel = site.panel("phone=0987654321")
    assert shown(panel) == {"Theirs": 12, "All kinds": 14, "Of the one": 0}
    assert refs(panel) == [f"R-{number:06}" for number in range(12, 2, -1)]
    assert refs(site.panel("phone=0987654321&page_0=2")) == ["R-000002", "R-000001"]
    assert refs(site.panel("phone=0987654321&page_0=9")) == ["R-000002", "R-000001"]


def test_the_lists_come_in_order_and_disabled_ones_not_at_all(busy: Any) -> None:
    assert [*shown(busy.panel("phone=0987654321"))] == ["Theirs", "All kinds", "Of the one"]


def test_a_list_is_named_in_the_agents_language(busy: Any) -> None:
    assert [*shown(busy.panel("phone=0987654321", "fr"))] == [
        "Les siens",
        "All kinds",
        "Of the one",
    ]


def test_one_caller_chosen_has_their_own_tickets(busy: Any) -> None:
    bea = busy.panel("phone=0987654321&selected_caller=2")
    assert shown(bea) == {"Theirs": 0, "All kinds": 1, "Of the one": 1}


def test_no_caller_has_no_lists(busy: Any) -> None:
    assert busy.panel("phone=0987654321&selected_caller=unknown")["ticket_lists"] == []


def test_a_page_past_the_end_is_the_last_one(busy: Any) -> None:
    page = busy.get("/pop?phone=0987654321&page_0=999999")
    assert "R-000001" in page.text
    assert "11–12 of 12" in page.text


def test_a_ticket_in_a_list_carries_what_a_program_needs(busy: Any) -> None:
    panel = busy.panel("phone=0987654321&selected_caller=2")
    assert panel["ticket_lists"][1]["tickets"] == [
        {
            "source": "tickets",
            "class": "Incident",
            "id": 14,
            "ref": "I-000014",
            "title": "Fire",
            "status": "ongoing",
            "url": "/objects/Incident/14",
        }
    ]


def test_the_page_shows_status_caller_and_links_to_view_and_modify(busy: Any) -> None:
    page = busy.get("/pop?phone=0987654321&selected_caller=2", Accept_Language="fr")
    assert "Fire" in page.text
    assert "Nouveau" in page.text
    targets = set(page.links.values())
    assert any(url.startswith("/objects/Incident/14?") for url in targets) or (
        "/objects/Incident/14" in targets
    )
    assert any("/objects/Incident/14/modify" in url for url in targets)


def test_a_list_of_a_class_that_does_not_exist_is_not_shown(make_site: Any) -> None:
    toml = LISTS.replace("SELECT Ticket AS t WHERE t.", "SELECT CustomerContract AS c WHERE c.")
    site = fill(make_site(toml))
    panel = site.panel("phone=0987654321")
    assert [*shown(panel)] == ["Theirs", "Of the one"]
    assert panel["problems"] == []
    (problem,) = site.running.host.problems
    assert problem.warning
    assert problem.key == "display_tickets.lists[2].query"
    assert "CustomerContract" in problem.message
    assert problem.line == 1 + toml.splitlines().index(
        next(line for line in toml.splitlines() if "CustomerContract" in line)
    ) + (site.running.config_file.read_text().split(toml)[0].count("\n"))


def test_lists_that_fail_cost_one_line_and_nothing_else(busy: Any) -> None:
    with busy.running.app.app_context(), busy.running.host.database.connection_context():
        busy.running.host.database.execute_sql("ALTER TABLE ticket RENAME TO gone")
    panel = busy.panel("phone=0987654321")
    assert len(panel["callers"]) == 2
    assert panel["ticket_lists"] == []
    assert "Tickets from tickets are not available right now." in panel["problems"]


def test_the_latest_phone_calls_with_the_caller_are_on_the_panel(busy: Any) -> None:
    # Without a person who is the agent, there is no phone call yet.
    busy.add("Person", first_name="Test", name="Agent", org_id=1, email="test@cti.example")
    page = busy.save(
        "/objects/new/UserRequest", org_id="1", caller_id="2", title="Rang", description="x"
    )
    assert page.status == 303
    panel = busy.get("/pop?phone=0987654321&selected_caller=2")
    assert "Latest phone calls" in panel.text
    assert "Inbound · R-000015 Rang" in panel.text
