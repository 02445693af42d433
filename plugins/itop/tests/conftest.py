"""A fake iTop: the demonstration's people and tickets behind REST services on loopback."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from cti_itop.rest.client import Account, Connection, Itop
from fake_itop import PASSWORD, USER, FakeItop, running
from itop_model import LACKING, TicketsModel

LIVE = ("ITOP_URL", "ITOP_USER", "ITOP_PASSWORD")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of a real iTop where none is named."""
    if all(os.environ.get(name) for name in LIVE):
        return
    here = Path(__file__).parent
    mine = [item for item in items if item.path.is_relative_to(here)]
    live = [item for item in mine if item.get_closest_marker("live")]
    if live:
        config.hook.pytest_deselected(items=live)
        items[:] = [item for item in items if item not in live]


@pytest.fixture(scope="session")
def demo_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TicketsModel]:
    """The demonstration; what tests write stays in it."""
    model = TicketsModel(tmp_path_factory.mktemp("itop"))
    model.load()
    yield model
    model.close()


@pytest.fixture
def itop_server(demo_model: TicketsModel) -> Iterator[FakeItop]:
    """A fake iTop with the demonstration; each test starts with one in good health."""
    demo_model.without, demo_model.forbidden, demo_model.empty = set(), set(), set()
    demo_model.accounts, demo_model.lacking = None, {*LACKING}
    with demo_model.undone(), running(FakeItop(demo_model)) as fake:
        yield fake


@pytest.fixture
def itop(itop_server: FakeItop) -> Iterator[Itop]:
    """A client of the fake iTop that waits, even on a busy machine."""
    client = Itop(
        Connection(
            itop_server.url,
            Account(user=USER, password=PASSWORD),
            connect_seconds=60,
            read_seconds=60,
            seconds=60,
            max_reply_bytes=1_000_000,
        )
    )
    yield client
    client.close()


@pytest.fixture
def unused_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
