"""Plugins that tests of the host put in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cti_host.testing import MakeHost, RunningHost

PEOPLE = '''
"""People and their tickets out of the settings: the smallest plugin of data there can be."""

from urllib.parse import urlencode

from cti_host import Call, Caller, Match, PluginConfig, Ticket, TicketList, hookimpl

LABELS = {"UserRequest": "User Request", "Incident": "Incident", "Person": "Person"}


class Plugin:
    """People and their tickets out of the settings."""

    class Config(PluginConfig):
        """The table [plugin.people]: who is found, and how many tickets there are."""

        found: list[str] = []
        tickets: int = 0
        title: str = "A ticket"

    def __init__(self, config):
        self.config = config
        self.asked = []
        self.received = []

    @hookimpl
    def lookup_callers(self, call):
        self.asked.append(call)
        return [
            Match(
                Caller("Person", number, name, {"phone": str(call.parameters.get("phone"))}),
                f"reason {number}",
            )
            for number, name in enumerate(self.config.found, start=1)
        ]

    @hookimpl
    def ticket_lists(self, call, callers):
        page = call.pages.get("open", 1)
        numbers = range(1, self.config.tickets + 1)[(page - 1) * 10 : page * 10]
        names = "+".join(caller.display for caller in callers)
        tickets = [
            Ticket("UserRequest", n, f"R-{n:06}", self.config.title, "new", "New", "User Request",
                   caller=names, url=f"/ticket/{n}", modify_url=f"/ticket/{n}/modify")
            for n in numbers
        ]
        return [TicketList("open", f"Open for {names}", self.config.tickets, tuple(tickets), page)]

    @hookimpl
    def class_label(self, class_name):
        return LABELS.get(class_name)

    @hookimpl
    def creation_presets(self, class_name, caller, call, direct):
        values = {"caller": caller.display if caller else "-", "direct": str(direct)}
        return {**values, "origin": "people"}

    @hookimpl
    def creation_form_url(self, class_name, values, return_url):
        if class_name not in LABELS:
            return None
        return f"/form/{class_name}?" + urlencode({**values, "return_url": return_url})

    @hookimpl
    def call_received(self, call, callers, agent):
        self.received.append((call, list(callers), agent))
'''


@pytest.fixture
def people() -> str:
    """The source of a plugin "people": `[plugin.people] found = ["Ada"]` says who is found."""
    return PEOPLE


@pytest.fixture
def make_panel(make_host: MakeHost, people: str) -> MakeHost:
    """Build a host with the plugin "people": `make_panel(toml, plugins=[…], sources={…})`."""

    def make(
        toml: str = "",
        *,
        plugins: list[str] | None = None,
        sources: dict[str, str] | None = None,
        **arguments: Any,
    ) -> RunningHost:
        names = ["people", *(plugins or [])]
        return make_host(
            toml, plugins=names, sources={"people": people, **(sources or {})}, **arguments
        )

    return make


@pytest.fixture
def make_stuck_host(make_host: MakeHost) -> Iterator[MakeHost]:
    """Like `make_host`; plugins that wait for their `release` are released when the test ends."""
    built: list[RunningHost] = []

    def make(toml: str = "", **arguments: Any) -> RunningHost:
        running = make_host(toml, **arguments)
        built.append(running)
        return running

    yield make
    for running in built:
        for plugin in running.host.plugins:
            release = getattr(plugin.instance, "release", None)
            if release is not None:
                release.set()


def stuck_source(*hooks: str) -> str:
    """A plugin whose hooks ("lookup_callers(self, call)") wait until they are released."""
    methods = "".join(
        f"\n    @hookimpl(strangers=True)\n    def {hook}:\n        self.release.wait()\n"
        for hook in hooks
    )
    return (
        "import threading\n\nfrom cti_host import hookimpl\n\n\nclass Plugin:\n"
        '    """Hangs."""\n\n    def __init__(self):\n        self.release = threading.Event()\n'
        f"{methods}"
    )


@pytest.fixture
def stuck() -> Any:
    """`stuck("lookup_callers(self, call)")`: the source of a plugin that hangs there."""
    return stuck_source
