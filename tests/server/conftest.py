"""A server that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from real_server import PATIENCE_SECONDS, Serving, serving


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server of one process with few threads, for all tests of a module.

    It is patient with its clients, which may be slow on a busy machine.
    """
    settings = (
        "workers = 1\nthreads = 3\nreserved_threads = 1\nwaiting_requests = 1\n"
        f"idle_seconds = {PATIENCE_SECONDS}\nbody_seconds = {PATIENCE_SECONDS}\n"
        f"send_seconds = {PATIENCE_SECONDS}\n"
    )
    with serving(tmp_path_factory.mktemp("server"), settings) as running:
        yield running


@pytest.fixture
def server(one_server: Serving) -> Iterator[Serving]:
    """The server; the connections of the test are closed at its end."""
    yield one_server
    one_server.close()
