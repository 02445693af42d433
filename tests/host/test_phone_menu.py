"""The phone menu of a ticket: what it offers, in which order, and what a click does."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

from cti_host import Ticket, phone_menu
from cti_host.testing import MakeHost, RunningHost

SMALL = Path(__file__).parents[1] / "small_plugins"
DESK = '''
from cti_host import Caller, Ticket, TicketDetails, hookimpl


class Plugin:
    """A ticket and its caller."""

    def __init__(self):
        self.placed = []

    @hookimpl
    def read_ticket(self, key):
        ada = Caller("Person", 1, "Ada", {"phone": "123"})
        return TicketDetails(Ticket("Case", key.id, f"C-{key.id}", "T"), ada)

    @hookimpl
    def call_placed(self, ticket, caller, action, agent):
        self.placed.append((ticket.key, caller and caller.key, action.key, agent.name))
'''
PHONE = """
from cti_host import OutboundAction, PluginConfig, hookimpl


class Plugin:
    def __init__(self):
        self.numbers = {{"call": "1", "text": "2", "fax": "3"}}

    @hookimpl(strangers=True)
    def outbound_actions(self, ticket, caller):
        return [
            OutboundAction(name, f"{name} by {label}", f"https://{label}.example.org/{{name}}",
                           number=number)
            for name, number in self.numbers.items()
        ]
""".replace("{name} by {label}", "{{name}} by {label}")
PAGE = "/ticket/desk/Case/7"
SOURCES = {
    "desk": DESK,
    "one": PHONE.format(label="one"),
    "two": PHONE.format(label="two"),
    "witness": SMALL / "witness.py",
}


@pytest.fixture
def phones(make_host: MakeHost) -> RunningHost:
    """Two plugins that offer actions of the same names."""
    return make_host(plugins=[*SOURCES], sources=SOURCES)


def instance(running: RunningHost, name: str) -> Any:
    """A plugin of a host."""
    return next(one.instance for one in running.host.plugins if one.name == name)


def press(running: RunningHost, action: str, query: str = "", **fields: str) -> Any:
    """Press an entry of the phone menu, as the page would send it."""
    client = running.client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).text)
    assert token
    return client.post(
        f"{PAGE}/call{query}", data={"csrf_token": token[1], "action": action, **fields}
    )


def content(page: str) -> str:
    """A page without its bar, which has a menu as well."""
    return page.partition("<main")[2]


def entries(page: str) -> list[str]:
    """The keys of the actions, in the order of the page; those in the menu are in brackets."""
    shortcuts, _summary, menu = content(page).partition('class="cti-menu-items"')
    found = re.compile(r'name="action" value="([^"]+)"')
    return found.findall(shortcuts) + [f"({key})" for key in found.findall(menu)]


def test_without_shortcuts_the_menu_has_all_actions_in_the_order_of_the_plugins(
    phones: RunningHost,
) -> None:
    assert entries(phones.client().get(PAGE).text) == [
        "(one:call)",
        "(one:text)",
        "(one:fax)",
        "(two:call)",
        "(two:text)",
        "(two:fax)",
    ]


def test_shortcuts_stand_in_the_order_of_the_settings_and_the_rest_in_the_menu(
    make_host: MakeHost,
) -> None:
    running = make_host(
        'shortcut_actions = ["UI:Menu:Modify", "fax", "call", "fax"]\n',
        plugins=["desk", "two", "one"],
        sources=SOURCES,
    )
    assert entries(running.client().get(PAGE).text) == [
        "two:fax",
        "one:fax",
        "two:call",
        "one:call",
        "(two:text)",
        "(one:text)",
    ]


def test_where_all_actions_are_shortcuts_there_is_no_menu(make_host: MakeHost) -> None:
    toml = 'shortcut_actions = "call,text,fax"\n'
    running = make_host(toml, plugins=["desk", "one"], sources=SOURCES)
    page = running.client().get(PAGE).text
    assert entries(page) == ["one:call", "one:text", "one:fax"]
    assert "<summary" not in content(page)


def test_a_ticket_without_actions_has_no_menu(make_host: MakeHost) -> None:
    page = make_host(plugins=["desk"], sources=SOURCES).client().get(PAGE)
    assert page.status_code == 200
    assert "cti-phone-menu" not in page.text


def test_of_two_actions_of_one_name_the_one_that_was_clicked_is_done(phones: RunningHost) -> None:
    answer = press(phones, "two:text")
    assert (answer.status_code, answer.location) == (303, "https://two.example.org/text")
    ((_ticket, _caller, action, _agent),) = instance(phones, "witness").placed
    assert (action.source, action.name, action.number) == ("two", "text", "2")


OTHER = '''
from cti_host import hookimpl


class Plugin:
    """Keeps tickets of its own."""

    def __init__(self):
        self.placed = []

    @hookimpl
    def call_placed(self, ticket, caller, action, agent):
        self.placed.append(ticket.key)
'''


def test_a_call_is_recorded_by_the_tickets_own_plugin_and_by_those_that_take_strangers(
    make_host: MakeHost,
) -> None:
    plugins = [*SOURCES, "other"]
    running = make_host(plugins=plugins, sources={**SOURCES, "other": OTHER})
    press(running, "one:call")
    expected = ("desk:Case:7", "desk:Person:1", "one:call", "test")
    assert instance(running, "desk").placed == [expected]
    assert len(instance(running, "witness").placed) == 1
    assert instance(running, "other").placed == []


def test_the_actions_are_asked_for_again_when_one_is_clicked(phones: RunningHost) -> None:
    instance(phones, "one").numbers = {"call": "999"}
    assert press(phones, "one:fax").status_code == 404
    assert press(phones, "one:call").status_code == 303
    (placed,) = instance(phones, "witness").placed
    assert placed[2].number == "999"


@pytest.mark.parametrize("action", ["", "call", ":call", "desk:call", "one:nothing", "<b>"])
def test_an_action_that_is_not_offered_is_404_and_leaves_no_record(
    phones: RunningHost, action: str
) -> None:
    page = press(phones, action)
    assert page.status_code == 404
    text = html.unescape(page.text)
    assert "This call can't be placed: the caller has no such number." in text
    assert instance(phones, "witness").placed == []


def test_what_a_browser_sends_chooses_no_address(phones: RunningHost) -> None:
    evil = {"url": "https://evil.example", "next": "https://evil.example", "number": "0900"}
    answer = press(phones, "one:call", "?url=https://evil.example", **evil)
    assert answer.location == "https://one.example.org/call"


def test_a_click_needs_its_token_and_is_never_a_get(phones: RunningHost) -> None:
    client = phones.client()
    assert client.post(f"{PAGE}/call", data={"action": "one:call"}).status_code == 400
    assert client.get(f"{PAGE}/call?action=one:call").status_code == 405
    assert instance(phones, "witness").placed == []


def test_the_page_may_lead_to_the_phone_systems_and_nowhere_else(phones: RunningHost) -> None:
    policy = phones.client().get(PAGE).headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' https://one.example.org https://two.example.org")


def test_a_ticket_that_says_not_whose_it_is_has_no_menu(phones: RunningHost) -> None:
    ticket = Ticket("Case", 7, "C-7", "T")
    with phones.app.test_request_context(), pytest.raises(ValueError, match="source"):
        phone_menu(ticket, None)


BROKEN = '''
from cti_host import hookimpl


class Plugin:
    """Works not at all."""

    @hookimpl(strangers=True)
    def outbound_actions(self, ticket, caller):
        raise RuntimeError("no line")

    @hookimpl(strangers=True)
    def call_placed(self, ticket, caller, action, agent):
        raise RuntimeError("no disk")
'''


def test_a_plugin_that_fails_costs_one_line_and_the_call_is_placed_all_the_same(
    make_host: MakeHost,
) -> None:
    plugins = ["broken", *SOURCES]
    running = make_host(plugins=plugins, sources={**SOURCES, "broken": BROKEN})
    client = running.client()
    page = client.get(PAGE).text
    assert page.count("Phone actions from broken are not available right now.") == 1
    assert len(entries(page)) == 6
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    answer = client.post(f"{PAGE}/call", data={"csrf_token": token[1], "action": "one:call"})
    assert answer.location == "https://one.example.org/call"
    assert len(instance(running, "desk").placed) == 1
    page = client.get(PAGE).text
    assert page.count("The call could not be recorded by broken.") == 1
    assert "no disk" not in page


OWN_PAGE = '''
from flask import Blueprint, render_template_string

from cti_host import Caller, Ticket, TicketDetails, hookimpl, phone_menu

PAGE = """
{% extends "cti_host/base.html" %}
{% from "cti_host/phone_menu.html" import phone_menu_of %}
{% block content %}<h1>My own page</h1>{{ phone_menu_of(menu) }}{% endblock %}
"""
TICKET = Ticket("Case", 1, "C-1", "T", url="/own/1", source="own")
ADA = Caller("Person", 1, "Ada", {"phone": "123"}, source="own")
blueprint = Blueprint("own", __name__)


@blueprint.get("/own/1")
def view():
    return render_template_string(PAGE, menu=phone_menu(TICKET, ADA))


class Plugin:
    """Tickets with a page of their own."""

    @hookimpl
    def blueprints(self):
        return [blueprint]

    @hookimpl
    def read_ticket(self, key):
        return TicketDetails(TICKET, ADA)
'''


def test_a_plugins_own_page_has_the_same_menu(make_host: MakeHost) -> None:
    plugins = ["own", "one", "witness"]
    running = make_host(plugins=plugins, sources={**SOURCES, "own": OWN_PAGE})
    client = running.client()
    page = client.get("/own/1").text
    assert entries(page) == ["(one:call)", "(one:text)", "(one:fax)"]
    address = re.search(r'<form class="cti-phone-menu"[^>]* action="([^"]+)"', page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert address
    assert token
    answer = client.post(address[1], data={"csrf_token": token[1], "action": "one:call"})
    assert answer.location == "https://one.example.org/call"
    ((ticket, caller, _action, _agent),) = instance(running, "witness").placed
    assert (ticket.key, caller.key) == ("own:Case:1", "own:Person:1")


DIALS_ITSELF = """
from cti_host import OutboundAction, hookimpl


class Plugin:
    \"\"\"Places calls to two numbers by itself.\"\"\"

    @hookimpl(strangers=True)
    def outbound_actions(self, ticket, caller):
        return [
            OutboundAction(f"dial {number}", f"Dial {number}", "", number=number,
                           post=f"/dial?number={number}")
            for number in ("2", "4")
        ]
"""


def test_a_number_that_this_host_dials_is_dialled_by_every_entry_for_it(
    make_host: MakeHost,
) -> None:
    sources = {**SOURCES, "switch": DIALS_ITSELF}
    running = make_host(plugins=[*sources], sources=sources)

    page = running.client().get(PAGE).text

    # The entry for "2" of the plugin that dials is left out: others have one already.
    others = [f"({plugin}:{name})" for plugin in ("one", "two") for name in ("call", "text", "fax")]
    assert entries(page) == [*others, "(switch:dial 4)"]
    assert page.count("data-here") == 3
    sent = press(running, "one:text")
    assert (sent.status_code, sent.location) == (307, "/dial?number=2")
    assert press(running, "one:call").location == "https://one.example.org/call"
    assert instance(running, "witness").placed[0][2].key == "one:text"


SEVERAL = DIALS_ITSELF.replace(
    """            for number in ("2", "4")
""",
    """            for number in ("2", "4")
        ] + [
            OutboundAction("dial 2 elsewhere", "Dial 2", "", number="2", post="/dial?from=home",
                           via="Home")
""",
)


def test_a_number_has_an_entry_for_each_phone_that_dials_it(make_host: MakeHost) -> None:
    sources = {**SOURCES, "switch": SEVERAL}
    running = make_host(plugins=[*sources], sources=sources)

    page = running.client().get(PAGE).text

    one = ["(one:call)", "(one:text)", "(one:text/1)", "(one:fax)"]
    assert entries(page) == [*one, *(key.replace("one", "two") for key in one), "(switch:dial 4)"]
    assert page.count("from Home") == 2
    assert press(running, "one:text").location == "/dial?number=2"
    assert press(running, "two:text/1").location == "/dial?from=home"
