"""A pytest plugin: garbage is collected less often than in a process that must stay small.

The tests, their modules and all that is imported stay until the end: millions of objects, which
Python would look at again and again, while tests are collected and with every few hundred objects
that a test makes. `tox.ini` loads it.
"""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest

# Python's own: 700 new objects, 10 and 10 rounds. With more than these, memory grows instead.
THRESHOLDS = 20_000, 10, 10


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Look for no garbage while tests are collected."""
    gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is there afterwards stays."""
    result = yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
    return result
