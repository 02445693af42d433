"""A ticket's page offers the next states; each has a form that asks for what it needs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cti_tickets.model.data_model import schema


@pytest.fixture
def desk(site: Any) -> Any:
    """A site with a caller, a team with an agent, and a request of the caller."""
    site.add("Person", first_name="Ada", name="Lovelace", org_id=1)
    site.add("Person", first_name="Bob", name="Builder", org_id=1)
    site.add("Team", name="Service desk", org_id=1)
    site.add("UserRequest", title="First", description="x", org_id=1, caller_id=1)
    return site


ASSIGN = "/objects/UserRequest/1/stimulus/ev_assign"
MODIFY = "/objects/UserRequest/1/modify"


def buttons(page: Any) -> set[str]:
    """The stimuli that a page offers, by link or button."""
    return set(re.findall(r'(?:href|action)="/objects/\w+/\d+/stimulus/(\w+)"', page.html))


def assigned(site: Any, **more: Any) -> int:
    fields = {"title": "Next", "description": "x", "org_id": 1, "caller_id": 1}
    found: int = site.add("UserRequest", **fields, status="assigned", team_id=3, agent_id=2, **more)
    return found


# The page of a ticket


@pytest.mark.parametrize("state", schema()["UserRequest"].attributes["status"].values)
def test_a_page_offers_what_is_possible_in_its_state(desk: Any, state: str) -> None:
    ticket = desk.add(
        "UserRequest", title="T", description="D", org_id=1, caller_id=1, status=state
    )
    life = schema()["UserRequest"].lifecycle
    assert life is not None
    page = desk.get(f"/objects/UserRequest/{ticket}")
    assert buttons(page) == {way.stimulus for way in life.possible(state)}
    for way in life.possible(state):
        assert life.stimuli[way.stimulus].label.in_language("en") in page.text


def test_what_has_no_life_cycle_offers_nothing(desk: Any) -> None:
    assert buttons(desk.get("/objects/Person/1")) == set()


def test_buttons_are_french_for_french_agents(desk: Any) -> None:
    page = desk.get("/objects/UserRequest/1", Accept_Language="fr")
    assert "Assigner" in page.links
    assert "Attendre une approbation" in page.links
    form = desk.get(ASSIGN, Accept_Language="fr")
    assert "Assigner" in form.text
    assert "obligatoire" in form.text


# The form of a transition


def test_a_form_asks_for_what_the_next_state_needs(desk: Any) -> None:
    page = desk.get(ASSIGN)
    assert page.status == 200
    assert set(page.fields) == {"csrf_token", "version", "team_id", "agent_id"}
    assert page.form.controls["team_id"]["aria-required"] == "true"
    sent = desk.submit(page, team_id="3", agent_id="2")
    assert (sent.status, sent.location) == (303, "/objects/UserRequest/1")
    stored = desk.stored("UserRequest", 1)
    assert (stored["status"], stored["team_id"], stored["agent_id"]) == ("assigned", 3, 2)
    assert stored["assignment_date"] == stored["last_update"]


def test_a_form_shows_what_is_there_already(desk: Any) -> None:
    ticket = assigned(desk)
    page = desk.get(f"/objects/UserRequest/{ticket}/stimulus/ev_reassign")
    assert (page.fields["team_id"], page.fields["agent_id"]) == ("3", "2")
    refused = desk.submit(page)
    assert refused.status == 400
    assert "Must be changed" in refused.text
    assert desk.submit(refused, agent_id="1").status == 303
    assert desk.stored("UserRequest", ticket)["agent_id"] == 1


def test_what_is_missing_is_told_beside_its_field_and_nothing_is_lost(desk: Any) -> None:
    desk.add("Service", name="Mail", org_id=1)
    ticket = assigned(desk)
    page = desk.get(f"/objects/UserRequest/{ticket}/stimulus/ev_resolve")
    assert {"solution", "resolution_code", "service_id", "servicesubcategory_id"} <= set(
        page.fields
    )
    refused = desk.submit(page, solution="Restarted the printer.")
    assert refused.status == 400
    assert "Service: Is required" in refused.text.replace(" :", ":")
    assert refused.fields["solution"] == "Restarted the printer."
    assert desk.stored("UserRequest", ticket)["status"] == "assigned"
    assert desk.submit(refused, service_id="1").status == 303
    seen = desk.get(f"/objects/UserRequest/{ticket}")
    assert "Resolved" in seen.text
    assert "Restarted the printer." in seen.text
    assert "Resolution delay" in seen.text


def test_no_service_is_asked_for_where_there_is_none(desk: Any) -> None:
    ticket = assigned(desk)
    page = desk.get(f"/objects/UserRequest/{ticket}/stimulus/ev_resolve")
    assert "aria-required" not in page.form.controls["service_id"]
    assert desk.submit(page, solution="Done.").status == 303


def test_a_transition_that_asks_nothing_is_one_press(desk: Any) -> None:
    ticket = desk.add(
        "UserRequest",
        title="T",
        description="D",
        org_id=1,
        caller_id=1,
        status="waiting_for_approval",
    )
    page = desk.get(f"/objects/UserRequest/{ticket}")
    (form,) = [form for form in page.forms if form.action.endswith("/ev_approve")]
    sent = desk.post(form.action, form.fields)
    assert sent.status == 303
    assert desk.stored("UserRequest", ticket)["status"] == "approved"
    # Opened by its address, it is a page with that one button.
    again = desk.get(f"/objects/UserRequest/{ticket}/stimulus/ev_assign")
    assert again.status == 200


def test_what_is_not_possible_leads_back_and_changes_nothing(desk: Any) -> None:
    for stimulus in ("ev_close", "ev_timeout", "ev_nonsense"):
        page = desk.get(f"/objects/UserRequest/1/stimulus/{stimulus}")
        assert (page.status, page.location) == (303, "/objects/UserRequest/1")
        assert "not possible in the present state" in desk.get(page.location).text
    assert desk.get("/objects/Person/1/stimulus/ev_assign").status == 303
    assert desk.get("/objects/UserRequest/9/stimulus/ev_assign").status == 404
    assert desk.stored("UserRequest", 1)["status"] == "new"


def test_two_agents_press_the_same_button(desk: Any) -> None:
    mine, theirs = desk.get(ASSIGN), desk.get(ASSIGN)
    assert desk.submit(theirs, team_id="3", agent_id="1").status == 303
    sent = desk.submit(mine, team_id="3", agent_id="2")
    assert sent.status == 409
    assert "That is not possible in the present state." in sent.text
    assert "Status New Assigned Test Agent (test)" in sent.text
    assert desk.stored("UserRequest", 1)["agent_id"] == 1


def test_a_change_in_between_is_noticed(desk: Any) -> None:
    page = desk.get(ASSIGN)
    desk.save(MODIFY, title="Another")
    refused = desk.submit(page, team_id="3", agent_id="2")
    assert refused.status == 409
    assert "Somebody else changed this in the meantime." in refused.text
    assert (refused.fields["team_id"], refused.fields["agent_id"]) == ("3", "2")
    assert desk.stored("UserRequest", 1)["status"] == "new"


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_a_valid_token_nothing_moves(desk: Any, token: str) -> None:
    page = desk.get(ASSIGN)
    sent = desk.submit(page, csrf_token=token, team_id="3", agent_id="2")
    assert sent.status == 400
    assert sent.fields["agent_id"] == "2"
    assert desk.stored("UserRequest", 1)["status"] == "new"


def test_the_databases_move_the_same(make_site: Any, database_url: str) -> None:
    site = make_site(database=database_url)
    site.add("Organization", name="Analytical Ltd")
    site.add("Person", first_name="Ada", name="Lovelace", org_id=1)
    site.add("Team", name="Service desk", org_id=1)
    site.add("Incident", title="Parent", description="x", org_id=1, caller_id=1)
    site.add(
        "Incident", title="Child", description="x", org_id=1, caller_id=1, parent_incident_id=1
    )
    base = "/objects/Incident/1/stimulus"
    assert site.save(f"{base}/ev_assign", team_id="2", agent_id="1").status == 303
    assert site.save(f"{base}/ev_resolve", solution="Done.").status == 303
    assert [row["status"] for row in site.rows("Incident")] == ["resolved", "resolved"]
    assert site.save(f"{base}/ev_close", user_comment="Thanks").status == 303
    assert site.stored("Incident", 1)["close_date"] is not None


# What forms let change


def test_a_form_hides_and_fixes_what_the_state_says(desk: Any) -> None:
    page = desk.get(MODIFY)
    assert not {"team_id", "agent_id", "status", "solution", "ref"} & set(page.fields)
    assert "R-000001" in page.text  # shown, but fixed
    ticket = assigned(desk)
    page = desk.get(f"/objects/UserRequest/{ticket}/modify")
    assert "team_id" not in page.fields
    assert "Service desk" in page.text
    assert "escalation_flag" in page.fields


@pytest.mark.parametrize("state", ["resolved", "closed"])
def test_what_was_fixed_cannot_be_sent_all_the_same(desk: Any, state: str) -> None:
    page = desk.get(MODIFY)
    with desk.running.app.app_context(), desk.running.host.database.connection_context():
        desk.running.host.database.execute_sql(f"UPDATE ticket SET status = '{state}'")  # noqa: S608
    sent = desk.submit(page, title="Stolen", caller_id="2", status="new", ref="R-9")
    # The form knows the new state: these have no field in it any more.
    assert sent.status == 409
    stored = desk.stored("UserRequest", 1)
    assert (stored["title"], stored["caller_id"], stored["status"]) == ("First", 1, state)


def test_a_state_that_changes_while_a_form_is_saved_counts(desk: Any) -> None:
    from cti_tickets.store import objects
    from cti_tickets.store.state_rules import editing
    from cti_tickets.store.values import InvalidValues

    ticket = assigned(desk)
    cls = schema()["UserRequest"]
    with desk.running.app.app_context(), desk.running.host.database.connection_context():
        with pytest.raises(InvalidValues) as refused:
            objects.update(
                "UserRequest",
                ticket,
                {"team_id": "", "status": "closed", "title": "Fine"},
                author=None,
                rules=editing(cls),
            )
        assert set(refused.value.errors) == {"team_id", "status"}
    assert desk.stored("UserRequest", ticket)["title"] == "Next"


def test_a_closed_ticket_takes_no_log_entry(desk: Any) -> None:
    ticket = desk.add(
        "Incident", title="T", description="D", org_id=1, caller_id=1, status="closed"
    )
    page = desk.get(f"/objects/Incident/{ticket}/modify")
    assert not {"public_log", "private_log", "title"} & set(page.fields)
    assert "Nothing can be changed in this state." in page.text
    desk.post(page.url, {"csrf_token": page.fields["csrf_token"], "public_log": "Added later"})
    assert "Added later" not in desk.get(f"/objects/Incident/{ticket}").text


def test_what_a_state_demands_must_be_there_to_save(desk: Any) -> None:
    refused = desk.save(MODIFY, caller_id="")
    assert refused.status == 400
    assert "Caller: Is required" in refused.text.replace(" :", ":")
    assert desk.stored("UserRequest", 1)["caller_id"] == 1


# Creation forms

# What is rare stands last, folded.
CREATION = {
    "UserRequest": "org_id caller_id origin title description service_id servicesubcategory_id"
    " impact urgency public_log private_log parent_request_id parent_incident_id parent_problem_id"
    " parent_change_id",
    "Incident": "org_id caller_id origin title description service_id servicesubcategory_id"
    " impact urgency public_log private_log parent_incident_id parent_problem_id parent_change_id",
    "Problem": "org_id caller_id product title description service_id servicesubcategory_id"
    " impact urgency related_change_id private_log",
    "NormalChange": "org_id title description caller_id private_log parent_id",
    "RoutineChange": "org_id title description caller_id private_log parent_id",
    "EmergencyChange": "org_id title description caller_id private_log parent_id",
}


@pytest.mark.parametrize("class_name", CREATION)
def test_a_creation_form_asks_for_these_in_this_order(site: Any, class_name: str) -> None:
    page = site.get(f"/objects/new/{class_name}")
    hidden = ("csrf_token", "next", "creation_key", "new:org_id")  # the last one is folded
    asked = [name for name in page.fields if name not in hidden]
    assert asked == CREATION[class_name].split()
    required = {
        name for name in asked if page.form.controls[name].get("aria-required") == "true"
    } - {"impact", "urgency"}
    expected = {"org_id", "caller_id", "title", "description"}
    assert required == expected - ({"caller_id"} if class_name == "Problem" else set())


def test_a_creation_form_shows_what_will_be(site: Any) -> None:
    page = site.get("/objects/new/UserRequest")
    for text in ("Status New", "Request type Service request", "Priority Low"):
        assert text in page.text
    # What is fixed and empty says nothing to somebody who fills in a form.
    assert "TTO deadline" not in page.text
