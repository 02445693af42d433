"""The pop as a piece of a page, and what an agent chooses about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from cti_calls.model.tables import StoredCall
from cti_calls.simulator.playing import play, scene_of
from cti_calls.simulator.scenes import Scene

from cti_host.testing import MakeHost, RunningHost

NUMBER = "+33987654321"

DIRECTORY = """
from cti_host import Caller, Match, Ticket, TicketList, hookimpl


class Plugin:
    \"\"\"One person, with five tickets.\"\"\"

    def __init__(self):
        self.asked = []

    @hookimpl
    def lookup_callers(self, call):
        self.asked.append(call)
        return [Match(Caller("Person", 1, "Ada <Lovelace>, Analytical Ltd", name="Ada <Lovelace>"),
                      "mobile")]

    @hookimpl
    def ticket_lists(self, call, callers):
        tickets = [Ticket("UserRequest", n, f"R-{n:06}", f"Title {n}") for n in range(1, 6)]
        of_a_colleague = (Ticket("UserRequest", 9, "R-000009", "Of a colleague"),)
        wider = TicketList("wider", "Of the organization", 1, of_a_colleague, folded=True)
        return [wider, TicketList("open", "Open", 5, tuple(tickets))]
"""


@pytest.fixture
def running(make_host: MakeHost) -> RunningHost:
    return make_host(plugins=["directory", "calls"], sources={"directory": DIRECTORY})


def call(
    running: RunningHost,
    beats: int = 1,
    *,
    scene: Scene = Scene.PLAIN,
    agents: Sequence[str] = ("test",),
) -> int:
    """Let so many moments of a made-up call happen; returns its id."""
    moments = scene_of(scene, agents, number=NUMBER)[:beats]
    with running.app.app_context(), running.host.database.connection_context():
        played = list(play(running.host, moments))
    assert played[-1].call is not None
    return played[-1].call


def choose(running: RunningHost, **chosen: str) -> Any:
    client = running.client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/calls/pop").text)
    assert token
    return client.post("/calls/pop", data={"csrf_token": token[1], **chosen})


def test_a_ringing_call_says_who_it_is_and_their_first_tickets(running: RunningHost) -> None:
    page = running.client().get(f"/calls/{call(running, 2, scene=Scene.QUEUE)}/pop").text
    assert "Ada &lt;Lovelace&gt;" in page
    assert "Analytical Ltd" in page
    assert "+33987654321" in page
    assert "Support" in page
    # Those of their organization are no part of it, nor is why this person was found.
    assert re.findall(r"R-\d+", page) == ["R-000001", "R-000002", "R-000003"]
    assert "mobile" not in page
    assert 'data-status="Call from +33987654321: Ada &lt;Lovelace&gt;, Analytical Ltd"' in page


def test_its_address_opens_the_panel_of_the_call(running: RunningHost) -> None:
    number = call(running)
    page = running.client().get(f"/calls/{number}/pop").text
    address = re.search(r'href="([^"]+)" data-open', page)
    assert address
    assert running.client().get(address[1]).status_code == 200
    asked = running.plugin("directory").asked[-1]
    assert (asked.received["phone"], asked.record) == ("+33987654321", number)


def test_a_withheld_number_is_called_withheld(running: RunningHost) -> None:
    page = running.client().get(f"/calls/{call(running, scene=Scene.WITHHELD)}/pop").text
    assert "(withheld)" in page
    assert "Ada" not in page


@pytest.mark.parametrize(
    ("scene", "beats", "agents", "status"),
    [
        (Scene.PLAIN, 2, ["test"], 200),
        (Scene.PLAIN, 3, ["test"], 204),
        (Scene.MISSED, 2, ["test"], 204),
        (Scene.RING_GROUP, 1, ["ada", "test"], 200),
        (Scene.RING_GROUP, 2, ["ada", "test"], 204),
        (Scene.RING_GROUP, 2, ["test", "ada"], 200),
        (Scene.TRANSFER, 3, ["ada", "test"], 200),
        (Scene.TRANSFER, 3, ["test", "ada"], 204),
        (Scene.PLAIN, 1, ["ada"], 404),
    ],
    ids=[
        "answered",
        "ended",
        "given up",
        "a group rings",
        "a colleague answers",
        "answered in a group",
        "handed on to oneself",
        "handed on to a colleague",
        "of a colleague",
    ],
)
def test_a_call_is_shown_while_it_concerns_the_agent(
    running: RunningHost, scene: Scene, beats: int, agents: list[str], status: int
) -> None:
    number = call(running, beats, scene=scene, agents=agents)
    assert running.client().get(f"/calls/{number}/pop").status_code == status


@pytest.mark.parametrize(
    ("moment", "ringing", "talking"),
    [("ringing", 200, 200), ("answered", 204, 200), ("off", 204, 204)],
)
def test_an_agent_chooses_when_calls_are_shown(
    running: RunningHost, moment: str, ringing: int, talking: int
) -> None:
    assert choose(running, moment=moment).status_code == 303
    client = running.client()
    assert client.get(f"/calls/{call(running)}/pop").status_code == ringing
    assert client.get(f"/calls/{call(running, 2)}/pop").status_code == talking


def test_notification_and_sound_come_on_request(running: RunningHost) -> None:
    number = call(running)
    assert "data-sound" not in running.client().get(f"/calls/{number}/pop").text
    choose(running, moment="ringing", sound="1", notification="1")
    page = running.client().get(f"/calls/{number}/pop").text
    assert 'data-sound="1"' in page
    assert 'data-notification="1"' in page
    assert 'id="sound" value="1" checked' in running.client().get("/calls/pop").text


def test_a_choice_that_is_none_is_refused(running: RunningHost) -> None:
    assert choose(running, moment="always").status_code == 400


def test_the_first_screen_that_shows_a_call_is_noted(running: RunningHost) -> None:
    number = call(running)
    client = running.client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/calls/pop").text)
    assert token
    assert client.post(f"/calls/{number}/painted").status_code == 400
    noted = []
    for _turn in range(2):
        data = {"csrf_token": token[1]}
        assert client.post(f"/calls/{number}/painted", data=data).status_code == 204
        with running.app.app_context(), running.host.database.connection_context():
            noted.append(StoredCall.get_by_id(number).painted_at)
    assert noted[0] is not None
    assert noted[0] == noted[1]
