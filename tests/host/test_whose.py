"""Whose is it: what plugins are told apart by, and whose presets fill whose forms."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import request

from cti_host import Agent
from cti_host.testing import MakeHost

# People, a form and presets; what is missing in a plugin is cut out of it.
SOURCE = """
from urllib.parse import urlencode

from cti_host import Caller, Localised, Match, Ticket, TicketList, hookimpl


class Plugin:
    label = {label!r}

    @hookimpl
    def class_label(self, class_name):
        return class_name

    @hookimpl
    def lookup_callers(self, call):
        return [Match(Caller("Person", n, name)) for n, name in {people!r}]

    @hookimpl{strangers}
    def creation_presets(self, class_name, caller, call, direct):
        return {{"{name}": caller.key if caller else "-", "last": "{name}"}}
"""
FORM = """
    @hookimpl
    def creation_form_url(self, class_name, values, return_url):
        return None if class_name in {lacks!r} else "/{name}?" + urlencode(values)
"""
CREATIONS = "[indirect_creation.UserRequest]\nenabled = true\n"


def plugin(
    name: str, *people: tuple[int, str], form: bool = False, lacks: str = "", **more: Any
) -> str:
    given = {"label": "", "strangers": "", **more}
    source = SOURCE.format(name=name, people=people, **given)
    return source + FORM.format(name=name, lacks=lacks.split()) if form else source


def values(location: str) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(urlsplit(location).query).items()}


def test_people_of_one_name_are_told_apart_by_plugin_or_id(make_host: MakeHost) -> None:
    sources = {
        "own_data": plugin("own_data", (1, "Ada"), (2, "Ada"), (3, "Bo"), (4, "Cy")),
        "crm": plugin("crm", (1, "Ada"), (3, "Bo"), label="The CRM"),
    }
    found = make_host(plugins=[*sources], sources=sources).get_json("/pop?phone=1")
    assert [(choice["value"], choice["label"]) for choice in found["choices"][1:-1]] == [
        ("own_data:Person:1", "Ada (own data, 1)"),
        ("own_data:Person:2", "Ada (own data, 2)"),
        ("own_data:Person:3", "Bo (own data)"),
        ("own_data:Person:4", "Cy"),
        ("crm:Person:1", "Ada (The CRM)"),
        ("crm:Person:3", "Bo (The CRM)"),
    ]
    assert [caller["display"] for caller in found["callers"]].count("Ada") == 3


def test_the_presets_of_a_rival_never_reach_a_form(make_host: MakeHost) -> None:
    sources = {
        "one": plugin("one", (20, "Ada"), form=True),
        "helper": plugin("helper"),
        "two": plugin("two", (20, "Bea"), form=True),
    }
    client = make_host(CREATIONS, plugins=[*sources], sources=sources).client()
    create = "/create/UserRequest?phone=1&selected_caller="
    own = client.get(f"{create}one:Person:20").location
    assert values(own) == {"one": "one:Person:20", "helper": "-", "last": "helper"}
    assert urlsplit(own).path == "/one"
    stranger = client.get(f"{create}two:Person:20").location
    assert values(stranger) == {"one": "-", "helper": "-", "last": "helper"}


def test_the_next_plugin_with_a_form_gets_its_own_presets(make_host: MakeHost) -> None:
    sources = {
        "one": plugin("one", (20, "Ada"), form=True, lacks="UserRequest"),
        "two": plugin("two", (20, "Bea"), form=True),
        "helper": plugin("helper", strangers="(strangers=True)"),
    }
    client = make_host(CREATIONS, plugins=[*sources], sources=sources).client()
    location = client.get("/create/UserRequest?phone=1&selected_caller=two:Person:20").location
    assert urlsplit(location).path == "/two"
    assert values(location) == {
        "two": "two:Person:20",
        "helper": "two:Person:20",
        "last": "helper",
    }


@pytest.mark.parametrize("order", [["one", "two"], ["two", "one"]])
def test_direct_creation_is_for_the_first_of_the_forms_own(
    make_host: MakeHost, order: list[str]
) -> None:
    sources = {
        "one": plugin("one", (7, "Ada"), (8, "Bea"), form=True),
        "two": plugin("two", (9, "Cleo")),
    }
    toml = CREATIONS.replace("indirect", "direct")
    client = make_host(toml, plugins=order, sources=sources).client()
    assert values(client.get("/pop?phone=1").location)["one"] == "one:Person:7"


AGENT = """
from cti_host import Agent, TicketList, hookimpl


class Plugin:
    @hookimpl
    def ticket_lists(self, call, callers):
        return None

    @hookimpl
    def identify_agent(self, request):
        return Agent("ada", contact_id=7, contact_source={given!r})
"""


@pytest.mark.parametrize(("given", "owner"), [("", "first"), ("second", "second")])
def test_an_agents_person_is_one_plugins(make_host: MakeHost, given: str, owner: str) -> None:
    sources = {name: AGENT.format(given=given) for name in ("first", "second")}
    running = make_host(plugins=[*sources], sources=sources, sign_in=False)
    with running.app.test_request_context():
        agent = running.host.hooks.identify_agent(request)
    assert agent == Agent("ada", contact_id=7, contact_source=owner)
    assert agent.contact_in(owner) == 7
    assert agent.contact_in({"first": "second", "second": "first"}[owner]) is None
