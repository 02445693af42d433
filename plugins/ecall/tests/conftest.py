"""A host on which click-to-call makes sense: somebody shows tickets, and says what callers have."""

from __future__ import annotations

from typing import Any

import pytest

from cti_host.testing import MakeHost, RunningHost

DESK = '''
"""Shows no tickets today, but might."""

from cti_host import KnownNames, hookimpl


class Plugin:
    @hookimpl
    def lookup_callers(self, call):
        return None

    @hookimpl
    def ticket_lists(self, call, callers):
        return None

    @hookimpl
    def known_names(self):
        return KnownNames(caller_attributes=("email", "phone", "mobile_phone"))
'''


@pytest.fixture
def make_host(make_host: MakeHost) -> MakeHost:
    """Build hosts with a plugin that has tickets, besides those that a test names."""

    def make(
        toml: str = "", *, plugins: list[str], sources: dict[str, str] | None = None, **more: Any
    ) -> RunningHost:
        every = {**(sources or {}), "desk": DESK}
        return make_host(toml, plugins=[*plugins, "desk"], sources=every, **more)

    return make
