"""Tests of a real Asterisk run where one is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

LIVE = ("ASTERISK_AMI", "ASTERISK_USER", "ASTERISK_SECRET")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave them out where none is."""
    if all(os.environ.get(name) for name in LIVE):
        return
    here = Path(__file__).parent
    mine = [item for item in items if item.path.is_relative_to(here)]
    live = [item for item in mine if item.get_closest_marker("live")]
    if live:
        config.hook.pytest_deselected(items=live)
        items[:] = [item for item in items if item not in live]
