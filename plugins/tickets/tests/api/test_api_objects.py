"""Objects by JSON: read, created, changed, moved on, deleted; nothing is overwritten unseen."""

from __future__ import annotations

from typing import Any

import pytest

REQUEST = {
    "title": "No ink",
    "description": "It is empty.",
    "org_id": 1,
    "caller_id": 1,
    "origin": "mail",
}


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem of a response."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    said: dict[str, Any] = response.get_json()
    assert said["status"] == status
    assert said["detail"]
    return said


def test_an_object_is_read_whole(program: Any) -> None:
    response = program("GET", "/objects/Person/1")
    assert response.status_code == 200
    said = response.get_json()
    assert (said["class"], said["id"], said["friendlyname"]) == ("Person", 1, "Grace Hopper")
    assert said["href"] == "/api/v1/objects/Person/1"
    assert said["page"] == "/objects/Person/1"
    assert said["fields"]["phone"] == "0987654321"
    assert (said["fields"]["org_id"], said["fields"]["org_id_friendlyname"]) == (1, "Fluvia")
    assert response.get_etag()[0]
    assert program("GET", "/objects/Contact/1").get_json() == said


def test_an_object_that_has_not_changed_is_not_sent_again(program: Any) -> None:
    tag = program("GET", "/objects/Person/1").headers["ETag"]
    again = program("GET", "/objects/Person/1", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    other = program("GET", "/objects/Person/1", headers={"If-None-Match": '"x"', "If-Match": "*"})
    assert other.status_code == 200


def test_a_ticket_is_created_once(program: Any) -> None:
    key = {"Idempotency-Key": "7f3a"}
    made = program("POST", "/objects/UserRequest", REQUEST, headers=key)
    assert made.status_code == 201, made.text
    said = made.get_json()
    assert said["fields"]["status"] == "new"
    assert made.headers["Location"] == said["href"]
    again = program("POST", "/objects/UserRequest", REQUEST, headers=key)
    assert (again.status_code, again.get_json()["id"]) == (200, said["id"])
    other = program("POST", "/objects/UserRequest", REQUEST, headers={"Idempotency-Key": "8"})
    assert other.get_json()["id"] != said["id"]


def test_every_wrong_value_is_named(program: Any) -> None:
    sent = {"title": "", "description": "x", "org_id": 999, "impact": "9", "caller_id": "Ada"}
    said = problem(program("POST", "/objects/UserRequest", sent), 422)
    assert set(said["errors"]) == {"title", "org_id", "impact", "caller_id"}
    said = problem(program("POST", "/objects/UserRequest", {**REQUEST, "titel": "x"}), 422)
    assert "title" in said["errors"]["titel"]
    said = problem(program("POST", "/objects/UserRequest", {**REQUEST, "ref": "R-1"}), 422)
    assert said["errors"] == {"ref": "can't be set"}


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "[]", "content_type": "application/json"}, 400),
        ({"data": '{"fields": 1}', "content_type": "application/json"}, 400),
        ({"data": '{"fields": {"title": NaN}}', "content_type": "application/json"}, 400),
        ({"data": "[" * 100_000, "content_type": "application/json"}, 400),
        ({"data": b"\xff", "content_type": "application/json"}, 400),
        ({"data": "title=x", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": b"x" * 3_000_000, "content_type": "application/json"}, 413),
        ({"json": {"fields": {"title": "\ud800"}}}, 422),
        ({"json": {"fields": {"title": "a\0b"}}}, 422),
        ({"json": {"fields": {"title": True, "org_id": True}}}, 422),
        ({"json": {"fields": {"org_id": 10**30}}}, 422),
        ({"json": {"fields": {"org_id": 1.5}}}, 422),
    ],
)
def test_a_body_that_can_not_be_read_is_refused(
    program: Any, options: dict[str, Any], status: int
) -> None:
    problem(program("POST", "/objects/UserRequest", **options), status)


def test_a_change_says_which_version_it_has_seen(program: Any) -> None:
    seen = program("GET", "/objects/UserRequest/1").headers["ETag"]
    problem(program("PATCH", "/objects/UserRequest/1", {"title": "A"}), 428)
    changed = program("PATCH", "/objects/UserRequest/1", {"title": "A"}, match=seen)
    assert changed.get_json()["fields"]["title"] == "A"
    assert changed.headers["ETag"] != seen
    late = program("PATCH", "/objects/UserRequest/1", {"title": "B"}, match=seen)
    problem(late, 412)
    assert late.headers["ETag"] == changed.headers["ETag"]
    assert program("GET", "/objects/UserRequest/1").get_json()["fields"]["title"] == "A"
    anyway = program("PATCH", "/objects/UserRequest/1", {"title": "B"}, match="*")
    assert anyway.get_json()["fields"]["title"] == "B"
    several = f'"x", {anyway.headers["ETag"]}'
    assert program("PATCH", "/objects/UserRequest/1", {}, match=several).status_code == 200
    problem(program("PATCH", "/objects/UserRequest/1", {}, match="nonsense"), 412)


def test_what_a_program_changes_is_in_the_history(running: Any, program: Any) -> None:
    program("PATCH", "/objects/UserRequest/1", {"title": "No ink"}, match="*")
    with running.app.app_context(), running.host.database.connection_context():
        from cti_tickets.store import history

        (change, *_older) = history.changes_of("UserRequest", 1)
    assert (change.account, str(change.through)) == ("ada", "api")


def test_who_reads_a_person_is_in_the_journal(running: Any, program: Any) -> None:
    program("GET", "/objects/Person/2")
    with running.app.app_context(), running.host.database.connection_context():
        from cti_tickets.store import access_journal

        (entry, *_more) = access_journal.who_saw("Person", 2)
    assert (entry.account, str(entry.through)) == ("ada", "api")


def test_a_ticket_moves_on(program: Any) -> None:
    said = program("GET", "/objects/UserRequest/1").get_json()
    ways = {way["stimulus"]: way for way in said["transitions"]}
    assert ways["ev_assign"]["target"] == "assigned"
    path = ways["ev_assign"]["href"].removeprefix("/api/v1")
    problem(program("POST", path, {}), 428)
    problem(program("POST", path.replace("ev_assign", "ev_nothing"), {}, match="*"), 403)
    problem(program("POST", path.replace("ev_assign", "ev_close"), {}, match="*"), 409)
    said = problem(program("POST", path, {"team_id": 999}, match="*"), 422)
    assert "team_id" in said["errors"]
    waited = program("POST", path.replace("ev_assign", "ev_wait_for_approval"), {}, match="*")
    assert waited.status_code in (200, 422)


def test_the_state_is_changed_by_transitions_only(program: Any) -> None:
    said = problem(program("PATCH", "/objects/UserRequest/1", {"status": "closed"}, match="*"), 422)
    assert "status" in said["errors"]


def test_logs_are_added_to(program: Any) -> None:
    program("PATCH", "/objects/UserRequest/1", {"public_log": "First."}, match="*")
    changed = program("PATCH", "/objects/UserRequest/1", {"public_log": "Second."}, match="*")
    entries = changed.get_json()["fields"]["public_log"]
    assert [entry["text"] for entry in entries] == ["First.", "Second."]
    assert entries[0]["author"] == "Ada"
    assert entries[0]["date"].endswith("Z")


def test_an_object_is_deleted(as_profile: Any) -> None:
    program = as_profile("Administrator")
    problem(program("DELETE", "/objects/Organization/1", match="*"), 409)
    problem(program("DELETE", "/objects/UserRequest/1"), 428)
    problem(program("DELETE", "/objects/UserRequest/1", match='"old"'), 412)
    assert program("DELETE", "/objects/UserRequest/1", match="*").status_code == 204
    problem(program("GET", "/objects/UserRequest/1"), 404)


def test_rights_are_those_of_the_pages(as_profile: Any) -> None:
    portal = as_profile("Portal user")
    for method, path in (
        ("GET", "/objects/Person"),
        ("GET", "/objects/Person/1"),
        ("GET", "/objects/Person/999"),  # no right comes before anything else
        ("POST", "/objects/Person"),
        ("PATCH", "/objects/Person/1"),
        ("DELETE", "/objects/Person/1"),
        ("GET", "/search?q=ada"),
    ):
        response = portal(method, path)
        assert response.status_code == 403, (method, path)
        assert response.is_json or "problem+json" in response.content_type
    reader = as_profile("Document author")
    assert reader("GET", "/objects/Person/1").status_code == 200
    problem(reader("PATCH", "/objects/Person/1", {"name": "x"}, match="*"), 403)


def test_other_organizations_do_not_exist(as_profile: Any) -> None:
    program = as_profile("Administrator", "2")
    page = program("GET", "/objects/Person").get_json()
    assert [item["id"] for item in page["items"]] == [4]
    assert [o["id"] for o in program("GET", "/objects/Organization").get_json()["items"]] == [2]
    assert program("GET", "/objects/UserRequest").get_json()["items"] == []
    assert program("GET", "/search?q=ada").get_json()["groups"] == []
    for method in ("GET", "PATCH", "DELETE"):
        problem(program(method, "/objects/Person/1", {}, match="*"), 404)
    problem(program("POST", "/objects/UserRequest", REQUEST), 422)
    moved = program("PATCH", "/objects/Person/4", {"org_id": 1}, match="*")
    problem(moved, 422)


def test_nobody_gets_a_problem_not_a_page(running: Any) -> None:
    client = running.app.test_client()
    problem(client.get("/api/v1/objects/Person"), 401)
    problem(client.get("/api/v1/nothing"), 404)
    problem(client.put("/api/v1/objects/Person"), 405)


def test_what_is_not_there(program: Any) -> None:
    problem(program("GET", "/objects/Person/999"), 404)
    problem(program("GET", "/objects/Nothing"), 404)
    problem(program("GET", "/objects/Nothing/1"), 404)
    problem(program("GET", "/objects/UserRequest/999999999999"), 404)
    problem(program("GET", "/objects/Team/1"), 404)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "closed"},
        {"start_date": "2020-01-01"},
        {"close_date": "2020-01-01"},
        {"solution": "x"},
        {"agent_id": 1},
    ],
)
def test_what_a_state_fixes_can_not_be_set_on_the_way_into_it(
    program: Any, fields: dict[str, Any]
) -> None:
    made = program("POST", "/objects/UserRequest", {**REQUEST, **fields})
    assert set(problem(made, 422)["errors"]) == {*fields}


def test_a_transition_sets_what_its_form_asks_for(program: Any, as_profile: Any) -> None:
    boss = as_profile("Administrator")
    path = "/objects/UserRequest/1/transitions/ev_pending"
    assert program("GET", "/objects/UserRequest/1").get_json()["fields"]["status"] == "new"
    org, team = {"name": "Desk", "org_id": 1}, "/objects/Team"
    team_id = boss("POST", team, org).get_json()["id"]
    assign = "/objects/UserRequest/1/transitions/ev_assign"
    link = {"team_id": team_id, "person_id": 1}
    assert boss("POST", "/objects/lnkPersonToTeam", link).status_code == 201
    who = {"team_id": team_id, "agent_id": 1}
    more = {"close_date": "2020-01-01", "start_date": "2020-01-01", "solution": "x"}
    said = problem(program("POST", assign, {**who, **more}, match="*"), 422)
    assert set(said["errors"]) == {*more}
    assert program("POST", assign, {**who, "public_log": "On it."}, match="*").status_code == 200
    said = program("POST", path, {"pending_reason": "Parts"}, match="*").get_json()
    assert said["fields"]["status"] == "pending"


def test_many_unknown_names_are_refused_at_once(program: Any) -> None:
    fields = {f"start_dat{number}": 1 for number in range(5000)}
    response = program("POST", "/objects/UserRequest", fields)
    said = problem(response, 422)
    assert "start_date" in said["errors"]["start_dat0"]
    assert len(said["errors"]) < 5000
    assert len(response.data) < 50_000
    query = "&".join(f"start_dat{number}=1" for number in range(2000))
    response = program("GET", f"/objects/UserRequest?{query}")
    problem(response, 400)
    assert len(response.data) < 50_000


def test_a_version_says_nothing_of_the_values(start: Any) -> None:
    """Whoever sees a number masked can't try out which one gives the version that they read."""
    first, second = start("sqlite"), start("sqlite")
    assert first.app.secret_key != second.app.secret_key
    asking = {"Authorization": "Bearer Administrator"}
    tags = [
        one.app.test_client().get("/api/v1/objects/Person/1", headers=asking).headers["ETag"]
        for one in (first, second)
    ]
    assert tags[0] != tags[1]
    second.app.secret_key = first.app.secret_key
    again = second.app.test_client().get("/api/v1/objects/Person/1", headers=asking)
    assert again.headers["ETag"] == tags[0]
