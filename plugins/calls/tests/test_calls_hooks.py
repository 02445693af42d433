"""Other plugins at the hooks of calls: what they return counts, and their failures cost nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from calls_kit import ADA, SOURCE, Desk
from cti_calls.api_for_plugins import Change, Device, FactKind, Taken

from cti_host import Agent

# Knows devices of its own, fails for some, and takes the events of one source instead of `calls`.
DIRECTORY = '''
"""A directory that knows who has which phone."""

from cti_calls.api_for_plugins import Device, Taken
from cti_host import hookimpl


class Plugin:
    """A directory."""

    def __init__(self, config=None):
        pass

    @hookimpl(of="calls")
    def device_agents(self, device):
        if device.name == "broken":
            raise RuntimeError("the directory is away")
        return ["eve"] if device.name in ("300", "PJSIP/201") else None

    @hookimpl(of="calls")
    def agent_devices(self, agent):
        if agent.name == "broken":
            raise RuntimeError("the directory is away")
        return [Device("main", "300")] if agent.name == "eve" else None

    @hookimpl(of="calls")
    def take_phone_events(self, source, events):
        if source == "broken":
            raise RuntimeError("nothing is stored")
        return Taken((), 7) if source == "elsewhere" else None

    @hookimpl(of="calls")
    def call_changed(self, record, change):
        raise RuntimeError("cannot be told")
'''


@pytest.fixture(scope="module")
def directory_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("directory"), sources={"directory": DIRECTORY})
    yield desk
    desk.close()


@pytest.fixture
def desk(directory_desk: Desk) -> Desk:
    directory_desk.begin_anew()
    return directory_desk


def test_device_agents_of_all_plugins_are_told_and_a_failure_costs_only_its_own(desk: Desk) -> None:
    desk.take(
        desk.started(),
        desk.fact(FactKind.RINGING, at=1, device="300"),
        desk.fact(FactKind.RINGING, at=1, device=ADA),
        desk.fact(FactKind.RINGING, at=1, device="broken"),
    )
    agents = {leg.device: leg.agents for leg in desk.only_call().legs}
    assert agents == {"300": ("eve",), ADA: ("ada", "eve"), "broken": ()}


def test_agent_devices_of_all_plugins_are_an_agents(desk: Desk) -> None:
    with desk.app.app_context():
        devices = {
            name: desk.host.hooks.collect("agent_devices", Device, agent=Agent(name))
            for name in ("ada", "eve", "broken")
        }
    assert devices == {"ada": [Device(SOURCE, ADA)], "eve": [Device(SOURCE, "300")], "broken": []}


@pytest.mark.parametrize(("source", "repeated"), [("elsewhere", 7), ("broken", 0), ("main", 0)])
def test_the_first_plugin_that_takes_events_has_them(
    desk: Desk, source: str, repeated: int
) -> None:
    with desk.app.app_context():
        taken = desk.host.hooks.first(
            "take_phone_events", Taken, source=source, events=[desk.event(desk.started())]
        )
    assert taken is not None
    assert taken.repeated == repeated
    assert len(desk.all_calls()) == (0 if source == "elsewhere" else 1)


def test_who_fails_to_be_told_of_a_change_keeps_nobody_else_from_it(desk: Desk) -> None:
    desk.take(desk.started(), desk.fact(FactKind.RINGING, at=1, device=ADA))
    assert [change for _record, change in desk.changes] == [Change.RINGING]
