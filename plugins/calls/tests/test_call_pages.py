"""The pages of calls: lists, a call, missed calls, phones, and what phone systems sent."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from cti_calls.model.facts import Direction, Fact, FactKind, LegOutcome
from flask.testing import FlaskClient
from site_kit import (
    ADA,
    BOB,
    BOB_SHOWN,
    NOBODY,
    NOBODY_SHOWN,
    Site,
    built,
    numbers,
    send,
    site,
    texts,
)

from cti_host.testing import MakeHost

__all__ = ["built", "site"]


def test_a_program_reads_calls(site: Site) -> None:
    site.call("a", queue="support", devices="201 202")
    id_ = site.answer("a")
    answer = site.browser().get("/calls", headers={"Accept": "application/json"})
    assert "Accept" in answer.headers["Vary"]
    body = answer.get_json()
    assert list(body) == ["calls", "next"]
    assert body["next"] is None
    (call,) = body["calls"]
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(moment, call.pop("started_at"))
    assert re.fullmatch(moment, call.pop("answered_at"))
    assert call == {
        "id": id_,
        "source": "main",
        "direction": "in",
        "number": ADA,
        "caller": None,
        "queue": "support",
        "devices": ["201", "202"],
        "state": "talking",
        "outcome": None,
        "answered_by": ["sam"],
        "ended_at": None,
        "ticket": None,
        "note": "",
    }


def test_now_shows_open_calls_with_who_rang_and_who_talks(site: Site) -> None:
    site.call("a", queue="support", devices="201 202")
    page = texts(site.browser().get("/calls").text)
    assert "Kim Lee, Sam Smith" in page or "Sam Smith, Kim Lee" in page
    assert "Waiting" in page
    assert "support" in page
    site.answer("a", "202")
    page = texts(site.browser().get("/calls").text)
    assert "Talking" in page
    site.hang_up("a")
    assert "Nobody is on the phone." in texts(site.browser().get("/calls").text)
    assert "Answered" in texts(site.browser().get("/calls?show=all").text)


def test_lists_are_narrowed_down(site: Site) -> None:
    site.miss("a", ADA, queue="support")
    site.call("b", BOB, devices="202", seconds_ago=3 * 24 * 3600)
    site.answer("b", "202", seconds_ago=3 * 24 * 3600 - 20)
    site.hang_up("b", seconds_ago=3 * 24 * 3600 - 40)
    sam, kim = site.browser(), site.browser("kim")
    assert numbers(sam, "/calls") == [ADA, BOB]
    assert numbers(sam, "/calls?show=mine") == [ADA]
    assert numbers(kim, "/calls?show=mine") == [BOB]
    assert numbers(sam, "/calls?show=queues") == [ADA]
    assert numbers(kim, "/calls?show=queues") == []
    assert numbers(sam, "/calls?number=09+87+65+43+21") == [ADA]
    assert numbers(sam, "/calls?number=0033612345678") == [BOB]
    assert numbers(sam, "/calls?outcome=gave_up") == [ADA]
    today = site.now.astimezone().date()
    assert numbers(sam, f"/calls?until={today - timedelta(days=2)}") == [BOB]
    assert numbers(sam, f"/calls?since={today - timedelta(days=1)}") == [ADA]


def test_numbers_are_shown_in_one_way_however_they_were_sent(site: Site) -> None:
    site.call("a", BOB, devices="202")
    id_ = site.answer("a", "202")
    site.hang_up("a")
    site.miss("b", NOBODY)
    sam = site.browser()
    pages = [sam.get(one).text for one in ("/calls?show=all", f"/calls/{id_}", "/calls/missed")]
    assert [BOB_SHOWN in texts(one) for one in pages] == [True, True, False]
    assert [NOBODY_SHOWN in texts(one) for one in pages] == [True, False, True]
    assert not [one for one in pages if BOB in texts(one) or NOBODY in texts(one)]
    site.miss("c", "123456789012345678")
    assert "123456789012345678" in texts(sam.get("/calls/missed").text)  # nothing that is known


def test_the_calls_of_a_person_are_found_by_name(site: Site) -> None:
    id_ = site.miss("a", NOBODY)
    sam = site.browser()
    assert numbers(sam, "/calls?person=byron") == []
    send(sam, f"/calls/{id_}/person", person="tickets:Person:3")
    assert numbers(sam, "/calls?person=byron") == [NOBODY]
    answer = sam.get("/calls?person=byron", headers={"Accept": "application/json"}).get_json()
    caller = {"source": "tickets", "class": "Person", "id": 3,
              "display": "Bob Byron, Analytical Ltd"}  # fmt: skip
    assert answer["calls"][0]["caller"] == caller


def callers(site: Site) -> list[str]:
    """Whom the calls are with, by name."""
    answer = site.browser().get("/calls", headers={"Accept": "application/json"}).get_json()
    return [(call["caller"] or {}).get("display", "") for call in answer["calls"]]


def test_who_called_is_kept_when_the_call_ends_or_the_panel_is_opened(site: Site) -> None:
    site.miss("a")
    site.miss("b", NOBODY)
    assert callers(site) == ["", "Ada Lovelace, Analytical Ltd"]
    id_ = site.call("c", seconds_ago=5)
    assert callers(site)[0] == ""
    sam = site.browser()
    sam.get(sam.get(f"/calls/{id_}/panel").location)
    assert callers(site)[0] == "Ada Lovelace, Analytical Ltd"


def test_pages_follow_each_other_without_a_gap(site: Site) -> None:
    for number in range(52):
        site.miss(f"c{number}", f"09870000{number:02}", seconds_ago=60 + number)
    sam = site.browser()
    first = sam.get("/calls", headers={"Accept": "application/json"}).get_json()
    rest = sam.get(
        f"/calls?after={first['next']}", headers={"Accept": "application/json"}
    ).get_json()
    assert (len(first["calls"]), len(rest["calls"]), rest["next"]) == (50, 2, None)
    assert len({call["id"] for call in first["calls"] + rest["calls"]}) == 52
    assert 'rel="next"' in sam.get("/calls?show=all").text


@pytest.mark.parametrize("query", ["show=sideways", "since=tomorrow", "until=x", "outcome=good"])
def test_a_wrong_filter_is_said_and_kept(site: Site, query: str) -> None:
    answer = site.browser().get(
        f"/calls?show=all&{query}" if "show" not in query else f"/calls?{query}"
    )
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    program = site.browser().get(f"/calls?{query}", headers={"Accept": "application/json"})
    assert (program.status_code, list(program.get_json())) == (400, ["error"])


def test_somebody_who_sees_no_numbers_sees_them_masked(site: Site) -> None:
    id_ = site.miss("a")
    author = site.browser(profiles="Document author")
    (number,) = numbers(author, "/calls")
    assert "*" in number
    for url in ("/calls?show=all", f"/calls/{id_}", "/calls/missed"):
        page = author.get(url).text
        assert "654321" not in page.replace(" ", ""), url


def test_a_withheld_number_is_not_told(site: Site) -> None:
    site.miss("a", ADA, withheld=True)
    sam = site.browser()
    assert numbers(sam, "/calls") == [None]
    page = sam.get("/calls?show=all").text
    assert "Number withheld" in page
    assert "987654321" not in page


def test_the_page_of_a_call_tells_everything(site: Site) -> None:
    site.call("a", queue="support", devices="201 202")
    site.answer("a", "202")
    id_ = site.hang_up("a")
    page = texts(site.browser().get(f"/calls/{id_}").text)
    for said in ("Inbound", "Answered", "support", "Kim Lee", "202", "10 s", "40 s", "Desk"):
        if said != "Desk":
            assert said in page, said
    assert "somebody else took the call" in page


def test_a_call_that_is_not_there_is_404(site: Site) -> None:
    sam = site.browser()
    for url in ("/calls/4711", "/calls/4711/panel"):
        assert sam.get(url).status_code == 404
    for part in ("note", "ticket", "person"):
        assert send(sam, f"/calls/4711/{part}").status_code == 404


def test_what_could_not_be_looked_for_is_not_said_to_be_missing(site: Site) -> None:
    id_ = site.miss("a")
    sam = site.browser()
    site.running.plugin("switch").is_away = True
    try:
        ticket = send(sam, f"/calls/{id_}/ticket", ticket="R-999999")
        page = sam.get(f"/calls/{id_}?person=Nobody").text
        person = send(sam, f"/calls/{id_}/person", person="switch:Person:1")
    finally:
        site.running.plugin("switch").is_away = False
    assert (ticket.status_code, person.status_code) == (503, 503)
    assert "There is no ticket" not in ticket.text
    assert "Tickets of switch can&#39;t be found right now." in ticket.text
    assert 'value="R-999999"' in ticket.text
    assert "Nobody is called" not in page
    assert "Persons of switch can&#39;t be found right now." in page


def test_each_change_is_told_with_its_author_and_without_its_text(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    id_ = site.miss("a")
    sam = site.browser()
    with caplog.at_level(logging.INFO, "cti_host.plugin.calls"):
        send(sam, f"/calls/{id_}/note", note="Wants a quote", before="")
        entry = entry_of(sam)
        send(sam, f"/calls/missed/{entry}/claim")
        send(sam, f"/calls/missed/{entry}/release")
        send(sam, "/calls/missed", ids=[entry])
    told = [record.getMessage() for record in caplog.records]
    told = [line for line in told if line.endswith(" by 'sam'")]
    assert told == [
        f"call {id_}: note saved by 'sam'",
        f"missed call {entry}: taken over by 'sam'",
        f"missed call {entry}: given back by 'sam'",
        f"missed calls {entry}: done by 'sam'",
    ]
    assert "Wants a quote" not in caplog.text


def test_a_note_is_saved_and_never_lost(site: Site) -> None:
    id_ = site.miss("a")
    sam, kim = site.browser(), site.browser("kim")
    assert (
        send(sam, f"/calls/{id_}/note", note="Wants a quote\r\nby Friday", before="").status_code
        == 303
    )
    assert "Wants a quote\nby Friday" in sam.get(f"/calls/{id_}").text.replace("\r", "")

    late = send(kim, f"/calls/{id_}/note", note="Called back", before="")
    assert late.status_code == 409
    assert ">Called back</textarea>" in late.text
    assert "Wants a quote" in late.text

    old = kim.post(f"/calls/{id_}/note", data={"note": "Typed long ago", "before": ""})
    assert (old.status_code, ">Typed long ago</textarea>" in old.text) == (400, True)

    long = send(sam, f"/calls/{id_}/note", note="x" * 10_001, before="")
    assert long.status_code == 400
    assert "x" * 10_001 in long.text


def test_a_call_is_linked_to_a_ticket_by_its_reference(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cti_host.plugin.calls")
    site.call("a")
    site.answer("a")
    id_ = site.hang_up("a")
    sam = site.browser()
    wrong = send(sam, f"/calls/{id_}/ticket", ticket="R-999999")
    assert (wrong.status_code, 'value="R-999999"' in wrong.text) == (400, True)
    before = len(site.phones_about(1))
    assert send(sam, f"/calls/{id_}/ticket", ticket=" r-000001 ").status_code == 303
    assert f"call {id_}: linked to tickets:UserRequest:1 by 'sam'" in caplog.messages
    assert "R-000001" in sam.get(f"/calls/{id_}").text
    assert site.phones_about(1)[0] == ("inbound", "Answered, talked for 40\N{NO-BREAK SPACE}s")
    # A note goes there, too, and the call is not there twice.
    send(sam, f"/calls/{id_}/note", note="All is well", before="")
    assert site.phones_about(1)[0][1].endswith("\nAll is well")
    assert len(site.phones_about(1)) == before + 1


def test_a_ticket_from_the_panel_of_a_call_has_one_phone_call(site: Site) -> None:
    id_ = site.call("a")
    site.answer("a")
    sam = site.browser()
    panel = sam.get(sam.get(f"/calls/{id_}/panel").location)
    assert "Ada Lovelace" in panel.text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', panel.text))
    query = {**fields, "selected_caller": "tickets:Person:1"}
    form = sam.get(sam.get("/create/UserRequest", query_string=query).location)
    names = dict(re.findall(r'name="([\w]+)"[^>]*?value="([^"]*)"', form.text))
    data = {**names, "title": "T", "description": "D", "org_id": "1", "caller_id": "1",
            "origin": "phone"}  # fmt: skip
    created = sam.post("/objects/new/UserRequest", data=data)
    assert created.status_code == 303, texts(created.text)
    ticket = int(re.findall(r"UserRequest/(\d+)", created.location)[0])
    assert site.phones_about(ticket) == [("inbound", "Talking")]
    call = sam.get("/calls", headers={"Accept": "application/json"}).get_json()["calls"][0]
    assert call["ticket"]["id"] == ticket
    site.hang_up("a")
    assert site.phones_about(ticket) == [("inbound", "Answered, talked for 40\N{NO-BREAK SPACE}s")]


def test_a_number_is_added_to_a_person(site: Site) -> None:
    id_ = site.miss("a", NOBODY)
    keeper = site.browser(profiles="Support Agent,Configuration Manager")
    found = keeper.get(f"/calls/{id_}?person=byron").text
    assert 'name="chosen" value="tickets:Person:3"' in found
    sent = send(keeper, f"/calls/{id_}/person", person="tickets:Person:3")
    assert sent.location.startswith("/objects/Person/3/modify?phone=")
    assert "536490042" in keeper.get(sent.location).text
    assert "Nobody is called" in texts(keeper.get(f"/calls/{id_}?person=nemo").text)
    # Whoever may not change people links the call all the same.
    sam = site.browser()
    other = {"person": "tickets:Person:1", "instead_of": "tickets:Person:3"}
    sent = send(sam, f"/calls/{id_}/person", **other)
    assert sent.location == f"/calls/{id_}"
    assert "could not be added" in sam.get(sent.location).text


@pytest.mark.parametrize("is_first", [True, False])
def test_what_is_typed_beside_is_still_there(site: Site, *, is_first: bool) -> None:
    """Each button of the page sends all that is typed there, also without JavaScript."""
    id_ = site.miss("a", NOBODY)
    sam = site.browser()
    before = "" if is_first else "Was here"
    if not is_first:
        send(sam, f"/calls/{id_}/note", note=before, before="")
    typed = {"note": "Wants\r\na quote", "before": before, "ticket": "R-000001", "person": "byron"}
    found = send(sam, f"/calls/{id_}/find", **typed)
    linked = send(sam, f"/calls/{id_}/ticket", **typed)
    chosen = send(sam, f"/calls/{id_}/person", **typed, chosen="tickets:Person:3")
    assert [page.status_code for page in (found, linked, chosen)] == [200, 200, 400]
    for page in (found, linked, chosen):
        assert ">Wants\na quote</textarea>" in page.text
        assert f'name="before" value="{before}"' in page.text
        assert 'value="byron"' in page.text
        assert 'name="chosen" value="tickets:Person:3"' in page.text
    assert 'id="ticket" name="ticket" value="R-000001"' in found.text
    assert "The call is linked to R-000001" in texts(linked.text)
    assert "Save the note first" in chosen.text
    noted = send(sam, f"/calls/{id_}/note", **typed)
    assert ">Wants\na quote</textarea>" in noted.text
    assert 'id="ticket" name="ticket" value="R-000001"' in noted.text
    assert 'value="byron"' in noted.text
    assert "a quote" in sam.get(f"/calls/{id_}").text


def test_a_link_that_replaces_another_one_keeps_the_note(site: Site) -> None:
    id_ = site.miss("a", NOBODY)
    sam = site.browser()
    typed = {"note": "Typed", "before": ""}
    send(sam, f"/calls/{id_}/ticket", ticket="R-000001")
    asked = send(sam, f"/calls/{id_}/ticket", ticket="R-000002", **typed)
    assert (asked.status_code, ">Typed</textarea>" in asked.text) == (409, True)
    (address,) = re.findall(r'formaction="([^"]*ticket\?instead_of[^"]*)"', asked.text)
    linked = send(sam, address, ticket="R-000002", chosen="R-000002", **typed)
    assert (linked.status_code, ">Typed</textarea>" in linked.text) == (200, True)
    assert "The call is linked to R-000002" in texts(linked.text)


def test_enter_finds_the_person_or_links_the_ticket(site: Site) -> None:
    id_ = site.miss("a", NOBODY)
    sam = site.browser()
    typed = {"note": "", "before": ""}
    assert send(sam, f"/calls/{id_}/find", ticket="R-000001", person="", **typed).status_code == 303
    assert "R-000001" in texts(sam.get(f"/calls/{id_}").text)
    found = send(sam, f"/calls/{id_}/find", ticket="", person="byron", **typed)
    assert "tickets:Person:3" in found.text


def test_latest_calls_stand_on_the_panel_and_at_the_person(site: Site) -> None:
    id_ = site.miss("a")
    sam = site.browser()
    assert f'href="/calls/{id_}"' in sam.get("/pop?phone=0987654321").text
    # The call that the panel is about is not one of them.
    panel = sam.get(sam.get(f"/calls/{id_}/panel").location).text
    assert "Latest calls" not in panel
    assert "This call" in panel
    send(sam, f"/calls/{id_}/person", person="tickets:Person:1")
    assert f'href="/calls/{id_}"' in sam.get("/objects/Person/1").text


def test_missed_callers_have_one_entry_each(site: Site) -> None:
    site.miss("a", queue="support", seconds_ago=600)
    site.miss("b", queue="support")
    site.miss("c", BOB)
    site.miss("d", withheld=True)
    page = site.browser().get("/calls/missed").text
    assert page.count('class="cti-missed"') == 3
    assert "2 calls" in texts(page)
    assert page.index("Without a number") < page.index("Number withheld")
    assert "Missed (3)" in page
    site.call("e", ADA, seconds_ago=5)
    site.answer("e", seconds_ago=4)
    assert "2 calls" not in texts(site.browser().get("/calls/missed").text)


def entry_of(client: FlaskClient) -> str:
    """The number of the first entry of those who were missed."""
    found = re.search(r'name="ids" value="(\d+)"', client.get("/calls/missed").text)
    assert found
    return found[1]


def test_of_two_who_call_back_one_wins_and_the_other_is_told(site: Site) -> None:
    site.miss("a")
    sam, kim = site.browser(), site.browser("kim")
    entry = entry_of(sam)
    assert send(sam, f"/calls/missed/{entry}/claim").status_code == 303
    send(kim, f"/calls/missed/{entry}/claim")
    assert "Sam Smith was quicker and calls back." in kim.get("/calls/missed").text
    assert "Sam Smith calls back" in kim.get("/calls/missed?show=all").text
    assert 'class="cti-missed' not in kim.get("/calls/missed?show=mine").text
    # Nor does anybody else dial.
    send(kim, "/calls/dial", call_back=entry)
    assert site.running.plugin("switch").placed == []
    send(sam, f"/calls/missed/{entry}/release")
    send(kim, f"/calls/missed/{entry}/claim")
    assert 'class="cti-missed' in kim.get("/calls/missed?show=mine").text


def test_missed_calls_are_done_in_bulk(site: Site) -> None:
    site.miss("a")
    site.miss("b", withheld=True)
    sam = site.browser()
    ids = re.findall(r'name="ids" value="(\d+)"', sam.get("/calls/missed").text)
    assert len(ids) == 2
    # Nobody can say that they call a withheld number back.
    assert sam.get("/calls/missed").text.count('/claim"') == 1
    send(sam, "/calls/missed", ids=ids)
    page = sam.get("/calls/missed").text
    assert "2 entries are done." in page
    assert "Nobody waits to be called back." in page
    send(sam, f"/calls/missed/{ids[0]}/claim")
    assert "It is done already, by Sam Smith." in sam.get("/calls/missed").text


def test_a_missed_caller_is_called_back_through_the_own_phone(site: Site) -> None:
    site.miss("a")
    sam = site.browser()
    sent = send(sam, "/calls/dial", call_back=entry_of(sam))
    assert site.running.plugin("switch").placed == [("sam", "201", ADA, "")]
    page = texts(sam.get(sent.location).text)
    assert "Outbound" in page
    # The phone system tells what becomes of it.
    out = Fact(FactKind.STARTED, "x", direction=Direction.OUT, remote=ADA, token="token-1")
    site.take(out, Fact(FactKind.RINGING, "x", leg="1", device="201"))
    site.take(Fact(FactKind.ANSWERED, "x", leg="1", device="201"))
    site.take(Fact(FactKind.ANSWERED, "x", leg="2"))
    assert "Talking" in texts(sam.get(sent.location).text)
    assert "Nobody waits" in texts(sam.get("/calls/missed").text)


def test_why_a_call_failed_is_said(site: Site) -> None:
    id_ = site.miss("a")
    site.running.plugin("switch").refuses = "Your phone is not connected."
    sam = site.browser()
    sent = send(sam, "/calls/dial", record=id_)
    assert sent.location == f"/calls/{id_}"
    assert "Your phone is not connected." in sam.get(sent.location).text


def test_without_a_phone_that_can_call_it_is_the_computer_that_does(site: Site) -> None:
    id_ = site.miss("a")
    lou = site.browser("lou")
    assert send(lou, "/calls/dial", record=id_).location == f"tel:{ADA}"
    assert send(lou, "/calls/dial", number="ask Ada").status_code == 404
    withheld = site.miss("b", withheld=True)
    assert send(lou, "/calls/dial", record=withheld).status_code == 404


def test_the_phone_menu_of_a_ticket_dials_through_the_own_phone(site: Site) -> None:
    sam, lou = site.browser(), site.browser("lou")
    assert "data-here" not in lou.get("/objects/UserRequest/1").text
    page = sam.get("/objects/UserRequest/1").text
    assert page.count('name="action"') == 1
    assert "data-here" in page
    before = len(site.phones_about(1))
    action = "ecall:telephony_integration_ecall_phone"
    sent = send(sam, "/ticket/tickets/UserRequest/1/call", action=action)
    assert sent.status_code == 307
    assert "987654321" not in sent.location
    dialled = send(sam, sent.location, action=action)
    assert site.running.plugin("switch").placed == [("sam", "201", ADA, "tickets:UserRequest:1")]
    assert "R-000001" in sam.get(dialled.location).text
    assert len(site.phones_about(1)) == before + 1


@pytest.mark.parametrize("ids", ["\N{SUPERSCRIPT TWO}", "9" * 5_000, "9" * 18, "-1", "x", ""])
def test_an_id_that_is_none_is_not_ticked(site: Site, ids: str) -> None:
    assert send(site.browser(), "/calls/missed", ids=ids).status_code == 303
    boss = site.browser(profiles="Administrator")
    for name in ("call", "before"):
        assert boss.get("/calls/journal", query_string={name: ids}).status_code in (200, 400)


def test_agents_say_which_phones_are_theirs(site: Site) -> None:
    sam = site.browser()
    page = sam.get("/calls/phones").text
    assert "Desk" in page
    assert "calls can be placed from it" in page
    wrong = send(sam, "/calls/phones", source="main", device=" ")
    assert (wrong.status_code, "Say which phone system" in wrong.text) == (400, True)
    for source in ("other", "simulator", "main (standby)"):
        wrong = send(sam, "/calls/phones", source=source, device="PJSIP/299")
        assert (wrong.status_code, "No phone system here" in wrong.text) == (400, True)
    wrong = send(sam, "/calls/phones", source="main", device="202")
    assert (wrong.status_code, "another agent" in wrong.text) == (400, True)
    send(sam, "/calls/phones", source="main", device="PJSIP/299")
    assert "PJSIP/299" in sam.get("/calls/phones").text
    gone = {"source": "main", "device": "PJSIP/299"}
    assert send(sam, "/calls/phones/remove", **gone).status_code == 303
    assert send(sam, "/calls/phones/remove", **gone).status_code == 404
    assert send(sam, "/calls/phones/remove", source="main", device="202").status_code == 404


def test_the_journal_is_for_administrators_and_says_why_nobody_saw_it(site: Site) -> None:
    site.call("a", devices="201 299")
    assert site.browser().get("/calls/journal").status_code == 403
    boss = site.browser(profiles="Administrator")
    page = boss.get("/calls/journal").text
    assert "ringing" in page
    assert "987654321" not in page
    assert "Shown to: Sam Smith" in texts(page) or "Nobody's screen popped" in texts(page)
    assert "Nothing came" in texts(boss.get("/calls/journal?source=elsewhere").text)
    assert "Nothing came" in texts(boss.get("/calls/journal?day=2020-01-31").text)
    assert boss.get("/calls/journal?day=x").status_code == 400
    assert boss.get("/calls/journal?call=x").status_code == 400
    assert "Nothing came" in texts(boss.get("/calls/journal?problem=1").text)
    site.call("b", devices="299")
    page = texts(boss.get("/calls/journal?problem=1").text)
    assert "There is no device “299” here" in page


def test_pages_are_in_french(site: Site) -> None:
    site.miss("a")
    page = site.running.client(Agent="sam", Accept_Language="fr").get("/calls?show=all").text
    assert "Appels" in page
    assert "A renoncé" in page


def test_a_token_reads_calls_and_writes_notes_with_its_scopes(make_host: MakeHost) -> None:
    from cti_accounts import add_agent
    from cti_accounts.tokens import issue_token

    running = make_host(plugins=["accounts", "calls"], sign_in=False)
    with running.app.app_context(), running.host.database.connection_context():
        add_agent("ada", "a good long password", ["Support Agent"])
        tokens = {scope: issue_token("ada", scope, [scope]) for scope in ("read", "pop")}
    client = running.app.test_client()

    def status(scope: str) -> int:
        bearer = f"Bearer {tokens[scope]}"
        headers = {"Authorization": bearer, "Accept": "application/json"}
        return client.get("/calls", headers=headers).status_code

    assert (status("read"), status("pop")) == (200, 403)
    assert client.get("/calls", headers={"Accept": "application/json"}).status_code == 401


def test_what_a_busy_phone_did_is_told(site: Site) -> None:
    site.call("a", devices="201")
    busy = Fact(FactKind.LEG_ENDED, "a", leg="a/201", device="201", outcome=LegOutcome.BUSY)
    site.take(busy)
    id_ = site.hang_up("a", seconds_ago=0)
    assert "busy" in texts(site.browser().get(f"/calls/{id_}").text)


def test_an_agent_of_another_organization_sees_that_a_call_was_and_no_more(site: Site) -> None:
    id_ = site.miss("c1", devices="202")
    send(site.browser("kim"), f"/calls/{id_}/note", note="Wants a refund", before="")
    client = site.running.client(Agent="zoe", Profiles="Support Agent", Organizations="99")
    for address in (f"/calls/{id_}", "/calls?show=all"):
        page = client.get(address).text
        assert "Wants a refund" not in page
        assert "Lovelace" not in page
        assert "87 65 43" not in page
    (call,) = client.get("/calls?show=all", headers={"Accept": "application/json"}).get_json()[
        "calls"
    ]
    assert (call["number"], call["caller"], call["note"]) == (None, None, "")
    assert send(client, f"/calls/{id_}/note", note="Mine", before="").status_code == 403
    assert send(client, f"/calls/{id_}/ticket", ticket="R-000001").status_code == 403


def test_whoever_sees_no_numbers_keeps_those_of_a_note(site: Site) -> None:
    id_ = site.call("c1")
    send(site.browser("kim"), f"/calls/{id_}/note", note="Call 0612345678 back", before="")
    author = site.browser("ann", "Document author")
    page = author.get(f"/calls/{id_}").text
    assert "0612345678" not in page
    before = re.search(r'name="before" value="([^"]*)"', page)
    assert before
    shown = before[1]
    saved = send(author, f"/calls/{id_}/note", note=f"{shown}, please", before=shown)
    assert saved.status_code == 303
    assert "Call 0612345678 back, please" in site.browser("kim").get(f"/calls/{id_}").text


def test_an_id_that_no_database_has_is_no_call(site: Site) -> None:
    for address in ("/calls/99999999999999999999", "/calls/99999999999999999999/pop"):
        assert site.browser().get(address).status_code == 404
