"""The page of a person, an organization, and whatever others refer to."""

from __future__ import annotations

import re
from typing import Any

import pytest

FLEET = '''
from cti_host import *
from cti_tickets.api_for_plugins import *

L = Localised.of


class Plugin:
    """Cars, and who drives them."""

    @hookimpl
    def data_classes(self):
        name = DataAttribute("name", DataKind.STRING, L("Name"), mandatory=True)
        return [
            DataClass("Car", L("Car"), [
                name,
                DataAttribute("driver_id", DataKind.KEY, L("Driver"), target="Person"),
                DataAttribute("radio", DataKind.PHONE, L("Radio")),
            ]),
            DataClass("Trip", L("Trip"), [
                name, DataAttribute("car_id", DataKind.KEY, L("Car"), target="Car"),
            ]),
        ]

    @hookimpl
    def data_attributes(self):
        car = DataAttribute("car_id", DataKind.KEY, L("Car"), target="Car")
        return [AddedAttributes("UserRequest", [car])]

    @hookimpl(strangers=True)
    def person_sections(self, caller):
        return [PanelSection("Licences", f"<p>of {caller.display}</p>")]
'''


@pytest.fixture
def people(make_site: Any, database_url: str) -> Any:
    """A person of a part of an organization, with seven tickets, on each database."""
    site = make_site(database=database_url)
    site.add("Organization", name="Group")
    site.add("Organization", name="Analytical", parent_id=1)
    site.add("Organization", name="Engines", parent_id=2)
    site.add("Person", first_name="Ada", name="Byron", org_id=3, email="ada@example.org",
             phone="01 23 45 67 89", function="Countess")  # fmt: skip
    for number in range(7):
        ticket = {"description": "D", "org_id": 3, "caller_id": 1}
        site.add("UserRequest", title=f"Printer {number}", **ticket)
    return site


def sections(page: Any) -> list[str]:
    """What the page has lists of, in order."""
    return re.findall(r'<section class="cti-related" aria-label="([^"]+)"', page.html)


def test_a_person_has_their_tickets_numbers_and_what_can_be_done(people: Any) -> None:
    page = people.get("/objects/Person/1")
    assert sections(page) == ["Ticket: Caller"]
    shown = [name for name in page.links if name.startswith("R-")]
    assert len(shown) == 5
    assert "Ticket Caller 7" in page.text
    assert page.links["Show all"] == "/objects/Ticket?caller_id=1"
    assert page.links["01 23 45 67 89"] == "tel:+33123456789"
    assert page.links["ada@example.org"] == "mailto:ada@example.org"
    assert page.links["User Request"] == "/objects/new/UserRequest?caller_id=1"
    form = people.get(page.links["User Request"])
    assert form.fields["caller_id"] == "1"


def test_an_organization_has_what_it_is_part_of_its_people_and_its_parts(people: Any) -> None:
    page = people.get("/objects/Organization/3")
    assert sections(page) == ["Ticket: Organization", "Contact: Organization"]
    assert page.links["Group"] == "/objects/Organization/1"
    assert "Group Analytical Engines Organization Engines" in page.text
    assert page.links["Ada Byron"] == "/objects/Person/1"
    assert page.links["User Request"] == "/objects/new/UserRequest?org_id=3"
    above = people.get("/objects/Organization/2")
    assert sections(above) == ["Organization: Parent"]
    assert above.links["Engines"] == "/objects/Organization/3"


LIMITED = """
from cti_host import Agent, hookimpl


class Plugin:
    @hookimpl
    def identify_agent(self, request):
        limits = frozenset(map(int, request.headers.get("X-Organizations", "").split()))
        profiles = frozenset({request.headers.get("X-Profile", "Administrator")})
        return Agent("test", "Test Agent", profiles=profiles, organizations=limits)
"""


def test_an_organization_has_the_latest_phone_calls_of_its_people(
    make_site: Any, database_url: str
) -> None:
    site = make_site(
        plugins=["limited", "phone_reformat", "tickets"],
        sources={"limited": LIMITED},
        database=database_url,
        toml='[rights."Portal user".Organization]\nread = true\n',
    )
    for number in (1, 2):
        site.add("Organization", name=f"Company {number}")
        site.add("Person", first_name="Ann", name=f"Number{number}", org_id=number)
        ticket = {"description": "D", "org_id": number, "caller_id": number}
        site.add("UserRequest", title=f"Printer {number}", **ticket)
    for day in range(1, 8):
        call = {"flow": "inbound", "date": f"2026-01-0{day}", "note": f"Call {day}"}
        site.add("PhoneCall", ticket_id=1, agent_id=2, contact_id=1, **call)
    other = {"flow": "outbound", "date": "2026-01-09", "note": "Elsewhere"}
    site.add("PhoneCall", ticket_id=2, agent_id=2, contact_id=2, **other)

    page = site.get("/objects/Organization/1")
    assert "Phone Call: Organization" in sections(page)
    shown = page.html[page.html.index('aria-label="Phone Call: Organization"') :]
    shown = shown[: shown.index("</section>")]
    assert re.findall(r'datetime="2026-01-0(\d)"', shown) == ["7", "6", "5", "4", "3"]
    assert "Ann Number1" in shown
    assert "Elsewhere" not in page.text
    everything = "/objects/PhoneCall?org_id=1"
    assert f'href="{everything}"' in shown
    # All of them: the filter says so, and can be taken away.
    calls = site.get(everything)
    assert "Found: 7" in calls.text
    assert "Elsewhere" not in calls.text
    assert calls.status == 200
    assert site.get("/objects/PhoneCall?org_id=99").status == 200

    customer = site.get("/objects/Organization/1", X_Profile="Portal user")
    assert customer.status == 200
    assert sections(customer) == []
    outside = site.get("/objects/PhoneCall?org_id=1", X_Organizations="2")
    assert "Found: 0" in outside.text
    assert "Company 1" not in outside.text


def test_whoever_may_not_create_tickets_is_offered_none(make_site: Any) -> None:
    site = make_site(profiles=["Service Manager"])
    site.add("Organization", name="Group")
    assert "New ticket" not in site.get("/objects/Organization/1").text


def test_numbers_that_must_not_be_seen_are_called_by_a_button(make_site: Any) -> None:
    site = make_site('[privacy]\nmask_on_screen = ["Support Agent"]\n', profiles=["Support Agent"])
    site.add("Organization", name="Group")
    site.add("Person", first_name="Ada", name="Byron", org_id=1, phone="01 23 45 67 89")
    page = site.get("/objects/Person/1")
    assert "23 45 67" not in page.html


def test_a_class_of_a_plugin_has_the_same(make_site: Any) -> None:
    site = make_site(plugins=["phone_reformat", "tickets", "fleet"], sources={"fleet": FLEET})
    site.add("Organization", name="Group")
    site.add("Person", first_name="Ada", name="Byron", org_id=1)
    site.add("Car", name="Engine", driver_id=1, radio="01 23 45 67 89")
    site.add("Trip", name="Home", car_id=1)
    person = site.get("/objects/Person/1")
    assert sections(person) == ["Car: Driver"]
    assert person.links["Engine"] == "/objects/Car/1"
    assert "of Ada Byron" in person.text
    car = site.get("/objects/Car/1")
    assert sections(car) == ["Trip: Car"]
    assert car.links["01 23 45 67 89"] == "tel:+33123456789"


def test_the_page_of_a_person_takes_few_statements(people: Any, monkeypatch: Any) -> None:
    people.get("/objects/Person/1")
    opened = people.running.host.database
    asked: list[str] = []
    execute = type(opened).execute_sql

    def counted(self: Any, sql: str, *arguments: Any, **more: Any) -> Any:
        asked.append(sql)
        return execute(self, sql, *arguments, **more)

    monkeypatch.setattr(type(opened), "execute_sql", counted)
    assert people.get("/objects/Person/1").status == 200
    few = len(asked)
    for number in range(20):
        people.add("UserRequest", title=f"More {number}", description="D", org_id=3, caller_id=1)
    asked.clear()
    people.get("/objects/Person/1")
    # Not one more, however many there are.
    assert len(asked) == few
    assert few < 40
