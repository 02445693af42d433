"""A lease: of all processes of all hosts, one holds it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import peewee
import pytest

from cti_host import Lease, database
from cti_host.app import create_app
from cti_host.databases import lease as lease_module
from cti_host.testing import write_config
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


class Row(peewee.Model):
    """A table with leases, as a plugin would have it."""

    class Meta:
        database = database
        table_name = "lease_row"

    name = peewee.CharField(unique=True)
    owner = peewee.CharField(max_length=255, default="")
    number = peewee.BigIntegerField(default=0)
    until = peewee.BigIntegerField(default=0)
    note = peewee.CharField(default="")


def connect(folder: Path, url: str) -> Iterator[None]:
    app = create_app(write_config(folder, database=url, sign_in=False))
    opened: Any = app.extensions["cti_host"].database
    with app.app_context(), opened.connection_context():
        opened.create_tables([Row])
        Row.create(name="main")
        Row.create(name="other")
        yield
    opened.close_all()


@pytest.fixture(params=["sqlite", "postgresql"])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """The table, with two rows."""
    url = "sqlite:///cti.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    yield from connect(tmp_path, url)


def lease(seconds: float = 60, name: str = "main", owner: str = "") -> Lease:
    return Lease(Row, Row.name == name, seconds, owner)


def row(name: str = "main") -> Any:
    return Row.get(Row.name == name)


@pytest.mark.usefixtures("rows")
class TestOneHolds:
    def test_the_first_gets_it_and_nobody_else(self) -> None:
        first, second = lease(), lease()

        assert first.take()
        assert not second.take()
        assert (first.is_held, second.is_held) == (True, False)
        assert second.is_here

    def test_it_can_be_handed_to_another_process(self) -> None:
        server = lease()
        assert server.take()
        command = lease(owner=server.owner)
        assert command.take()
        assert command.renew()
        assert command.holder == server.holder == f"process {os.getpid()} on {socket.gethostname()}"
        command.release()
        assert command.holder == ""
        assert not server.renew(), "whoever goes on with it gives it back"

    def test_each_row_is_a_lease_of_its_own(self) -> None:
        assert lease().take()
        assert lease(name="other").take()

    def test_without_its_row_there_is_nothing_to_take(self) -> None:
        assert not lease(name="missing").take()

    def test_it_is_free_again_when_it_is_given_back(self) -> None:
        first, second = lease(), lease()
        first.take()
        first.release()

        assert not first.is_held
        assert second.take()

    def test_what_is_not_held_can_not_be_given_back(self) -> None:
        first, second = lease(), lease()
        first.take()
        second.release()

        assert not second.take()

    def test_its_number_grows_with_each_taking(self) -> None:
        first, second = lease(0), lease()
        first.take()
        second.take()

        assert (first.number, second.number, row().number) == (1, 2, 2)

    def test_one_that_ran_out_may_be_taken_and_the_former_holder_learns_of_it(self) -> None:
        first, second = lease(0), lease()
        first.take()

        assert not first.is_held
        assert second.take()
        assert not first.renew()
        assert row().owner == second._owner

    def test_one_that_ran_out_may_be_renewed_as_long_as_nobody_else_has_it(self) -> None:
        first = lease(0)
        first.take()

        assert first.renew()

    def test_one_of_before_the_clock_was_set_back_is_free_when_nobody_renews_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        passed = [1000.0]
        monkeypatch.setattr(lease_module, "time", SimpleNamespace(monotonic=lambda: passed[0]))
        far = Row.until + 24 * 3600 * 1000
        lease().take()
        Row.update(owner="another-computer 1 abc").execute()
        watcher = lease()
        Row.update(until=far).where(Row.name == "main").execute()

        assert not watcher.take()
        passed[0] += 59
        assert not watcher.take()
        Row.update(until=Row.until + 1).where(Row.name == "main").execute()  # renewed
        passed[0] += 2
        assert not watcher.take()
        passed[0] += 61
        assert watcher.take()
        assert row().owner == watcher._owner

    def test_its_holder_keeps_it_when_the_clock_is_set_back(self) -> None:
        first, second = lease(), lease()
        first.take()
        Row.update(until=Row.until + 24 * 3600 * 1000).where(Row.name == "main").execute()

        assert not second.take()
        assert first.renew()
        assert not second.take()

    def test_others_may_be_let_go_first(self) -> None:
        first, second = lease(0), lease()
        first.take()

        assert not second.take(after_seconds=60)
        assert second.take()

    def test_columns_of_the_plugin_are_stored_with_a_renewal(self) -> None:
        first = lease()
        first.take()
        first.renew(note="well")

        assert row().note == "well"

    def test_it_runs_out_by_the_clock_of_the_database(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lease().take()
        monkeypatch.setattr("time.time", lambda: 0.0)

        assert not lease().take()


@pytest.mark.usefixtures("rows")
def test_a_process_of_this_computer_that_ended_holds_nothing() -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    first = lease()
    first.take()
    computer, _pid, token = row().owner.split(" ")
    Row.update(owner=f"{computer} {int(gone.stdout)} {token}").execute()

    assert lease().take()


@pytest.mark.usefixtures("rows")
def test_nothing_is_known_of_processes_of_another_computer() -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    first = lease()
    first.take()
    Row.update(owner=f"elsewhere {int(gone.stdout)} {row().owner.split(' ')[2]}").execute()

    assert not lease().take()
    assert not lease().is_here
