"""The server keeps the mirror fresh by itself: one process of all, as long as it lives."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from command_kit import PATIENCE_SECONDS, run
from cti_itop.mirror.background import is_due
from cti_itop.mirror.lease import SyncLease
from cti_itop.mirror.mirror import MirrorState
from cti_itop.mirror.models import ItopSync
from cti_itop.rest.errors import ItopDown
from fake_itop import PASSWORD, USER, FakeItop
from hypothesis import given
from hypothesis import strategies as st
from mirror_kit import Nearby, mirroring
from plain_model import PlainModel

from cti_host.testing import MakeHost

NOW = 1_000_000


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (MirrorState(now=NOW), True),
        (MirrorState(visible=1, finished=NOW - 899, now=NOW), False),
        (MirrorState(visible=1, finished=NOW - 900, now=NOW), True),
        # a run that was interrupted is gone on with at once
        (MirrorState(visible=1, finished=NOW - 1, run_started=NOW - 1, now=NOW), True),
        # or iTop failed just now
        (MirrorState(run_started=NOW, problem="down", problem_at=NOW - 299, now=NOW), False),
        (MirrorState(run_started=NOW, problem="down", problem_at=NOW - 300, now=NOW), True),
        # what is in the future was before the clock was set back
        (MirrorState(visible=1, finished=NOW + 9, now=NOW), True),
        (MirrorState(run_started=NOW, problem="down", problem_at=NOW + 9, now=NOW), True),
    ],
)
def test_it_is_time_for_a_run_when_the_pause_is_over(state: MirrorState, due: bool) -> None:
    assert is_due(state, minutes=15) is due


@given(st.integers(1, 1440), st.integers(0, 10**6))
def test_a_mirror_that_was_never_filled_is_always_due(minutes: int, now: int) -> None:
    assert is_due(MirrorState(now=now), minutes)


def test_an_old_mirror_says_its_age_on_the_panel_and_a_fresh_one_nothing(nearby: Nearby) -> None:
    nearby.synchronize()
    with nearby.app.test_request_context():
        assert nearby.mirroring.sections() == []
    ItopSync.update(started=ItopSync.started - 3 * 60 * 60).execute()
    with nearby.app.test_request_context():
        (section,) = nearby.mirroring.sections()
        assert section.title == "Directory of persons"
        assert "as they were in iTop 3 hours ago" in section.html


def test_a_fresh_mirror_says_its_age_when_the_last_run_failed(
    nearby: Nearby, fake: FakeItop
) -> None:
    nearby.synchronize()
    fake.fails = "down"
    with pytest.raises(ItopDown):
        nearby.synchronize()
    with nearby.app.test_request_context():
        assert len(nearby.mirroring.sections()) == 1


@pytest.mark.parametrize(
    ("language", "title", "age"),
    [
        ("en", "Directory of persons", "3 hours"),
        ("fr", "Annuaire des personnes", "3\N{NO-BREAK SPACE}heures"),
    ],
)
def test_the_panel_shows_the_age_in_the_agent_s_language(
    make_host: MakeHost, fake: FakeItop, language: str, title: str, age: str
) -> None:
    settings = f'[plugin.itop]\nurl = "{fake.url}"\nuser = "{USER}"\npassword = "{PASSWORD}"\n'
    running = make_host(settings, plugins=["phone_reformat", "itop"])
    with running.app.app_context(), running.host.database.connection_context():
        mirroring(running.app, fake).synchronize(lambda name, done, total: None)
        ItopSync.update(started=ItopSync.started - 3 * 60 * 60).execute()
    page = running.client(Accept_Language=language).get("/pop?phone=0600000003").text
    assert title in page
    assert age in page
    assert "Ada 3" in page


def test_a_mirror_that_is_filled_by_hand_is_old_after_a_day(nearby: Nearby, fake: FakeItop) -> None:
    nearby.synchronize()
    by_hand = nearby.again(fake, minutes=0)
    for hours, old in ((23, False), (2, True)):
        ItopSync.update(started=ItopSync.started - hours * 60 * 60).execute()
        with nearby.app.test_request_context():
            assert bool(by_hand.mirroring.sections()) is old


@contextmanager
def served(folder: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server with two processes, on a host whose tables are up to date."""
    config = folder / "served.toml"
    config.write_text(
        'database = "sqlite:///cti.db"\nplugins = ["phone_reformat", "itop"]\n'
        f'secret_key_file = "key"\n[server]\nport = {free_port()}\nworkers = 2\n'
        f'[plugin.itop]\nurl = "{url}"\nuser = "{USER}"\npassword = "{PASSWORD}"\n'
    )
    command = [sys.executable, "-m", "cti_host", "--config", str(config)]
    assert run(config, "db", "upgrade")[0] == 0
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen([*command, "serve"], stdout=log, stderr=log)  # noqa: S603 -- our own command
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(timeout=PATIENCE_SECONDS)
        finally:
            server.kill()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], bool]) -> bool:
    """Wait for something that another process does."""
    pause = threading.Event()
    return any(condition() or pause.wait(0.05) for _try in range(20 * PATIENCE_SECONDS)) and (
        condition()
    )


def is_at_work(owner: str) -> bool:
    """Whether there is a process that synchronizes with this lease."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has just ended
            if owner.encode() in file.read_bytes():
                return True
    return False


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_process_of_the_server_fills_the_mirror(
    tmp_path: Path, nearby: Nearby, model: PlainModel
) -> None:
    counts: list[str] = []
    model.asked = lambda query: counts.append(query) if "Person" in query else None
    with served(tmp_path, nearby.fake.url):
        assert until(lambda: nearby.mirror.state().filled)
        assert until(lambda: not nearby.mirror.state().running)
    assert nearby.mirror.state().persons == 25
    assert len([query for query in counts if query.endswith("id > 0")]) == 1
    log = (tmp_path / "server.log").read_text()
    assert "Fatal" not in log
    assert "ended with status" not in log


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_work_ends_with_the_server_and_is_gone_on_with(
    tmp_path: Path, nearby: Nearby, model: PlainModel
) -> None:
    reached, released = threading.Event(), threading.Event()

    def hold(query: str) -> None:
        if "Person" in query:
            reached.set()
            released.wait(PATIENCE_SECONDS)

    model.asked = hold
    with served(tmp_path, nearby.fake.url):
        assert reached.wait(PATIENCE_SECONDS)
        owner = nearby.mirror.state().owner
        assert is_at_work(owner)
    assert until(lambda: not is_at_work(owner))
    released.set()
    assert not nearby.mirror.state().filled
    assert not nearby.mirror.state().running
    assert is_due(nearby.mirror.state(), 15), "the next server goes on at once"
    SyncLease().take(nearby.mirroring.url)  # the lease of an ended process counts for nothing
