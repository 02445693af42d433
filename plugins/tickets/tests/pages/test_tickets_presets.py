"""What a form is filled in with when it is opened from a call."""

from __future__ import annotations

from typing import Any

import pytest

ORG_OF_CALLER = (
    "SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id WHERE p.id = :selected_caller"
)
PRESETS = f"""
timezone = "Europe/Paris"

[direct_creation.UserRequest]
enabled = false
[direct_creation.UserRequest.preset]
caller_id = ":selected_caller"
title = "Direct"

[indirect_creation.UserRequest]
enabled = true
[indirect_creation.UserRequest.preset]
org_id = "{ORG_OF_CALLER}"
caller_id = ":selected_caller"
origin = "chat"
urgency = "2"
title = "Call from $phone$ (cost: $5$)"
status = "assigned"
team_id = "1"
end_date = "2026-03-02 08:30:00"
public_log = "Call from customer dated $datetime$"

[indirect_creation.Change]
enabled = true
[indirect_creation.Change.preset]
caller_id = ":selected_caller"
origin = "phone"
title = "Change & <b>bold</b>"

[indirect_creation.Person]
enabled = true
[indirect_creation.Person.preset]
phone = ":phone"
"""


@pytest.fixture
def site(make_site: Any) -> Any:
    return fill(make_site(PRESETS))


def fill(site: Any) -> Any:
    site.add("Organization", name="Other")
    site.add("Organization", name="Analytical Ltd")
    for name in ("Ada", "Bea"):
        site.add("Person", first_name=name, name="Byron", org_id=2, phone="0987654321")
    site.add("Person", first_name="Cleo", name="Solo", org_id=2, phone="0612345678")
    return site


def opened(site: Any, class_name: str, query: str) -> Any:
    """The form behind the button of a class."""
    page = site.get(f"/create/{class_name}?{query}")
    assert page.status == 302, page.text
    return site.get(page.location)


def test_the_databases_preset_the_same(make_site: Any, database_url: str) -> None:
    site = fill(make_site(PRESETS, database=database_url))
    fields = opened(site, "UserRequest", "phone=0612345678").fields
    assert (fields["org_id"], fields["caller_id"]) == ("2", "3")


def test_a_form_is_filled_in_for_the_caller(site: Any) -> None:
    fields = opened(site, "UserRequest", "phone=0612345678").fields
    assert (fields["org_id"], fields["caller_id"]) == ("2", "3")
    assert (fields["origin"], fields["urgency"]) == ("chat", "2")
    assert fields["title"] == "Call from +33612345678 (cost: $5$)"
    assert fields["impact"] == "1"


def test_a_datetime_is_the_moment_of_the_call_in_the_agents_way(site: Any) -> None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    before = datetime.now(ZoneInfo("Europe/Paris"))
    log = opened(site, "UserRequest", "phone=0612345678").fields["public_log"]
    after = datetime.now(ZoneInfo("Europe/Paris"))
    assert "$" not in log
    assert log.startswith("Call from customer dated ")
    assert any(f"{moment:%H:%M}" in log or f"{moment:%-I:%M}" in log for moment in (before, after))


def test_what_the_form_does_not_ask_for_is_shown_when_it_is_preset(site: Any) -> None:
    page = opened(site, "UserRequest", "phone=0612345678")
    assert page.fields["end_date"] == "2026-03-02T09:30"
    saved = site.submit(page, description="x")
    assert saved.status == 303, saved.text
    assert str(site.rows("UserRequest")[0]["end_date"]) == "2026-03-02 08:30:00"
    assert "end_date" not in site.get("/objects/new/UserRequest").fields


def test_a_preset_never_takes_a_new_object_to_another_state(site: Any) -> None:
    page = opened(site, "UserRequest", "phone=0612345678")
    assert not {"status", "team_id"} & set(page.fields)
    site.post(page.form.action, {**page.fields, "description": "x", "status": "closed"})
    (ticket,) = site.rows("UserRequest")
    assert (ticket["status"], ticket["team_id"]) == ("new", None)


@pytest.mark.parametrize("query", ["phone=0987654321", "phone=0199999999"])
def test_several_callers_or_none_leave_the_caller_empty(site: Any, query: str) -> None:
    fields = opened(site, "UserRequest", query).fields
    assert (fields["org_id"], fields["caller_id"]) == ("", "")
    assert fields["origin"] == "chat"


def test_one_of_several_callers_can_be_chosen(site: Any) -> None:
    fields = opened(site, "UserRequest", "phone=0987654321&selected_caller=2").fields
    assert fields["caller_id"] == "2"


@pytest.mark.parametrize(
    ("received", "preset"), [("0199999999", "+33199999999"), ("anonymous", "")]
)
def test_a_new_person_gets_the_number_unless_it_was_withheld(
    site: Any, received: str, preset: str
) -> None:
    assert opened(site, "Person", f"phone={received}").fields["phone"] == preset


def test_a_parent_class_lets_the_agent_choose_and_keeps_the_presets(site: Any) -> None:
    page = opened(site, "Change", "phone=0612345678")
    assert page.status == 200
    kinds = ["Emergency change", "Normal change", "Routine change"]
    assert {kind.lower() for kind in page.links} >= {kind.lower() for kind in kinds}
    link = next(url for text, url in page.links.items() if text.lower() == "normal change")
    form = site.get(link)
    assert form.fields["caller_id"] == "3"
    assert form.fields["title"] == "Change & <b>bold</b>"
    assert "origin" not in form.fields
    assert form.fields["next"].startswith("/pop?phone=0612345678")


def test_direct_and_indirect_creation_have_their_own_presets(make_site: Any) -> None:
    before, _, after = PRESETS.partition("enabled = false")
    site = fill(make_site(f"{before}enabled = true{after}"))
    page = site.get("/pop?phone=0987654321")
    assert page.status == 302
    fields = site.get(page.location).fields
    assert fields["title"] == "Direct"
    assert fields["caller_id"] == "1"  # the first of several
    nobody = site.get(site.get("/pop?phone=0199999999").location).fields
    assert nobody["caller_id"] == ""
    assert opened(site, "UserRequest", "phone=0612345678").fields["title"] != "Direct"


@pytest.mark.parametrize("path", ["/objects/UserRequest/1", "/objects/UserRequest/1/modify"])
def test_presets_never_touch_a_ticket_that_is_there(site: Any, path: str) -> None:
    site.add("UserRequest", title="Mine", description="x", org_id=1, caller_id=1)
    before = site.stored("UserRequest", 1)
    page = site.get(f"{path}?title=Stolen&status=closed&caller_id=3&public_log=Hello")
    assert page.status == 200
    assert "Stolen" not in page.text
    assert "Hello" not in page.text
    if path.endswith("modify"):
        assert page.fields["title"] == "Mine"
        assert page.fields["public_log"] == ""
        assert site.submit(page).status == 303
    assert site.stored("UserRequest", 1) == before


@pytest.mark.parametrize(
    "query",
    [
        "class_name=Person",
        "_external=1&_scheme=javascript",
        "_anchor=x",
        "_method=POST",
        "next=//x",
    ],
)
def test_an_address_made_by_somebody_else_changes_no_link(site: Any, query: str) -> None:
    page = site.get(f"/objects/new/Ticket?{query}&title=Hi")
    assert page.status == 200
    link = page.links["Incident"]
    assert link.startswith("/objects/new/Incident?")
    assert "title=Hi" in link
    assert site.get(link).fields["title"] == "Hi"
