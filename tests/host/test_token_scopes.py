"""What a program may reach: pages name the scope of a token, others are closed."""

from __future__ import annotations

import pytest

from cti_host import token_scope
from cti_host.testing import MakeHost, RunningHost

PLUGIN = """
from flask import Blueprint, flash, request, session

from cti_host import Agent, hookimpl, token_scope

pages = Blueprint("gate", __name__)


@pages.route("/notes", methods=["GET", "POST"])
@token_scope(GET="read", POST="write")
def notes():
    return request.method


@pages.route("/events", methods=["POST"])
@token_scope("phone_events")
def events():
    flash("noted")
    session["seen"] = 1
    return "noted"


@pages.route("/closed", methods=["GET", "POST"])
def closed():
    return "seen"


class Views:
    @token_scope("read")
    def method(self):
        return "method"


pages.add_url_rule("/method", "method", Views().method)


class Plugin:
    @hookimpl
    def identify_agent(self, request):
        scopes = request.headers.get("X-Scopes")
        return Agent("program", scopes=None if scopes is None else frozenset(scopes.split()))

    @hookimpl
    def blueprints(self):
        return [pages]
"""


@pytest.fixture
def gate(make_host: MakeHost) -> RunningHost:
    """A host whose agent has the scopes that the request names."""
    return make_host(plugins=["gate"], sources={"gate": PLUGIN}, sign_in=False)


@pytest.mark.parametrize(
    ("method", "url", "scopes", "status"),
    [
        ("GET", "/notes", "read", 200),
        ("HEAD", "/notes", "read", 200),
        ("POST", "/notes", "read", 403),
        ("POST", "/notes", "read write", 200),
        ("GET", "/notes", "write", 403),
        ("GET", "/notes", "", 403),
        ("POST", "/events", "phone_events", 200),
        ("POST", "/events", "read write pop", 403),
        ("GET", "/method", "read", 200),
        ("GET", "/method", "pop", 403),
        ("GET", "/closed", "pop read write phone_events", 403),
        ("POST", "/closed", "pop read write phone_events", 403),
        ("GET", "/", "pop read write phone_events", 403),
        ("GET", "/pop?phone=0987654321", "pop", 200),
        ("GET", "/lookup?phone=0987654321", "pop", 200),
        ("GET", "/pop?phone=0987654321", "read", 403),
        ("GET", "/nowhere", "pop", 404),
        ("DELETE", "/notes", "write", 405),
    ],
)
def test_a_page_is_open_to_tokens_with_its_scope(
    gate: RunningHost, method: str, url: str, scopes: str, status: int
) -> None:
    headers = {"Authorization": "Bearer t", "X-Scopes": scopes}
    assert gate.client().open(url, method=method, headers=headers).status_code == status


def test_somebody_at_a_browser_is_not_limited_by_scopes(gate: RunningHost) -> None:
    assert gate.client().get("/closed").text == "seen"
    assert gate.client().get("/notes").status_code == 200


def test_the_refusal_is_json_and_names_the_scope(gate: RunningHost) -> None:
    headers = {"Authorization": "Bearer t", "X-Scopes": "pop"}
    refused = gate.client().get("/notes", headers=headers)
    assert refused.get_json() == {"error": "The token lacks the scope “read”."}
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="read"'
    closed = gate.client().get("/closed", headers=headers)
    assert closed.get_json() == {
        "error": "This page can't be used with a token. Sign in with a browser."
    }


def test_whatever_a_page_does_a_token_leaves_no_session(gate: RunningHost) -> None:
    headers = {"Authorization": "Bearer t", "X-Scopes": "phone_events"}
    answer = gate.client().post("/events", headers=headers)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("scopes", [("everything",), ()])
def test_a_misspelt_scope_is_refused_where_it_is_written(scopes: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="name one of the scopes pop, read, write"):
        token_scope(*scopes)
    with pytest.raises(ValueError, match="everything"):
        token_scope(GET="everything")
