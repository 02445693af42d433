"""Lists, files and deletions of an agent who is limited to organizations: others do not exist."""

from __future__ import annotations

import json
from typing import Any

import pytest

AGENT = """
from cti_host import Agent, hookimpl


class Plugin:
    @hookimpl
    def identify_agent(self, request):
        limits = frozenset(map(int, request.headers.get("X-Organizations", "").split()))
        profiles = frozenset({"Administrator"})
        return Agent("test", "Test Agent", profiles=profiles, organizations=limits)
"""
INSIDE = {"X_Organizations": "1"}


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """Two organizations with a person, a ticket and a call each, and links between them."""
    built = make_site(
        plugins=["limited", "phone_reformat", "tickets"],
        sources={"limited": AGENT},
        database=database_url,
    )
    for number in (1, 2):
        built.add("Organization", name=f"Company {number}")
        built.add("Person", first_name="Ann", name=f"Number{number}", org_id=number)
        built.add("UserRequest", title=f"T{number}", description="x", org_id=number)
        built.add("PhoneCall", ticket_id=number, agent_id=number, flow="inbound")
    # A call inside with somebody outside, and a ticket outside that somebody inside called about.
    built.add("PhoneCall", ticket_id=1, agent_id=1, contact_id=2, flow="outbound")
    built.add("UserRequest", title="T3", description="x", org_id=2, caller_id=1)
    return built


def found(page: Any) -> int:
    return int(page.text.partition("Found: ")[2].split()[0])


def test_a_list_has_what_is_inside(site: Any) -> None:
    expected = {"Organization": 1, "Person": 1, "Contact": 1, "Ticket": 1, "PhoneCall": 2}
    for name, count in expected.items():
        page = site.get(f"/objects/{name}", **INSIDE)
        assert found(page) == count, name
        assert "Number2" not in page.text
        assert "Company 2" not in page.text
        taken = site.get(f"/objects/{name}/export?format=json", **INSIDE)
        assert len(json.loads(taken.html)) == count
        assert "Number2" not in taken.html
        assert "Company 2" not in site.get(f"/objects/{name}/export?format=csv", **INSIDE).html


def test_a_filter_does_not_tell_what_is_outside(site: Any) -> None:
    assert found(site.get("/objects/PhoneCall?contact_id=2")) == 1
    assert found(site.get("/objects/PhoneCall?contact_id=2", **INSIDE)) == 0
    # A link to somebody outside leads nowhere.
    assert found(site.get("/objects/PhoneCall?contact_id=0", **INSIDE)) == 2
    assert found(site.get("/objects/Person?q=number2", **INSIDE)) == 0
    assert site.get("/objects/Person?org_id=Company+2", **INSIDE).status in (200, 400)


def test_a_deletion_does_not_tell_what_is_outside(site: Any) -> None:
    for path in ("Person/2", "PhoneCall/2", "UserRequest/2", "Organization/2"):
        assert site.get(f"/objects/{path}/delete", **INSIDE).status == 404, path
    site.add("Person", first_name="Bob", name="Number1", org_id=1)
    site.add("UserRequest", title="T4", description="x", org_id=2, caller_id=3)
    asked = site.get("/objects/Person/3/delete", **INSIDE)
    assert "Nothing else is concerned." in asked.text
    assert site.post(asked.form.action, asked.fields, **INSIDE).status == 303
    assert site.stored("UserRequest", 4)["caller_id"] is None


def test_what_is_outside_prevents_a_deletion_without_being_told(site: Any) -> None:
    site.add("Person", first_name="Bob", name="Number1", org_id=1)
    site.add("PhoneCall", ticket_id=2, agent_id=3, flow="inbound")
    asked = site.get("/objects/Person/3/delete", **INSIDE)
    assert "Objects that you may not see" in asked.text
    assert "Phone Call (" not in asked.text
    assert site.post(asked.form.action, asked.fields, **INSIDE).status == 409


def test_nothing_outside_is_changed_or_deleted_by_its_id(site: Any) -> None:
    form = next(f for f in site.get("/objects/PhoneCall", **INSIDE).forms if "ids" in f.controls)
    token = {"csrf_token": form.fields["csrf_token"], "ids": "2"}
    seen = site.post(
        "/objects/PhoneCall/bulk-modify", {**token, "step": "preview", "note": "N"}, **INSIDE
    )
    assert "There is no such object, or no longer." in seen.text
    site.post("/objects/PhoneCall/bulk-delete", {**token, "step": "delete"}, **INSIDE)
    assert site.stored("PhoneCall", 2)["note"] == ""
