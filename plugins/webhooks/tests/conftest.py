"""A host that takes webhooks, and a plugin in place of `calls` that keeps what it is handed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cti_calls.api_for_plugins import Fact, PhoneEvent
from cti_webhooks.secrets import secret_of
from werkzeug.test import TestResponse

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import PATIENCE_SECONDS, RunningHost, write_config
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

KEEPER = '''
"""Keeps what phone systems send."""

from cti_calls.api_for_plugins import CallHooks, Taken
from cti_host import hookimpl


class Plugin:
    """Keeps what phone systems send, for tests."""

    def __init__(self):
        self.events, self.taken = [], Taken((1,))
        self.meanwhile = None

    @hookimpl
    def hookspecs(self):
        return CallHooks

    @hookimpl
    def take_phone_events(self, source, events):
        if isinstance(self.taken, Exception):
            raise self.taken
        if self.meanwhile:
            self.meanwhile()
        self.events += [(source, event) for event in events]
        return self.taken
'''
KINDS = """
[plugin.webhooks.sources.support]
kind = "zammad"
[plugin.webhooks.sources.sip]
kind = "sipgate"
[plugin.webhooks.sources.place]
kind = "placetel"
[plugin.webhooks.sources.desk]
kind = "generic"
each = "all"
[plugin.webhooks.sources.desk.fields]
event = ".event"
call = "callId"
direction = ".direction"
from = [".from", "from.0.number"]
to = "to"
agents = [".user", "user.name"]
at = ".cause"
duration = "duration"
[plugin.webhooks.sources.desk.events]
newCall = "ringing"
answer = "held"
hangup = "ended"
"*" = "leg_ended"
[plugin.webhooks.sources.desk.directions]
in = "in"
out = "out"
[plugin.webhooks.sources.desk.causes]
cancel = "cancelled"
"*" = "answered"
"""


class Webhooks:
    """A host with sources, as phone systems and its administrator meet it."""

    def __init__(self, running: RunningHost) -> None:
        self.running = running

    @property
    def keeper(self) -> Any:
        """The plugin that keeps what it is handed."""
        return self.running.plugin("keeper")

    def path(self, name: str) -> str:
        """The path that a source posts to."""
        with self.running.app.app_context(), self.running.host.database.connection_context():
            return f"/webhooks/{name}/{secret_of(name)}"

    def post(self, name: str, path: str = "", **request: Any) -> TestResponse:
        """Post to a source: `json=…`, or `data=…` for a form."""
        return self.running.app.test_client().post(path or self.path(name), **request)

    def events(self, name: str = "") -> list[PhoneEvent]:
        """The events that were handed over, and forget them."""
        return [event for source, event in self._handed_over(refused=False) if name in ("", source)]

    def refused(self) -> list[tuple[str, str, str, int]]:
        """The refused requests that were: source, answer, why, how many; and forget them."""
        return [
            (source, event.answer, str(event.problem), event.refused)
            for source, event in self._handed_over(refused=True)
        ]

    def _handed_over(self, *, refused: bool) -> list[tuple[str, PhoneEvent]]:
        kept = [one for one in self.keeper.events if bool(one[1].refused) is refused]
        self.keeper.events = [one for one in self.keeper.events if one not in kept]
        return kept

    def facts(self, name: str, **request: Any) -> list[dict[str, Any]]:
        """What a payload is understood as: of each fact what is not its default."""
        response = self.post(name, **request)
        assert response.status_code == 200, response.text
        return [told(fact) for event in self.events() for fact in event.facts]


def told(fact: Fact) -> dict[str, Any]:
    """What a fact says, without what it leaves open."""
    plain = Fact(fact.kind, fact.call)
    every: Mapping[str, Any] = vars(fact)
    said = {k: v for k, v in every.items() if v != getattr(plain, k)}
    return {"kind": str(fact.kind), "call": fact.call, **said}


MakeWebhooks = Callable[..., Webhooks]


@pytest.fixture(scope="module")
def make_webhooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeWebhooks]:
    """Build hosts with sources; those of a module live as long as it."""
    built: list[RunningHost] = []

    def make(toml: str = KINDS, files: Mapping[str, bytes] | None = None, **more: Any) -> Webhooks:
        folder = tmp_path_factory.mktemp("host")
        for name, content in (files or {}).items():
            (folder / name).write_bytes(content)
        arguments: dict[str, Any] = {
            "plugins": ["webhooks", "keeper"],
            "sources": {"keeper": KEEPER},
            "sign_in": False,
            **more,
        }
        config_file: Path = write_config(folder, toml, **arguments)
        running = RunningHost(create_app(config_file, timeout=PATIENCE_SECONDS), config_file)
        built.append(running)
        with running.app.app_context(), running.host.database.connection_context():
            migrate.upgrade(running.host)
        return Webhooks(running)

    yield make
    for running in built:
        running.host.close()


@pytest.fixture(scope="module")
def webhooks(make_webhooks: MakeWebhooks) -> Webhooks:
    """A host with a source of each kind, without signatures."""
    return make_webhooks()
