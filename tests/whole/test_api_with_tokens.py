"""The API with real tokens: a scope opens a part of it, and never more than the agent's rights."""

from __future__ import annotations

from typing import Any

import pytest
from cti_accounts import add_agent, issue_token
from cti_tickets.store import objects

from cti_host.testing import MakeHost, RunningHost

PASSWORD = "wonderful-1815"


@pytest.fixture
def running(make_host: MakeHost) -> RunningHost:
    """A host with an agent of each kind, a person and a ticket."""
    running = make_host(plugins=["accounts", "phone_reformat", "tickets"], sign_in=False)
    with running.app.app_context(), running.host.database.connection_context():
        add_agent("ada", PASSWORD, ["Support Agent"])
        add_agent("author", PASSWORD, ["Document author"])
        objects.create("Organization", {"name": "Fluvia"}, author=None)
        person: dict[str, Any] = {"name": "Delaunay", "first_name": "Marguerite", "org_id": 1}
        objects.create("Person", person, author=None)
        ticket: dict[str, Any] = {"title": "t", "description": "d", "org_id": 1, "caller_id": 1}
        objects.create("UserRequest", ticket, author=None)
    return running


def ask(running: RunningHost, name: str, scopes: list[str], method: str, path: str) -> Any:
    """Send a request with a new token of an agent; it changes the title, if it changes anything."""
    with running.app.app_context(), running.host.database.connection_context():
        token = issue_token(name, scopes=scopes)
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    body = {"fields": {"title": "No ink"}} if method != "GET" else None
    client = running.app.test_client()
    return client.open(f"/api/v1{path}", method=method, headers=headers, json=body)


@pytest.mark.parametrize(
    ("name", "scopes", "read", "change"),
    [
        ("ada", ["read"], 200, 403),
        ("ada", ["write"], 403, 200),
        ("ada", ["read", "write"], 200, 200),
        ("ada", ["pop"], 403, 403),
        ("author", ["read", "write"], 200, 403),
    ],
)
def test_a_token_reads_and_writes_by_scope_and_right(
    running: RunningHost, name: str, scopes: list[str], read: int, change: int
) -> None:
    for method, path, expected in (
        ("GET", "/objects/UserRequest/1", read),
        ("GET", "/objects/UserRequest", read),
        ("GET", "/search?q=delaunay", read),
        ("GET", "/openapi.json", read),
        ("PATCH", "/objects/UserRequest/1", change),
    ):
        response = ask(running, name, scopes, method, path)
        assert response.status_code == expected, (method, path, response.text)
        if expected == 403:
            assert response.content_type == "application/problem+json"


def test_a_wrong_token_opens_nothing(running: RunningHost) -> None:
    headers = {"Authorization": "Bearer x"}
    response = running.app.test_client().get("/api/v1/objects/Person", headers=headers)
    assert response.status_code == 401
    assert response.content_type == "application/problem+json"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
