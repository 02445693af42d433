"""Rights over HTTP: what an agent may not do is refused, and is not offered."""

from __future__ import annotations

from typing import Any

import pytest
from cti_tickets.rights.profiles import PROFILES

OUTSIDE = ("Portal power user", "Portal user", "REST Services User")
WRITERS = ("Administrator", "Service Desk Agent", "Support Agent")


def fill(site: Any) -> Any:
    """One organization, Ada with a number, one ticket, one phone call."""
    site.add("Organization", name="Analytical Ltd")
    site.add("Person", first_name="Ada", name="Lovelace", org_id=1, phone="0987654321")
    site.add("UserRequest", title="T", description="D", org_id=1, caller_id=1)
    site.add("Incident", title="T", description="D", org_id=1, caller_id=1)
    site.add("PhoneCall", ticket_id=1, contact_id=1, agent_id=1, flow="inbound")
    return site


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_with_a_phone_call(make_site: Any, profile: str) -> None:
    site = fill(make_site(profiles=[profile]))

    view, form = site.get("/objects/PhoneCall/1"), site.get("/objects/PhoneCall/1/modify")
    missing = site.get("/objects/PhoneCall/4711/modify")

    inside = profile not in OUTSIDE
    assert view.status == (200 if inside else 403)
    assert ("Modify" in view.links) == (profile in WRITERS)
    if profile in WRITERS:
        assert site.save("/objects/PhoneCall/1/modify", note="Rang").status == 303
        assert missing.status == 404
    else:
        assert form.status == missing.status == 403
        assert site.post("/objects/PhoneCall/1/modify", {"note": "X"}).status in (400, 403)
        assert site.stored("PhoneCall", 1)["note"] == ""


@pytest.mark.parametrize("profile", PROFILES)
def test_a_ticket_from_the_phone_has_a_phone_call_if_its_creator_may_have_one(
    make_site: Any, profile: str
) -> None:
    toml = "" if profile == "Administrator" else f'[rights."{profile}".Incident]\n'
    toml = f"{toml}create = true\nread = true\n" if toml else ""
    site = fill(make_site(toml, profiles=[profile]))
    site.add("Person", first_name="Test", name="Agent", org_id=1, email="test@cti.example")

    sent = site.save("/objects/new/Incident", title="N", description="D", org_id="1", caller_id="1")

    assert sent.status == 303
    assert site.count("PhoneCall") == (2 if profile in WRITERS else 1)


@pytest.mark.parametrize("profile", OUTSIDE)
def test_who_is_not_let_in_reads_why(make_site: Any, profile: str) -> None:
    site = fill(make_site(profiles=[profile]))
    sentence = (
        "You are signed in as Test Agent, but none of your profiles lets you in: "
        f"{profile}. Please ask your administrator."
    )
    for address in ("/", "/pop?phone=0987654321", "/lookup?phone=1", "/objects/Person/1"):
        page = site.get(address)
        assert page.status == 403
        assert sentence in page.text
        assert "Ada" not in page.text
        assert "New ticket" not in page.links
    answer = site.browser.get("/pop?phone=0987654321", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()) == (403, {"error": sentence})


def test_who_has_no_profile_is_not_let_in(make_site: Any) -> None:
    site = fill(make_site(profiles=[]))

    page = site.get("/pop?phone=0987654321")

    assert page.status == 403
    assert "but have no profile that lets you in" in page.text


def test_a_setting_lets_a_portal_user_in(make_site: Any) -> None:
    toml = '[rights."Portal user".UserRequest]\nread = true\nbulk_read = true\n'
    site = fill(make_site(toml, profiles=["Portal user"]))

    assert site.get("/").status == 200
    assert site.panel("phone=0987654321")["callers"] == []
    ticket = site.get("/objects/UserRequest/1")
    assert ticket.status == 200
    assert "Ada" not in ticket.text
    assert "Phone Calls" not in ticket.text
    assert site.get("/objects/Person/1").status == 403
    assert site.get("/api/v1/objects/Person/suggestions?q=Ada").status == 403


def test_the_panel_offers_the_forms_that_the_agent_may_fill_in(make_site: Any) -> None:
    only = fill(make_site(profiles=["Support Agent"]))
    both = fill(make_site(profiles=["Support Agent", "Configuration Manager"]))
    reader = fill(make_site(profiles=["Document author"]))

    def offered(site: Any) -> list[str]:
        return [one["class"] for one in site.panel("phone=0987654321")["creations"]]

    assert offered(only) == ["UserRequest"]
    assert offered(both) == ["UserRequest", "Person"]
    assert offered(reader) == []
    refused = only.get("/create/Person?phone=0987654321")
    assert refused.status == 403
    assert "None of your profiles lets you create a “Person”." in refused.text
    assert only.get("/objects/new/Person").status == 403
    assert "Modify" not in reader.get("/pop?phone=0987654321").text
    assert "New ticket" not in reader.get("/").links


def test_direct_creation_is_for_those_who_may_create(make_site: Any) -> None:
    toml = "[direct_creation.UserRequest]\nenabled = true\n"
    reader = fill(make_site(toml, profiles=["Document author"]))
    agent = fill(make_site(toml, profiles=["Support Agent"]))

    assert reader.get("/pop?phone=0987654321").status == 200
    assert agent.get("/pop?phone=0987654321").status == 302


def test_a_missing_right_comes_before_anything_else(make_site: Any) -> None:
    site = fill(make_site(profiles=["Document author"]))
    for address in ("modify", "stimulus/ev_assign", "stimulus/nonsense"):
        for id_ in (1, 4711):
            page = site.get(f"/objects/UserRequest/{id_}/{address}")
            assert page.status == 403
            assert "not granted to Document author." in page.text
    assert site.get("/objects/Nonsense/1/modify").status == 404
    assert site.get("/objects/UserRequest/4711").status == 404


def test_only_transitions_that_the_agent_may_do_are_offered(make_site: Any) -> None:
    desk = fill(make_site(profiles=["Service Desk Agent"]))
    support = fill(make_site(profiles=["Support Agent"]))

    def offered(site: Any) -> set[str]:
        html = site.get("/objects/UserRequest/1").html
        return {one for one in ("ev_assign", "ev_wait_for_approval") if f"/stimulus/{one}" in html}

    assert offered(desk) == {"ev_assign"}
    assert offered(support) == {"ev_assign", "ev_wait_for_approval"}
    assert desk.get("/objects/UserRequest/1/stimulus/ev_wait_for_approval").status == 403


def test_the_kinds_of_a_new_ticket_are_those_that_the_agent_may_create(make_site: Any) -> None:
    site = fill(make_site(profiles=["Problem Manager"]))

    page = site.get("/objects/new/Ticket")

    assert "Problem" in page.links
    assert "Incident" not in page.links


def test_phone_calls_are_on_the_pages_of_classes_that_appear_in_display_tickets(
    make_site: Any,
) -> None:
    listed = '[[display_tickets.lists]]\nenabled = false\nlabel = "L"\n'
    site = fill(make_site(f'{listed}query = "SELECT Incident"\n'))
    every = fill(make_site(f'{listed}query = "SELECT Ticket"\n'))

    assert "Phone Calls" not in site.get("/objects/UserRequest/1?tab=calls").text
    assert "Phone Calls" in site.get("/objects/Incident/2").text
    assert "Phone Calls" in every.get("/objects/UserRequest/1").text


def test_a_class_that_may_not_be_seen_is_nowhere(make_site: Any) -> None:
    toml = '[rights."Support Agent".Person]\nread = false\nbulk_read = false\n'
    site = fill(make_site(toml, profiles=["Support Agent"]))

    assert site.panel("phone=0987654321")["callers"] == []
    assert "Ada" not in site.get("/objects/UserRequest/1").text
    form = site.get("/objects/new/UserRequest")
    assert set(form.form.options["caller_id"]) == {""}
    assert "Ada" not in site.get("/objects/lnkContactToTicket").text


def test_what_may_not_be_read_is_not_counted(make_site: Any) -> None:
    toml = '[rights."Support Agent"]\nTeam = { read = false }\nIncident = { read = false }\n'
    toml += '[[display_tickets.lists]]\nenabled = true\nlabel = "L"\nquery = "SELECT Ticket"\n'
    site = fill(make_site(toml, profiles=["Support Agent"]))
    for number in range(3):
        site.add("Team", name=f"Desk {number}", org_id=1)

    for name in ("Contact", "Ticket", "Organization"):
        listed = site.browser.get(f"/api/v1/objects/{name}?limit=1").get_json()
        assert (len(listed["items"]), listed["next"]) == (1, None)
        assert "Found: 1" in site.get(f"/objects/{name}").text
    assert "Desk" not in site.get("/objects/Contact").text
    assert [each["total"] for each in site.panel("phone=0987654321")["ticket_lists"]] == [1]
