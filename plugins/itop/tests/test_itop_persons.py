"""The host's page about a person of iTop: in brief, their latest calls, and a number to add."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_itop import PASSWORD, USER, FakeItop
from itop_model import TicketsModel

from cti_host.testing import PROFILES, MakeHost, RunningHost

SETTINGS = (Path(__file__).parent / "site.toml").read_text(encoding="utf-8")
MARGUERITE = "/itop/Person/20"
NUMBER = "+33123456789"
FORM = f"{MARGUERITE}?number=%2B33123456789&next=/calls/7"
CALLS = """
    from cti_host import PanelSection, hookimpl


    class Plugin:
        @hookimpl(strangers=True)
        def person_sections(self, caller):
            return [PanelSection("Latest calls", f"<p>with {caller.key}</p>")]
    """
Open = Callable[..., RunningHost]


@pytest.fixture
def site(make_host: MakeHost, itop_server: FakeItop) -> Open:
    """`site(more)`: a host in front of the fake iTop, with more in its own table."""

    def open_(more: str = "add_numbers = true", toml: str = "") -> RunningHost:
        settings = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
        settings = settings.replace('"PASSWORD"', f'"{PASSWORD}"').rstrip()
        return make_host(
            f"{settings}\n{more}\n{toml}",
            plugins=["phone_reformat", "itop", "ecall", "latest"],
            sources={"latest": CALLS},
        )

    return open_


def save(running: RunningHost, **fields: str) -> tuple[int, str, str]:
    """Send the form as it was shown, with other values: the status, the page, where it leads."""
    client = running.client()
    page = client.get(FORM).text
    shown = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    chosen = re.search(r'name="field"[^>]*value="(\w+)"[^>]*checked', page)
    sent = {**shown, "field": chosen[1] if chosen else "", **fields}
    response = client.post(f"{MARGUERITE}/number", data=sent)
    return response.status_code, response.text, response.location or ""


def stored(running: RunningHost) -> str:
    """The numbers of the person, as her page has them."""
    page = running.client().get(MARGUERITE).text
    return " ".join(re.findall(r'<dd><span class="cti-pre">([+0-9 ]+)</span>', page))


def test_a_person_in_brief_with_what_other_plugins_know(site: Open, itop_server: FakeItop) -> None:
    page = site().client().get(MARGUERITE).text
    assert "<h1>Marguerite Delaunay</h1>" in page
    assert "+33 9 87 65 43 21" in page
    assert f"{itop_server.url}/pages/UI.php?operation=details&amp;class=Person&amp;id=20" in page
    assert "with itop:Person:20" in page
    assert "Add the number" not in page


def test_the_page_of_a_ticket_leads_to_its_caller(site: Open) -> None:
    page = site().client().get("/ticket/itop/UserRequest/28").text
    assert re.search(r'href="/itop/Person/\d+"', page)


@pytest.mark.parametrize("address", ["/itop/Person/999999", "/itop/Team/20"])
def test_who_is_not_there_has_no_page(site: Open, address: str) -> None:
    assert site().client().get(address).status_code == 404


def test_an_itop_that_is_down_is_said(site: Open, itop_server: FakeItop) -> None:
    running = site()
    itop_server.fails = "down"
    response = running.client().get(MARGUERITE)
    assert response.status_code == 503
    assert "This person is not available right now. iTop can&#39;t be reached." in response.text


def test_a_number_goes_into_the_first_free_field_and_back_to_the_call(
    site: Open, itop_server: FakeItop
) -> None:
    running = site()
    with running.app.test_request_context():
        (person,) = running.host.hooks.find_callers(["itop:Person:20"])
        url = running.host.hooks.number_form_url(person, NUMBER, "/calls/7")
    assert url == FORM
    status, _page, leads_to = save(running)
    assert (status, leads_to) == (303, "/calls/7")
    assert NUMBER in stored(running)
    written = [one for one in itop_server.requests if one["operation"] == "core/update"]
    assert written[-1]["fields"] == {"mobile_phone": NUMBER}
    assert written[-1]["comment"].startswith("Number of a call, added by ")
    assert running.get_json("/pop?phone=0123456789")["callers"][0]["id"] == 20


def test_another_number_is_replaced_only_where_it_is_as_it_was_shown(site: Open) -> None:
    running = site()
    status, page, _to = save(running, field="phone", before_phone="0900000000")
    assert status == 409
    assert "This person was changed meanwhile." in page
    assert NUMBER in page
    assert save(running, field="phone")[0] == 303
    assert "+33 9 87 65 43 21" not in stored(running)


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"number": "hello"}, "This is not a phone number."),
        ({"field": "status"}, "Choose where the number belongs."),
    ],
)
def test_what_is_no_number_or_no_field_is_not_written(
    site: Open, itop_server: FakeItop, fields: dict[str, str], line: str
) -> None:
    status, page, _to = save(site(), **fields)
    assert status == 400
    assert line in page
    assert "core/update" not in [one["operation"] for one in itop_server.requests]


def test_what_itop_refuses_is_said_and_nothing_typed_is_lost(
    site: Open, demo_model: TicketsModel, itop_server: FakeItop
) -> None:
    running = site()
    demo_model.forbidden = {"update Person"}
    status, refused, _to = save(running)
    assert status == 403
    assert "The account of this host may not change persons in iTop." in refused
    demo_model.forbidden = set()
    itop_server.fails_at = "core/update"
    status, failed, _to = save(running)
    assert status == 503
    assert "The number could not be added. iTop can&#39;t be reached." in failed
    for page in (refused, failed):
        assert f'name="number" value="{NUMBER}"' in page
        assert "Modify in iTop" in page


def test_without_the_setting_the_page_leads_to_itop(site: Open, itop_server: FakeItop) -> None:
    running = site("")
    page = running.client().get(FORM).text
    assert "Copy it into the form of iTop:" in page
    assert "operation=modify&amp;class=Person&amp;id=20" in page
    assert save(running, number=NUMBER, field="phone")[0] == 403
    assert "core/update" not in [one["operation"] for one in itop_server.requests]


def test_who_sees_no_numbers_adds_none(site: Open) -> None:
    running = site(toml=f"[privacy]\nmask_on_screen = {[*PROFILES]}\n")
    page = running.client().get(FORM).text
    assert "Marguerite" in page
    assert "98765" not in page.replace(" ", "")
    assert "Add the number" not in page
    with running.client() as client:
        client.get("/")
        (person,) = running.host.hooks.find_callers(["itop:Person:20"])
        assert running.host.hooks.number_form_url(person, NUMBER, "/") is None


def test_the_page_is_french_too(site: Open) -> None:
    page = site().client(Accept_Language="fr").get(FORM).text
    assert "Ajouter le numéro +33123456789" in page
