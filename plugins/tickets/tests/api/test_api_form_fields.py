"""What the scripts of forms ask, with the session of their agent, and programs with a token."""

from __future__ import annotations

from typing import Any

import pytest
from cti_tickets.store import objects

from cti_host.testing import MakeHost, RunningHost
from plugins.tickets.tests.api.test_api_rate import NAMED

SUGGESTIONS, FOLLOWING = "/objects/Person/suggestions", "/objects/UserRequest/following"


def test_what_is_typed_is_completed(program: Any) -> None:
    found = program("GET", f"{SUGGESTIONS}?q=del marg").get_json()
    assert found == {"items": [{"id": 4, "friendlyname": "Marguerite Delaunay"}]}
    assert len(program("GET", SUGGESTIONS).get_json()["items"]) == 4


def test_what_follows_is_told_of_what_is_there_only(as_profile: Any) -> None:
    everybody, limited = as_profile("Support Agent"), as_profile("Support Agent", "1")
    of_another = f"{FOLLOWING}?caller_id=4"
    assert everybody("GET", of_another).get_json()["values"] == {
        "org_id": {"id": 2, "friendlyname": "Northwind"}
    }
    assert limited("GET", of_another).get_json()["values"] == {}
    assert limited("GET", f"{FOLLOWING}?org_id=2").get_json()["options"]["caller_id"] is None


def test_forms_of_classes_of_plugins_ask_the_same(fleet: RunningHost, ask: Any) -> None:
    with fleet.app.app_context(), fleet.host.database.connection_context():
        org = objects.create("Organization", {"name": "Fluvia"}, author=None)
        objects.create("Vehicle", {"name": "AB-123", "org_id": org.id}, author=None)
        values = {"name": "Hopper", "first_name": "Grace", "org_id": org.id}
        grace = objects.create("Engineer", values, author=None)
    program = ask(fleet, "Administrator")
    found = program("GET", "/objects/Vehicle/suggestions?q=ab").get_json()["items"]
    assert [one["friendlyname"] for one in found] == ["AB-123"]
    told = program("GET", f"/objects/RepairOrder/following?caller_id={grace.id}").get_json()
    assert told["values"] == {"org_id": {"id": 1, "friendlyname": "Fluvia"}}
    assert program("GET", "/objects/Vehicle/following").get_json() == {"options": {}, "values": {}}


@pytest.mark.parametrize(
    ("path", "status", "wrong"),
    [
        (f"{SUGGESTIONS}?q={'x' * 201}", 400, {"q"}),
        (f"{SUGGESTIONS}?p=x", 400, {"p"}),
        (f"{SUGGESTIONS}?q=x&q=y", 400, {"q"}),
        (f"{FOLLOWING}?team_id=x&service_id=0", 400, {"team_id", "service_id"}),
        (f"{FOLLOWING}?team_id=1&team_id=2&title=1", 400, {"team_id", "title"}),
        ("/objects/Nothing/suggestions", 404, set()),
        ("/objects/Nothing/following", 404, set()),
    ],
)
def test_what_is_wrong_is_said(program: Any, path: str, status: int, wrong: set[str]) -> None:
    refused = program("GET", path)
    assert refused.status_code == status
    assert refused.content_type == "application/problem+json"
    assert {*refused.get_json().get("errors", ())} == wrong


def test_a_page_may_ask_however_much_is_typed_and_a_program_may_not(make_host: MakeHost) -> None:
    toml = "[plugin.tickets]\napi_requests_per_minute = 2\n"
    running = make_host(toml, plugins=["tickets", "named"], sources={"named": NAMED})
    page, address = running.client(), f"/api/v1{SUGGESTIONS}?q=a"
    assert {page.get(address).status_code for _again in range(20)} == {200}
    token = {"Authorization": "Bearer script"}
    program = running.app.test_client()
    answers = {program.get(address, headers=token).status_code for _again in range(20)}
    assert answers == {200, 429}


def test_a_page_of_another_site_reads_nothing(make_host: MakeHost) -> None:
    running = make_host(plugins=["tickets"])
    elsewhere = {"Origin": "https://elsewhere.example"}
    answer = running.client().get(f"/api/v1{SUGGESTIONS}?q=a", headers=elsewhere)
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not [name for name in dict(answer.headers) if name.startswith("Access-Control")]
    assert running.app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
