"""What the short forms of the faults have in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.kit.databases import end_shared_server


@pytest.fixture(scope="session", autouse=True)
def _no_server_is_left() -> Iterator[None]:
    yield
    end_shared_server()
