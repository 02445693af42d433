"""A pytest plugin: files that take long begin first, so that no worker ends up alone with one.

Such a file says so: `pytestmark = pytest.mark.long`. Then come those with the most tests. `tox.ini`
loads it, and tells xdist to keep this order.
"""

from __future__ import annotations

from collections import Counter

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files into another order; within a file, everything stays as it is."""
    counts = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple[bool, int, str]:
        return item.get_closest_marker("long") is None, -counts[item.path], str(item.path)

    items.sort(key=place)
