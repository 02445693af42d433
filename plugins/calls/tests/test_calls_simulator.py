"""Made-up calls: what happens in each scene, by command and by the page's button."""

from __future__ import annotations

import re
from typing import Any

import pytest
from calls_kit import Desk
from click.testing import CliRunner
from cti_calls.model.records import CallRecord, CallState, Outcome
from cti_calls.simulator.command import simulate
from cti_calls.simulator.playing import play, scene_of
from cti_calls.simulator.scenes import Scene
from cti_calls.store.diagnosis import hop_times

from cti_host.testing import MakeHost, RunningHost

NUMBER = "+33987654321"


def played(desk: Desk, scene: Scene, *agents: str) -> CallRecord:
    """The record of a call whose scene was played to its end."""
    with desk.open():
        done = list(play(desk.host, scene_of(scene, agents, number=NUMBER)))
        assert len({one.call for one in done}) == 1
        record = desk.calls.reader.call(done[0].call or 0)
    assert record is not None
    assert record.simulated
    assert record.state is CallState.ENDED
    return record


@pytest.mark.parametrize(
    ("scene", "outcome", "answered_by", "queue"),
    [
        (Scene.PLAIN, Outcome.ANSWERED, ("ada",), ""),
        (Scene.RING_GROUP, Outcome.ANSWERED, ("ada",), ""),
        (Scene.QUEUE, Outcome.ANSWERED, ("ada",), "Support"),
        (Scene.TRANSFER, Outcome.ANSWERED, ("ada", "bob"), ""),
        (Scene.WITHHELD, Outcome.ANSWERED, ("ada",), ""),
        (Scene.MISSED, Outcome.GAVE_UP, (), ""),
    ],
)
def test_each_scene_comes_to_its_call(
    sqlite_desk: Desk, scene: Scene, outcome: Outcome, answered_by: tuple[str, ...], queue: str
) -> None:
    record = played(sqlite_desk, scene, "ada", "bob")
    assert (record.outcome, record.answered_by, record.queue) == (outcome, answered_by, queue)
    assert record.withheld is (scene is Scene.WITHHELD)
    assert record.remote == ("" if scene is Scene.WITHHELD else NUMBER)


def test_a_scene_without_agents_rings_at_nobody(sqlite_desk: Desk) -> None:
    record = played(sqlite_desk, Scene.RING_GROUP)
    assert [leg.agents for leg in record.legs] == [()]


def test_two_calls_of_one_scene_are_two(sqlite_desk: Desk) -> None:
    first, second = (played(sqlite_desk, Scene.PLAIN, "ada") for _turn in range(2))
    assert first.id != second.id


def test_each_hop_of_the_first_ring_is_timed(sqlite_desk: Desk) -> None:
    record = played(sqlite_desk, Scene.PLAIN, "ada")
    with sqlite_desk.open():
        timed = hop_times(record.id)
        assert timed is not None
        assert timed.stored_ms >= 0
        assert timed.painted_ms is None
        assert hop_times(record.id + 1) is None


def test_the_command_plays_a_scene(sqlite_desk: Desk) -> None:
    with sqlite_desk.open():
        done = CliRunner().invoke(simulate, ["missed", "--agent", "ada", "--pause=0", "--wait=0"])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert re.fullmatch(r"ringing: stored as call \d+, \d+ ms", lines[0])
    assert "screen" in lines[1]
    assert re.fullmatch(r"ended: stored as call \d+, \d+ ms", lines[2])


def test_the_command_says_when_nobodys_phone_rings(sqlite_desk: Desk) -> None:
    with sqlite_desk.open():
        done = CliRunner().invoke(simulate, ["plain", "--pause=0", "--wait=0"])
    assert "name somebody with --agent" in done.output


def press(running: RunningHost, **form: str) -> Any:
    client = running.client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/calls/pop").text)
    assert token
    return client.post("/calls/simulate", data={"csrf_token": token[1], **form})


def test_only_administrators_let_calls_ring_unless_everybody_may(make_host: MakeHost) -> None:
    assert press(make_host(plugins=["calls"])).status_code == 403
    everybody = make_host("[plugin.calls]\nagents_may_simulate = true\n", plugins=["calls"])
    assert "Let my phone ring" in everybody.client().get("/").text
    assert press(everybody, scene="none").status_code == 400
    response = press(everybody, agent="somebody", next="//evil.example")
    assert (response.status_code, response.location) == (303, "/")
    with everybody.app.app_context(), everybody.host.database.connection_context():
        record = everybody.plugin("calls").calls.reader.call(1)
    # Whoever isn't an administrator lets their own phone ring only.
    assert [leg.agents for leg in record.legs] == [("test",)]
