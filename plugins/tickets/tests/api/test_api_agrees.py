"""For any agent and object: what a page shows, a query finds, and the API answers is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from cti_tickets.rights.access import access_of
from cti_tickets.rights.profiles import OUTSIDE, PROFILES, READ
from cti_tickets.store import objects
from flask import g
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti_host import Agent
from cti_host.testing import RunningHost

CLASSES = ("Organization", "Person", "Team", "UserRequest", "Incident", "PhoneCall")


@dataclass(frozen=True)
class Seen:
    """Where somebody sees an object, and what its addresses answer."""

    page: int
    api: int
    listed: bool
    found: bool
    counted: bool


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, start: Any) -> RunningHost:
    """Organizations 1 (with 3 below it) and 2, each with people, tickets and calls."""
    running: RunningHost = start(request.param)
    with running.app.app_context(), running.host.database.connection_context():

        def add(class_name: str, **values: Any) -> int:
            return int(objects.create(class_name, values, author=None).id)

        below = add("Organization", name="Fluvia Nord", parent_id=1)
        for org in (1, 2, below):
            person = add("Person", name="N", first_name=f"P{org}", org_id=org)
            add("Team", name=f"Team {org}", org_id=org)
            common = {"title": "t", "description": "d", "org_id": org, "caller_id": person}
            ticket = add("UserRequest", **common)
            add("Incident", **common)
            add("PhoneCall", ticket_id=ticket, agent_id=person, flow="inbound")
        # Across: a call inside with somebody outside.
        add("PhoneCall", ticket_id=1, agent_id=4, contact_id=4, flow="inbound")
    return running


def look(running: RunningHost, agent: Agent, class_name: str, id_: int) -> Seen:
    """Look at an object in each way."""
    token = f"{'+'.join(sorted(agent.profiles)).replace(' ', '-')}/"
    token += ",".join(map(str, sorted(agent.organizations)))
    client = running.app.test_client()
    headers = {"Authorization": f"Bearer {token}"}

    def get(path: str) -> Any:
        return client.get(path, headers=headers)

    page = get(f"/objects/{class_name}/{id_}")
    one = get(f"/api/v1/objects/{class_name}/{id_}")
    many = get(f"/api/v1/objects/{class_name}?limit=200&fields=")
    listed = many.status_code == 200 and any(item["id"] == id_ for item in many.get_json()["items"])
    with running.app.test_request_context(), running.host.database.connection_context():
        g.cti_agent = agent
        oql, database = running.plugin("tickets").oql, running.host.database
        may = bool(access_of(agent).may(READ, class_name))
        query = f"SELECT {class_name} WHERE id = {id_}"
        found = may and oql.ids(database, query, {}) == [(class_name, id_)]
        counted = may and oql.count(database, query, {}) == 1
    return Seen(page.status_code, one.status_code, listed, found, counted)


AGENTS = st.builds(
    lambda profiles, organizations: Agent(
        "ada", "Ada", profiles=profiles, organizations=organizations
    ),
    st.frozensets(st.sampled_from(PROFILES), min_size=1, max_size=2)
    | st.frozensets(st.sampled_from(OUTSIDE), min_size=1, max_size=2),
    st.frozensets(st.sampled_from([1, 2, 3, 99]), max_size=2),
)


def test_what_one_way_shows_the_others_show(world: RunningHost) -> None:
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(agent=AGENTS, class_name=st.sampled_from(CLASSES), id_=st.integers(1, 9))
    def agrees(agent: Agent, class_name: str, id_: int) -> None:
        seen = look(world, agent, class_name, id_)
        shown = seen.page == 200
        assert seen == Seen(200 if shown else seen.page, seen.page, shown, shown, shown), (
            agent,
            class_name,
            id_,
        )
        answers.add(seen.page)

    answers: set[int] = set()
    agrees()
    assert answers == {200, 403, 404}
