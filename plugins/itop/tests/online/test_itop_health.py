"""What a host tells of its iTop to whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_itop.mirror.models import ItopSync
from cti_itop.rest.breaker import FAILURES
from fake_itop import PASSWORD, USER, FakeItop

from cti_host.health import probes
from cti_host.testing import MakeHost, RunningHost

SETTINGS = (Path(__file__).parents[1] / "site.toml").read_text(encoding="utf-8")
POP = "/pop?phone=0987654321"
Open = Callable[..., RunningHost]


@pytest.fixture
def site(make_host: MakeHost, itop_server: FakeItop, monkeypatch: pytest.MonkeyPatch) -> Open:
    """`site(directory)`: a host in front of the fake iTop; a mirror is filled."""
    monkeypatch.setattr(probes, "KEPT_SECONDS", 0)

    def open_(directory: str) -> RunningHost:
        toml = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
        toml = toml.replace('"PASSWORD"', f'"{PASSWORD}"').replace('"live"', f'"{directory}"')
        toml += '\n[metrics]\naddresses = ["127.0.0.1"]\n'
        return make_host(toml, plugins=["phone_reformat", "itop", "ecall"])

    return open_


def fill(running: RunningHost) -> None:
    with running.app.app_context(), running.host.database.connection_context():
        ((_plugin, (group,)),) = running.host.hooks.set_up("commands")
        assert CliRunner().invoke(group, ["sync"]).exit_code == 0


def checks(running: RunningHost) -> tuple[int, str, dict[str, str]]:
    """The status, the word for it, and the plugin's own checks."""
    response = running.client().get("/health")
    told: Any = response.get_json()
    own = {name: said for name, said in told["checks"].items() if "itop" in name}
    return response.status_code, told["status"], own


def test_an_itop_that_fails_costs_the_host_no_request(site: Open, itop_server: FakeItop) -> None:
    running = site("live")
    assert checks(running) == (200, "ready", {"itop: iTop": "ok"})
    itop_server.fails = "down"
    for _ in range(FAILURES):
        running.get_json(POP)
    assert checks(running) == (200, "degraded", {"itop: iTop": "failed"})
    text = running.client().get("/metrics").text
    assert "cti_itop_left_alone 1.0" in text
    assert f'cti_itop_request_seconds_count{{result="down"}} {FAILURES}.0' in text


def test_requests_are_counted_by_what_became_of_them(site: Open, itop_server: FakeItop) -> None:
    running = site("live")
    running.get_json(POP)
    itop_server.fails_once = "forbidden"
    running.get_json(POP)
    text = running.client().get("/metrics").text
    assert 'cti_itop_request_seconds_count{result="good"}' in text
    assert 'cti_itop_request_seconds_count{result="forbidden"} 1.0' in text
    assert "cti_itop_left_alone 0.0" in text


def test_a_mirror_that_is_not_fresh_is_told(site: Open) -> None:
    running = site("mirror")
    told = {"itop: iTop": "ok", "itop: mirror": "failed"}
    assert checks(running) == (200, "degraded", told), "it was never filled"
    fill(running)
    assert checks(running) == (200, "ready", {"itop: iTop": "ok", "itop: mirror": "ok"})
    with running.app.app_context(), running.host.database.connection_context():
        ItopSync.update(started=1_000_000).execute()
    assert checks(running) == (200, "degraded", told), "it is old"
