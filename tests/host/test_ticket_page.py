"""The host's page about a ticket, for plugins whose tickets have none of their own."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cti_host import Caller, Ticket
from cti_host.app import create_app
from cti_host.pop.ticket_page import caller_of
from cti_host.testing import PATIENCE_SECONDS, MakeHost, RunningHost

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "small_plugins"
EXAMPLES = ROOT / "docs" / "examples"
SOURCES = {
    "phone_book": EXAMPLES / "phone_book.py",
    "help_desk": EXAMPLES / "help_desk.py",
    "dialler": SMALL / "dialler.py",
    "witness": SMALL / "witness.py",
}
SETTINGS = "".join(
    f"[plugin.{name}]\nfile = {json.dumps(str(SMALL / f'{name}.csv'))}\n"
    for name in ("phone_book", "help_desk")
)
PLUGINS = ["phone_book", "help_desk", "dialler", "witness"]
ADA = "/pop?phone=0199001101"
NAVY = "/pop?phone=0199001102"
TICKET = "/ticket/help_desk/Case/101"
PAGE = f"{TICKET}?phone=0199001101&selected_caller=phone_book:Contact:1"


def make_small(
    make_host: MakeHost, *more: str, sources: dict[str, str] | None = None
) -> RunningHost:
    """A host with the three small plugins and the witness, and more behind them."""
    plugins = [*PLUGINS, *more]
    return make_host(SETTINGS, plugins=plugins, sources={**SOURCES, **(sources or {})})


def links_in(page: str, label: str) -> list[str]:
    """The addresses of the links whose text begins with a label."""
    return [html.unescape(url) for url in re.findall(rf'<a[^>]*href="([^"]+)"[^>]*>{label}', page)]


def buttons_in(page: str) -> list[tuple[str, str]]:
    """The entries of the phone menu: the action's key, and the label."""
    found = re.findall(r'name="action" value="([^"]+)">.*?</svg> (.*?) <span', page)
    return [(html.unescape(key), html.unescape(label)) for key, label in found]


def press(client: FlaskClient, page: str, action: str, **fields: str) -> Any:
    """Press an entry of the phone menu on a page."""
    text = client.get(page).text
    address = re.search(r'<form class="cti-phone-menu"[^>]* action="([^"]+)"', text)
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert token
    url = html.unescape(address[1]) if address else page.replace("?", "/call?")
    return client.post(url, data={"csrf_token": token[1], "action": action, **fields})


def witness(running: RunningHost) -> Any:
    """The plugin that sees the calls."""
    (plugin,) = (one.instance for one in running.host.plugins if one.name == "witness")
    return plugin


def test_three_small_plugins_make_a_complete_product(make_host: MakeHost) -> None:
    running = make_small(make_host)
    client = running.client()
    panel = client.get(ADA).text
    assert "Ada Lovelace" in panel
    assert links_in(panel, "C-101<") == [PAGE]
    page = client.get(PAGE)
    assert page.status_code == 200
    for text in ("Case", "C-101", "The &lt;engine&gt; stands still", "new", "Ada Lovelace"):
        assert text in page.text
    assert buttons_in(page.text) == [
        ("dialler:call", "Call back"),
        ("dialler:announce", "Announce a call"),
    ]
    assert links_in(page.text, ".*Back to the call") == [
        "/pop?phone=0199001101&selected_caller=phone_book:Contact:1"
    ]
    answer = press(client, PAGE, "dialler:call")
    assert (answer.status_code, answer.location) == (
        303,
        "https://pbx.example.org/dial?how=call&number=0199001101",
    )
    ((ticket, caller, action, agent),) = witness(running).placed
    assert (ticket.key, caller.key) == ("help_desk:Case:101", "phone_book:Contact:1")
    assert (action.key, agent.name) == ("dialler:call", "test")
    calls = client.get(PAGE).text.partition('id="phone-calls"')[2]
    assert "Outbound" in calls
    assert "Test Agent" in calls


def test_the_panel_for_programs_has_the_address_of_the_page(make_host: MakeHost) -> None:
    (shown,) = make_small(make_host).get_json(ADA)["ticket_lists"]
    assert shown["tickets"][0]["url"] == PAGE


def test_the_page_is_french_too(make_host: MakeHost) -> None:
    page = html.unescape(make_small(make_host).client(Accept_Language="fr").get(PAGE).text)
    assert [label for _key, label in buttons_in(page)] == ["Rappeler", "Annoncer un appel"]
    for text in (
        "Retour à l'appel",
        "Appelant",
        "Numéro de téléphone",
        "Aucun appel pour le moment.",
    ):
        assert text in page


def test_any_host_answers_any_request(make_host: MakeHost) -> None:
    first = make_small(make_host)
    second = RunningHost(create_app(first.config_file, timeout=PATIENCE_SECONDS), first.config_file)
    here, there = first.client(), second.client()
    address = "/ticket/help_desk/Case/101/call?" + PAGE.partition("?")[2]
    token = re.search(r'name="csrf_token" value="([^"]+)"', here.get(PAGE).text)
    cookie = here.get_cookie("cti_host")
    assert token
    assert cookie
    there.set_cookie("cti_host", cookie.value)
    answer = there.post(address, data={"csrf_token": token[1], "action": "dialler:call"})
    assert answer.status_code == 303
    assert len(witness(second).placed) == 1
    assert witness(first).placed == []


def test_a_ticket_is_found_on_the_page_of_the_list_that_the_agent_looked_at(
    make_host: MakeHost,
) -> None:
    client = make_small(make_host).client()
    panel = client.get(f"{ADA}&page_help_desk.cases=2").text
    (address,) = links_in(panel, "C-111<")
    assert address.endswith("&page_help_desk.cases=2")
    page = client.get(address).text
    assert "Card 11 is torn" in page
    (back,) = links_in(page, ".*Back to the call")
    assert "C-111" in client.get(back).text


@pytest.mark.parametrize("page", ["", "&page_help_desk.cases=1", "&page_help_desk.cases=9"])
def test_a_ticket_that_moved_to_another_page_is_found_there(make_host: MakeHost, page: str) -> None:
    address = PAGE.replace("101", "112", 1) + page
    answer = make_small(make_host).client().get(address)
    assert answer.status_code == 200
    assert "Card 12 is torn" in answer.text


def test_of_several_callers_the_one_that_the_ticket_is_for_is_called(make_host: MakeHost) -> None:
    running = make_small(make_host)
    client = running.client()
    page = f"{NAVY}&selected_caller=all&page_help_desk.cases=2"
    (address,) = links_in(client.get(page).text, "C-301<")
    assert press(client, address, "dialler:call").status_code == 303
    ((_ticket, caller, _action, _agent),) = witness(running).placed
    assert caller.display == "Anita Borg, Navy"


@pytest.mark.parametrize(
    ("address", "status", "text"),
    [
        (TICKET, 404, "This ticket can only be opened from a call: look the caller up first."),
        (f"{TICKET}?phone=", 404, "There is no such ticket"),
        (PAGE.replace("101", "201", 1), 404, "There is no such ticket, or no longer."),
        (PAGE.replace("Case", "Other", 1), 404, "There is no such ticket, or no longer."),
        (PAGE.replace("help_desk", "phone_book", 1), 404, "There is no such ticket"),
        (PAGE.replace("help_desk", "nobody", 1), 404, "There is no such ticket"),
        ("/ticket/nobody/Case/101", 404, "There is no such ticket"),
        (PAGE.replace("0199001101", "0199001102"), 404, "There is no such ticket"),
        (PAGE.replace("phone_book:Contact:1", "unknown"), 404, "There is no such ticket"),
        (PAGE.replace("phone_book:Contact:1", "no one"), 400, "selected_caller is “no one”"),
    ],
)
def test_what_is_not_there_has_no_page_and_nobody_is_called_from_it(
    make_host: MakeHost, address: str, status: int, text: str
) -> None:
    running = make_small(make_host)
    client = running.client()
    page = client.get(address)
    assert page.status_code == status
    assert text in html.unescape(page.text)
    assert "engine" not in page.text
    url = address.replace("?", "/call?") if "?" in address else f"{address}/call"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).text)
    assert token
    answer = client.post(url, data={"csrf_token": token[1], "action": "dialler:call"})
    assert answer.status_code == status
    assert witness(running).placed == []


ADA_L = Caller("Person", 1, "Ada Lovelace, Analytical Ltd", name="Ada Lovelace", source="book")
GRACE = Caller("Person", 2, "Grace Hopper", source="book")
CASE = Ticket("Case", 1, "C-1", "T", source="desk")


@pytest.mark.parametrize(
    ("ticket", "callers", "expected"),
    [
        (CASE, [ADA_L], ADA_L),  # nothing is said: it is the caller chosen
        (CASE, [ADA_L, GRACE], None),
        (replace(CASE, caller="Ada Lovelace"), [ADA_L, GRACE], ADA_L),
        (replace(CASE, caller="Ada Lovelace, Analytical Ltd"), [ADA_L, GRACE], ADA_L),
        (replace(CASE, caller="A colleague"), [ADA_L], None),
        (replace(CASE, caller="Ada Lovelace"), [ADA_L, replace(ADA_L, id=3)], None),
        (replace(CASE, caller_key="book:Person:2", caller="Ada Lovelace"), [ADA_L, GRACE], GRACE),
        (replace(CASE, caller_key="desk:Person:1"), [ADA_L], None),
    ],
)
def test_whom_a_ticket_in_a_list_is_for_is_never_guessed(
    ticket: Ticket, callers: Sequence[Caller], expected: Caller | None
) -> None:
    assert caller_of(ticket, callers) == expected


READER = '''
from datetime import date, datetime

from markupsafe import Markup

from cti_host import (
    Caller, NavigationItem, PhoneCall, Ticket, TicketDetails, TicketLogEntry, hookimpl
)


class Plugin:
    """Can read its tickets by class and id."""

    def __init__(self):
        self.asked = []

    @hookimpl
    def read_ticket(self, key):
        self.asked.append(str(key))
        if key.id == 500:
            raise RuntimeError("the server is down")
        if key.id == 404:
            return None
        elsewhere = "https://desk.example.org/7" if key.id == 7 else ""
        return TicketDetails(
            Ticket(key.class_name, key.id, f"B-{key.id}", "Broken <lamp>", agent="Sam",
                   url={8: "/own/page", 9: "/ticket/reader/Case/9?x=1"}.get(key.id, elsewhere),
                   modify_url=elsewhere and elsewhere + "/edit"),
            Caller("Person", 1, "Ada Lovelace", {"phone": "123", "email": "ada@example.org"}),
            facts={"Site": "<Paris>", "Floor": ""},
            description=Markup("<p>It is <b>dark</b></p>") if key.id == 1 else "a <b>\\nc",
            logs={"Public log": [TicketLogEntry("Said <so>", "Kim", datetime(2026, 3, 1, 8))]},
            links=[NavigationItem("Watch", "/watch", "eye", post=True)] if key.id == 2 else [],
            problems=["Half of it is & stays missing."],
        )

    @hookimpl
    def phone_calls(self, ticket):
        return [
            PhoneCall("outbound", datetime(2026, 3, 2, 9, 30), "Ada", "Sam", "about <it>"),
            PhoneCall("inbound", date(2026, 3, 1), url="/calls/1"),
        ]
'''


@pytest.fixture
def reading(make_host: MakeHost) -> RunningHost:
    """A host with a plugin that reads its tickets."""
    return make_small(make_host, "reader", sources={"reader": READER})


def test_a_ticket_that_can_be_read_has_an_address_of_its_own(reading: RunningHost) -> None:
    page = reading.client().get("/ticket/reader/Case/1")
    assert page.status_code == 200
    for text in (
        "Broken &lt;lamp&gt;",
        "&lt;Paris&gt;",
        "<p>It is <b>dark</b></p>",
        "Said &lt;so&gt;",
        "Kim",
        "ada@example.org",
        "Half of it is &amp; stays missing.",
        "Sam",
    ):
        assert text in page.text
    assert "Floor" not in page.text
    assert "Back to the call" not in page.text
    assert [key for key, _label in buttons_in(page.text)] == ["dialler:call", "dialler:announce"]


def test_plain_text_stays_plain(reading: RunningHost) -> None:
    assert "a &lt;b&gt;\nc" in reading.client().get("/ticket/reader/Case/3").text


def test_opened_from_a_call_it_leads_back_to_it(reading: RunningHost) -> None:
    page = reading.client().get("/ticket/reader/Case/1?" + PAGE.partition("?")[2]).text
    assert links_in(page, ".*Back to the call") == [
        "/pop?phone=0199001101&selected_caller=phone_book:Contact:1"
    ]


def test_a_button_of_the_plugin_has_its_token_and_the_way_back(reading: RunningHost) -> None:
    page = reading.client().get("/ticket/reader/Case/2").text
    form = page[page.index('action="/watch"') :].partition("</form>")[0]
    assert 'name="csrf_token"' in form
    assert 'name="next" value="/ticket/reader/Case/2"' in form


def test_a_ticket_of_another_system_is_linked_to(reading: RunningHost) -> None:
    page = reading.client().get("/ticket/reader/Case/7").text
    for url in ("https://desk.example.org/7", "https://desk.example.org/7/edit"):
        assert f'href="{url}" target="_blank" rel="noopener"' in page


def test_a_ticket_with_a_page_on_this_host_is_shown_there(reading: RunningHost) -> None:
    answer = reading.client().get("/ticket/reader/Case/8")
    assert (answer.status_code, answer.location) == (302, "/own/page")


def test_a_ticket_that_names_the_hosts_page_as_its_own_is_shown_there(
    reading: RunningHost,
) -> None:
    assert reading.client().get("/ticket/reader/Case/9").status_code == 200


def test_only_the_tickets_own_plugin_reads_it(reading: RunningHost) -> None:
    client = reading.client()
    client.get(PAGE)
    client.get("/ticket/reader/Case/1")
    (reader,) = (one.instance for one in reading.host.plugins if one.name == "reader")
    assert reader.asked == ["reader:Case:1"]


def test_a_ticket_that_the_plugin_does_not_have_is_404(reading: RunningHost) -> None:
    assert reading.client().get("/ticket/reader/Case/404").status_code == 404


def test_a_ticket_that_cannot_be_read_is_503_with_the_line(reading: RunningHost) -> None:
    page = reading.client().get("/ticket/reader/Case/500")
    assert page.status_code == 503
    assert "The ticket can't be read from reader right now." in html.unescape(page.text)
    assert "the server is down" not in page.text


BROKEN_READER = '''
from cti_host import Ticket, TicketList, hookimpl


class Plugin:
    """Lists its ticket, but can't read it."""

    @hookimpl
    def read_ticket(self, key):
        raise RuntimeError("the server is down")

    @hookimpl(strangers=True)
    def ticket_lists(self, call, callers):
        return [TicketList("all", "All", 1, (Ticket("Case", 9, "B-9", "Dim lamp"),))]
'''


def test_a_ticket_that_cannot_be_read_is_shown_as_the_call_knows_it(make_host: MakeHost) -> None:
    client = make_small(make_host, "dim", sources={"dim": BROKEN_READER}).client()
    page = client.get("/ticket/dim/Case/9?" + PAGE.partition("?")[2])
    assert page.status_code == 200
    assert "Dim lamp" in page.text
    text = html.unescape(page.text)
    assert text.count("The ticket can't be read from dim right now.") == 1
    assert buttons_in(page.text)


def test_phone_calls_of_all_plugins_are_one_list_with_the_newest_first(
    reading: RunningHost,
) -> None:
    client = reading.client()
    assert press(client, "/ticket/reader/Case/1", "dialler:call").status_code == 303
    page = client.get("/ticket/reader/Case/1").text.partition('id="phone-calls"')[2]
    assert re.findall(r"Outbound|Inbound", page) == ["Outbound", "Outbound", "Inbound"]
    assert page.index("Test Agent") < page.index("about &lt;it&gt;")
    assert '<a href="/calls/1"><time datetime="2026-03-01">1 Mar 2026</time></a>' in page


def test_where_nobody_records_calls_the_page_says_nothing_of_them(make_host: MakeHost) -> None:
    plugins = ["phone_book", "help_desk", "dialler"]
    running = make_host(SETTINGS, plugins=plugins, sources=SOURCES)
    assert "Phone Calls" not in running.client().get(PAGE).text


BROKEN_CALLS = '''
from cti_host import hookimpl


class Plugin:
    """Has phone calls, when it works."""

    @hookimpl(strangers=True)
    def phone_calls(self, ticket):
        raise RuntimeError("no disk")
'''


def test_phone_calls_that_cannot_be_read_cost_one_line(make_host: MakeHost) -> None:
    client = make_small(make_host, "broken", sources={"broken": BROKEN_CALLS}).client()
    page = client.get(PAGE).text
    assert page.count("Phone calls from broken are not available right now.") == 1
    assert "stands still" in page
    assert "no disk" not in page


WRONG = '''
from datetime import datetime

from markupsafe import Markup

from cti_host import (
    Caller, NavigationItem, PhoneCall, Ticket, TicketDetails, TicketLogEntry, hookimpl
)

TICKET = Ticket("Case", 1, "W-1", "Wrong")


class Plugin:
    """Returns something else than what it should."""

    @hookimpl
    def read_ticket(self, key):
        return RESULT

    @hookimpl
    def phone_calls(self, ticket):
        return CALLS
'''


@pytest.mark.parametrize(
    "result",
    [
        '"a text"',
        'TicketDetails("W-1")',
        'TicketDetails(TICKET, "Ada")',
        'TicketDetails(TICKET, facts={"Floor": 3})',
        'TicketDetails(TICKET, facts=["Floor"])',
        "TicketDetails(TICKET, description=None)",
        'TicketDetails(TICKET, logs={"Log": ["an entry"]})',
        'TicketDetails(TICKET, logs={"Log": [TicketLogEntry("x", written="today")]})',
        'TicketDetails(TICKET, links=[NavigationItem("Run", "javascript:alert(1)")])',
        'TicketDetails(TICKET, problems="one")',
    ],
)
def test_details_of_the_wrong_kind_are_one_line_and_never_a_broken_page(
    make_host: MakeHost, result: str
) -> None:
    source = WRONG.replace("RESULT", result).replace("CALLS", "[]")
    page = (
        make_small(make_host, "wrong", sources={"wrong": source})
        .client()
        .get("/ticket/wrong/Case/1")
    )
    assert page.status_code == 503
    assert "The ticket can't be read from wrong right now." in html.unescape(page.text)


@pytest.mark.parametrize(
    "calls",
    ['["a call"]', "[PhoneCall(None)]", '[PhoneCall("inbound", when="yesterday")]', "7"],
)
def test_phone_calls_of_the_wrong_kind_cost_one_line(make_host: MakeHost, calls: str) -> None:
    source = WRONG.replace("RESULT", "TicketDetails(TICKET)").replace("CALLS", calls)
    page = (
        make_small(make_host, "wrong", sources={"wrong": source})
        .client()
        .get("/ticket/wrong/Case/1")
    )
    assert page.status_code == 200
    assert page.text.count("Phone calls from wrong are not available right now.") == 1
    assert "W-1" in page.text
