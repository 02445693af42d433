"""`/health` tells whether the phone systems are connected, and stays ready when they are not."""

from __future__ import annotations

import pytest
from cti_calls.model.tables import ConnectionState
from cti_calls.store.rows.moments import now_ms

from cti_host.health import probes
from cti_host.testing import MakeHost


def test_a_phone_system_that_is_not_connected_degrades_the_host(
    make_host: MakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "KEPT_SECONDS", 0)
    running = make_host(plugins=["calls"])

    def health() -> tuple[str, str | None]:
        response = running.client().get("/health")
        assert response.status_code == 200
        found = response.get_json()
        return found["status"], found["checks"].get("calls: phone systems")

    # There are none, or this is no process of a server.
    assert health() == ("ready", None)
    running.plugin("calls")._sources = {"desk", "branch"}
    assert health() == ("degraded", "failed")
    with running.app.app_context(), running.host.database.connection_context():
        later = now_ms() + 3_600_000
        ConnectionState.create(source="desk", state="connected", until=later)
        ConnectionState.create(source="branch", state="connecting", until=later)
    assert health() == ("degraded", "failed")
    with running.app.app_context(), running.host.database.connection_context():
        ConnectionState.update(state="connected").execute()
    assert health() == ("ready", "ok")
    # Whoever was connected has ended without a word.
    with running.app.app_context(), running.host.database.connection_context():
        ConnectionState.update(until=1).where(ConnectionState.source == "desk").execute()
    assert health() == ("degraded", "failed")
