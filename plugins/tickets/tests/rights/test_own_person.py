"""An agent who is no person in the data says who they are; no phone call lacks its agent."""

from __future__ import annotations

from typing import Any

import pytest

PAGE = "/objects/own-person"
ACCOUNTS = '''
from cti_host import Agent, hookimpl


class Plugin:
    """An agent whom somebody else may be linked to."""

    contact = None
    taken = frozenset()

    @hookimpl
    def identify_agent(self, request):
        return Agent("sam", "Sam Hill", profiles={"Support Agent"}, contact_id=self.contact)

    @hookimpl
    def link_agent(self, agent, contact_id):
        if contact_id in self.taken:
            return False
        type(self).contact = contact_id
        return True
'''


@pytest.fixture
def desk(make_site: Any) -> Any:
    plugins = ["phone_reformat", "tickets", "own"]
    made = make_site(plugins=plugins, sources={"own": ACCOUNTS}, sign_in=False)
    made.add("Organization", name="Desk Ltd")
    made.add("Person", first_name="Ada", name="Lovelace", org_id=1)
    return made


def ticket(site: Any) -> Any:
    values = {"title": "T", "description": "D", "org_id": "1", "caller_id": "1"}
    return site.save("/objects/new/UserRequest", **values)


def test_a_phone_call_waits_until_the_agent_says_who_they_are(desk: Any) -> None:
    sam = desk.add("Person", first_name="Sam", name="Hill", org_id=1)

    page = desk.get(ticket(desk).location)

    assert desk.count("PhoneCall") == 0
    assert "Your phone call is not recorded yet" in page.text
    assert page.links["Who are you?"] == PAGE
    asked = desk.get(PAGE)
    assert "I am Sam Hill, Desk Ltd" in asked.text
    sent = desk.post(PAGE, {"person": str(sam), "csrf_token": asked.fields["csrf_token"]})
    assert sent.status == 303
    (call,) = desk.rows("PhoneCall")
    assert (call["agent_id"], call["contact_id"], call["flow"]) == (sam, 1, "inbound")
    after = desk.get("/")
    assert "Who are you?" not in after.links
    assert "One phone call that waited is recorded." in after.text


def test_who_is_not_there_adds_themselves_without_the_right_to_create_persons(desk: Any) -> None:
    asked = desk.get(PAGE)

    form = asked.forms[-1]
    assert (form.fields["first_name"], form.fields["name"], form.fields["org_id"]) == (
        "Sam",
        "Hill",
        "1",
    )
    without = {name: text for name, text in form.fields.items() if name != "creation_key"}
    refused = desk.post(PAGE, without)
    assert refused.status == 400
    assert "came without its one-time key" in refused.text
    form = refused.forms[-1]
    assert desk.post(PAGE, form.fields).status == 303
    assert desk.stored("Person", 2)["name"] == "Hill"
    ticket(desk)
    (call,) = desk.rows("PhoneCall")
    assert call["agent_id"] == 2
    assert desk.get(PAGE).status == 302


def test_nobody_else_can_be_chosen(desk: Any) -> None:
    asked = desk.get(PAGE)

    sent = desk.post(PAGE, {"person": "1", "csrf_token": asked.fields["csrf_token"]})

    assert sent.status in (200, 400)
    assert desk.get(PAGE).status == 200


def test_two_agents_are_not_one_person(desk: Any) -> None:
    sam = desk.add("Person", first_name="Sam", name="Hill", org_id=1)
    desk.running.plugin("own").taken = {sam}
    asked = desk.get(PAGE)

    sent = desk.post(PAGE, {"person": str(sam), "csrf_token": asked.fields["csrf_token"]})

    assert sent.status == 400
    assert "Another agent is this person already." in sent.text


def test_who_takes_no_phone_calls_is_not_asked(make_site: Any) -> None:
    site = make_site(profiles=["Document author"])

    assert "Who are you?" not in site.get("/").links
    assert site.get(PAGE).status == 302
