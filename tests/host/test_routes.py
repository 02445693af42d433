"""An address has one owner: a plugin can't take a page of the host or of a plugin before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cti_host.app import create_app
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import write_config

PAGES = """
from flask import Blueprint
from cti_host import hookimpl


class Plugin:
    '''Pages.'''

    @hookimpl
    def blueprints(self):
        blueprint = Blueprint("{name}", __name__)
        for number, (rule, method) in enumerate({rules}):
            blueprint.add_url_rule(rule, f"page{{number}}", lambda **_: "{name}", methods=[method])
        return [blueprint]
"""


def site(folder: Path, **rules: list[tuple[str, str]]) -> Path:
    """Settings with a plugin for each name, which has these pages."""
    sources = {name: PAGES.format(name=name, rules=own) for name, own in rules.items()}
    return write_config(folder, plugins=[*rules], sources=sources)


def refusals(config: Path) -> list[str]:
    with pytest.raises(ConfigRefused) as error:
        create_app(config)
    return [f"{one.key}: {one.message}" for one in error.value.problems if not one.warning]


@pytest.mark.parametrize(
    ("rule", "method"),
    [
        ("/pop", "GET"),
        ("/", "GET"),
        ("/static/cti.css", "GET"),
        ("/static/<path:name>", "GET"),
        ("/static/<name>", "GET"),
    ],
)
def test_a_page_of_the_host_is_not_taken(tmp_path: Path, rule: str, method: str) -> None:
    config = site(tmp_path, first=[("/first", "GET")], second=[(rule, method)])
    assert refusals(config) == [f"plugins[1]: second: its address {rule} belongs to the host"]


@pytest.mark.parametrize(
    ("theirs", "rule"),
    [
        ("/list", "/list"),
        ("/list/<int:id_>", "/list/<int:number>"),
        ("/list/<name>", "/list/mine"),
        ("/list/<name>", "/list/<int:number>"),
        ("/list/<any(open, closed):state>", "/list/open"),
        ("/files/<path:name>", "/files/<uuid:name>"),
        ("/files/<path:name>", "/files/<float:one>/<any(a, b):other>"),
    ],
)
def test_a_page_of_a_plugin_before_is_not_taken(tmp_path: Path, theirs: str, rule: str) -> None:
    config = site(tmp_path, first=[(theirs, "GET")], second=[("/other", "GET"), (rule, "GET")])
    expected = f"plugins[1]: second: its address {rule} belongs to the plugin first"
    assert refusals(config) == [expected]


def test_pages_beside_each_other_are_fine(tmp_path: Path) -> None:
    config = site(
        tmp_path,
        first=[("/list", "GET"), ("/list/<name>", "GET"), ("/list/mine", "GET")],
        second=[("/list", "POST"), ("/list/<name>/more", "GET"), ("/second/<path:all>", "GET")],
    )
    app = create_app(config)
    assert "second.page0" in app.view_functions
    app.extensions["cti_host"].close()
