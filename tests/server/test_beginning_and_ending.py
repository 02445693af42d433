"""How the server ends, with requests that have begun; and the server without live pages."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from real_server import PAGES, PATIENCE_SECONDS, request, response, serving, serving_site, until

from cti_host.server.draining import drop_new
from cti_host.testing import write_config

pytestmark = pytest.mark.long

SETTINGS = "workers = 1\nidle_seconds = 30\n"


LIVE_OR_NOT = pytest.mark.parametrize("options", [[], ["--no-live"]], ids=["live", "no-live"])


@LIVE_OR_NOT
def test_what_was_begun_is_finished_and_nothing_new_is_taken(
    tmp_path: Path, options: list[str]
) -> None:
    with serving(tmp_path, SETTINGS, *options) as server:
        # Those that do nothing are not waited for.
        server.connect()
        idle = server.get("/quick")
        assert response(idle).status == 200
        with server.busy("last") as running:
            server.process.send_signal(signal.SIGTERM)
            assert until(lambda: not server.listens())
            assert server.process.poll() is None
        assert response(running["last"]).body == b"last"
        assert server.process.wait(timeout=PATIENCE_SECONDS) == 0


# Nothing of the test is then a matter of time.
PATIENT = """
from cti_host.server import lifetime

lifetime.DRAIN_SECONDS, lifetime.GRACE_SECONDS = 600, 600


class Plugin:
    pass
"""


def test_connections_that_were_made_before_the_end_are_heard(tmp_path: Path) -> None:
    sources = {"pages": PAGES, "patient": PATIENT}
    config = write_config(
        tmp_path, f"[server]\n{SETTINGS}", plugins=[*sources], sources=sources, sign_in=False
    )
    with serving_site(config) as server:
        fresh, used = server.connect(), server.get("/quick")
        assert response(used).status == 200
        (worker,) = psutil.Process(server.process.pid).children()
        worker.send_signal(signal.SIGTERM)

        def is_told() -> bool:
            used.sendall(request("GET", "/quick"))
            return response(used).headers["Connection"] == "close"

        assert until(is_told)
        fresh.sendall(request("GET", "/quick"))
        assert response(fresh).status == 200
        os.killpg(server.process.pid, signal.SIGKILL)


def test_a_socket_that_takes_no_more_keeps_the_connections_that_it_has() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as late:
        early = socket.create_connection(listening.getsockname())
        drop_new(listening)
        late.setblocking(False)
        late.connect_ex(listening.getsockname())
        # The system makes a connection at once, if at all.
        assert not select.select([], [late], [], 0.2)[1]
        early.sendall(b"ring")
        accepted, _address = listening.accept()
        assert accepted.recv(4) == b"ring"
        accepted.close()
        early.close()


def test_taking_no_more_leaves_the_locks_of_files_alone(tmp_path: Path) -> None:
    # A process loses its locks on a file when it closes any descriptor of it: SQLite needs them.
    code = """
import fcntl, os, socket, sys
from cti_host.server.draining import take_no_more
locked = open(sys.argv[1], "w")
fcntl.lockf(locked, fcntl.LOCK_EX)
listening = socket.create_server(("127.0.0.1", 0))
take_no_more()
if os.fork() == 0:
    try:
        fcntl.lockf(open(sys.argv[1], "w"), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os._exit(0)
    os._exit(1)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    command = [sys.executable, "-c", code, str(tmp_path / "locked")]
    assert subprocess.run(command, check=False).returncode == 0  # noqa: S603 -- our own command


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_what_never_ends_does_not_keep_the_server_from_ending(
    tmp_path: Path, sent: signal.Signals
) -> None:
    with serving(tmp_path, SETTINGS) as server, server.busy("hangs"):
        # As a terminal does it, and systemd: to all of its processes at once.
        os.killpg(server.process.pid, sent)
        assert server.process.wait(timeout=PATIENCE_SECONDS) == 0
        assert "stopped before 1 request" in (tmp_path / "server.log").read_text()


@LIVE_OR_NOT
def test_workers_end_when_the_first_process_is_killed(tmp_path: Path, options: list[str]) -> None:
    with serving(tmp_path, SETTINGS, *options) as server:
        assert server.page("/quick").status == 200
        server.process.kill()
        assert until(lambda: not server.listens())


def test_without_live_pages_the_rest_is_the_same(tmp_path: Path) -> None:
    with serving(tmp_path, SETTINGS, "--no-live") as server:
        assert server.page("/ring/0987").body == b"0987"
        head = request("POST", "/body", "Transfer-Encoding: chunked")
        sent = server.connect(head + b"4\r\nsome\r\n0\r\n\r\n")
        assert json.loads(response(sent).body)["size"] == 4
        assert server.page("/export/3").body.count(b"\n") == 3 * 8192


def test_all_processes_serve(tmp_path: Path) -> None:
    with serving(tmp_path, "workers = 2\n") as server:
        seen: set[bytes] = set()

        def both_answered() -> bool:
            seen.add(server.page("/quick").body)
            return len(seen) == 2

        assert until(both_answered)
