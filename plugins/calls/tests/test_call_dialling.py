"""Calls through the agent's own phones: from a person, a ticket, a call, a missed one."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cti_calls.model.facts import Direction, Fact, FactKind, LegOutcome
from cti_calls.model.recent_click import RecentClick
from cti_calls.store.devices import add_device
from site_kit import ADA, Site, build, forget_calls, send, texts

from cti_host.testing import RunningHost

PERSON, TICKET = "/objects/Person/1", "/objects/UserRequest/1"


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """A host where sam has two phones that place calls, and one that only rings."""
    running = build(tmp_path_factory.mktemp("dialling"))
    with running.app.app_context(), running.host.database.connection_context():
        add_device("main", "209", ["sam"], "Home")
        add_device("elsewhere", "1", ["sam"], "Fax")
    yield running
    running.host.close()


@pytest.fixture
def site(several: RunningHost) -> Site:
    """The host without calls."""
    forget_calls(several)
    return Site(several)


def placed(site: Site) -> list[tuple[str, str, str, str]]:
    """What the phone system was asked to dial: who, from where, what, about which ticket."""
    return list(site.running.plugin("switch").placed)


def dial_forms(page: str) -> list[dict[str, Any]]:
    """The forms of a page that dial: their fields, and the phones to choose from."""
    forms = re.findall(r'<form class="cti-dial".*?</form>', page, re.DOTALL)
    return [
        {
            **dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)),
            "phones": re.findall(r'name="device" value="([^"]*)"', form),
        }
        for form in forms
    ]


def test_a_person_is_called_from_the_phone_that_the_agent_chooses(site: Site) -> None:
    sam = site.browser()
    page = sam.get(PERSON).text
    assert "Call from my phone" in page
    (form,) = dial_forms(page)
    assert form.pop("phones") == ["main:201", "main:209"]
    assert "From Desk" in texts(page)
    assert "From Home" in texts(page)
    # Where a phone can't, the computer calls, as ever.
    assert 'href="tel:' in page
    sent = send(sam, "/calls/dial", **form, device="main:209")
    assert placed(site) == [("sam", "209", ADA, "")]
    call = sam.get(sent.location).text
    assert "Ada Lovelace" in call
    assert "data-live-call" in call  # it shows by itself what becomes of it


def test_what_becomes_of_the_call_is_shown(site: Site) -> None:
    sam = site.browser()
    sent = send(sam, "/calls/dial", person="tickets:Person:1", attribute="phone", device="main:201")

    def shown() -> str:
        return texts(sam.get(sent.location).text)

    out = Fact(FactKind.STARTED, "x", direction=Direction.OUT, remote=ADA, token="token-1")
    site.take(out, Fact(FactKind.RINGING, "x", leg="1", device="201"))
    assert "Ringing" in shown()
    site.take(Fact(FactKind.ANSWERED, "x", leg="1", device="201"))
    busy = Fact(FactKind.LEG_ENDED, "x", leg="2", outcome=LegOutcome.BUSY, cause="17")
    site.take(busy, Fact(FactKind.HUNG_UP, "x", cause="User busy"))
    assert "Busy" in shown()
    assert "User busy" in shown()


def test_a_phone_that_is_no_longer_ones_own_dials_nothing(site: Site) -> None:
    sam = site.browser()
    where = {"person": "tickets:Person:1", "attribute": "phone", "next": PERSON}
    for device in ("main:202", "elsewhere:1", "x"):
        sent = send(sam, "/calls/dial", **where, device=device)
        assert sent.location == PERSON
        assert "No call can be placed from this device any more." in texts(sam.get(PERSON).text)
    assert placed(site) == []


def test_a_second_click_dials_nothing_and_leads_to_the_call(site: Site) -> None:
    sam = site.browser()
    where = {"person": "tickets:Person:1", "attribute": "phone", "device": "main:201"}
    first, second = (send(sam, "/calls/dial", **where, next=PERSON) for _click in range(2))
    assert placed(site) == [("sam", "201", ADA, "")]
    assert second.location == first.location
    assert "called a moment ago. Nothing was dialled again." in texts(sam.get(first.location).text)
    # From another phone, and by somebody else, it is another call.
    send(sam, "/calls/dial", **where | {"device": "main:209"})
    send(site.browser("kim"), "/calls/dial", person="tickets:Person:1", attribute="phone")
    assert [call[:2] for call in placed(site)][1:] == [("sam", "209"), ("kim", "202")]


def test_a_second_click_while_the_first_one_dials_is_not_a_second_call(site: Site) -> None:
    sam = site.browser()
    where = {"person": "tickets:Person:1", "attribute": "phone", "next": PERSON}
    seconds: list[str] = []
    switch = site.running.plugin("switch")
    switch.on_dial = lambda: seconds.append(send(sam, "/calls/dial", **where).location)
    try:
        send(sam, "/calls/dial", **where)
    finally:
        switch.on_dial = None
    assert seconds == [PERSON]
    assert len(placed(site)) == 1


def test_the_same_number_is_dialled_again_a_little_later(site: Site) -> None:
    sam = site.browser()
    where = {"person": "tickets:Person:1", "attribute": "phone"}
    for days in (0, -1, 1):  # also after the clock was set back
        with site.running.app.app_context(), site.running.host.database.connection_context():
            RecentClick.update(at=RecentClick.at + days * 86_400_000).execute()
        send(sam, "/calls/dial", **where)
    assert len(placed(site)) == 3


def test_whoever_was_refused_may_try_again_at_once(site: Site) -> None:
    switch, sam = site.running.plugin("switch"), site.browser()
    switch.refuses = "Your phone is not connected."
    where = {"person": "tickets:Person:1", "attribute": "phone", "next": PERSON}
    send(sam, "/calls/dial", **where)
    switch.refuses = ""
    assert send(sam, "/calls/dial", **where).location != PERSON
    assert len(placed(site)) == 1


def test_a_second_click_in_the_phone_menu_dials_nothing(site: Site) -> None:
    sam = site.browser()
    action = "ecall:telephony_integration_ecall_phone"
    first = send(sam, "/ticket/tickets/UserRequest/1/call", action=action)
    again = send(sam, "/ticket/tickets/UserRequest/1/call", action=action)
    assert (first.status_code, again.status_code) == (307, 303)
    assert again.location == "/ticket/tickets/UserRequest/1"


def test_why_it_failed_stands_where_the_agent_was(site: Site) -> None:
    site.running.plugin("switch").refuses = "Your phone is not connected."
    sam = site.browser()
    where = {"person": "tickets:Person:1", "attribute": "phone"}
    assert send(sam, "/calls/dial", **where, next=PERSON).location == PERSON
    assert "Your phone is not connected." in sam.get(PERSON).text
    ticket = send(sam, "/calls/dial", **where, ticket="tickets:UserRequest:1")
    assert ticket.location == TICKET
    assert send(sam, "/calls/dial", **where).location == "/calls?show=mine"


def test_the_phone_menu_of_a_ticket_has_an_entry_for_each_phone(site: Site) -> None:
    sam = site.browser()
    page = sam.get(TICKET).text
    entries = re.findall(r'<button [^>]*name="action" value="([^"]*)"(.*?)</button>', page, re.S)
    assert [html.unescape(name) for name, _rest in entries] == [
        "ecall:telephony_integration_ecall_phone",
        "ecall:telephony_integration_ecall_phone/1",
    ]
    assert [re.findall(r"from (\w+)", rest) for _name, rest in entries] == [["Desk"], ["Home"]]
    action = entries[1][0]
    sent = send(sam, "/ticket/tickets/UserRequest/1/call", action=action)
    assert sent.status_code == 307
    dialled = send(sam, sent.location, action=action)
    assert placed(site) == [("sam", "209", ADA, "tickets:UserRequest:1")]
    assert "R-000001" in sam.get(dialled.location).text


def test_a_call_and_a_missed_one_offer_the_same_choice(site: Site) -> None:
    id_ = site.miss("a")
    sam = site.browser()
    (form,) = dial_forms(sam.get(f"/calls/{id_}").text)
    assert form["phones"] == ["main:201", "main:209"]
    (form,) = dial_forms(sam.get("/calls/missed").text)
    assert form["phones"] == ["main:201", "main:209"]
    send(sam, "/calls/dial", call_back=form["call_back"], device="main:209")
    assert placed(site) == [("sam", "209", ADA, "")]


def test_with_one_phone_or_none_there_is_nothing_to_choose(site: Site) -> None:
    id_ = site.miss("a")
    kim, lou = site.browser("kim"), site.browser("lou")
    (form,) = dial_forms(kim.get(PERSON).text)
    assert form["phones"] == []
    page = lou.get(PERSON).text
    assert dial_forms(page) == []
    assert 'href="tel:' in page
    (form,) = dial_forms(lou.get(f"/calls/{id_}").text)
    assert form["phones"] == []
    assert send(lou, "/calls/dial", record=form["record"]).location == f"tel:{ADA}"
    assert "from Desk" not in texts(kim.get(TICKET).text)


def test_my_phones_and_the_buttons_agree(site: Site) -> None:
    page = texts(site.browser().get("/calls/phones").text)
    assert re.search(r"Desk 201 main · calls can be placed from it", page)
    assert re.search(r"Fax 1 elsewhere · it only rings here", page)


def test_whoever_sees_no_numbers_calls_a_person_all_the_same(site: Site) -> None:
    sam = site.browser(profiles="Document author")
    page = sam.get(PERSON).text
    assert "987654321" not in page.replace(" ", "")
    (form,) = dial_forms(page)
    form.pop("phones")
    send(sam, "/calls/dial", **form)
    assert placed(site) == [("sam", "201", ADA, "")]


def test_a_call_that_cannot_be_noted_is_not_offered_again(tmp_path: Path) -> None:
    running = build(tmp_path, "[database_limits]\nlock_seconds = 0.2\n")
    site, switch = Site(running), running.plugin("switch")
    file = tmp_path / "cti.db"
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        switch.on_dial = lambda: other.execute("BEGIN IMMEDIATE")
        sam = site.browser()
        sent = send(sam, "/calls/dial", person="tickets:Person:1", attribute="phone", next=PERSON)
        other.execute("ROLLBACK")
    assert (sent.status_code, sent.location) == (303, "/calls?show=mine")
    page = texts(sam.get(sent.location).text)
    assert "The call was placed, but it could not be noted here." in page
    assert len(placed(site)) == 1
    running.host.close()
