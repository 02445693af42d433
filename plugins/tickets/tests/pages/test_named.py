"""Persons and tickets that the pages of other plugins name, and calls that they keep records of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from cti_tickets.store.calls import record_outbound_call
from cti_tickets.store.objects import load

from cti_host import Agent, Caller, PhoneCall, TicketKey
from cti_host.host import current_host

NUMBER = "+33 6 12 34 56 78"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TICKET = TicketKey("tickets", "UserRequest", 1)
ADA = Agent("ada", "Ada", "ada@analytical.example", frozenset({"Support Agent"}))
STRANGER = """
from cti_host import PanelSection, hookimpl, panel_address


class Plugin:
    \"\"\"Knows something of everybody, and notes which tickets were created.\"\"\"

    def __init__(self):
        self.created = []

    @hookimpl(strangers=True)
    def person_sections(self, caller):
        call = f'<a href="{panel_address("0987654321", 7)}">Their call</a>'
        return [PanelSection("Known elsewhere", f"<p>{caller.key}</p>{call}")]

    @hookimpl(strangers=True)
    def ticket_created(self, ticket, record):
        self.created.append((ticket.key, record))
"""


@pytest.fixture
def site(make_site: Any) -> Any:
    site = make_site(
        "", plugins=["phone_reformat", "tickets", "stranger"], sources={"stranger": STRANGER}
    )
    site.add("Organization", name="Analytical Ltd")
    person = {"org_id": 1, "phone": "0987654321", "email": "ada@analytical.example"}
    site.add("Person", first_name="Ada", name="Lovelace", **person)
    site.add("Person", first_name="Charles", name="Babbage", org_id=1)
    site.add("UserRequest", title="First", description="x", org_id=1, caller_id=1, origin="mail")
    return site


def asked(site: Any, hook: str, *arguments: Any) -> Any:
    """What a hook of the host returns outside of requests."""
    with site.running.app.test_request_context(), site.running.host.database.connection_context():
        return getattr(current_host().hooks, hook)(*arguments)


def test_persons_are_found_by_key_and_by_name(site: Any) -> None:
    def keys(*texts: str) -> list[str]:
        return [caller.key for caller in asked(site, "find_callers", texts)]

    assert keys("tickets:Person:2", "itop:Person:1") == ["tickets:Person:2"]
    assert keys("lovel") == ["tickets:Person:1"]
    assert keys("ada", "tickets:Person:1") == ["tickets:Person:1"]
    assert keys("tickets:Team:1", "tickets:Person:4711", "nobody", "", "\0") == []


def test_tickets_are_found_by_key_and_by_reference(site: Any) -> None:
    def refs(*texts: str) -> list[str]:
        return [ticket.ref for ticket in asked(site, "find_tickets", texts)]

    assert refs("tickets:UserRequest:1") == ["R-000001"]
    assert refs(" r-000001 ") == ["R-000001"]
    assert refs("R-000099", "itop:UserRequest:1", "tickets:Person:1", "") == []


def test_a_number_goes_into_the_first_field_that_has_none(site: Any) -> None:
    ada = asked(site, "find_callers", ["tickets:Person:1"])[0]
    url = asked(site, "number_form_url", ada, NUMBER, "/calls/7")
    page = site.get(url)
    assert (page.fields["phone"], page.fields["mobile_phone"]) == ("0987654321", NUMBER)

    saved = site.submit(page)

    assert saved.location == "/calls/7"
    assert site.stored("Person", 1)["mobile_phone"] == NUMBER


def test_a_person_without_a_free_field_gets_it_behind_another_number(site: Any) -> None:
    full = Caller("Person", 1, "Ada", {"phone": "1", "mobile_phone": "2"}, source="tickets")
    assert "phone=1+/+3" in asked(site, "number_form_url", full, "3", "/")


def test_the_page_of_a_person_shows_what_others_know(site: Any) -> None:
    assert "<p>tickets:Person:1</p>" in site.get("/objects/Person/1").html
    assert "Known elsewhere" not in site.get("/objects/UserRequest/1").html


def created_from(site: Any, panel: str) -> list[Any]:
    """What the other plugin hears of when a ticket is created by the button of a panel."""
    page = site.get(panel)
    callers = next(form for form in page.forms if form.action == "/pop")
    assert 'formaction="/create/UserRequest"' in page.html
    button = site.get(f"/create/UserRequest?{urlencode(callers.fields)}")
    sent = site.save(button.location, title="T", description="D", org_id="1", caller_id="1")
    assert sent.status == 303, sent.text
    created: list[Any] = site.running.plugin("stranger").created
    return created


def test_a_ticket_that_is_created_from_a_panel_says_of_which_call(site: Any) -> None:
    panel = site.get("/objects/Person/1").links["Their call"]
    assert created_from(site, panel) == [("tickets:UserRequest:2", 7)]


def test_of_which_call_it_is_counts_in_addresses_of_this_host_alone(site: Any) -> None:
    assert created_from(site, "/pop?phone=0987654321&call=7") == [("tickets:UserRequest:2", None)]


def calls_of(site: Any) -> list[tuple[str, str]]:
    """The phone calls of the first ticket: direction and note."""
    return [(call["flow"], call["note"]) for call in site.rows("PhoneCall", ticket=1)]


def test_a_call_with_a_record_is_there_once(site: Any) -> None:
    call = PhoneCall("inbound", NOW, note="It rings")
    assert asked(site, "call_recorded", TICKET, call, 7, ADA) == []
    asked(site, "call_recorded", TICKET, call, 7, ADA)
    asked(site, "call_recorded", TICKET, PhoneCall("inbound", NOW, note="2 min"), 7, None)
    asked(site, "call_recorded", TICKET, PhoneCall("inbound", NOW, note="another"), 8, None)
    assert calls_of(site) == [("inbound", "2 min")]


def test_the_call_that_was_stored_a_moment_ago_is_the_one(site: Any) -> None:
    with site.running.app.app_context(), site.running.host.database.connection_context():
        assert record_outbound_call(load("UserRequest", 1), 1, ADA, "Call phone number")
    asked(site, "call_recorded", TICKET, PhoneCall("outbound", NOW, note="It rings"), 7, ADA)
    assert calls_of(site) == [("outbound", "It rings")]
    asked(site, "call_recorded", TICKET, PhoneCall("outbound", NOW, note="Second"), 8, ADA)
    assert len(calls_of(site)) == 2


def test_a_phone_call_goes_when_the_call_is_about_a_ticket_of_another_plugin(site: Any) -> None:
    for record, note in ((7, "the one"), (8, "another")):
        asked(site, "call_recorded", TICKET, PhoneCall("inbound", NOW, note=note), record, ADA)
    # Who may not change phone calls changes none.
    author = replace(ADA, profiles=frozenset({"Document author"}))
    assert asked(site, "call_unlinked", TICKET, 7, author) == []
    assert len(calls_of(site)) == 2
    for _twice in range(2):
        assert asked(site, "call_unlinked", TICKET, 3, ADA, [7]) == []
    assert calls_of(site) == [("inbound", "another")]
    gone = TicketKey("tickets", "UserRequest", 99)
    assert asked(site, "call_unlinked", gone, 7, ADA) == []


def test_a_call_of_a_ticket_that_is_gone_is_not_stored(site: Any) -> None:
    gone = TicketKey("tickets", "UserRequest", 99)
    assert asked(site, "call_recorded", gone, PhoneCall("inbound"), 7, ADA) == []
