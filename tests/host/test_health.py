"""How plugins fare since the server started: counted in each process, added up for an admin."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from demo_server import free_port, stop

from cti_host.command_line.cli import cli
from cti_host.health.processes import Processes
from cti_host.isolation.counters import MAX_SLOWEST, Counters
from cti_host.testing import MakeHost, write_config

NUMBER = "0987654321"
PLUGINS = ["shows", "flaky", "stuck"]
SOURCES = {
    "shows": """
        import os

        from cti_host import PanelSection, hookimpl


        class Plugin:
            @hookimpl
            def panel_sections(self, call, callers):
                return [PanelSection("Process", f"pid={os.getpid()};")]
        """,
    "flaky": """
        from cti_host import hookimpl


        class Plugin:
            @hookimpl
            def lookup_callers(self, call):
                raise LookupError(f"no {call.received['phone']} in the directory")
        """,
    "stuck": """
        import threading

        from cti_host import hookimpl


        class Plugin:
            def __init__(self):
                self.release = threading.Event()

            @hookimpl
            def panel_sections(self, call, callers):
                self.release.wait()
        """,
}
# A machine that is busy makes nobody but the one that hangs too late.
SETTINGS = (
    "[plugin.stuck]\ntimeout = 0.05\n[plugin.shows]\ntimeout = 60\n[plugin.flaky]\ntimeout = 60\n"
)
PROFILES = """
    from cti_host import Agent, hookimpl


    class Plugin:
        @hookimpl
        def identify_agent(self, request):
            profile = request.headers.get("Profile", "Support Agent")
            return Agent("sam", profiles=frozenset({profile}))
    """


@contextmanager
def serving(config_file: Path, workers: int) -> Iterator[str]:
    """A server of several processes; its address."""
    port = free_port()
    command = [sys.executable, "-m", "cti_host", "--config", str(config_file), "serve"]
    with (config_file.parent / "server.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 -- our own command
            [*command, "--port", str(port), "--workers", str(workers)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(server)


def eventually(condition: Callable[[], Any]) -> Any:
    """What a condition returns once it holds; something else does the work meanwhile."""
    import threading

    for _ in range(600):
        result = condition()
        if result:
            return result
        threading.Event().wait(0.1)
    pytest.fail("it never came to that")


def health(config_file: Path) -> dict[str, Any]:
    """What `cti-host plugins --health --json` prints."""
    words = ["--config", str(config_file), "plugins", "--health", "--json"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    report["plugins"] = {plugin["name"]: plugin for plugin in report["plugins"]}
    return report


def served_by(address: str) -> int | None:
    """Open a panel; the process that made it."""
    try:
        # The address is that of our own server.
        with urllib.request.urlopen(f"{address}/pop?phone={NUMBER}", timeout=30) as page:  # noqa: S310
            return int(re.findall(r"pid=(\d+);", page.read().decode())[0])
    except OSError:
        return None


def test_the_command_adds_up_what_all_processes_of_the_server_counted(tmp_path: Path) -> None:
    config_file = write_config(tmp_path, SETTINGS, plugins=PLUGINS, sources=SOURCES)
    assert health(config_file)["processes"] == 0
    with serving(config_file, workers=2) as address:
        processes = [eventually(lambda: served_by(address))]
        while len(set(processes)) < 2 and len(processes) < 500:
            processes.append(served_by(address))
        pages = len(processes)
        assert len(set(processes)) == 2

        def counted() -> Any:
            report = health(config_file)
            return report["plugins"]["flaky"]["calls"] == pages and report

        report = eventually(counted)
        assert report["processes"] == 2
        flaky, stuck, shows = (report["plugins"][name] for name in ("flaky", "stuck", "shows"))
        assert (flaky["failures"], flaky["time_outs"]) == (pages, 0)
        assert flaky["hooks"]["lookup_callers"]["last_failure"] == "LookupError"
        assert shows["failures"] == 0
        assert shows["hooks"]["panel_sections"]["calls"] == pages
        assert (stuck["calls"], stuck["failures"], stuck["time_outs"]) == (pages, pages, pages)
        assert stuck["hanging"] == {
            "panel_sections": min(pages, stuck["hanging"]["panel_sections"])
        }
        assert stuck["hanging"]["panel_sections"] >= 2
        assert len(shows["slowest"]) == min(pages, MAX_SLOWEST)
        assert [call["seconds"] for call in shows["slowest"]] == sorted(
            (call["seconds"] for call in shows["slowest"]), reverse=True
        )
        # Nothing is counted twice, and no command counts.
        assert health(config_file)["plugins"] == report["plugins"]

        words = ["--config", str(config_file), "plugins", "--health"]
        text = CliRunner().invoke(cli, words).stdout
        assert text.startswith("2 processes, since ")
        assert "\nstreams to open pages: 0 open, 0 refused\n" in text
        assert f"flaky: {pages} calls, {pages} failures, 0 time-outs" in text
        assert f"failed:  lookup_callers, {pages} times, last LookupError at" in text
        assert "hanging: panel_sections, " in text
        assert "slow:    panel_sections, " in text

        files = [*(tmp_path / "run").iterdir()]
        assert not any(NUMBER in file.read_text() for file in files)
        # A process that is killed counts no more; the server starts another in its place.
        os.kill(processes[-1], signal.SIGKILL)
        left = pages - processes.count(processes[-1])
        eventually(lambda: health(config_file)["plugins"]["flaky"]["calls"] == left)
        assert not [*(tmp_path / "run").glob(f"{processes[-1]}-*")]
    assert health(config_file)["processes"] == 0
    assert not [*(tmp_path / "run").iterdir()]


def test_administrators_have_a_page_of_it(make_stuck_host: MakeHost) -> None:
    running = make_stuck_host(
        SETTINGS,
        plugins=["profiles", *PLUGINS],
        sources={"profiles": PROFILES, **SOURCES},
        sign_in=False,
    )
    admin = running.client(Profile="Administrator")
    assert 'href="/plugins"' in admin.get(f"/pop?phone={NUMBER}").text
    page = admin.get("/plugins")
    assert page.status_code == 200
    assert "LookupError" in page.text
    assert "panel_sections" in page.text
    assert NUMBER not in page.text
    french = running.client(Profile="Administrator", Accept_Language="fr").get("/plugins").text
    assert "Appels les plus lents" in french


def test_nobody_else_sees_it(make_host: MakeHost) -> None:
    running = make_host(plugins=["profiles"], sources={"profiles": PROFILES}, sign_in=False)
    agent = running.client()
    assert "/plugins" not in agent.get(f"/pop?phone={NUMBER}").text
    refused = agent.get("/plugins")
    assert refused.status_code == 403
    assert "Only administrators" in refused.text


def test_a_file_that_is_broken_or_of_another_version_is_left_out(tmp_path: Path) -> None:
    counters = Counters()
    counters.count("flaky", "lookup_callers", 0.1, "LookupError")
    process, another = Processes(tmp_path, counters), Processes(tmp_path, Counters())
    process.publish()
    another.publish()
    (file,) = [f for f in tmp_path.glob("*.json") if "LookupError" in f.read_text()]
    assert process.report([]).processes == 2
    for content in ("", "{", "[]", '{"started": "x", "plugins": {"a": {"hooks": {"b": {}}}}}'):
        file.write_text(content)
        assert another.report([]).processes == 1


def test_a_folder_that_cannot_be_written_costs_the_health_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "run"
    blocked.write_text("a file where the folder should be")
    processes = Processes(blocked, Counters())
    processes.publish()
    assert "no health of plugins" in caplog.text
    assert processes.report(["flaky"]).plugins[0].calls == 0


def test_only_so_many_of_the_slowest_calls_are_kept() -> None:
    counters = Counters()
    for number in range(100):
        counters.count("plugin", "hook", number / 100)
    slowest = [call.seconds for call in counters.snapshot()["plugin"].slowest]
    assert slowest == [0.99, 0.98, 0.97, 0.96, 0.95]
    assert counters.snapshot()["plugin"].hooks["hook"].calls == 100
