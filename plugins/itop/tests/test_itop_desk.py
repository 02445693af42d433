"""In front of an iTop an agent sees as much: how urgent, who is calling, what is theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cti_itop.rest import absent
from fake_itop import PASSWORD, USER, FakeItop
from itop_model import TicketsModel

from cti_host.testing import MakeHost, RunningHost

SETTINGS = Path(__file__).with_name("site.toml").read_text(encoding="utf-8")
AGENTS = '''
from cti_host import Agent, hookimpl


class Plugin:
    """A header says who acts."""

    @hookimpl
    def identify_agent(self, request):
        email = request.headers.get("X-Email", "thomas.nguyen@nsd.example")
        limits = request.headers.get("X-Organizations")
        return Agent("thomas", "Thomas", email=email, profiles=frozenset({"Support Agent"}),
                     organizations=frozenset({1}) if limits else frozenset())
'''
KNOWN, SHARED = "/pop?phone=0987654321", "/pop?phone=0199001200"
Open = Callable[..., RunningHost]


@pytest.fixture
def site(make_host: MakeHost, itop_server: FakeItop) -> Open:
    """`site(more)`: a host in front of the fake iTop, with more settings of `[plugin.itop]`."""

    def open_(more: str = "") -> RunningHost:
        toml = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
        toml = toml.replace('"PASSWORD"', f'"{PASSWORD}"') + more
        plugins = ["agents", "phone_reformat", "itop", "ecall"]
        return make_host(toml, plugins=plugins, sources={"agents": AGENTS})

    return open_


def section(page: str, heading: str) -> str:
    """The text of a section of a page."""
    html = page[re.search(rf">\s*{heading}\s*<", page).end() :]  # type: ignore[union-attr]
    return " ".join(re.sub(r"<[^>]*>", " ", html[: html.index("</section>")]).split())


def test_lists_show_how_urgent_tickets_are_and_ask_no_more(
    site: Open, itop_server: FakeItop
) -> None:
    running = site()
    page = running.client().get(KNOWN).text
    shown = set(re.findall(r"operation=details&amp;class=UserRequest&amp;id=(\d+)", page))
    urgent = re.findall(r'<span class="cti-priority cti-priority-[1-4]">\w+</span>', page)
    assert len(urgent) >= len(shown) > 0
    assert len(itop_server.queries()) == 3
    labels = {"en": "Critical|High|Medium|Low", "fr": "Critique|Haute|Moyenne|Basse",
              "de": "Kritisch|Hoch|Mittel|Niedrig"}  # fmt: skip
    for language, known in labels.items():
        page = running.client(Accept_Language=language).get(KNOWN).text
        assert re.search(rf'<span class="cti-priority cti-priority-[1-4]">({known})</span>', page)


def test_the_panel_tells_who_is_calling_and_asks_no_more(site: Open, itop_server: FakeItop) -> None:
    page = site().client().get(KNOWN).text
    card = section(page, "Person")
    for text in ("Function Accountant", "Location Paris", "Organization Fluvia France"):
        assert text in card
    assert '<a href="tel:+33987654321">+33 9 87 65 43 21</a>' in page
    assert '<a href="mailto:marguerite.delaunay@flu-fr.example">' in page
    assert 'href="/itop/Person/20"' in page
    assert f"{itop_server.url}/pages/UI.php?operation=modify&amp;class=Person&amp;id=20" in page
    # The lookup brought it all; the lists take one request each.
    assert len(itop_server.queries("Person")) == 1
    assert len(itop_server.queries()) == 3


def test_people_with_one_number_are_told_apart(site: Open) -> None:
    page = site().client().get(SHARED).text
    assert '<span class="cti-why">Site manager · Paris</span>' in page
    assert '<span class="cti-why">Director · Paris</span>' in page
    # What is known of them finds them as well.
    (only,) = site().get_json(f"{SHARED}&filter=director&selected_caller=all")["callers"]
    assert only["id"] == 22


def test_whoever_sees_no_numbers_sees_none_there(site: Open) -> None:
    running = site('\n[privacy]\nmask_on_screen = ["Support Agent"]\n')
    page = running.client().get(KNOWN, follow_redirects=True).text
    assert "87 65 43" not in page
    assert "tel:+33987654321" not in page
    assert "Function Accountant" in section(page, "Person")


def test_what_itop_does_not_have_is_not_asked_for(site: Open, itop_server: FakeItop) -> None:
    running = site()
    for url in (KNOWN, "/itop/Person/20", "/find-caller?q=delaunay&phone=0987654321"):
        assert running.client().get(url).status_code == 200
    asked = [str(one.get("output_fields")) for one in itop_server.requests]
    assert not any(re.search(r"\b(vip|notes)\b", fields) for fields in asked)


def test_what_it_has_under_its_own_model_is_shown_where_the_site_says_so(
    site: Open, demo_model: TicketsModel
) -> None:
    demo_model.lacking = set()  # this iTop has both
    running = site('person_fields = ["vip", "notes"]\n')
    card = section(running.client().get("/pop?phone=%2B33639980222").text, "Person")
    assert "VIP" in card
    assert "Notes Prefers a call before nine." in card
    other = section(running.client().get(KNOWN).text, "Person")
    assert "VIP" not in other
    assert "Notes Closes the books" in other
    person = running.client().get("/itop/Person/22").text
    assert "Prefers a call before nine." in person
    assert '<li class="cti-flag">VIP</li>' in person
    assert "Paris" in person
    assert '<li class="cti-flag">' not in running.client().get("/itop/Person/20").text


def test_a_field_that_it_lacks_after_all_is_left_out(site: Open, itop_server: FakeItop) -> None:
    running = site('person_fields = ["vip", "notes", "badge_no"]\n')
    for _again in range(2):
        panel = running.get_json(KNOWN)
        assert [one["id"] for one in panel["callers"]] == [20]
        assert panel["problems"] == []
    # Each was asked for once, with the first lookup.
    assert len(itop_server.queries("Person")) == 2 + 3


def test_the_start_page_has_the_agents_tickets_the_most_urgent_first(
    site: Open, itop_server: FakeItop
) -> None:
    running = site()
    page = running.client().get("/").text
    mine = section(page, "My open tickets in iTop")
    assert "Who is calling?" in page
    shown = re.findall(r"\b[RIPC]-\d{6}\b", mine)
    assert shown
    urgencies = re.findall(r'cti-priority-([1-4])"', page)
    assert urgencies == sorted(urgencies)
    # Of whom is found by their address, once; then one request for each kind of ticket.
    kinds = ["UserRequest", "Incident", "Problem", "Change"]
    assert len(itop_server.queries("Person")) == 1
    assert [len(itop_server.queries(kind)) for kind in kinds] == [1, 1, 1, 1]
    assert len(itop_server.requests) == 5
    running.client().get("/")
    assert len(itop_server.requests) == 9


def test_a_ticket_of_somebody_else_or_a_closed_one_is_not_there(
    site: Open, demo_model: TicketsModel
) -> None:
    page = site().client().get("/").text
    shown = set(re.findall(r"operation=details&amp;class=(\w+)&amp;id=(\d+)", page))
    assert shown
    for kind, id_ in shown:
        query = f"SELECT {kind} WHERE id = {id_}"
        fields = "agent_id,operational_status"
        request = {"operation": "core/get", "class": kind, "key": query, "output_fields": fields}
        (one,) = demo_model.answer(request)["objects"].values()
        assert one["fields"] == {"agent_id": "12", "operational_status": "ongoing"}


def test_a_kind_that_itop_lacks_is_asked_for_once(
    site: Open, itop_server: FakeItop, demo_model: TicketsModel
) -> None:
    demo_model.without = {"Problem"}
    running = site()
    for _again in range(2):
        assert "My open tickets in iTop" in running.client().get("/").text
    assert len(itop_server.queries("Problem")) == 1
    assert len(itop_server.queries("Incident")) == 2


def test_what_itop_gets_later_is_there_without_a_restart(
    site: Open, demo_model: TicketsModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo_model.without = {"Incident"}
    running = site('person_fields = ["notes"]\n')
    assert "class=Incident" not in running.client().get("/").text
    assert "Notes" not in section(running.client().get(KNOWN).text, "Person")
    # Its administrator installs the module, and adds the field.
    demo_model.without, demo_model.lacking = set(), set()
    assert "class=Incident" not in running.client().get("/").text
    monkeypatch.setattr(absent, "ASKED_AGAIN_SECONDS", 0)
    assert "class=Incident" in running.client().get("/").text
    assert "Notes Closes the books" in section(running.client().get(KNOWN).text, "Person")


def test_an_agent_who_is_nobody_in_itop_reads_why_there_is_nothing(site: Open) -> None:
    page = site().client(X_Email="nobody@example.org").get("/").text
    assert "No person of iTop is you" in section(page, "My open tickets in iTop")


def test_whoever_is_limited_to_organizations_has_no_tickets_of_itop(
    site: Open, itop_server: FakeItop
) -> None:
    page = site().client(X_Organizations="1").get("/").text
    assert "My open tickets in iTop" not in page
    assert itop_server.requests == []


def test_an_itop_that_is_down_costs_the_section_and_no_more(
    site: Open, itop_server: FakeItop
) -> None:
    running = site()
    itop_server.fails = "down"
    answer: Any = running.client().get("/")
    assert answer.status_code == 200
    assert "Who is calling?" in answer.text
    assert "My open tickets in iTop" not in answer.text
