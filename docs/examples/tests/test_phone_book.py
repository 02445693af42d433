"""Callers of the phone book are found however their numbers are written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

EXAMPLES = Path(__file__).parents[1]
SOURCES = {"phone_book": EXAMPLES / "phone_book.py"}
PLUGINS = ["phone_reformat", "phone_book"]


def settings(file: Path) -> str:
    """The plugin's table."""
    return f"[plugin.phone_book]\nfile = {json.dumps(str(file))}\n"


@pytest.fixture
def running(make_host: MakeHost) -> RunningHost:
    """A host with the phone book of the examples."""
    return make_host(settings(EXAMPLES / "phone_book.csv"), plugins=PLUGINS, sources=SOURCES)


@pytest.mark.parametrize("received", ["0199007001", "%2B33199007001", "01.99.00.70.01"])
def test_a_caller_is_found_in_any_form(running: RunningHost, received: str) -> None:
    (caller,) = running.get_json(f"/pop?phone={received}")["callers"]
    assert (caller["source"], caller["class"], caller["id"]) == ("phone_book", "Contact", 1)
    assert caller["display"] == "Ada Nguyen"
    assert caller["attributes"]["email"] == "ada@harbour.example"


@pytest.mark.parametrize("received", ["0199007009", "anonymous"])
def test_nobody_is_found_by_another_number_or_none(running: RunningHost, received: str) -> None:
    assert running.get_json(f"/pop?phone={received}")["callers"] == []


def test_without_a_plugin_that_reads_numbers_the_text_is_compared(make_host: MakeHost) -> None:
    toml = settings(EXAMPLES / "phone_book.csv")
    running = make_host(toml, plugins=["phone_book"], sources=SOURCES)
    (caller,) = running.get_json("/pop?phone=01%2099%2000%2070%2003")["callers"]
    assert caller["display"] == "Castor, Elena"


def test_a_file_that_is_not_there_is_refused(make_host: MakeHost, tmp_path: Path) -> None:
    with pytest.raises(ConfigRefused, match=r"there is no file .*nowhere\.csv"):
        make_host(settings(tmp_path / "nowhere.csv"), plugins=PLUGINS, sources=SOURCES)


def test_a_file_without_ids_costs_the_lookup_and_not_the_panel(
    make_host: MakeHost, tmp_path: Path
) -> None:
    (tmp_path / "book.csv").write_text("id,name,phone,email\n,Ada,0199007001,\n", encoding="utf-8")
    running = make_host(settings(tmp_path / "book.csv"), plugins=PLUGINS, sources=SOURCES)
    panel = running.get_json("/pop?phone=0199007001")
    assert panel["callers"] == []
    assert panel["problems"] == ["Caller lookup by phone_book is not available right now."]
