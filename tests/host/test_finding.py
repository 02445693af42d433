"""While a plugin can't look for anybody, no page says that nobody is there."""

from __future__ import annotations

import re

import pytest

from cti_host.testing import MakeHost, RunningHost

BROKEN = '''
from pathlib import Path

from cti_host import KnownNames, NavigationItem, SearchGroup, SearchHit, hookimpl


class Plugin:
    """Finds people, unless a file beside it says that it can't."""

    def fail_perhaps(self):
        if Path(__file__).with_name("fails").exists():
            raise RuntimeError

    @hookimpl
    def known_names(self):
        return KnownNames(classes=("Person",), caller_classes=("Person",))

    @hookimpl
    def search(self, text):
        self.fail_perhaps()
        hits = [SearchHit("Ada", "/ada", caller_key="directory:Person:1")] if text == "ada" else []
        offer = NavigationItem("Create a new Person", "/form/Person")
        return [SearchGroup("Person", hits, offers=[offer])]

    @hookimpl
    def find_callers(self, texts):
        self.fail_perhaps()
        return []
'''
FIND = "/find-caller?phone=0536490077&q={}"
SEARCH = "Search in directory is not available right now."


@pytest.fixture
def site(make_panel: MakeHost) -> RunningHost:
    """A host with the plugin."""
    toml = "[indirect_creation.Person]\nenabled = true\n"
    return make_panel(toml, plugins=["phone_reformat", "directory"], sources={"directory": BROKEN})


def let_fail(site: RunningHost) -> None:
    """From now on the plugin fails."""
    (site.config_file.parent / "plugins.d" / "fails").touch()


def test_who_is_not_there_can_be_created(site: RunningHost) -> None:
    page = site.client().get(FIND.format("grace")).text
    assert "Nobody was found for “grace”." in page
    assert "Somebody new: create a Person" in page
    page = site.client().get("/search?q=grace").text
    assert "Nothing was found for “grace”." in page
    assert "Create a new Person" in page


def test_who_can_not_be_looked_for_may_be_there(site: RunningHost) -> None:
    let_fail(site)
    page = site.client().get(FIND.format("grace")).text
    assert SEARCH in page
    assert "Nobody was found" not in page
    assert "Somebody new" not in page
    page = site.client().get("/search?q=grace").text
    assert SEARCH in page
    assert "Nothing was found for" not in page
    assert "Create a new Person" not in page


def test_a_person_who_can_not_be_read_is_not_said_to_be_gone(site: RunningHost) -> None:
    client = site.client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
    assert found
    sent = {"caller": "directory:Person:1", "csrf_token": found[1]}
    gone = client.post("/find-caller?phone=0536490077", data=sent)
    assert gone.status_code == 404
    let_fail(site)
    away = client.post("/find-caller?phone=0536490077", data=sent)
    assert away.status_code == 503
    assert "Persons of directory can&#39;t be found right now." in away.text
