"""`/health`: whether a process lives, and whether it is ready."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from real_server import PAGES, serving_site

from cti_host.databases import migrate
from cti_host.health import probes
from cti_host.testing import MakeHost, RunningHost, write_config

CHECKS = """
    from cti_host import HealthCheck, hookimpl


    class Plugin:
        checks = []
        asked = 0

        @hookimpl
        def health_checks(self):
            self.asked += 1
            if self.checks is None:
                raise LookupError("the password is hunter2")
            return [HealthCheck(*check) for check in self.checks]
    """
TABLE = """
    import peewee

    from cti_host import database, hookimpl


    class Row(peewee.Model):
        class Meta:
            database = database


    class Plugin:
        @hookimpl
        def models(self):
            return [Row]
    """
Ask = Callable[[RunningHost], tuple[int, str, dict[str, str]]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """What a host says of itself to anybody, asked anew each time."""
    monkeypatch.setattr(probes, "KEPT_SECONDS", 0)

    def asking(running: RunningHost) -> tuple[int, str, dict[str, str]]:
        response = running.client(X_Nobody="1").get("/health/ready")
        assert response.content_type == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
        found = response.get_json()
        return response.status_code, found["status"], found["checks"]

    return asking


def test_a_host_is_ready_when_its_database_is_there_and_up_to_date(
    make_host: MakeHost, ask: Ask
) -> None:
    running = make_host(plugins=["checks"], sources={"checks": CHECKS})
    assert ask(running) == (200, "ready", {"database": "ok", "migrations": "ok"})
    for path in ("/health", "/health/live"):
        assert running.client(X_Nobody="1").get(path).status_code == 200
    assert running.client().get("/health/live").get_json() == {"status": "live"}


def test_a_table_that_is_missing_makes_it_unready(make_host: MakeHost, ask: Ask) -> None:
    running = make_host(plugins=["table"], sources={"table": TABLE})
    assert ask(running)[1] == "ready"
    with running.app.app_context(), running.host.database.connection_context():
        running.host.models[0].drop_table()
        assert migrate.pending(running.host)
    assert ask(running) == (503, "not ready", {"database": "ok", "migrations": "failed"})


def test_a_database_that_cannot_be_reached_makes_it_unready_and_is_not_named(
    make_host: MakeHost, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = make_host()

    def away() -> None:
        raise OSError("postgresql://cti:hunter2@db.example.org is away")

    monkeypatch.setattr(running.host.database, "connect", lambda *_a, **_k: away())
    status, said, checks = ask(running)
    assert (status, said, checks["database"]) == (503, "not ready", "failed")
    assert "hunter2" not in json.dumps(checks)
    # The process lives all the same.
    assert running.client().get("/health/live").status_code == 200


def test_a_database_that_hangs_makes_it_unready(
    make_host: MakeHost, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = make_host()
    let_go = threading.Event()
    monkeypatch.setattr(probes, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(running.host.database, "connect", lambda *_a, **_k: let_go.wait())
    try:
        assert ask(running)[0] == 503
    finally:
        let_go.set()


@pytest.mark.parametrize(
    ("checks", "status", "said", "shown"),
    [
        ([("line", True)], 200, "ready", {"checks: line": "ok"}),
        ([("line", False)], 503, "not ready", {"checks: line": "failed"}),
        ([("line", False, False)], 200, "degraded", {"checks: line": "failed"}),
        (
            [("line", False), ("copy", False, False)],
            503,
            "not ready",
            {"checks: line": "failed", "checks: copy": "failed"},
        ),
        (None, 200, "degraded", {"checks": "failed"}),
    ],
)
def test_what_plugins_say(
    make_host: MakeHost,
    ask: Ask,
    checks: list[tuple[object, ...]] | None,
    status: int,
    said: str,
    shown: dict[str, str],
) -> None:
    running = make_host(plugins=["checks"], sources={"checks": CHECKS})
    running.plugin("checks").checks = checks
    assert ask(running) == (status, said, {"database": "ok", "migrations": "ok", **shown})


def test_an_answer_is_given_again_for_a_second(
    make_host: MakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = make_host(plugins=["checks"], sources={"checks": CHECKS})
    plugin = running.plugin("checks")
    monkeypatch.setattr(probes, "KEPT_SECONDS", 3600)
    for _ in range(5):
        running.client().get("/health")
    assert plugin.asked == 1


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Callable[[RunningHost], tuple[Event, Event]]:
    """Let a database hang: the first event is set by whoever asks it, the second ends it."""
    monkeypatch.setattr(probes, "PATIENCE_SECONDS", 60)

    def hang(running: RunningHost) -> tuple[Event, Event]:
        begun, let_go = Event(), Event()
        connect = running.host.database.connect

        def slowly(*args: Any, **kwargs: Any) -> Any:
            begun.set()
            let_go.wait(60)
            return connect(*args, **kwargs)

        monkeypatch.setattr(running.host.database, "connect", slowly)
        return begun, let_go

    return hang


def test_while_one_looks_the_others_are_told_what_was_found_before(
    make_host: MakeHost, ask: Ask, hanging: Callable[[RunningHost], tuple[Event, Event]]
) -> None:
    running = make_host()
    before = ask(running)
    begun, let_go = hanging(running)
    looking = Thread(target=ask, args=(running,))
    looking.start()
    try:
        assert begun.wait(60)
        assert ask(running) == before
        assert looking.is_alive()
    finally:
        let_go.set()
        looking.join()


def test_nobody_is_told_that_a_host_is_not_ready_before_the_first_look_has_ended(
    make_host: MakeHost, ask: Ask, hanging: Callable[[RunningHost], tuple[Event, Event]]
) -> None:
    running = make_host()
    begun, let_go = hanging(running)
    said: list[int] = []
    asking = [Thread(target=lambda: said.append(ask(running)[0])) for _ in range(3)]
    asking[0].start()
    try:
        assert begun.wait(60)
        for one in asking[1:]:
            one.start()
        assert said == []
    finally:
        let_go.set()
        for one in asking:
            one.join()
    assert said == [200, 200, 200]


def test_the_first_look_is_not_waited_for_without_end(
    make_host: MakeHost,
    ask: Ask,
    hanging: Callable[[RunningHost], tuple[Event, Event]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probes, "FIRST_SECONDS", 0.05)
    running = make_host()
    begun, let_go = hanging(running)
    looking = Thread(target=ask, args=(running,))
    looking.start()
    try:
        assert begun.wait(60)
        assert ask(running) == (503, "not ready", {})
    finally:
        let_go.set()
        looking.join()


def test_a_server_that_serves_is_ready(tmp_path: Path) -> None:
    config = write_config(tmp_path, plugins=["pages"], sources={"pages": PAGES}, sign_in=False)
    with serving_site(config, "--workers", "1") as server:
        assert json.loads(server.page("/health/ready").body)["status"] == "ready"
        assert json.loads(server.page("/health/live").body) == {"status": "live"}
