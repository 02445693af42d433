"""Lists and search by JSON: narrowed down, sorted, a page at a time."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from cti_tickets.store import objects
from cti_tickets.store.listing.saved_views import save_view

from cti_host import Agent
from cti_host.testing import RunningHost


def names(response: Any) -> list[str]:
    """The names of the objects of a page."""
    assert response.status_code == 200, response.text
    return [item["friendlyname"] for item in response.get_json()["items"]]


def test_a_list_has_every_object_once_whatever_the_size_of_its_pages(program: Any) -> None:
    for sort in ("id", "-id", "friendlyname", "-start_date", "last_update"):
        seen: list[int] = []
        path = f"/objects/UserRequest?limit=2&sort={sort}&fields=title"
        while path:
            page = program("GET", path).get_json()
            assert len(page["items"]) <= 2
            seen += [item["id"] for item in page["items"]]
            path = (page["next"] or "").removeprefix("/api/v1")
        assert sorted(seen) == [1, 2, 3, 4, 5]


def test_lists_are_narrowed_down(program: Any) -> None:
    assert names(program("GET", "/objects/Person?q=francois")) == ["François d'Estaing"]
    assert names(program("GET", "/objects/Person?org_id=1&sort=name&limit=1")) == [
        "François d'Estaing"
    ]
    assert names(program("GET", "/objects/Person?org_id=3")) == []
    assert len(names(program("GET", "/objects/UserRequest?status=new"))) == 5
    assert names(program("GET", "/objects/UserRequest?status=closed")) == []
    assert names(program("GET", "/objects/UserRequest?start_date_until=2001-01-01")) == []
    assert len(names(program("GET", "/objects/UserRequest?caller_id=1"))) == 3
    assert names(program("GET", "/objects/UserRequest?caller_id=0")) == []
    assert len(names(program("GET", "/objects/Ticket"))) == 5


def test_only_the_fields_that_are_asked_for(program: Any) -> None:
    page = program("GET", "/objects/Person?fields=name,org_id,org_name&limit=1").get_json()
    assert set(page["items"][0]["fields"]) == {
        "name",
        "org_id",
        "org_id_friendlyname",
        "org_name",
    }


def cursor(*said: Any) -> str:
    """A cursor that somebody made up."""
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=1&limit=2", "limit"),
        ("sort=description", "sort"),
        ("statsu=new", "statsu"),
        ("status=nothing", "status"),
        ("org_id=x", "org_id"),
        ("org_id=99999999999", "org_id"),
        ("start_date_from=yesterday", "start_date_from"),
        ("fields=titel", "fields"),
        ("q=" + "x" * 300, "q"),
        ("after=x", "after"),
        ("after=" + cursor(1), "after"),
        ("after=" + cursor("x", True), "after"),
        ("sort=start_date&after=" + cursor("x", 1), "after"),
        ("sort=id&after=" + cursor("1; DROP TABLE ticket", 1), "after"),
        ("sort=friendlyname&after=" + cursor("a\0b", 1), "after"),
        ("after=%FF", "after"),
    ],
)
def test_a_wrong_parameter_is_named(program: Any, query: str, wrong: str) -> None:
    response = program("GET", f"/objects/UserRequest?{query}")
    assert response.status_code == 400, response.text
    assert wrong in response.get_json()["errors"]


def test_search_looks_everywhere(program: Any) -> None:
    said = program("GET", "/search?q=ada").get_json()
    assert [(g["class"], [i["id"] for i in g["items"]]) for g in said["groups"]] == [
        ("Person", [3])
    ]
    said = program("GET", "/search?q=09 87 65 43 21").get_json()
    assert [g["class"] for g in said["groups"]] in ([], ["Person"])
    said = program("GET", "/search?q=printer&class=UserRequest").get_json()
    assert len(said["groups"][0]["items"]) == 5
    assert program("GET", "/search").status_code == 400
    nothing = program("GET", "/search?q=x&class=Nothing")
    assert nothing.status_code == 404
    assert nothing.get_json()["detail"] == "There is no class “Nothing”."


def test_search_finds_classes_of_plugins_and_forgives_typing_errors(
    fleet: RunningHost, ask: Callable[..., Any]
) -> None:
    """As the search of the pages does: by words that are kept, so that many objects stay quick."""
    with fleet.app.app_context(), fleet.host.database.connection_context():
        for name in ("Analytical", "Other"):
            objects.create("Organization", {"name": name}, author=None)
        for plate, org in (("AB-123 <x> & y", 1), ("Marigold", 2)):
            objects.create("Vehicle", {"name": plate, "org_id": org}, author=None)
        person: dict[str, str | int] = {"name": "Hopper", "first_name": "Grace", "org_id": 1}
        objects.create("Engineer", {**person, "licence": "C"}, author=None)
        repair: dict[str, str | int] = {"title": "Brakes", "description": "x", "org_id": 1}
        objects.create("RepairOrder", {**repair, "phone": "01 99 00 12 00"}, author=None)

    def found(text: str, only: str = "") -> list[tuple[str, str, str]]:
        said = ask(fleet, "Support Agent", only)("GET", f"/search?q={quote(text)}").get_json()
        return [
            (group["class"], item["class"], item["friendlyname"])
            for group in said["groups"]
            for item in group["items"]
        ]

    assert found("ab-123") == [("Vehicle", "Vehicle", "AB-123 <x> & y")]
    assert found("<x> &") == [("Vehicle", "Vehicle", "AB-123 <x> & y")]
    assert found("marigodl") == [("Vehicle", "Vehicle", "Marigold")]
    assert found("hopp") == [("Person", "Engineer", "Grace Hopper")]
    assert [one[1] for one in found("brak")] == ["RepairOrder"]
    assert [one[1] for one in found("0199001200")] == ["RepairOrder"]
    # Whoever is limited to an organization finds what is theirs.
    assert found("marigold", "1") == []
    assert found("ab-123", "1") == found("ab-123")


def test_phone_calls_are_narrowed_down_to_an_organization(
    program: Any, running: RunningHost
) -> None:
    """Which one that is the database keeps beside a call: it is no attribute."""
    with running.app.app_context(), running.host.database.connection_context():
        ticket: dict[str, Any] = {"title": "x", "description": "x", "org_id": 2, "caller_id": 4}
        other = objects.create("UserRequest", ticket, author=None).id
        for ticket_id in (1, other):
            call = {"ticket_id": ticket_id, "contact_id": 1, "agent_id": 1, "flow": "inbound"}
            objects.create("PhoneCall", {**call, "date": "2026-01-01"}, author=None)
    view = save(running, "ada", {"org_id": "2", "flow": "inbound"}, class_name="PhoneCall")
    views = program("GET", "/objects/PhoneCall/views").get_json()["items"]
    assert views[-1]["parameters"] == {"org_id": "2", "flow": "inbound"}
    assert views[-1]["gone"] == []
    assert ids(program("GET", f"/objects/PhoneCall?view={view}")) == [2]
    assert ids(program("GET", "/objects/PhoneCall?org_id=1")) == [1]
    refused = program("GET", "/objects/PhoneCall?org_id=x")
    assert refused.get_json()["errors"] == {"org_id": "must be the id of an object"}


# Views, and whom "me" means

GRACE = {"X-Email": "grace@example.org"}


@pytest.fixture
def at_the_desk(running: RunningHost) -> None:
    """Grace, the person 1, is in a team; the tickets 1 to 3 are the team's, 1 is hers, 3 closed."""
    with running.app.app_context(), running.host.database.connection_context():
        objects.update("Person", 1, {"email": "grace@example.org"}, author=None)
        desk = objects.create("Team", {"name": "Desk", "org_id": 1}, author=None).id
        link: dict[str, Any] = {"team_id": desk, "person_id": 1}
        objects.create("lnkPersonToTeam", link, author=None)
        changed: list[tuple[int, dict[str, Any]]] = [
            (1, {"team_id": desk, "agent_id": 1, "status": "assigned", "impact": "2"}),
            (2, {"team_id": desk, "impact": "2", "urgency": "1"}),
            (3, {"team_id": desk, "status": "closed"}),
        ]
        for id_, values in changed:
            objects.update("UserRequest", id_, values, author=None)


def ids(response: Any) -> list[int]:
    """The ids of the objects of a page."""
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.get_json()["items"]]


def save(
    running: RunningHost,
    name: str,
    arguments: dict[str, str],
    *,
    class_name: str = "UserRequest",
    **options: Any,
) -> str:
    """Save a view as an agent would on the page of a list; returns what the API calls it."""
    agent = Agent(name, name.title(), profiles=frozenset({"Administrator"}))
    with running.app.app_context(), running.host.database.connection_context():
        return str(save_view(agent, class_name, f"Of {name}", arguments, **options))


@pytest.mark.usefixtures("at_the_desk")
def test_me_and_my_teams_are_whoever_asks(program: Any) -> None:
    assert ids(program("GET", "/objects/UserRequest?agent_id=me", headers=GRACE)) == [1]
    of_teams = program("GET", "/objects/UserRequest?team_id=mine&sort=id", headers=GRACE)
    assert ids(of_teams) == [1, 2, 3]
    assert ids(
        program("GET", "/objects/Ticket?caller_id=me&agent_id=0&sort=-id", headers=GRACE)
    ) == [5, 3]


@pytest.mark.usefixtures("at_the_desk")
@pytest.mark.parametrize(
    ("query", "headers", "message"),
    [
        ("agent_id=me", {}, "no person in the data is you"),
        ("team_id=mine", {}, "no person in the data is you"),
        ("view=team", {}, "no person in the data is you"),
        ("team_id=me", GRACE, "must be the id of an object, or “mine”"),
        ("org_id=me", GRACE, "must be the id of an object"),
    ],
)
def test_a_word_that_means_nobody_is_a_problem(
    program: Any, query: str, headers: dict[str, str], message: str
) -> None:
    response = program("GET", f"/objects/UserRequest?{query}", headers=headers)
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert [*response.get_json()["errors"].values()] == [message]


@pytest.mark.usefixtures("at_the_desk")
def test_a_list_is_asked_for_by_a_view(program: Any, running: RunningHost) -> None:
    # The most urgent first.
    assert ids(program("GET", "/objects/UserRequest?view=team", headers=GRACE)) == [2, 1]
    assert ids(program("GET", "/objects/Ticket?view=mine", headers=GRACE)) == [1]
    # What else the address says counts more than the view.
    other = "/objects/UserRequest?view=team&operational_status=closed"
    assert ids(program("GET", other, headers=GRACE)) == [3]
    page = program("GET", "/objects/UserRequest?view=team&limit=1", headers=GRACE).get_json()
    following = page["next"].removeprefix("/api/v1")
    assert ids(program("GET", following, headers=GRACE)) == [1]
    arguments = {"status": "new", "sort": "id", "columns": "friendlyname,title,caller_id"}
    view = save(running, "ada", arguments)
    said = program("GET", f"/objects/UserRequest?view={view}").get_json()
    assert [item["id"] for item in said["items"]] == [2, 4, 5]
    assert {*said["items"][0]["fields"]} == {"title", "caller_id", "caller_id_friendlyname"}


def test_the_views_of_a_list_are_those_that_its_page_has(
    program: Any, running: RunningHost
) -> None:
    own = save(running, "ada", {"status": "new"})
    shared = save(running, "boss", {"q": "printer", "escalation_flag": "yes"}, shared=True)
    secret = save(running, "ben", {"status": "closed"})
    views = program("GET", "/objects/UserRequest/views").get_json()["items"]
    kinds = {view["view"]: view["kind"] for view in views}
    assert kinds == {
        "mine": "ready-made",
        "team": "ready-made",
        "unassigned": "ready-made",
        own: "own",
        shared: "shared",
    }
    team, saved = views[1], views[3]
    open_ones = {"team_id": "mine", "operational_status": "ongoing", "sort": "priority"}
    assert team["parameters"] == open_ones
    assert saved["name"] == "Of ada"
    assert saved["href"] == f"/api/v1/objects/UserRequest?view={own}"
    assert saved["page"] == f"/objects/UserRequest?status=new&view={own}"
    assert len(ids(program("GET", saved["href"].removeprefix("/api/v1")))) == 5
    for view in (secret, "99999999999999999999", "nothing", ""):
        refused = program("GET", f"/objects/UserRequest?view={view}")
        assert refused.status_code == 400
        assert refused.get_json()["errors"] == {"view": "there is no such view, or no longer"}
    assert program("GET", f"/objects/Incident?view={own}").status_code == 400
    assert program("GET", "/objects/Nothing/views").status_code == 404


def test_a_view_of_what_is_gone_is_refused_and_says_so(program: Any, running: RunningHost) -> None:
    view = save(running, "ada", {"status": "new", "colour": "red", "sort": "-doors"})
    views = program("GET", "/objects/UserRequest/views").get_json()["items"]
    assert views[-1]["gone"] == ["colour", "doors"]
    refused = program("GET", f"/objects/UserRequest?view={view}")
    assert refused.status_code == 400
    assert refused.get_json()["errors"]["view"].endswith("any more: colour, doors")


def test_views_of_a_class_that_may_not_be_listed_are_not_told(as_profile: Any) -> None:
    assert as_profile("Portal user")("GET", "/objects/UserRequest/views").status_code == 403
