"""The page of a ticket as an agent works with it, and what is refused there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from cti_tickets.model.data_model import schema
from cti_tickets.store import objects
from cti_tickets.store.state_rules import editing
from cti_tickets.store.values import InvalidValues

AGENTS = """
from cti_host import Agent, hookimpl

class Plugin:
    @hookimpl
    def identify_agent(self, request):
        name = request.headers.get("X-Agent", "ada")
        profiles = request.headers.get("X-Profiles", "Support Agent, Administrator").split(", ")
        return Agent(
            name, name.title(), email=f"{name}@example.org", profiles=frozenset(profiles)
        )
"""
# Persons; 5 is the team that provides the service, 6 another one.
ADA, BEN, CLIENT, STRANGER, DESK, OTHERS = 1, 2, 3, 4, 5, 6
PANEL = "/pop?phone=0987654321&selected_caller=tickets:Person:3"
TICKET = "/objects/UserRequest/1"
FOLDED = '<details class="cti-more'  # the fields that are rare


@pytest.fixture
def site(make_site: Any) -> Any:
    """Two agents of two teams, a customer, and a ticket of the customer; a header says who acts."""
    built = make_site(
        'timezone = "Europe/Paris"\n',
        plugins=["agents", "phone_reformat", "tickets"],
        sources={"agents": AGENTS},
    )
    for name in ("Provider", "Customer", "Elsewhere"):
        built.add("Organization", name=name)
    for name, org in (("Ada", 1), ("Ben", 1), ("Clara", 2), ("Stefan", 3)):
        email = f"{name.lower()}@example.org"
        built.add("Person", first_name=name, name="Byron", org_id=org, email=email)
    built.add("Team", name="Desk", org_id=1)
    built.add("Team", name="Others", org_id=3)
    for team, person in ((DESK, ADA), (DESK, BEN), (OTHERS, STRANGER)):
        built.add("lnkPersonToTeam", team_id=team, person_id=person)
    for name in ("Mail", "Phone"):
        built.add("Service", name=name, org_id=1)
        built.add("ServiceSubcategory", name=f"New {name}", service_id=1 if name == "Mail" else 2)
    built.add(
        "UserRequest",
        title="No sound",
        description="Since <today>",
        org_id=2,
        caller_id=CLIENT,
        service_id=1,
    )
    return built


def form_of(page: Any, ending: str) -> Any:
    return next(f for f in page.forms if f.action.endswith(ending))


def press(site: Any, page: Any, ending: str, /, who: str = "ada", **values: str) -> Any:
    """Press the button of a form on the page of a ticket."""
    form = form_of(page, ending)
    return site.post(form.action, {**form.fields, **values}, X_Agent=who)


def timeline(page: Any) -> str:
    """What happened, as the page tells it."""
    begin = page.text.index("What happened")
    return str(page.text[begin:])


# Replying


def test_an_entry_is_added_and_stands_first(site: Any) -> None:
    page = site.get(TICKET)
    assert "Since <today>" in page.text
    sent = press(site, page, "/reply", text="Called <back>\n\nTwice", log="public_log")
    assert (sent.status, sent.location) == (303, TICKET)
    again = press(site, site.get(TICKET), "/reply", text="Between us", log="private_log")
    assert again.status == 303
    told = timeline(site.get(TICKET))
    places = [told.index(text) for text in ("Between us", "Called <back> Twice", "Created")]
    assert places == sorted(places)
    assert 'class="cti-log cti-log-log cti-log-private"' in site.get(TICKET).html


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"text": " "}, "Please write something first."),
        ({"text": "Kept", "log": "title"}, "That is not possible in the present state."),
        ({"text": "Kept", "csrf_token": "old"}, "This page was open for too long."),
    ],
)
def test_what_cannot_be_added_is_kept(site: Any, values: dict[str, str], problem: str) -> None:
    refused = press(site, site.get(TICKET), "/reply", **values)
    assert refused.status == 400
    assert problem in refused.text
    assert form_of(refused, "/reply").fields["text"] == values["text"]
    assert timeline(site.get(TICKET)).count("log ·") == 0


def test_who_replies_second_is_told_and_keeps_the_text(site: Any) -> None:
    first, second = site.get(TICKET), site.get(TICKET)
    assert press(site, first, "/reply", text="Mine").status == 303
    told = press(site, second, "/reply", who="ben", text="Mine, too", log="private_log")
    assert told.status == 409
    assert "Somebody else changed this in the meantime" in told.text
    assert "Mine" in timeline(told)
    form = form_of(told, "/reply")
    assert form.fields["text"] == "Mine, too"
    assert press(site, told, "/reply", who="ben", log="private_log").status == 303
    assert "Mine, too" in timeline(site.get(TICKET))


def test_whoever_may_not_change_a_ticket_has_no_box(site: Any) -> None:
    page = site.get(TICKET, X_Profiles="Service Manager")
    assert not any(f.action.endswith("/reply") for f in page.forms)
    token = site.get(TICKET).forms[-1].fields["csrf_token"]
    values = {"csrf_token": token, "text": "No", "log": "public_log", "version": "x"}
    refused = site.post(f"{TICKET}/reply", values, X_Profiles="Service Manager")
    assert refused.status == 403


# Assigning


def test_a_ticket_is_taken_with_one_click(site: Any) -> None:
    page = site.get(TICKET)
    taken = press(site, page, "/assign")
    assert taken.status == 303
    stored = site.stored("UserRequest", 1)
    assert (stored["status"], stored["team_id"], stored["agent_id"]) == ("assigned", DESK, ADA)
    # Whoever has it needs no button; the other one takes it from them.
    after = site.get(TICKET)
    assert "Take" not in [*re.findall(r">\s*(Take)<", after.html)]
    assert press(site, site.get(TICKET, X_Agent="ben"), "/assign", who="ben").status == 303
    assert site.stored("UserRequest", 1)["agent_id"] == BEN


def assigning(site: Any, who: str = "ada", at: str = TICKET) -> Any:
    """The form that gives a ticket to somebody, opened on its page."""
    return site.get(site.get(at, X_Agent=who).links["Assign to …"], X_Agent=who)


def test_it_is_given_to_people_of_the_teams_that_provide_its_service(site: Any) -> None:
    page = assigning(site, "clara")
    offered = form_of(page, "/assign").options["to"]
    assert offered == {"": "–", f"{DESK}:{ADA}": "Ada Byron", f"{DESK}:{BEN}": "Ben Byron"}
    for wrong in (f"{OTHERS}:{STRANGER}", f"{DESK}:{STRANGER}", f"{OTHERS}:{ADA}", "x:y", ""):
        refused = press(site, page, "/assign", to=wrong)
        assert refused.status == 400
        assert "<title>Error: " in refused.html
        assert site.stored("UserRequest", 1)["status"] == "new"
    refused = press(site, page, "/assign", to=f"{DESK}:{STRANGER}")
    assert "Agent: is not in this team" in refused.text
    given = press(site, refused, "/assign", to=f"{DESK}:{BEN}")
    assert given.status == 303
    assert site.stored("UserRequest", 1)["agent_id"] == BEN


def test_who_has_a_ticket_is_not_offered_it_again(site: Any) -> None:
    """Not in another team either: a ticket is given to somebody else, or not at all."""
    site.add("lnkPersonToTeam", team_id=OTHERS, person_id=ADA)
    press(site, site.get(TICKET), "/assign")
    offered = form_of(assigning(site, "clara"), "/assign").options["to"]
    assert offered == {"": "–", f"{DESK}:{BEN}": "Ben Byron"}
    assert site.submit(site.get("/objects/lnkPersonToTeam/2/delete")).status == 303
    page = assigning(site, "clara")
    assert form_of(page, "/assign").options.get("to") is None
    assert "Nobody else is in a team that could get this ticket." in page.text


def test_who_has_a_ticket_may_have_it_in_another_team_where_that_is_a_change(site: Any) -> None:
    site.add("lnkPersonToTeam", team_id=OTHERS, person_id=ADA)
    problem = site.add("Problem", title="Old", description="…", org_id=2)
    at = f"/objects/Problem/{problem}"
    assert press(site, site.get(at), "/assign").status == 303
    offered = form_of(assigning(site, "clara", at), "/assign").options["to"]
    assert f"{DESK}:{ADA}" not in offered
    assert {f"{OTHERS}:{ADA}", f"{DESK}:{BEN}"} <= set(offered)
    given = press(site, assigning(site, "clara", at), "/assign", to=f"{OTHERS}:{ADA}")
    assert given.status == 303


def test_the_people_are_read_when_they_are_asked_for(site: Any) -> None:
    assert "Ben Byron" not in site.get(TICKET).text
    page = assigning(site)
    assert "Ben Byron" in page.text
    assert site.get(page.links["Cancel"]).links["Assign to …"]


def test_who_gives_it_away_second_is_told_and_keeps_the_choice(site: Any) -> None:
    """Also if the form was opened after the first one, on a page that is older."""
    old = site.get(TICKET)
    assert press(site, old, "/assign").status == 303
    form = site.get(old.links["Assign to …"])
    told = press(site, form, "/assign", to=f"{DESK}:{BEN}")
    assert told.status == 409
    assert "Somebody else changed this in the meantime" in told.text
    assert site.stored("UserRequest", 1)["agent_id"] == ADA
    assert form_of(told, "/assign").fields["to"] == f"{DESK}:{BEN}"
    # What happened stands on the page now: whoever still wants it presses once more.
    assert press(site, told, "/assign").status == 303
    assert site.stored("UserRequest", 1)["agent_id"] == BEN


def test_who_takes_second_is_told(site: Any) -> None:
    first, second = site.get(TICKET), site.get(TICKET, X_Agent="ben")
    assert press(site, first, "/assign").status == 303
    told = press(site, second, "/assign", who="ben")
    assert told.status == 409
    assert "Somebody else changed this in the meantime" in told.text
    assert site.stored("UserRequest", 1)["agent_id"] == ADA


def test_a_form_to_assign_that_was_open_for_too_long_keeps_the_choice(site: Any) -> None:
    page = assigning(site, "clara")
    refused = press(site, page, "/assign", who="clara", to=f"{DESK}:{BEN}", csrf_token="old")
    assert refused.status == 400
    assert "This page was open for too long." in refused.text
    assert form_of(refused, "/assign").fields["to"] == f"{DESK}:{BEN}"


def test_where_nobody_can_get_it_the_form_says_so(site: Any) -> None:
    for link in (1, 2, 3):
        at = f"/objects/lnkPersonToTeam/{link}/delete"
        assert site.submit(site.get(at)).status == 303
    page = assigning(site)
    assert "Nobody is in a team that could get this ticket." in page.text
    assert form_of(page, "/assign").options.get("to") is None


def test_of_too_many_people_those_of_its_team_are_offered(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti_tickets.pages.desk.assigning.MOST_PEOPLE", 1)
    page = assigning(site)
    assert "There are too many people for a list." in page.text
    assert page.links["Find somebody else by name"] == f"{TICKET}/stimulus/ev_assign"
    # Whoever is in a team can take it all the same.
    assert press(site, site.get(TICKET, X_Agent="ben"), "/assign", who="ben").status == 303
    page = assigning(site)
    assert {*form_of(page, "/assign").options["to"].values()} == {"–", "Ada Byron"}


def test_what_is_wrong_is_told_as_the_language_writes_it(site: Any) -> None:
    press(site, site.get(TICKET), "/assign")
    form = form_of(site.get(f"{TICKET}/assign"), "/assign")
    values = {**form.fields, "to": f"{DESK}:{ADA}"}
    told = site.post(form.action, values, X_Agent="ada", Accept_Language="fr")
    assert told.status == 400
    assert re.search("Agent[\u202f\xa0]: doit être changé", told.html)


def test_a_ticket_that_cannot_be_given_away_has_no_form(site: Any) -> None:
    assert site.get(f"{TICKET}/assign", X_Profiles="Service Manager").status == 403
    closed = site.add("UserRequest", title="Old", description="…", org_id=2, status="closed")
    at = f"/objects/UserRequest/{closed}"
    assert "Assign to …" not in site.get(at).links
    told = site.get(f"{at}/assign")
    assert (told.status, told.location) == (303, at)
    assert "That is not possible in the present state." in site.get(at).text


# What fits together


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        ({"caller_id": str(STRANGER)}, "caller_id", "Is not of this organization"),
        ({"org_id": "3"}, "org_id", "Caller: is not of this organization"),
        ({"servicesubcategory_id": "2"}, "servicesubcategory_id", "Is not part of this service"),
    ],
)
def test_what_does_not_fit_is_refused(
    site: Any, values: dict[str, str], code: str, message: str
) -> None:
    refused = site.save(f"{TICKET}/modify", title="Kept", **values)
    assert refused.status == 400
    assert f'id="{code}-error"' in refused.html
    assert message in refused.text
    assert refused.fields["title"] == "Kept"


def test_a_location_is_one_of_the_organization_or_of_its_tree(site: Any) -> None:
    part = site.add("Organization", name="Customer, Lyon", parent_id=2)
    places = {org: site.add("Location", name=f"Place <{org}>", org_id=org) for org in (2, 3, part)}
    form = f"/objects/Person/{CLIENT}/modify"
    refused = site.save(form, function="Kept & <b>", location_id=str(places[3]))
    assert refused.status == 400
    assert 'id="location_id-error"' in refused.html
    assert "Is not of this organization" in refused.text
    assert refused.fields["function"] == "Kept & <b>"
    for fits in (places[2], places[part]):
        assert site.save(form, location_id=str(fits)).status == 303
    # Somebody of a part may sit at the place of the whole.
    somebody = site.add("Person", first_name="Lou", name="Byron", org_id=part)
    assert site.save(f"/objects/Person/{somebody}/modify", location_id=str(places[2])).status == 303
    said = json.loads(site.get("/api/v1/objects/Person/following?org_id=2").html)
    assert {one["id"] for one in said["options"]["location_id"]} == {places[2], places[part]}


@pytest.mark.parametrize(
    ("fits", "wrong", "code"),
    [
        ({"requestor_id": CLIENT}, {"requestor_id": STRANGER}, "requestor_id"),
        (
            {"supervisor_group_id": DESK, "supervisor_id": ADA},
            {"supervisor_id": STRANGER},
            "supervisor_id",
        ),
        ({"manager_group_id": DESK, "manager_id": BEN}, {"manager_group_id": OTHERS},
         "manager_group_id"),
    ],
)  # fmt: skip
def test_the_people_of_a_change_fit_its_organization_and_groups(
    site: Any, fits: dict[str, int], wrong: dict[str, int], code: str
) -> None:
    change = site.add(
        "RoutineChange", title="Cable", description="…", org_id=2, caller_id=CLIENT, **fits
    )
    rules = editing(schema()["RoutineChange"])
    with (
        site.running.app.app_context(),
        site.running.host.database.connection_context(),
        pytest.raises(InvalidValues) as refused,
    ):
        objects.update("RoutineChange", change, wrong, author=None, rules=rules)
    assert {*refused.value.errors} == {code}


def test_a_caller_of_a_part_of_the_organization_fits(site: Any) -> None:
    part = site.add("Organization", name="Customer, Lyon", parent_id=2)
    caller = site.add("Person", first_name="Lou", name="Byron", org_id=part)
    assert site.save(f"{TICKET}/modify", caller_id=str(caller)).status == 303


def test_a_team_without_people_or_a_provider_without_teams_limits_nobody(site: Any) -> None:
    team = site.add("Team", name="Empty", org_id=1)
    way = f"{TICKET}/stimulus/ev_assign"
    assert site.save(way, team_id=str(team), agent_id=str(STRANGER)).status == 303


def test_what_follows_is_filled_in_where_nothing_was_chosen(site: Any) -> None:
    new = "/objects/new/UserRequest"
    values = {"title": "T", "description": "D", "caller_id": str(CLIENT), "org_id": ""}
    made = site.save(new, servicesubcategory_id="2", service_id="", **values)
    assert made.status == 303, made.text
    stored = site.stored("UserRequest", 2)
    assert (stored["org_id"], stored["service_id"]) == (2, 2)


def test_a_form_asks_what_follows(site: Any) -> None:
    form = site.get("/objects/new/UserRequest").html
    assert 'data-follows="/api/v1/objects/UserRequest/following"' in form
    assert 'data-keys="caller_id org_id servicesubcategory_id service_id team_id agent_id"' in form
    chosen = "caller_id=3&service_id=1&team_id=5&agent_id=1"
    told = site.browser.get(f"/api/v1/objects/UserRequest/following?{chosen}").get_json()

    def named(**names: str) -> list[dict[str, Any]]:
        return [{"id": int(id_[1:]), "friendlyname": name} for id_, name in names.items()]

    assert told == {
        "options": {
            "agent_id": named(_1="Ada Byron", _2="Ben Byron"),
            "caller_id": named(_3="Clara Byron"),
            "servicesubcategory_id": named(_1="New Mail"),
            "team_id": named(_5="Desk"),
        },
        "values": {"org_id": {"id": 2, "friendlyname": "Customer"}},
    }


def test_a_form_begins_with_what_is_missing_and_folds_what_is_rare(site: Any) -> None:
    form = site.get("/objects/new/UserRequest?caller_id=3&org_id=2")
    first = re.findall(r"<[^>]* autofocus[^>]*>", form.html)
    assert len(first) == 1
    assert 'name="title"' in first[0]
    folded = form.html.index(FOLDED)
    for code in ("parent_request_id", "parent_change_id"):
        assert form.html.index(f'name="{code}"') > folded
    refused = site.submit(form, parent_request_id="77", title="T", description="D")
    assert refused.status == 400
    # What was chosen there, or what is wrong there, is not hidden.
    assert refused.html.index('name="parent_request_id"') < refused.html.index(FOLDED)
    assert refused.html.index('name="parent_change_id"') > refused.html.index(FOLDED)
    preset = site.get("/objects/new/UserRequest?parent_request_id=1")
    assert preset.html.index('name="parent_request_id"') < preset.html.index(FOLDED)


# Phone calls, and the call that the page belongs to


def test_the_call_that_a_ticket_came_of_stands_above_its_beginning(site: Any) -> None:
    values = {"title": "Rings", "description": "…", "org_id": "2", "caller_id": str(CLIENT)}
    made = site.save("/objects/new/UserRequest", origin="phone", **values)
    assert made.status == 303
    text = site.get(made.location).text
    told = text[text.index("What happened") :]
    assert told.index("Phone call: Inbound") < told.index("Created · ")


def test_a_phone_call_is_noted_once(site: Any) -> None:
    page = site.get(TICKET)
    for _ in range(2):
        assert press(site, page, "/note-call", note="Asked again", flow="inbound").status == 303
    (call,) = site.rows("PhoneCall")
    assert (call["ticket_id"], call["contact_id"], call["agent_id"]) == (1, CLIENT, ADA)
    assert "Phone call: Inbound · Ada Byron" in timeline(site.get(TICKET))
    assert "Asked again" in timeline(site.get(TICKET))


def test_a_note_of_a_call_that_cannot_be_stored_is_kept(site: Any) -> None:
    page = site.get(TICKET)
    for wrong in ({"csrf_token": "old"}, {"creation_key": ""}):
        refused = press(site, page, "/note-call", note="Typed", **wrong)
        assert refused.status == 400
        assert form_of(refused, "/note-call").fields["note"] == "Typed"
    assert site.rows("PhoneCall") == []


def test_what_is_typed_beside_is_still_there(site: Any) -> None:
    """Without JavaScript each button sends all that is typed on the page."""
    text, note = "For the <log>\n\ntwice", "Rang at 9"
    typed = {"text": text, "log": "private_log", "note": note, "flow": "outbound"}
    noted = press(site, site.get(TICKET), "/note-call", **typed)
    assert noted.status == 200
    assert [call["note"] for call in site.rows("PhoneCall")] == [note]
    kept = form_of(noted, "/reply").fields
    assert (kept["text"], kept["note"]) == (text, "")
    assert re.search(r'value="private_log" checked', noted.html)
    replied = press(site, noted, "/reply", text=text, log="private_log", note="Then")
    kept = form_of(replied, "/reply").fields
    assert (kept["text"], kept["note"]) == ("", "Then")
    assert text.split()[0] in timeline(replied)
    taken = press(site, replied, "/assign", text="Later", note="Then")
    assert "Ada Byron" in taken.text
    kept = form_of(taken, "/reply").fields
    assert (kept["text"], kept["note"]) == ("Later", "Then")
    assert form_of(taken, "/note-call").fields["text"] == "Later"
    # Sent again, what was stored is not there twice.
    assert press(site, taken, "/note-call", text="", note="Then").status == 303
    assert len(site.rows("PhoneCall")) == 2


def test_what_is_typed_beside_stays_where_something_is_wrong(site: Any) -> None:
    first = site.get(TICKET)
    press(site, site.get(TICKET), "/assign")
    refused = press(site, first, "/assign", text="Typed", note="Noted")
    assert refused.status in (400, 409)
    kept = form_of(refused, "/reply").fields
    assert (kept["text"], kept["note"]) == ("Typed", "Noted")
    for ending in ("/reply", "/note-call"):
        old = press(site, first, ending, text="Typed", note="Noted", csrf_token="old")
        kept = form_of(old, ending).fields
        assert (kept["text"], kept["note"]) == ("Typed", "Noted")


def test_the_call_goes_along_through_every_page(site: Any) -> None:
    page = site.get(f"{TICKET}?next={PANEL.replace('&', '%26')}")
    assert "On the phone: Clara Byron · Back to the call" in page.text
    assert page.links["Back to the call"] == PANEL
    form = site.get(page.links["Modify"])
    assert form.links["Back to the call"] == PANEL
    back = site.get(form.links["Cancel"])
    assert back.links["Back to the call"] == PANEL
    saved = site.submit(form, title="Changed")
    assert site.get(saved.location).links["Back to the call"] == PANEL
    replied = press(site, site.get(saved.location), "/reply", text="Said")
    assert site.get(replied.location).links["Back to the call"] == PANEL
    asking = site.get(site.get(replied.location).links["Assign"])
    assert asking.links["Back to the call"] == PANEL
    choosing = site.get(site.get(replied.location).links["Assign to …"])
    assert choosing.links["Back to the call"] == PANEL
    done = press(site, choosing, "/assign", to=f"{DESK}:{BEN}")
    assert site.get(done.location).links["Back to the call"] == PANEL


@pytest.mark.parametrize("name", ["next", "from_call"])
@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/pop", "https://evil.example", "javascript:x"]
)
def test_the_way_back_leads_to_this_host(site: Any, name: str, elsewhere: str) -> None:
    assert "Back to the call" not in site.get(f"{TICKET}?{name}={elsewhere}").links
    form = site.get(f"{TICKET}/modify?{name}={elsewhere}")
    assert "Back to the call" not in form.links
    saved = site.submit(form, title="New", **{name: elsewhere})
    assert saved.location == TICKET


def test_who_is_on_the_phone_is_told_to_whoever_may_see_them(site: Any) -> None:
    for key in ("tickets:Person:999", "tickets:Nothing:1", "all", "unknown", "x:y:z", "::"):
        page = site.get(f"{TICKET}?from_call=/pop?phone=1%26selected_caller={key}")
        assert page.status == 200
        assert "On the phone:" not in page.text


def test_the_link_for_a_message_is_whole(site: Any) -> None:
    html = site.get(TICKET).html
    assert f'value="R-000001 No sound http://localhost{TICKET}"' in html
