"""Connections that last: one process stores, another takes over, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import own_loop
import peewee
import pytest
from calls_kit import PATIENCE_SECONDS, SOURCE, Desk
from cti_calls.connections.database import ConnectionDatabase
from cti_calls.connections.leased import LeasedConnection, Rhythm
from cti_calls.connections.runner import Runner, connections_of
from cti_calls.model.connections import ConnectionContext, PhoneConnection
from cti_calls.model.facts import FactKind, PhoneEvent, Taken
from cti_calls.model.records import CallState
from cti_calls.model.tables import ConnectionState, Duty, StoredCall

QUICK = Rhythm(lease=1.0, renew=0.1, look=0.02, ageing=0.05)
# Nobody waits for a lease like this to run out, nor does a busy machine lose it by accident.
PATIENT = Rhythm(lease=600, renew=0.1, look=0.02, keep=600)


class FakePhones:
    """A phone system: whoever is connected hears all that it says."""

    def __init__(self) -> None:
        self._connected: list[tuple[asyncio.AbstractEventLoop, asyncio.Queue[PhoneEvent]]] = []
        self.refused = 0

    def connection(self, *, standby: bool = False) -> PhoneConnection:
        return PhoneConnection(SOURCE, self._run, standby)

    async def _run(self, context: ConnectionContext) -> None:
        listening = (asyncio.get_running_loop(), asyncio.Queue[PhoneEvent]())
        await context.report("connected")
        self._connected.append(listening)
        try:
            while True:
                event = await listening[1].get()
                while await context.take([event]) is None:
                    self.refused += 1
                    await asyncio.sleep(0.01)
        finally:
            self._connected.remove(listening)

    def say(self, event: PhoneEvent) -> None:
        for loop, queue in [*self._connected]:
            loop.call_soon_threadsafe(queue.put_nowait, event)

    @property
    def connections(self) -> int:
        return len(self._connected)


def eventually(true: Callable[[], Any]) -> None:
    """Wait until something is true; a busy machine may take its time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def runner(desk: Desk, *connections: PhoneConnection, rhythm: Rhythm = QUICK) -> Runner:
    return Runner(connections, ConnectionDatabase(desk.app, desk.host, desk.calls), rhythm)


@contextmanager
def running(*runners: Runner) -> Iterator[None]:
    for one in runners:
        one.start()
    try:
        yield
    finally:
        for one in runners:
            one.stop()


@contextmanager
def hangs(runner: Runner) -> Iterator[None]:
    """Inside, a process does nothing, as one that was stopped: its loop waits."""
    go_on, stands = threading.Event(), threading.Event()

    def wait() -> None:
        stands.set()
        go_on.wait(10 * PATIENCE_SECONDS)

    runner._loop.call_soon_threadsafe(wait)
    try:
        assert stands.wait(PATIENCE_SECONDS)
        yield
    finally:
        go_on.set()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


@pytest.fixture
def two_hosts(tmp_path: Path, postgres_url: str) -> Iterator[tuple[Desk, Desk]]:
    """Two hosts with one PostgreSQL."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    first = Desk(folders[0], postgres_url)
    second = Desk(folders[1], postgres_url)
    yield first, second
    first.close()
    second.close()


def state(desk: Desk, source: str = SOURCE) -> Any:
    with desk.open():
        return ConnectionState.get_or_none(ConnectionState.source == source)


def is_connected(desk: Desk, source: str = SOURCE) -> bool:
    row = state(desk, source)
    return row is not None and row.state == "connected"


def ring(desk: Desk, number: int) -> PhoneEvent:
    """A call of its own."""
    return desk.event(desk.started(f"c{number}", remote=f"09876543{number:02}"))


def test_one_of_two_hosts_is_connected_and_the_other_follows_at_once(
    two_hosts: tuple[Desk, Desk],
) -> None:
    phones = FakePhones()
    first, second = (runner(desk, phones.connection(), rhythm=PATIENT) for desk in two_hosts)
    with running(first):
        eventually(lambda: phones.connections == 1)
        with running(second):
            phones.say(ring(two_hosts[0], 1))
            eventually(lambda: len(two_hosts[1].all_calls()) == 1)
            assert phones.connections == 1
            first.stop()
            eventually(lambda: phones.connections == 1)
            phones.say(ring(two_hosts[0], 2))
            eventually(lambda: len(two_hosts[1].all_calls()) == 2)


def test_with_a_standby_nothing_is_lost_when_a_host_hangs(two_hosts: tuple[Desk, Desk]) -> None:
    phones = FakePhones()
    first, second = (
        runner(desk, phones.connection(standby=True), rhythm=PATIENT) for desk in two_hosts
    )

    def run_out(number: int) -> None:
        """The lease of this taking has run out."""
        with two_hosts[1].open():
            lease: Any = ConnectionState.update(until=0)
            lease.where(
                ConnectionState.source == SOURCE, ConnectionState.number == number
            ).execute()

    def stored_after_it_ran_out(number: int, count: int) -> bool:
        run_out(number)  # also after a renewal that was on its way
        return len(two_hosts[1].all_calls()) == count

    with running(first):
        eventually(lambda: is_connected(two_hosts[0]))
        with running(second):
            eventually(lambda: phones.connections == 2)
            phones.say(ring(two_hosts[0], 1))
            eventually(lambda: len(two_hosts[1].all_calls()) == 1)
            number = state(two_hosts[1]).number
            with hangs(first):
                for call in range(2, 10):
                    phones.say(ring(two_hosts[0], call))
                eventually(lambda: stored_after_it_ran_out(number, 9))
                assert state(two_hosts[1]).number == number + 1
            # It wakes up, learns that it holds nothing, and stores nothing twice.
            phones.say(ring(two_hosts[0], 10))
            eventually(lambda: len(two_hosts[1].all_calls()) == 10)
            assert state(two_hosts[1]).number == number + 1


def test_the_standby_has_a_row_of_its_own_as_long_as_there_is_one(
    two_hosts: tuple[Desk, Desk],
) -> None:
    phones = FakePhones()
    first, second = (runner(desk, phones.connection(standby=True)) for desk in two_hosts)
    standby = f"{SOURCE} (standby)"
    with running(first):
        eventually(lambda: is_connected(two_hosts[0]))
        with running(second):
            eventually(lambda: is_connected(two_hosts[0], standby))
        eventually(lambda: state(two_hosts[0], standby) is None)


_HOLDER = """
import sys, time
from pathlib import Path
sys.path[:0] = {folders!r}
import test_calls_connections as t
desk = t.Desk.__new__(t.Desk)
from cti_host.app import create_app
desk.app = create_app(Path({config!r}))
desk.host = desk.app.extensions["cti_host"]
phones = t.FakePhones()
t.runner(desk, phones.connection(), rhythm=t.PATIENT).start()
t.eventually(lambda: phones.connections)
print("connected", flush=True)
time.sleep(600)
"""


def test_on_one_computer_another_process_takes_over_as_soon_as_one_has_ended(
    desk: Desk, tmp_path: Path
) -> None:
    here = Path(__file__).parent
    folders = [str(here), str(here / "kit"), str(Path(own_loop.__file__).parent)]
    program = _HOLDER.format(folders=folders, config=str(tmp_path / "cti.toml"))
    with subprocess.Popen(  # noqa: S603 -- Python itself
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ""},
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "connected\n"
            phones = FakePhones()
            with running(runner(desk, phones.connection(), rhythm=PATIENT)):
                assert phones.connections == 0
                process.kill()
                process.wait(PATIENCE_SECONDS)
                eventually(lambda: phones.connections == 1)
        finally:
            process.kill()


def test_after_a_clean_end_nobody_is_connected_and_another_takes_over_at_once(desk: Desk) -> None:
    phones = FakePhones()
    with running(runner(desk, phones.connection(), rhythm=PATIENT)):
        eventually(lambda: is_connected(desk))

    assert (state(desk).owner, state(desk).state) == ("", "")
    with running(runner(desk, phones.connection(), rhythm=PATIENT)):
        eventually(lambda: is_connected(desk))


def test_what_can_not_be_stored_is_told_so_and_may_come_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    phones = FakePhones()
    with running(runner(desk, phones.connection())):
        eventually(lambda: phones.connections == 1)
        with monkeypatch.context() as broken:
            broken.setattr(desk.host.hooks, "first", lambda *_, **__: None)
            phones.say(ring(desk, 1))
            eventually(lambda: phones.refused)
        eventually(lambda: len(desk.all_calls()) == 1)


def test_calls_end_by_their_age(desk: Desk) -> None:
    old = -3600.0
    desk.take(desk.started(at=old), desk.fact(FactKind.RINGING, at=old, leg="l", device="d"))
    with running(runner(desk)):
        eventually(lambda: _stored_state(desk) == CallState.ENDED)


def test_what_is_too_old_is_deleted_once_a_day_by_one_process(desk: Desk) -> None:
    year = -365 * 24 * 3600.0
    events = [
        PhoneEvent("old", payload=f"{number}", received_at=desk.at(year)) for number in range(1_100)
    ]
    desk.take_events([*events, desk.event(desk.started())])
    with running(runner(desk), runner(desk)):
        eventually(lambda: len(desk.journal()) == 1)
    with desk.open():
        (duty,) = Duty.select()
        assert duty.number == 1
    desk.take_events(events[:1])
    with desk.open():
        # Within a day, nobody does it again.
        assert not desk.calls.expire_daily(86_400)
        Duty.update(until=0).execute()
        assert desk.calls.expire_daily(86_400)
    assert len(desk.journal()) == 1


@pytest.mark.parametrize("gives_back", [True, False])
def test_a_deletion_that_failed_is_tried_again_and_not_a_day_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, gives_back: bool
) -> None:
    def fail(*_values: object, **_more: object) -> None:
        raise peewee.OperationalError("database is locked")

    desk.take_events([PhoneEvent("old", received_at=desk.at(-365 * 24 * 3600.0))])
    with desk.open():
        Duty.delete().execute()
        with monkeypatch.context() as patch:
            patch.setattr("cti_calls.store.retention.writing", fail)
            if not gives_back:
                patch.setattr("cti_host.Lease.release", fail)
            with pytest.raises(peewee.OperationalError, match="locked"):
                desk.calls.expire_daily(86_400)
        assert (Duty.get().until == 0) is gives_back
        assert desk.calls.expire_daily(86_400)
        assert not desk.calls.expire_daily(86_400)
    assert desk.journal() == []


def test_it_is_left_to_the_command_if_the_settings_say_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path, toml="expire_daily = false\n")
    old = PhoneEvent("old", received_at=desk.at(-365 * 24 * 3600.0))
    desk.take_events([old])
    with desk.open():
        assert not desk.calls.expire_daily(86_400)
    assert len(desk.journal()) == 1
    with desk.open():
        desk.host.hooks.expire_data(False)
    assert desk.journal() == []
    desk.close()


def test_what_a_standby_kept_is_stored_in_portions() -> None:
    class Slow:
        """Stands in for the database; it is away once."""

        sizes: ClassVar[list[int]] = []

        async def take(self, _source: str, events: Sequence[PhoneEvent]) -> Taken | None:
            self.sizes.append(len(events))
            return None if len(self.sizes) == 2 else Taken()

        async def do(self, work: Callable[[], Any]) -> Any:
            return work()

    async def test() -> None:
        database: Any = Slow()
        connection = LeasedConnection(FakePhones().connection(standby=True), database, PATIENT)
        await connection.take([PhoneEvent(f"{number}") for number in range(450)])
        lease: Any = SimpleNamespace(is_held=True, renew=lambda **_columns: True)
        connection._lease, connection._holds = lease, True
        await connection._store_kept()
        assert database.sizes == [200, 200]
        await connection._store_kept()
        assert database.sizes == [200, 200, 200, 50]
        assert not connection._kept

    own_loop.run(test())


def test_what_a_standby_kept_is_stored_before_what_it_hears_then() -> None:
    stored: list[str] = []

    class Told:
        async def take(self, _source: str, events: Sequence[PhoneEvent]) -> Taken:
            stored.extend(event.kind for event in events)
            return Taken()

    async def test() -> None:
        database: Any = Told()
        connection = LeasedConnection(FakePhones().connection(standby=True), database, PATIENT)
        await connection.take([PhoneEvent("it rings"), PhoneEvent("it goes on ringing")])
        # The lease has just been taken, and nothing was done about it yet.
        lease: Any = SimpleNamespace(is_held=True)
        connection._lease, connection._holds = lease, True
        await connection.take([PhoneEvent("it has ended")])
        await connection.take([PhoneEvent("another rings")])
        assert stored == ["it rings", "it goes on ringing", "it has ended", "another rings"]

    own_loop.run(test())


def _stored_state(desk: Desk) -> str:
    with desk.open():
        return str(StoredCall.get().state)


def test_a_connection_that_ends_by_itself_begins_anew(desk: Desk) -> None:
    begun: list[int] = []

    async def fail(_context: ConnectionContext) -> None:
        begun.append(1)
        raise ZeroDivisionError

    with running(runner(desk, PhoneConnection(SOURCE, fail))):
        eventually(lambda: len(begun) >= 2)


class Bringer:
    """Stands in for the hooks of a host: which plugin brings which connections."""

    def __init__(self, **brings: Sequence[PhoneConnection]) -> None:
        self.hooks, self._brings = self, brings

    def owners(self, _hook: str) -> list[str]:
        return [*self._brings]

    def results(self, _hook: str, others: Sequence[str]) -> Iterator[tuple[str, Any]]:
        for owner, brought in self._brings.items():
            if owner not in others:
                if not brought:
                    raise ZeroDivisionError
                yield owner, brought


def test_of_two_connections_with_one_name_the_first_counts_and_a_failure_costs_no_others() -> None:
    first, second = FakePhones().connection(), FakePhones().connection()
    host: Any = Bringer(one=[first], broken=[], two=[second])

    assert connections_of(host) == [first]
