"""`/health` tells whether messages reach the open pages of this process."""

from __future__ import annotations

import own_loop
import pytest
from cti_live import sqlite

from cti_host.health import probes
from cti_host.testing import MakeHost


def test_a_process_that_no_longer_hears_of_messages_is_degraded(
    make_host: MakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "KEPT_SECONDS", 0)
    running = make_host(plugins=["live"])

    def health() -> tuple[str, str | None]:
        found = running.client().get("/health").get_json()
        return found["status"], found["checks"].get("live: messages")

    seen = []

    async def follow_once(*_arguments: object) -> None:
        seen.append(health())
        raise OSError("the file is away")

    assert health() == ("ready", None)  # it pushes nothing: a command, or `serve --no-live`
    monkeypatch.setattr(sqlite, "follow", follow_once)
    with running.app.app_context(), pytest.raises(OSError, match="away"):
        own_loop.run(running.plugin("live").follow(lambda _messages: None))
    assert seen == [("ready", "ok")]
    assert health() == ("degraded", "failed")
