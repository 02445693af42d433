"""A program that asks too much is told to wait, and nobody else is."""

from __future__ import annotations

from typing import Any

from cti_tickets.api.rate import RequestRate

from cti_host.testing import MakeHost

# The token is the name of the agent.
NAMED = """
from cti_host import Agent, hookimpl

class Plugin:
    @hookimpl
    def identify_agent(self, request):
        asked = request.authorization
        return asked and Agent(asked.token, "Ada", profiles=frozenset({"Support Agent"}))
"""


def test_too_many_requests_are_refused_until_there_is_room(make_host: MakeHost) -> None:
    running = make_host(
        "[plugin.tickets]\napi_requests_per_minute = 3\n",
        plugins=["tickets", "named"],
        sources={"named": NAMED},
        sign_in=False,
    )

    def ask(agent: str) -> Any:
        headers = {"Authorization": f"Bearer {agent}", "Accept-Language": "fr"}
        return running.app.test_client().get("/api/v1/objects/Person", headers=headers)

    # Where the minute moves on meanwhile, a few more are answered.
    answers = [ask("script") for _again in range(9)]
    assert [one.status_code for one in answers[:3]] == [200, 200, 200]
    refused = next(one for one in answers if one.status_code != 200)
    assert refused.status_code == 429
    assert refused.content_type == "application/problem+json"
    assert refused.get_json()["detail"] == "Trop de requêtes en une minute."
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert ask("another").status_code == 200
    assert running.app.test_client().get("/api/v1/objects/Person").status_code == 401


def test_a_site_may_leave_it_open() -> None:
    rate = RequestRate(0)
    assert {rate.seconds_to_wait("script") for _again in range(5)} == {0}
