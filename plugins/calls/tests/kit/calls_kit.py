"""A desk whose phones ring: a host with the plugin `calls`, and the facts that are told to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cti_calls.api_for_plugins import (
    CallRecord,
    Change,
    Direction,
    Fact,
    FactKind,
    PhoneEvent,
    Taken,
)
from cti_calls.model.tables import CallBack, JournalEntry, StoredCall
from cti_calls.store.calls import Calls
from cti_calls.store.devices import add_device
from cti_calls.store.taking.publishing import LIST_TOPIC, agent_topic

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.host import Host
from cti_host.testing import write_config

SOURCE = "main"
ADA, BOB = "PJSIP/201", "PJSIP/202"
NUMBER, KEY = "0987654321", "+33987654321"
# As long as a busy machine may take; nothing waits for it when all is well.
PATIENCE_SECONDS = 120
PATIENT = "[plugin.calls]\ntimeout = 30\n"
OBSERVER = '''
"""Is told of changed calls."""

from cti_host import hookimpl


class Plugin:
    """An observer."""

    def __init__(self, config=None):
        self.changes = []

    @hookimpl(of="calls")
    def call_changed(self, record, change):
        self.changes.append((record, change))
'''
PUBLISHER = '''
"""Keeps what is published."""

from cti_host import hookimpl


class Plugin:
    """A publisher."""

    def __init__(self, config=None):
        self.sent = []

    @hookimpl
    def publish(self, topics, message):
        self.sent.append((tuple(topics), message.event, dict(message.data)))
        return True
'''


class Desk:
    """A host whose agents ada and bob have a phone each; moments are seconds after `begin`.

    It is a little while ago for each test, so that no call is older than calls are open.
    """

    def __init__(
        self,
        folder: Path,
        database: str = "sqlite:///cti.db",
        toml: str = "",
        sources: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.config = write_config(
            folder,
            PATIENT + toml,
            plugins=["phone_reformat", *sources, "calls", "observer", "publisher"],
            sources={**sources, "observer": OBSERVER, "publisher": PUBLISHER},
            database=database,
            sign_in=False,
        )
        self.app = create_app(self.config, timeout=PATIENCE_SECONDS)
        self.host: Host = self.app.extensions["cti_host"]
        self.begin = _a_while_ago()
        self._numbers = itertools.count()
        self._looked: dict[str, int] = {}
        with self.open():
            migrate.upgrade(self.host)
            add_device(SOURCE, ADA, ["ada"])
            add_device(SOURCE, BOB, ["bob"])

    @contextmanager
    def open(self) -> Iterator[None]:
        """Inside, the database may be read."""
        with self.app.app_context(), self.host.database.connection_context():
            yield

    @property
    def calls(self) -> Calls:
        """What the plugin does with calls."""
        calls: Calls = self.plugin("calls").calls
        return calls

    @property
    def changes(self) -> list[tuple[CallRecord, Change]]:
        """What the observer was told of, in order."""
        self.settle()
        changes: list[tuple[CallRecord, Change]] = self.plugin("observer").changes
        return changes

    def settle(self) -> None:
        """Wait until every change so far is told, and who calls is looked up."""
        assert self.calls.flush(PATIENCE_SECONDS)

    def sent(self, agent: str = "") -> list[tuple[str, dict[str, Any]]]:
        """The messages to an agent's pages, or to the list of calls, since they were asked for."""
        sent = self.plugin("publisher").sent
        topic = agent_topic(agent) if agent else LIST_TOPIC
        new = sent[self._looked.get(topic, 0) :]
        self._looked[topic] = len(sent)
        return [(event, data) for topics, event, data in new if topic in topics]

    def plugin(self, name: str) -> Any:
        """The instance of a plugin."""
        return next(one.instance for one in self.host.plugins if one.name == name)

    def at(self, seconds: float) -> datetime:
        """A moment, so long after the beginning."""
        return self.begin + timedelta(seconds=seconds)

    def fact(self, kind: FactKind, call: str = "c1", at: float = 0, **values: Any) -> Fact:
        """A fact of a call."""
        return Fact(kind, call, self.at(at), **values)

    def started(self, call: str = "c1", at: float = 0, **values: Any) -> Fact:
        """Somebody calls."""
        told = {"direction": Direction.IN, "remote": NUMBER, **values}
        return self.fact(FactKind.STARTED, call, at, **told)

    def event(self, *facts: Fact, **values: Any) -> PhoneEvent:
        """An event with facts, unlike all others."""
        return PhoneEvent(**{"kind": "test", "payload": str(next(self._numbers)), "facts": facts,
                             **values})  # fmt: skip

    def take(self, *facts: Fact, source: str = SOURCE) -> Taken:
        """Have the facts taken, as one event."""
        return self.take_events([self.event(*facts)], source)

    def take_events(self, events: Sequence[PhoneEvent], source: str = SOURCE) -> Taken:
        """Have events taken through the hook."""
        with self.app.app_context():
            taken = self.host.hooks.first("take_phone_events", Taken, source=source, events=events)
        assert taken is not None
        return taken

    def read(self, id_: int) -> CallRecord:
        """A call by its id."""
        with self.open():
            record = self.calls.reader.call(id_)
        assert record is not None
        return record

    def all_calls(self) -> list[CallRecord]:
        """Every call that is stored, in the order of their ids."""
        with self.open():
            query: Any = StoredCall.select(StoredCall.id).order_by(StoredCall.id)
            return self.calls.reader.calls([id_ for (id_,) in query.tuples()])

    def only_call(self) -> CallRecord:
        """The one call that is stored."""
        (call,) = self.all_calls()
        return call

    def journal(self) -> list[Any]:
        """The journal, oldest first."""
        with self.open():
            return list(JournalEntry.select().order_by(JournalEntry.id))

    def call_backs(self) -> list[Any]:
        """All call-backs, oldest first."""
        with self.open():
            return list(CallBack.select().order_by(CallBack.id))

    def begin_anew(self) -> None:
        """Forget all calls; further ones are as old as the first ones were."""
        self.begin = _a_while_ago()
        self.empty()

    def empty(self) -> None:
        """Forget all calls."""
        with self.open():
            for model in (StoredCall, JournalEntry, CallBack):
                model.delete().execute()
        self.changes.clear()
        self.plugin("publisher").sent.clear()
        self._looked.clear()

    def close(self) -> None:
        """End the host."""
        self.host.close()


def _a_while_ago() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=100)


def take_in_process(config: Path, facts: Sequence[Fact], barrier: Barrier) -> None:
    """What a process of the server does: it takes facts, each as an event that others know, too."""
    app = create_app(config, timeout=PATIENCE_SECONDS)
    host: Host = app.extensions["cti_host"]
    barrier.wait(PATIENCE_SECONDS)
    for fact in facts:
        event = PhoneEvent("test", facts=(fact,), dedup=repr(fact))
        with app.app_context():
            taken = host.hooks.first("take_phone_events", Taken, source=SOURCE, events=[event])
        assert taken is not None
    host.close()
