"""A ticket of iTop in brief, on a page of this host: seen, called from, and its phone calls."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cti_itop.pages.ticket_details import clean
from fake_itop import PASSWORD, USER, FakeItop
from itop_model import TicketsModel
from markupsafe import Markup

from cti_host.testing import MakeHost, RunningHost
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

SETTINGS = Path(__file__).with_name("site.toml").read_text(encoding="utf-8")
PAGE = "/ticket/itop/UserRequest/28"
CALL = f"{PAGE}/call"
RECEIVED = "/itop/UserRequest/28/received"
ACTION = "ecall:telephony_integration_ecall_phone"
AGENT = '''
from cti_host import Agent, hookimpl


class Plugin:
    """Everybody is Camille, who is person 10 in iTop by her e-mail address."""

    @hookimpl
    def identify_agent(self, request):
        email = "camille.moreau@nsd.example"
        return Agent("camille", "Camille Moreau", email, frozenset({"Support Agent"}))
'''
Open = Callable[..., RunningHost]


@pytest.fixture
def site(make_host: MakeHost, itop_server: FakeItop) -> Open:
    """`site(more="")`: a host in front of the fake iTop, for an agent whom iTop knows."""

    def open_(more: str = "", *, known: bool = True, **options: str) -> RunningHost:
        toml = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
        toml = toml.replace('"PASSWORD"', f'"{PASSWORD}"') + more
        plugins = ["phone_reformat", "itop", "ecall", *(["agent"] if known else [])]
        sources = {"agent": AGENT} if known else {}
        return make_host(toml, plugins=plugins, sources=sources, sign_in=not known, **options)

    return open_


def press(running: RunningHost, url: str, action: str = ACTION) -> Any:
    """Press a button of the ticket's page."""
    client = running.client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).text)
    assert token
    return client.post(url, data={"csrf_token": token[1], "action": action, "next": PAGE})


def made(itop_server: FakeItop) -> list[dict[str, Any]]:
    """What was created in iTop."""
    return [one for one in itop_server.requests if one["operation"] == "core/create"]


def test_the_page_shows_the_ticket_and_its_caller(site: Open, itop_server: FakeItop) -> None:
    page = site().client().get(PAGE)
    assert page.status_code == 200
    for text in (
        "R-000028",
        "Access to the year-end folder",
        "Assigned",
        "Marguerite Delaunay, Fluvia France",
        "+33 9 87 65 43 21",
        "Public log",
        "Private log",
    ):
        assert text in page.text
    for operation in ("details", "modify"):
        url = (
            f"{itop_server.url}/pages/UI.php?operation={operation}&amp;class=UserRequest&amp;id=28"
        )
        assert f'href="{url}" target="_blank" rel="noopener"' in page.text


def test_the_page_is_french_too(site: Open) -> None:
    page = site().client(Accept_Language="fr").get(PAGE).text
    for text in ("Assigné", "Ouvrir dans iTop", "Journal public", "Appels téléphoniques"):
        assert text in page


@pytest.mark.parametrize("ticket", ["UserRequest/999999", "Nonsense/1", "Person/20", "Incident/28"])
def test_what_is_no_ticket_has_no_page(site: Open, ticket: str) -> None:
    page = site().client().get(f"/ticket/itop/{ticket}")
    assert page.status_code == 404
    assert "Marguerite" not in page.text


@pytest.mark.parametrize("class_name", ["Incident", "Problem", "NormalChange", "Ticket"])
def test_every_kind_of_ticket_has_a_page(
    site: Open, demo_model: TicketsModel, class_name: str
) -> None:
    request = {"operation": "core/get", "class": class_name, "key": f"SELECT {class_name}"}
    found = demo_model.answer({**request, "output_fields": "ref", "limit": 1})
    (one,) = found["objects"].values()
    page = site().client().get(f"/ticket/itop/{class_name}/{one['key']}")
    assert page.status_code == 200
    assert one["fields"]["ref"] in page.text


def test_an_attribute_that_this_itop_lacks_is_asked_for_once(
    site: Open, itop_server: FakeItop
) -> None:
    more = 'person_fields = ["home_phone"]\n'
    running = site(more)
    running.client().get(PAGE)
    before = len(itop_server.requests)
    assert "Marguerite" in running.client().get(PAGE).text
    assert len(itop_server.requests) - before == 3
    assert not any("home_phone" in r["output_fields"] for r in itop_server.requests[before:])


def test_a_call_opens_the_phone_system_and_is_recorded_in_itop(
    site: Open, itop_server: FakeItop
) -> None:
    response = press(site(), CALL)
    assert (response.status_code, response.location) == (303, "tel:+33987654321")
    (request,) = made(itop_server)
    fields = request["fields"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", fields.pop("date"))
    assert fields == {
        "ticket_id": 28,
        "contact_id": 20,
        "agent_id": 10,
        "flow": "outbound",
        "note": "Call phone number: +33 9 87 65 43 21",
    }
    assert request["class"] == "PhoneCall"
    assert request["comment"]


def test_the_phone_calls_of_itop_are_on_the_page(site: Open) -> None:
    running = site()
    press(running, CALL)
    page = running.client().get(PAGE).text
    assert "Outbound" in page
    assert "Call phone number: +33 9 87 65 43 21" in page


@pytest.mark.parametrize(
    "why", ["no extension", "no right", "unknown agent", "setting", "iTop fails"]
)
def test_else_a_call_is_recorded_in_the_hosts_own_store(
    site: Open, itop_server: FakeItop, demo_model: TicketsModel, why: str
) -> None:
    more = 'phone_calls = "host"\n' if why == "setting" else ""
    if why == "no extension":
        demo_model.without = {"PhoneCall"}
    if why == "no right":
        demo_model.forbidden = {"PhoneCall", "create PhoneCall"}
    running = site(more, known=why != "unknown agent")
    if why == "iTop fails":
        itop_server.fails_at = "core/create"
    before = str(running.client().get(PAGE).text).count("Outbound")
    response = press(running, CALL)
    assert (response.status_code, response.location) == (303, "tel:+33987654321")
    page = running.client().get(PAGE).text
    assert page.count("Outbound") == before + 1
    row = page[page.index('id="phone-calls"') :]
    assert "Marguerite Delaunay" in row
    assert "<time" in row


def test_the_store_may_be_postgresql(site: Open, postgres_url: str) -> None:
    running = site('phone_calls = "host"\n', database=postgres_url)
    press(running, CALL)
    press(running, RECEIVED)
    page = running.client().get(PAGE).text
    calls = page[page.index('id="phone-calls"') :]
    assert calls.index("Inbound") < calls.index("Outbound")  # the newest first


def test_a_call_that_came_in_is_recorded_by_a_button(site: Open, itop_server: FakeItop) -> None:
    running = site()
    response = press(running, RECEIVED)
    assert (response.status_code, response.location) == (303, PAGE)
    (request,) = made(itop_server)
    assert request["fields"]["flow"] == "inbound"
    assert "Inbound" in running.client().get(PAGE).text


def test_a_call_that_came_in_while_itop_is_down_is_said_to_be_unrecorded(
    site: Open, itop_server: FakeItop
) -> None:
    running = site()
    client = running.client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).text)
    assert token
    itop_server.fails = "down"
    answer = client.post(RECEIVED, data={"csrf_token": token[1], "next": PAGE})
    assert answer.status_code == 503
    assert "The call could not be recorded. iTop can&#39;t be reached." in answer.text


@pytest.mark.parametrize(
    ("back", "location"), [(f"{PAGE}?phone=1", f"{PAGE}?phone=1"), ("//evil.example", PAGE)]
)
def test_the_button_leads_back_to_the_page_it_stands_on(
    site: Open, back: str, location: str
) -> None:
    client = site().client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).text)
    assert token
    answer = client.post(RECEIVED, data={"csrf_token": token[1], "next": back})
    assert (answer.status_code, answer.location) == (303, location)


def test_a_call_that_the_ticket_does_not_offer_is_not_placed(site: Open) -> None:
    assert press(site(), CALL, "ecall:nonsense").status_code == 404


@pytest.mark.parametrize("url", [CALL, RECEIVED])
def test_buttons_need_their_token(site: Open, itop_server: FakeItop, url: str) -> None:
    assert site().client().post(url).status_code == 400
    assert made(itop_server) == []


def test_a_caller_that_cannot_be_read_costs_only_the_caller(
    site: Open, demo_model: TicketsModel
) -> None:
    demo_model.forbidden = {"Person"}
    page = site(known=False).client().get(PAGE)
    assert page.status_code == 200
    assert "Access to the year-end folder" in page.text
    assert "The account of this host lacks a right in iTop." in page.text


@pytest.mark.parametrize(
    "text", ["<bob@example.org> wrote:\n\n  one\n  two", "a<b && c>d", "1 < 2", "Fish & chips"]
)
def test_a_text_of_itop_that_is_no_markup_stays_as_it_is(text: str) -> None:
    shown = clean(text, "https://itop.example.org/pages/UI.php")
    assert shown == text
    assert not isinstance(shown, Markup)


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p>Hello <b>you</b></p>", "<p>Hello <b>you</b></p>"),
        ("<script>alert(1)</script>x", "x"),
        ('<p onclick="x()" style="position:fixed">y</p>', "<p>y</p>"),
        ('<img src="/pages/ajax.document.php?id=1" onerror="x()">z', "z"),
        (
            '<a href="javascript:x()">a</a>',
            '<a rel="noopener noreferrer">a</a>',
        ),
        (
            '<a href="UI.php?operation=details">a</a>',
            '<a href="https://itop.example.org/pages/UI.php?operation=details" '
            'rel="noopener noreferrer">a</a>',
        ),
        ("<form action=x><input name=y>w</form>", "w"),
    ],
)
def test_markup_of_itop_can_do_nothing_here(html: str, cleaned: str) -> None:
    assert clean(html, "https://itop.example.org/pages/UI.php") == cleaned
