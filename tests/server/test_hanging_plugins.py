"""A plugin that hangs, in many panels at once: other pages come all the same."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_server import Serving, has_come, response, serving_site, until

from cti_host.testing import write_config

# More than the server has places, with those that panels may take of other pages.
PANELS = 12
HANGS = """
import fcntl
from pathlib import Path

from cti_host import Caller, Match, hookimpl

folder = Path(__file__).parent


class Plugin:
    @hookimpl
    def lookup_callers(self, call):
        (folder / f"asked-{call.received['phone']}").touch()
        with (folder / "hold").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH)
        return [Match(Caller("Contact", 1, "Known elsewhere"))]
"""
SETTINGS = """
[server]
workers = 1
threads = 3
reserved_threads = 1
waiting_requests = 20

[plugin.hangs]
timeout = 60

[url_parameters]
phone = "phone"
"""


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Serving]:
    """A server with a plugin that hangs as long as the file `hold` is locked."""
    config = write_config(tmp_path, SETTINGS, plugins=["hangs"], sources={"hangs": HANGS})
    (tmp_path / "plugins.d" / "hold").touch()
    with serving_site(config) as running:
        yield running


def test_the_home_page_comes_while_a_plugin_hangs_in_many_panels(hanging: Serving) -> None:
    folder = hanging.folder / "plugins.d"
    assert hanging.page("/").status == 200
    with (folder / "hold").open() as hold:
        fcntl.flock(hold, fcntl.LOCK_EX)
        panels = [hanging.get(f"/pop?phone=01234567{number:02}") for number in range(PANELS)]
        # All that get a place: of their own, of others, and of those that have stepped aside.
        assert until(lambda: len([*folder.glob("asked-*")]) >= 6)
        for _each in range(5):
            assert hanging.page("/").status == 200
        assert not any(has_come(panel, 0) for panel in panels)
    assert {response(panel).status for panel in panels} == {200}
    assert len([*folder.glob("asked-*")]) == PANELS
