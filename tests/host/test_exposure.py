"""What lets in more than it should is said: a port beside the proxies, and root."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cti_host.app import create_app
from cti_host.settings.exposure import needless_root, reachable_beside_proxies
from cti_host.settings.sections import Server
from cti_host.testing import write_config


@pytest.mark.parametrize(
    ("host", "proxies", "said"),
    [
        ("127.0.0.1", 1, False),
        ("127.1.2.3", 1, False),
        ("::1", 1, False),
        ("localhost", 2, False),
        ("0.0.0.0", 0, False),  # noqa: S104 -- nothing listens
        ("0.0.0.0", 1, True),  # noqa: S104
        ("::", 1, True),
        ("10.1.2.3", 1, True),
        ("cti.example.org", 1, True),
    ],
)
def test_a_port_that_others_reach_beside_the_proxy(
    tmp_path: Path, host: str, proxies: int, said: bool
) -> None:
    assert bool(reachable_beside_proxies(Server(host=host, proxies=proxies))) is said
    config = write_config(tmp_path, f'[server]\nhost = "{host}"\nproxies = {proxies}\n')
    app = create_app(config)
    problems = [p for p in app.extensions["cti_host"].problems if p.key == "server.proxies"]
    assert len(problems) == said
    for problem in problems:
        assert problem.warning
        assert f"the port is open on {host}: whoever reaches it" in problem.message
        assert "firewall" in problem.remedy
    app.extensions["cti_host"].close()


@pytest.mark.parametrize(
    ("user", "port", "said"), [(0, 8080, True), (0, 443, False), (1000, 8080, False)]
)
def test_root_is_warned_of_unless_the_port_needs_it(
    monkeypatch: pytest.MonkeyPatch, user: int, port: int, said: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    warning = needless_root(Server(port=port))
    assert ("runs as root without need" in warning) is said
