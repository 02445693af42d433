"""The forms that create and change objects."""

from __future__ import annotations

import re
import string
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from cti_oql.schema import Kind
from cti_tickets.model.data_model import schema
from flask_wtf import FlaskForm
from hypothesis import given, settings
from hypothesis import strategies as st

CONCRETE = [cls.name for cls in schema() if not cls.abstract]
TICKETS = schema().concrete("Ticket")
HOSTILE = '<script>alert(1)</script> & "it\'s" {{ 7*7 }} %(x)s'

# What a minimal object of each class needs besides the defaults of its form.
NEEDED = {
    "Organization": {"name": "New Ltd"},
    "Location": {"name": "Paris", "org_id": "1"},
    "Person": {"name": "Byron", "first_name": "Ada", "org_id": "1"},
    "Team": {"name": "Engines", "org_id": "1"},
    "lnkPersonToTeam": {"person_id": "1", "team_id": "2"},
    "lnkContactToTicket": {"ticket_id": "1", "contact_id": "1"},
    "DeliveryModel": {"name": "Gold"},
    "ContactType": {"name": "Manager"},
    "ServiceFamily": {"name": "Office"},
    "Service": {"name": "Mail", "org_id": "1"},
    "ServiceSubcategory": {"name": "New box", "service_id": "1"},
    "PhoneCall": {"ticket_id": "1", "agent_id": "1", "flow": "inbound"},
    **{
        name: {"title": "T", "description": "D", "org_id": "1", "caller_id": "1"}
        for name in TICKETS
    },
}


@pytest.fixture
def people(site: Any) -> Any:
    """A site with a person, a team and a ticket."""
    site.add("Person", first_name="Ada", name="Lovelace", org_id=1, phone="0987654321")
    site.add("Team", name="Service desk", org_id=1)
    site.add("Service", name="Telephony", org_id=1)
    site.add("UserRequest", title="First", description="x", org_id=1, caller_id=1)
    return site


def crowd(site: Any, count: int = 70) -> None:
    """So many organizations that a form has a box for them, not a list."""
    for number in range(count):
        site.add("Organization", name=f"Crowd {number:02}")


# Creation


def test_no_attribute_is_called_like_a_part_of_a_form() -> None:
    codes = {code for cls in schema() for code in cls.attributes}
    assert not codes & {
        *dir(FlaskForm),
        "csrf_token",
        "creation_key",
        "version",
        "next",
        "class_name",
    }


@pytest.mark.parametrize("class_name", CONCRETE)
def test_an_object_of_each_class_can_be_created_and_seen(people: Any, class_name: str) -> None:
    before = people.count(class_name)
    page = people.save(f"/objects/new/{class_name}", **NEEDED[class_name])
    assert page.status == 303, page.text
    # A ticket that came by phone has a phone call, but that is another table.
    assert people.count(class_name) == before + 1
    seen = people.get(page.location)
    assert seen.status == 200
    assert "created." in seen.text
    assert people.get(page.location + "/modify").status == 200


def test_the_databases_create_and_change_the_same(make_site: Any, database_url: str) -> None:
    site = make_site(database=database_url)
    site.add("Organization", name="Analytical Ltd")
    site.add("Person", first_name="Ada", name="Lovelace", org_id=1)
    values = {"title": "É", "description": "x", "org_id": "1", "caller_id": "1"}
    created = site.save("/objects/new/Incident", **values)
    assert created.location == "/objects/Incident/1"
    changed = site.save("/objects/Incident/1/modify", urgency="1", private_log="Done")
    assert changed.status == 303, changed.text
    page = site.get("/objects/Incident/1")
    assert "I-000001" in page.text
    assert "Critical" in page.text
    assert "Done" in page.text
    assert site.save("/objects/Incident/1/modify").status == 303


@pytest.mark.parametrize("class_name", CONCRETE)
def test_what_is_mandatory_is_asked_for(people: Any, class_name: str) -> None:
    before = people.count(class_name)
    page = people.get(f"/objects/new/{class_name}")
    keys = {name: page.fields[name] for name in ("csrf_token", "creation_key")}
    sent = people.post(page.form.action, keys)
    assert sent.status == 400
    assert people.count(class_name) == before
    problems = re.search(r"Please correct this:(.*?)Save", sent.text)
    assert problems
    asked = set(NEEDED[class_name])
    # Who asks for help with a problem may be nobody in particular.
    asked -= {"caller_id"} if class_name == "Problem" else set()
    for code in asked:
        label = str(schema()[class_name].attributes[code].label)
        assert f"{label} : Is required" in sent.text.replace(":", " :").replace("  ", " ")


def test_a_mandatory_choice_without_a_default_is_not_made_for_the_agent(people: Any) -> None:
    page = people.get("/objects/new/PhoneCall")
    assert page.fields["flow"] == ""


@pytest.mark.parametrize(
    ("code", "value", "message"),
    [
        ("name", "x" * 256, "too long: at most 255 characters"),
        ("email", "nobody", "not an e-mail address"),
        ("status", "dead", "must be one of: active, inactive"),
        ("org_id", "99", "no Organization with the id 99"),
        ("org_id", "nonsense", "must be the id of an object"),
        ("manager_id", "2", "no Person with the id 2"),
        ("function", "a\x07b", "characters that are not text"),
    ],
)
def test_a_wrong_value_is_refused_and_stays_in_its_field(
    people: Any, code: str, value: str, message: str
) -> None:
    typed = {"name": "Byron", "first_name": "Ada", "org_id": "1", code: value}
    page = people.save("/objects/new/Person", **typed)
    assert page.status == 400
    assert message.lower() in page.text.lower()
    assert {name: page.fields[name] for name in typed} == typed
    assert people.count("Person") == 2  # the team shares the table


def test_everything_that_is_wrong_is_told_at_once(people: Any) -> None:
    crowd(people)
    page = people.save("/objects/new/UserRequest", org_id="Nowhere", title="x" * 300)
    assert page.status == 400
    assert "Nothing is called “Nowhere”." in page.text
    assert "Is too long: at most 255 characters" in page.text
    assert "Is required" in page.text
    assert page.fields["org_id"] == "Nowhere"


@pytest.mark.parametrize(
    "value",
    [
        "tomorrow",
        "2026-02-30T10:00",
        "0001-01-01T00:00",
        "99999-01-01T00:00",
        "9999-12-31T23:59",
    ],
)
def test_a_moment_that_is_none_is_refused_or_kept_without_a_crash(people: Any, value: str) -> None:
    page = people.save("/objects/UserRequest/1/modify", end_date=value)
    assert page.status in (303, 400)
    if page.status == 400:
        assert page.fields["end_date"] == value
        assert "must be a moment such as" in page.text.lower()
    assert people.get("/objects/UserRequest/1").status == 200
    assert people.get("/objects/UserRequest/1/modify").status == 200


def test_a_bad_day_is_refused(people: Any) -> None:
    page = people.save("/objects/new/PhoneCall", **NEEDED["PhoneCall"], date="2026-13-01")
    assert page.status == 400
    assert "ust be a date such as 2026-01-31" in page.text
    assert page.fields["date"] == "2026-13-01"


def test_messages_are_french_for_french_agents(people: Any) -> None:
    page = people.get("/objects/new/Person", Accept_Language="fr")
    assert "Nom de famille" in page.text
    values = {**page.fields, "name": "", "first_name": "Ada", "org_id": "1"}
    sent = people.post(page.form.action, values, Accept_Language="fr")
    assert sent.status == 400
    assert "Rien n'a encore été enregistré" in sent.text
    assert "Error" not in sent.text


# Texts


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"), max_size=60
)
LINE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
    | st.sampled_from(string.punctuation),
    max_size=60,
)


# What is chosen, not typed.
_CHOSEN = (Kind.ENUM, Kind.KEY, Kind.BOOLEAN)


@settings(
    max_examples=40,
    deadline=None,
)
@given(data=st.data())
@pytest.mark.parametrize("class_name", ["UserRequest", "Person"])
def test_whatever_was_typed_survives_a_failing_submit(
    site: Any, class_name: str, data: st.DataObject
) -> None:
    attributes = schema()[class_name].attributes
    page = site.get(f"/objects/new/{class_name}")
    typed = {
        code: data.draw(
            TEXT if attributes[code].kind in (Kind.TEXT, Kind.LOG) else LINE, label=code
        )
        for code in page.fields
        if code in attributes and attributes[code].kind not in _CHOSEN
    }
    # Without its organization nothing of these two classes is stored.
    again = site.submit(page, **typed, org_id="")
    assert again.status == 400
    assert {code: again.fields[code] for code in typed} == typed


@pytest.mark.parametrize(
    "path",
    ["/objects/UserRequest/1", "/objects/UserRequest/1/modify", "/pop?phone=0987654321"],
)
def test_hostile_texts_are_only_text(people: Any, path: str) -> None:
    people.save(
        "/objects/UserRequest/1/modify", title=HOSTILE, description=HOSTILE, public_log=HOSTILE
    )
    people.save("/objects/Person/1/modify", name=HOSTILE, function=HOSTILE)
    page = people.get(path)
    assert page.status == 200
    assert "<script>alert" not in page.html
    assert HOSTILE in page.text or page.fields["title"] == HOSTILE


def test_a_hostile_preset_is_only_text(site: Any) -> None:
    page = site.get(f"/objects/new/UserRequest?title={quote(HOSTILE)}&origin={quote(HOSTILE)}")
    assert page.fields["title"] == HOSTILE
    assert page.fields["origin"] == HOSTILE
    assert "<script>alert" not in page.html
    sent = site.submit(page)
    assert sent.status == 400
    assert "must be one of" in sent.text.lower()


# References


def test_few_objects_are_a_list_in_order_and_namesakes_are_told_apart(site: Any) -> None:
    for name in ("Zeta", "été", "Zeta", "alpha"):
        site.add("Organization", name=name)
    offered = site.get("/objects/new/UserRequest").form.options["org_id"]
    assert [*offered.values()] == ["–", "alpha", "Analytical Ltd", "été", "Zeta #2", "Zeta #4"]
    assert [*offered] == ["", "5", "1", "3", "2", "4"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Crowd 07 #9", 9),
        ("anything at all #9", 9),
        ("#9", 9),
        ("9", 9),
        ("Crowd 07", 9),
        ("  crowd   07 ", 9),
        ("ANALYTICAL", 1),
        ("eléctricité", 72),
        ("Zeta", 74),
    ],
)
def test_many_objects_are_a_box_for_a_name_or_a_number(site: Any, typed: str, stored: int) -> None:
    crowd(site)
    for name in ("Électricité", "Zeta France", "Zeta"):
        site.add("Organization", name=name)
    site.add("Person", first_name="Ada", name="Lovelace", org_id=stored)
    page = site.get("/objects/new/UserRequest")
    assert "org_id" not in page.form.options
    assert page.form.controls["org_id"]["data-options"] == (
        "/api/v1/objects/Organization/suggestions"
    )
    saved = site.submit(page, org_id=typed, title="T", description="D", caller_id="1")
    assert saved.status == 303, saved.text
    assert site.rows("UserRequest")[0]["org_id"] == stored


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Nobody", "Nothing is called “Nobody”."),
        ("Crowd", "Several are called “Crowd”"),
        ("Twin", "Several are called “Twin”"),
        ("Crowd %", "Nothing is called"),
        ("_rowd", "Nothing is called"),
        ("#999", "There is no Organization with the id 999"),
        ("#2000000000", "There is no Organization with the id 2000000000"),
        ("#9999999999", "There is no such object"),
        ("a\x00b", "Nothing is called"),
        ("word " * 5000, "Nothing is called"),
    ],
)
def test_a_name_that_does_not_say_who_is_refused_and_stays(
    site: Any, typed: str, says: str
) -> None:
    crowd(site)
    for _number in range(2):
        site.add("Organization", name="Twin")
    page = site.save("/objects/new/UserRequest", org_id=typed, title="T", description="D")
    assert page.status == 400
    assert says in page.text
    assert page.fields["title"] == "T"
    if "\x00" not in typed:
        assert page.fields["org_id"] == typed
    if typed == "Twin":
        assert "Twin #72" in page.text
        assert "Twin #73" in page.text


def test_a_reference_is_shown_with_its_number_and_saved_unchanged(site: Any) -> None:
    crowd(site)
    site.add("Person", first_name="Ada", name="Lovelace", org_id=9)
    site.add("UserRequest", title="T", description="D", org_id=9, caller_id=1)
    page = site.get("/objects/UserRequest/1/modify")
    assert page.fields["org_id"] == "Crowd 07 #9"
    before = site.stored("UserRequest", 1)
    assert site.submit(page).status == 303
    assert site.stored("UserRequest", 1) == before


def suggested(site: Any, class_name: str, text: str) -> list[str]:
    """What the script of a form offers for what is typed."""
    address = f"/api/v1/objects/{class_name}/suggestions"
    answer = site.browser.get(address, query_string={"q": text})
    assert answer.status_code == 200
    return [f"{one['friendlyname']} #{one['id']}" for one in answer.get_json()["items"]]


def test_the_databases_find_the_same_names(make_site: Any, database_url: str) -> None:
    site = make_site(database=database_url)
    for name in ("Électricité de Paris", "Parisienne d'eau", "100% Paris_x", "Île-de-France"):
        site.add("Organization", name=name)

    def offered(text: str) -> list[str]:
        return suggested(site, "Organization", text)

    assert offered("paris") == [
        "100% Paris_x #3", "Parisienne d'eau #2", "Électricité de Paris #1",
    ]  # fmt: skip
    assert offered("electr") == ["Électricité de Paris #1"]
    assert offered("PARIS ÉLECTR") == ["Électricité de Paris #1"]
    assert offered("ile") == ["Île-de-France #4"]
    assert offered("100% p") == ["100% Paris_x #3"]
    assert offered("arisienne") == []
    for pattern in ("%", "_", "!", "p_ris", "%aris", "\x00", "paris\x00", "x " * 100):
        assert offered(pattern) == []
    assert len(offered("")) == 4


@pytest.mark.parametrize("class_name", [cls.name for cls in schema()])
def test_objects_of_each_class_can_be_looked_for(people: Any, class_name: str) -> None:
    for text in ("", "a", "R-000001"):
        assert isinstance(suggested(people, class_name, text), list)


def test_people_are_looked_for_by_both_names_and_never_among_teams(people: Any) -> None:
    assert suggested(people, "Person", "lovel ad") == ["Ada Lovelace #1"]
    assert suggested(people, "Person", "service") == []
    assert suggested(people, "Contact", "service") == ["Service desk #2"]


# Times


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (datetime(2026, 1, 15, 12, 30), "2026-01-15T13:30"),
        (datetime(2026, 7, 15, 22, 30), "2026-07-16T00:30"),
    ],
)
def test_a_moment_is_shown_and_typed_in_the_sites_time_zone(
    people: Any, stored: datetime, shown: str
) -> None:
    assert people.save("/objects/UserRequest/1/modify", end_date=shown).status == 303
    assert people.stored("UserRequest", 1)["end_date"] == stored
    assert people.get("/objects/UserRequest/1/modify").fields["end_date"] == shown


def test_an_agent_elsewhere_chooses_their_own_time_zone(people: Any) -> None:
    form = "/objects/UserRequest/1/modify"
    wrong = people.submit(people.get("/timezone"), timezone="Mars/<Olympus>")
    assert wrong.status == 400
    assert "There is no such time zone." in wrong.text
    assert wrong.fields["timezone"] == "Mars/<Olympus>"
    assert people.submit(people.get("/timezone"), timezone="America/New_York").status == 302
    assert people.save(form, end_date="2026-07-15T18:30").status == 303
    assert people.stored("UserRequest", 1)["end_date"] == datetime(2026, 7, 15, 22, 30)
    assert re.search(r"\b(6|18):30\b", people.get("/objects/UserRequest/1").text)
    # The days of a list are theirs as well.
    assert "Found: 1" in people.get("/objects/UserRequest?end_date_until=2026-07-15").text
    assert people.submit(people.get("/timezone"), timezone="").status == 302
    assert people.get(form).fields["end_date"] == "2026-07-16T00:30"
    assert "Found: 0" in people.get("/objects/UserRequest?end_date_until=2026-07-15").text


@pytest.mark.parametrize(
    "moment", ["2026-10-25 00:30:00", "2026-10-25 01:30:00", "2026-03-29 01:30:00"]
)
def test_saving_keeps_moments_that_the_clock_shows_twice(people: Any, moment: str) -> None:
    ticket = people.add("Problem", title="T", description="D", org_id=1, end_date=moment)
    saved = people.save(f"/objects/Problem/{ticket}/modify", title="Another")
    assert saved.status == 303
    assert str(people.stored("Problem", ticket)["end_date"]) == moment


@pytest.mark.parametrize("class_name", CONCRETE)
def test_saving_without_a_change_changes_nothing(people: Any, class_name: str) -> None:
    object_id = people.add(class_name, **NEEDED[class_name])
    if class_name in TICKETS:
        with people.running.app.app_context(), people.running.host.database.connection_context():
            people.running.host.database.execute_sql(
                "UPDATE ticket SET last_update = '2026-01-01 10:00:17', "
                "start_date = '2026-01-01 10:00:17', description = 'a\nb'"
            )
    before = people.stored(class_name, object_id)
    assert people.save(f"/objects/{class_name}/{object_id}/modify").status == 303
    assert people.stored(class_name, object_id) == before


# Changes


def test_a_log_entry_is_added_with_its_author(people: Any) -> None:
    people.save("/objects/UserRequest/1/modify", public_log="First\nline")
    people.save("/objects/UserRequest/1/modify", public_log="Second")
    entries = people.get("/objects/UserRequest/1").text
    assert entries.index("Second") < entries.index("First line")
    assert entries.count("Test Agent ·") == 2
    assert people.get("/objects/UserRequest/1/modify").fields["public_log"] == ""


@pytest.mark.parametrize("path", ["/objects/UserRequest/1", "/objects/Person/1"])
def test_a_change_by_somebody_else_is_noticed_also_within_a_second(people: Any, path: str) -> None:
    code, label = ("title", "Title") if "Request" in path else ("function", "Function")
    mine = people.get(f"{path}/modify")
    assert people.save(f"{path}/modify", **{code: "Theirs"}).status == 303
    refused = people.submit(mine, **{code: "Mine"})
    assert refused.status == 409
    assert "Somebody else changed this in the meantime." in refused.text
    assert f"{label} – Theirs Test Agent (test)," in refused.text or "First Theirs" in refused.text
    assert "Stored now: “Theirs”, by Test Agent (test)" in refused.text
    assert refused.fields[code] == "Mine"
    class_name = path.split("/")[2]
    assert people.stored(class_name, 1)[code] == "Theirs"
    assert people.submit(refused).status == 303
    assert people.stored(class_name, 1)[code] == "Mine"


def test_a_change_to_an_object_that_is_gone_is_404(people: Any) -> None:
    assert people.get("/objects/UserRequest/77/modify").status == 404
    assert people.post("/objects/UserRequest/77/modify", {}).status == 404


# Requests that are not meant


@pytest.mark.parametrize("token", ["", "wrong", None])
@pytest.mark.parametrize("path", ["/objects/new/UserRequest", "/objects/UserRequest/1/modify"])
def test_without_a_valid_token_nothing_is_stored_and_nothing_is_lost(
    people: Any, path: str, token: str | None
) -> None:
    page = people.get(path)
    values = {**page.fields, "title": "Typed for an hour", "description": "Long\nstory"}
    values.pop("csrf_token")
    if token is not None:
        values["csrf_token"] = token
    sent = people.post(path, values)
    assert sent.status == 400
    assert "This page was open for too long. Please save again." in sent.text
    assert sent.fields["title"] == "Typed for an hour"
    assert sent.fields["description"] == "Long\nstory"
    assert [row["title"] for row in people.rows("UserRequest")] == ["First"]
    assert people.submit(sent, org_id="1", caller_id="1").status == 303


def test_a_password_that_the_browser_keeps_is_no_proof_that_a_form_was_meant(people: Any) -> None:
    values = {"title": "T", "description": "D", "org_id": "1"}
    sent = people.post("/objects/new/UserRequest", values, Authorization="Basic YTpi")
    assert sent.status == 400
    assert people.count("UserRequest") == 1


def test_a_form_without_its_one_time_key_is_refused_and_saves_with_one_more_click(
    people: Any,
) -> None:
    form = people.get("/objects/new/UserRequest")
    typed = {**form.fields, "title": "Typed", "org_id": "1", "caller_id": "1", "description": "D"}
    for key in ({}, {"creation_key": ""}, {"creation_key": " "}):
        without = {name: text for name, text in typed.items() if name != "creation_key"}
        page = people.post(form.form.action, {**without, **key})
        assert page.status == 400
        assert "came without its one-time key" in page.text
        assert (page.fields["title"], page.fields["caller_id"]) == ("Typed", "1")
    assert people.count("UserRequest") == 1
    saved = people.submit(page)
    assert saved.status == 303
    assert people.submit(page).location == saved.location
    assert people.count("UserRequest") == 2


def test_a_program_needs_the_key_too(people: Any) -> None:
    values = {"title": "T", "description": "D", "org_id": "1", "caller_id": "1"}
    sent = people.post("/objects/new/UserRequest", values, Authorization="Bearer abc")
    assert (sent.status, people.count("UserRequest")) == (400, 1)


def test_a_program_with_a_token_needs_no_other_proof(people: Any) -> None:
    path = "/objects/UserRequest/1"
    values = {"title": "T", "description": "D", "org_id": "1", "impact": "1", "urgency": "1"}
    values["caller_id"] = "1"
    keyed = {**values, "creation_key": "script-4711"}
    sent = people.post("/objects/new/UserRequest", keyed, Authorization="Bearer abc")
    assert sent.status == 303
    change = {"title": "Only this", "version": people.get(f"{path}/modify").fields["version"]}
    assert people.post(f"{path}/modify", change, Authorization="Bearer abc").status == 303
    stored = people.stored("UserRequest", 1)
    assert (stored["title"], stored["description"], stored["caller_id"]) == ("Only this", "x", 1)


# The way back


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_the_way_back_stays_on_this_host(people: Any, elsewhere: str) -> None:
    for path in ("/objects/new/Team", "/objects/Person/1/modify"):
        page = people.get(f"{path}?next={quote(elsewhere)}")
        assert "evil" not in page.links["Cancel"]
        sent = people.submit(page, next=elsewhere, name="N", org_id="1")
        assert sent.status == 303
        assert "evil" not in sent.location
        assert sent.location.startswith("/objects/")


def test_a_new_person_is_chosen_on_the_panel_that_comes_back(people: Any) -> None:
    back = "/pop?phone=%2B33987654321&selected_caller=unknown"
    page = people.get(f"/objects/new/Person?phone=%2B33987654321&next={quote(back)}")
    assert page.links["Cancel"] == back
    failed = people.submit(page, name="")
    sent = people.submit(failed, name="Byron", first_name="Annabella", org_id="1")
    assert sent.location == "/pop?phone=%2B33987654321&selected_caller=tickets:Person:4" or (
        sent.location == "/pop?phone=%2B33987654321&selected_caller=tickets:Person:3"
    )
    panel = people.get(sent.location)
    assert panel.status == 200
    assert "Annabella Byron" in panel.text


def test_a_new_ticket_is_shown_with_a_link_back_to_the_call(people: Any) -> None:
    back = "/pop?phone=0987654321&selected_caller=1"
    page = people.get(f"/objects/new/Incident?next={quote(back)}")
    sent = people.submit(page, title="T", description="D", org_id="1", caller_id="1")
    seen = people.get(sent.location)
    assert "/objects/Incident/2" in sent.location
    assert seen.links["Back to the call"] == back


# Phone calls and events

EVENTS = '''
from pathlib import Path

from cti_host import hookimpl

class Plugin:
    """Writes down what happens."""

    @hookimpl(strangers=True)
    def ticket_created(self, ticket, caller, agent):
        name = caller.display if caller else "nobody"
        with Path(__file__).with_name("events.txt").open("a") as file:
            line = f"{ticket.class_name} {ticket.ref} {ticket.title} by {name}, {agent}"
            print(line, file=file)
'''


def test_a_new_ticket_is_announced_with_its_caller(make_site: Any) -> None:
    site = make_site(plugins=["phone_reformat", "tickets", "events"], sources={"events": EVENTS})
    site.add("Organization", name="Analytical Ltd")
    site.add("Person", first_name="Ada", name="Lovelace", org_id=1)
    for name, caller in (("UserRequest", "1"), ("Problem", "")):
        site.save(f"/objects/new/{name}", title="T", description="D", org_id="1", caller_id=caller)
    site.save("/objects/new/Team", name="N", org_id="1")
    written = (site.running.config_file.parent / "plugins.d" / "events.txt").read_text()
    assert written.splitlines() == [
        "UserRequest R-000001 T by Ada Lovelace, Analytical Ltd, Test Agent",
        "Problem P-000002 T by nobody, Test Agent",
    ]


@pytest.mark.parametrize(("origin", "calls"), [("phone", 1), ("mail", 0)])
def test_a_ticket_that_came_by_phone_has_its_inbound_call(
    people: Any, origin: str, calls: int
) -> None:
    agent = people.add("Person", first_name="T", name="A", org_id=1, email="test@cti.example")
    site_zone = ZoneInfo("Europe/Paris")
    begun = datetime.now(site_zone).date()
    sent = people.save(
        "/objects/new/UserRequest",
        title="T", description="D", org_id="1", caller_id="1", origin=origin,
    )  # fmt: skip
    found = people.rows("PhoneCall")
    assert len(found) == calls
    if calls:
        (call,) = found
        assert (call["contact_id"], call["ticket_id"], call["flow"]) == (1, 2, "inbound")
        assert call["date"] in (begun, datetime.now(site_zone).date())
        assert "The ticket was created during this call." in call["note"]
        assert call["agent_id"] == agent
        assert "Ada Lovelace" in people.get(f"{sent.location}?tab=calls").text


def test_an_agent_who_may_create_no_phone_calls_leaves_none(make_site: Any) -> None:
    settings = '[rights."Problem Manager".Incident]\ncreate = true\n'
    site = make_site(settings, profiles=["Problem Manager"])
    site.add("Organization", name="Analytical Ltd")
    site.add("Person", first_name="Ada", name="Lovelace", org_id=1)
    values = {"title": "T", "description": "D", "org_id": "1", "caller_id": "1"}
    sent = site.save("/objects/new/Incident", **values)
    assert sent.status == 303
    assert site.count("PhoneCall") == 0
