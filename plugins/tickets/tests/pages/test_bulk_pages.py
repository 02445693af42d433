"""Many objects changed or deleted from a list, and one from its page: asked first, by right."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

MODIFY, DELETE = "/objects/PhoneCall/bulk-modify", "/objects/PhoneCall/bulk-delete"
ADMINISTRATOR = """
from cti_host import Agent, hookimpl


class Plugin:
    @hookimpl
    def identify_agent(self, request):
        profiles = request.headers.get("X-Profiles", "Administrator").split(", ")
        return Agent("test", "Test Agent", profiles=frozenset(profiles))
"""
BOSS = {"X_Profiles": "Administrator"}
SUPPORT = {"X_Profiles": "Support Agent"}
READER = {"X_Profiles": "Service Manager"}
PORTAL = {"X_Profiles": "Portal user"}


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """Three calls about two tickets, on each database; a header says who acts."""
    built = make_site(
        'timezone = "Europe/Paris"\n',
        plugins=["profiles", "phone_reformat", "tickets"],
        sources={"profiles": ADMINISTRATOR},
        database=database_url,
    )
    built.add("Organization", name="Analytical Ltd")
    built.add("Person", first_name="Ada", name="Lovelace", org_id=1)
    built.add("Person", first_name="Sam", name="Support", org_id=1)
    for title in ("Printer", "Screen"):
        built.add("UserRequest", title=title, description="x", org_id=1, caller_id=1)
    for number in range(3):
        note = f"Said {number}"
        built.add("PhoneCall", ticket_id=1, agent_id=2, contact_id=1, flow="inbound", note=note)
    return built


def send(site: Any, page: Any, who: dict[str, str], **values: str) -> Any:
    """Press a button of the form on a page."""
    form = next(f for f in page.forms if f.action == urlsplit(page.url).path)
    # Boxes are not ticked.
    fields = {n: v for n, v in form.fields.items() if form.controls[n].get("type") != "checkbox"}
    return site.post(form.action, {**fields, **values}, **who)


def start(site: Any, path: str, who: dict[str, str], **values: str) -> Any:
    """Press a button below a list."""
    page = site.get(path.rpartition("/")[0], **who)
    form = next(f for f in page.forms if f.action.endswith("bulk-modify"))
    token = {"csrf_token": form.fields["csrf_token"], "next": form.fields["next"]}
    return site.post(path, {**token, **values}, **who)


def test_what_is_ticked_is_changed_after_a_preview(site: Any) -> None:
    asked = start(site, MODIFY, SUPPORT, ids="1,3")
    assert "Modify 2 × Phone Call" in asked.text
    seen = send(site, asked, SUPPORT, step="preview", flow="outbound", note="Together")
    assert seen.status == 200
    assert "Will change: 2." in seen.text
    assert "Flow: Inbound → Outbound" in seen.text
    assert [row["flow"] for row in site.rows("PhoneCall")] == ["inbound"] * 3
    done = send(site, seen, SUPPORT, step="store")
    assert done.status == 303
    assert urlsplit(done.location).path == "/objects/PhoneCall"
    rows = site.rows("PhoneCall")
    assert [row["flow"] for row in rows] == ["outbound", "inbound", "outbound"]
    assert [row["note"] for row in rows] == ["Together", "Said 1", "Together"]
    assert "Changed: 2." in site.get(done.location, **SUPPORT).text


def test_an_attribute_is_emptied_by_ticking_it(site: Any) -> None:
    asked = start(site, MODIFY, SUPPORT, ids="1")
    seen = send(site, asked, SUPPORT, step="preview", change="contact_id")
    assert "Contact: Ada Lovelace #1 → –" in seen.text
    send(site, seen, SUPPORT, step="store")
    assert site.rows("PhoneCall")[0]["contact_id"] is None


def test_all_that_a_list_finds_is_meant_where_that_is_chosen(site: Any) -> None:
    asked = start(site, f"{MODIFY}?q=said+1", SUPPORT, which="all")
    assert "Modify 1 × Phone Call" in asked.text
    everything = start(site, MODIFY, SUPPORT, which="all", ids="1")
    assert "Modify 3 × Phone Call" in everything.text


def test_nothing_selected_leads_back_with_a_word(site: Any) -> None:
    for path in (MODIFY, DELETE):
        page = start(site, path, BOSS, ids="")
        assert page.status == 303
        assert "Nothing is selected" in site.get(page.location, **BOSS).text
    too_many = ",".join(str(number) for number in range(1, 1002))
    page = start(site, MODIFY, BOSS, ids=too_many)
    assert "At most 1000" in site.get(page.location, **BOSS).text
    assert site.get(MODIFY, **BOSS).status == 302


def test_what_cannot_be_stored_is_said_and_kept(site: Any) -> None:
    asked = start(site, MODIFY, SUPPORT, ids="1,2")
    nothing = send(site, asked, SUPPORT, step="preview")
    assert nothing.status == 400
    assert "Choose what shall change." in nothing.text
    seen = send(site, asked, SUPPORT, step="preview", change="agent_id", note="Kept")
    assert "These can't be changed so: 2" in seen.text
    assert "Agent: is required" in seen.text
    assert "Change all" not in seen.text
    back = send(site, seen, SUPPORT, step="back")
    assert back.form.fields["note"] == "Kept"
    refused = send(site, seen, SUPPORT, step="store")
    assert refused.status == 409
    assert [row["note"] for row in site.rows("PhoneCall")] == ["Said 0", "Said 1", "Said 2"]


def test_a_change_since_the_preview_is_shown_first(site: Any) -> None:
    seen = send(site, start(site, MODIFY, SUPPORT, ids="1,2"), SUPPORT, step="preview", note="N")
    site.save("/objects/PhoneCall/1/modify", note="Meanwhile")
    again = send(site, seen, SUPPORT, step="store")
    assert again.status == 409
    assert "Somebody else changed some of these" in again.text
    assert site.rows("PhoneCall")[0]["note"] == "Meanwhile"
    assert send(site, again, SUPPORT, step="store").status == 303
    assert site.rows("PhoneCall")[0]["note"] == "N"


def test_a_closed_ticket_keeps_all_from_changing(site: Any) -> None:
    site.add("Team", name="Desk", org_id=1)
    steps: list[tuple[str, dict[str, str]]] = [
        ("ev_assign", {"agent_id": "2", "team_id": "3"}),
        ("ev_resolve", {"solution": "Done"}),
        ("ev_close", {}),
    ]
    for stimulus, values in steps:
        page = site.save(f"/objects/UserRequest/1/stimulus/{stimulus}", **values)
        assert page.status == 303, page.text
    path = "/objects/UserRequest/bulk-modify"
    seen = send(site, start(site, path, SUPPORT, ids="1,2"), SUPPORT, step="preview", title="New")
    assert "These can't be changed so: 1" in seen.text
    assert "Title: can't be changed in the state “Closed”" in seen.text
    assert {row["title"] for row in site.rows("UserRequest")} == {"Printer", "Screen"}


def test_an_old_token_keeps_what_was_typed(site: Any) -> None:
    asked = start(site, MODIFY, SUPPORT, ids="1")
    page = send(site, asked, SUPPORT, step="preview", note="Typed", csrf_token="old")
    assert page.status == 400
    assert page.form.fields["note"] == "Typed"
    assert site.rows("PhoneCall")[0]["note"] == "Said 0"


# Deleting


def test_many_are_deleted_after_a_page_that_says_so(site: Any) -> None:
    asked = start(site, DELETE, BOSS, ids="1,2,999")
    assert "Delete 2 × Phone Call" in asked.text
    assert site.count("PhoneCall") == 3
    done = send(site, asked, BOSS)
    assert done.status == 303
    assert [row["id"] for row in site.rows("PhoneCall")] == [3]


def test_one_is_deleted_after_a_page_that_says_what_else_goes(site: Any) -> None:
    page = site.get("/objects/UserRequest/1", **BOSS)
    asked = site.get(page.links["Delete …"], **BOSS)
    assert "Delete R-000001" in asked.text
    assert "This is deleted along with it" in asked.text
    assert "3 × Phone Call" in asked.text
    done = send(site, asked, BOSS)
    assert (done.status, done.location) == (303, "/objects/UserRequest")
    assert site.count("PhoneCall") == 0
    assert site.get("/objects/UserRequest/1/delete", **BOSS).status == 404


def test_what_others_need_is_not_deleted_and_they_are_listed(site: Any) -> None:
    asked = site.get("/objects/Person/2/delete", **BOSS)
    assert "This can't be deleted, because these need it" in asked.text
    assert "3 × Phone Call (Agent)" in asked.text
    assert asked.links["show all of them"] == "/objects/PhoneCall?agent_id=2"
    assert ">Delete<" not in asked.html
    refused = send(site, asked, BOSS)
    assert refused.status == 409
    assert site.count("Person") == 2


def test_what_changed_since_the_question_is_asked_again(site: Any) -> None:
    asked = site.get("/objects/UserRequest/1/delete", **BOSS)
    site.add("PhoneCall", ticket_id=1, agent_id=2, flow="outbound")
    again = send(site, asked, BOSS)
    assert again.status == 409
    assert "4 × Phone Call" in again.text
    assert send(site, again, BOSS).status == 303


def test_a_deletion_without_its_page_or_token_does_nothing(site: Any) -> None:
    assert site.post("/objects/PhoneCall/1/delete", {}, **BOSS).status == 400
    asked = site.get("/objects/PhoneCall/1/delete", **BOSS)
    token = {"csrf_token": asked.form.fields["csrf_token"]}
    # Whoever comes without the page has agreed to nothing.
    assert site.post("/objects/PhoneCall/1/delete", token, **BOSS).status == 409
    assert site.count("PhoneCall") == 3


# Rights


@pytest.mark.parametrize(
    ("path", "allowed", "forbidden"),
    [
        ("/objects/PhoneCall", [SUPPORT, READER], [PORTAL]),
        ("/objects/Ticket", [SUPPORT, READER], [PORTAL]),
        ("/objects/", [SUPPORT, READER], [PORTAL]),
        ("/objects/PhoneCall/export?format=csv", [SUPPORT, READER], [PORTAL]),
        ("/objects/PhoneCall/1/delete", [BOSS, SUPPORT], [READER, PORTAL]),
        ("/objects/UserRequest/1/delete", [BOSS], [SUPPORT, READER]),
        ("/objects/Ticket/1/delete", [BOSS], [SUPPORT]),
        (MODIFY, [BOSS, SUPPORT], [READER, PORTAL]),
        (DELETE, [BOSS], [SUPPORT, READER]),
    ],
)
def test_each_page_is_for_those_with_the_right(
    site: Any, path: str, allowed: list[dict[str, str]], forbidden: list[dict[str, str]]
) -> None:
    for who in allowed:
        assert site.get(path, **who).status in (200, 302), who
    for who in forbidden:
        page = site.get(path, **who)
        assert page.status == 403, who
        assert "This is not allowed" in page.text


def test_without_the_right_it_is_not_said_whether_an_object_is_there(site: Any) -> None:
    for id_ in (1, 999):
        assert site.get(f"/objects/PhoneCall/{id_}/delete", **READER).status == 403
        page = site.get("/objects/PhoneCall", **READER)
        token = next(f.fields["csrf_token"] for f in page.forms if "csrf_token" in f.fields)
        refused = site.post(f"/objects/PhoneCall/{id_}/delete", {"csrf_token": token}, **READER)
        assert refused.status == 403
        for path in (MODIFY, DELETE):
            assert site.post(path, {"csrf_token": token, "ids": str(id_)}, **READER).status == 403


def test_buttons_are_there_for_those_who_may_use_them(site: Any) -> None:
    def buttons(who: dict[str, str]) -> tuple[bool, bool, bool]:
        html = site.get("/objects/PhoneCall", **who).html
        return ("Modify …" in html, "Delete …" in html, 'name="ids"' in html)

    assert buttons(BOSS) == (True, True, True)
    assert buttons(SUPPORT) == (True, False, True)
    assert buttons(READER) == (False, False, False)
    assert "Delete …" in site.get("/objects/PhoneCall/1", **SUPPORT).links
    assert "Delete …" not in site.get("/objects/UserRequest/1", **SUPPORT).links
    assert "Ticket calls" in site.get("/", **READER).links


def test_who_may_delete_an_object_may_not_delete_what_goes_along(site: Any) -> None:
    keeper = {"X_Profiles": "Configuration Manager"}
    site.add("Organization", name="Empty")
    site.add("UserRequest", title="Left", description="x", org_id=2)
    asked = site.get("/objects/Organization/2/delete", **keeper)
    assert "1 × User Request (you may not delete these)" in asked.text
    assert send(site, asked, keeper).status == 409
    assert site.count("Organization") == 2


# From page to page


def test_an_object_leads_to_the_lists_of_what_belongs_to_it(site: Any) -> None:
    page = site.get("/objects/Person/1", **BOSS)
    assert page.links["Inbound #3"] == "/objects/PhoneCall/3"
    assert page.links["R-000002"] == "/objects/UserRequest/2"
    add = next(url for url in page.links.values() if "/new/lnkPersonToTeam" in url)
    assert add == "/objects/new/lnkPersonToTeam?person_id=1&next=%2Fobjects%2FPerson%2F1"
    form = site.get(add, **BOSS)
    assert form.fields["person_id"] == "1"
    site.add("Team", name="Desk", org_id=1)
    assert site.submit(site.get(add, **BOSS), team_id="3").location == "/objects/Person/1"
    assert "Team 1" in site.get("/objects/Person/1", **BOSS).text
