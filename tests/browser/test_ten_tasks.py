"""Ten tasks of a day at the phone, each done with the fewest steps, which are counted.

The numbers are in docs/performance.md, too: a task that gets longer fails here. Each task has
persons and tickets of its own.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import warm_commands
from effort import Effort
from playwright.sync_api import BrowserContext, Page, expect

ORGANIZATION, DESK, AGENT = 760, 91, 10
KNOWN, WHO, CUSTOMER, FRENCH = "0261917601", "0536497602", "0536497603", "0261917610"


def records() -> Iterator[dict[str, Any]]:
    """The customers of this module, and their tickets."""
    yield {"class": "Organization", "id": ORGANIZATION, "fields": {"name": "Corbin Joinery"}}
    people = {
        760: ("Odile", "Corbin", {"phone": KNOWN}),
        761: ("Firmin", "Corbin", {}),
        762: ("Jeanne", "Ferrand", {"phone": "0261917605"}),
        763: ("Bastien", "Ferrand", {"email": "bastien@corbin.example"}),
        764: ("B.", "Ferrand", {"email": "bastien@corbin.example", "phone": "0261917607"}),
        765: ("Solveig", "Corbin", {"phone": FRENCH}),
        766: ("Ignace", "Corbin", {"phone": "0261917606"}),
    }
    for id_, (first, name, more) in people.items():
        fields = {"first_name": first, "name": name, "org_id": ORGANIZATION, **more}
        yield {"class": "Person", "id": id_, "fields": fields}
    tickets: dict[int, tuple[str, int, dict[str, Any]]] = {
        760: ("Plane stops by itself", 760, {"agent_id": AGENT, "status": "assigned"}),
        761: ("Saw without a guard", 766, {"urgency": "1", "impact": "1", "service_id": 1}),
        762: ("Escalator of the showroom", 766, {"agent_id": AGENT, "status": "assigned"}),
        763: ("Glue dries too soon", 766, {"agent_id": AGENT, "status": "assigned"}),
        764: ("Lamp of the office", 766, {"urgency": "4", "impact": "3"}),
        765: ("Door of the shed", 766, {"urgency": "1", "impact": "1"}),
    }
    for id_, (title, caller, more) in tickets.items():
        fields = {"ref": f"R-{id_:06}", "title": title, "description": "…", "caller_id": caller}
        fields |= {"org_id": ORGANIZATION, "team_id": DESK, **more}
        yield {"class": "UserRequest", "id": id_, "fields": fields}


@pytest.fixture(scope="module", autouse=True)
def data(server: str, folder: Path) -> None:
    """What this module works on, in the demonstration."""
    file = folder / "ten-tasks.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records()))
    config = ["--config", str(folder / "config" / "demo.toml")]
    command = warm_commands.words(*config, "data", "import", str(file))
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- our own command


@pytest.fixture
def agent(page: Page) -> Effort:
    """The demonstration's agent, at a desk."""
    page.set_viewport_size({"width": 1366, "height": 850})
    return Effort(page)


def open_first(agent: Effort, typed: str, shown: str) -> None:
    """Open the first result of the search, once it shows what is expected."""
    agent.press("/")
    agent.type(typed)
    first = agent.page.get_by_role("listbox").get_by_role("option").first
    expect(first).to_contain_text(shown)
    agent.press("Enter")


def test_a_known_caller_gets_a_note_on_an_old_ticket(agent: Effort) -> None:
    page = agent.page
    agent.begin(f"/pop?phone={KNOWN}")
    agent.click(page.get_by_role("link", name="R-000760", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Plane stops by itself")
    agent.press("r")
    agent.type("Stops after ten minutes only.")
    agent.press("Control+Enter")
    expect(page.get_by_role("article").first).to_contain_text("Stops after ten minutes only.")
    agent.at_most(clicks=1, keys=2, texts=1, pages=2)


def test_an_unknown_number_is_attached_to_somebody_known(agent: Effort) -> None:
    page = agent.page
    agent.begin(f"/pop?phone={WHO}")
    agent.click(page.get_by_role("searchbox", name="Find the person"))
    agent.type("corbin firm")
    agent.press("Enter")
    agent.click(page.get_by_role("button", name=re.compile("^Add .* to Firmin Corbin")))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Firmin Corbin")
    agent.at_most(clicks=2, keys=1, texts=1, pages=2)


def test_a_new_customer_is_created_with_their_organization(agent: Effort) -> None:
    page = agent.page
    agent.begin(f"/pop?phone={CUSTOMER}")
    agent.click(page.get_by_role("button", name="Create a new Person"))
    agent.type("Quillfeather")
    agent.click(page.get_by_label(re.compile("^First name")))
    agent.type("Ottilie")
    agent.click(page.get_by_text("New: Organization"))
    agent.click(page.get_by_label("Name (Organization)"))
    agent.type("Quillfeather Pens")
    agent.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ottilie Quillfeather")
    expect(page.locator(".cti-person")).to_contain_text("Quillfeather Pens")
    agent.at_most(clicks=4, keys=1, texts=3, pages=2)


def test_a_ticket_of_the_queue_is_taken_and_solved(agent: Effort) -> None:
    page = agent.page
    agent.begin("/")
    queue = page.get_by_role("region", name="My team's queue")
    agent.click(queue.get_by_role("link", name="R-000761", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Saw without a guard")
    agent.press("t")
    expect(page.locator(".cti-object-head .cti-status")).to_have_text("Assigned")
    agent.click(page.get_by_role("link", name="Mark as resolved"))
    agent.type("The guard is on again.")
    agent.press("Control+Enter")
    expect(page.locator(".cti-object-head .cti-status")).to_have_text("Resolved")
    agent.at_most(clicks=2, keys=2, texts=1, pages=4)


def test_a_ticket_is_found_by_half_a_word(agent: Effort) -> None:
    page = agent.page
    agent.begin("/")
    open_first(agent, "escala", "R-000762")
    expect(page.get_by_role("heading", level=1)).to_have_text("Escalator of the showroom")
    agent.at_most(keys=2, texts=1, pages=1)


def test_somebody_is_called_back_about_a_ticket(agent: Effort) -> None:
    page = agent.page
    agent.begin("/")
    mine = page.get_by_role("region", name="My open tickets")
    agent.click(mine.get_by_role("link", name="R-000763", exact=True))
    with page.context.expect_page() as opened:
        agent.click(page.get_by_role("button", name="Call phone number"))
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("would dial now")
    opened.value.close()
    expect(page.get_by_role("link", name="Phone Calls").locator(".badge")).to_have_text("1")
    agent.at_most(clicks=2, pages=1)


def test_a_number_of_a_person_is_corrected(agent: Effort) -> None:
    page = agent.page
    agent.begin("/")
    open_first(agent, "ferrand jea", "Jeanne")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jeanne Ferrand")
    agent.press("m")
    number = page.get_by_label("Phone", exact=True)
    agent.click(number)
    agent.press("Control+a")
    agent.type("02 61 91 76 95")
    agent.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jeanne Ferrand")
    expect(page.get_by_role("main")).to_contain_text("02 61 91 76 95")
    agent.at_most(clicks=1, keys=5, texts=2, pages=3)


def test_two_entries_of_one_person_become_one(agent: Effort) -> None:
    page = agent.page
    agent.begin("/")
    open_first(agent, "bastien ferrand", "Bastien")
    agent.click(page.get_by_role("link", name="Compare with B. Ferrand"))
    agent.click(page.get_by_role("button", name="Merge", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Bastien Ferrand")
    expect(page.get_by_role("main")).to_contain_text("0261917607")
    agent.at_most(clicks=2, keys=2, texts=1, pages=3)


def test_what_waits_for_my_team_is_listed_by_priority(agent: Effort) -> None:
    page = agent.page
    agent.begin("/objects/UserRequest/762")
    agent.click(page.get_by_role("link", name="CTI Host"))
    queue = page.get_by_role("region", name="My team's queue")
    expect(queue).to_contain_text("Lamp of the office")
    words = queue.locator(".cti-priority").all_inner_texts()
    order = ["Critical", "High", "Medium", "Low"]
    assert words == sorted(words, key=order.index)
    assert len(words) >= 2
    agent.at_most(clicks=1, pages=1)


def test_all_open_tickets_of_my_team_are_listed_by_priority(agent: Effort) -> None:
    page = agent.page
    agent.begin("/")
    agent.click(page.get_by_role("link", name="All open tickets of my teams"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Ticket")
    words = page.locator('td[data-label="Priority"]').all_inner_texts()
    order = ["Critical", "High", "Medium", "Low"]
    assert words == sorted(words, key=order.index)
    assert len(words) >= 2
    agent.at_most(clicks=1, pages=1)


def test_an_agent_who_reads_french_creates_a_ticket_on_a_telephone(
    open_browser: Callable[..., BrowserContext],
) -> None:
    size = {"width": 390, "height": 844}
    context = open_browser(locale="fr-FR", viewport=size, has_touch=True)
    agent = Effort(context.new_page())
    page = agent.page
    agent.begin(f"/pop?phone={FRENCH}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Solveig Corbin")
    agent.click(page.get_by_role("button", name=re.compile("^Créer : Demande utilisateur")))
    agent.type("Le rabot s'arrête")
    agent.click(page.get_by_label(re.compile("^Description")))
    agent.type("Au bout de dix minutes.")
    agent.click(page.get_by_role("button", name="Enregistrer"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Le rabot s'arrête")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    agent.at_most(clicks=3, texts=2, pages=2)
